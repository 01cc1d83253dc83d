"""A baseline as the three graphs of the model contract (docs/architecture.md), and their export.

What ships and is evaluated is a model folder like the default model's: `OnnxColorizer.load(folder)` colours with it,
without torch. Baselines know no flats and no colour without lines: all three pictures are the painted one, and only
the illustration respects the mask.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from typing import Any

import onnx
import torch
from jaxtyping import UInt8
from torch import Tensor, nn
from torch.export import Dim

from stenciltorch.errors import ModelError
from stenciltorch.networks.baselines.systems import System
from stenciltorch.networks.pixels import compose, from_unit, pad_to, pad_to_stride, to_unit
from stenciltorch.networks.studio import pixel_places, sample_at

PICTURES = ("illustration", "colour", "flats")
GRAPHS = ("encoder", "painter", "finisher")
OPSET = 20

Plane = UInt8[Tensor, "height width"]
Colours = UInt8[Tensor, "height width 3"]
Dabs = UInt8[Tensor, "height width 4"]


class EncoderGraph(nn.Module):
    """Run once per drawing: the drawing -> `seen`."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.system = system

    def forward(self, lineart: Plane) -> Tensor:
        return self.system.look(pad_to_stride(to_unit(lineart), 1.0, self.system.multiple))


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


class GraphSpec:
    """One graph with inputs that fit it, to export it with or to try it on."""

    def __init__(self, name: str, module: nn.Module, inputs: dict[str, Tensor], outputs: tuple[str, ...]) -> None:
        self.name, self.module, self.inputs, self.outputs = name, module.eval(), inputs, outputs

    @torch.no_grad()
    def run(self) -> dict[str, Tensor]:
        answer = self.module(**self.inputs)
        return dict(zip(self.outputs, answer if isinstance(answer, tuple) else (answer,), strict=True))


def graphs(system: System, given: Mapping[str, Tensor]) -> list[GraphSpec]:
    """The three graphs.

    Args:
        given: `lineart`, `mask`, `base` and `hints` as uint8; the finisher is given the first three again at half as
            much more height and twice the width, repeated.
    """
    encoder = GraphSpec("encoder", EncoderGraph(system), {"lineart": given["lineart"]}, ("seen",))
    stroke = {name: given[name] for name in ("hints", "lineart", "mask", "base")}
    painter = GraphSpec("painter", PainterGraph(system), {**stroke, **encoder.run()}, (*PICTURES, "painted"))
    strip = {name: _larger(given[name]) for name in ("lineart", "mask", "base")}
    span = torch.tensor([3, 2 * given["lineart"].shape[0] + 5])
    strip |= {"span": span, "painted": painter.run()["painted"]}
    return [encoder, painter, GraphSpec("finisher", FinisherGraph(system), strip, PICTURES)]


def _larger(picture: Tensor) -> Tensor:
    wide = torch.cat([picture, picture], dim=1)
    return torch.cat([wide, wide[: picture.shape[0] // 2]], dim=0)


def to_onnx(graph: GraphSpec, system: System) -> onnx.ModelProto:
    """The graph as ONNX with free sides; takes up to a minute for the published sizes.

    Raises:
        ModelError: torch cannot export it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            graph.module,
            (),
            kwargs=graph.inputs,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes={name: _free_axes(name, system) for name in graph.inputs},
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise ModelError(f"torch could not export the {graph.name} of {system.name}.")
    return program.model_proto


def _free_axes(name: str, system: System) -> dict[int, Any]:
    if name == "span":
        return {}
    if name == "painted":
        return {2: Dim.DYNAMIC, 3: Dim.DYNAMIC}
    if name != "seen":
        return {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}
    steps = system.multiple // system.grain
    down, across = Dim("down", min=1, max=512), Dim("across", min=1, max=512)
    return {2: steps * down, 3: steps * across}
