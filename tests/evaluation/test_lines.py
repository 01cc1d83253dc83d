"""Bleeding and line contrast on pages where the truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stenciltorch.canvas import Illustration, Lineart, Regions, Size
from stenciltorch.evaluation.lines import bleed, line_contrast

SIZE = Size(64, 64)
RED, BLUE, DARK_RED = (200, 40, 40), (40, 60, 200), (90, 10, 10)


def regions():
    labels = np.ones(SIZE, np.int32)
    labels[16:48, 20:50] = 2
    return Regions(labels)


def flats(inside=RED, outside=BLUE):
    colours = np.array([(0, 0, 0), outside, inside], np.uint8)
    return Illustration(colours[regions().array])


def lineart():
    paper = np.full(SIZE, 255, np.uint8)
    paper[15:17, 20:50] = paper[47:49, 20:50] = 0
    paper[15:49, 19:21] = paper[15:49, 49:51] = 0
    return Lineart(paper)


def bare():
    return Lineart.filled(SIZE, 255)


def times(picture, share):
    return Illustration((picture.array * share).astype(np.uint8))


# bleeding


def test_the_truth_does_not_bleed():
    assert bleed(flats(), flats(), regions(), bare()) == 0.0
    assert bleed(flats(), flats(), regions(), lineart()) == 0.0


def test_colours_that_changed_places_bleed_everywhere():
    assert bleed(flats(inside=BLUE, outside=RED), flats(), regions(), bare()) == 1.0


def test_bleeding_by_hand():
    """The inner colour runs out by 3 px to the right: 3 of 6 px beside that side of the outer region."""
    labels = np.ones((40, 40), np.int32)
    labels[:, :20] = 2
    picture = np.array([(0, 0, 0), BLUE, RED], np.uint8)[labels]
    painted = picture.copy()
    painted[:, 20:23] = RED
    paper = Lineart.filled(Size(40, 40), 255)
    found = bleed(Illustration(painted), Illustration(picture), Regions(labels), paper, reach=6)
    assert found == pytest.approx(3 / 12)
    assert bleed(Illustration(painted), Illustration(picture), Regions(labels), paper, reach=3) == pytest.approx(3 / 6)


def test_more_blur_bleeds_more():
    """Beside a corner the blurred colour is nearer to the neighbour's."""
    found = []
    for sigma in (0.0, 2.0, 5.0, 10.0):
        blurred = cv2.GaussianBlur(flats().array, (0, 0), sigma) if sigma else flats().array
        found.append(bleed(Illustration(blurred), flats(), regions(), bare()))
    assert found == sorted(found)
    assert found[0] == 0.0
    assert found[-1] > found[1] + 0.02


def test_shading_does_not_bleed():
    assert bleed(times(flats(), 0.8), flats(), regions(), bare()) == 0.0


def test_regions_that_cannot_be_told_apart_do_not_count():
    assert bleed(flats(inside=BLUE), flats(inside=BLUE), regions(), bare()) is None
    grey = flats(inside=(90, 90, 90), outside=(200, 200, 200))
    assert bleed(grey, grey, regions(), bare()) is None
    one = Regions(np.ones(SIZE, np.int32))
    assert bleed(flats(), flats(), one, bare()) is None


def test_pixels_of_lines_are_not_judged():
    painted = flats().array.copy()
    painted[lineart().array == 0] = (0, 255, 0)
    assert bleed(Illustration(painted), flats(), regions(), lineart()) == 0.0


def test_areas_without_a_label_are_no_neighbours():
    labels = regions().array.copy()
    labels[lineart().array == 0] = 0
    assert bleed(flats(), flats(), Regions(labels), lineart()) is None


@pytest.mark.parametrize("axis", [0, 1])
def test_a_mirror_changes_nothing(axis):
    painted = cv2.GaussianBlur(flats().array, (0, 0), 6.0)
    painted[30:, 40:] = RED
    parts = (painted, flats().array, regions().array, lineart().array)
    flipped = [np.flip(part, axis) for part in parts]
    kinds = (Illustration, Illustration, Regions, Lineart)
    one, other = ([kind(part) for kind, part in zip(kinds, some, strict=True)] for some in (parts, flipped))
    assert bleed(*other) == bleed(*one) > 0
    assert line_contrast(other[0], other[3]) == line_contrast(one[0], one[3])


# lines


@pytest.mark.parametrize("inside", [RED, DARK_RED, (255, 240, 220)])
def test_lines_laid_over_any_colour_keep_their_contrast(inside):
    shown = flats(inside).array * (lineart().array[..., None] / 255.0)
    assert line_contrast(Illustration(shown.astype(np.uint8)), lineart()) == 1.0


def test_grey_lines_laid_over_keep_their_contrast():
    pencil = Lineart(np.where(lineart().array == 0, 110, 255).astype(np.uint8))
    shown = flats().array * (pencil.array[..., None] / 255.0)
    assert line_contrast(Illustration(shown.astype(np.uint8)), pencil) == 1.0


def test_lines_that_are_painted_over_are_gone():
    assert line_contrast(flats(RED, RED), lineart()) == 0.0


def test_washed_out_lines():
    """A quarter of the contrast is not enough; three quarters are."""
    paper = 255 - lineart().array.astype(int)
    for share, expected in ((0.25, 0.0), (0.75, 1.0)):
        washed = np.repeat((255 - share * paper).astype(np.uint8)[..., None], 3, axis=2)
        assert line_contrast(Illustration(washed), lineart()) == expected


def test_half_of_the_lines():
    shown = (flats().array * (lineart().array[..., None] / 255.0)).astype(np.uint8)
    shown[:, 35:] = np.where(lineart().array[:, 35:, None] == 0, (230, 225, 240), shown[:, 35:])
    assert line_contrast(Illustration(shown), lineart()) == pytest.approx(0.5, abs=0.03)


def test_a_page_without_lines_has_no_contrast():
    assert line_contrast(flats(), bare()) is None
    assert line_contrast(flats(), Lineart.filled(SIZE, 0)) is None
