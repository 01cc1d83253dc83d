"""Bring hints and masks that were painted at another size to the drawing's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from stenciltorch.canvas import Hints, Mask, Size
from stenciltorch.errors import InputError

ASPECT_TOLERANCE = 0.01
"""Relative difference of the two aspect ratios; a larger one would distort what was painted."""


def fit_hints(hints: Hints, size: Size) -> Hints:
    """Hints at `size`: strokes stay crisp when enlarged, colours are averaged by their alpha when reduced.

    Raises:
        InputError: the aspect differs by more than 1 %.
    """
    if hints.size == size:
        return hints
    _check_aspect("picture of the hints", hints.size, size)
    opacity = hints.array[..., 3].astype(np.float32)
    alpha = _resized(opacity, size, Image.Resampling.BOX)
    fitted = np.empty((size.height, size.width, 4), np.uint8)
    for channel in range(3):
        weighted = _resized(hints.array[..., channel] * opacity, size, Image.Resampling.BOX)
        level = np.divide(weighted, alpha, out=np.zeros_like(alpha), where=alpha > 0)
        fitted[..., channel] = np.rint(level).clip(0, 255)
    fitted[..., 3] = np.rint(alpha)
    return Hints(fitted)


def fit_mask(mask: Mask, size: Size) -> Mask:
    """The mask at `size`, its edges softened by the resize.

    Raises:
        InputError: the aspect differs by more than 1 %.
    """
    if mask.size == size:
        return mask
    _check_aspect("mask", mask.size, size)
    openness = _resized(mask.array.astype(np.float32), size, Image.Resampling.BILINEAR)
    return Mask(np.rint(openness).clip(0, 255).astype(np.uint8))


def _check_aspect(name: str, found: Size, expected: Size) -> None:
    ratio = (found.width * expected.height) / (found.height * expected.width)
    if abs(ratio - 1) > ASPECT_TOLERANCE:
        raise InputError(
            f"The {name} has {found} pixels but the drawing has {expected}, which is another shape; "
            "make both at one size."
        )


def _resized(plane: npt.NDArray[np.float32], size: Size, resampling: Image.Resampling) -> npt.NDArray[np.float32]:
    image = Image.fromarray(plane)
    return np.asarray(image.resize((size.width, size.height), resampling), dtype=np.float32)
