"""Training examples from a pack: example number `position` of a run is always the same, however many workers draw
it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, Protocol

import cv2
import numpy as np
import torch
from torch import Tensor

from stenciltorch.canvas import Illustration, Regions, Sample, Size
from stenciltorch.curation.shards import is_shard_folder
from stenciltorch.errors import DatasetError
from stenciltorch.synthesis.hatching import hatch
from stenciltorch.synthesis.sample import compose, synthesize, synthesize_procedural
from stenciltorch.training.collage import collage, surroundings
from stenciltorch.training.config import DataConfig
from stenciltorch.training.pack import SHARES, Entry, read_pack
from stenciltorch.training.picture import Picture, crop
from stenciltorch.training.streaming import ShardPictures


class Example(NamedTuple):
    """A sample; how much its pixels count: `weight` uint8 (H, W), 255 in regions that carry a hint of their own; the
    flats of the whole picture, and whether they are natural; `borders` uint8 (H, W), 255 beside another region."""

    sample: Sample
    weight: np.ndarray
    own: Illustration
    natural: bool
    borders: np.ndarray


class Batch(NamedTuple):
    """uint8 tensors (batch, channels, height, width); channels 1, 4, 1, 3, 3, 3, 1, 3, 1, 1; natural (batch, 1, 1, 1)
    is 255 for pictures with their own colours, `own`."""

    lineart: Tensor
    hints: Tensor
    mask: Tensor
    base: Tensor
    target: Tensor
    flats: Tensor
    weight: Tensor
    own: Tensor
    natural: Tensor
    borders: Tensor


class PackReader:
    """Pictures of one split of a pack, drawn by source, then by character, then by file; kept in memory once read."""

    def __init__(self, pack: Path, split: str) -> None:
        self.pack = pack
        self.entries = [entry for entry in read_pack(pack) if entry.split == split]
        if not self.entries:
            raise DatasetError(f"The pack {pack} has no picture for {split}; make it again with `stenciltorch pack`.")
        self.tree = _tree(self.entries)
        self.sources = sorted(self.tree)
        shares = np.array([SHARES.get(source, 0.01) for source in self.sources])
        self.shares = shares / shares.sum()
        self._read: dict[str, Picture] = {}

    def draw(self, rng: np.random.Generator) -> Picture:
        groups = self.tree[self.sources[int(rng.choice(len(self.sources), p=self.shares))]]
        group = groups[sorted(groups)[int(rng.integers(len(groups)))]]
        return self.picture(group[int(rng.integers(len(group)))])

    def picture(self, entry: Entry) -> Picture:
        if entry.id not in self._read:
            with np.load(self.pack / f"{entry.id}.npz") as stored:
                self._read[entry.id] = Picture(stored["illustration"], stored["regions"], stored["colours"])
        return self._read[entry.id]


class Reader(Protocol):
    """Pictures that are drawn at random: of a pack, or of shards."""

    def draw(self, rng: np.random.Generator) -> Picture: ...


def open_reader(pack: Path, split: str) -> Reader:
    """The reader that fits the folder.

    Raises:
        DatasetError: it is neither a pack nor a folder of shards, or has no picture of this split.
    """
    if not is_shard_folder(pack):
        return PackReader(pack, split)
    return ShardPictures(pack, split)


def _tree(entries: list[Entry]) -> dict[str, dict[str, list[Entry]]]:
    tree: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        tree.setdefault(entry.source, {}).setdefault(entry.group, []).append(entry)
    return tree


def hinted_area(sample: Sample, labels: np.ndarray) -> np.ndarray:
    """255 in every area of equal label where at least 4 pixels are hinted with the area's own colour."""
    hints = sample.stencil.hints.array
    close = np.abs(hints[..., :3].astype(np.int16) - sample.flats.array).max(axis=2) <= ALIKE
    counts = np.bincount(labels[close & (hints[..., 3] > 127)], minlength=int(labels.max()) + 1)
    return np.asarray(np.where(counts >= 4, 255, 0).astype(np.uint8)[labels])


