"""Flats and the shaded colour -> a shade layer (multiply) and a light layer (screen) that bring back the colour.

In every channel either the shade darkens or the light brightens, never both, and either alone can reach any level:
eight bits of a factor are finer than eight bits of a product. So the three layers give the colour back to the level.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Stencil, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array

ROWS = 256
"""Rows that are worked on at once; bounds the memory."""

_LEVELS = np.arange(256, dtype=np.float64)


def _shade_table() -> UInt8Array:
    """[flat, colour] -> s with round(flat s / 255) = min(colour, flat); 255 where nothing is to be darkened."""
    flat, colour = _LEVELS[:, None], _LEVELS[None]
    factor = np.divide(255 * colour, flat, out=np.full((256, 256), 255.0), where=flat > 0)
    return np.asarray(np.rint(np.minimum(factor, 255)), np.uint8)


SHADE = _shade_table()
LIGHT = 255 - SHADE[::-1, ::-1]
"""[flat, colour] -> l with round(flat + l (255 - flat) / 255) = max(colour, flat): the same table upside down."""


def shade_of(flats: UInt8Array, colour: UInt8Array) -> UInt8Array:
    """uint8 (H, W, 3) for mode multiply: 255 where the colour is no darker than the flats."""
    return np.asarray(SHADE[flats, colour])


def light_of(flats: UInt8Array, colour: UInt8Array) -> UInt8Array:
    """uint8 (H, W, 3) for mode screen: 0 where the colour is no brighter than the flats."""
    return np.asarray(LIGHT[flats, colour])


def below_lines(stencil: Stencil, illustration: UInt8Array, colour: UInt8Array) -> UInt8Array:
    """The colour, moved by at most one level so that under lines and mask it gives the illustration best.

    The colour was rounded once, the illustration once more; this keeps the two from adding up.
    """
    best = np.empty_like(colour)
    for start in range(0, len(colour), ROWS):
        rows = slice(start, start + ROWS)
        share = _share(stencil.lineart.array[rows], stencil.mask.array[rows])
        kept = 1 - stencil.mask.array[rows].astype(np.float32)[..., None] / 255
        wanted = illustration[rows] - kept * stencil.base.array[rows]
        solved = np.divide(wanted, share, out=colour[rows].astype(np.float32), where=share > 0)
        near = colour[rows].astype(np.float32)
        best[rows] = np.rint(np.clip(np.clip(solved, near - 1, near + 1), 0, 255))
    return best


def _share(lineart: UInt8Array, mask: UInt8Array) -> Float32Array:
    """How much of the colour is seen through lines and mask: float32 (H, W, 3), 0..1."""
    share: npt.NDArray[np.float32] = lineart.astype(np.float32) * mask.astype(np.float32) / np.float32(255 * 255)
    return np.repeat(share[..., None], 3, axis=2)
