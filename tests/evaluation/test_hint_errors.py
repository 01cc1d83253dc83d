"""Hint errors on a page with two rooms, where the truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import chroma_delta_e, delta_e, to_lab
from stenciltorch.evaluation.hints import CLEAR, HintError, away_from_lines, find_strokes, hint_errors, strokes_of

SIZE = Size(40, 60)
RED, BLUE, GREY = (200, 40, 40), (40, 60, 200), (150, 150, 150)


def lineart():
    """Two rooms with a wall of two pixels."""
    paper = np.full(SIZE, 255, np.uint8)
    paper[:, 29:31] = 0
    return Lineart(paper)


def regions():
    labels = np.ones(SIZE, np.int32)
    labels[:, 30:] = 2
    return Regions(labels)


def hints(*extra):
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[10:16, 8:16] = (*RED, 255)
    pixels[20:26, 44:50] = (*BLUE, 255)
    for rows, columns, colour in extra:
        pixels[rows, columns] = (*colour, 255)
    return Hints(pixels)


def truth(left=RED, right=BLUE):
    pixels = np.empty((*SIZE, 3), np.uint8)
    pixels[:, :30], pixels[:, 30:] = left, right
    return pixels


def by_colour(painted, wished=None):
    """The error of the red stroke, then of the blue one."""
    wished = wished or hints()
    errors = hint_errors(Illustration(painted), wished, lineart(), regions())
    colours = [tuple(int(value) for value in colour) for _, colour in strokes_of(wished)]
    named = dict(zip(colours, errors, strict=True))
    return named[RED], named[BLUE]


def test_strokes_are_connected_areas_of_one_colour():
    wished = hints(
        (slice(30, 34), slice(2, 6), RED), (slice(34, 36), slice(6, 8), RED), (slice(26, 28), slice(44, 50), GREY)
    )
    found = {(tuple(colour.tolist()), int(area.sum())) for area, colour in strokes_of(wished)}
    assert found == {(RED, 48), (RED, 20), (BLUE, 36), (GREY, 12)}


@pytest.mark.parametrize("seed", range(4))
def test_strokes_come_in_the_order_of_a_search_over_the_whole_picture(seed):
    """Colour by colour, as OpenCV numbers the areas of the whole picture: random orders of work hang on it."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((61, 47, 4), np.uint8)
    for _ in range(40):
        row, column = int(rng.integers(61)), int(rng.integers(47))
        pixels[row : row + rng.integers(1, 9), column : column + rng.integers(1, 9)] = (*RED, 255)
        pixels[row + 2 : row + 4, column : column + 12] = (int(rng.integers(3)), *BLUE[1:], 255)
    expected = []
    solid = pixels[..., 3] > 127
    for colour in np.unique(pixels[solid][:, :3], axis=0):
        same = solid & (pixels[..., :3] == colour).all(axis=2)
        count, labels = cv2.connectedComponents(same.astype(np.uint8), connectivity=8)
        expected += [(np.flatnonzero(labels == label).tolist(), colour.tolist()) for label in range(1, count)]
    assert [(stroke.pixels.tolist(), stroke.colour.tolist()) for stroke in find_strokes(Hints(pixels))] == expected
    assert len(expected) > 6


def test_no_hints_no_strokes():
    assert find_strokes(Hints.filled(SIZE)) == []


def test_faint_hints_are_no_strokes():
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[..., :3], pixels[5:9, 5:9, 3] = 90, 127
    assert list(strokes_of(Hints(pixels))) == []
    assert list(strokes_of(Hints.filled(SIZE))) == []


def test_black_is_a_colour_too():
    wished = Hints.filled(SIZE).array.copy()
    wished[3:6, 3:6] = (0, 0, 0, 255)
    assert [(colour.tolist(), int(area.sum())) for area, colour in strokes_of(Hints(wished))] == [([0, 0, 0], 9)]


def test_clear_pixels_keep_their_distance():
    clear = away_from_lines(lineart())
    assert clear[:, : 29 - CLEAR].all()
    assert not clear[:, 29 - CLEAR : 31 + CLEAR].any()
    assert clear[:, 31 + CLEAR :].all()


