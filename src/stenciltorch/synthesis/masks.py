"""Masks: which regions are to be painted anew (paper 3.4, 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Mask, Regions, Size
from stenciltorch.synthesis.arrays import BoolArray, Int64Array
from stenciltorch.synthesis.labels import compact, contacts
from stenciltorch.synthesis.noise import smooth_noise
from stenciltorch.synthesis.palettes import colour_classes, label_colours

Schedule = Literal["prose", "formula", "none"]


@dataclass(frozen=True)
class MaskRecipe:
    """Chances in [0, 1].

    Args:
        schedule: how the share to paint grows over training, see `mask_share`.
        full: chance of an all-painted mask, never under 0.2.
        scattered: chance that regions are drawn anywhere, not grown from one.
        classes: chance of a union of colour classes (all regions of like colour), if the flats are known.
        blobs, boxes: chance of free shapes in place of regions.
        soft: chance of a soft edge.
    """

    schedule: Schedule = "none"
    full: float = 0.5
    scattered: float = 0.35
    classes: float = 0.15
    blobs: float = 0.1
    boxes: float = 0.15
    soft: float = 0.15


def mask_share(progress: float, schedule: Schedule, rng: np.random.Generator) -> float:
    """Share of the picture to paint, in [0, 1] (paper 3.5).

    The paper's prose (few regions early, the whole line art at the end) contradicts its formula.

    Args:
        progress: 0 at the start of training, 1 at its end.
        schedule: `prose`: U(2t - 1, 2t) clipped to [0, 1], at least U(0, 0.1) early and 1 at the end;
            `formula`: max(eps, u) with eps falling from 0.9 to 0; `none`: U(0, 1) throughout.
    """
    progress = min(max(progress, 0.0), 1.0)
    chance = float(rng.random())
    if schedule == "formula":
        return max(0.9 * (1 - progress), chance)
    if schedule == "prose":
        low, high = max(0.0, 2 * progress - 1), min(1.0, max(0.1, 2 * progress))
        return low + (high - low) * chance
    return chance


def draw_mask(
    regions: Regions,
    recipe: MaskRecipe,
    progress: float,
    rng: np.random.Generator,
    *,
    flats: Illustration | None = None,
) -> Mask:
    """A random mask: 255 where the colorizer paints.

    Args:
        progress: 0 at the start of training, 1 at its end.
        flats: the regions' colours, for masks by colour class.
    """
    if rng.random() < max(recipe.full, 0.2):
        return Mask.filled(regions.size, 255)
    share = mask_share(progress, recipe.schedule, rng)
    kind = rng.random()
    if kind < recipe.blobs:
        chosen = _blobs(regions.size, share, rng)
    elif kind < recipe.blobs + recipe.boxes:
        chosen = _box(regions.size, share, rng)
    elif flats is not None and kind < recipe.blobs + recipe.boxes + recipe.classes:
        chosen = merged_regions(_by_class(regions, flats, rng), share, True, rng)
    else:
        chosen = merged_regions(regions, share, bool(rng.random() < recipe.scattered), rng)
    painted = np.where(chosen, np.uint8(255), np.uint8(0))
    if rng.random() < recipe.soft:
        painted = np.asarray(cv2.GaussianBlur(painted, (0, 0), float(rng.uniform(0.7, 3))))
    return Mask(painted)


def _by_class(regions: Regions, flats: Illustration, rng: np.random.Generator) -> Regions:
    """Regions of like colour under one label."""
    labels, originals = compact(regions.array)
    owner = colour_classes(label_colours(flats.array, labels, len(originals)), rng)
    return Regions(owner.astype(np.int32)[labels])


def merged_regions(regions: Regions, share: float, scattered: bool, rng: np.random.Generator) -> BoolArray:
    """Union of regions whose area first reaches `share` of the picture: bool (H, W)."""
    labels, originals = compact(regions.array)
    count = len(originals)
    order = rng.permutation(count) if scattered else _grown(labels, count, rng)
    areas = np.bincount(labels.ravel(), minlength=count)[order]
    before = np.cumsum(areas) - areas
    chosen = np.zeros(count, dtype=bool)
    chosen[order[before < share * regions.size.pixels]] = True
    return chosen[labels]


def _grown(labels: Int32Array, count: int, rng: np.random.Generator) -> Int64Array:
    """All labels in the order in which a random growth from a random one reaches them."""
    neighbours: list[list[int]] = [[] for _ in range(count)]
    first, second, _ = contacts(labels, count)
    for one, two in zip(first.tolist(), second.tolist(), strict=True):
        neighbours[one].append(two)
        neighbours[two].append(one)
    start = int(rng.integers(count))
    reached, order, front = {start}, [], [start]
    while front:
        label = front.pop(int(rng.integers(len(front))))
        order.append(label)
        fresh = [other for other in neighbours[label] if other not in reached]
        reached.update(fresh)
        front.extend(fresh)
    return np.array(order, dtype=np.int64)


def _blobs(size: Size, share: float, rng: np.random.Generator) -> BoolArray:
    field = smooth_noise(size, max(8.0, max(size) * float(rng.uniform(0.1, 0.5))), rng)
    return np.asarray(field <= np.quantile(field, share))


def _box(size: Size, share: float, rng: np.random.Generator) -> BoolArray:
    stretch = float(np.exp(rng.uniform(-0.7, 0.7)))
    height = min(size.height, max(1, round(size.height * np.sqrt(share) * stretch)))
    width = min(size.width, max(1, round(size.width * share * size.height / height)))
    top = int(rng.integers(size.height - height + 1))
    left = int(rng.integers(size.width - width + 1))
    chosen = np.zeros(size, dtype=bool)
    chosen[top : top + height, left : left + width] = True
    return chosen
