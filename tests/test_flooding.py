"""Whose colour a pixel is: floods of hints' colours over a drawing's lines."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Hints, Lineart, Mask, Size
from stenciltorch.flooding import DEEPEST, FINENESS, HINTED, PAPER, flood, heights, survey

RED, BLUE, GREEN = (200, 30, 40), (30, 60, 210), (20, 160, 80)
SIDE = 96


def page(side=SIDE):
    return np.full((side, side), 255, np.uint8)


def parted(level=0, gap=0):
    """A line down the middle, open for `gap` pixels at half its height."""
    lineart = page()
    lineart[:, SIDE // 2 : SIDE // 2 + 2] = level
    lineart[(SIDE - gap) // 2 : (SIDE + gap) // 2] = 255
    return lineart


def hints_of(*dabs, side=SIDE):
    """Dabs (row, column, colour[, radius[, alpha]])."""
    pixels = np.zeros((side, side, 4), np.uint8)
    for row, column, colour, *rest in dabs:
        radius, alpha = (*rest, *(3, 255)[len(rest) :])
        cv2.circle(pixels, (column, row), radius, (*colour, alpha), -1)
    return Hints(pixels)


def flooded(lineart, hints, mask=None):
    drawn = Lineart(lineart)
    return flood(survey(drawn, Mask(np.full(drawn.size, 255, np.uint8) if mask is None else mask)), hints)


def share(answer, colour, where=np.s_[:]):
    """How much of a part of the answer has the colour."""
    return float((answer[where] == (*colour, 255)).all(axis=-1).mean())


def test_heights_rise_towards_lines_and_with_their_blackness():
    lineart = page(512)
    lineart[:, 256:300] = 128
    found = heights(Lineart(lineart))[100].astype(int)
    assert found[0] == 0
    assert list(found[250:256]) == [(DEEPEST - far) * FINENESS for far in (6, 5, 4, 3, 2, 1)]
    assert (np.diff(found[:257]) >= 0).all()
    lineart[:, 256:300] = 0
    assert heights(Lineart(lineart))[100, 270] == 255 > found[270] > DEEPEST * FINENESS


def test_depth_is_measured_by_the_size_of_the_drawing():
    lineart = page(64)
    lineart[:, 32] = 0
    large = np.repeat(np.repeat(lineart, 4, axis=0), 4, axis=1)
    assert heights(Lineart(lineart))[10, 30] == heights(Lineart(large))[40, 4 * 30] == (DEEPEST - 16) * FINENESS


@pytest.mark.parametrize("level", [0, 150, PAPER - 1])
@pytest.mark.parametrize("gap", [0, 8])
def test_two_dabs_part_at_a_line_however_faint_and_at_its_gap(level, gap):
    answer = flooded(parted(level, gap), hints_of((20, 8, RED), (80, 66, BLUE)))
    assert share(answer, RED, np.s_[:, : SIDE // 2 - 2]) > 0.97
    assert share(answer, BLUE, np.s_[:, SIDE // 2 + 4 :]) > 0.97


def test_what_is_paper_does_not_part():
    answer = flooded(parted(PAPER), hints_of((20, 8, RED), (80, 66, BLUE)))
    assert share(answer, RED, np.s_[:, SIDE // 2 + 4 :]) > 0.05


def test_on_blank_paper_two_dabs_part_midway():
    answer = flooded(page(), hints_of((48, 20, RED), (48, 76, BLUE)))
    assert share(answer, RED, np.s_[:, :46]) == 1.0
    assert share(answer, BLUE, np.s_[:, 51:]) == 1.0


def test_an_enclosed_area_without_a_hint_takes_the_colour_of_outside():
    lineart = page()
    cv2.rectangle(lineart, (30, 30), (60, 60), 0, 2)
    assert share(flooded(lineart, hints_of((10, 10, GREEN))), GREEN) == 1.0


def test_a_small_part_of_a_dab_beyond_a_line_is_spilled():
    answer = flooded(parted(), hints_of((48, 40, RED, 9), (20, 80, BLUE)))
    assert share(answer, BLUE, np.s_[:, SIDE // 2 + 3 :]) == 1.0
    assert share(answer, RED, np.s_[:, : SIDE // 2 - 2]) == 1.0


def test_a_stroke_half_on_either_side_counts_on_both():
    answer = flooded(parted(), hints_of((48, 48, RED, 9), (5, 90, BLUE)))
    assert share(answer, RED, np.s_[:, : SIDE // 2 - 2]) == 1.0
    assert share(answer, RED, np.s_[40:56, SIDE // 2 + 3 : SIDE // 2 + 6]) == 1.0


def test_a_dab_on_solid_black_counts():
    answer = flooded(np.zeros((SIDE, SIDE), np.uint8), hints_of((48, 48, RED)))
    assert share(answer, RED) == 1.0


def test_strokes_of_two_colours_that_touch_are_two_strokes():
    """The small one over the line belongs to nobody but itself."""
    hints = hints_of((48, 36, RED, 10), (48, 53, BLUE, 4))
    answer = flooded(parted(), hints)
    assert share(answer, BLUE, np.s_[:, SIDE // 2 + 3 :]) == 1.0


@pytest.mark.parametrize("alpha", [0, HINTED - 1])
def test_without_a_hint_that_is_seen_nothing_floods(alpha):
    assert not flooded(parted(), hints_of((20, 20, RED, 5, alpha))).any()


def test_what_the_mask_keeps_floods_no_colour_and_holds_its_place():
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    mask[:, : SIDE // 2 - 2] = 0
    answer = flooded(parted(), hints_of((48, 80, RED)), mask)
    assert share(answer, RED, np.s_[:, SIDE // 2 + 3 :]) == 1.0
    assert not answer[:, : SIDE // 2 - 2].any()


def test_what_is_kept_floods_into_the_open_beside_it():
    """Where a mask ends in the middle of an area, its colours and the hint's part midway."""
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    mask[:, :20] = 0
    answer = flooded(page(), hints_of((48, 83, RED, 2)), mask)
    assert not answer[48, :48].any()
    assert share(answer, RED, np.s_[46:51, 54:]) == 1.0


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 1), (2, 2)])
def test_the_smallest_drawings_flood(size):
    hints = np.zeros((*size, 4), np.uint8)
    hints[0, 0] = (*RED, 255)
    assert share(flooded(np.full(size, 255, np.uint8), Hints(hints)), RED) == 1.0


