"""sRGB and CIELAB (D65, 2 degrees) as tensors; the constants are those of scikit-image, which is the reference."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

WHITE = (0.95047, 1.0, 1.08883)
"""XYZ of the D65 white."""

TO_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
"""Linear RGB to XYZ, row by row."""

FROM_XYZ = (
    (3.240481342932895, -1.537151516271318, -0.498536326168888),
    (-0.969254949996568, 1.875990001489891, 0.041555926558293),
    (0.055646639135177, -0.204041338366511, 1.057311069645344),
)
"""The inverse of `TO_XYZ`."""

LEAST = 1e-8
"""Keeps the gradients of roots finite at 0."""


def to_lab(rgb: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 height width"]:
    """sRGB in 0..1 to L in 0..100 and a, b in about -110..110."""
    curved = ((rgb.clamp(min=LEAST) + 0.055) / 1.055).pow(2.4)
    linear = torch.where(rgb > 0.04045, curved, rgb / 12.92)
    xyz = _mixed(linear, TO_XYZ) / _column(WHITE, rgb)
    root = torch.where(xyz > 0.008856, xyz.clamp(min=LEAST).pow(1 / 3), 7.787 * xyz + 16 / 116)
    across, upright, deep = root[:, 0:1], root[:, 1:2], root[:, 2:3]
    return torch.cat([116 * upright - 16, 500 * (across - upright), 200 * (upright - deep)], dim=1)


def to_rgb(lab: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 height width"]:
    """The inverse; colours that sRGB does not have are clipped to 0..1."""
    upright = (lab[:, 0:1] + 16) / 116
    deep = (upright - lab[:, 2:3] / 200).clamp(min=0)
    root = torch.cat([lab[:, 1:2] / 500 + upright, upright, deep], dim=1)
    xyz = torch.where(root > 0.2068966, root.pow(3), (root - 16 / 116) / 7.787) * _column(WHITE, lab)
    linear = _mixed(xyz, FROM_XYZ)
    curved = 1.055 * linear.clamp(min=LEAST).pow(1 / 2.4) - 0.055
    return torch.where(linear > 0.0031308, curved, 12.92 * linear).clamp(0, 1)


def _mixed(values: Tensor, rows: tuple[tuple[float, ...], ...]) -> Tensor:
    """Each pixel's channels times a 3 x 3 matrix."""
    matrix = torch.tensor(rows, dtype=values.dtype, device=values.device)
    return torch.nn.functional.conv2d(values, matrix[:, :, None, None])


def _column(values: tuple[float, float, float], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).view(1, 3, 1, 1)
