"""Colour hints as a user would leave them: dabs, strokes and scribbles in the flat colours (paper 3.2)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Int32Array, Mask, Regions, Size, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.synthesis.labels import compact

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HintRecipe:
    """How many hints, of which kind. Lengths in pixels at 512; shares and chances in [0, 1].

    Args:
        none: chance of no hints at all.
        dense: chance of the whole flats as hints.
        per_region: chance of one hint for each of a random share of the regions.
        few, many: else the count is log-uniform in 1..`few`, or with chance `crowd` in `few`..`many`.
        crowd: chance of a crowded map.
        smallest_radius, largest_radius: log-uniform in between.
        strokes, scribbles: share of hints drawn as such; the rest are circles.
        even: share of centres drawn evenly over regions; the rest evenly over pixels.
        tidy: share of hints that stay inside their region.
        messy: share of hints that are pushed off by up to `sloppiness`.
        sloppiness: standard deviation in pixels of the push.
    """

    none: float = 0.12
    dense: float = 0.02
    per_region: float = 0.12
    few: int = 40
    many: int = 500
    crowd: float = 0.12
    smallest_radius: float = 2.0
    largest_radius: float = 32.0
    strokes: float = 0.25
    scribbles: float = 0.1
    even: float = 0.6
    tidy: float = 0.6
    messy: float = 0.15
    sloppiness: float = 8.0


def draw_hints(
    flats: Illustration, regions: Regions, mask: Mask, recipe: HintRecipe, rng: np.random.Generator
) -> Hints:
    """Hints in the colours of the flats, centred where the mask paints; later ones lie on top."""
    canvas = np.zeros((*flats.size, 4), dtype=np.uint8)
    open_pixels = np.flatnonzero(mask.array > 127)
    kind = rng.random()
    if len(open_pixels) == 0 or kind < recipe.none:
        return Hints(canvas)
    if kind < recipe.none + recipe.dense:
        canvas[..., :3], canvas[..., 3] = flats.array, 255
        return Hints(canvas)
    labels = compact(regions.array).labels
    if kind < recipe.none + recipe.dense + recipe.per_region:
        centres = _one_per_region(labels, open_pixels, float(rng.uniform(0.2, 1)), rng)
    else:
        centres = _centres(labels, open_pixels, draw_count(recipe, rng), recipe.even, rng)
    _draw_all(canvas, flats.array, labels, centres, recipe, rng)
    canvas[canvas[..., 3] == 0] = 0
    return Hints(canvas)


def draw_count(recipe: HintRecipe, rng: np.random.Generator) -> int:
    """How many hints, log-uniform."""
    crowded = rng.random() < recipe.crowd
    low, high = (recipe.few, recipe.many) if crowded else (1, recipe.few)
    return int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))


def _one_per_region(
    labels: Int32Array, open_pixels: npt.NDArray[np.int64], share: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """One random pixel in each of a share of the regions."""
    shuffled = rng.permutation(open_pixels)
    _, first = np.unique(labels.ravel()[shuffled], return_index=True)
    kept = rng.random(len(first)) < share
    return np.asarray(shuffled[first[kept]])


def _centres(
    labels: Int32Array,
    open_pixels: npt.NDArray[np.int64],
    count: int,
    even: float,
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Flat indices: a share even over regions, the rest even over pixels."""
    by_region = int(rng.binomial(count, even))
    over_pixels = rng.choice(open_pixels, count - by_region)
    order = open_pixels[np.argsort(labels.ravel()[open_pixels], kind="stable")]
    _, start, area = np.unique(labels.ravel()[order], return_index=True, return_counts=True)
    picked = rng.integers(0, len(start), by_region)
    offset = (rng.random(by_region) * area[picked]).astype(np.int64)
    return rng.permutation(np.concatenate((over_pixels, order[start[picked] + offset])))


