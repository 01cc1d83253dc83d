"""What the raters said, in SQLite. An answer that was acknowledged is on the disk.

Write-ahead log and `synchronous=FULL`: a commit returns when the log is synced, so neither the end of the process
nor a loss of power loses it. `secure_delete`: what is withdrawn is overwritten.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from stenciltorch.errors import DatasetError
from stenciltorch.study.assignment import MAIN, Trial, Usage
from stenciltorch.study.protocol import ANSWERS, Protocol
from stenciltorch.study.replies import (
    FullError,
    Given,
    OutOfTurnError,
    Question,
    Row,
    UnknownRaterError,
    check_value,
)

STALE = timedelta(hours=2)
"""Who has been away for so long is no longer counted on for the questions that are open."""
BUSY_MILLISECONDS = 10_000

SCHEMA = """
CREATE TABLE study (protocol TEXT NOT NULL, simulated INTEGER NOT NULL DEFAULT 0);
CREATE TABLE rater (
  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, protocol TEXT NOT NULL,
  enrolled TEXT NOT NULL, seen TEXT NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE trial (
  rater INTEGER NOT NULL REFERENCES rater, position INTEGER NOT NULL, block TEXT NOT NULL, role TEXT NOT NULL,
  picture TEXT NOT NULL, "left" TEXT NOT NULL, "right" TEXT, repeats INTEGER,
  PRIMARY KEY (rater, position)) WITHOUT ROWID;
CREATE TABLE shown (
  token TEXT PRIMARY KEY, rater INTEGER NOT NULL, position INTEGER NOT NULL, slot TEXT NOT NULL, file TEXT NOT NULL,
  FOREIGN KEY (rater, position) REFERENCES trial ON DELETE CASCADE) WITHOUT ROWID;
CREATE INDEX shown_place ON shown (rater, position);
CREATE TABLE answer (
  rater INTEGER NOT NULL, position INTEGER NOT NULL, value INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
  screen TEXT NOT NULL, answered TEXT NOT NULL,
  PRIMARY KEY (rater, position), FOREIGN KEY (rater, position) REFERENCES trial ON DELETE CASCADE) WITHOUT ROWID;
"""

Planner = Callable[[int, Usage], list[Trial]]
"""From a rater's number and what others have been asked to the rater's questions."""


class Store:
    """The database of one study; may be used from several threads, and by several processes.

    Raises:
        DatasetError: no database, a foreign one, or one of another protocol.
    """

    def __init__(self, folder: Path, seal: str) -> None:
        path = folder / ANSWERS
        if not path.is_file():
            raise DatasetError(f"{path} is missing; put it back, or create a new study.")
        self._lock = RLock()
        self._link = _connect(path)
        self.seal = seal
        found = self._study(path)
        if found["protocol"] != seal:
            self.close()
            raise DatasetError(f"{path} belongs to another protocol; keep the files of a study together.")
        self.simulated = bool(found["simulated"])

    @classmethod
    def create(cls, folder: Path, seal: str) -> Store:
        link = _connect(folder / ANSWERS)
        link.executescript(SCHEMA)
        link.execute("INSERT INTO study (protocol) VALUES (?)", (seal,))
        link.close()
        return cls(folder, seal)

    def _study(self, path: Path) -> sqlite3.Row:
        try:
            found: sqlite3.Row = self._link.execute("SELECT protocol, simulated FROM study").fetchone()
        except sqlite3.DatabaseError as error:
            self.close()
            raise DatasetError(f"{path} cannot be read ({error}); put the study's own database back.") from error
        return found

    def close(self) -> None:
        with self._lock:
            self._link.close()

    def settings(self) -> tuple[str, int]:
        """journal_mode and synchronous of this connection."""
        mode, sync = (self._one(f"PRAGMA {name}")[0] for name in ("journal_mode", "synchronous"))
        return str(mode), int(sync)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the disk when the block has ended, or nothing."""
        with self._lock:
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield self._link
            except BaseException:
                self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")

    def _one(self, text: str, *values: Any) -> Any:
        with self._lock:
            return self._link.execute(text, values).fetchone()

    def enrol(self, key: str, protocol: Protocol, planner: Planner, now: datetime) -> int:
        """The rater's number; one who is enrolled already keeps it.

        Raises:
            FullError: as many have taken part as the protocol wants.
        """
        with self._writing() as link:
            known = link.execute("SELECT id FROM rater WHERE key = ?", (key,)).fetchone()
            if known:
                return int(known[0])
            if link.execute("SELECT count(*) FROM rater WHERE NOT withdrawn").fetchone()[0] >= protocol.most_raters:
                raise FullError("This study has all the people it needs; thank you for your interest.")
            values = (key, self.seal, _text(now), _text(now))
            found = link.execute("INSERT INTO rater (key, protocol, enrolled, seen) VALUES (?, ?, ?, ?)", values)
            rater = int(found.lastrowid or 0)
            self._add_trials(rater, planner(rater, self._usage(link, now)), protocol)
            return rater

    def _add_trials(self, rater: int, trials: list[Trial], protocol: Protocol) -> None:
        rows = [(rater, at, t.block, t.role, t.picture, t.left, t.right, t.repeats) for at, t in enumerate(trials)]
        self._link.executemany("INSERT INTO trial VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        shown = [
            (secrets.token_urlsafe(15), rater, at, slot, file)
            for at, trial in enumerate(trials)
            for slot, file in _files(trial, protocol)
        ]
        self._link.executemany("INSERT INTO shown VALUES (?, ?, ?, ?, ?)", shown)

    def _usage(self, link: sqlite3.Connection, now: datetime) -> Usage:
        """Main trials that are answered, or that somebody who was here lately is about to answer."""
        rows = link.execute(
            'SELECT t.rater, t.block, t.picture, t."left", t."right", t.role '
            "FROM trial t JOIN rater r ON r.id = t.rater LEFT JOIN answer a USING (rater, position) "
            "WHERE t.role = ? AND NOT r.withdrawn AND (a.value IS NOT NULL OR r.seen >= ?)",
            (MAIN, _text(now - STALE)),
        ).fetchall()
        usage = Usage.none()
        by_rater: dict[int, list[Trial]] = {}
        for row in rows:
            trial = Trial(row["block"], row["role"], row["picture"], row["left"], row["right"])
            by_rater.setdefault(row["rater"], []).append(trial)
        for trials in by_rater.values():
            usage.add(trials)
        return usage

    def next_question(self, key: str, now: datetime) -> Question | None:
        """The first question that is open; None when all are answered.

        Raises:
            UnknownRaterError: nobody has this code.
        """
        with self._lock:
            rater = self._rater(key)
            self._link.execute("UPDATE rater SET seen = ? WHERE id = ?", (_text(now), rater))
            return self._open(rater)

    def _open(self, rater: int) -> Question | None:
        row = self._one(
            "SELECT t.*, (SELECT count(*) FROM trial WHERE rater = t.rater) AS total FROM trial t "
            "LEFT JOIN answer a USING (rater, position) WHERE t.rater = ? AND a.value IS NULL "
            "ORDER BY position LIMIT 1",
            rater,
        )
        if row is None:
            return None
        slots = dict(
            self._link.execute(
                "SELECT slot, token FROM shown WHERE rater = ? AND position = ?", (rater, row["position"])
            ).fetchall()
        )
        pictures = tuple(slots[slot] for slot in ("left", "right") if slot in slots)
        practice = row["role"] == "training"
        return Question(
            row["position"], row["total"], row["block"], practice, pictures, slots.get("context"), row["picture"]
        )

    def find(self, key: str) -> int:
        """The rater's number.

        Raises:
            UnknownRaterError: nobody has this code.
        """
        return self._rater(key)

    def _rater(self, key: str) -> int:
        row = self._one("SELECT id FROM rater WHERE key = ? AND NOT withdrawn", key)
        if row is None:
            raise UnknownRaterError("Nobody takes part with this code; check it, or start anew.")
        return int(row[0])

    def answer(self, key: str, position: int, given: Given, now: datetime) -> None:
        """Keep an answer; the same one a second time changes nothing.

        Raises:
            UnknownRaterError: nobody has this code.
            OutOfTurnError: another question is open, or this one was answered otherwise.
            InputError: a value that does not fit the question.
        """
        with self._writing() as link:
            rater = self._rater(key)
            kept = link.execute(
                "SELECT value FROM answer WHERE rater = ? AND position = ?", (rater, position)
            ).fetchone()
            if kept is not None and kept[0] != given.value:
                raise OutOfTurnError("This question was answered before, and the first answer stands.")
            if kept is not None:
                return
            asked = self._open(rater)
            if asked is None or asked.position != position:
                raise OutOfTurnError("Another question is open; load the page again.")
            check_value(asked, given)
            row = (rater, position, given.value, given.milliseconds, given.screen, _text(now))
            link.execute("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)
            link.execute("UPDATE rater SET seen = ? WHERE id = ?", (_text(now), rater))

    def withdraw(self, key: str) -> int:
        """Delete all that a rater said and was asked, and the code; how many answers that were.

        Raises:
            UnknownRaterError: nobody has this code.
        """
        with self._writing() as link:
            rater = self._rater(key)
            count = int(link.execute("SELECT count(*) FROM answer WHERE rater = ?", (rater,)).fetchone()[0])
            link.execute("DELETE FROM trial WHERE rater = ?", (rater,))
            link.execute("UPDATE rater SET withdrawn = 1, key = NULL, enrolled = '', seen = '' WHERE id = ?", (rater,))
        with self._lock:
            self._link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return count

    def picture(self, token: str) -> str | None:
        """The sha256 of the file behind an opaque name."""
        row = self._one(
            "SELECT s.file FROM shown s JOIN rater r ON r.id = s.rater WHERE s.token = ? AND NOT r.withdrawn", token
        )
        return None if row is None else str(row[0])

    def rows(self) -> list[Row]:
        """All trials of all who take part, by rater and position."""
        with self._lock:
            found = self._link.execute(
                "SELECT t.*, a.value, a.milliseconds, a.screen, a.answered FROM trial t "
                "LEFT JOIN answer a USING (rater, position) ORDER BY t.rater, t.position"
            ).fetchall()
        return [_row(row) for row in found]

    def withdrawn(self) -> int:
        """How many have withdrawn."""
        return int(self._one("SELECT count(*) FROM rater WHERE withdrawn")[0])

    def enrolled(self) -> int:
        """How many take part."""
        return int(self._one("SELECT count(*) FROM rater WHERE NOT withdrawn")[0])

    def add_simulated(self, rows: list[Row], protocol: Protocol, now: datetime) -> None:
        """Keep made-up sessions, in one transaction.

        Args:
            rows: by rater and position, raters numbered from 1 on.

        Raises:
            DatasetError: people have answered already.
        """
        self._mark_simulated()
        with self._writing() as link:
            first = int(link.execute("SELECT coalesce(max(id), 0) FROM rater").fetchone()[0])
            for rater in sorted({row.rater for row in rows}):
                own = [row for row in rows if row.rater == rater]
                values = (first + rater, self.seal, _text(now), _text(now))
                link.execute("INSERT INTO rater (id, protocol, enrolled, seen) VALUES (?, ?, ?, ?)", values)
                self._add_trials(first + rater, [row.trial for row in own], protocol)
                given = [
                    (first + rater, row.position, row.value, row.milliseconds, row.screen, _text(now)) for row in own
                ]
                link.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", given)

    def _mark_simulated(self) -> None:
        """From now on these are no people's answers.

        Raises:
            DatasetError: people have answered already.
        """
        with self._writing() as link:
            if not self.simulated and link.execute("SELECT count(*) FROM rater").fetchone()[0]:
                raise DatasetError("People take part in this study already; simulate in a study of its own.")
            link.execute("UPDATE study SET simulated = 1")
            self.simulated = True


def _connect(path: Path) -> sqlite3.Connection:
    link = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    link.row_factory = sqlite3.Row
    link.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    try:
        link.execute("PRAGMA journal_mode = WAL").fetchall()
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            link.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.DatabaseError as error:
        link.close()
        raise DatasetError(f"{path} cannot be opened ({error}); put the study's own database back.") from error
    return link


def _files(trial: Trial, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Slot and sha256 of what is shown."""
    picture = protocol.shown[trial.picture]
    yield "left", picture.files[trial.left]
    if trial.right is not None:
        yield "right", picture.files[trial.right]
    if picture.context is not None:
        yield "context", picture.context


def _row(row: sqlite3.Row) -> Row:
    trial = Trial(row["block"], row["role"], row["picture"], row["left"], row["right"], row["repeats"])
    screen, answered = row["screen"] or "", row["answered"] or ""
    return Row(row["rater"], row["position"], trial, row["value"], row["milliseconds"], screen, answered)


def _text(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
