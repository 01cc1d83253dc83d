"""Colours carried from one page to another of the same figure."""

import cv2
import numpy as np
import pytest

from stenciltorch.batch import Reference, carry
from stenciltorch.batch.carrying import areas_of
from stenciltorch.canvas import Illustration, Lineart, Size
from stenciltorch.errors import InputError

HEAD, DRESS, SHOE = (242, 196, 160), (170, 34, 60), (40, 60, 150)


def figure(shift=(0, 0), scale=1.0, size=(300, 260)):
    """A head, a dress and two shoes in outlines; and the page coloured."""
    lines, colours = np.full(size, 255, np.uint8), np.full((*size, 3), 250, np.uint8)

    def at(*points):
        return [
            tuple(round(scale * place + move) for place, move in zip(point, shift, strict=True)) for point in points
        ]

    shapes = [
        (cv2.ellipse, (at((120, 60))[0], (round(34 * scale), round(40 * scale)), 0, 0, 360), HEAD),
        (cv2.fillPoly, ([np.array(at((120, 100), (170, 220), (70, 220)))],), DRESS),
        (cv2.ellipse, (at((95, 240))[0], (round(18 * scale), round(9 * scale)), 0, 0, 360), SHOE),
        (cv2.ellipse, (at((145, 240))[0], (round(18 * scale), round(9 * scale)), 0, 0, 360), SHOE),
    ]
    for draw, places, colour in shapes:
        draw(colours, *places, colour, *([-1] if draw is cv2.ellipse else []))
        if draw is cv2.ellipse:
            draw(lines, *places, 0, 3)
        else:
            cv2.polylines(lines, places[0], True, 0, 3)
    return Lineart(lines), Illustration(colours)


@pytest.fixture(scope="module")
def reference():
    lineart, coloured = figure()
    return Reference.of(coloured, lineart)


def colours_of(hints):
    return {tuple(colour) for colour in hints.array[hints.array[..., 3] > 0][:, :3].tolist()}


@pytest.mark.parametrize(("shift", "scale"), [((0, 0), 1.0), ((14, 9), 1.0), ((20, 12), 0.9)])
def test_the_same_figure_elsewhere_gets_its_colours(reference, shift, scale):
    lineart, coloured = figure(shift, scale)
    hints = carry(reference, lineart)
    assert {HEAD, DRESS, SHOE} <= colours_of(hints)
    placed = hints.array[..., 3] > 0
    assert np.array_equal(hints.array[placed][:, :3], coloured.array[placed])
    assert (lineart.array[placed] == 255).all()


def test_a_strange_area_gets_no_hint(reference):
    lineart, _ = figure()
    lines = lineart.array.copy()
    cv2.rectangle(lines, (200, 20), (250, 120), 0, 3)
    hints = carry(reference, Lineart(lines)).array
    assert (hints[25:115, 205:245, 3] == 0).all()


def test_the_palette_is_the_references(reference):
    assert {entry.colour for entry in reference.palette.entries} == {HEAD, DRESS, SHOE, (250, 250, 250)}


def test_an_empty_page_gets_nothing(reference):
    assert not carry(reference, Lineart(np.zeros((50, 50), np.uint8))).array.any()


def test_the_same_page_gives_the_same_hints(reference):
    lineart, _ = figure((5, 5))
    assert carry(reference, lineart) == carry(reference, lineart)


def test_areas_are_measured_in_the_drawings_own_frame():
    one, other = areas_of(figure()[0]), areas_of(figure((30, 20))[0])
    assert np.abs(one.features[1:] - other.features[1:]).max() < 0.03


def test_references_that_cannot_be_used():
    _, coloured = figure()
    with pytest.raises(InputError, match="use one size"):
        Reference.of(coloured, Lineart.filled(Size(4, 4), 255))
    with pytest.raises(InputError, match="no areas"):
        Reference.of(coloured, Lineart(np.zeros(coloured.size, np.uint8)))
