"""The ab plane in bins, for colouring by classification (Zhang et al. 2016 and 2017).

529 bins of 10 x 10 fill the square from -110 to 110. sRGB reaches about half of them; which, is computed here.
"""

from __future__ import annotations

from functools import cache

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from stenciltorch.networks.baselines.lab import to_lab

STEP = 10
"""Of a and of b, in their own units."""

REACH = 110
SIDE = 2 * REACH // STEP + 1
BINS = SIDE * SIDE

TEMPERATURE = 0.38
"""Of Zhang et al. 2016: the colour is the mean over the bins once their shares are sharpened this much; 1 leaves
them, near 0 the likeliest bin alone counts."""


def centres(like: Tensor) -> Float[Tensor, "bins 2"]:
    """a and b of every bin, in their own units, b running fastest."""
    ticks = torch.arange(-REACH, REACH + 1, STEP, dtype=like.dtype, device=like.device)
    return torch.cartesian_prod(ticks, ticks)


def encode(colours: Float[Tensor, "batch 2 height width"]) -> Int[Tensor, "batch height width"]:
    """The number of the nearest bin; colours beyond the square count to its edge."""
    ticks = ((colours + REACH) / STEP).round().clamp(0, SIDE - 1).long()
    return ticks[:, 0] * SIDE + ticks[:, 1]


def decode(
    scores: Float[Tensor, "batch bins height width"], temperature: float = TEMPERATURE
) -> Float[Tensor, "batch 2 height width"]:
    """The annealed mean of Zhang et al. 2016: softmax of scores / temperature, averaged over the bins' centres."""
    shares = (scores / temperature).softmax(dim=1)
    return torch.einsum("bkhw,kc->bchw", shares, centres(scores))


def suggest(scores: Float[Tensor, bins], count: int) -> tuple[Float[Tensor, "count 2"], Float[Tensor, count]]:
    """The likeliest colours that sRGB has, best first, and their shares: the palette of suggestions of 2017."""
    shares = scores.masked_fill(~reachable().to(scores.device), -torch.inf).softmax(dim=0)
    best = shares.topk(count)
    return centres(scores)[best.indices], best.values


@cache
def reachable() -> Bool[Tensor, bins]:
    """The bins that some sRGB colour is nearest to.

    Found on the surface of the colour cube: every ab that a colour inside has, one on the surface has, too.
    """
    level = torch.linspace(0, 1, 256, dtype=torch.float64)
    plane = torch.cartesian_prod(level, level)
    faces = [
        torch.cat([plane[:, :axis], torch.full((len(plane), 1), end, dtype=torch.float64), plane[:, axis:]], dim=1)
        for axis in range(3)
        for end in (0.0, 1.0)
    ]
    lab = to_lab(torch.cat(faces).T[None, :, :, None])
    found = torch.zeros(BINS, dtype=torch.bool)
    found[encode(lab[:, 1:]).flatten()] = True
    return found
