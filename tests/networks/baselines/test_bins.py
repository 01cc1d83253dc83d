"""The bins of ab: numbers by hand, and which of them sRGB reaches."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from stenciltorch.networks.baselines import bins


def ab(*colours: tuple[float, float]) -> torch.Tensor:
    """(1, 2, 1, count)."""
    return torch.tensor(colours).T[None, :, None, :]


@pytest.mark.parametrize(
    ("colour", "number"),
    [
        ((-110.0, -110.0), 0),
        ((-110.0, -100.0), 1),
        ((-100.0, -110.0), 23),
        ((0.0, 0.0), 11 * 23 + 11),
        ((4.9, -4.9), 11 * 23 + 11),
        ((5.1, -5.1), 12 * 23 + 10),
        ((110.0, 110.0), 528),
        ((500.0, -500.0), 22 * 23),
    ],
)
def test_a_colour_lies_in_the_nearest_bin(colour, number):
    assert bins.encode(ab(colour)).item() == number


def test_every_centre_lies_in_its_own_bin():
    centres = bins.centres(torch.zeros(0))
    assert centres.shape == (529, 2)
    assert bins.encode(centres.T[None, :, None, :]).flatten().tolist() == list(range(529))


def test_the_likeliest_bin_alone_counts_at_a_low_temperature():
    scores = torch.zeros(1, 529, 1, 1)
    scores[0, bins.encode(ab((40.0, -30.0))).item()] = 2.0
    torch.testing.assert_close(bins.decode(scores, 0.01), ab((40.0, -30.0)), atol=1e-3, rtol=0)


def test_two_bins_share_by_their_scores():
    """e^(s / T) of 3 : 1 at T = 0.5 with scores 0.5 ln 3 and 0; all others are out of the race."""
    scores = torch.full((1, 529, 1, 1), -1e4)
    scores[0, bins.encode(ab((20.0, 0.0))).item()] = 0.5 * np.log(3)
    scores[0, bins.encode(ab((-20.0, 40.0))).item()] = 0.0
    torch.testing.assert_close(bins.decode(scores, 0.5), ab((10.0, 10.0)), atol=1e-4, rtol=0)


def test_reachable_bins_are_those_of_the_colour_cube():
    found = bins.reachable()
    levels = np.linspace(0, 1, 52)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 1, 3)
    inside = torch.from_numpy(rgb2lab(cube)[:, :, 1:]).permute(2, 0, 1)[None]
    hit = torch.zeros(529, dtype=torch.bool)
    hit[bins.encode(inside).unique()] = True
    assert not (hit & ~found).any(), "a colour inside the cube lies in a bin that its surface does not reach"
    assert int((found & ~hit).sum()) < 10
    assert int(found.sum()) == 261


def test_suggestions_are_colours_that_srgb_has():
    scores = torch.zeros(529)
    scores[0] = 9.0
    scores[11 * 23 + 13] = 3.0
    colours, shares = bins.suggest(scores, 3)
    assert colours[0].tolist() == [0.0, 20.0]
    assert shares[0] == pytest.approx(np.exp(3) / (np.exp(3) + 260))
    assert shares[0] > shares[1]
