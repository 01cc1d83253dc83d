"""Proposals: which areas get a dab, which role they play, and that seeds and palettes steer them."""

from __future__ import annotations

import numpy as np
import pytest

from stenciltorch.canvas import Hints, Lineart, Mask, Size
from stenciltorch.errors import InputError
from stenciltorch.hintfile import draw_hints
from stenciltorch.suggestion import (
    COLOURS,
    Area,
    Scheme,
    Wish,
    cast,
    draw_scheme,
    expectations,
    find_areas,
    find_wishes,
    go_on,
    scheme_of,
    suggest,
)

SIZE = Size(64, 96)
SKIN, HAIR, CLOTH = 8, 15, 30
"""One of each family of colours."""


def rng(seed=0):
    return np.random.default_rng(seed)


def rooms(*walls):
    """Walls two pixels wide, a frame round the whole."""
    ink = np.full(SIZE, 255, np.uint8)
    ink[:2] = ink[-2:] = 0
    ink[:, :2] = ink[:, -2:] = 0
    for wall in walls:
        ink[:, wall - 1 : wall + 1] = 0
    return Lineart(ink)


def everywhere():
    return Mask.filled(SIZE, 255)


def no_hints():
    return Hints(np.zeros((*SIZE, 4), np.uint8))


def taste(*columns):
    """One likely colour for each of equal columns."""
    logits = np.zeros((len(COLOURS), 8, 12), np.float32)
    for number, colour in enumerate(columns):
        logits[colour, :, 12 * number // len(columns) : 12 * (number + 1) // len(columns)] = 8.0
    return logits


def found(lineart):
    return find_areas(lineart, everywhere(), no_hints(), 0.001)


def test_dabs_lie_inside_their_areas():
    sheet = suggest(rooms(48), everywhere(), no_hints(), taste(SKIN, HAIR), rng())
    painted = draw_hints(sheet, SIZE).array[..., 3] > 0
    assert len(sheet.marks) == 2
    assert painted[:, :44].any()
    assert painted[:, 52:].any()
    assert not painted[:, 45:51].any()


def test_what_is_hinted_or_closed_is_left_alone():
    hints = np.zeros((*SIZE, 4), np.uint8)
    hints[10:14, 10:14] = (1, 2, 3, 255)
    sheet = suggest(rooms(48), everywhere(), Hints(hints), taste(SKIN, HAIR), rng())
    assert [mark.points[0][0] > 48 for mark in sheet.marks] == [True]
    mask = np.full(SIZE, 255, np.uint8)
    mask[:, 48:] = 0
    assert suggest(rooms(48), Mask(mask), Hints(hints), taste(SKIN, HAIR), rng()).marks == ()


def test_crumbs_get_no_dab():
    ink = np.full(SIZE, 255, np.uint8)
    ink[20:26, 20:26] = 0
    ink[21:25, 21:25] = 255
    assert len(suggest(Lineart(ink), everywhere(), no_hints(), taste(SKIN), rng()).marks) == 1


def test_an_area_filled_with_grey_is_an_area():
    ink = np.full(SIZE, 255, np.uint8)
    ink[10:50, 20:80] = 170
    _, areas = found(Lineart(ink))
    inside = [20 <= area.place[0] < 80 and 10 <= area.place[1] < 50 for area in areas]
    assert sorted(inside) == [False, True]


def test_areas_by_hand():
    labels, areas = found(rooms(32))
    assert [area.pixels for area in areas] == [60 * (94 - 33), 60 * (31 - 2)]
    assert [area.edges for area in areas] == [0, 0]
    for area in areas:
        assert labels[area.place[1], area.place[0]] == area.label
    assert areas[1].depth == pytest.approx(15, abs=1)


def test_an_open_area_lies_at_the_edges():
    assert [area.edges for area in found(Lineart(np.full(SIZE, 255, np.uint8)))[1]] == [4]


def test_expectations_are_means_of_log_probabilities():
    """An area over two squares, half in each."""
    labels = np.zeros(SIZE, np.int32)
    labels[:8, :16] = 1
    logits = np.zeros((2, 8, 12), np.float32)
    logits[0, 0, 0] = np.log(3.0)
    mean = expectations(labels, [Area(1, 128, (8, 4), 4.0, 2)], logits)
    first, second = np.log([0.75, 0.25]), np.log([0.5, 0.5])
    np.testing.assert_allclose(mean[0], (first + second) / 2, rtol=1e-5)


def test_areas_play_what_they_look_like():
    looks = taste(SKIN, HAIR, CLOTH, CLOTH)
    labels, areas = found(rooms(24, 48, 72))
    for seed in range(5):
        roles = cast(areas, expectations(labels, areas, looks), SIZE, rng(seed))
        by_place = {area.place[0] // 24: role for area, role in zip(areas, roles, strict=True)}
        assert by_place[0] == "skin"
        assert by_place[1] == "hair"
        assert {by_place[2], by_place[3]} <= {"main", "second", "accent"}


def test_what_runs_along_the_edges_is_background():
    ink = np.full(SIZE, 255, np.uint8)
    ink[20:44, 30:66] = 0
    ink[22:42, 32:64] = 255
    labels, areas = found(Lineart(ink))
    roles = cast(areas, expectations(labels, areas, taste(SKIN)), SIZE, rng())
    assert roles[0] == "background"
    assert roles[1] != "background"


def test_like_areas_get_one_colour():
    sheet = suggest(rooms(24, 48, 72), everywhere(), no_hints(), taste(HAIR, SKIN, HAIR, CLOTH), rng(2))
    colours = {int(mark.points[0][0]) // 24: mark.colour for mark in sheet.marks}
    assert colours[0] == colours[2] != colours[1]


def test_seeds_differ_and_repeat():
    one, again = (suggest(rooms(48), everywhere(), no_hints(), taste(SKIN, CLOTH), rng(3)) for _ in range(2))
    assert one == again
    assert len({draw_scheme(rng(seed)).main for seed in range(12)}) == 12


@pytest.mark.parametrize("seed", range(20))
def test_backgrounds_are_pale_and_accents_are_not(seed):
    scheme = draw_scheme(rng(seed))
    assert min(scheme.background) > 190
    assert max(scheme.accent) - min(scheme.accent) > 80


def test_a_palette_is_kept_to():
    palette = np.array([[250, 60, 70], [40, 90, 200], [250, 210, 190], [255, 255, 240]], np.uint8)
    known = {tuple(colour) for colour in palette.tolist()}
    for seed in range(6):
        sheet = suggest(rooms(24, 48), everywhere(), no_hints(), taste(SKIN, HAIR, CLOTH), rng(seed), palette)
        assert {mark.colour for mark in sheet.marks} <= known
    scheme = scheme_of(palette, rng())
    assert scheme.background == (255, 255, 240)
    assert scheme.skin == (250, 210, 190)
    assert scheme_of(palette[:1], rng()) == Scheme(*[(250, 60, 70)] * 6)


# going on with what the artist has begun


def hinted(*dabs):
    """Dabs of 4 x 4 pixels: (column, row, colour)."""
    hints = np.zeros((*SIZE, 4), np.uint8)
    for column, row, colour in dabs:
        hints[row : row + 4, column : column + 4] = (*colour, 255)
    return Hints(hints)


RED, BLUE = (200, 30, 40), (40, 60, 210)


def test_wishes_by_hand():
    labels, _ = found(rooms(48))
    left, right = labels[30, 20], labels[30, 70]
    hints = hinted((10, 10, RED), (14, 10, BLUE), (60, 20, RED)).array.copy()
    hints[30:40, 47:49] = (*BLUE, 255)  # on the wall
    wishes = find_wishes(labels, Hints(hints))
    expected = {(left, RED, (11.5, 11.5)), (left, BLUE, (15.5, 11.5)), (right, RED, (61.5, 21.5))}
    owners = sorted(expected, key=lambda wish: (wish[0], wish[1]))
    assert [(wish.colour, wish.place) for wish in wishes] == [(colour, place) for _, colour, place in owners]
    assert not any(wish.background for wish in wishes)


def test_a_wish_on_the_background_and_a_few_stray_pixels():
    ink = np.full(SIZE, 255, np.uint8)
    ink[20:44, 30:66] = 0
    ink[22:42, 32:64] = 255
    labels, _ = found(Lineart(ink))
    hints = hinted((4, 4, BLUE), (40, 30, RED)).array.copy()
    hints[50, 50:53] = (1, 2, 3, 255)
    wishes = find_wishes(labels, Hints(hints))
    assert {(wish.colour, wish.background) for wish in wishes} == {(BLUE, True), (RED, False)}
    assert find_wishes(labels, no_hints()) == []


def test_an_area_takes_the_colour_of_a_hint_near_by():
    lineart = rooms(16, 32, 48, 64, 80)
    for seed in range(8):
        sheet = suggest(lineart, everywhere(), hinted((4, 10, RED), (86, 10, BLUE)), taste(SKIN), rng(seed))
        colours = {int(mark.points[0][0]) // 16: mark.colour for mark in sheet.marks}
        assert colours[1] == RED
        assert colours[4] == BLUE
        assert set(colours.values()) == {RED, BLUE}


def test_another_seed_may_take_another_hint():
    lineart, hints = rooms(24, 72), hinted((8, 10, RED), (84, 10, BLUE))
    middles = {suggest(lineart, everywhere(), hints, taste(SKIN), rng(seed)).marks[0].colour for seed in range(20)}
    assert middles == {RED, BLUE}


def test_the_background_goes_its_own_way():
    area, behind = Area(1, 40, (50, 30), 3.0, 0), Area(2, 2000, (8, 8), 5.0, 4)
    near, far = Wish(RED, (10.0, 10.0), False), Wish(BLUE, (90.0, 60.0), True)
    other = [(1, 1, 1), (2, 2, 2)]
    assert go_on([area, behind], [near, far], other, SIZE, rng()) == [RED, BLUE]
    assert go_on([area, behind], [near], other, SIZE, rng()) == [RED, (2, 2, 2)]
    assert go_on([area, behind], [far], other, SIZE, rng()) == [(1, 1, 1), BLUE]
    assert go_on([area, behind], [], other, SIZE, rng()) == other


def test_a_palette_is_kept_to_when_going_on():
    palette = np.array([[250, 60, 70], [40, 90, 200], [255, 255, 240]], np.uint8)
    sheet = suggest(rooms(32, 64), everywhere(), hinted((8, 10, RED)), taste(SKIN), rng(), palette)
    assert {mark.colour for mark in sheet.marks} == {(250, 60, 70)}


def test_a_drawing_that_is_closed_has_no_areas():
    assert suggest(rooms(), Mask.filled(SIZE, 0), no_hints(), taste(SKIN), rng()).marks == ()


def test_a_taste_of_another_drawing_is_refused():
    with pytest.raises(InputError, match=r"shape \(44, 8, 11\) does not belong to a drawing of 96 x 64"):
        suggest(rooms(), everywhere(), no_hints(), taste(SKIN)[..., :11], rng())
