"""Requests made out of a case: fewer hints, sloppier hints, one edit, a partial mask (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Mask, Size, Stencil
from stenciltorch.evaluation.cases import Case
from stenciltorch.evaluation.hints import Bool, Stroke, find_strokes, label_of

JITTER = 8
"""Messy hints are pushed by up to this many pixels at 512, each way."""

ACROSS = 24
"""Crossing strokes run this far, in pixels at 512."""

WRONG = 0.1
"""Share of hints with another hint's colour."""


def paint_strokes(chosen: Sequence[Stroke], size: Size) -> Hints:
    """Strokes on an empty sheet, later ones on top."""
    pixels = np.zeros((*size, 4), np.uint8)
    for stroke in chosen:
        pixels.reshape(-1, 4)[stroke.pixels] = (*stroke.colour, 255)
    return Hints(pixels)


def shuffled(found: Sequence[Stroke], rng: np.random.Generator) -> list[Stroke]:
    return [found[index] for index in rng.permutation(len(found))]


@dataclass(frozen=True)
class Edit:
    """A request before and after one region got another wish.

    Args:
        region: bool (H, W).
        colour: what is asked for after the edit, (3,).
        place: (row, column) in the middle of the largest stroke that asks for it.
    """

    before: Hints
    after: Hints
    region: Bool
    colour: npt.NDArray[np.uint8]
    place: tuple[int, int]


def draw_edits(case: Case, count: int, rng: np.random.Generator) -> list[Edit]:
    """In turn: a first hint for a region that had none, and another colour for a region that had one; `count` regions
    at random of those that hold a hint.
    """
    found = find_strokes(case.stencil.hints)
    owners = np.array([label_of(stroke.pixels, case.regions) for stroke in found], np.int64)
    hinted = np.unique(owners[owners > 0])
    edits = []
    for turn, label in enumerate(rng.permutation(hinted)[:count]):
        mine = [stroke for stroke, owner in zip(found, owners, strict=True) if owner == label]
        others = [stroke for stroke, owner in zip(found, owners, strict=True) if owner != label]
        make = _added if turn % 2 == 0 else _recoloured
        before, after, colour = make(mine, others, case.stencil.size)
        place = _middle(max(mine, key=lambda stroke: len(stroke.pixels)), case.stencil.size)
        edits.append(Edit(before, after, case.regions.array == label, colour, place))
    return edits


def _middle(stroke: Stroke, size: Size) -> tuple[int, int]:
    """The stroke's pixel nearest to the mean of its pixels."""
    rows, columns = np.divmod(stroke.pixels, size.width)
    nearest = int(np.hypot(rows - rows.mean(), columns - columns.mean()).argmin())
    return int(rows[nearest]), int(columns[nearest])


def _added(mine: list[Stroke], others: list[Stroke], size: Size) -> tuple[Hints, Hints, npt.NDArray[np.uint8]]:
    largest = max(mine, key=lambda stroke: len(stroke.pixels))
    same = [stroke for stroke in mine if np.array_equal(stroke.colour, largest.colour)]
    return paint_strokes(others, size), paint_strokes([*others, *same], size), largest.colour


def _recoloured(mine: list[Stroke], others: list[Stroke], size: Size) -> tuple[Hints, Hints, npt.NDArray[np.uint8]]:
    """Red, green and blue change places; greys become a mid red."""
    largest = max(mine, key=lambda stroke: len(stroke.pixels))
    colour = np.roll(largest.colour, 1)
    if int(colour.max()) - int(colour.min()) < 40:
        colour = np.array((200, 70, 60), np.uint8)
    changed = [stroke._replace(colour=colour) for stroke in mine]
    return paint_strokes([*others, *mine], size), paint_strokes([*others, *changed], size), colour


def jittered(found: Sequence[Stroke], size: Size, rng: np.random.Generator) -> Hints:
    """Every stroke pushed by up to JITTER."""
    reach = JITTER * max(size) / 512
    moved = []
    for stroke in found:
        down, across = (round(float(part)) for part in rng.uniform(-reach, reach, 2))
        rows, columns = stroke.pixels // size.width + down, stroke.pixels % size.width + across
        kept = (rows >= 0) & (rows < size.height) & (columns >= 0) & (columns < size.width)
        moved.append(stroke._replace(pixels=(rows * size.width + columns)[kept]))
    return paint_strokes(moved, size)


def crossing(found: Sequence[Stroke], size: Size, rng: np.random.Generator) -> Hints:
    """Each stroke drawn on for ACROSS px in some direction, over lines too, half as wide."""
    length = ACROSS * max(size) / 512
    canvas = paint_strokes(found, size).array.copy()
    for stroke in found:
        middle = (float((stroke.pixels % size.width).mean()), float((stroke.pixels // size.width).mean()))
        angle = float(rng.uniform(0, 2 * np.pi))
        end = (round(middle[0] + length * np.cos(angle)), round(middle[1] + length * np.sin(angle)))
        width = max(1, round(np.sqrt(len(stroke.pixels) / np.pi)))
        cv2.line(canvas, (round(middle[0]), round(middle[1])), end, (*stroke.colour.tolist(), 255), width)
    return Hints(canvas)


def miscoloured(found: Sequence[Stroke], size: Size, rng: np.random.Generator) -> tuple[Hints, list[Stroke]]:
    """One stroke in ten (at least one) with another stroke's colour, and the strokes that stayed right."""
    wrong = set(rng.permutation(len(found))[: max(1, round(WRONG * len(found)))].tolist())
    drawn, right = [], []
    for index, stroke in enumerate(found):
        if index in wrong:
            drawn.append(stroke._replace(colour=found[int(rng.integers(len(found)))].colour))
        else:
            drawn.append(stroke)
            right.append(stroke)
    return paint_strokes(drawn, size), right


def partial_mask(case: Case, rng: np.random.Generator) -> Mask:
    """Open over a random half of the regions."""
    chosen = rng.random(case.regions.count + 1) < 0.5
    return Mask(np.where(chosen[case.regions.array], 255, 0).astype(np.uint8))


def with_strokes(stencil: Stencil, chosen: Sequence[Stroke]) -> Stencil:
    return stencil.with_hints(paint_strokes(chosen, stencil.size))
