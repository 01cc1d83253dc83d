"""How well regions that were found agree with the true ones (docs/metrics.md)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Regions, Size
from stenciltorch.errors import InputError

REACH = 0.0075
"""A border counts as found within this share of the diagonal, as in the Berkeley benchmark (Martin et al. 2004)."""


@dataclass(frozen=True)
class RegionScore:
    """Agreement of two region maps; all shares in [0, 1].

    Args:
        precision: share of the found borders that lie on a true one.
        recall: share of the true borders that were found.
        iou: IoU of each true region with the found region that fits it best, weighted by area
            (segmentation covering, Arbelaez et al. 2011).
        found, true: numbers of regions.
    """

    precision: float
    recall: float
    iou: float
    found: int
    true: int

    @property
    def boundary_f(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def count_ratio(self) -> float:
        """Found regions for each true one."""
        return self.found / self.true


def compare_regions(found: Regions, true: Regions, reach: float | None = None) -> RegionScore:
    """Boundary precision and recall, covering and counts.

    Args:
        reach: px; `REACH` of the diagonal, at least 2, when not given.

    Raises:
        InputError: the sizes differ.
    """
    _check_same(found.size, true.size)
    limit = max(2.0, REACH * float(np.hypot(*true.size))) if reach is None else reach
    found_border, true_border = borders(found), borders(true)
    return RegionScore(
        _share_near(found_border, true_border, limit),
        _share_near(true_border, found_border, limit),
        covering(found, true),
        len(np.unique(found.array)),
        len(np.unique(true.array)),
    )


def borders(regions: Regions) -> npt.NDArray[np.bool_]:
    """Pixels whose right or lower neighbour has another label: bool (H, W)."""
    labels = regions.array
    border = np.zeros(labels.shape, dtype=bool)
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    border[:-1] |= labels[:-1] != labels[1:]
    return border


def _share_near(these: npt.NDArray[np.bool_], those: npt.NDArray[np.bool_], reach: float) -> float:
    """Share of `these` within `reach` px of `those`; 1 when there are none of either, 0 when only the others lack."""
    if not these.any():
        return 1.0 if not those.any() else 0.0
    if not those.any():
        return 0.0
    distance = cv2.distanceTransform((~those).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return float((distance[these] <= reach).mean())


def covering(found: Regions, true: Regions) -> float:
    """Area-weighted best IoU of every true region."""
    _, here = np.unique(found.array, return_inverse=True)
    _, there = np.unique(true.array, return_inverse=True)
    here, there = here.ravel(), there.ravel()
    columns = int(here.max()) + 1
    pairs, overlap = np.unique(there.astype(np.int64) * columns + here, return_counts=True)
    true_areas, found_areas = np.bincount(there), np.bincount(here)
    of_true, of_found = pairs // columns, pairs % columns
    iou = overlap / (true_areas[of_true] + found_areas[of_found] - overlap)
    best = np.zeros(len(true_areas))
    np.maximum.at(best, of_true, iou)
    return float((best * true_areas).sum() / true_areas.sum())


def _check_same(one: Size, other: Size) -> None:
    if one != other:
        raise InputError(f"The regions found have {one} pixels but the true ones {other}; compare like sizes.")
