"""Zhang et al. 2017, "Real-Time User-Guided Image Colorization with Learned Deep Priors".

Lightness, ab hints and a mask of where they are, all at full size, to ab. A VGG-like trunk with two dilated groups in
the middle; a classification head at 1/4 size over bins of ab, and a regression head at full size.
Ranges: lightness is (L - 50) / 100, ab is divided by 110, the mask is -0.5 or 0.5.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.networks.baselines.bins import BINS
from stenciltorch.networks.baselines.sides import require_multiple, require_width

SCALE = 110.0
"""Of a and b."""

MULTIPLE = 8
"""Sides must be multiples of this: the trunk halves three times."""

WIDTH = 64
"""Channels of the first group, as published."""


class Hinted(NamedTuple):
    """What the network is given."""

    lightness: Float[Tensor, "batch 1 height width"]
    colours: Float[Tensor, "batch 2 height width"]
    mask: Float[Tensor, "batch 1 height width"]


class Coloured(NamedTuple):
    """What it answers: scores of the bins of ab, and ab itself."""

    scores: Float[Tensor, "batch bins height//4 width//4"]
    colours: Float[Tensor, "batch 2 height width"]


class Zhang2017(nn.Module):
    """The network of the published PyTorch version; parts are named after the groups of the publication.

    Args:
        width: channels of the first group; 64 as published, a multiple of 2.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        require_width(width, 2)
        one, two, four, eight = width, 2 * width, 4 * width, 8 * width
        self.group1 = _group((4, one, one))
        self.group2 = _group((one, two, two))
        self.group3 = _group((two, four, four, four))
        self.group4 = _group((four, eight, eight, eight))
        self.group5 = _group((eight,) * 4, dilation=2)
        self.group6 = _group((eight,) * 4, dilation=2)
        self.group7 = _group((eight,) * 4)
        self.up8, self.skip8 = _doubling(eight, four), _convolution(four, four)
        self.group8 = nn.Sequential(nn.ReLU(), *_group((four, four, four)))
        self.up9, self.skip9 = _doubling(four, two), _convolution(two, two)
        self.group9 = nn.Sequential(nn.ReLU(), *_group((two, two)))
        self.up10, self.skip10 = _doubling(two, two), _convolution(one, two)
        self.group10 = nn.Sequential(nn.ReLU(), _convolution(two, two), nn.LeakyReLU(0.2))
        self.classify = nn.Conv2d(four, BINS, 1)
        self.regress = nn.Sequential(nn.Conv2d(two, 2, 1), nn.Tanh())

    def forward(self, given: Hinted, *, by_class: bool = False) -> Coloured:
        """Both heads.

        Args:
            by_class: let only the classification train the trunk (the first stage of training); otherwise only the
                regression does. The answer is the same.

        Raises:
            InputError: sides that are no multiples of 8.
        """
        require_multiple(given.lightness, "drawing", MULTIPLE)
        first = self.group1(torch.cat(given, dim=1))
        second = self.group2(first[..., ::2, ::2])
        third = self.group3(second[..., ::2, ::2])
        middle = self.group7(self.group6(self.group5(self.group4(third[..., ::2, ::2]))))
        coarse = self.group8(self.up8(middle) + self.skip8(third))
        if by_class:
            return Coloured(self.classify(coarse), self._refined(coarse.detach(), second.detach(), first.detach()))
        return Coloured(self.classify(coarse.detach()), self._refined(coarse, second, first))

    def _refined(self, coarse: Tensor, second: Tensor, first: Tensor) -> Tensor:
        """From 1/4 to full size."""
        half = self.group9(self.up9(coarse) + self.skip9(second))
        full = self.group10(self.up10(half) + self.skip10(first))
        colours: Tensor = self.regress(full)
        return colours


def _convolution(inputs: int, outputs: int, dilation: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)


def _doubling(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


def _group(widths: tuple[int, ...], dilation: int = 1) -> nn.Sequential:
    """3x3 convolutions, each with its ReLU, and batch normalisation at the end."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [_convolution(inputs, outputs, dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.BatchNorm2d(widths[-1]))
