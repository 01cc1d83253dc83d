"""Groups of pictures that must lie on one side of the split, and the side they lie on (paper 3.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from stenciltorch.curation.config import Splits

Int64Array = npt.NDArray[np.int64]

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)


def group_of(fields: Mapping[str, str], pixels: str, splits: Splits) -> str:
    """The group that names say: "artist:ada". A picture of which nothing is known is a group of its own."""
    for key in splits.group_by:
        name = " ".join(fields.get(key, "").casefold().split())
        if name:
            return f"{key}:{name}"
    return f"picture:{pixels[:16]}"


def split_of(group: str, splits: Splits) -> str:
    """Decided by the group's name alone, so that it never changes."""
    digits = hashlib.sha256(f"{splits.salt}\0{group}".encode("utf-8", "surrogateescape")).hexdigest()[:13]
    place = int(digits, 16) / 16**13
    if place < splits.test:
        return TEST
    return VALIDATION if place < splits.test + splits.validation else TRAIN


class Unions:
    """Which of the numbers 0..count-1 belong together."""

    def __init__(self, count: int) -> None:
        self._parents = np.arange(count, dtype=np.int64)

    def join(self, pairs: Int64Array) -> None:
        for one, other in pairs.tolist():
            low, high = sorted((self._root(one), self._root(other)))
            self._parents[high] = low

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = int(parents[number])
        return number

    def roots(self) -> Int64Array:
        """The smallest member of each one's union."""
        return np.array([self._root(number) for number in range(len(self._parents))], dtype=np.int64)


def common_splits(names: Iterable[str], roots: Int64Array, splits: Splits) -> list[str]:
    """One split for each union of groups: train if any of them trains, so that new pictures never move a picture
    that a model was trained on into the test."""
    own = [SPLITS.index(split_of(name, splits)) for name in names]
    common = np.full(len(own), len(SPLITS) - 1)
    np.minimum.at(common, roots, own)
    return [SPLITS[index] for index in common[roots].tolist()]
