"""Did the colour come out that was asked for? Hint errors in dE2000 (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import chroma_delta_e, delta_e, lab_of, to_lab

Bool = npt.NDArray[np.bool_]

INK = 128
"""Lineart darker than this is line."""

CLEAR = 2
"""Pixels that count keep this distance from lines."""


@dataclass(frozen=True)
class HintError:
    """Median dE2000 between the painting and one hint's colour; None where no pixel counts.

    Args:
        stroke: under the stroke.
        region: over the stroke's region.
        gap: over the region without the stroke.
        stroke_chroma, region_chroma, gap_chroma: the same, lightness set aside.
    """

    stroke: float | None
    region: float | None = None
    gap: float | None = None
    stroke_chroma: float | None = None
    region_chroma: float | None = None
    gap_chroma: float | None = None


SCOPES = tuple(field.name for field in fields(HintError))


class Stroke(NamedTuple):
    """A connected area of one hint colour: flat indices of its pixels, ascending, and its colour (3,)."""

    pixels: npt.NDArray[np.int64]
    colour: npt.NDArray[np.uint8]


def find_strokes(hints: Hints) -> list[Stroke]:
    """By colour, then by place; faint pixels (alpha up to 127) belong to none."""
    pixels = hints.array
    solid = pixels[..., 3] > 127
    packed = (pixels[..., :3].astype(np.int32) @ np.array([65536, 256, 1], np.int32)) * solid + solid * (1 << 24)
    found = []
    for places in _grouped(np.flatnonzero(solid), packed[solid]):
        found += [Stroke(part, pixels.reshape(-1, 4)[part[0], :3]) for part in _connected(places, hints.size.width)]
    return found


def _grouped(places: npt.NDArray[np.int64], owners: npt.NDArray[np.int32]) -> list[npt.NDArray[np.int64]]:
    """Places by owner, ascending within each."""
    if not places.size:
        return []
    order = np.argsort(owners, kind="stable")
    return np.split(places[order], np.flatnonzero(np.diff(owners[order])) + 1)


def _connected(places: npt.NDArray[np.int64], width: int) -> list[npt.NDArray[np.int64]]:
    """The connected parts of flat indices, in the order in which OpenCV numbers them, which goes by pairs of rows."""
    rows, columns = np.divmod(places, width)
    rows, columns = rows - (rows[0] & ~1), columns - (columns.min() & ~1)
    area = np.zeros((int(rows[-1]) + 1, int(columns.max()) + 1), np.uint8)
    area[rows, columns] = 1
    _, labels = cv2.connectedComponents(area, connectivity=8)
    return _grouped(places, labels[rows, columns])


def strokes_of(hints: Hints) -> Iterator[tuple[Bool, npt.NDArray[np.uint8]]]:
    """Each stroke as a mask, bool (H, W), and its colour (3,)."""
    for stroke in find_strokes(hints):
        area = np.zeros(hints.size, np.bool_)
        area.ravel()[stroke.pixels] = True
        yield area, stroke.colour


def away_from_lines(lineart: Lineart) -> Bool:
    """Pixels at least CLEAR px from any line."""
    ink = (lineart.array < INK).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * CLEAR + 1, 2 * CLEAR + 1))
    return np.asarray(cv2.dilate(ink, kernel) == 0)


def hint_errors(
    painted: Illustration, hints: Hints, lineart: Lineart, regions: Regions | None = None
) -> list[HintError]:
    """One error per stroke; the region is the one under most of the stroke's clear pixels.

    Raises:
        InputError: the sizes differ.
    """
    return Wishes(find_strokes(hints), lineart, regions).errors(painted)


class Wishes:
    """What some hints ask of a drawing, found once and judged on any number of paintings.

    Strokes that ask for one colour in one region share the work.

    Args:
        most: pixels of a region that are looked at, evenly spread over it; all when not given.

    Raises:
        InputError: the sizes differ.
    """

    def __init__(
        self, strokes: Sequence[Stroke], lineart: Lineart, regions: Regions | None, most: int | None = None
    ) -> None:
        if regions and regions.size != lineart.size:
            raise InputError(f"All parts must have one size, found {lineart.size}, {regions.size}.")
        self.size, self.count = lineart.size, len(strokes)
        clear = away_from_lines(lineart).ravel()
        under = [stroke.pixels[clear[stroke.pixels]] for stroke in strokes]
        labels = [label_of(some, regions) if regions else 0 for some in under]
        wishes = {(label, stroke.colour.tobytes()): stroke for label, stroke in zip(labels, strokes, strict=True)}
        beside = [_region_pixels(label, clear, regions) for label, _ in wishes]
        self._under = _Pixels([some[_spread(len(some), most)] for some in under], strokes)
        self._region = _Pixels([some[_spread(len(some), most)] for some in beside], list(wishes.values()))
        numbers = {wish: number for number, wish in enumerate(wishes)}
        self._wish = [numbers[label, stroke.colour.tobytes()] for label, stroke in zip(labels, strokes, strict=True)]
        self._drawn = [stroke.pixels for stroke in strokes]

    def errors(self, painted: Illustration) -> list[HintError]:
        """One for each stroke, in order."""
        if painted.size != self.size:
            raise InputError(f"All parts must have one size, found {self.size}, {painted.size}.")
        lab = lab_of(painted).reshape(-1, 3)
        columns: list[list[float | None]] = []
        for distance in (delta_e, chroma_delta_e):
            region = distance(lab[self._region.pixels], self._region.colours)
            columns.append(self._under.medians(distance(lab[self._under.pixels], self._under.colours)))
            whole = self._region.medians(region)
            columns.append([whole[wish] for wish in self._wish])
            columns.append([self._gap(region, number) for number in range(self.count)])
        return [HintError(*values) for values in zip(*columns, strict=True)]

    def _gap(self, region: npt.NDArray[np.float64], number: int) -> float | None:
        """The median over what a stroke leaves of its region."""
        wish, drawn = self._wish[number], self._drawn[number]
        part, values = self._region.parts[wish], region[self._region.span(wish)]
        places = np.searchsorted(part, drawn)
        inside = places < len(part)
        places, drawn = places[inside], drawn[inside]
        return _median(np.delete(values, places[part[places] == drawn]))

    def region_chroma(self, painted: Illustration) -> float | None:
        """The mean of that scope, in a fraction of the time."""
        found = to_lab(painted.array.reshape(-1, 3)[self._region.pixels])
        medians = self._region.medians(chroma_delta_e(found, self._region.colours))
        known = [value for wish in self._wish if (value := medians[wish]) is not None]
        return float(np.mean(known)) if known else None


class _Pixels:
    """Pixels of each stroke or wish, ascending, one after another, each with the Lab colour that is wished there."""

    def __init__(self, parts: Sequence[npt.NDArray[np.int64]], strokes: Sequence[Stroke]) -> None:
        self.parts = parts
        self.pixels = np.concatenate([_NO_PIXELS, *parts])
        self.ends = np.cumsum([0, *(len(part) for part in parts)])
        colours = np.array([stroke.colour for stroke in strokes], np.uint8).reshape(-1, 3)
        self.colours = np.repeat(to_lab(colours), np.diff(self.ends), axis=0)

    def span(self, number: int) -> slice:
        return slice(int(self.ends[number]), int(self.ends[number + 1]))

    def medians(self, values: npt.NDArray[np.float64]) -> list[float | None]:
        return [_median(values[self.span(number)]) for number in range(len(self.parts))]


_NO_PIXELS = np.empty(0, np.int64)


def _region_pixels(label: int, clear: Bool, regions: Regions | None) -> npt.NDArray[np.int64]:
    """The clear pixels of a region; none of label 0."""
    return np.flatnonzero((regions.array.ravel() == label) & clear) if regions and label else _NO_PIXELS


def _spread(count: int, most: int | None) -> npt.NDArray[np.int64]:
    """At most `most` of the numbers below `count`, evenly spread."""
    return np.arange(count) if most is None or count <= most else np.linspace(0, count - 1, most).astype(np.int64)


def label_of(pixels: npt.NDArray[np.int64], regions: Regions) -> int:
    """The label that most of these flat indices have; 0 when all of them are on lines."""
    counts = np.bincount(regions.array.ravel()[pixels], minlength=1)
    counts[0] = 0
    return int(counts.argmax())


def _median(values: npt.NDArray[np.float64]) -> float | None:
    return float(np.median(values)) if values.size else None
