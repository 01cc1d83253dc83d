"""The databases of curation: one run at a time on a folder, nothing lost to a kill."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from stenciltorch.errors import DatasetError


def open_database(path: Path, schema: str, whole: str, any_thread: bool = False) -> sqlite3.Connection:
    """Open or make it, locked for this process.

    Args:
        whole: what to delete to start anew, for the message.
        any_thread: it is used from several threads, which see to order themselves.

    Raises:
        DatasetError: another run holds it, or it is damaged.
    """
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=2.0, check_same_thread=not any_thread)
        database.execute("PRAGMA locking_mode=EXCLUSIVE")  # one run at a time; ends with the process
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(schema)
    except sqlite3.Error as error:
        raise DatasetError(
            f"{path} cannot be used ({error}); end the other run on this folder, or delete {whole} to start anew."
        ) from error
    return database
