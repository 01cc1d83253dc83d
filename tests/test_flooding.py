"""Whose colour a pixel is: floods of hints' colours over a drawing's lines."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Hints, Lineart, Mask
from stenciltorch.flooding import HINTED, flood, survey

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


def heights_of(lineart):
    """As high as a square is dark, and rising towards dark ones, so that gaps are saddles."""
    even = np.pad(lineart, [(0, side % 2) for side in lineart.shape], mode="edge")
    dark = 255 - even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).min(axis=(1, 3))
    apart = cv2.distanceTransform((dark == 0).astype(np.uint8), cv2.DIST_L2, 5) if dark.any() else np.float32(1e3)
    return np.where(dark > 0, 100 + dark * 0.6, np.maximum(0, 90 - 4 * apart)).astype(np.uint8)


def terrain_of(lineart, mask=None):
    drawn = Lineart(lineart)
    open_ = Mask(np.full(drawn.size, 255, np.uint8) if mask is None else mask)
    return survey(heights_of(lineart), drawn, open_)


def flooded(lineart, hints, mask=None):
    """What floods each pixel."""
    height, width = lineart.shape
    return flood(terrain_of(lineart, mask), hints).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]


def share(answer, colour, where=np.s_[:]):
    """How much of a part of the answer has the colour."""
    return float((answer[where] == (*colour, 255)).all(axis=-1).mean())


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (6, 7)])
def test_everything_is_told_for_squares_of_two_by_two_pixels(size):
    squares = ((size[0] + 1) // 2, (size[1] + 1) // 2)
    terrain = survey(np.zeros(squares, np.uint8), Lineart(np.full(size, 255, np.uint8)), Mask(np.zeros(size, np.uint8)))
    assert terrain.slopes.shape == (squares[0] + 2, squares[1] + 2, 3)
    assert terrain.kept.shape == terrain.solid.shape == squares
    assert terrain.kept.all()
    assert not terrain.solid.any()


def test_steps_cost_the_mean_of_both_heights():
    rng = np.random.default_rng(3)
    heights = rng.integers(0, 256, (20, 24), dtype=np.uint8)
    slopes = survey(heights, Lineart(page(48)[:40]), Mask(page(48)[:40])).slopes[1:-1, 1:-1, 0].astype(int)
    for axis in (0, 1):
        mean = (heights.astype(int) + np.roll(heights, -1, axis)) / 2
        found = np.abs(np.diff(slopes, axis=axis))
        assert np.abs(found - np.delete(mean, -1, axis)).max() <= 1


def test_a_square_is_kept_when_all_its_pixels_are_and_solid_when_it_is_dark_on_the_whole():
    mask, lineart = page(), page()
    mask[:3, :2] = 0
    lineart[10, 10:12] = 0
    lineart[20, 20] = 0
    terrain = survey(heights_of(lineart), Lineart(lineart), Mask(mask))
    assert terrain.kept.sum() == 1
    assert terrain.kept[0, 0]
    assert terrain.solid.sum() == 1
    assert terrain.solid[5, 5]


def test_of_two_colours_in_one_square_one_holds_it():
    hints = np.zeros((4, 4, 4), np.uint8)
    hints[1, 1], hints[0, 1] = (*RED, 255), (*BLUE, 255)
    assert (flooded(page(4), Hints(hints))[..., :3] == max(RED, BLUE)).all()


@pytest.mark.parametrize("level", [0, 150, 239])
@pytest.mark.parametrize("gap", [0, 8])
def test_two_dabs_part_at_a_line_however_faint_and_at_its_gap(level, gap):
    answer = flooded(parted(level, gap), hints_of((20, 8, RED), (80, 66, BLUE)))
    assert share(answer, RED, np.s_[:, : SIDE // 2 - 2]) > 0.97
    assert share(answer, BLUE, np.s_[:, SIDE // 2 + 4 :]) > 0.97


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
    lineart = rng.choice(np.array([0, 120, 230, 255], np.uint8), size, p=[0.1, 0.1, 0.1, 0.7])
    hints = np.zeros((*size, 4), np.uint8)
    placed = rng.random(size) < 0.1
    hints[placed] = rng.integers(0, 256, (int(placed.sum()), 4))
    answer = flooded(lineart, Hints(hints))
    seen = hints[..., 3] >= HINTED
    if not seen.any():
        assert not answer.any()
        return
    colours = {tuple(colour) for colour in hints[seen][:, :3].tolist()}
    assert {tuple(colour) for colour in answer.reshape(-1, 4)[:, :3].tolist()} <= colours
    assert (answer[..., 3] == 255).all()


def test_the_drawing_and_its_hints_stay_as_they_were():
    hints = hints_of((20, 8, RED), (80, 66, BLUE))
    terrain = terrain_of(parted())
    first = flood(terrain, hints)
    assert np.array_equal(first, flood(terrain, hints))
