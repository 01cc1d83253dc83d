"""Training pictures from shards: read from the disk as they are drawn, with the last ones kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np

from stenciltorch.curation.shards import ShardReader
from stenciltorch.training.pack import SHARES
from stenciltorch.training.picture import Picture

KEPT = 256
"""Pictures that stay in memory: at 640 px some 500 MB."""


class ShardPictures:
    """Pictures of one split of a shard folder, drawn as those of a pack: by source, then by group, then by file."""

    def __init__(self, folder: Path, split: str, kept: int = KEPT) -> None:
        self.reader = ShardReader(folder, split)
        self._kept = kept
        self._read: OrderedDict[int, Picture] = OrderedDict()
        self._order, self._files, self._groups = _tree(self.reader.places["source"], self.reader.places["group"])
        shares = np.array([SHARES.get(source, 0.01) for source in self.reader.sources])
        self.shares = shares / shares.sum()

    def draw(self, rng: np.random.Generator) -> Picture:
        """The same picture for the same state of `rng`, whatever was drawn before."""
        source = int(rng.choice(len(self.shares), p=self.shares))
        group = int(rng.integers(self._groups[source], self._groups[source + 1]))
        place = int(rng.integers(self._files[group], self._files[group + 1]))
        return self.picture(int(self._order[place]))

    def picture(self, number: int) -> Picture:
        if number in self._read:
            self._read.move_to_end(number)
            return self._read[number]
        picture = self._read[number] = Picture(*self.reader[number])
        if len(self._read) > self._kept:
            self._read.popitem(last=False)
        return picture


def _tree(sources: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures in the order of source and group; where each group's pictures begin; where each source's groups begin.

    The last two have one entry more, for the end.
    """
    order = np.lexsort((groups, sources))
    pairs = np.stack((sources[order], groups[order]), axis=1)
    fresh = np.concatenate(([True], (pairs[1:] != pairs[:-1]).any(axis=1)))
    files = np.flatnonzero(fresh)
    starts = np.searchsorted(pairs[files, 0], np.arange(int(sources.max()) + 2))
    return order, np.append(files, len(order)), starts
