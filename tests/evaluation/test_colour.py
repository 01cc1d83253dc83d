"""Colour distances against colour-science and against facts."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from stenciltorch.canvas import Illustration
from stenciltorch.evaluation.colour import chroma_delta_e, delta_e, lab_of, to_lab
from stenciltorch.evaluation.features import SCALES, describe

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses matplotlib, for plots only
    import colour


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (400, 3), dtype=np.uint8) for _ in range(2)]


def test_delta_e_is_that_of_colour_science(pairs):
    one, other = map(to_lab, pairs)
    expected = colour.delta_E(one, other, method="CIE 2000")
    assert np.abs(delta_e(one, other) - expected).max() < 1e-6


def test_delta_e_is_that_of_scikit_image():
    """Many pairs: any, near ones, greys, black, and equal ones."""
    rng = np.random.default_rng(2)
    one, other = (rng.integers(0, 256, (60_000, 3), dtype=np.uint8) for _ in range(2))
    other[:20_000] = np.clip(one[:20_000].astype(int) + rng.integers(-6, 7, (20_000, 3)), 0, 255)
    one[:3000], other[2000:5000], one[5000:5100] = one[:3000, :1], other[2000:5000, :1], 0
    other[6000:7000] = one[6000:7000]
    pair = to_lab(one), to_lab(other)
    assert np.abs(delta_e(*pair) - deltaE_ciede2000(*pair)).max() < 1e-6
    assert (delta_e(*pair)[6000:7000] == 0).all()
    assert np.abs(pair[0] - rgb2lab(one)).max() < 1e-9


def test_near_colours_too(pairs):
    """Close and grey pairs, where the formula is delicate."""
    one = pairs[0]
    other = np.clip(one.astype(int) + np.random.default_rng(1).integers(-3, 4, one.shape), 0, 255).astype(np.uint8)
    one[:50] = one[:50, :1]
    expected = colour.delta_E(to_lab(one), to_lab(other), method="CIE 2000")
    assert np.abs(delta_e(to_lab(one), to_lab(other)) - expected).max() < 1e-6


def test_lab_is_that_of_colour_science(pairs):
    """Both by their own constants of sRGB and D65."""
    white = colour.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    expected = colour.XYZ_to_Lab(colour.sRGB_to_XYZ(pairs[0] / 255.0), white)
    assert np.abs(to_lab(pairs[0]) - expected).max() < 0.03


def test_delta_e_by_hand():
    """Sharma, Wu, Dalal 2005, table 1: pairs 1, 7, 17, and those of nearly and exactly opposite hues (9 to 15)."""
    one = np.array([[50.0, 2.6772, -79.7751], [50.0, 0.0, 0.0], [50.0, 2.5, 0.0]])
    other = np.array([[50.0, 0.0, -82.7485], [50.0, -1.0, 2.0], [73.0, 25.0, -18.0]])
    assert delta_e(one, other).round(4).tolist() == [2.0425, 2.3669, 27.1492]
    one = np.array([[50.0, 2.49, -0.001]] * 4 + [[50.0, -0.001, 2.49]] * 3)
    other = np.array([[50.0, -2.49, value] for value in (0.0009, 0.0010, 0.0011, 0.0012)])
    other = np.concatenate([other, [[50.0, value, -2.49] for value in (0.0009, 0.0010, 0.0011)]])
    assert delta_e(one, other).round(4).tolist() == [7.1792, 7.1792, 7.2195, 7.2195, 4.8045, 4.8045, 4.7461]


def test_black_and_white():
    lab = to_lab(np.array([[0, 0, 0], [255, 255, 255]], np.uint8))
    assert np.abs(lab - [[0, 0, 0], [100, 0, 0]]).max() < 0.01
    assert delta_e(lab[0], lab[1]) == pytest.approx(100, abs=0.01)


def test_one_colour_is_compared_with_many(pairs):
    many = to_lab(pairs[0])
    found = delta_e(many, many[3])
    assert found.shape == (400,)
    assert found[3] == 0.0
    assert np.allclose(found, delta_e(many[3], many))


def test_chroma_does_not_see_shading():
    red, dark_red, blue = np.array([[60.0, 40.0, 20.0], [30.0, 40.0, 20.0], [60.0, -10.0, -40.0]])
    assert chroma_delta_e(dark_red, red) == 0.0
    assert delta_e(dark_red, red) > 20
    assert chroma_delta_e(blue, red) == pytest.approx(float(delta_e(blue, red)))


def test_arguments_stay_as_they_are():
    one, other = np.array([[60.0, 40.0, 20.0]]), np.array([[30.0, 1.0, 2.0]])
    chroma_delta_e(one, other)
    assert one.tolist() == [[60.0, 40.0, 20.0]]


def test_a_picture_is_remembered_as_itself_only(pairs):
    """Equal pictures and pictures that come to lie where another lay get their own colours."""
    for seed in range(6):
        pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
        picture = Illustration(pixels)
        assert np.array_equal(lab_of(picture), to_lab(pixels))
        assert lab_of(picture) is lab_of(picture)
        assert lab_of(Illustration(pixels)) is not lab_of(picture)
    with pytest.raises(ValueError, match="read-only"):
        lab_of(picture)[0, 0] = 0


def test_texture_is_the_spread_of_each_band():
    pixels = np.random.default_rng(3).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    lab = to_lab(pixels)
    finer, expected = lab, []
    for sigma in SCALES:
        coarser = cv2.GaussianBlur(lab, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        expected.append((finer - coarser).std(axis=(0, 1)) / 10)
        finer = coarser
    assert np.abs(describe(Illustration(pixels))[144:156] - np.concatenate(expected)).max() < 1e-10
