"""The generator G (paper 3.3, Fig. 4), as the authors built it.

Pixel conventions of this package: RGB in [-1, 1]; mask and hint alpha in 0..1; a hint pixel
without a wish is (-1, -1, -1, 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.networks.faithful.blocks import (
    MULTIPLE,
    SEMANTIC_CHANNELS,
    DecoderStage,
    activate,
    convolution,
    require_features,
    require_share,
    require_sides,
)

HINT_SHARE = 4
"""The hint map has 1/4 of the picture's sides."""

BOTTOM_DILATIONS = (1,) * 20
WIDE_DILATIONS = (1, 1, 2, 2, 4, 4, 2, 1)
FINE_DILATIONS = (1, 2, 4, 2, 1)


class Encoded(NamedTuple):
    """The encoder's five maps, finest first, for f features. The first three know no hints."""

    full: Float[Tensor, "batch f//2 height width"]
    half: Float[Tensor, "batch f height//2 width//2"]
    quarter: Float[Tensor, "batch 2*f height//4 width//4"]
    eighth: Float[Tensor, "batch 4*f height//8 width//8"]
    sixteenth: Float[Tensor, "batch 8*f height//16 width//16"]


class Painted(NamedTuple):
    """The generator's answer for f features; the guide is fed with the last two."""

    illustration: Float[Tensor, "batch 3 height width"]
    stage5: Float[Tensor, "batch 4*f height//8 width//8"]
    encoded: Encoded


class Decoder(nn.Module):
    """Stages 4, 3 and 2 and the head: the end of the generator, and the whole of the guide."""

    def __init__(self, features: int, fine_dilations: Sequence[int], *, normalise: bool) -> None:
        super().__init__()
        wide, fine = features // 2, features // 4
        self.stage4 = _stage(4 * features, wide, WIDE_DILATIONS, normalise=normalise)
        self.stage3 = _stage(2 * features, wide, WIDE_DILATIONS, normalise=normalise)
        self.stage2 = _stage(features, fine, fine_dilations, normalise=normalise)
        self.head = convolution(features, 3, 3, normalise=normalise, padding=1)

    def forward(
        self, stage5: Float[Tensor, "batch channels rows columns"], encoded: Encoded
    ) -> Float[Tensor, "batch 3 8*rows 8*columns"]:
        features = self.stage4(encoded.eighth, stage5)
        features = self.stage3(encoded.quarter, features)
        features = self.stage2(encoded.half, features)
        return torch.tanh(self.head(torch.cat([features, encoded.full], dim=1)))


def _stage(width: int, groups: int, dilations: Sequence[int], *, normalise: bool) -> DecoderStage:
    """A stage whose skip and input are as wide as itself."""
    return DecoderStage(2 * width, width, width // 2, groups=groups, dilations=dilations, normalise=normalise)


class Generator(nn.Module):
    """Composite, mask and hints to an illustration: a U-Net of ResNeXt blocks (paper 3.3).

    Fully convolutional: any sides that are multiples of 16.

    Deviations from the paper, all as the authors built it: the blocks (see `ResNeXtBlock`); the
    mask acts as "attention" (3.4) only by being the fourth input channel; batch normalisation, where used,
    also follows the head, before its tanh.

    Args:
        features: f; the authors' model has 32, a wider one 64. A multiple of 4.
        normalise: batch normalisation everywhere, as in the row "+ BN" of Table 1.
    """

    def __init__(self, features: int = 32, *, normalise: bool = False) -> None:
        super().__init__()
        require_features(features, 4)
        f = features
        self.hint_stem = convolution(4, f, 7, normalise=normalise, padding=3)
        self.to_full = convolution(4, f // 2, 3, normalise=normalise, padding=1)
        self.to_half = _halving(f // 2, f, normalise)
        self.to_quarter = _halving(f, 2 * f, normalise)
        self.to_eighth = _halving(2 * f + f, 4 * f, normalise)
        self.to_sixteenth = _halving(4 * f, 8 * f, normalise)
        self.stage5 = DecoderStage(
            8 * f + SEMANTIC_CHANNELS,
            8 * f,
            4 * f,
            groups=f // 2,
            dilations=BOTTOM_DILATIONS,
            normalise=normalise,
        )
        self.decoder = Decoder(f, FINE_DILATIONS, normalise=normalise)

    def forward(
        self,
        composite: Float[Tensor, "batch 4 height width"],
        hints: Float[Tensor, "batch 4 height//4 width//4"],
        semantics: Float[Tensor, "batch 512 height//16 width//16"],
    ) -> Painted:
        """Paint.

        Args:
            composite: RGB, lineart where the mask is 1 and the base where it is 0; and the mask.
            hints: RGB and alpha.
            semantics: F1 of the composite's RGB.

        Raises:
            InputError: sides that are no multiples of 16, or parts that do not fit each other.
        """
        require_sides(composite, "composite")
        require_share(hints, "hint map", composite, HINT_SHARE)
        require_share(semantics, "semantic map", composite, MULTIPLE)
        encoded = self.encode(composite, hints)
        stage5 = self.stage5(encoded.sixteenth, semantics)
        return Painted(self.decoder(stage5, encoded), stage5, encoded)

    def encode(
        self,
        composite: Float[Tensor, "batch 4 height width"],
        hints: Float[Tensor, "batch 4 height//4 width//4"],
    ) -> Encoded:
        """The hints join where the picture has been halved twice."""
        return self.join(*self.look(composite), hints)

    def look(self, composite: Float[Tensor, "batch 4 height width"]) -> tuple[Tensor, Tensor, Tensor]:
        """The encoder's first three maps, which know no hints: computed once per drawing."""
        full = activate(self.to_full(composite))
        half = activate(self.to_half(full))
        return full, half, activate(self.to_quarter(half))

    def join(
        self, full: Tensor, half: Tensor, quarter: Tensor, hints: Float[Tensor, "batch 4 height//4 width//4"]
    ) -> Encoded:
        """All five maps."""
        hinted = torch.cat([quarter, activate(self.hint_stem(hints))], dim=1)
        eighth = activate(self.to_eighth(hinted))
        return Encoded(full, half, quarter, eighth, activate(self.to_sixteenth(eighth)))


def _halving(inputs: int, outputs: int, normalise: bool) -> nn.Module:
    return convolution(inputs, outputs, 4, normalise=normalise, stride=2, padding=1)