FAINTEST = 219
"""Brightness from which on a pixel of a lineart is paper."""

PAPER = np.uint8(255)

ALIKE = 12
"""Colours that differ by no more levels in any channel are one."""

KEPT = 16
"""Pixels of an area that must be kept for its colour to be known."""

DARK = 72
"""The brightest channel that an outline's colour may have."""


def outlines(sample: Sample, labels: np.ndarray) -> np.ndarray:
    """Where the picture's own outlines are: (H, W) bool, an area as dark as ink that lies almost wholly on or beside
    lines and is not hinted. They are often wider than the lineart drawn from the picture.

    Args:
        labels: (H, W), a number for each area of one flat colour.
    """
    flats = sample.flats.array
    ink = (sample.stencil.lineart.array < FAINTEST).astype(np.uint8)
    beside = cv2.dilate(ink, np.ones((5, 5), np.uint8)) > 0
    areas = np.maximum(1, np.bincount(labels.ravel()))
    covered = np.bincount(labels[beside], minlength=len(areas)) / areas
    brightness = np.zeros(len(areas), np.uint8)
    brightness[labels.ravel()] = flats.max(axis=2).ravel()
    return np.asarray(((covered > 0.8) & (brightness <= DARK))[labels] & (sample.stencil.hints.array[..., 3] == 0))