def test_a_perfect_painting_has_no_error():
    perfect = HintError(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert by_colour(truth()) == (perfect, perfect)


def test_lines_are_not_counted():
    painted = truth()
    painted[:, 27:33] = 0
    assert by_colour(painted) == by_colour(truth())


def test_an_even_offset_by_hand():
    """All of the left room is grey: every part of its error is the distance from red to grey."""
    red, blue = by_colour(truth(left=GREY))
    expected = float(delta_e(to_lab(np.array(GREY, np.uint8)), to_lab(np.array(RED, np.uint8))))
    assert red.stroke == red.region == red.gap == pytest.approx(expected)
    assert red.region_chroma == pytest.approx(
        float(chroma_delta_e(to_lab(np.array(GREY, np.uint8)), to_lab(np.array(RED, np.uint8))))
    )
    assert blue == HintError(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_a_larger_offset_is_a_larger_error():
    steps = [by_colour(truth(left=(200 - step, 40 + step, 40 + step)))[0] for step in (0, 10, 20, 40, 80)]
    for name in ("stroke", "region", "gap", "region_chroma"):
        values = [getattr(error, name) for error in steps]
        assert values == sorted(values)
        assert len(set(values)) == 5


def test_an_ignored_hint():
    """A second wish in the left room that nobody follows: the first one's error stays 0."""
    wished = hints((slice(30, 34), slice(4, 12), GREY))
    red, blue = by_colour(truth(), wished)
    assert red.stroke == blue.stroke == 0.0
    ignored = hint_errors(Illustration(truth()), wished, lineart(), regions())
    assert max(error.stroke for error in ignored) == pytest.approx(
        float(delta_e(to_lab(np.array(RED, np.uint8)), to_lab(np.array(GREY, np.uint8))))
    )


def test_a_dab_that_does_not_travel():
    """Right under the stroke, grey elsewhere."""
    painted = truth(left=GREY)
    painted[10:16, 8:16] = RED
    red, _ = by_colour(painted)
    assert red.stroke == 0.0
    assert red.gap == red.region > 20


def test_shading_costs_nothing_in_chroma():
    lab = to_lab(np.array(RED, np.uint8))
    painted = truth()
    painted[20:, :30] = np.array(RED) * 0.6
    painted[:20, :30] = np.array(RED) * 0.6
    red, _ = by_colour(painted)
    assert red.region == pytest.approx(float(delta_e(to_lab(painted[0, 0]), lab)))
    assert red.region_chroma < 0.6 * red.region


def test_the_region_is_the_one_under_most_of_the_stroke():
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[10:14, 20:36] = (*RED, 255)
    painted = Illustration(truth(left=RED, right=GREY))
    (error,) = hint_errors(painted, Hints(pixels), lineart(), regions())
    assert error.region == 0.0
    assert error.stroke == 0.0


def test_pixels_of_no_region_are_no_region():
    """Most of the stroke lies where the labels say nothing; its region is the one that it touches."""
    labels = np.zeros(SIZE, np.int32)
    labels[:, :10] = 1
    (red,) = [error for error, colour in errors_and_colours(Regions(labels)) if colour == RED]
    assert red.region == 0.0
    nothing = [error for error, _ in errors_and_colours(Regions.filled(SIZE))]
    assert nothing == [HintError(0.0, stroke_chroma=0.0)] * 2


def errors_and_colours(labels):
    painted = truth()
    painted[30:, 12:28] = GREY
    found = hint_errors(Illustration(painted), hints(), lineart(), labels)
    return [(error, tuple(map(int, colour))) for error, (_, colour) in zip(found, strokes_of(hints()), strict=True)]


def test_without_regions_only_the_stroke_counts():
    assert hint_errors(Illustration(truth()), hints(), lineart()) == [HintError(0.0, stroke_chroma=0.0)] * 2


def test_a_stroke_on_a_line_counts_nowhere():
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[10:14, 29:31] = (*RED, 255)
    assert hint_errors(Illustration(truth()), Hints(pixels), lineart(), regions()) == [HintError(None)]


def test_a_stroke_that_fills_its_region_leaves_no_gap():
    wished = hints((slice(0, 40), slice(0, 30), RED))
    red, _ = by_colour(truth(), wished)
    assert (red.stroke, red.region, red.gap) == (0.0, 0.0, None)


def test_other_sizes_are_refused():
    small = Illustration.filled(Size(10, 10))
    with pytest.raises(InputError, match=r"All parts must have one size, found .*10 x 10"):
        hint_errors(small, hints(), lineart())
    with pytest.raises(InputError, match=r"All parts must have one size, found .*9 x 8"):
        hint_errors(Illustration(truth()), hints(), lineart(), Regions.filled(Size(8, 9)))


def test_a_mirror_changes_nothing():
    painted = truth(left=GREY)
    painted[10:14, :] = (90, 50, 60)
    before = by_colour(painted)
    for axis in (0, 1):
        flipped = [np.flip(picture.array, axis) for picture in (hints(), lineart(), regions())]
        wished = Hints(flipped[0])
        errors = hint_errors(Illustration(np.flip(painted, axis)), wished, Lineart(flipped[1]), Regions(flipped[2]))
        named = {tuple(map(int, colour)): error for error, (_, colour) in zip(errors, strokes_of(wished), strict=True)}
        assert (named[RED], named[BLUE]) == before
