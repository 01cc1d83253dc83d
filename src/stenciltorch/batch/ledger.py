"""What has been coloured from what: a run that was stopped goes on, and only pages that changed are done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stenciltorch.errors import InputError
from stenciltorch.files import read_bytes, write_bytes

FORMAT = "stenciltorch-batch"
VERSION = 1
NAME = "stenciltorch-batch.json"


@dataclass(frozen=True)
class Work:
    """One page: everything that its result depends on.

    Args:
        inputs: files, in a fixed order.
        settings: options and the model's fingerprint, as text.
    """

    inputs: Sequence[Path]
    settings: Mapping[str, str]

    def digest(self) -> str:
        """sha256 of contents and settings; names and times of files do not count.

        Raises:
            InputError: an input cannot be read.
        """
        facts = {"settings": dict(self.settings), "inputs": [digest_of(path) for path in self.inputs]}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """sha256 of a file's content."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the file.") from error


class Ledger:
    """A JSON file in the output folder, written anew after every page.

    Raises:
        InputError: the file that is there is no ledger.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._pages: dict[str, Any] = _read(self.path) if self.path.exists() else {}

    def has(self, page: str, digest: str) -> bool:
        """Whether this very work is done and its files are there, painted over or not."""
        files = self._files(page)
        done = self._pages.get(page, {}).get("digest") == digest and bool(files)
        return done and all((self.path.parent / name).is_file() for name in files)

    def check_untouched(self, page: str) -> None:
        """Raises InputError when a result has been changed by somebody else, whose work must not be lost."""
        for name, digest in self._files(page).items():
            path = self.path.parent / name
            if path.is_file() and digest_of(path) != digest:
                raise InputError(f"{path} was changed after it was coloured; move it away to have it coloured anew.")

    def _files(self, page: str) -> dict[str, str]:
        files = self._pages.get(page, {}).get("files", {})
        return files if isinstance(files, dict) else {}

    def note(self, page: str, digest: str, outputs: Sequence[Path]) -> None:
        """Remember that a page is done."""
        folder = self.path.parent.resolve()
        files = {path.resolve().relative_to(folder).as_posix(): digest_of(path) for path in outputs}
        self._pages[page] = {"digest": digest, "files": files}
        ledger = {"format": FORMAT, "version": VERSION, "pages": self._pages}
        write_bytes(self.path, (json.dumps(ledger, indent=1, sort_keys=True) + "\n").encode())


def _read(path: Path) -> dict[str, Any]:
    try:
        ledger = json.loads(read_bytes(path))
    except ValueError as error:
        raise InputError(f"{path} is damaged; delete it to have all pages coloured anew.") from error
    pages = ledger.get("pages") if isinstance(ledger, dict) else None
    if not isinstance(pages, dict) or ledger.get("format") != FORMAT or ledger.get("version") != VERSION:
        raise InputError(f"{path} is no ledger of this version; name another output folder.")
    return pages
