"""Does colour stop at lines, do the lines stay, and do none appear? (docs/metrics.md)"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from skimage.morphology import skeletonize

from stenciltorch.canvas import Illustration, Lineart, Regions
from stenciltorch.errors import InputError
from stenciltorch.evaluation.areas import boxes
from stenciltorch.evaluation.colour import Float, delta_e, lab_of, to_lab
from stenciltorch.evaluation.hints import INK, Bool, away_from_lines
from stenciltorch.synthesis.flats import flat_colours
from stenciltorch.synthesis.lineart import LineStyle, extract_lineart

DISTINCT, DISTINCT_CHROMA = 10.0, 5.0
"""Two regions are told apart from this dE2000 and this distance in the a-b plane on."""

FURTHEST = 16
"""The longest reach of `bleed`, in pixels."""

LINED = 2
"""A border has a line when a line pixel lies this near to it, in pixels."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Borders:
    """The pixels beside borders at which bleeding can be told: one entry for each pixel and neighbour.

    Args:
        pixels: flat index of the pixel.
        distance: to the neighbour, in pixels, at most FURTHEST.
        own, other: a* and b* of the pixel's own region and of the neighbour, (n, 2).
        lined: whether the border between them has a line.
    """

    pixels: Ints
    distance: npt.NDArray[np.float32]
    own: Float
    other: Float
    lined: Bool

    def share(self, lab: Float) -> Float:
        """How far along the way from its own colour to the neighbour's each pixel of Lab (H, W, 3) lies; 1 = there."""
        way = self.other - self.own
        found = lab.reshape(-1, 3)[self.pixels, 1:] - self.own
        return np.asarray((found * way).sum(1) / (way * way).sum(1))


def find_borders(
    flats: Illustration,
    regions: Regions,
    lineart: Lineart,
    target: Illustration | None = None,
    hinted: Bool | None = None,
) -> Borders:
    """The clear pixels within FURTHEST px of a touching region of another colour (dE2000 and a-b distance).

    Args:
        flats: the true flat colour of each region.
        target: the true picture; where it shows the neighbour's colour itself (soft brushwork, crumbs), a pixel does
            not count. Its flats when not given.
        hinted: labels whose colour was asked for; a pair counts when both were. All when not given.

    Raises:
        InputError: the sizes differ.
    """
    sizes = {flats.size, regions.size, lineart.size, *([target.size] if target else [])}
    if len(sizes) > 1:
        raise InputError(f"All parts must have one size, found {', '.join(map(str, sizes))}.")
    colours = to_lab(flat_colours(flats, regions))
    pairs = _distinct_pairs(regions, colours, hinted)
    clear = away_from_lines(lineart)
    lined = _dilated(lineart.array < INK, LINED)
    found = [
        _beside(label, box, pairs[label], regions, clear, lined) for label, box in boxes(regions) if label in pairs
    ]
    pixels, distance, inked, other = (np.concatenate(part) for part in zip(*found, strict=True)) if found else _NONE
    own = regions.array.ravel()[pixels]
    borders = Borders(pixels, distance, colours[own][:, 1:], colours[other][:, 1:], inked)
    return _where(borders, borders.share(lab_of(target)) <= 0.5) if target else borders


_NONE = (np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.bool_), np.empty(0, np.int64))


def _where(borders: Borders, kept: Bool) -> Borders:
    return Borders(
        borders.pixels[kept], borders.distance[kept], borders.own[kept], borders.other[kept], borders.lined[kept]
    )


def _distinct_pairs(regions: Regions, colours: Float, hinted: Bool | None) -> dict[int, Ints]:
    """For each region the touching ones whose colour can be told from its own."""
    labels = regions.array
    across = np.stack([labels[:, 1:].ravel(), labels[:, :-1].ravel()])
    down = np.stack([labels[1:].ravel(), labels[:-1].ravel()])
    both = np.concatenate([across, down], axis=1)
    both = both[:, (both[0] != both[1]) & (both > 0).all(axis=0)].astype(np.int64)
    both = np.concatenate([both, both[::-1]], axis=1)
    keys = np.unique(both[0] * (regions.count + 1) + both[1])
    first, second = np.divmod(keys, regions.count + 1)
    apart = np.linalg.norm((colours[first] - colours[second])[:, 1:], axis=1) >= DISTINCT_CHROMA
    apart &= delta_e(colours[first], colours[second]) >= DISTINCT
    if hinted is not None:
        apart &= hinted[first] & hinted[second]
    return {int(label): second[apart & (first == label)] for label in np.unique(first[apart])}


