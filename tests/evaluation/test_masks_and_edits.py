"""Partial masks, single edits and repeated passes, where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import toy_cases as toy

from stenciltorch.canvas import Illustration, Lineart, Mask, Size, Stencil
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.evaluation.edits import drift, edit_effect, hint_range, locality, undo_error
from stenciltorch.evaluation.masks import mask_error, raw_leak, seam

SIZE = Size(40, 40)
BARE = Lineart.filled(SIZE, 255)
GREY = Illustration.filled(SIZE, 120)
CLEAR = np.ones(SIZE, bool)


def half_open():
    levels = np.zeros(SIZE, np.uint8)
    levels[:, 20:] = 255
    return Mask(levels)


def with_right(level, column=20):
    pixels = GREY.array.copy()
    pixels[:, column:] = level
    return Illustration(pixels)


# masks


def test_nothing_outside_the_mask_may_change():
    assert mask_error(with_right(200), GREY, half_open()) == 0
    assert mask_error(with_right(123, column=19), GREY, half_open()) == 3
    assert mask_error(GREY, GREY, Mask.filled(SIZE, 255)) is None


def test_a_leak_by_hand():
    """One column of the twenty that are kept is off."""
    off = float(delta_e(*(to_lab(np.full(3, level, np.uint8)) for level in (120, 160))))
    assert raw_leak(with_right(160, column=19), GREY, half_open()) == pytest.approx(off / 20)
    assert raw_leak(GREY, GREY, Mask.filled(SIZE, 255)) is None


def test_a_seam_by_hand_and_a_deeper_one():
    found = [seam(with_right(level), GREY, half_open(), BARE) for level in (120, 125, 135, 160)]
    steps = [float(delta_e(*(to_lab(np.full(3, level, np.uint8)) for level in (120, b)))) for b in (120, 125, 135, 160)]
    assert found == pytest.approx(steps)
    assert found == sorted(found)
    assert len(set(found)) == 4


def test_an_edge_of_the_reference_is_no_seam():
    assert seam(with_right(200), with_right(200), half_open(), BARE) == 0.0


def test_seams_on_lines_do_not_count():
    ink = np.full(SIZE, 255, np.uint8)
    ink[:, 18:22] = 0
    assert seam(with_right(200), GREY, half_open(), Lineart(ink)) is None
    assert seam(GREY, GREY, Mask.filled(SIZE, 255), BARE) is None


# edits


def left_half():
    region = np.zeros(SIZE, bool)
    region[:, :20] = True
    return region


def effect(after, colour=(60, 60, 60)):
    return edit_effect(GREY, Illustration(after), left_half(), np.array(colour, np.uint8), CLEAR, (20, 10))


def test_a_perfect_edit():
    after = GREY.array.copy()
    after[:, :20] = 60
    found = effect(after)
    assert (found.outside, found.noticed, found.response) == (0.0, 0.0, 1.0)
    assert locality([found]) == pytest.approx(1.0)


def test_an_edit_that_does_nothing():
    found = effect(GREY.array)
    assert (found.total, found.response) == (0.0, 0.0)
    assert locality([found]) is None
    assert effect(GREY.array, (120, 120, 120)).response is None


def test_an_edit_that_tints_everything_is_less_local_step_by_step():
    found = []
    for level in (0, 2, 5, 15):
        after = GREY.array.copy()
        after[:, 20:] += np.uint8(level)
        after[:, :20] = 60
        found.append(effect(after))
    for values in (
        [locality([one]) for one in found],
        [-one.outside for one in found],
        [-one.noticed for one in found],
    ):
        assert values == sorted(values, reverse=True)
    assert locality([found[-1]]) < 0.95
    assert found[-1].noticed == 1.0


def test_half_a_response_by_hand():
    """Grey of the lightness half-way."""
    found = []
    for level in (120, 100, 80, 60):
        after = GREY.array.copy()
        after[:, :20] = level
        found.append(effect(after).response)
    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.0, 1.0)


def test_the_range_of_a_hint():
    after = GREY.array.copy()
    after[20, 10:31] = (200, 60, 60)
    assert hint_range(GREY, Illustration(after), (20, 20)) == pytest.approx(np.mean(np.abs(np.arange(-10, 11))))
    assert hint_range(GREY, GREY, (20, 20)) is None


# passes


def test_drift_is_the_mean_difference_where_the_mask_is_open():
    stencil = Stencil.start(BARE).with_mask(half_open())
    assert drift(GREY, GREY, stencil) == 0.0
    expected = float(delta_e(*(to_lab(np.full(3, level, np.uint8)) for level in (120, 160))))
    assert drift(GREY, with_right(160), stencil) == pytest.approx(expected)
    assert drift(GREY, with_right(160), stencil.with_mask(Mask.filled(SIZE))) is None


def test_a_painter_without_memory_undoes_exactly():
    case = toy.case()
    other = case.stencil.with_hints(toy.hints((1,)))
    assert undo_error(toy.Rooms(), case.stencil, other) == 0
