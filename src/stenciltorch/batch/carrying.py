"""Hints for a page from a coloured page of the same characters: areas that look alike get the same colour. Ours.

An area is what lines close. Two areas are alike when they lie in the same part of the drawing, have about the same
size and shape, and no other area of another colour is nearly as like. Areas without such a match get no hint; there
the model proposes, and the reference's palette decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Int32Array, Lineart, Size, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.palettes import Swatches, find_segments, swatches_of
from stenciltorch.palettes.segments import PAPER
from stenciltorch.synthesis.labels import medians

LEAST_AREA = 1.5e-4
"""Of the page; smaller areas are left to what surrounds them."""
SCALES = np.array([0.12, 0.12, 0.45, 0.35, 0.35])
"""What counts as one step of difference: place down and across (of the drawing), log of area, shape (two)."""
LIKE = 1.5
"""Steps up to which two areas are alike."""
CLEARER = 1.6
"""The best area of another colour must be this many times as far."""
DAB_SHARE = 0.5
"""A dab's radius: of the distance to the nearest line."""

Float64Array = npt.NDArray[np.float64]


class Areas(NamedTuple):
    """Areas of one page.

    Args:
        labels: int32 (H, W): 0 line or too small, 1..n.
        features: float64 (n, 5), see `SCALES`.
        places: row and column of the point that is farthest from lines, (n, 2).
        radii: its distance to the nearest line, (n,).
    """

    labels: Int32Array
    features: Float64Array
    places: npt.NDArray[np.int64]
    radii: Float64Array


@dataclass(frozen=True)
class Reference:
    """A coloured page.

    Args:
        areas: of its drawing.
        colours: uint8 (n, 3), the median colour of each area.
        palette: its colours, the most used first.
    """

    areas: Areas
    colours: UInt8Array
    palette: Swatches

    @classmethod
    def of(cls, coloured: Illustration, lineart: Lineart) -> Reference:
        """Raises InputError when the sizes differ, or the lines close no area."""
        if coloured.size != lineart.size:
            raise InputError(f"The reference has {coloured.size} pixels but its drawing {lineart.size}; use one size.")
        areas = areas_of(lineart)
        if not len(areas.features):
            raise InputError("The reference's drawing has no areas that lines close; give another page.")
        chosen = areas.labels > 0
        colours = medians(coloured.array[chosen], areas.labels[chosen] - 1, len(areas.features))
        flats = np.concatenate([colours[:1], colours])[areas.labels]
        return cls(areas, colours, swatches_of(Illustration(flats)))


def areas_of(lineart: Lineart) -> Areas:
    """What lines close, the largest first."""
    open_paper = (lineart.array >= PAPER).view(np.uint8)
    count, found, facts, _ = cv2.connectedComponentsWithStats(open_paper, connectivity=4)
    sizes = facts[1:, cv2.CC_STAT_AREA]
    order = [int(number) for number in np.argsort(-sizes, kind="stable") if sizes[number] >= LEAST_AREA * found.size]
    table = np.zeros(count, np.int32)
    table[np.array(order, int) + 1] = np.arange(1, len(order) + 1)
    labels = table[found]
    distance = cv2.distanceTransform(open_paper, cv2.DIST_L2, 5)
    boxes = [facts[number + 1] for number in order]
    looks = [_look(labels, distance, place, box, _frame(lineart)) for place, box in enumerate(boxes, 1)]
    features = np.array([look[0] for look in looks]).reshape(-1, len(SCALES))
    places = np.array([look[1] for look in looks], np.int64).reshape(-1, 2)
    return Areas(labels, features, places, np.array([look[2] for look in looks]))


def _frame(lineart: Lineart) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is drawn."""
    rows, columns = (np.flatnonzero((lineart.array < PAPER).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, *lineart.size
    return int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def _look(
    labels: Int32Array,
    distance: npt.NDArray[Any],
    number: int,
    box: npt.NDArray[np.int32],
    frame: tuple[int, int, int, int],
) -> tuple[list[float], tuple[int, int], float]:
    left, top, width, height, pixels = (int(fact) for fact in box)
    inside = labels[top : top + height, left : left + width] == number
    moments = cv2.moments(inside.view(np.uint8), binaryImage=True)
    across, down = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    depth = np.where(inside, distance[top : top + height, left : left + width], 0)
    row, column = (int(place) for place in np.unravel_index(int(depth.argmax()), depth.shape))
    place = [(top + down - frame[0]) / frame[2], (left + across - frame[1]) / frame[3]]
    features = [*place, 0.5 * np.log(pixels / (frame[2] * frame[3])), *_shape(moments, pixels)]
    return features, (top + row, left + column), float(depth.max())


def _shape(moments: dict[str, float], pixels: int) -> tuple[float, float]:
    """Log of the spread down and across, against a disc of the same area."""
    disc = pixels / (4 * np.pi)
    down, across = moments["mu02"] / moments["m00"], moments["mu20"] / moments["m00"]
    return 0.5 * float(np.log((down + 1) / disc)), 0.5 * float(np.log((across + 1) / disc))


def carry(reference: Reference, lineart: Lineart) -> Hints:
    """A dab in the middle of every area of the page that is like one of the reference's; maybe none."""
    areas = areas_of(lineart)
    canvas = np.zeros((*lineart.size, 4), np.uint8)
    for number, colour in enumerate(_matched(reference, areas)):
        if colour is not None:
            row, column = (int(place) for place in areas.places[number])
            _dab(canvas, (column, row), max(1.0, DAB_SHARE * areas.radii[number]), colour, lineart.size)
    return Hints(canvas)


def _matched(reference: Reference, areas: Areas) -> list[tuple[int, int, int] | None]:
    """A colour for each area, or None where no colour is clearly the most alike."""
    if not len(areas.features):
        return []
    gaps = (areas.features[:, None] - reference.areas.features[None]) / SCALES
    distances = np.sqrt((gaps**2).sum(axis=2))
    kinds = find_segments(Illustration(reference.colours[None])).labels[0]
    colours: list[tuple[int, int, int] | None] = []
    for row in distances:
        best = int(row.argmin())
        others = row[kinds != kinds[best]]
        clear = not len(others) or others.min() > CLEARER * row[best]
        red, green, blue = (int(level) for level in reference.colours[best])
        colours.append((red, green, blue) if row[best] <= LIKE and clear else None)
    return colours


def _dab(canvas: UInt8Array, centre: tuple[int, int], radius: float, colour: tuple[int, int, int], size: Size) -> None:
    most = max(size) / 128
    cv2.circle(canvas, centre, round(min(radius, max(most, 2))), (*colour, 255), -1)
