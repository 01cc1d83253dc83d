"""Ci et al. 2018, "User-Guided Deep Anime Line Art Colorization with Conditional Adversarial Networks" (AlacGAN).

A U-Net of ResNeXt blocks, told the drawing, hints at 1/4 size and the semantic map F1, and a critic told F1 only.
PaintsTorch (Hati et al. 2019) has the same networks. Ranges: drawing and colours in [-1, 1], mask of the hints 0..1.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.errors import InputError
from stenciltorch.networks.baselines.sides import require_multiple, require_width

SLOPE = 0.2
MULTIPLE = 16
"""Sides must be multiples of this."""

SEMANTIC_CHANNELS = 512
WIDTH = 64
"""f, as published."""

BOTTOM_DILATIONS = (1,) * 20
WIDE_DILATIONS = (1, 1, 2, 2, 4, 4, 2, 1)
FINE_DILATIONS = (1, 2, 4, 2, 1)
LEAST_SIDE = 128
"""Of what the critic takes."""

GRID = 4
"""Rows and columns that the critic's last convolution spans."""


class Bottleneck(nn.Module):
    """1x1 to half the width, grouped 3x3 (4x4 with stride 2), 1x1 back, plus identity; no biases.

    LeakyReLU follows the first two convolutions only: what distinguishes it from `faithful.ResNeXtBlock`.
    """

    def __init__(self, width: int, groups: int, *, dilation: int = 1, stride: int = 1) -> None:
        super().__init__()
        half = width // 2
        self.reduce = nn.Conv2d(width, half, 1, bias=False)
        self.spread = nn.Conv2d(half, half, 2 + stride, stride, dilation, dilation, groups=groups, bias=False)
        self.expand = nn.Conv2d(half, width, 1, bias=False)
        self.shortcut = nn.AvgPool2d(2) if stride == 2 else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        residual = F.leaky_relu(self.reduce(features), SLOPE)
        residual = F.leaky_relu(self.spread(residual), SLOPE)
        summed: Tensor = self.shortcut(features) + self.expand(residual)
        return summed


