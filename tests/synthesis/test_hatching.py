"""Hatching and screentone: where they lie, how dark, and that they repeat."""

from __future__ import annotations

import numpy as np
import pytest

from stenciltorch.canvas import Lineart, Size
from stenciltorch.synthesis.hatching import SMALLEST_AREA, Screen, draw_screen, hatch, screen_ink

SIZE = Size(64, 64)


def rng(seed=0):
    return np.random.default_rng(seed)


def paper():
    return Lineart(np.full(SIZE, 255, np.uint8))


def test_upright_strokes_by_hand():
    """Strokes two pixels wide every 8 px: full ink within half a pixel of the middle, a ramp of one pixel."""
    ink = screen_ink(SIZE, Screen(spacing=8, width=2, angle=0, darkness=0.5), rng())
    assert ink[0, :9].tolist() == [0.5, 0.25, 0, 0, 0, 0, 0, 0.25, 0.5]
    assert (ink == ink[0]).all()


def test_crossed_strokes_and_dots():
    crossed = screen_ink(SIZE, Screen(spacing=8, width=2, angle=0, darkness=1, crossed=True), rng())
    dots = screen_ink(SIZE, Screen(spacing=8, width=4, angle=0, darkness=1, dots=True), rng())
    assert crossed[0].min() == 1
    assert crossed[4, 4] == 0
    assert dots[0, 0] == dots[8, 16] == 1
    assert dots[0, 4] == dots[4, 4] == 0


def test_wobbling_strokes_stay_within_their_darkness():
    ink = screen_ink(SIZE, Screen(spacing=6, width=1.5, angle=0.7, darkness=0.8, wobble=2), rng())
    assert 0 < ink.mean() < 0.5
    assert ink.max() <= np.float32(0.8)


def test_only_large_areas_are_hatched():
    labels = np.zeros(SIZE, np.int32)
    labels[:19, :19] = 1
    assert SMALLEST_AREA > 19 * 19
    found = hatch(paper(), labels, 5, rng()).array
    assert (found[:19, :19] == 255).all()
    assert (found < 255).any()


def test_a_hatched_area_ends_at_its_border():
    labels = np.repeat(np.arange(2, dtype=np.int32), 32)[None].repeat(64, axis=0)
    for seed in range(8):
        darkened = hatch(paper(), labels, 1, rng(seed)).array < 255
        assert darkened[:, :32].any() != darkened[:, 32:].any()


def test_lines_under_hatching_stay():
    lineart = paper().array.copy()
    lineart[30] = 0
    found = hatch(Lineart(lineart), np.zeros(SIZE, np.int32), 1, rng()).array
    assert (found[30] == 0).all()
    assert (found <= lineart).all()


def test_the_same_seed_gives_the_same_hatching():
    labels = np.zeros(SIZE, np.int32)
    assert np.array_equal(hatch(paper(), labels, 2, rng(5)).array, hatch(paper(), labels, 2, rng(5)).array)


def test_even_grey():
    assert (screen_ink(SIZE, Screen(1, 1, 0, 0.25, solid=True), rng()) == 0.25).all()


@pytest.mark.parametrize("seed", range(30))
def test_drawn_screens_leave_paper_between_strokes(seed):
    screen = draw_screen(rng(seed))
    if screen.solid:
        assert 0.1 <= screen.darkness <= 0.6
        return
    assert 0.35 <= screen.darkness <= 1
    assert 3.5 <= screen.spacing <= 14
    assert screen.width < screen.spacing
