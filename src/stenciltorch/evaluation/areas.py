"""Areas of a picture, found and measured: enclosed areas, shading, tint, palette, flat segments (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import find_objects

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions
from stenciltorch.evaluation.colour import Float, delta_e, lab_of, to_lab
from stenciltorch.evaluation.hints import Bool, away_from_lines
from stenciltorch.synthesis.flats import flat_colours

SMALLEST = 150
"""Clear pixels that a region needs before its shading is measured."""

SHADED = 1.0
"""Spread of lightness (L*) from which a true region counts as shaded."""

OWN = 15.0
"""Up to this dE2000 a pixel is taken for its region's colour, shaded."""

Box = tuple[slice, slice]


def enclosed_areas(lineart: Lineart, gap: int = 2, ink: int = 200) -> Regions:
    """The areas that lines enclose, after gaps of up to about 2 x `gap` px are closed; lines join the nearest area.

    Args:
        ink: lineart darker than this is line.
    """
    lines = (lineart.array < ink).astype(np.uint8)
    closed = cv2.dilate(lines, np.ones((2 * gap + 1, 2 * gap + 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    labels = labels.astype(np.int32)
    labels[(stats[:, cv2.CC_STAT_AREA] < 25)[labels]] = 0
    return Regions(cv2.watershed(lineart.as_illustration().array.copy(), labels).clip(0).astype(np.int32))


def boxes(regions: Regions) -> Iterator[tuple[int, Box]]:
    """(label, the rows and columns that hold it) of every label that occurs."""
    for label, box in enumerate(find_objects(regions.array), start=1):
        if box is not None:
            yield label, box


def hinted_regions(hints: Hints, regions: Regions) -> Bool:
    """Which labels 0..n hold at least one pixel of a hint."""
    counts = np.bincount(regions.array[hints.array[..., 3] > 127], minlength=regions.count + 1)
    counts[0] = 0
    return np.asarray(counts > 0)


def shading_ratio(
    painted: Illustration,
    target: Illustration,
    flats: Illustration,
    regions: Regions,
    lineart: Lineart,
    hinted: Bool | None = None,
) -> float | None:
    """Spread of lightness within regions against the true picture's: area-weighted mean of the painted standard
    deviations over that of the true ones.

    Only clear pixels count that are painted in about their region's flat colour, and only regions that mostly are:
    another colour is no shading.

    Args:
        hinted: which labels count; all when not given.

    Returns:
        0 flat .. 1 as shaded as the truth (and above), or None when no such region of the truth is shaded.
    """
    clear = away_from_lines(lineart) & (regions.array > 0)
    if hinted is not None:
        clear &= hinted[regions.array]
    labels, count = regions.array[clear], regions.count + 1
    shown = lab_of(painted)[clear]
    own = delta_e(shown, to_lab(flats.array[clear])) <= OWN
    whole, areas = (np.bincount(some, minlength=count) for some in (labels, labels[own]))
    true = _spread(lab_of(target)[clear, 0][own], labels[own], areas)
    found = _spread(shown[own][:, 0], labels[own], areas)
    counted = (areas >= SMALLEST) & (2 * areas >= whole) & (true >= SHADED)
    if not counted.any():
        return None
    return float((areas * found)[counted].sum() / (areas * true)[counted].sum())


def _spread(lightness: Float, labels: npt.NDArray[np.int32], areas: npt.NDArray[np.int64]) -> Float:
    """Standard deviation of each label."""
    count = np.maximum(areas, 1)
    mean = np.bincount(labels, lightness, len(areas)) / count
    return np.asarray(np.sqrt(np.bincount(labels, (lightness - mean[labels]) ** 2, len(areas)) / count))


def tint_bias(painted: Illustration, target: Illustration, counted: Bool) -> tuple[float, float] | None:
    """Mean a* and b* of the painted picture less the target's, over the counted pixels (H, W); None without any."""
    if not counted.any():
        return None
    drift = lab_of(painted)[counted, 1:] - lab_of(target)[counted, 1:]
    return float(drift[:, 0].mean()), float(drift[:, 1].mean())


def palette_distance(
    painted: Illustration, target: Illustration, counted: Bool, rng: np.random.Generator, slices: int = 32
) -> float | None:
    """Sliced Wasserstein-1 distance of the two pictures' colours in Lab, wherever in the picture they are.

    Args:
        rng: draws the `slices` directions.
    """
    if not counted.any():
        return None
    found, true = (np.ascontiguousarray(lab_of(picture)[counted].T) for picture in (painted, target))
    total = 0.0
    for _ in range(slices):
        direction = rng.normal(size=3)
        direction /= np.linalg.norm(direction)
        total += float(np.abs(np.sort(direction @ found) - np.sort(direction @ true)).mean())
    return total / slices


def segment_accuracy(
    painted: Illustration, flats: Illustration, regions: Regions, lineart: Lineart, smallest: int = 10
) -> tuple[float, float, float] | None:
    """Shares of regions of more than `smallest` px, of all regions, and of the former's pixels, whose median colour is
    nearest to their own of the picture's flat colours (BasicPBC's Acc-Thres, Acc and Pix-Acc).
    """
    clear = away_from_lines(lineart)
    colours = flat_colours(flats, regions)
    palette = to_lab(np.unique(colours[np.unique(regions.array[regions.array > 0])], axis=0))
    lab = to_lab(painted.array)
    right, areas = [], []
    for label, box in boxes(regions):
        inside = regions.array[box] == label
        counted = inside & clear[box]
        if not counted.any():
            continue
        median = np.median(lab[box][counted], axis=0)
        own = to_lab(colours[label])
        right.append(float(delta_e(median, own)) <= float(delta_e(palette, median).min()) + 1e-9)
        areas.append(int(inside.sum()))
    known, sizes = np.array(right, np.float64), np.array(areas)
    large = sizes > smallest
    if not large.any():
        return None
    return float(known[large].mean()), float(known.mean()), float(np.average(known[large], weights=sizes[large]))
