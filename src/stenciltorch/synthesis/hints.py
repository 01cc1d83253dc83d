"""Colour hints as a user would leave them: dabs, strokes and scribbles in the flat colours (paper 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from stenciltorch.canvas import Hints, Illustration, Int32Array, Mask, Regions, Size, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, Int64Array
from stenciltorch.synthesis.labels import compact, edge_distance


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
        tidy: share of hints that are aimed well inside their region and stay there.
        messy: share of hints that are pushed off their place.
        sloppiness: standard deviation of the push.
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


class _Ground(NamedTuple):
    """Where hints can be centred: flat pixel indices sorted by label, and where each label starts in them."""

    labels: Int32Array
    depth: Float32Array
    order: Int64Array
    starts: Int64Array
    areas: Int64Array


class _Dab(NamedTuple):
    """One hint: its path (column, row), brush radius, colour, and the label it must stay on (-1: none)."""

    points: list[tuple[float, float]]
    radius: float
    colour: tuple[int, int, int, int]
    label: int


def draw_hints(
    flats: Illustration, regions: Regions, mask: Mask, recipe: HintRecipe, rng: np.random.Generator
) -> Hints:
    """Hints in the colours of the flats, centred where the mask paints; later ones lie on top.

    The colour of a hint is the flat colour at its centre, whatever it then runs over.
    """
    canvas = np.zeros((*flats.size, 4), dtype=np.uint8)
    open_pixels = np.flatnonzero(mask.array > 127)
    kind = rng.random()
    if len(open_pixels) == 0 or kind < recipe.none:
        return Hints(canvas)
    if kind < recipe.none + recipe.dense:
        return Hints(np.dstack((flats.array, np.full(flats.size, 255, np.uint8))))
    ground = _ground(regions, open_pixels)
    if kind < recipe.none + recipe.dense + recipe.per_region:
        chosen = np.flatnonzero(rng.random(len(ground.starts)) < rng.uniform(0.2, 1))
        centres = rng.permutation(_inside(ground, chosen, rng))
    else:
        centres = _centres(ground, draw_count(recipe, rng), recipe.even, rng)
    for dab in _dabs(flats.array, ground, centres, recipe, rng):
        _paint(canvas, dab, ground.labels)
    return Hints(canvas)


def draw_count(recipe: HintRecipe, rng: np.random.Generator) -> int:
    """How many hints, log-uniform."""
    crowded = rng.random() < recipe.crowd
    low, high = (recipe.few, recipe.many) if crowded else (1, recipe.few)
    return int(np.exp(rng.uniform(np.log(low), np.log(high + 1))))


def _ground(regions: Regions, open_pixels: Int64Array) -> _Ground:
    labels, originals = compact(regions.array)
    keys = labels.ravel()[open_pixels]
    short = keys.astype(np.uint16) if len(originals) < 1 << 16 else keys
    order = open_pixels[np.argsort(short, kind="stable")]
    areas = np.bincount(keys, minlength=len(originals))
    starts = np.cumsum(areas) - areas
    return _Ground(labels, edge_distance(labels), order, starts[areas > 0], areas[areas > 0])


def _centres(ground: _Ground, count: int, even: float, rng: np.random.Generator) -> Int64Array:
    """Flat indices: a share even over regions, the rest even over pixels."""
    by_region = int(rng.binomial(count, even))
    over_pixels = ground.order[rng.integers(0, len(ground.order), count - by_region)]
    picked = rng.integers(0, len(ground.starts), by_region)
    return rng.permutation(np.concatenate((over_pixels, _inside(ground, picked, rng))))


def _inside(ground: _Ground, picked: Int64Array, rng: np.random.Generator) -> Int64Array:
    """A pixel of each picked region: the one farthest from the region's edge out of three at random."""
    offsets = (rng.random((3, len(picked))) * ground.areas[picked]).astype(np.int64)
    candidates = ground.order[ground.starts[picked] + offsets]
    deepest = np.argmax(ground.depth.ravel()[candidates], axis=0)
    return np.asarray(candidates[deepest, np.arange(len(picked))])


def _dabs(
    flats: UInt8Array, ground: _Ground, centres: Int64Array, recipe: HintRecipe, rng: np.random.Generator
) -> list[_Dab]:
    count, size = len(centres), Size.of(ground.labels)
    scale = max(size) / 512
    low, high = np.log(recipe.smallest_radius * scale), np.log(recipe.largest_radius * scale)
    radii = np.exp(rng.uniform(low, high, count))
    tidy = rng.random(count) < recipe.tidy
    radii = np.where(tidy, np.minimum(radii, ground.depth.ravel()[centres] * 0.9), radii)
    pushes = rng.normal(0, recipe.sloppiness * scale, (count, 2))
    pushes *= (~tidy & (rng.random(count) < recipe.messy / max(1e-9, 1 - recipe.tidy)))[:, None]
    colours = flats.reshape(-1, 3)[centres].tolist()
    owners = np.where(tidy, ground.labels.ravel()[centres], -1).tolist()
    shapes = rng.random(count).tolist()
    places = np.stack((centres % size.width, centres // size.width), axis=1) + pushes
    dabs = []
    for index, (column, row) in enumerate(places.tolist()):
        red, green, blue = colours[index]
        path = _path(shapes[index], recipe, (column, row), float(radii[index]), rng)
        dabs.append(_Dab(path, float(radii[index]), (red, green, blue, 255), owners[index]))
    return dabs


def _path(
    shape: float, recipe: HintRecipe, place: tuple[float, float], radius: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """One point for a circle, a walk for a stroke (PaintsTorch 2019), a zigzag for a scribble."""
    if shape >= recipe.strokes + recipe.scribbles:
        return [place]
    if shape < recipe.strokes:
        count = int(rng.integers(2, 6))
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.6, count))
    else:
        count = int(rng.integers(4, 10))
        heading = rng.uniform(0, 2 * np.pi) + np.arange(count) * np.pi + rng.normal(0, 0.4, count)
    steps = rng.uniform(1, 2.5) * radius * np.stack((np.cos(heading), np.sin(heading)), axis=1)
    steps[0] = place
    return [(column, row) for column, row in np.cumsum(steps, axis=0).tolist()]


def _paint(canvas: UInt8Array, dab: _Dab, labels: Int32Array) -> None:
    """Lay one hint over the others; one with a label only on the pixels of its region."""
    height, width = labels.shape
    reach = int(dab.radius) + 2
    columns, rows = [point[0] for point in dab.points], [point[1] for point in dab.points]
    left, right = max(0, int(min(columns)) - reach), min(width, int(max(columns)) + reach + 1)
    top, bottom = max(0, int(min(rows)) - reach), min(height, int(max(rows)) + reach + 1)
    if left >= right or top >= bottom:
        return
    window = canvas[top:bottom, left:right]
    if dab.label < 0:
        _draw(window, dab, (left, top), dab.colour)
        return
    stamp = np.zeros(window.shape[:2], dtype=np.uint8)
    _draw(stamp, dab, (left, top), (1,))
    stamp &= labels[top:bottom, left:right] == dab.label
    window[stamp > 0] = dab.colour


def _draw(target: UInt8Array, dab: _Dab, corner: tuple[int, int], colour: tuple[int, ...]) -> None:
    path = [(round(column) - corner[0], round(row) - corner[1]) for column, row in dab.points]
    if len(path) == 1:
        cv2.circle(target, path[0], max(0, round(dab.radius)), colour, -1)
    else:
        cv2.polylines(target, [np.array(path, np.int32)], False, colour, max(1, round(1.4 * dab.radius)))
