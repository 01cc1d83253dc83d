"""Did the colour come out that was asked for? Hint errors in dE2000 (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import chroma_delta_e, delta_e, to_lab

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
        region_chroma: over the region, lightness set aside.
    """

    stroke: float | None
    region: float | None
    gap: float | None
    region_chroma: float | None


def strokes_of(hints: Hints) -> Iterator[tuple[Bool, npt.NDArray[np.uint8]]]:
    """Each connected area of one hint colour: where it lies, (H, W), and its colour (3,)."""
    pixels = hints.array
    solid = pixels[..., 3] > 127
    packed = (pixels[..., :3].astype(np.int64) @ np.array([65536, 256, 1])) * solid + solid
    for code in np.unique(packed[solid]):
        count, labels = cv2.connectedComponents((packed == code).astype(np.uint8), connectivity=8)
        for label in range(1, count):
            area = labels == label
            yield area, pixels[area][0, :3]


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
    sizes = {painted.size, hints.size, lineart.size, *([regions.size] if regions else [])}
    if len(sizes) > 1:
        raise InputError(f"All parts must have one size, found {', '.join(map(str, sizes))}.")
    lab = to_lab(painted.array)
    clear = away_from_lines(lineart)
    return [_one(lab, clear, area, to_lab(colour), regions) for area, colour in strokes_of(hints)]


def _one(
    lab: npt.NDArray[np.float64],
    clear: Bool,
    area: Bool,
    colour: npt.NDArray[np.float64],
    regions: Regions | None,
) -> HintError:
    stroke = _median(delta_e(lab[area & clear], colour))
    labels = regions.array[area & clear & (regions.array > 0)] if regions else np.empty(0, np.int32)
    if regions is None or not labels.size:
        return HintError(stroke, None, None, None)
    region = regions.array == int(np.bincount(labels).argmax())
    inside = lab[region & clear]
    return HintError(
        stroke,
        _median(delta_e(inside, colour)),
        _median(delta_e(lab[region & clear & ~area], colour)),
        _median(chroma_delta_e(inside, colour)),
    )


def _median(values: npt.NDArray[np.float64]) -> float | None:
    return float(np.median(values)) if values.size else None
