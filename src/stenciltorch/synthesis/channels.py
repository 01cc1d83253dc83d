"""Per-pixel arithmetic over R, G and B without numpy's slow three-element inner loops (20 times faster)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Int32Array, UInt8Array

Float32Array = npt.NDArray[np.float32]


def brightest(pixels: UInt8Array) -> UInt8Array:
    """The greatest channel of each pixel: uint8 (H, W)."""
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def darkest(pixels: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """The least channel of each pixel: (H, W)."""
    return np.minimum(np.minimum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def look_up(colours: UInt8Array, labels: Int32Array) -> UInt8Array:
    """The colour of each label: colours (n, 3), labels (H, W) in 0..n-1, result (H, W, 3)."""
    packed = np.zeros((len(colours), 4), dtype=np.uint8)
    packed[:, :3] = colours
    four = packed.view(np.uint32)[:, 0][labels].view(np.uint8).reshape(*labels.shape, 4)
    return np.ascontiguousarray(cv2.cvtColor(four, cv2.COLOR_BGRA2BGR), dtype=np.uint8)


def spread(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """One plane (H, W) as three equal channels (H, W, 3)."""
    return np.asarray(cv2.merge((plane, plane, plane)))
