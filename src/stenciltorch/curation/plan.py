"""Which pictures are to be prepared, which failed, and which older shards hold: one SQLite file of a shard folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from stenciltorch.curation.database import open_database
from stenciltorch.curation.preparing import Wanted

NAME = "preprocess.sqlite"
PAGE = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS wanted (key TEXT PRIMARY KEY, split TEXT, path BLOB, pixels TEXT, told TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failed (key TEXT PRIMARY KEY, reason TEXT, note TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (key TEXT PRIMARY KEY, shard TEXT, offset INTEGER, size INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_split ON wanted (split, key);
"""
_NOT_FAILED = "NOT EXISTS (SELECT 1 FROM failed WHERE failed.key = wanted.key)"
_NOT_HELD = "NOT EXISTS (SELECT 1 FROM held WHERE held.key = wanted.key)"


class Place(NamedTuple):
    """Where an older shard holds a picture."""

    shard: str
    offset: int
    size: int


class Piece(NamedTuple):
    """A picture of a shard that is being packed."""

    key: str
    told: dict[str, Any]
    place: Place | None


class Plan:
    """The state of a shard folder; one process at a time writes to it."""

    def __init__(self, folder: Path) -> None:
        self._database = open_database(folder / NAME, _SCHEMA, "the file")

    def close(self) -> None:
        self._database.close()

    def begin(self, wanted: Iterable[tuple[Wanted, str, Mapping[str, Any]]], held: Iterable[tuple[str, Place]]) -> None:
        """Take note of (picture, split, what the index tells) and of what older shards hold, in one step."""
        execute = self._database.execute
        execute("BEGIN IMMEDIATE")
        try:
            execute("DELETE FROM wanted")
            execute("DELETE FROM held")
            for picture, split, told in wanted:
                row = picture.key, split, os.fsencode(picture.path), picture.pixels, json.dumps(told, sort_keys=True)
                execute("INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?, ?)", row)
            for key, place in held:
                execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?)", (key, *place))
        except BaseException:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def missing(self) -> Iterator[Wanted]:
        """Pictures that neither failed nor lie in an older shard, by key, a page at a time."""
        last = ""
        while True:
            rows = self._database.execute(
                f"SELECT key, path, pixels FROM wanted WHERE key > ? AND {_NOT_FAILED} AND {_NOT_HELD} "
                "ORDER BY key LIMIT ?",
                (last, PAGE),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from (Wanted(key, os.fsdecode(path), pixels) for key, path, pixels in rows)

    def fail(self, key: str, reason: str, note: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO failed VALUES (?, ?, ?)", (key, reason, note))

    def counts(self) -> dict[str, int]:
        """Pictures of each split, without those that failed."""
        query = f"SELECT split, COUNT(*) FROM wanted WHERE {_NOT_FAILED} GROUP BY split ORDER BY split"
        return {str(split): int(count) for split, count in self._database.execute(query).fetchall()}

    def total(self) -> int:
        return int(self._database.execute("SELECT COUNT(*) FROM wanted").fetchone()[0])

    def pieces(self, split: str, low: str, high: str) -> list[Piece]:
        """Pictures of a split with low <= key < high, by key."""
        rows = self._database.execute(
            "SELECT wanted.key, told, shard, offset, size FROM wanted LEFT JOIN held ON held.key = wanted.key "
            f"WHERE split = ? AND wanted.key >= ? AND wanted.key < ? AND {_NOT_FAILED} ORDER BY wanted.key",
            (split, low, high),
        ).fetchall()
        return [Piece(key, json.loads(told), Place(*place) if place[0] else None) for key, told, *place in rows]

    def all_keys(self) -> Iterator[str]:
        """Of all pictures that did not fail, in order."""
        query = f"SELECT key FROM wanted WHERE {_NOT_FAILED} ORDER BY key"
        yield from (str(row[0]) for row in self._database.execute(query))

    def failures(self) -> list[dict[str, str]]:
        """Wanted pictures that could not be prepared, by path."""
        rows = self._database.execute(
            "SELECT path, reason, note FROM wanted JOIN failed ON failed.key = wanted.key ORDER BY path"
        ).fetchall()
        return [{"path": os.fsdecode(path), "reason": reason, "note": note} for path, reason, note in rows]
