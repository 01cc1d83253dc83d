"""Does colour stop at lines, and do the lines stay? (docs/metrics.md)"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, Lineart, Regions
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.evaluation.hints import INK, away_from_lines

Bool = npt.NDArray[np.bool_]

DISTINCT, DISTINCT_CHROMA = 10.0, 5.0
"""Two regions are told apart from this dE2000 and this distance in the a-b plane on."""


def bleed(
    painted: Illustration, flats: Illustration, regions: Regions, lineart: Lineart, reach: int = 6
) -> float | None:
    """Share of pixels within `reach` px of a neighbouring region whose a-b colour is nearer to that region's than to
    their own.

    Args:
        flats: the true flat colour of each region.

    Returns:
        0..1, or None when no two neighbouring regions can be told apart by chroma.
    """
    lab, true = to_lab(painted.array), to_lab(flats.array)
    clear = np.asarray(lineart.array >= INK)
    wrong = counted = 0
    for label, other, near in _neighbours(regions, reach):
        mine, theirs = _mean(true, regions, label), _mean(true, regions, other)
        axis = (theirs - mine)[1:]
        if delta_e(mine, theirs) < DISTINCT or np.linalg.norm(axis) < DISTINCT_CHROMA:
            continue
        share = (lab[near & clear][:, 1:] - mine[1:]) @ axis / (axis @ axis)
        wrong, counted = wrong + int((share > 0.5).sum()), counted + share.size
    return wrong / counted if counted else None


def _mean(true: npt.NDArray[np.float64], regions: Regions, label: int) -> npt.NDArray[np.float64]:
    return np.asarray(np.median(true[regions.array == label], axis=0))


def _neighbours(regions: Regions, reach: int) -> list[tuple[int, int, Bool]]:
    """(region, neighbour, the region's pixels within `reach` of the neighbour), for every pair that touches."""
    labels = regions.array
    across = np.stack([labels[:, 1:].ravel(), labels[:, :-1].ravel()])
    down = np.stack([labels[1:].ravel(), labels[:-1].ravel()])
    pairs = np.unique(np.concatenate([across, down, across[::-1], down[::-1]], axis=1).T, axis=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown: dict[int, Bool] = {}
    found = []
    for label, other in pairs:
        if label == other or label == 0 or other == 0:
            continue
        if int(other) not in grown:
            grown[int(other)] = cv2.dilate((labels == other).astype(np.uint8), kernel) > 0
        found.append((int(label), int(other), (labels == label) & grown[int(other)]))
    return found


def line_contrast(painted: Illustration, lineart: Lineart) -> float | None:
    """Share of line pixels that stay at least half as much darker than their surroundings as they are in the lineart.

    The surroundings are the clear pixels within 5 px. None when there is no line beside clear paper.
    """
    drawn = to_lab(lineart.as_illustration().array)[..., 0]
    found = to_lab(painted.array)[..., 0]
    clear = away_from_lines(lineart).astype(np.float64)
    weight = cv2.blur(clear, (11, 11))
    line = (lineart.array < INK) & (weight > 0.02)
    if not line.any():
        return None
    around = [cv2.blur(level * clear, (11, 11))[line] / weight[line] for level in (drawn, found)]
    possible = around[1] / 100.0 * np.maximum(around[0] - drawn[line], 1e-6)
    return float(np.mean(around[1] - found[line] >= 0.5 * possible))
