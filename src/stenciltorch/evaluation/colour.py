"""Colour distances in CIELAB (D65, 2 degrees), by scikit-image."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from skimage.color import deltaE_ciede2000, rgb2lab

Float = npt.NDArray[np.float64]


def to_lab(pixels: npt.NDArray[np.uint8]) -> Float:
    """sRGB uint8 (..., 3) -> CIELAB (..., 3)."""
    return np.asarray(rgb2lab(pixels.astype(np.float64) / 255.0))


def delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 between Lab colours (..., 3), broadcast; 2.3 is just noticeable."""
    return np.asarray(deltaE_ciede2000(*np.broadcast_arrays(found, wanted)))  # type: ignore[no-untyped-call]


def chroma_delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 with the lightness of `found` taken from `wanted`, so that shading costs nothing."""
    level = np.array(np.broadcast_arrays(found, wanted)[0])
    level[..., 0] = wanted[..., 0]
    return delta_e(level, wanted)
