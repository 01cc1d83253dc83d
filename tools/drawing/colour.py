"""Cel-shading tones from a flat colour."""

from __future__ import annotations

import numpy as np

from drawing.curves import FloatArray

COOL_SHADE = np.array([0.80, 0.77, 0.90])
WARM_SHADE = np.array([0.87, 0.68, 0.64])
"""Light left in the shade, per channel, on cool or neutral colours and on warm ones, as in painted animation cels."""


def channels(colour: str) -> FloatArray:
    """`#rrggbb` as three values 0..1."""
    return np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])


def hexed(values: FloatArray) -> str:
    whole = np.round(np.clip(values, 0, 1) * 255).astype(int)
    return "#" + "".join(f"{value:02x}" for value in whole)


def shadow(colour: str, depth: float = 1.0) -> str:
    """The same colour out of the light."""
    values = channels(colour)
    warmth = float(np.clip(2.5 * (values[0] - values[2]), 0, 1))
    tint = COOL_SHADE * (1 - warmth) + WARM_SHADE * warmth
    return hexed(values * tint**depth)


def mix(first: str, second: str, share: float) -> str:
    """`share` of the second colour in the first."""
    return hexed(channels(first) * (1 - share) + channels(second) * share)
