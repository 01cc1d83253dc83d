"""A baseline as the three graphs of the model contract (docs/architecture.md).

What ships and is evaluated is a model folder like the default model's: `OnnxColorizer.load(folder)` colours with it,
without torch. Baselines know no flats and no colour without lines: all three pictures are the painted one, and only
the illustration respects the mask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import UInt8
from torch import Tensor, nn
from torch.export import Dim

from stenciltorch.networks.baselines.systems import System
from stenciltorch.networks.pixels import compose, from_unit, pad_to, pad_to_stride, to_unit
from stenciltorch.networks.studio import pixel_places, sample_at

PICTURES = ("illustration", "colour", "flats")

Plane = UInt8[Tensor, "height width"]
Colours = UInt8[Tensor, "height width 3"]
Dabs = UInt8[Tensor, "height width 4"]


class EncoderGraph(nn.Module):
    """Run once per drawing: the drawing -> `seen`."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    def forward(self, lineart: Plane) -> tuple[Tensor]:
        return (self.system.look(pad_to_stride(to_unit(lineart), 1.0, self.system.multiple)),)


class PainterGraph(nn.Module):
    """Run for every stroke: three pictures, and `painted` for the finisher."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    def forward(self, hints: Dabs, lineart: Plane, mask: Plane, base: Colours, seen: Tensor) -> tuple[Tensor, ...]:
        height, width = lineart.shape
        padded = seen.shape[-2] * self.system.grain, seen.shape[-1] * self.system.grain
        lines = to_unit(lineart)
        painted = self.system.paint(pad_to(lines, 1.0, *padded), pad_to(to_unit(hints), 0.0, *padded), seen)
        painted = painted[..., :height, :width].clone()
        return (*_pictures(self.system.finish(painted, lines), mask, base), painted)


class FinisherGraph(nn.Module):
    """Run for every strip of a drawing larger than the working size: `painted` is brought up, bilinear."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    def forward(self, lineart: Plane, mask: Plane, base: Colours, span: Tensor, painted: Tensor) -> tuple[Tensor, ...]:
        rows, columns = lineart.shape
        across, down = pixel_places(rows, columns, painted)
        share_x = (across / columns).expand(1, rows, columns)
        share_y = ((down + span[0]) / span[1]).expand(1, rows, columns)
        enlarged = sample_at(painted, share_x, share_y)
        return _pictures(self.system.finish(enlarged, to_unit(lineart)), mask, base)


def _pictures(finished: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Illustration, colour and flats as bytes; where the mask is 0 the illustration is the base."""
    kept = from_unit(compose(finished, to_unit(base), to_unit(mask)))
    plain = from_unit(finished)
    return kept, plain, plain.clone()


class GraphSpec(NamedTuple):
    """One graph with inputs that fit it, to export it with or to try it on."""

    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]

    @torch.no_grad()
    def run(self) -> dict[str, Tensor]:
        return dict(zip(self.outputs, self.module(**self.inputs), strict=True))


def graphs(system: System, given: Mapping[str, Tensor]) -> list[GraphSpec]:
    """The three graphs.

    Args:
        given: `lineart`, `mask`, `base` and `hints` as uint8; the finisher is given the first three again, repeated
            to twice the width and half as much more height.
    """
    encoder = GraphSpec("encoder", EncoderGraph(system).eval(), {"lineart": given["lineart"]}, ("seen",))
    stroke = {name: given[name] for name in ("hints", "lineart", "mask", "base")} | encoder.run()
    painter = GraphSpec("painter", PainterGraph(system).eval(), stroke, (*PICTURES, "painted"))
    strip = {name: _larger(given[name]) for name in ("lineart", "mask", "base")}
    strip |= {"span": torch.tensor([3, 2 * len(given["lineart"]) + 5]), "painted": painter.run()["painted"]}
    return [encoder, painter, GraphSpec("finisher", FinisherGraph(system).eval(), strip, PICTURES)]


def _larger(picture: Tensor) -> Tensor:
    wide = torch.cat([picture, picture], dim=1)
    return torch.cat([wide, wide[: picture.shape[0] // 2]], dim=0)


def free_axes(system: System, name: str) -> dict[int, Any]:
    """The axes of an input that are free: all sides; those of `seen` are multiples of what the system needs."""
    if name == "span":
        return {}
    if name == "painted":
        return {2: Dim.DYNAMIC, 3: Dim.DYNAMIC}
    if name != "seen":
        return {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    steps = system.multiple // system.grain
    down, across = Dim("down", min=1, max=512), Dim("across", min=1, max=512)
    return {2: steps * down, 3: steps * across} if steps > 1 else {2: down, 3: across}
