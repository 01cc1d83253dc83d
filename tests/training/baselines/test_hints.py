"""The users that the baselines imagine: counts, places, colours and planes, held against the descriptions by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from stenciltorch.networks.baselines import formats
from stenciltorch.training.baselines import hints
from stenciltorch.training.baselines.settings import Zhang2017Config

SIDE = 64
RED_AB = rgb2lab(np.array([[[1.0, 0.0, 0.0]]]))[0, 0, 1:] / 110


@pytest.fixture
def target() -> np.ndarray:
    """Random colours, so that a wrong place shows."""
    return np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def filled(*colour: int, side: int = SIDE) -> np.ndarray:
    return np.full((side, side, 3), colour, np.uint8)


def drawn(simulate, count: int = 400) -> list[np.ndarray]:
    return [simulate(np.random.default_rng((3, number))) for number in range(count)]


# Zhang


def test_zhangs_patches_hold_the_mean_ab():
    target = filled(255, 0, 0)
    planes = hints.reveal_patches(target, Zhang2017Config(whole=0.0, again=0.99), np.random.default_rng(0))
    asked = planes[2] > 0
    assert set(np.unique(planes[2])) == {-0.5, 0.5}
    assert np.allclose(planes[:2, asked].T, RED_AB, atol=1e-5)
    assert (planes[:2, ~asked] == 0).all()


def test_a_patch_is_a_square_of_one_colour(target):
    settings = Zhang2017Config(whole=0.0, again=0.5, largest=9)
    for number in range(200):
        planes = hints.reveal_patches(target, settings, np.random.default_rng((1, number)))
        rows, columns = np.nonzero(planes[2] > 0)
        if len(np.unique(planes[0][planes[2] > 0])) != 1:
            continue
        top, left, side = rows.min(), columns.min(), np.ptp(rows) + 1
        assert 1 <= side <= 9
        assert len(rows) == side**2 == (np.ptp(columns) + 1) ** 2
        wanted = rgb2lab(target[top : top + side, left : left + side])[..., 1:].mean(axis=(0, 1)) / 110
        assert planes[:2, top, left] == pytest.approx(wanted, abs=1e-5)


def test_zhangs_number_of_patches_is_geometric(monkeypatch):
    """p = 1/8: none in 1/8 of the pictures, 7 on average."""
    counts = []
    monkeypatch.setattr(hints, "_revealed", lambda planes, *_, **__: counts.append(1) or planes)
    found = []
    for number in range(3000):
        counts.clear()
        hints.reveal_patches(filled(0, 0, 0), Zhang2017Config(whole=0.0), np.random.default_rng((2, number)))
        found.append(len(counts))
    assert np.mean(found) == pytest.approx(7.0, abs=0.5)
    assert np.mean(np.array(found) == 0) == pytest.approx(1 / 8, abs=0.02)


def test_zhangs_patches_lie_near_the_middle():
    """Normal around the middle, a quarter of the side as deviation: 68 % of the starts within it."""
    starts = np.array([hints._central(400, 1, np.random.default_rng(number)).start for number in range(3000)])
    assert starts.mean() == pytest.approx(200, abs=6)
    assert np.mean(np.abs(starts - 200) <= 100) == pytest.approx(0.683, abs=0.03)
    assert starts.min() >= 0
    assert starts.max() <= 399


def test_zhang_may_be_given_everything(target):
    planes = hints.reveal_patches(target, Zhang2017Config(whole=1.0), np.random.default_rng(0))
    assert (planes[2] == 0.5).all()
    assert planes[:2].transpose(1, 2, 0) == pytest.approx(rgb2lab(target)[..., 1:] / 110, abs=1e-5)


# PaintsChainer


def test_paintschainers_points_are_rounded_yuv():
    """This red is (88, 105, 226) in OpenCV's bytes; noise of 5 levels, steps of 20."""
    planes = hints.scatter_points(filled(200, 40, 40), 200, np.random.default_rng(5))
    asked = planes[0] != -512
    assert asked.any()
    assert (planes[:, asked] % 20 == 0).all()
    assert np.median(planes[:, asked], axis=1).tolist() == [80, 100, 220]
    assert (planes[1:, ~asked] == 128).all()


def test_paintschainers_counts():
    counts = np.array([hints.point_count(100, np.random.default_rng(number)) for number in range(4000)])
    assert np.mean(counts == 0) == pytest.approx(0.4, abs=0.03)
    assert np.mean((counts >= 2) & (counts <= 15)) == pytest.approx(0.3, abs=0.03)
    assert np.mean((counts >= 16) & (counts <= 99)) == pytest.approx(0.3, abs=0.03)


def test_a_point_is_one_or_three_pixels_wide_and_high(monkeypatch, target):
    monkeypatch.setattr(hints, "point_count", lambda most, rng: 1)
    shapes = set()
    for planes in drawn(lambda rng: hints.scatter_points(target, 20, rng), 60):
        rows, columns = np.nonzero(planes[0] != -512)
        shapes.add((np.ptp(rows) + 1, np.ptp(columns) + 1, len(rows)))
    assert shapes == {(1, 1, 1), (1, 3, 3), (3, 1, 3), (3, 3, 5)}


# Ci


def test_cis_hints_are_single_pixels_of_the_colour():
    planes = hints.scatter_pixels(filled(255, 0, 51, side=512), 0.0, np.random.default_rng(0))
    asked = planes[3] == 1
    assert asked.any()
    assert np.allclose(planes[:3, asked].T, [1, -1, -0.6], atol=1e-5)
    assert (planes[:, ~asked] == 0).all()


