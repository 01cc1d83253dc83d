"""The one crossing between eight-bit pixels and network values: unit floats, channels first, padded to the stride."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

STRIDE = 32
"""The networks halve the picture five times."""

CELL = 4
"""Pixels along one side of a cell, the unit in which colour travels."""


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 (height, width[, channels]) -> float (1, channels, height, width) in 0..1."""
    planes = pixels.unsqueeze(0) if pixels.dim() == 2 else pixels.permute(2, 0, 1)
    return planes.unsqueeze(0).to(torch.float32) / 255.0


def from_unit(values: Tensor) -> Tensor:
    """float (1, channels, height, width) in 0..1 -> uint8 (height, width, channels), rounded half up."""
    return (values.squeeze(0).clamp(0.0, 1.0) * 255.0 + 0.5).to(torch.uint8).permute(1, 2, 0).contiguous()


def whole_strides(length: int, stride: int) -> int:
    """Up to the next multiple of `stride`."""
    return (length + stride - 1) // stride * stride


def pad_to_stride(values: Tensor, fill: float, stride: int = STRIDE) -> Tensor:
    """Grow (batch, channels, height, width) to the right and below, up to a multiple of `stride`."""
    height, width = values.shape[-2:]
    return pad_to(values, fill, whole_strides(height, stride), whole_strides(width, stride))


def extend_to_stride(pixels: Tensor, stride: int = STRIDE) -> Tensor:
    """Grow (height, width[, channels]) likewise by repeating the last row and column: lines run on to the rim, so that
    no colour gets round their ends."""
    height, width = pixels.shape[:2]
    rows = torch.arange(whole_strides(height, stride), device=pixels.device).clamp(max=height - 1)
    columns = torch.arange(whole_strides(width, stride), device=pixels.device).clamp(max=width - 1)
    return pixels.index_select(0, rows).index_select(1, columns)


def pad_to(values: Tensor, fill: float, height: int, width: int) -> Tensor:
    """Grow to the right and below, up to the given size."""
    return F.pad(values, (0, width - values.shape[-1], 0, height - values.shape[-2]), value=fill)


def compose(lineart: Tensor, base: Tensor, mask: Tensor) -> Tensor:
    """The lineart where the mask is 1, the base where it is 0 (paper 3.4); unit floats, broadcast."""
    return lineart * mask + base * (1.0 - mask)


def cell_means(values: Tensor) -> Tensor:
    """The mean of every cell; a convolution, which runtimes do several times faster than they pool."""
    channels = values.shape[1]
    mean = torch.eye(channels, device=values.device, dtype=values.dtype)[:, :, None, None] / CELL**2
    return F.conv2d(values, mean.expand(-1, -1, CELL, CELL).contiguous(), stride=CELL)


def around(maps: Tensor) -> Tensor:
    """The mean of each place and its eight neighbours, the rim repeated: (batch, channels, rows, columns) as given.
    A convolution, as in `cell_means`."""
    channels = maps.shape[1]
    mean = torch.full((channels, 1, 3, 3), 1.0 / 9.0, device=maps.device, dtype=maps.dtype)
    return F.conv2d(F.pad(maps, (1, 1, 1, 1), mode="replicate"), mean, groups=channels)


def pool_hints(hints: Tensor, ink: Tensor) -> tuple[Tensor, Tensor]:
    """Bring hints to cells: colours as alpha-weighted means, and how much of each cell is hinted.

    Args:
        hints: (batch, 4, height, width), straight alpha.
        ink: (batch, 1, height, width), 1 = full ink; a wish under a line says little about either side.

    Returns:
        colours (batch, 3, height/4, width/4) and weights (batch, 1, ...), all in 0..1.
    """
    alpha = hints[:, 3:4] * (1.0 - 0.9 * ink)
    colour, amount = cell_means(hints[:, :3] * alpha), cell_means(alpha)
    return colour / amount.clamp(min=1e-6), (2.0 * amount).clamp(max=1.0)


def pool_base(base: Tensor, mask: Tensor, ink: Tensor) -> tuple[Tensor, Tensor]:
    """Bring the kept pixels to cells, away from lines; shapes as in `pool_hints`."""
    kept = (1.0 - mask) * (1.0 - ink).square()
    weight = F.avg_pool2d(kept, CELL)
    colour = F.avg_pool2d(base * kept, CELL) / weight.clamp(min=1e-6)
    return colour, weight
