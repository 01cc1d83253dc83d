"""Colours and their distances in CIELAB (D65, 2 degrees)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from skimage.color import deltaE_ciede2000, xyz_tristimulus_values
from skimage.color.colorconv import xyz_from_rgb

Float = npt.NDArray[np.float64]


_LEVELS = np.arange(256) / 255.0
_LINEAR = np.where(_LEVELS > 0.04045, ((_LEVELS + 0.055) / 1.055) ** 2.4, _LEVELS / 12.92)
_TO_XYZ = xyz_from_rgb.T / xyz_tristimulus_values(illuminant="D65", observer="2")  # type: ignore[no-untyped-call]
_TOE = 0.008856


def to_lab(pixels: npt.NDArray[np.uint8]) -> Float:
    """sRGB uint8 (..., 3) -> CIELAB (..., 3): scikit-image's `rgb2lab` in less time."""
    red, green, blue = (_LINEAR[pixels[..., channel]] for channel in range(3))
    first, second, third = (_curve(red * part[0] + green * part[1] + blue * part[2]) for part in _TO_XYZ.T)
    return np.stack([116.0 * second - 16.0, 500.0 * (first - second), 200.0 * (second - third)], axis=-1)


def _curve(ratio: Float) -> Float:
    return np.where(ratio > _TOE, np.cbrt(ratio), 7.787 * ratio + 16.0 / 116.0)


def delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 between Lab colours (..., 3), broadcast; 2.3 is just noticeable."""
    return np.asarray(deltaE_ciede2000(*np.broadcast_arrays(found, wanted)))  # type: ignore[no-untyped-call]


def chroma_delta_e(found: Float, wanted: Float) -> Float:
    """CIEDE2000 with the lightness of `found` taken from `wanted`, so that shading costs nothing."""
    level = np.array(np.broadcast_arrays(found, wanted)[0])
    level[..., 0] = wanted[..., 0]
    return delta_e(level, wanted)
