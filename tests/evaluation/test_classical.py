"""The baseline without learning floods rooms, stops at lines and gaps, and keeps masks."""

from __future__ import annotations

import numpy as np
import pytest
import toy_cases as toy

from stenciltorch.canvas import Colorizer, Hints, Illustration, Lineart, Mask, Size, Stencil
from stenciltorch.evaluation.classical import ClassicalColorizer, flood
from stenciltorch.evaluation.suite import Plan, measure

SIZE = Size(120, 120)
RED, BLUE = (200, 40, 40), (40, 60, 200)


def box(gap=0):
    paper = np.full(SIZE, 255, np.uint8)
    paper[30:90, 30:32] = paper[30:90, 88:90] = paper[30:32, 30:90] = paper[88:90, 30:90] = 0
    paper[30:32, 60 : 60 + gap] = 255
    return Lineart(paper)


def dabs(*marks):
    pixels = np.zeros((*SIZE, 4), np.uint8)
    for row, column, colour in marks:
        pixels[row - 2 : row + 3, column - 2 : column + 3] = (*colour, 255)
    return Hints(pixels)


def colour_at(flats, row, column):
    return tuple(flats[row, column].tolist())


def test_it_is_a_colorizer():
    assert isinstance(ClassicalColorizer(), Colorizer)


def test_colour_fills_its_room_and_no_other():
    flats = flood(box(), dabs((60, 60, RED)))
    assert (flats[34:86, 34:86] == RED).all()
    assert (flats[:28] == 255).all()


@pytest.mark.parametrize("gap", [2, 4])
def test_two_colours_meet_in_a_gap(gap):
    flats = flood(box(gap), dabs((60, 60, RED), (10, 10, BLUE)))
    assert (flats[36:86, 34:86] == RED).mean() > 0.99
    assert (flats[:26] == BLUE).all()


def test_no_hints_is_white_paper():
    painting = ClassicalColorizer()(Stencil.start(box()))
    assert (painting.flats.array == 255).all()
    assert np.array_equal(painting.illustration.array[..., 0], box().array)


def test_a_stroke_over_a_line_counts_where_most_of_it_lies():
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[58:62, 60:94] = (*RED, 255)
    flats = flood(box(), Hints(pixels))
    assert colour_at(flats, 60, 40) == RED
    assert colour_at(flats, 60, 110) == (255, 255, 255)


def test_bytes_outside_the_mask_stay():
    open_left = np.zeros(SIZE, np.uint8)
    open_left[:, :60] = 255
    base = Illustration(np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8))
    stencil = Stencil.start(box()).with_hints(dabs((60, 45, RED))).with_mask(Mask(open_left)).with_base(base)
    shown = ClassicalColorizer()(stencil).illustration.array
    assert np.array_equal(shown[:, 60:], base.array[:, 60:])
    assert colour_at(shown, 60, 50) == RED


def test_pages_without_lines_or_without_paper():
    everywhere = flood(Lineart.filled(SIZE, 255), dabs((60, 60, RED)))
    assert (everywhere == RED).all()
    assert flood(Lineart.filled(SIZE, 0), dabs((60, 60, RED))).shape == (*SIZE, 3)
    assert flood(Lineart.filled(Size(1, 1), 255), Hints.filled(Size(1, 1))).tolist() == [[[255, 255, 255]]]


def test_it_is_nearly_perfect_on_a_clean_page():
    found = measure(toy.case(), ClassicalColorizer(), Plan(edits=4, passes=2, counts=(), reaches=(6,)))
    assert max(found.hints["region"]) == 0.0
    assert found.figures["bleed@6"] == found.figures["drift@2"] == found.figures["mask_error"] == 0.0
    assert found.figures["edit_locality"] == pytest.approx(1.0)
    assert found.figures["shading_ratio"] == pytest.approx(0, abs=1e-9)
