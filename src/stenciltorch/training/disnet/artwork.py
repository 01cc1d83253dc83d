"""Flat art out of a training pack, prepared once: shapes and lines of each picture in one small file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stenciltorch.canvas import Illustration, Regions
from stenciltorch.errors import DatasetError
from stenciltorch.training.disnet.flatart import FLAT, FlatArt, art_of, flat_share, regions_of_fills
from stenciltorch.training.pack import Entry, read_pack

FILLED = ("openmoji", "dicebear", "free-gophers", "robohash")
"""Sources that are filled flat: their regions are the fills."""

SHADED = ("learntocoderpg", "taisei", "renpy", "godot-vn", "pc-running", "gearhead-characters", "squishy-sachi")
"""Sources whose shapes and lines are worth having: the regions found without a network are painted flat anew, and so
become exact."""

BUSY = 220
"""Pictures with more regions are left out: their regions are brushwork."""

HELD_OUT = 8
"""One motif in this many of the sources that packs never hold out is kept for evaluation."""

SHELF = 192
"""Drawings in memory at a time."""

RENEWED = 0.1
"""Share of the drawings taken that are read anew."""


def is_held_out(entry: Entry) -> bool:
    """Whether a picture is for evaluation only, decided by its group."""
    digest = int(hashlib.sha256(f"disnet {entry.group}".encode()).hexdigest(), 16)
    return entry.split == "validation" or (entry.source in FILLED and digest % HELD_OUT == 0)


def prepare_art(pack: Path, folder: Path) -> Iterator[tuple[int, int]]:
    """Write `folder/ID.npz` (labels uint16, ink uint8, filled bool) for every fitting training picture; yields
    (done, all)."""
    entries = [entry for entry in read_pack(pack) if entry.source in FILLED + SHADED and not is_held_out(entry)]
    folder.mkdir(parents=True, exist_ok=True)
    for done, entry in enumerate(entries, start=1):
        target = folder / f"{entry.id}.npz"
        if not target.exists():
            _write(target, pack_art(pack, entry))
        yield done, len(entries)


def _write(target: Path, art: FlatArt | None) -> None:
    """A picture that does not fit leaves an empty file, so that it is not tried again."""
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        if art is not None:
            np.savez_compressed(stream, labels=art.labels.astype(np.uint16), ink=art.ink, filled=art.filled)
    temporary.replace(target)


def pack_art(pack: Path, entry: Entry) -> FlatArt | None:
    """The shapes of one picture; None when its regions would not be worth learning."""
    with np.load(pack / f"{entry.id}.npz") as stored:
        illustration = Illustration(stored["illustration"])
        regions = Regions(stored["regions"].astype(np.int32))
    if entry.source in FILLED:
        if flat_share(illustration) < FLAT:
            return None
        regions = regions_of_fills(illustration)
    if not 2 <= regions.count <= BUSY:
        return None
    return art_of(illustration, regions, entry.source in FILLED)


class Shelf:
    """Prepared drawings, some of them in memory; one that is taken may be exchanged for another first."""

    def __init__(self, folder: Path, rng: np.random.Generator) -> None:
        self._files = [file for file in sorted(folder.glob("*.npz")) if file.stat().st_size]
        if not self._files:
            raise DatasetError(f"{folder} holds no prepared art; prepare it from a pack first.")
        self._rng = rng
        self._slots: dict[int, FlatArt] = {}

    def take(self) -> FlatArt:
        slot = int(self._rng.integers(min(len(self._files), SHELF)))
        if slot not in self._slots or self._rng.random() < RENEWED:
            self._slots[slot] = _load(self._files[int(self._rng.integers(len(self._files)))])
        return self._slots[slot]


def _load(file: Path) -> FlatArt:
    with np.load(file) as stored:
        return FlatArt(stored["labels"].astype(np.int32), stored["ink"], bool(stored["filled"]))