def _beside(
    label: int, box: tuple[slice, slice], others: Ints, regions: Regions, clear: Bool, lined: Bool
) -> tuple[Ints, npt.NDArray[np.float32], Bool, Ints]:
    """Clear pixels of `others` near the region: flat index, distance, whether a line lies between, and the region."""
    rows, columns = (slice(max(0, side.start - FURTHEST - 1), side.stop + FURTHEST + 1) for side in box)
    labels = regions.array[rows, columns]
    outside = (labels != label).astype(np.uint8)
    distance, nearest = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    counted = (distance <= FURTHEST) & np.isin(labels, others) & clear[rows, columns]
    inked = np.zeros(int(nearest.max()) + 1, np.bool_)
    inked[nearest[outside == 0]] = lined[rows, columns][outside == 0]
    row, column = np.nonzero(counted)
    pixels = (row + rows.start) * regions.size.width + column + columns.start
    return pixels, distance[counted], inked[nearest[counted]], np.full(len(pixels), label, np.int64)


def bleed(painted: Illustration, borders: Borders, reach: int = 6, lined: bool | None = True) -> float | None:
    """Share of the pixels within `reach` px of a neighbour whose a-b colour is nearer to the neighbour's than to their
    own.

    Args:
        lined: count borders with a line (True), without one (False), or all (None).

    Returns:
        0..1, or None when there is no such pixel.
    """
    counted = borders.distance <= reach
    if lined is not None:
        counted &= borders.lined == lined
    near = _where(borders, counted)
    return float((near.share(lab_of(painted)) > 0.5).mean()) if near.pixels.size else None


def line_contrast(painted: Illustration, lineart: Lineart) -> float | None:
    """Share of line pixels that stay at least half as much darker than their surroundings as they are in the lineart.

    The surroundings are the clear pixels within 5 px. None when there is no line beside clear paper.
    """
    drawn = to_lab(lineart.as_illustration().array)[..., 0]
    found = lab_of(painted)[..., 0]
    clear = away_from_lines(lineart).astype(np.float64)
    weight = cv2.blur(clear, (11, 11))
    line = (lineart.array < INK) & (weight > 0.02)
    if not line.any():
        return None
    around = [cv2.blur(level * clear, (11, 11))[line] / weight[line] for level in (drawn, found)]
    possible = around[1] / 100.0 * np.maximum(around[0] - drawn[line], 1e-6)
    return float(np.mean(around[1] - found[line] >= 0.5 * possible))


RING = (3, 5)
"""Radii, in pixels, of the ring that a line pixel is compared with."""

CONTRAST = 5.0
"""A line pixel counts where the reference is at least this much darker (L*) than its ring."""


def line_retention(painted: Illustration, reference: Illustration, lineart: Lineart) -> tuple[float, float] | None:
    """Contrast of line pixels against the ring around them, compared with the reference's.

    Returns:
        (share of line pixels that keep at least half, median ratio), or None where the reference has no dark line.
    """
    kernel, clear = _ring(), away_from_lines(lineart).astype(np.float64)
    weight = cv2.filter2D(clear, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    line = (lineart.array < INK) & (weight > 0.5)
    drops = []
    for picture in (painted, reference):
        light = lab_of(picture)[..., 0]
        around = cv2.filter2D(light * clear, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        drops.append(around[line] / weight[line] - light[line])
    found, wanted = (drop[drops[1] >= CONTRAST] for drop in drops)
    if not wanted.size:
        return None
    return float(np.mean(found >= 0.5 * wanted)), float(np.median(found / wanted))


@cache
def _ring() -> Float:
    reach = np.arange(-RING[1], RING[1] + 1)
    distance = np.hypot(reach[:, None], reach[None])
    return ((distance >= RING[0]) & (distance <= RING[1])).astype(np.float64)


PHANTOM = LineStyle(sigma=0.8, stroke=7)
"""How lines are looked for in a picture; nothing in this style is drawn by chance."""

PALE_INK, STRAY = 232, 3
"""Lineart darker than this may explain a line within STRAY px."""


def edges_of(picture: Illustration) -> Bool:
    """Where the extended difference of Gaussians sees ink, bool (H, W)."""
    return np.asarray(extract_lineart(picture, PHANTOM, np.random.default_rng(0)).array < INK)


def phantom_lines(painted: Illustration, lineart: Lineart, target: Illustration | None = None) -> float:
    """Length (px of centre line for each million px of picture) of lines more than 3 px from any line of the drawing
    and from any edge of the target.
    """
    known = lineart.array < PALE_INK
    if target is not None:
        known = known | edges_of(target)
    stray = _skeleton(edges_of(painted)) & ~_dilated(known, STRAY)
    return float(stray.sum() / stray.size * 1e6)


def _skeleton(area: Bool) -> Bool:
    return np.asarray(skeletonize(area), np.bool_)  # type: ignore[no-untyped-call]


def _dilated(area: Bool, reach: int) -> Bool:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(area.astype(np.uint8), kernel) > 0)
