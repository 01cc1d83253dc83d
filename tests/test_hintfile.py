"""Hints as text."""

import json
from math import hypot

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stenciltorch.canvas import Hints, Size
from stenciltorch.errors import InputError
from stenciltorch.hintfile import (
    HintSheet,
    Mark,
    draw_hints,
    format_hint_file,
    parse_dab,
    parse_hint_file,
    read_hint_file,
)

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(hints):
    """One letter a pixel: r, b or a dot."""
    letters = {(255, 0, 0, 255): "r", (0, 0, 255, 255): "b", (0, 0, 0, 0): "."}
    return ["".join(letters[tuple(int(v) for v in pixel)] for pixel in row) for row in hints.array]


def parse(**sheet):
    return parse_hint_file(json.dumps(sheet).encode(), "h.json")


def test_a_dab_by_hand():
    hints = draw_hints(HintSheet((Mark(((2, 1),), RED, 1.0),)), Size(4, 5))
    assert picture(hints) == ["..r..", ".rrr.", "..r..", "....."]


def test_a_stroke_by_hand_has_round_ends():
    hints = draw_hints(HintSheet((Mark(((2, 2), (5, 2)), BLUE, 1.5),)), Size(5, 8))
    assert picture(hints) == ["........", ".bbbbbb.", ".bbbbbb.", ".bbbbbb.", "........"]


def test_a_bent_stroke_follows_its_points():
    hints = draw_hints(HintSheet((Mark(((0, 0), (3, 0), (3, 2)), RED, 0.5),)), Size(3, 5))
    assert picture(hints) == ["rrrr.", "...r.", "...r."]


def test_later_marks_cover_earlier_ones_and_what_was_there():
    there = Hints(np.full((1, 3, 4), (0, 0, 255, 255), np.uint8))
    hints = draw_hints(HintSheet((Mark(((1, 0),), RED, 0.5),)), Size(1, 3), there)
    assert picture(hints) == ["brb"]


def test_strokes_lie_under_dabs():
    sheet = parse(
        dabs=[{"at": [1, 0], "color": "#ff0000", "radius": 0.5}],
        strokes=[{"points": [[0, 0], [2, 0]], "color": "#0000ff", "radius": 0.5}],
    )
    assert picture(draw_hints(sheet, Size(1, 3))) == ["brb"]


def test_a_sheet_of_another_size_is_scaled():
    sheet = HintSheet((Mark(((0, 0),), RED, 0.5),), Size(2, 3))
    assert picture(draw_hints(sheet, Size(4, 6))) == ["rr....", "rr....", "......", "......"]


def test_without_a_radius_the_dab_suits_the_drawing():
    sheet = HintSheet((Mark(((128, 128),), RED),))
    small, large = draw_hints(sheet, Size(256, 256)), draw_hints(sheet, Size(256, 2560))
    assert int((small.array[128, :, 3] > 0).sum()) == 5
    assert int((large.array[128, :, 3] > 0).sum()) == 41


@given(st.floats(-0.5, 8.49), st.floats(-0.5, 6.49), st.floats(1e-6, 3))
def test_a_dab_marks_just_the_pixels_within_its_radius(column, row, radius):
    found = draw_hints(HintSheet((Mark(((column, row),), RED, radius),)), Size(7, 9)).array[..., 3] > 0
    assert found.any()
    for y in range(7):
        for x in range(9):
            away = hypot(x - column, y - row)
            if abs(away - radius) > 1e-6 and radius > 0.71:
                assert found[y, x] == (away < radius)


@given(st.lists(st.tuples(st.floats(-50, 60), st.floats(-50, 60)), min_size=2, max_size=5))
def test_strokes_may_leave_the_picture(points):
    found = draw_hints(HintSheet((Mark(tuple(points), RED, 2.0),)), Size(12, 11)).array[..., 3] > 0
    assert found.shape == (12, 11)
    for x, y in points:
        if 0 <= x <= 10 and 0 <= y <= 11:
            assert found[round(y), round(x)]


def test_a_file_is_read(tmp_path):
    path = tmp_path / "h.json"
    path.write_text('{"size": [10, 20], "dabs": [{"at": [3, 4.5], "color": "#FF0000"}]}')
    assert read_hint_file(path) == HintSheet((Mark(((3.0, 4.5),), RED),), Size(10, 20))


