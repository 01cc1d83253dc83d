"""Proposals: which areas get a dab, in which colour, and that seeds and palettes steer them."""

from __future__ import annotations

import numpy as np
import pytest

from stenciltorch.canvas import Hints, Lineart, Mask, Size
from stenciltorch.errors import InputError
from stenciltorch.hintfile import draw_hints
from stenciltorch.suggestion import COLOURS, Boldness, choose, expectations, find_areas, known_colours, suggest

SIZE = Size(64, 96)
CALM = Boldness(chance=0.0, variety=0.0)
RED, BLUE, WHITE = COLOURS.index("#d94f5c"), COLOURS.index("#4a78c2"), COLOURS.index("#ffffff")


def rng(seed=0):
    return np.random.default_rng(seed)


def two_rooms():
    """A wall two pixels wide down the middle."""
    ink = np.full(SIZE, 255, np.uint8)
    ink[:, 47:49] = 0
    return Lineart(ink)


def everywhere():
    return Mask.filled(SIZE, 255)


def no_hints():
    return Hints(np.zeros((*SIZE, 4), np.uint8))


def taste(left=RED, right=BLUE, strength=8.0):
    logits = np.zeros((len(COLOURS), 8, 12), np.float32)
    logits[left, :, :6] = logits[right, :, 6:] = strength
    return logits


def level(code):
    return tuple(int(code[place : place + 2], 16) for place in (1, 3, 5))


def test_every_area_gets_its_likeliest_colour_where_chance_has_no_say():
    sheet = suggest(two_rooms(), everywhere(), no_hints(), taste(), rng(), boldness=CALM)
    found = {mark.points[0][0] < 48: mark.colour for mark in sheet.marks}
    assert found == {True: level(COLOURS[RED]), False: level(COLOURS[BLUE])}


def test_dabs_lie_inside_their_areas():
    sheet = suggest(two_rooms(), everywhere(), no_hints(), taste(), rng())
    painted = draw_hints(sheet, SIZE).array[..., 3] > 0
    assert len(sheet.marks) == 2
    assert painted[:, :44].any()
    assert painted[:, 52:].any()
    assert not painted[:, 45:51].any()


def test_what_is_hinted_or_closed_is_left_alone():
    hints = np.zeros((*SIZE, 4), np.uint8)
    hints[10:14, 10:14] = (1, 2, 3, 255)
    sheet = suggest(two_rooms(), everywhere(), Hints(hints), taste(), rng())
    assert [mark.points[0][0] > 48 for mark in sheet.marks] == [True]
    mask = np.full(SIZE, 255, np.uint8)
    mask[:, 48:] = 0
    assert suggest(two_rooms(), Mask(mask), Hints(hints), taste(), rng()).marks == ()


def test_crumbs_get_no_dab():
    ink = np.full(SIZE, 255, np.uint8)
    ink[20:26, 20:26] = 0
    ink[21:25, 21:25] = 255
    assert len(suggest(Lineart(ink), everywhere(), no_hints(), taste(), rng()).marks) == 1


def test_an_area_filled_with_grey_is_an_area():
    ink = np.full(SIZE, 255, np.uint8)
    ink[10:50, 20:80] = 170
    _, areas = find_areas(Lineart(ink), everywhere(), no_hints(), 0.001)
    assert len(areas) == 2
    assert {20 <= area.place[0] < 80 and 10 <= area.place[1] < 50 for area in areas} == {True, False}


def test_areas_by_hand():
    labels, areas = find_areas(two_rooms(), everywhere(), no_hints(), 0.001)
    assert [area.pixels for area in areas] == [64 * 47, 64 * 47]
    for area in areas:
        assert labels[area.place[1], area.place[0]] == area.label
        assert area.depth == pytest.approx(24, abs=1)


def test_expectations_are_means_of_log_probabilities():
    """An area over one square of each kind, twice as much of the first."""
    labels = np.zeros((8, 24), np.int32)
    labels[:, 4:12] = 1
    labels[:, :4] = 0
    _, areas = find_areas(two_rooms(), everywhere(), no_hints(), 0.001)
    only = [area for area in areas if area.label == 1]
    logits = np.zeros((2, 1, 3), np.float32)
    logits[0, 0, 0] = np.log(3.0)
    found = expectations(labels, only, logits)
    first, second = np.log([0.75, 0.25]), np.log([0.5, 0.5])
    np.testing.assert_allclose(found[0], (first + second) / 2, rtol=1e-5)


def test_like_areas_get_one_colour_and_seeds_differ():
    expected = np.zeros((5, len(COLOURS)), np.float32)
    seen = set()
    for seed in range(12):
        chosen = choose(expected, known_colours(), None, Boldness(), rng(seed))
        assert len({tuple(colour) for colour in chosen.tolist()}) == 1
        seen.add(tuple(chosen[0].tolist()))
    assert len(seen) > 8


def test_chance_keeps_to_the_probabilities():
    """Two colours, 3 to 1; over many seeds the first wins three times in four."""
    expected = np.full((1, len(COLOURS)), -30.0, np.float32)
    expected[0, RED], expected[0, BLUE] = np.log(0.75), np.log(0.25)
    bold = Boldness(chance=1.0, variety=0.0)
    wins = sum(
        tuple(choose(expected, known_colours(), None, bold, rng(seed))[0].tolist()) == level(COLOURS[RED])
        for seed in range(400)
    )
    assert 270 <= wins <= 330


def test_a_palette_is_kept_to():
    palette = np.array([[250, 60, 70], [40, 90, 200], [10, 200, 10]], np.uint8)
    for seed in range(6):
        sheet = suggest(two_rooms(), everywhere(), no_hints(), taste(), rng(seed), palette)
        assert {mark.colour for mark in sheet.marks} <= {tuple(colour) for colour in palette.tolist()}
    calm = suggest(two_rooms(), everywhere(), no_hints(), taste(), rng(), palette, CALM)
    found = {mark.points[0][0] < 48: mark.colour for mark in calm.marks}
    assert found == {True: (250, 60, 70), False: (40, 90, 200)}


def test_white_stays_white():
    expected = np.full((1, len(COLOURS)), -30.0, np.float32)
    expected[0, WHITE] = 0.0
    chosen = choose(expected, known_colours(), None, Boldness(chance=0, variety=40), rng())
    assert chosen.tolist() == [[255, 255, 255]]


def test_a_drawing_that_is_all_ink_has_no_areas():
    ink = Lineart(np.zeros(SIZE, np.uint8))
    mask = np.zeros(SIZE, np.uint8)
    assert suggest(ink, Mask(mask), no_hints(), taste(), rng()).marks == ()


def test_the_same_seed_proposes_the_same():
    one, other = (suggest(two_rooms(), everywhere(), no_hints(), taste(), rng(3)) for _ in range(2))
    assert one == other


def test_a_taste_of_another_drawing_is_refused():
    with pytest.raises(InputError, match=r"shape \(44, 8, 11\) does not belong to a drawing of 96 x 64"):
        suggest(two_rooms(), everywhere(), no_hints(), taste()[..., :11], rng())
