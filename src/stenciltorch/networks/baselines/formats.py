"""How each baseline wants its hints: from RGB and straight alpha in 0..1 to its own planes.

The simulations in `training.baselines.hints` end in the same planes.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from stenciltorch.networks.baselines.lab import to_lab
from stenciltorch.networks.baselines.paintschainer import NO_HINT
from stenciltorch.networks.baselines.yuv import to_yuv
from stenciltorch.networks.baselines.zhang2017 import SCALE, Hinted
from stenciltorch.networks.faithful.exportable import reduce_hints

HALF = 0.5
"""Taken off Zhang's mask."""


def zhang_lightness(picture: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 1 height width"]:
    """(L - 50) / 100 of sRGB in 0..1."""
    return (to_lab(picture)[:, :1] - 50) / 100


def zhang_planes(
    colours: Float[Tensor, "batch 2 height width"], mask: Float[Tensor, "batch 1 height width"]
) -> Float[Tensor, "batch 3 height width"]:
    """ab in its own units and a mask of 0 and 1, to the planes that the network takes: nothing where nobody asked."""
    return torch.cat([colours / SCALE * mask, mask - HALF], dim=1)


def zhang_hints(hints: Float[Tensor, "batch 4 height width"]) -> Float[Tensor, "batch 3 height width"]:
    """Any alpha is a wish."""
    return zhang_planes(to_lab(hints[:, :3])[:, 1:], (hints[:, 3:] > 0).to(hints.dtype))


def zhang_given(lightness: Tensor, planes: Tensor) -> Hinted:
    return Hinted(lightness, planes[:, :2], planes[:, 2:])


def paintschainer_hints(
    hints: Float[Tensor, "batch 4 height width"],
) -> Float[Tensor, "batch 3 height//4 width//4"]:
    """YUV levels at 1/4 size; Y is -512 where there is no wish."""
    small = reduce_hints(hints)
    yuv = to_yuv((small[:, :3] + 1) * 127.5)
    nothing = torch.tensor(NO_HINT, dtype=hints.dtype, device=hints.device).view(1, 3, 1, 1)
    return torch.where(small[:, 3:] > 0, yuv, nothing)


def ci_hints(hints: Float[Tensor, "batch 4 height width"]) -> Float[Tensor, "batch 4 height//4 width//4"]:
    """Colour in [-1, 1] and a mask of 0 and 1, at 1/4 size; without a wish all is 0, which is mid-grey."""
    small = reduce_hints(hints)
    mask = (small[:, 3:] > 0).to(hints.dtype)
    return torch.cat([small[:, :3] * mask, mask], dim=1)


def paintstorch_hints(hints: Float[Tensor, "batch 4 height width"]) -> Float[Tensor, "batch 4 height//4 width//4"]:
    """The same with soft edges: strokes fade into mid-grey and a mask of 0."""
    small = reduce_hints(hints)
    return torch.cat([small[:, :3] * small[:, 3:], small[:, 3:]], dim=1)
