"""Each objective against values worked out by hand on pictures of a few pixels."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from stenciltorch.suggestion import COLOURS
from stenciltorch.training.objectives import (
    beside_borders,
    chroma,
    coarse_l1,
    countable,
    nearest_colour,
    paper,
    taste_loss,
    weighted_l1,
    weighted_means,
)


def plane(rows):
    return torch.tensor(rows, dtype=torch.float32)[None, None]


FOUND = plane([[0.2, 0.4], [0.6, 0.8]])
WANTED = plane([[0.0, 0.5], [0.5, 0.5]])
"""Differences: 0.2, 0.1, 0.1, 0.3."""
EVERYWHERE = torch.ones(1, 1, 2, 2)


def test_weighted_l1_is_the_mean_difference():
    assert weighted_l1(FOUND, WANTED, EVERYWHERE).item() == pytest.approx((0.2 + 0.1 + 0.1 + 0.3) / 4, rel=1e-5)


def test_weighted_l1_counts_pixels_by_their_weight():
    weight = plane([[1.0, 0.5], [0.0, 0.0]])
    assert weighted_l1(FOUND, WANTED, weight).item() == pytest.approx((0.2 + 0.5 * 0.1) / 1.5, rel=1e-5)


def test_weighted_l1_is_a_mean_over_channels_too():
    found, wanted = FOUND.expand(-1, 3, -1, -1), WANTED.expand(-1, 3, -1, -1)
    assert weighted_l1(found, wanted, EVERYWHERE).item() == pytest.approx(0.175, rel=1e-5)


def test_nothing_to_see_costs_nothing():
    assert weighted_l1(FOUND, WANTED, 0 * EVERYWHERE).item() == 0.0


def test_chroma_is_what_is_left_of_a_colour_without_its_grey():
    colour = torch.tensor([0.9, 0.3, 0.6]).view(1, 3, 1, 1)
    assert chroma(colour).flatten().tolist() == pytest.approx([0.3, -0.3, 0.0], abs=1e-6)
    assert chroma(torch.full((1, 3, 1, 1), 0.4)).abs().max().item() < 1e-6


def test_weighted_means_over_squares():
    picture = plane([[0.2, 0.4, 1.0, 1.0], [0.6, 0.8, 1.0, 0.0]])
    weight = plane([[1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    means, amount = weighted_means(picture, weight, 2)
    assert means.flatten().tolist() == pytest.approx([0.4, 0.0], abs=1e-5)
    assert amount.flatten().tolist() == [0.5, 0.0]


def test_coarse_l1_compares_tones_and_forgives_detail():
    checks = plane([[0.0, 1.0], [1.0, 0.0]])
    assert coarse_l1(checks, 1.0 - checks, EVERYWHERE, sides=(2,)).item() == pytest.approx(0.0, abs=1e-6)
    assert coarse_l1(FOUND, WANTED, EVERYWHERE, sides=(2,)).item() == pytest.approx(0.5 - 0.375, rel=1e-4)
    both = coarse_l1(FOUND, WANTED, EVERYWHERE, sides=(1, 2)).item()
    assert both == pytest.approx((0.175 + 0.125) / 2, rel=1e-4)


def dotted() -> tuple[Tensor, Tensor]:
    """A dot of ink in the middle of 7 x 7 pixels; a mask that is 0 in the first column and a half in the last."""
    lineart, mask = torch.ones(1, 1, 7, 7), torch.ones(1, 1, 7, 7)
    lineart[..., 3, 3] = 0.0
    mask[..., 0], mask[..., 6] = 0.0, 0.5
    return lineart, mask


def test_paper_lies_three_pixels_off_the_ink():
    found = paper(dotted()[0])
    expected = torch.ones(1, 1, 7, 7)
    expected[..., 1:6, 1:6] = 0.0
    assert torch.equal(found, expected)
    assert paper(torch.full((1, 1, 3, 3), 0.9)).flatten().tolist() == pytest.approx([0.75] * 9)


def test_flats_count_a_quarter_at_lines():
    lineart, mask = dotted()
    assert countable(lineart, mask)[0, 0, 3].tolist() == pytest.approx([0.0, 0.25, 0.25, 0.25, 0.25, 0.25, 0.5])


# what counts little


def test_a_batch_that_hardly_counts_is_not_blown_up():
    """All pixels at a tenth: their mean difference counts a tenth over the least share of a quarter."""
    weight = 0.1 * EVERYWHERE
    assert weighted_l1(FOUND, WANTED, weight).item() == pytest.approx(0.175 * 0.1 / 0.25, rel=1e-5)


# taste


def test_known_colours_are_nearest_to_themselves():
    known = torch.tensor([[int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)] for code in COLOURS])
    found = nearest_colour(known.T[None, :, None, :])
    assert found[0, 0].tolist() == list(range(len(COLOURS)))


def test_taste_loss_of_a_sure_and_right_answer_is_nothing():
    flats = torch.ones(1, 3, 16, 16)
    taste = torch.zeros(1, len(COLOURS), 2, 2)
    taste[:, COLOURS.index("#ffffff")] = 60.0
    weight = torch.ones(1, 1, 16, 16)
    assert taste_loss(taste, flats, weight).item() == pytest.approx(0.0, abs=1e-6)
    assert taste_loss(taste, torch.zeros(1, 3, 16, 16), weight).item() == pytest.approx(60.0 / 1.01**0.5, rel=1e-3)
    assert taste_loss(taste, torch.zeros(1, 3, 16, 16), 0 * weight).item() == 0.0


def test_seldom_colours_count_more():
    """Three squares white, one red: knowing nothing, the red one weighs by the root of 0.76 / 0.26."""
    flats = torch.ones(1, 3, 16, 16)
    flats[..., 1:, 8:, 8:] = 0.2
    blank = torch.zeros(1, len(COLOURS), 2, 2)
    only = torch.zeros(1, 1, 16, 16)
    only[..., :8, :8] = 1.0
    white = taste_loss(blank, flats, only).item()
    only[..., :8, :8], only[..., 8:, 8:] = 0.0, 1.0
    assert taste_loss(blank, flats, only).item() / white == pytest.approx((0.76 / 0.26) ** 0.5, rel=1e-4)


# borders


def test_beside_borders_is_a_band_on_both_sides():
    flats = torch.zeros(1, 3, 3, 40)
    flats[:, 0, :, 20:] = 0.5
    band = beside_borders(flats)
    assert band.shape == (1, 1, 3, 40)
    assert band[0, 0, 1].nonzero().flatten().tolist() == list(range(14, 26))


def test_colours_that_hardly_differ_have_no_border():
    flats = torch.zeros(1, 3, 3, 40)
    flats[..., 20:] = 0.1
    assert not beside_borders(flats).any()
