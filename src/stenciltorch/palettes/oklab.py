"""sRGB bytes -> OKLab (Ottosson 2020), where equal distances look about equally large."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import UInt8Array

Float32Array = npt.NDArray[np.float32]

_LEVELS = np.arange(256) / 255
_LINEAR = np.where(_LEVELS <= 0.04045, _LEVELS / 12.92, ((_LEVELS + 0.055) / 1.055) ** 2.4).astype(np.float32)
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)


def to_oklab(colours: UInt8Array) -> Float32Array:
    """uint8 (n, 3) -> float32 (n, 3): lightness 0..1, green-red, blue-yellow."""
    cones = _LINEAR[colours] @ _TO_CONES.T
    return np.asarray(np.cbrt(cones) @ _TO_LAB.T, np.float32)


def nearest(colours: UInt8Array, to: UInt8Array) -> npt.NDArray[np.int64]:
    """For each of (n, 3) the index of the nearest of (k, 3) in OKLab; the first of equals."""
    lab, targets = to_oklab(colours), to_oklab(to)
    best = np.full(len(lab), np.inf, np.float32)
    index = np.zeros(len(lab), np.int64)
    for number, target in enumerate(targets):
        gap = squared_distance(lab, target)
        closer = gap < best
        best[closer], index[closer] = gap[closer], number
    return index


def squared_distance(lab: Float32Array, target: npt.NDArray[Any]) -> Float32Array:
    """(n, 3) and (3,) -> (n,)."""
    gap = lab - target
    return np.asarray(np.einsum("ij,ij->i", gap, gap), np.float32)
