"""The paper's equations against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from stenciltorch.training import adversarial_objectives as objective


def scores(*values):
    return torch.tensor(values).view(-1, 1)


def test_eq_5_is_a_sum():
    assert objective.critic_total(torch.tensor(1.25), torch.tensor(0.5)).item() == 1.75


def test_eq_6_weighs_the_adversarial_part():
    parts = torch.tensor(2.0), torch.tensor(0.5), torch.tensor(0.25)
    assert objective.generator_total(*parts).item() == pytest.approx(0.7502)
    assert objective.generator_total(*parts[:2]).item() == pytest.approx(0.5002)
    assert objective.generator_total(*parts, weight=0.5).item() == pytest.approx(1.75)


def test_eq_7_by_hand():
    """max(0, 1 - D): 2.5, 1, 0 and 0."""
    assert objective.adversarial_hinge(scores(-1.5, 0.0, 1.0, 7.0)).item() == pytest.approx(3.5 / 4)


def test_eq_7_gives_no_gradient_to_what_fools_the_critic():
    fake = scores(-1.0, 2.0).requires_grad_()
    objective.adversarial_hinge(fake).backward()
    assert fake.grad.flatten().tolist() == [-0.5, 0.0]
    fake.grad = None
    objective.adversarial_plain(fake).backward()
    assert fake.grad.flatten().tolist() == [-0.5, -0.5]


def test_eq_8_is_a_mean_of_squares_over_all_values_of_each_map():
    """Differences 1 and 3 on two values: mean square 5; 2 everywhere on another map: 4."""
    first = torch.tensor([[[[1.0, 3.0]]]]), torch.zeros(1, 1, 1, 2)
    second = torch.full((1, 2, 2, 2), 2.0), torch.zeros(1, 2, 2, 2)
    assert objective.content_loss([first[0]], [first[1]]).item() == 5.0
    assert objective.content_loss([first[0], second[0]], [first[1], second[1]]).item() == 4.5


def test_eq_9_is_a_mean_of_absolute_differences():
    found, flats = torch.tensor([[[[0.5, -1.0]]]]), torch.tensor([[[[0.0, 1.0]]]])
    assert objective.guide_loss(found, flats).item() == 1.25


def test_eq_10_by_hand():
    """Real 2, 0.5, -1: 0, 0.5, 2; fake -3, 0, 1: 0, 1, 2."""
    assert objective.critic_hinge(scores(2.0, 0.5, -1.0), scores(-3.0, 0.0, 1.0)).item() == pytest.approx(5.5 / 3)


def test_eq_11_mixes_by_interpolation():
    real, fake = torch.ones(2, 1, 1, 1), -torch.ones(2, 1, 1, 1)
    mixed = objective.mixture(real, fake, torch.tensor([1.0, 0.25])).flatten()
    assert mixed.tolist() == [1.0, -0.5]


def test_eq_11_penalises_slopes_other_than_one():
    """D(x) = w . x has the slope |w| everywhere: 5 for (3, 4), so 10 (5 - 1)^2; with |w| = 1 there is no penalty."""
    points = torch.randn(3, 1, 1, 2, generator=torch.Generator().manual_seed(0))

    def linear(weights):
        return lambda picture: (picture.flatten(1) * torch.tensor(weights)).sum(dim=1, keepdim=True)

    assert objective.gradient_penalty(linear([3.0, 4.0]), points).item() == pytest.approx(160.0)
    assert objective.gradient_penalty(linear([0.6, 0.8]), points).item() == pytest.approx(0.0, abs=1e-10)


def test_eq_11_takes_the_norm_over_the_whole_picture():
    """D = sum of all 3 x 2 x 2 values: the slope is sqrt(12), not sqrt(3) as over channels alone."""
    found = objective.gradient_penalty(lambda picture: picture.flatten(1).sum(1, keepdim=True), torch.zeros(1, 3, 2, 2))
    assert found.item() == pytest.approx(10 * (math.sqrt(12) - 1) ** 2, rel=1e-6)


def test_eq_11_reaches_the_weights_of_the_critic():
    """D(x) = w x: the penalty is 10 (|w| - 1)^2 and its gradient 20 (w - 1)."""
    weight = torch.tensor(3.0, requires_grad=True)
    penalty = objective.gradient_penalty(lambda picture: weight * picture.flatten(1), torch.zeros(2, 1, 1, 1))
    penalty.backward()
    assert (penalty.item(), weight.grad.item()) == (40.0, 40.0)


def test_eq_11_keeps_scores_from_drifting():
    """1e-3 times the mean of 4 and 16: of squared scores, not of the loss."""
    assert objective.drift(scores(2.0, -4.0)).item() == pytest.approx(0.01)
