"""What a partial mask promises: nothing changes outside, and no seam shows (docs/metrics.md)."""

from __future__ import annotations

import numpy as np

from stenciltorch.canvas import Illustration, Lineart, Mask
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.evaluation.hints import Bool, away_from_lines
from stenciltorch.evaluation.pixels import difference_map


def mask_error(painted: Illustration, base: Illustration, mask: Mask) -> int | None:
    """The largest difference of a byte where the mask is 0; it must be 0. None where the mask keeps nothing."""
    kept = mask.array == 0
    if not kept.any():
        return None
    return int(np.abs(painted.array[kept].astype(np.int16) - base.array[kept]).max())


def raw_leak(raw: Illustration, base: Illustration, mask: Mask) -> float | None:
    """Mean dE2000 outside the mask of a net's own answer, before it is laid over the base."""
    kept = mask.array == 0
    return float(difference_map(raw, base)[kept].mean()) if kept.any() else None


def seam(painted: Illustration, reference: Illustration, mask: Mask, lineart: Lineart) -> float | None:
    """Mean dE2000 between neighbours on both sides of the mask's border, away from lines, less that of the reference.

    0 = no seam; None when the border runs along lines only, or there is none.
    """
    inside, clear = mask.array > 127, away_from_lines(lineart)
    steps = [_across(picture, inside, clear) for picture in (painted, reference)]
    return float(steps[0].mean() - steps[1].mean()) if steps[0].size else None


def _across(picture: Illustration, inside: Bool, clear: Bool) -> np.ndarray:
    found = []
    for axis in (0, 1):
        first, second = (_all_but(axis, last) for last in (True, False))
        border = (inside[first] != inside[second]) & clear[first] & clear[second]
        pairs = (to_lab(picture.array[part][border]) for part in (first, second))
        found.append(delta_e(*pairs))
    return np.concatenate(found)


def _all_but(axis: int, last: bool) -> tuple[slice, slice]:
    """Everything but the last (or the first) row or column."""
    kept = slice(None, -1) if last else slice(1, None)
    return (kept, slice(None)) if axis == 0 else (slice(None), kept)