class Generator(nn.Module):
    """Drawing, hints and semantic map to a picture, any sides that are multiples of 16.

    Args:
        width: f; 64 as published, a multiple of 8.
        inputs: channels of the drawing; 3 for PaintsTorch's second generator, which looks at colours.
        outputs: channels of the picture; 1 for that second generator, which draws lines.
        depth: blocks at the bottom; 20 as published.
    """

    def __init__(
        self, width: int = WIDTH, *, inputs: int = 1, outputs: int = 3, depth: int = len(BOTTOM_DILATIONS)
    ) -> None:
        super().__init__()
        require_width(width, 8)
        f, wide = width, max(1, width // 2)
        self.hint_stem = _convolution(4, f, 7)
        self.to_full = _convolution(inputs, f // 2, 3)
        self.to_half = _halving(f // 2, f)
        self.to_quarter = _halving(f, 2 * f)
        self.to_eighth = _halving(3 * f, 4 * f)
        self.to_sixteenth = _halving(4 * f, 8 * f)
        self.tunnel4 = _tunnel(8 * f + SEMANTIC_CHANNELS, 8 * f, 4 * f, wide, BOTTOM_DILATIONS[:depth])
        self.tunnel3 = _tunnel(8 * f, 4 * f, 2 * f, wide, WIDE_DILATIONS)
        self.tunnel2 = _tunnel(4 * f, 2 * f, f, wide, WIDE_DILATIONS)
        self.tunnel1 = _tunnel(2 * f, f, f // 2, max(1, wide // 2), FINE_DILATIONS)
        self.head = nn.Conv2d(f, outputs, 3, padding=1)

    def forward(
        self,
        drawing: Float[Tensor, "batch inputs height width"],
        hints: Float[Tensor, "batch 4 height//4 width//4"],
        semantics: Float[Tensor, "batch 512 height//16 width//16"],
    ) -> Float[Tensor, "batch outputs height width"]:
        """Raises InputError for sides that are no multiples of 16."""
        require_multiple(drawing, "drawing", MULTIPLE)
        full = self.to_full(drawing)
        half = self.to_half(full)
        quarter = self.to_quarter(half)
        eighth = self.to_eighth(torch.cat([quarter, self.hint_stem(hints)], dim=1))
        features = self.tunnel4(torch.cat([self.to_sixteenth(eighth), semantics], dim=1))
        features = self.tunnel3(torch.cat([features, eighth], dim=1))
        features = self.tunnel2(torch.cat([features, quarter], dim=1))
        features = self.tunnel1(torch.cat([features, half], dim=1))
        return torch.tanh(self.head(torch.cat([features, full], dim=1)))


class AlacganCritic(nn.Module):
    """How real a picture looks, given F1 of the drawing it was made from.

    Deviation: the published one takes 512 x 512 only; here the last map is averaged to 4 x 4, so that any sides
    from 128 fit, and at 512 x 512 nothing changes.

    Args:
        width: f; 64 as published, a multiple of 16.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        require_width(width, 16)
        f, groups = width, max(1, width // 8)
        self.upper = nn.Sequential(
            _convolution(3, f, 7, bias=False),
            _halving(f, f, bias=False),
            *_pair(f, groups),
            _convolution(f, 2 * f, 1, bias=False),
            *_pair(2 * f, groups),
            _convolution(2 * f, 4 * f, 1, bias=False),
            *_pair(4 * f, groups),
        )
        self.lower = nn.Sequential(
            _convolution(4 * f + SEMANTIC_CHANNELS, 8 * f, 3, bias=False),
            *_pair(8 * f, groups),
            *_pair(8 * f, groups),
            *_pair(8 * f, groups),
            Bottleneck(8 * f, groups),
        )
        self.fit = nn.AdaptiveAvgPool2d(GRID)
        self.last = nn.Sequential(nn.Conv2d(8 * f, 8 * f, GRID, bias=False), nn.LeakyReLU(SLOPE))
        self.score = nn.Linear(8 * f, 1)

    def forward(
        self,
        picture: Float[Tensor, "batch 3 height width"],
        semantics: Float[Tensor, "batch 512 height//16 width//16"],
    ) -> Float[Tensor, "batch 1"]:
        """Raises InputError for sides that are no multiples of 16 or below 128."""
        require_multiple(picture, "picture", MULTIPLE)
        if min(picture.shape[-2:]) < LEAST_SIDE:
            raise InputError(
                f"The critic takes pictures from {LEAST_SIDE} pixels a side, "
                f"found {picture.shape[-1]} x {picture.shape[-2]}; use larger crops."
            )
        features = self.lower(torch.cat([self.upper(picture), semantics], dim=1))
        scores: Tensor = self.score(self.last(self.fit(features)).flatten(1))
        return scores


def Sketcher(width: int = WIDTH, depth: int = len(BOTTOM_DILATIONS)) -> Generator:
    """PaintsTorch's second generator: from the painted picture back to its lines; used in training only."""
    return Generator(width, inputs=3, outputs=1, depth=depth)


def _convolution(inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
    return nn.Sequential(conv, nn.LeakyReLU(SLOPE))


def _halving(inputs: int, outputs: int, *, bias: bool = True) -> nn.Sequential:
    conv = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=bias)
    return nn.Sequential(conv, nn.LeakyReLU(SLOPE))


def _pair(width: int, groups: int) -> tuple[Bottleneck, Bottleneck]:
    """One block at this size, and one that halves it."""
    return Bottleneck(width, groups), Bottleneck(width, groups, stride=2)


def _tunnel(inputs: int, width: int, outputs: int, groups: int, dilations: Sequence[int]) -> nn.Sequential:
    """3x3, blocks, 3x3, and twice the size by pixel shuffle."""
    return nn.Sequential(
        _convolution(inputs, width, 3),
        *(Bottleneck(width, groups, dilation=dilation) for dilation in dilations),
        nn.Conv2d(width, 4 * outputs, 3, padding=1),
        nn.PixelShuffle(2),
        nn.LeakyReLU(SLOPE),
    )