def test_cis_share_of_pixels():
    """|N(0, 0.005)| has a mean of 0.004; half of the pictures have no hints at all."""
    shares = np.array(
        [planes[3].mean() for planes in drawn(lambda rng: hints.scatter_pixels(filled(0, 0, 0), 0.5, rng))]
    )
    assert shares.mean() == pytest.approx(0.002, abs=0.0005)
    assert np.mean(shares == 0) > 0.5
    assert drawn(lambda rng: hints.scatter_pixels(filled(0, 0, 0), 1.0, rng).any(), 20) == [False] * 20


def test_cis_colours_are_a_little_off_their_place():
    """Ramps from left to right and from top to bottom, cropped and stretched, are still ramps but moved ones."""
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    picture = np.dstack([np.tile(ramp, (SIDE, 1)), np.tile(ramp, (SIDE, 1)).T, np.zeros((SIDE, SIDE), np.uint8)])
    for number in range(20):
        shifted = hints._shifted(picture, np.random.default_rng(number))
        assert shifted.shape == picture.shape
        assert 0 < np.abs(shifted.astype(int) - picture).mean() < 30
        assert (np.diff(shifted[0, :, 0].astype(int)) >= 0).all()
        assert (np.diff(shifted[:, 0, 1].astype(int)) >= 0).all()


# PaintsTorch


def test_paintstorchs_strokes_fade_into_grey():
    planes = hints.draw_strokes(filled(255, 0, 0), 0.0, 120, np.random.default_rng(2))
    alpha = planes[3]
    assert 0 < alpha.mean() < 1
    assert ((alpha > 0.02) & (alpha < 0.98)).any()
    full = alpha == 1
    assert np.allclose(planes[:3, full].T, [1, -1, -1], atol=1e-5)
    assert (planes[:, alpha == 0] == 0).all()
    assert planes[0] == pytest.approx(alpha, abs=0.03)


def test_paintstorchs_strokes_take_the_colour_under_their_start(monkeypatch):
    """One stroke on a picture that is red above and blue below, started far from the border between them."""
    target = filled(255, 0, 0)
    target[SIDE // 2 :] = [0, 0, 255]
    monkeypatch.setattr(hints, "STROKE_REACH", 2)
    found = []
    for number in range(60):
        canvas = np.zeros((SIDE // 4, SIDE // 4, 4), np.uint8)
        hints._stroke(canvas, hints.reduced(target), np.random.default_rng(number))
        rows = np.nonzero(canvas[..., 3])[0]
        if len(rows) and (rows.max() < 5 or rows.min() > 10):
            found.append((rows.max() < 8, canvas[canvas[..., 3] > 0][0].tolist()))
    assert {True, False} == {above for above, _ in found}
    assert all(colour == ([255, 0, 0, 255] if above else [0, 0, 255, 255]) for above, colour in found)


def test_half_of_paintstorchs_pictures_have_no_strokes():
    shares = [planes[3].any() for planes in drawn(lambda rng: hints.draw_strokes(filled(9, 9, 9), 0.5, 120, rng), 300)]
    assert np.mean(shares) == pytest.approx(0.5, abs=0.08)


# What training and use have in common


def test_the_planes_of_training_are_those_of_use():
    """One full cell of red, as each system is told it by a simulation and by an artist's hint."""
    hinted = torch.zeros(1, 4, SIDE, SIDE)
    hinted[0, :, 8:12, 16:20] = torch.tensor([1.0, 0.0, 0.0, 1.0])[:, None, None]
    colour = {
        "zhang": formats.zhang_hints(hinted)[0, :, 9, 17],
        "chainer": formats.paintschainer_hints(hinted)[0, :, 2, 4],
    }
    colour |= {"ci": formats.ci_hints(hinted)[0, :, 2, 4], "paintstorch": formats.paintstorch_hints(hinted)[0, :, 2, 4]}
    rng, red = np.random.default_rng(0), filled(255, 0, 0)
    zhang = hints.reveal_patches(red, Zhang2017Config(whole=1.0), rng)[:, 0, 0]
    ci = hints.scatter_pixels(filled(255, 0, 0, side=512), 0.0, np.random.default_rng(0))
    strokes = hints.draw_strokes(red, 0.0, 120, np.random.default_rng(2))
    assert colour["zhang"].tolist() == pytest.approx(zhang.tolist(), abs=1e-4)
    assert colour["ci"].tolist() == ci[:, ci[3] == 1][:, 0].tolist()
    assert colour["paintstorch"].tolist() == pytest.approx(strokes[:, strokes[3] == 1][:, 0].tolist(), abs=1e-5)
    assert colour["chainer"].tolist() == pytest.approx([76.2, 90.5, 284.8], abs=0.1)


@pytest.mark.parametrize(
    "simulate",
    [
        lambda target, rng: hints.reveal_patches(target, Zhang2017Config(), rng),
        lambda target, rng: hints.scatter_points(target, 128, rng),
        lambda target, rng: hints.scatter_pixels(target, 0.5, rng),
        lambda target, rng: hints.draw_strokes(target, 0.5, 120, rng),
    ],
)
def test_the_same_generator_gives_the_same_hints(target, simulate):
    one, other = (simulate(target, np.random.default_rng(11)) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.dtype == np.float32
