"""What is known of every picture, on disk: one SQLite file that survives a kill at any moment.

Paths are kept as bytes, since a file's name need not be text. Memory does not grow with the number of pictures.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from stenciltorch.curation.database import open_database

NAME = "state.sqlite"
PAGE = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pictures (
  path BLOB PRIMARY KEY, size INTEGER, changed INTEGER, inspector TEXT, round INTEGER, result TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS todo ON pictures (path) WHERE result IS NULL;
CREATE TABLE IF NOT EXISTS metadata (path BLOB PRIMARY KEY, fields TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class Known(NamedTuple):
    """A picture and the JSON object that inspecting it gave."""

    path: str
    result: dict[str, Any]


class Store:
    """The state of a dataset folder; one process at a time writes to it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._database = open_database(self.path, _SCHEMA, "it", any_thread=True)

    def close(self) -> None:
        self._database.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """What happens inside is written at once, or not at all."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def begin_round(self, source: str) -> int:
        """The number of this look at the source; metadata are read afresh."""
        found = self._database.execute("SELECT value FROM facts WHERE name = 'round'").fetchone()
        number = int(found[0]) + 1 if found else 1
        with self.together():
            self._database.execute("DELETE FROM metadata")
            self._database.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", [("round", str(number)), ("source", source)]
            )
        return number

    def fact(self, name: str) -> str | None:
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def see(self, path: str, size: int, changed: int, inspector: str, round_: int) -> bool:
        """A file of this round; False when it must be inspected because it is new, changed, or judged otherwise."""
        key = os.fsencode(path)
        row = self._database.execute(
            "SELECT size, changed, inspector, result IS NOT NULL FROM pictures WHERE path = ?", (key,)
        ).fetchone()
        if row == (size, changed, inspector, 1):
            self._database.execute("UPDATE pictures SET round = ? WHERE path = ?", (round_, key))
            return True
        self._database.execute(
            "INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, NULL)", (key, size, changed, inspector, round_)
        )
        return False

    def forget_others(self, round_: int) -> int:
        """Drop pictures that were not seen this round; how many."""
        return self._database.execute("DELETE FROM pictures WHERE round != ?", (round_,)).rowcount

    def todo(self) -> Iterator[str]:
        """Pictures that are to be inspected, by path; may be saved while this runs."""
        last: bytes = b""
        while True:
            rows = self._database.execute(
                "SELECT path FROM pictures WHERE result IS NULL AND path > ? ORDER BY path LIMIT ?", (last, PAGE)
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (os.fsdecode(row[0]) for row in rows)

    def save(self, path: str, result: dict[str, Any]) -> None:
        """Kept from now on, whatever happens to this process."""
        text = json.dumps(result, sort_keys=True)
        self._database.execute("UPDATE pictures SET result = ? WHERE path = ?", (text, os.fsencode(path)))

    def count(self, done: bool | None = None) -> int:
        clause = {None: "", True: " WHERE result IS NOT NULL", False: " WHERE result IS NULL"}[done]
        return int(self._database.execute("SELECT COUNT(*) FROM pictures" + clause).fetchone()[0])

    def known(self) -> Iterator[Known]:
        """Every inspected picture, by path."""
        last: bytes = b""
        while True:
            rows = self._database.execute(
                "SELECT path, result FROM pictures WHERE path > ? AND result IS NOT NULL ORDER BY path LIMIT ?",
                (last, PAGE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (Known(os.fsdecode(path), json.loads(result)) for path, result in rows)

    def describe(self, path: str, fields: dict[str, str]) -> None:
        """Metadata that a table states of a picture; a later table wins."""
        self._database.execute("INSERT OR REPLACE INTO metadata VALUES (?, ?)", (os.fsencode(path), json.dumps(fields)))

    def description(self, path: str) -> dict[str, str]:
        row = self._database.execute("SELECT fields FROM metadata WHERE path = ?", (os.fsencode(path),)).fetchone()
        return dict(json.loads(row[0])) if row else {}
