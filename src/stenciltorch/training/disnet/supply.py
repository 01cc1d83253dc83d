"""Training batches of DisNet: fresh examples, and earlier ones turned, mirrored and tinted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from stenciltorch.canvas import Size, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, to_bytes
from stenciltorch.training.disnet.artwork import Shelf
from stenciltorch.training.disnet.danbooregion import RegionPair, draw_crop, read_pair
from stenciltorch.training.disnet.samples import Example, draw_example
from stenciltorch.training.disnet.targets import fast_height

KEPT = 768
"""Examples that are kept to be shown again."""

ART_SHARE = 0.45
"""Share of the new examples that are cuttings of flat art, when there is any."""

PAIR_SHARE = 0.5
"""Share of the new examples that are crops of DanbooRegion, when it is there."""

MARGIN = 32
"""Up to this many pixels at the right and below are left empty, as where the network pads a picture."""


class Batch(NamedTuple):
    """Pictures (batch, 3, side, side) in [-1, 1]; heights and what counts of them (batch, 1, side, side)."""

    pictures: Tensor
    heights: Tensor
    counted: Tensor


class _Stored(NamedTuple):
    picture: UInt8Array
    height: UInt8Array


class Supply:
    """Draws examples; `fresh` of each batch are new, the others are drawn from those before."""

    def __init__(self, side: int, art: Shelf | None, pairs: Sequence[RegionPair], rng: np.random.Generator) -> None:
        self._side, self._art, self._pairs, self._rng = side, art, pairs, rng
        self._kept: list[_Stored] = []

    def batch(self, count: int, fresh: int) -> Batch:
        chosen = [self._new() for _ in range(fresh if self._kept else count)]
        while len(chosen) < count:
            old = self._kept[int(self._rng.integers(len(self._kept)))]
            chosen.append(_Stored(_tinted(old.picture, self._rng), old.height))
        return _stacked([_turned(example, self._rng) for example in chosen], self._side)

    def _new(self) -> _Stored:
        cut = self._rng.integers(0, MARGIN, 2) if self._rng.random() < 0.3 else np.zeros(2, int)
        size = Size(self._side - int(cut[0]), self._side - int(cut[1]))
        example = self._example(size)
        stored = _Stored(example.picture.array, to_bytes(fast_height(example.regions) * 255))
        if len(self._kept) < KEPT:
            self._kept.append(stored)
        else:
            self._kept[int(self._rng.integers(KEPT))] = stored
        return stored

    def _example(self, size: Size) -> Example:
        if self._pairs and self._rng.random() < PAIR_SHARE:
            return draw_crop(read_pair(self._pairs[int(self._rng.integers(len(self._pairs)))]), size, self._rng)
        art = self._art.take() if self._art and self._rng.random() < ART_SHARE else None
        return draw_example(size, self._rng, art)


def _turned(example: _Stored, rng: np.random.Generator) -> _Stored:
    turns, mirrored = int(rng.integers(4)), rng.random() < 0.5

    def turn(plane: UInt8Array) -> UInt8Array:
        return np.rot90(plane[:, ::-1] if mirrored else plane, turns)

    return _Stored(turn(example.picture), turn(example.height))


def _tinted(picture: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Channels exchanged and stretched; a little lighter."""
    gain = rng.uniform(0.7, 1.1, 3).astype(np.float32)
    mixed: Float32Array = picture[..., rng.permutation(3)] * gain
    return to_bytes(mixed + np.float32(rng.uniform(0, 20)))


def _stacked(examples: list[_Stored], side: int) -> Batch:
    pictures = torch.zeros(len(examples), 3, side, side)
    heights, counted = torch.zeros(len(examples), 1, side, side), torch.zeros(len(examples), 1, side, side)
    for number, (picture, height) in enumerate(examples):
        rows, columns = height.shape
        unit = torch.tensor(np.ascontiguousarray(picture)).permute(2, 0, 1).float() * (2 / 255) - 1
        pictures[number, :, :rows, :columns] = unit
        heights[number, 0, :rows, :columns] = torch.tensor(np.ascontiguousarray(height)).float() / 255
        counted[number, 0, :rows, :columns] = 1
    return Batch(pictures.contiguous(memory_format=torch.channels_last), heights, counted)
