"""The building blocks of the studio net."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2


class InvertedResNeXt(nn.Module):
    """Expand, filter each channel on its own (depth-wise, dilated), reduce, add (paper 3.3).

    The reduction starts at zero, so that a new block changes nothing.
    """

    def __init__(self, width: int, dilation: int = 1, expansion: int = 2) -> None:
        super().__init__()
        inner = width * expansion
        self.expand = nn.Conv2d(width, inner, 1)
        self.filter = nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation, groups=inner)
        self.reduce = nn.Conv2d(inner, width, 1)
        nn.init.zeros_(self.reduce.weight)
        nn.init.zeros_(self.reduce.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        inner = F.leaky_relu(self.expand(features), SLOPE)
        inner = F.leaky_relu(self.filter(inner), SLOPE)
        reduced: Tensor = self.reduce(inner)
        return features + reduced


class PixelShuffleUp(nn.ConvTranspose2d):
    """1 x 1 convolution and pixel shuffle in one step: a transposed convolution whose kernel equals its stride."""

    def __init__(self, inside: int, outside: int, factor: int = 2) -> None:
        super().__init__(inside, outside, factor, stride=factor)


class Fuse(nn.Module):
    """Bring a coarse map up and join it with the skip connection of its level."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.up = PixelShuffleUp(coarse, fine)
        self.join = nn.Conv2d(2 * fine, fine, 1)

    def forward(self, coarse: Tensor, skip: Tensor) -> Tensor:
        """`join(cat(up(coarse), skip))`, with `join` and `up` multiplied into one: runtimes do that much faster."""
        fine = skip.shape[1]
        above, beside = self.join.weight[:, :fine], self.join.weight[:, fine:]
        kernel = torch.einsum("cmyx,fm->cfyx", self.up.weight, above[..., 0, 0])
        assert self.up.bias is not None
        assert self.join.bias is not None
        bias = above[..., 0, 0] @ self.up.bias + self.join.bias
        brought = F.conv_transpose2d(coarse, kernel, bias, stride=self.up.stride)
        return F.leaky_relu(brought + F.conv2d(skip, beside), SLOPE)


class Context(nn.Module):
    """A vector that sums up the whole picture scales and shifts every channel (squeeze, then FiLM)."""

    def __init__(self, width: int, vector: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(width, vector)
        self.scale = nn.Linear(vector, width)
        self.shift = nn.Linear(vector, width)
        for layer in (self.scale, self.shift):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, features: Tensor) -> Tensor:
        vector = F.leaky_relu(self.squeeze(features.mean(dim=(2, 3))), SLOPE)
        scale = self.scale(vector)[:, :, None, None]
        shift = self.shift(vector)[:, :, None, None]
        modulated: Tensor = features * (1.0 + scale) + shift
        return modulated


def stage(width: int, dilations: tuple[int, ...]) -> nn.Sequential:
    return nn.Sequential(*[InvertedResNeXt(width, dilation) for dilation in dilations])