@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(1, 40), st.integers(1, 40)))
def test_every_pixel_gets_a_colour_that_somebody_placed(seed, size):
    rng = np.random.default_rng(seed)
    lineart = Lineart(rng.choice(np.array([0, 120, 230, 255], np.uint8), size, p=[0.1, 0.1, 0.1, 0.7]))
    hints = np.zeros((*size, 4), np.uint8)
    placed = rng.random(size) < 0.1
    hints[placed] = rng.integers(0, 256, (int(placed.sum()), 4))
    answer = flood(survey(lineart, Mask(np.full(size, 255, np.uint8))), Hints(hints))
    assert answer.shape == (*Size(*size), 4)
    seen = hints[..., 3] >= HINTED
    if not seen.any():
        assert not answer.any()
        return
    colours = {tuple(colour) for colour in hints[seen][:, :3].tolist()}
    reached = answer[..., 3] == 255
    assert {tuple(colour) for colour in answer[reached][:, :3].tolist()} <= colours
    assert not answer[~reached].any()
    assert reached.mean() > 0.9  # pixels between others where floods met may be reached by none


def test_the_drawing_and_its_hints_stay_as_they_were():
    lineart, hints = Lineart(parted()), hints_of((20, 8, RED), (80, 66, BLUE))
    terrain = survey(lineart, Mask(np.full(lineart.size, 255, np.uint8)))
    first = flood(terrain, hints)
    assert np.array_equal(first, flood(terrain, hints))
