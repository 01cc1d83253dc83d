"""A folder that is watched: files are taken when they have stopped growing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NoReturn

State = Mapping[Path, tuple[int, int]]
"""Bytes and time of change of each file."""


def state_of(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """A file that has gone meanwhile is left out."""
    state = {}
    for path in files:
        try:
            facts = path.stat()
        except OSError:
            continue
        state[path] = (facts.st_size, facts.st_mtime_ns)
    return state


def settled_files(before: State, now: State) -> set[Path]:
    """Files that have not changed from one look to the next, and are not empty."""
    return {path for path, facts in now.items() if before.get(path) == facts and facts[0] > 0}


def watch(look: Callable[[], Iterable[Path]], work: Callable[[set[Path]], None], pause: Callable[[], None]) -> NoReturn:
    """Look, pause, look again, and hand on what has settled, for ever; `pause` ends it with an exception.

    Args:
        look: the files that are there now.
        work: gets every settled file each time; it knows what is done already.
    """
    before: State = {}
    while True:
        now = state_of(look())
        settled = settled_files(before, now)
        if settled:
            work(settled)
        before = now
        pause()
