"""Smooth random fields, used to break, wobble and shade what is drawn."""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Size
from stenciltorch.synthesis.arrays import Float32Array


def smooth_noise(size: Size, cell: float, rng: np.random.Generator) -> Float32Array:
    """Uniform noise on a grid of `cell` px, interpolated: float32 (H, W) in [0, 1]."""
    rows = max(2, int(size.height / cell) + 2)
    columns = max(2, int(size.width / cell) + 2)
    grid = rng.random((rows, columns), dtype=np.float32)
    smooth = cv2.resize(grid, (size.width, size.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(smooth, dtype=np.float32)
