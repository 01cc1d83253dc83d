"""What the baselines are trained to reach, one function each; the paper's own are in `adversarial_objectives`.

Every one is a mean over the pictures of a batch.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from stenciltorch.networks.baselines import bins
from stenciltorch.networks.baselines.zhang2017 import SCALE

REAL, PAINTED = 0, 1
"""Columns of PaintsChainer's critic."""


def classification(
    scores: Float[Tensor, "batch bins rows columns"], colours: Float[Tensor, "batch 2 height width"]
) -> Tensor:
    """Zhang 2017, first stage: cross entropy with the bin of every fourth pixel's ab (in its own units)."""
    step = colours.shape[-1] // scores.shape[-1]
    return F.cross_entropy(scores.float(), bins.encode(colours[..., ::step, ::step]))


def ab_l1(found: Float[Tensor, "batch 2 height width"], wanted: Float[Tensor, "batch 2 height width"]) -> Tensor:
    """Zhang 2017: |da| + |db|, averaged over the pixels; ab divided by 110."""
    return (found.float() - wanted).abs().sum(dim=1).mean()


def ab_huber(found: Float[Tensor, "batch 2 height width"], wanted: Float[Tensor, "batch 2 height width"]) -> Tensor:
    """Zhang 2017, second stage: Huber loss with its bend at 1 unit of a and b, summed over both; ab divided by 110."""
    return F.smooth_l1_loss(found.float(), wanted, beta=1 / SCALE, reduction="none").sum(dim=1).mean()


def judged_as(scores: Float[Tensor, "batch 2"], column: int) -> Tensor:
    """PaintsChainer: cross entropy of the critic's two scores with `REAL` or `PAINTED`."""
    labels = torch.full((len(scores),), column, dtype=torch.long, device=scores.device)
    return F.cross_entropy(scores.float(), labels)


def critic_wasserstein(real: Float[Tensor, "batch 1"], fake: Float[Tensor, "batch 1"]) -> Tensor:
    """Ci 2018 and PaintsTorch 2019 (Eq. 3 of the paper): E[D(fake)] - E[D(real)]."""
    return fake.mean() - real.mean()
