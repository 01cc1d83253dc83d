"""The paper's objectives (3.3, Eqs. 5-11), one function each.

Every one is a mean over the pictures of a batch, so that the mean over processes with equal shares is the mean over
the whole. Where the paper and its authors' public code differ, docs/paper.md says what is taken and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

Scores = Callable[[Tensor], Tensor]
"""A critic with its condition given: pictures (batch, 3, height, width) -> scores (batch, 1)."""

ADVERSARIAL_WEIGHT = 1e-4
PENALTY_WEIGHT = 10.0
DRIFT_WEIGHT = 1e-3


def critic_total(wasserstein: Tensor, penalty: Tensor) -> Tensor:
    """Eq. 5: L_D = L_w + L_gp."""
    return wasserstein + penalty


def generator_total(
    adversarial: Tensor, content: Tensor, guide: Tensor | float = 0.0, weight: float = ADVERSARIAL_WEIGHT
) -> Tensor:
    """Eq. 6: L_G = 1e-4 L_adv + L_cont + L_guide."""
    return weight * adversarial + content + guide


def adversarial_hinge(fake: Tensor) -> Tensor:
    """Eq. 7: E[max(0, 1 - D(fake))]; no gradient once the critic is fooled."""
    return F.relu(1 - fake).mean()


def adversarial_plain(fake: Tensor) -> Tensor:
    """The usual alternative to Eq. 7: E[-D(fake)], whose gradient never ends."""
    return -fake.mean()


def content_loss(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Eq. 8: mean squared difference of features, averaged over the maps given (the paper's is one: relu2_2)."""
    gaps = [F.mse_loss(one.float(), other.float()) for one, other in zip(found, wanted, strict=True)]
    return torch.stack(gaps).mean()


def guide_loss(found: Tensor, flats: Tensor) -> Tensor:
    """Eq. 9: mean absolute difference of the guide's picture and the flats."""
    return F.l1_loss(found.float(), flats)


def critic_hinge(real: Tensor, fake: Tensor) -> Tensor:
    """Eq. 10: E[max(0, 1 - D(real))] + E[max(0, 1 + D(fake))]."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def mixture(real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """Points between real and fake pictures: `share` (batch,) of the real one each."""
    part = share.view(-1, 1, 1, 1)
    return part * real + (1 - part) * fake


def gradient_penalty(critic: Scores, between: Tensor, weight: float = PENALTY_WEIGHT) -> Tensor:
    """First half of Eq. 11: 10 E[(|grad D(between)| - 1)^2], the norm over all pixels and channels of a picture."""
    points = between.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    norms: Tensor = torch.linalg.vector_norm(slope.flatten(1), dim=1)
    return weight * (norms - 1).square().mean()


def drift(real: Tensor, weight: float = DRIFT_WEIGHT) -> Tensor:
    """Second half of Eq. 11: 1e-3 E[D(real)^2]."""
    return weight * real.square().mean()
