"""The paper's model as the three graphs of the model contract (docs/architecture.md).

What depends on the drawing alone, F1 and the encoder's first three maps, is computed once; a stroke costs the rest.
Flats are the guide's picture where there is a guide, else the painted one; the generator paints lines itself, so
`colour` is its picture, lines included.
"""

from __future__ import annotations

import torch
from jaxtyping import UInt8
from torch import Tensor, nn

from stenciltorch.networks.faithful.blocks import MULTIPLE
from stenciltorch.networks.faithful.exportable import reduce_hints, to_signed
from stenciltorch.networks.faithful.generator import Generator
from stenciltorch.networks.faithful.guide import Guide
from stenciltorch.networks.pixels import compose, from_unit, pad_to, pad_to_stride, to_unit
from stenciltorch.networks.studio import pixel_places, sample_at

SEEN = ("semantics", "full", "half", "quarter")
"""Opaque tensors from the encoder to the painter."""

BROUGHT = ("painted", "flat")
"""Opaque tensors from the painter to the finisher."""

Plane = UInt8[Tensor, "height width"]
Colours = UInt8[Tensor, "height width 3"]


class EncoderGraph(nn.Module):
    """Run once per drawing, mask or base."""

    def __init__(self, semantics: nn.Module, generator: Generator) -> None:
        super().__init__()
        self.semantics, self.generator = semantics, generator

    def forward(self, lineart: Plane, mask: Plane, base: Colours) -> tuple[Tensor, ...]:
        share = pad_to_stride(to_unit(mask), 1.0, MULTIPLE)
        kept = pad_to_stride(to_unit(base), 1.0, MULTIPLE)
        composite = to_signed(compose(pad_to_stride(to_unit(lineart), 1.0, MULTIPLE), kept, share))
        return (self.semantics(composite), *self.generator.look(torch.cat([composite, share], dim=1)))


class PainterGraph(nn.Module):
    """Run for every stroke: three pictures, then what the finisher needs, in 0..1."""

    def __init__(self, generator: Generator, guide: Guide | None) -> None:
        super().__init__()
        self.generator, self.guide = generator, guide

    def forward(
        self,
        hints: UInt8[Tensor, "height width 4"],
        lineart: Plane,
        mask: Plane,
        base: Colours,
        semantics: Tensor,
        full: Tensor,
        half: Tensor,
        quarter: Tensor,
    ) -> tuple[Tensor, ...]:
        height, width = lineart.shape
        dabs = reduce_hints(pad_to(to_unit(hints), 0.0, full.shape[-2], full.shape[-1]))
        encoded = self.generator.join(full, half, quarter, dabs)
        stage5 = self.generator.stage5(encoded.sixteenth, semantics)
        painted = _unit(self.generator.decoder(stage5, encoded), height, width)
        flat = painted.clone() if self.guide is None else _unit(self.guide(stage5, encoded), height, width)
        return (*_pictures(painted, flat, mask, base), painted, flat)


class FinisherGraph(nn.Module):
    """Run for every strip of a drawing larger than the working size: brought up, bilinear, under the drawing's lines.

    It has no weights. No pixel is lighter than the drawing's own line there, so that lines stay sharp.
    """

    def forward(
        self, lineart: Plane, mask: Plane, base: Colours, span: Tensor, painted: Tensor, flat: Tensor
    ) -> tuple[Tensor, ...]:
        rows, columns = lineart.shape
        across, down = pixel_places(rows, columns, painted)
        share_x = (across / columns).expand(1, rows, columns)
        share_y = ((down + span[0]) / span[1]).expand(1, rows, columns)
        inked = torch.minimum(sample_at(painted, share_x, share_y), to_unit(lineart))
        return _pictures(inked, sample_at(flat, share_x, share_y), mask, base)


def _unit(signed: Tensor, height: int, width: int) -> Tensor:
    """0..1 and without the padding."""
    return ((signed + 1) / 2)[..., :height, :width].clone()


def _pictures(painted: Tensor, flat: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Illustration, colour and flats as bytes; where the mask is 0 the illustration is the base."""
    kept = from_unit(compose(painted, to_unit(base), to_unit(mask)))
    return kept, from_unit(painted), from_unit(flat)
