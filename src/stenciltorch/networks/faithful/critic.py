"""The critic D (paper 3.3, Eqs. 7, 10, 11), as the authors built it, and for any size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.errors import ConfigError, InputError
from stenciltorch.networks.faithful.blocks import (
    MULTIPLE,
    SEMANTIC_CHANNELS,
    SLOPE,
    ResNeXtBlock,
    convolution,
    require_features,
    require_share,
    require_sides,
)

Pool = Literal["fixed", "global"]

FIXED_SIDE = 512
LEAST_SIDE = 128
"""Below it nothing is left to halve."""

GRID = 4
"""Rows and columns that the last convolution spans."""

LOWER_STRIDES = (1, 2, 1, 2, 1, 2, 1)


class Critic(nn.Module):
    """How real a picture looks, given the semantic map of the composite it came from.

    Deviations, as the authors built it: the critic is told neither hints nor mask, although the
    paper (3.3) speaks of a conditional GAN; only `semantics` conditions it. Its score carries no
    activation, and no LeakyReLU follows the sum of a block.

    Args:
        features: f; a multiple of 8.
        normalise: batch normalisation everywhere.
        pool: "fixed", as the authors built it: 512 x 512 pictures only. "global" (ours): the last
            map is averaged, or repeated, to 4 x 4 first; any sides from 128 pixels. At 512 x 512 both
            give the same score, and their weights are interchangeable.

    Raises:
        ConfigError: features or pool that do not fit.
    """

    def __init__(self, features: int = 32, *, normalise: bool = False, pool: Pool = "fixed") -> None:
        super().__init__()
        require_features(features, 8)
        if pool not in get_args(Pool):
            raise ConfigError(f"pool must be one of {', '.join(get_args(Pool))}, found {pool!r}.")
        self.pool = pool
        self.upper = _upper(features, normalise)
        self.lower = _lower(features, normalise)
        self.fit = nn.Identity() if pool == "fixed" else nn.AdaptiveAvgPool2d(GRID)
        self.last = _activated(8 * features, 8 * features, GRID, normalise)
        self.score = nn.Linear(8 * features, 1)

    def forward(
        self,
        picture: Float[Tensor, "batch 3 height width"],
        semantics: Float[Tensor, "batch 512 height//16 width//16"],
    ) -> Float[Tensor, "batch 1"]:
        """Raises InputError for sides that this critic cannot take."""
        self._require_size(picture)
        require_share(semantics, "semantic map", picture, MULTIPLE)
        features = self.lower(torch.cat([self.upper(picture), semantics], dim=1))
        scores: Tensor = self.score(self.last(self.fit(features)).flatten(1))
        return scores

    def maps(self, picture: Float[Tensor, "batch 3 height width"]) -> list[Tensor]:
        """What the layers before the semantic map make of a picture, finest first (for feature matching)."""
        found, features = [], picture
        for layer in self.upper:
            features = layer(features)
            found.append(features)
        return found

    def _require_size(self, picture: Tensor) -> None:
        require_sides(picture, "picture", least=LEAST_SIDE)
        height, width = picture.shape[-2:]
        if self.pool == "fixed" and (height, width) != (FIXED_SIDE, FIXED_SIDE):
            raise InputError(
                f"A critic with pool='fixed' takes {FIXED_SIDE} x {FIXED_SIDE} pictures, "
                f"found {width} x {height}; build it with pool='global'."
            )


def _activated(
    inputs: int, outputs: int, kernel: int, normalise: bool, stride: int = 1, padding: int = 0
) -> nn.Sequential:
    conv = convolution(inputs, outputs, kernel, normalise=normalise, stride=stride, padding=padding)
    return nn.Sequential(conv, nn.LeakyReLU(SLOPE, inplace=True))


def _blocks(width: int, groups: int, strides: Sequence[int], normalise: bool) -> nn.Sequential:
    return nn.Sequential(*(ResNeXtBlock(width, groups, stride=stride, normalise=normalise) for stride in strides))


def _upper(features: int, normalise: bool) -> nn.Sequential:
    """From full size to 1/16, three channels to 4 f."""
    f, groups = features, features // 8
    return nn.Sequential(
        _activated(3, f, 7, normalise, padding=3),
        _activated(f, f, 4, normalise, stride=2, padding=1),
        _blocks(f, groups, (1, 2), normalise),
        _activated(f, 2 * f, 1, normalise),
        _blocks(2 * f, groups, (1, 2), normalise),
        _activated(2 * f, 4 * f, 1, normalise),
        _blocks(4 * f, groups, (1, 2), normalise),
    )


def _lower(features: int, normalise: bool) -> nn.Sequential:
    """From 1/16 with the semantic map beside it to 1/128 and 8 f channels."""
    width, groups = 8 * features, features // 8
    return nn.Sequential(
        _activated(4 * features + SEMANTIC_CHANNELS, width, 3, normalise, padding=1),
        _blocks(width, groups, LOWER_STRIDES, normalise),
    )
