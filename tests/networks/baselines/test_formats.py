"""Hints from RGB and alpha to each baseline's own planes, by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from stenciltorch.networks.baselines import formats

RED = torch.tensor([1.0, 0.0, 0.0, 1.0])


def dabbed(*places: tuple[int, int], colour: torch.Tensor = RED) -> torch.Tensor:
    hints = torch.zeros(1, 4, 8, 8)
    for row, column in places:
        hints[0, :, row, column] = colour
    return hints


def test_zhang_is_given_ab_and_a_centred_mask():
    planes = formats.zhang_hints(dabbed((2, 3)))
    red = rgb2lab(np.array([[[1.0, 0.0, 0.0]]]))[0, 0]
    assert planes[0, :, 2, 3].tolist() == pytest.approx([red[1] / 110, red[2] / 110, 0.5], abs=1e-5)
    assert planes[0, :, 0, 0].tolist() == [0.0, 0.0, -0.5]


def test_any_alpha_is_a_wish_for_zhang():
    planes = formats.zhang_hints(dabbed((2, 3), colour=torch.tensor([1.0, 0.0, 0.0, 1 / 255])))
    assert planes[0, 2, 2, 3] == 0.5


def test_zhangs_lightness_is_centred():
    white, black = torch.ones(1, 3, 1, 1), torch.zeros(1, 3, 1, 1)
    assert formats.zhang_lightness(white).item() == pytest.approx(0.5, abs=1e-5)
    assert formats.zhang_lightness(black).item() == pytest.approx(-0.5, abs=1e-5)


def test_paintschainer_is_given_yuv_levels_and_a_far_off_y_elsewhere():
    planes = formats.paintschainer_hints(dabbed((5, 6)))
    by_hand = [0.299 * 255, 128 - 0.492 * 0.299 * 255, 128 + 0.877 * 0.701 * 255]
    assert planes[0, :, 1, 1].tolist() == pytest.approx(by_hand, abs=1e-2)
    assert planes[0, :, 0, 0].tolist() == [-512, 128, 128]


def test_ci_is_given_full_colour_and_a_hard_mask():
    planes = formats.ci_hints(dabbed((0, 0)))
    assert planes[0, :, 0, 0].tolist() == pytest.approx([1, -1, -1, 1], abs=1e-5)
    assert planes[0, :, 1, 1].tolist() == [0, 0, 0, 0]


def test_paintstorch_is_given_colour_that_fades_into_grey():
    """Two pixels of the sixteen of a cell: an eighth of the colour and of the mask."""
    planes = formats.paintstorch_hints(dabbed((0, 0), (0, 1)))
    assert planes[0, :, 0, 0].tolist() == pytest.approx([0.125, -0.125, -0.125, 0.125], abs=1e-5)
    assert planes[0, :, 1, 1].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "convert", [formats.zhang_hints, formats.paintschainer_hints, formats.ci_hints, formats.paintstorch_hints]
)
def test_colour_below_clear_pixels_does_not_count(convert):
    hidden = torch.rand(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    hidden[:, 3] = 0
    assert torch.equal(convert(hidden), convert(torch.zeros(1, 4, 8, 8)))
