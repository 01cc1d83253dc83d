"""The faithful model as one graph: eight-bit pictures in, an eight-bit illustration out."""

from __future__ import annotations

import warnings

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.export import Dim

from stenciltorch.errors import ModelError
from stenciltorch.networks.faithful.blocks import MULTIPLE
from stenciltorch.networks.faithful.features import Illustration2VecFront
from stenciltorch.networks.faithful.generator import HINT_SHARE, Generator
from stenciltorch.networks.pixels import compose, from_unit, pad_to_stride, to_unit

INPUTS = ("lineart", "mask", "base", "hints")
OUTPUTS = ("illustration",)

LEAST_COVER = 1e-4
"""Below the smallest alpha that a square of hint pixels can leave: 1 / (16 x 255)."""


class FaithfulStencilModel(nn.Module):
    """F1, G, the reduction of the hints and both composites in one module (paper 3.3, 3.4).

    Any size: the sides are padded to multiples of 16 with bare paper that is to be painted, and
    the padding is cut off again.

    Deviation: as the authors built it, the hints come down to 1/4 by nearest neighbour in training
    and by other filters elsewhere; here always by `reduce_hints`.
    """

    def __init__(self, semantics: Illustration2VecFront, generator: Generator) -> None:
        super().__init__()
        self.semantics = semantics
        self.generator = generator

    def forward(
        self,
        lineart: UInt8[Tensor, "height width"],
        mask: UInt8[Tensor, "height width"],
        base: UInt8[Tensor, "height width 3"],
        hints: UInt8[Tensor, "height width 4"],
    ) -> UInt8[Tensor, "height width 3"]:
        """One pass; where the mask is 0 every byte is the base's."""
        height, width = lineart.shape
        share = _padded(mask, 1.0)
        kept = _padded(base, 1.0)
        composite = to_signed(compose(_padded(lineart, 1.0), kept, share))
        painted = self.generator(
            torch.cat([composite, share], dim=1),
            reduce_hints(_padded(hints, 0.0)),
            self.semantics(composite),
        ).illustration
        finished = compose((painted + 1) / 2, kept, share)
        return from_unit(finished.narrow(2, 0, height).narrow(3, 0, width))


def reduce_hints(
    hints: Float[Tensor, "batch 4 height width"],
) -> Float[Tensor, "batch 4 height//4 width//4"]:
    """The hint map that the generator takes, from RGB and straight alpha in 0..1 at full size.

    Area averages, the colour's weighted by alpha (ours): the edge of a stroke keeps its colour and
    loses alpha. RGB comes out in [-1, 1]; without a wish a pixel is (-1, -1, -1, 0).
    """
    alpha = hints[:, 3:]
    cover = F.avg_pool2d(alpha, HINT_SHARE)
    colour = F.avg_pool2d(hints[:, :3] * alpha, HINT_SHARE) / cover.clamp(min=LEAST_COVER)
    return torch.cat([to_signed(colour), cover], dim=1)


def to_signed(unit: Tensor) -> Tensor:
    """0..1 to [-1, 1], the range of every colour in this package."""
    return unit * 2 - 1


def _padded(picture: Tensor, filling: float) -> Tensor:
    return pad_to_stride(to_unit(picture), filling, MULTIPLE)


def to_onnx(model: FaithfulStencilModel) -> torch.onnx.ONNXProgram:
    """One graph with free height and width: `lineart`, `mask`, `base`, `hints` -> `illustration`.

    Takes the better part of a minute.

    Raises:
        ModelError: torch cannot export it.
    """
    sides = {0: Dim("height"), 1: Dim("width")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself, and that one name serves several axes
        program = torch.onnx.export(
            model.eval(),
            _example(48, 80),
            dynamo=True,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=(sides,) * len(INPUTS),
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise ModelError("torch could not export the faithful model.")
    for node in program.model.graph:
        node.metadata_props.clear()  # stack traces of the machine that exported it
    return program


def _example(height: int, width: int) -> tuple[Tensor, ...]:
    """A request in the order of `INPUTS`; only its shapes matter."""
    plane = torch.zeros(height, width, dtype=torch.uint8)
    return plane, plane.clone(), plane[..., None].repeat(1, 1, 3), plane[..., None].repeat(1, 1, 4)
