"""PaintsChainer, as its authors published it in 2017: two U-Nets, one at 1/4 size and one at full size.

All planes are in levels: the drawing 0..255, colours in YUV, and where there is no hint Y is -512 and U, V are 128.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.networks.baselines.sides import require_multiple, require_width

MULTIPLE = 64
"""Sides must be multiples of this: the first U-Net halves four times at 1/4 size."""

SHARE = 4
"""The first U-Net and its hints have 1/4 of the picture's sides."""

NO_HINT = (-512.0, 128.0, 128.0)
WIDTH = 32
"""Channels of the first convolution, as published."""

MIDDLE = 128.0
"""Middle and unit of the answer, see `UNet`."""


class UNet(nn.Module):
    """Nine convolutions down, nine up, batch normalisation and ReLU after each but the last.

    Deviation: the published network ends in levels; here the last convolution ends in units of 128 about 128, which
    is the same function and starts at mid-grey instead of black: it spares thousands of steps.

    Args:
        inputs: channels of what it is given: four for drawing and hints.
        outputs: channels of its answer: three for colours, one for lines.
        width: channels of the first convolution; 32 as published.
    """

    def __init__(self, inputs: int = 4, outputs: int = 3, width: int = WIDTH) -> None:
        super().__init__()
        require_width(width, 1)
        w = width
        self.down = nn.ModuleList([_same(inputs, w)])
        for shallow in (w, 2 * w, 4 * w, 8 * w):
            self.down.append(_halving(shallow, 2 * shallow))
            self.down.append(_same(2 * shallow, 2 * shallow))
        self.up = nn.ModuleList()
        for deep in (16 * w, 8 * w, 4 * w, 2 * w):
            self.up.append(_doubling(2 * deep, deep))
            self.up.append(_same(deep, deep // 2))
        self.last = nn.Conv2d(2 * w, outputs, 3, padding=1)

    def forward(self, given: Float[Tensor, "batch inputs height width"]) -> Float[Tensor, "batch outputs height width"]:
        """Levels in, levels out; not clipped."""
        kept, features = [], given
        for number, layer in enumerate(self.down):
            features = layer(features)
            if number % 2 == 0 or number == 7:
                kept.append(features)
        features = kept.pop()
        for number, layer in enumerate(self.up):
            features = layer(features if number % 2 else torch.cat([kept.pop(), features], dim=1))
        answer: Tensor = self.last(torch.cat([kept.pop(), features], dim=1))
        return MIDDLE + MIDDLE * answer


class Drafted(NamedTuple):
    """Colours in YUV levels: the first U-Net's at 1/4 size, the second's at full size."""

    draft: Float[Tensor, "batch 3 height//4 width//4"]
    painted: Float[Tensor, "batch 3 height width"]


class PaintsChainer(nn.Module):
    """Draft and painting; the hints reach the second U-Net through the draft only.

    Args:
        width: of both U-Nets.
    """

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        self.draft = UNet(width=width)
        self.paint = UNet(width=width)

    def forward(
        self,
        drawing: Float[Tensor, "batch 1 height width"],
        hints: Float[Tensor, "batch 3 height//4 width//4"],
    ) -> Drafted:
        """Raises InputError for sides that are no multiples of 64."""
        require_multiple(drawing, "drawing", MULTIPLE)
        draft = self.draft(torch.cat([reduced(drawing), hints], dim=1))
        return Drafted(draft, self.finish(drawing, draft))

    def finish(
        self, drawing: Float[Tensor, "batch 1 height width"], draft: Float[Tensor, "batch 3 height//4 width//4"]
    ) -> Float[Tensor, "batch 3 height width"]:
        """The second U-Net on a draft."""
        painted: Tensor = self.paint(torch.cat([drawing, enlarged(draft)], dim=1))
        return painted


def reduced(picture: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels rows columns"]:
    """At 1/4 size, area averages."""
    return F.avg_pool2d(picture, SHARE)


def enlarged(draft: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 4*height 4*width"]:
    """The draft at full size, bicubic."""
    return F.interpolate(draft, scale_factor=float(SHARE), mode="bicubic", align_corners=False)


def LineNet(width: int = WIDTH) -> UNet:
    """The learned line net: from colours in units of 128 about 128 to the drawing in levels."""
    return UNet(inputs=3, outputs=1, width=width)


class PaintsChainerCritic(nn.Module):
    """Two scores, for real and for painted. It saw 128 x 128 only; here any sides.

    Deviation: the published one flattens an 8 x 8 map; here the map is averaged to 8 x 8 first, which at
    128 x 128 changes nothing.

    Args:
        width: channels of the first convolution; 32 as published.
    """

    GRID = 8

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        require_width(width, 1)
        w = width
        self.layers = nn.Sequential(
            *(_halving(3, w), _same(w, w), _halving(w, 2 * w), _same(2 * w, 2 * w)),
            *(_halving(2 * w, 4 * w), _same(4 * w, 4 * w), _halving(4 * w, 8 * w)),
        )
        self.fit = nn.AdaptiveAvgPool2d(self.GRID)
        self.score = nn.Linear(8 * w * self.GRID**2, 2)

    def forward(self, colours: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 2"]:
        """Scores of YUV levels: column 0 real, column 1 painted."""
        scores: Tensor = self.score(self.fit(self.layers(colours)).flatten(1))
        return scores


def _activated(layer: nn.Module, width: int) -> nn.Sequential:
    return nn.Sequential(layer, nn.BatchNorm2d(width), nn.ReLU())


def _same(inputs: int, outputs: int) -> nn.Sequential:
    return _activated(nn.Conv2d(inputs, outputs, 3, padding=1), outputs)


def _halving(inputs: int, outputs: int) -> nn.Sequential:
    return _activated(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1), outputs)


def _doubling(inputs: int, outputs: int) -> nn.Sequential:
    return _activated(nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1), outputs)
