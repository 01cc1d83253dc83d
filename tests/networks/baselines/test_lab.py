"""Lab and YUV against the libraries that define them here: scikit-image and OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import lab2rgb, rgb2lab

from stenciltorch.networks.baselines import lab, yuv

LEVELS = [0, 1, 10, 11, 50, 128, 200, 254, 255]
GRID = np.stack(np.meshgrid(LEVELS, LEVELS, LEVELS), axis=-1).reshape(27, 27, 3).astype(np.float64) / 255
"""Both branches of both curves, all corners of the cube."""


def planes(pixels: np.ndarray, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].to(dtype)


def pixels(tensor: torch.Tensor) -> np.ndarray:
    return tensor[0].permute(1, 2, 0).numpy()


def test_lab_is_that_of_scikit_image():
    assert np.abs(pixels(lab.to_lab(planes(GRID))) - rgb2lab(GRID)).max() < 1e-4


def test_lab_in_double_precision_is_exact():
    assert np.abs(pixels(lab.to_lab(planes(GRID, torch.float64))) - rgb2lab(GRID)).max() < 1e-9


def test_rgb_is_that_of_scikit_image():
    wanted = rgb2lab(GRID)
    assert np.abs(pixels(lab.to_rgb(planes(wanted))) - lab2rgb(wanted)).max() < 1e-4


def test_white_red_and_black_by_hand():
    """The D65 white is (100, 0, 0); sRGB's red (53.24, 80.09, 67.20)."""
    colours = np.array([[[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
    found = pixels(lab.to_lab(planes(colours)))[0]
    assert found == pytest.approx(np.array([[100, 0, 0], [53.24, 80.09, 67.20], [0, 0, 0]]), abs=0.02)


@pytest.mark.filterwarnings("ignore:Conversion from CIE-LAB")
def test_colours_that_srgb_lacks_are_clipped_as_scikit_image_does():
    wild = np.array([[[100.0, 80.0, 60.0], [50.0, -110.0, 110.0], [2.0, 60.0, 90.0], [0.0, 0.0, 110.0]]])
    assert np.abs(pixels(lab.to_rgb(planes(wild))) - lab2rgb(wild)).max() < 1e-4


@given(st.integers(0, 2**24 - 1))
def test_any_colour_survives_the_way_there_and_back(code):
    colour = torch.tensor([code >> 16, code >> 8 & 255, code & 255]).view(1, 3, 1, 1) / 255
    back = lab.to_rgb(lab.to_lab(colour))
    assert torch.equal((back * 255).round(), colour * 255)


def test_gradients_are_finite_at_black():
    black = torch.zeros(1, 3, 2, 2, requires_grad=True)
    lab.to_lab(black).sum().backward()
    assert torch.isfinite(black.grad).all()
    dark = torch.zeros(1, 3, 2, 2, requires_grad=True)
    lab.to_rgb(dark).sum().backward()
    assert torch.isfinite(dark.grad).all()


def test_yuv_is_that_of_opencv():
    levels = np.rint(GRID * 255).astype(np.uint8)
    found = pixels(yuv.to_yuv(planes(levels.astype(np.float64))))
    assert np.abs(found.clip(0, 255) - cv2.cvtColor(levels, cv2.COLOR_RGB2YUV)).max() <= 1.0
    by_hand = [0.299 * 255, 128 - 0.492 * 0.299 * 255, 128 + 0.877 * 0.701 * 255]
    red = pixels(yuv.to_yuv(planes(np.array([[[255.0, 0.0, 0.0]]]))))
    assert red[0, 0] == pytest.approx(by_hand, abs=1e-3)


def test_yuv_and_back():
    levels = planes(GRID * 255)
    torch.testing.assert_close(yuv.to_rgb(yuv.to_yuv(levels)), levels, atol=1e-3, rtol=0)
