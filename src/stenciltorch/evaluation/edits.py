"""What one more stroke does, and what asking again does (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Colorizer, Illustration, Painting, Stencil
from stenciltorch.evaluation.colour import Differences, Float, delta_e, differences, to_lab
from stenciltorch.evaluation.hints import Bool
from stenciltorch.evaluation.pixels import difference_map

SPILL = 3
"""Changes this near to the region count as inside it, in pixels."""

VISIBLE = 2.3
"""The least dE2000 that people notice."""


@dataclass(frozen=True)
class EditEffect:
    """What adding or recolouring one hint did.

    Args:
        inside, total: sum of dE2000 within SPILL px of the region, and over the picture.
        outside: mean dE2000 farther off; None when nothing is.
        noticed: share of the pixels farther off that changed by more than 2.3.
        response: how much of the distance to the hint's colour was covered, 1 = all; None when the region had the
            colour already.
        hint_range: mean distance in pixels of what changed from the hint; None when nothing did.
    """

    inside: float
    total: float
    outside: float | None
    noticed: float | None
    response: float | None
    hint_range: float | None


def edit_effect(
    before: Illustration,
    after: Illustration,
    region: Bool,
    colour: npt.NDArray[np.uint8],
    clear: Bool,
    place: tuple[int, int],
) -> EditEffect:
    """Compare the paintings without and with an edit in `region`, bool (H, W).

    Args:
        colour: what the hint asks for, (3,).
        clear: pixels away from lines; the response is judged on them.
        place: (row, column) of the hint.
    """
    differ = differences(before, after)
    change = np.zeros(before.size)
    change.ravel()[differ.places] = differ.distances()
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * SPILL + 1, 2 * SPILL + 1))
    near = cv2.dilate(region.astype(np.uint8), kernel) > 0
    far = change[~near]
    inside = float(change[near].sum())
    return EditEffect(
        inside,
        inside + float(far.sum()),
        float(far.mean()) if far.size else None,
        float((far > VISIBLE).mean()) if far.size else None,
        _response(before, after, region & clear, to_lab(colour)),
        _range_of(differ, before.size.width, place),
    )


def _response(before: Illustration, after: Illustration, counted: Bool, colour: Float) -> float | None:
    if not counted.any():
        return None
    left, right = (float(np.median(delta_e(to_lab(picture.array[counted]), colour))) for picture in (before, after))
    return 1 - right / left if left > VISIBLE else None


def locality(effects: Sequence[EditEffect]) -> float | None:
    """Share of all change that lies inside the edited regions, 0..1; None when nothing changed."""
    total = sum(effect.total for effect in effects)
    return sum(effect.inside for effect in effects) / total if total else None


def hint_range(before: Illustration, after: Illustration, place: tuple[int, int]) -> float | None:
    """Mean distance in pixels from the hint's (row, column) of the pixels that changed by more than 2.3 dE76
    (hint propagation range, Yun et al. 2023); None when none did.
    """
    return _range_of(differences(before, after), before.size.width, place)


def _range_of(differ: Differences, width: int, place: tuple[int, int]) -> float | None:
    seen = ((differ.one - differ.other) ** 2).sum(axis=1) > VISIBLE**2
    rows, columns = np.divmod(differ.places[seen[differ.pair]], width)
    return float(np.hypot(rows - place[0], columns - place[1]).mean()) if rows.size else None


def passes(colorizer: Colorizer, stencil: Stencil, first: Painting, count: int) -> list[Illustration]:
    """The pictures of passes 2..`count`, each with the same hints over the one before."""
    pictures, latest = [], first
    for _ in range(count - 1):
        latest = colorizer(stencil.continue_from(latest))
        pictures.append(latest.illustration)
    return pictures


def drift(first: Illustration, later: Illustration, stencil: Stencil) -> float | None:
    """Mean dE2000 between two passes where the mask is open."""
    painted = stencil.mask.array > 0
    return float(difference_map(first, later)[painted].mean()) if painted.any() else None


def order_gap(colorizer: Colorizer, stencil: Stencil, halves: tuple[Stencil, Stencil]) -> float:
    """Mean dE2000 between what two orders of work give: first one half of the hints and then all, or first the other
    half.
    """
    ends = [colorizer(stencil.continue_from(colorizer(half))).illustration for half in halves]
    return float(difference_map(*ends).mean())


def undo_error(colorizer: Colorizer, stencil: Stencil, other: Stencil) -> int:
    """The largest difference of a byte between the painting and that after another request; 0 = no memory."""
    before = colorizer(stencil).illustration.array.astype(np.int16)
    colorizer(other)
    return int(np.abs(before - colorizer(stencil).illustration.array).max())