def _draw_all(
    canvas: UInt8Array,
    flats: UInt8Array,
    labels: Int32Array,
    centres: npt.NDArray[np.int64],
    recipe: HintRecipe,
    rng: np.random.Generator,
) -> None:
    size = Size.of(labels)
    scale = max(size) / 512
    low, high = np.log(recipe.smallest_radius), np.log(recipe.largest_radius)
    radii = np.maximum(0.6, np.exp(rng.uniform(low, high, len(centres))) * scale)
    shapes = rng.random(len(centres))
    tidy = rng.random(len(centres)) < recipe.tidy
    messy = rng.random(len(centres)) < recipe.messy
    pushes = rng.normal(0, recipe.sloppiness * scale, (len(centres), 2)) * messy[:, None]
    for index, centre in enumerate(centres):
        row, column = divmod(int(centre), size.width)
        colour = tuple(int(value) for value in flats[row, column]) + (255,)
        kind = "stroke" if shapes[index] < recipe.strokes else "circle"
        if recipe.strokes <= shapes[index] < recipe.strokes + recipe.scribbles:
            kind = "scribble"
        place = np.array((column, row)) + (0 if tidy[index] else pushes[index])
        points = _path(kind, place, float(radii[index]), rng)
        _dab(canvas, points, float(radii[index]), kind, colour, labels, (row, column), bool(tidy[index]))


def _path(kind: str, place: Points, radius: float, rng: np.random.Generator) -> Points:
    """Points (N, 2) as (column, row): one for a circle, a walk for a stroke, a zigzag for a scribble."""
    if kind == "circle":
        return place[None]
    if kind == "stroke":
        count = int(rng.integers(2, 6))
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.6, count))
    else:
        count = int(rng.integers(4, 10))
        heading = rng.uniform(0, 2 * np.pi) + np.arange(count) * np.pi + rng.normal(0, 0.4, count)
    steps = rng.uniform(1, 2.5) * radius * np.stack((np.cos(heading), np.sin(heading)), axis=1)
    return np.asarray(place + np.cumsum(steps, axis=0) - steps[0])


def _dab(
    canvas: UInt8Array,
    points: Points,
    radius: float,
    kind: str,
    colour: tuple[int, ...],
    labels: Int32Array,
    seed: tuple[int, int],
    tidy: bool,
) -> None:
    """Paint one hint; a tidy one only on the pixels of its region."""
    width = max(1, round(radius if kind == "circle" else radius * 0.7))
    low = np.floor(points.min(axis=0)).astype(int) - width - 1
    high = np.ceil(points.max(axis=0)).astype(int) + width + 2
    low, high = np.maximum(low, 0), np.minimum(high, (labels.shape[1], labels.shape[0]))
    if np.any(high <= low):
        return
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    stamp = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=np.uint8)
    pixels = np.rint(points - low).astype(np.int32)
    if kind == "circle":
        cv2.circle(stamp, (int(pixels[0, 0]), int(pixels[0, 1])), width, 255, -1)
    else:
        cv2.polylines(stamp, [pixels], False, 255, width)
    painted = stamp > 0
    if tidy:
        painted &= labels[window] == labels[seed]
    canvas[window][painted] = colour


def reduce_hints(hints: Hints, size: Size) -> Hints:
    """Area average for a smaller canvas: colour weighted by alpha, alpha by area.

    Raises:
        InputError: the new size is larger.
    """
    if size.height > hints.size.height or size.width > hints.size.width:
        raise InputError(f"Hints can only be reduced: asked for {size}, found {hints.size}.")
    alpha = hints.array[..., 3:].astype(np.float32)
    weighted = np.concatenate((hints.array[..., :3] * alpha, alpha), axis=2)
    mean = cv2.resize(weighted, (size.width, size.height), interpolation=cv2.INTER_AREA)
    reduced = np.zeros((*size, 4), dtype=np.uint8)
    reduced[..., 3] = np.rint(mean[..., 3])
    wished = reduced[..., 3] > 0
    colour = mean[wished][:, :3] / mean[wished][:, 3:]
    reduced[wished, :3] = np.rint(np.clip(colour, 0, 255))
    return Hints(reduced)
