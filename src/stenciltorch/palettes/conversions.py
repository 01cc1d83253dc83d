"""Colour spaces that swatch files may use -> sRGB bytes."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np

from stenciltorch.palettes.swatches import Colour

_D50 = (0.96422, 1.0, 0.82521)
_XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
"""From XYZ of a D50 white, with the Bradford adaptation."""


def from_unit(levels: Sequence[float]) -> Colour:
    """Red, green and blue in 0..1; what is outside is clipped."""
    red, green, blue = (round(255 * min(1.0, max(0.0, level))) for level in levels)
    return red, green, blue


def from_grey(level: float) -> Colour:
    return from_unit((level, level, level))


def from_cmyk(cyan: float, magenta: float, yellow: float, black: float) -> Colour:
    """Ink 0..1 without a profile, as painting programs show it when none is set."""
    return from_unit([(1 - ink) * (1 - black) for ink in (cyan, magenta, yellow)])


def from_hsb(hue: float, saturation: float, brightness: float) -> Colour:
    """All in 0..1."""
    return from_unit(colorsys.hsv_to_rgb(hue, saturation, brightness))


def from_lab(lightness: float, green_red: float, blue_yellow: float) -> Colour:
    """CIE Lab of a D50 white: 0..100 and about -128..127."""
    middle = (lightness + 16) / 116
    parts = (middle + green_red / 500, middle, middle - blue_yellow / 200)
    white = [(part**3 if part > 6 / 29 else (part - 4 / 29) * 3 * (6 / 29) ** 2) for part in parts]
    linear = _XYZ_TO_SRGB @ np.array([share * level for share, level in zip(white, _D50, strict=True)])
    return from_unit([_encoded(float(level)) for level in linear])


def _encoded(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
