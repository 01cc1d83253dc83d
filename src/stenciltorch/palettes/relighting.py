"""Other flats under the same light: colour = flats x shade + light, the way the net paints."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, Painting, Stencil, UInt8Array

STEADY = 24.0
"""Levels. Flats darker than this say little about the shade, which is taken nearer to 1."""
ROWS = 256
"""Rows that are worked on at once; bounds the memory."""


def with_flats(painting: Painting, stencil: Stencil, flats: Illustration) -> Painting:
    """The painting with other flats, its shade and light kept; where the flats are the same, so is the colour.

    Where the mask is 0, every byte of the illustration is still the base's.
    """
    colour = np.empty_like(painting.colour.array)
    illustration = np.empty_like(colour)
    for start in range(0, painting.size.height, ROWS):
        rows = slice(start, start + ROWS)
        colour[rows] = relit(painting.flats.array[rows], painting.colour.array[rows], flats.array[rows])
        illustration[rows] = _inked(painting, stencil, colour[rows], rows)
    return Painting(Illustration(illustration), Illustration(colour), flats)


def relit(old: UInt8Array, colour: UInt8Array, new: UInt8Array) -> UInt8Array:
    """New flats in the light that made `colour` out of `old`, all (H, W, 3).

    One factor a pixel (shade, 0..2) that explains the colour best; what it leaves over is added (light).
    """
    was, now, then = old.astype(np.float32), colour.astype(np.float32), new.astype(np.float32)
    steady = np.float32(3 * STEADY**2)
    shade = (np.einsum("ijk,ijk->ij", was, now) + steady) / (np.einsum("ijk,ijk->ij", was, was) + steady)
    shade = np.minimum(shade, np.float32(2))[..., None]
    return _to_bytes(now + shade * (then - was))


def _inked(painting: Painting, stencil: Stencil, colour: UInt8Array, rows: slice) -> UInt8Array:
    """The new colour below lines and mask; pixels whose colour stays keep the model's own byte."""
    light = stencil.lineart.array[rows].astype(np.float32)[..., None] / 255
    share = stencil.mask.array[rows].astype(np.float32)[..., None] / 255
    base = stencil.base.array[rows].astype(np.float32)
    composed = _to_bytes(colour * light * share + base * (1 - share))
    same = (colour == painting.colour.array[rows]).all(axis=-1, keepdims=True)
    return np.where(same | (share == 0), painting.illustration.array[rows], composed)


def _to_bytes(values: npt.NDArray[np.floating[Any]]) -> UInt8Array:
    return np.asarray(np.clip(values, 0, 255) + 0.5, np.uint8)
