"""The parts that generator, guide and critic are made of (paper 3.3), as the authors built them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.errors import ConfigError, InputError

SLOPE = 0.2
"""Of every LeakyReLU."""

MULTIPLE = 16
"""Sides must be multiples of this: the encoder halves four times."""

SEMANTIC_CHANNELS = 512
"""Channels of the Illustration2Vec feature map F1."""


def activate(features: Tensor) -> Tensor:
    """LeakyReLU 0.2, written over its input to save memory.

    Not while exporting: there each write costs a quarter of a second of symbolic shapes.
    """
    return F.leaky_relu(features, SLOPE, inplace=not torch.compiler.is_exporting())


def convolution(
    inputs: int,
    outputs: int,
    kernel: int,
    *,
    normalise: bool,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> nn.Module:
    """A convolution with bias, or one without bias and batch normalisation after it."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=not normalise)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs)) if normalise else conv


class ResNeXtBlock(nn.Module):
    """1x1 to half the width, grouped 3x3, 1x1 back to full width, plus identity.

    A LeakyReLU follows each of the three convolutions; none follows the sum.

    Deviation: the paper (3.3) calls these blocks inverted and their convolutions depth-wise
    separable. As the authors built them they are neither: the middle is narrower than the ends,
    and a group holds 2 to 8 channels (generator, guide) or 4 to 32 (critic).

    Args:
        width: channels in and out.
        groups: of the 3x3 convolution.
        dilation: of the 3x3 convolution; its padding keeps the size.
        stride: 2 halves the size (critic only): the grouped convolution is then 4x4 and the
            identity a 2x2 average pool.
        normalise: batch normalisation after each convolution, as in the row "+ BN" of Table 1.
    """

    def __init__(self, width: int, groups: int, *, dilation: int = 1, stride: int = 1, normalise: bool) -> None:
        super().__init__()
        half = width // 2
        self.reduce = convolution(width, half, 1, normalise=normalise)
        self.spread = convolution(
            half,
            half,
            kernel=2 + stride,
            normalise=normalise,
            stride=stride,
            padding=dilation,
            dilation=dilation,
            groups=groups,
        )
        self.expand = convolution(half, width, 1, normalise=normalise)
        self.shortcut = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()

    def forward(
        self, features: Float[Tensor, "batch width rows columns"]
    ) -> Float[Tensor, "batch width rows_out columns_out"]:
        residual = activate(self.reduce(features))
        residual = activate(self.spread(residual))
        residual = activate(self.expand(residual))
        shortcut: Tensor = self.shortcut(features)
        return residual + shortcut


class DecoderStage(nn.Module):
    """Join a skip connection, think, and double the size by pixel shuffle (paper 3.3).

    concat(skip, features) -> 3x3 -> blocks, each followed by one more LeakyReLU -> 3x3 to
    4 x `outputs` channels -> PixelShuffle 2 -> LeakyReLU.

    Args:
        inputs: channels of `skip` and `features` together.
        width: channels inside.
        outputs: channels out, at twice the size.
        groups: of every block.
        dilations: one per block.
    """

    def __init__(
        self,
        inputs: int,
        width: int,
        outputs: int,
        *,
        groups: int,
        dilations: Sequence[int],
        normalise: bool,
    ) -> None:
        super().__init__()
        self.join = convolution(inputs, width, 3, normalise=normalise, padding=1)
        self.blocks = nn.ModuleList(
            ResNeXtBlock(width, groups, dilation=dilation, normalise=normalise) for dilation in dilations
        )
        self.grow = convolution(width, 4 * outputs, 3, normalise=normalise, padding=1)

    def forward(
        self,
        skip: Float[Tensor, "batch skip_channels rows columns"],
        features: Float[Tensor, "batch channels rows columns"],
    ) -> Float[Tensor, "batch outputs 2*rows 2*columns"]:
        features = activate(self.join(torch.cat([skip, features], dim=1)))
        for block in self.blocks:
            features = activate(block(features))
        return activate(F.pixel_shuffle(self.grow(features), 2))


def require_features(features: int, multiple: int) -> None:
    """Raises ConfigError unless the grouped convolutions come out even."""
    if features < multiple or features % multiple:
        raise ConfigError(f"features must be a positive multiple of {multiple}, found {features}; the authors used 32.")


def require_sides(picture: Tensor, name: str, *, least: int = MULTIPLE) -> None:
    """Raises InputError unless the sides can be halved four times. Not checked while exporting."""
    if torch.compiler.is_exporting():
        return
    height, width = picture.shape[-2:]
    if height % MULTIPLE or width % MULTIPLE or min(height, width) < least:
        raise InputError(
            f"The sides of the {name} must be multiples of {MULTIPLE} and at least {least} pixels, "
            f"found {width} x {height}; pad or scale it."
        )


def require_share(part: Tensor, name: str, picture: Tensor, share: int) -> None:
    """Raises InputError unless `part` has 1/`share` of the picture's sides."""
    if torch.compiler.is_exporting():
        return
    height, width = picture.shape[-2] // share, picture.shape[-1] // share
    if part.shape[-2:] != (height, width):
        raise InputError(
            f"The {name} must be {width} x {height}, 1/{share} of the picture's sides, "
            f"found {part.shape[-1]} x {part.shape[-2]}."
        )
