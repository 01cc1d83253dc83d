"""sRGB and YUV as OpenCV defines them, in levels of 0..255, as tensors; not clipped, as OpenCV's bytes are."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

RED, GREEN, BLUE = 0.299, 0.587, 0.114
U_SCALE, V_SCALE = 0.492, 0.877
MIDDLE = 128.0
"""U and V of greys."""


def to_yuv(rgb: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 height width"]:
    """0..255 to Y in 0..255 and U, V around 128."""
    red, green, blue = rgb[:, 0:1], rgb[:, 1:2], rgb[:, 2:3]
    bright = RED * red + GREEN * green + BLUE * blue
    return torch.cat([bright, (blue - bright) * U_SCALE + MIDDLE, (red - bright) * V_SCALE + MIDDLE], dim=1)


def to_rgb(yuv: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 height width"]:
    """The inverse, not clipped."""
    bright = yuv[:, 0:1]
    blue = bright + (yuv[:, 1:2] - MIDDLE) / U_SCALE
    red = bright + (yuv[:, 2:3] - MIDDLE) / V_SCALE
    return torch.cat([red, (bright - RED * red - BLUE * blue) / GREEN, blue], dim=1)
