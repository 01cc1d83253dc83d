"""Walk a folder tree: which files are pictures, and which of them are new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stenciltorch.curation.metadata import TABLES, read_table
from stenciltorch.curation.store import Store
from stenciltorch.errors import DatasetError

PICTURES = frozenset(
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".psd",
        ".avif",
        ".heic",
        ".ico",
    )
)
"""Endings of what wants to be a picture; only PNG, JPEG and WebP are read, the others are reported."""
BATCH = 2000
"""Files that are noted at once."""


class Found(NamedTuple):
    """A file below the source; the path is relative, with slashes."""

    path: str
    size: int
    changed: int


class Tally(NamedTuple):
    """Counts of a scan."""

    pictures: int
    new: int
    gone: int
    others: int


def walk(root: Path) -> Iterator[Found]:
    """Every ordinary file, by name, a folder's files before its subfolders; hidden ones and links to folders are
    left out.

    Raises:
        DatasetError: the root is no folder that can be read.
    """
    if not root.is_dir():
        raise DatasetError(f"{root} is not a folder; name the folder that holds the pictures.")
    try:
        yield from _walk(str(root), "")
    except OSError as error:
        raise DatasetError(f"{error.filename or root} cannot be read ({error.strerror}); check the folder.") from error


def _walk(root: str, below: str) -> Iterator[Found]:
    with os.scandir(os.path.join(root, below)) as entries:  # noqa: PTH118 - strings, for speed and odd names
        visible = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    for entry in visible:
        if entry.is_file():
            stat = entry.stat()
            yield Found(below + entry.name, stat.st_size, stat.st_mtime_ns)
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, f"{below}{entry.name}/")


def is_picture(path: str) -> bool:
    return os.path.splitext(path)[1].lower() in PICTURES  # noqa: PTH122


def scan(root: Path, destination: Path, store: Store, inspector: str, notices: list[str]) -> Iterator[Tally]:
    """Note every picture and every table of the source; yields counts as it goes, the last one complete."""
    round_ = store.begin_round(str(root))
    pictures = new = others = 0
    for batch in _batches(_outside(root, destination)):
        with store.together():
            for found in batch:
                if is_picture(found.path):
                    pictures += 1
                    new += not store.see(found.path, found.size, found.changed, inspector, round_)
                else:
                    others += 1
                    _note_table(root, found.path, store, notices)
        yield Tally(pictures, new, 0, others)
    yield Tally(pictures, new, store.forget_others(round_), others)


def _outside(root: Path, destination: Path) -> Iterator[Found]:
    """Without what lies in the dataset folder, should that be inside the source."""
    inside = os.path.relpath(destination.resolve(), root.resolve())
    skipped = None if inside.startswith("..") else Path(inside).as_posix() + "/"
    return (found for found in walk(root) if not skipped or not found.path.startswith(skipped))


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    batch: list[Found] = []
    for entry in found:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def _note_table(root: Path, path: str, store: Store, notices: list[str]) -> None:
    folder, _, name = path.rpartition("/")
    if name not in TABLES:
        return
    for file, fields in read_table(root / path, notices):
        store.describe(f"{folder}/{file}" if folder else file, fields)