def without(zone: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values (H, W[, channels]) of which those in the zone are the nearest ones outside: flats with outlines among
    their colours would teach dirty edges."""
    if zone.all() or not zone.any():
        return values
    _, nearest = cv2.distanceTransformWithLabels(zone.astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL)
    table = np.zeros((int(nearest.max()) + 1, *values.shape[2:]), values.dtype)
    table[nearest[~zone]] = values[~zone]
    return np.asarray(table[nearest])


def beside_others(labels: np.ndarray) -> np.ndarray:
    """255 on both sides of every border between labels, else 0: uint8 (H, W)."""
    found = np.zeros(labels.shape, np.uint8)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    for part, differs in ((np.s_[:, 1:], across), (np.s_[:, :-1], across), (np.s_[1:], down), (np.s_[:-1], down)):
        found[part][differs] = 255
    return found


def asked_area(sample: Sample, labels: np.ndarray) -> np.ndarray:
    """Where the colour wanted is known: (H, W) bool. Areas whose colour is hinted somewhere or kept somewhere; all
    others are to stay paper, for to guess them would be to paint grey. An area that only has a colour which was asked
    for elsewhere may be either: taught as paper, locks of one head part; taught as that colour, colour leaks.

    Args:
        labels: (H, W), a number for each area of one flat colour.
    """
    flats, hints = sample.flats.array, sample.stencil.hints.array
    colours = np.zeros((int(labels.max()) + 1, 3), np.int16)
    colours[labels.ravel()] = flats.reshape(-1, 3)
    wished = np.unique(hints[hints[..., 3] > 127][:, :3], axis=0)
    kept = np.bincount(labels[sample.stencil.mask.array < 128], minlength=len(colours)) > KEPT
    known = np.concatenate([wished.astype(np.int16), colours[kept]])
    if len(known) == 0:
        return np.zeros(labels.shape, np.bool_)
    apart = np.abs(colours[:, None] - known[None]).max(axis=2).min(axis=1)
    return np.asarray((apart <= ALIKE)[labels])


def either(sample: Sample, asked: np.ndarray, hinted: np.ndarray) -> np.ndarray:
    """Where the colour was asked for elsewhere only, and nothing is kept: (H, W) bool. This counts nothing.

    Args:
        asked: `asked_area`.
        hinted: `hinted_area`.
    """
    return np.asarray(asked & (hinted == 0) & (sample.stencil.mask.array >= 128))


def _hatched(sample: Sample, labels: np.ndarray, rng: np.random.Generator) -> Sample:
    """Some of the drawing's areas hatched or toned."""
    lineart = hatch(sample.stencil.lineart, labels.astype(np.int32), int(rng.integers(1, 5)), rng)
    base = compose(lineart, sample.target, sample.stencil.mask)
    return replace(sample, stencil=replace(sample.stencil, lineart=lineart, base=base))


class Examples:
    """`examples[position]` for any position >= 0."""

    def __init__(
        self, pack: Path, data: DataConfig, seed: int, split: str = "train", steps: int = 1, batch: int = 1
    ) -> None:
        self.reader = open_reader(pack, split)
        self.data = data
        self.seed = seed
        self.length = max(1, steps * batch)

    def __getitem__(self, position: int) -> Example:
        rng = np.random.default_rng((self.seed, position))
        progress = min(1.0, position / self.length)
        if rng.random() < self.data.procedural:
            return self._procedural(progress, rng)
        whole = self.reader.draw(rng)
        picture = crop(whole, self.data.crop, self.data, rng)
        if self.data.collage and rng.random() < self.data.collage:
            other = crop(self.reader.draw(rng), self.data.crop, self.data, rng)
            picture = collage(picture, surroundings(whole), other, rng)
        regions = Regions(picture.regions.astype(np.int32))
        flats = Illustration(picture.colours[picture.regions])
        natural = bool(rng.random() >= self.data.synthesis.recolour)
        recipe = replace(self.data.synthesis, recolour=0.0 if natural else 1.0)
        sample = synthesize(Illustration(picture.illustration), regions, flats, recipe, progress, rng)
        return self._finished(sample, regions.array, natural, rng)

    def _finished(self, sample: Sample, labels: np.ndarray, natural: bool, rng: np.random.Generator) -> Example:
        hinted = hinted_area(sample, labels)
        weight = np.maximum(hinted, np.uint8(round(255 * self.data.unhinted)))
        own, drawn = sample.flats, outlines(sample, labels)
        borders = beside_others(without(drawn, labels))
        if self.data.asked_only:
            own = Illustration(without(drawn, sample.flats.array))
        if rng.random() < self.data.hatched:
            sample = _hatched(sample, labels, rng)
        if self.data.asked_only:
            asked = asked_area(sample, labels)
            weight = np.where(either(sample, asked, hinted), np.uint8(0), weight)
            target = Illustration(np.where(asked[..., None], sample.target.array, PAPER))
            flats = Illustration(np.where(asked[..., None], own.array, PAPER))
            sample = replace(sample, target=target, flats=flats)
        return Example(sample, np.asarray(weight), own, natural, borders)

    def _procedural(self, progress: float, rng: np.random.Generator) -> Example:
        size = Size(self.data.crop, self.data.crop)
        sample, regions = synthesize_procedural(size, self.data.synthesis, progress, rng)
        return self._finished(sample, regions.array, False, rng)


def collate(examples: list[Example]) -> Batch:
    return Batch(
        _stack([example.sample.stencil.lineart.array for example in examples]),
        _stack([example.sample.stencil.hints.array for example in examples]),
        _stack([example.sample.stencil.mask.array for example in examples]),
        _stack([example.sample.stencil.base.array for example in examples]),
        _stack([example.sample.target.array for example in examples]),
        _stack([example.sample.flats.array for example in examples]),
        _stack([example.weight for example in examples]),
        _stack([example.own.array for example in examples]),
        _stack([np.full((1, 1), 255 * example.natural, np.uint8) for example in examples]),
        _stack([example.borders for example in examples]),
    )


def _stack(pictures: list[np.ndarray]) -> Tensor:
    planes = np.stack([picture if picture.ndim == 3 else picture[..., None] for picture in pictures])
    return torch.from_numpy(np.ascontiguousarray(planes.transpose(0, 3, 1, 2)))