def test_an_empty_sheet_holds_no_wish():
    assert not draw_hints(parse(), Size(3, 3)).array.any()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", r"expected an object with dabs, size, strokes, found \[\]"),
        (b'{"dots": []}', "'dots' is not known; expected dabs, size, strokes"),
        (b'{"dabs": 3}', "dabs must be a list, found 3"),
        (b'{"dabs": [3]}', "expected an object with at, color, radius, found 3"),
        (b'{"dabs": [{"at": [1, 2]}]}', "color must be written #rrggbb, such as #f2c4a0, found nothing"),
        (b'{"dabs": [{"at": [1], "color": "#ff0000"}]}', r"a place must be \[x, y\] in pixels, found \[1\]"),
        (b'{"dabs": [{"at": [1, true], "color": "#ff0000"}]}', "a place must be"),
        (b'{"dabs": [{"at": [NaN, 2], "color": "#ff0000"}]}', "a place must be"),
        (b'{"dabs": [{"at": [1e400, 2], "color": "#ff0000"}]}', "a place must be"),
        (b'{"dabs": [{"at": [1, 2], "color": "red"}]}', 'found "red"'),
        (
            b'{"dabs": [{"at": [1, 2], "color": "#ff0000", "radius": 0}]}',
            "a radius must be .* above 0, found 0",
        ),
        (b'{"dabs": [{"at": [1, 2], "color": "#ff0000", "radius": null}]}', "a radius must be"),
        (b'{"strokes": [{"color": "#ff0000"}]}', "a stroke has no points"),
        (b'{"size": [10]}', r"size must be \[height, width\]"),
        (b'{"size": [10, 0]}', "size must be"),
        (b'{"size": [10, 2.5]}', "size must be"),
    ],
)
def test_a_broken_file_is_explained(data, reason):
    with pytest.raises(InputError, match=reason) as caught:
        parse_hint_file(data, "h.json")
    assert str(caught.value).startswith("h.json")
    assert "\n" not in str(caught.value)


def test_too_many_points_are_refused():
    with pytest.raises(InputError, match="more than 20000 points"):
        parse(strokes=[{"points": [[1, 1]] * 20_001, "color": "#ff0000"}])


def test_a_sheet_of_another_shape_is_refused():
    sheet = HintSheet((Mark(((0, 0),), RED),), Size(20, 20))
    with pytest.raises(InputError, match="made for 20 x 20 pixels but the drawing has 40 x 20"):
        draw_hints(sheet, Size(20, 40))


@pytest.mark.parametrize("place", [(-1, 0), (0, -0.6), (5, 0), (0, 4)])
def test_a_dab_outside_the_drawing_is_a_mistake(place):
    with pytest.raises(InputError, match="outside the drawing of 5 x 4 pixels; columns run from 0 to 4 and rows"):
        draw_hints(HintSheet((Mark((place,), RED, 9.0),)), Size(4, 5))


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("3,4,#ff0000", Mark(((3.0, 4.0),), RED)),
        (" 3.5 , 4 , #0000FF , 2 ", Mark(((3.5, 4.0),), BLUE, 2.0)),
    ],
)
def test_a_dab_from_the_command_line(text, mark):
    assert parse_dab(text) == mark


@pytest.mark.parametrize("text", ["", "1,2", "1,2,3,4,5", "a,2,#ff0000", "1,2,#ff0000,wide"])
def test_a_dab_that_cannot_be_read_shows_the_form(text):
    with pytest.raises(InputError, match=r'cannot be read; a hint is "x,y,#rrggbb"'):
        parse_dab(text)


@pytest.mark.parametrize("text", ["1,2,red", "nan,2,#ff0000", "1,2,#ff0000,-3", "1,2,#ff0000,0"])
def test_a_dab_with_a_value_out_of_range(text):
    with pytest.raises(InputError, match=r"--hint: a (color|place|radius) must be"):
        parse_dab(text)


# writing


def test_a_written_sheet_is_read_back(tmp_path):
    marks = (
        Mark(((1.5, 2.0), (8.0, 9.25)), (1, 2, 255), 3.5),
        Mark(((4.0, 5.0),), (0, 128, 7)),
        Mark(((6.0, 0.0),), (255, 255, 255), 2.0),
    )
    sheet = HintSheet(marks, Size(20, 30))
    assert parse_hint_file(format_hint_file(sheet), "made") == sheet
    assert parse_hint_file(format_hint_file(HintSheet(())), "made") == HintSheet(())
