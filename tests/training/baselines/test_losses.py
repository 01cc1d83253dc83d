"""The baselines' losses against hand-worked values."""

from __future__ import annotations

import math

import pytest
import torch

from stenciltorch.training.baselines import losses


def test_classification_by_hand():
    """Two cells; scores ln 3 for one bin and 0 for 528: 3 / 531 on it, 1 / 531 on any other."""
    scores = torch.zeros(1, 529, 1, 2)
    grey = 11 * 23 + 11
    scores[0, grey] = math.log(3)
    colours = torch.zeros(1, 2, 4, 8)
    colours[0, 0, :, 4:] = 50.0
    wanted = (math.log(531 / 3) + math.log(531)) / 2
    assert losses.classification(scores, colours).item() == pytest.approx(wanted, rel=1e-5)


def test_classification_looks_at_every_fourth_pixel():
    scores = torch.zeros(1, 529, 2, 2)
    scores[0, 11 * 23 + 11] = 20.0
    colours = torch.full((1, 2, 8, 8), 90.0)
    colours[..., ::4, ::4] = 0.0
    assert losses.classification(scores, colours).item() < 1e-4


def test_l1_of_ab_by_hand():
    """|0.2| + |-0.1| in one pixel, 0 in the other."""
    found, wanted = torch.tensor([[0.2, 0.0], [-0.1, 0.5]]).view(1, 2, 1, 2), torch.zeros(1, 2, 1, 2)
    wanted[0, 1, 0, 1] = 0.5
    assert losses.ab_l1(found, wanted).item() == pytest.approx(0.15)


def test_huber_of_ab_by_hand():
    """With d = 1 / 110: below d it is x^2 / 2d, above it x - d / 2."""
    bend = 1 / 110
    found = torch.tensor([[0.5 * bend, 0.1], [0.0, 0.0]]).view(1, 2, 1, 2)
    wanted = (0.5 * (0.5 * bend) ** 2 / bend + 0.1 - bend / 2) / 2
    assert losses.ab_huber(found, torch.zeros(1, 2, 1, 2)).item() == pytest.approx(wanted, rel=1e-5)


def test_judgements_by_hand():
    scores = torch.tensor([[0.0, math.log(3)], [math.log(3), 0.0]])
    assert losses.judged_as(scores[:1], losses.REAL).item() == pytest.approx(math.log(4))
    assert losses.judged_as(scores[:1], losses.PAINTED).item() == pytest.approx(math.log(4 / 3))
    assert losses.judged_as(scores, losses.REAL).item() == pytest.approx((math.log(4) + math.log(4 / 3)) / 2)


def test_wasserstein_by_hand():
    real, fake = torch.tensor([[1.0], [3.0]]), torch.tensor([[-1.0], [0.0]])
    assert losses.critic_wasserstein(real, fake).item() == -2.5
