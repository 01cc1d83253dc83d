"""Bleeding and line contrast on pages where the truth is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stenciltorch.canvas import Illustration, Lineart, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.evaluation.lines import bleed, find_borders, line_contrast, line_retention, phantom_lines

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


def bleeding(painted, true, areas, paper, reach=6, lined=None, **known):
    return bleed(painted, find_borders(true, areas, paper, **known), reach, lined)


def test_the_truth_does_not_bleed():
    assert bleeding(flats(), flats(), regions(), bare()) == 0.0
    assert bleeding(flats(), flats(), regions(), lineart(), lined=True) == 0.0


def test_colours_that_changed_places_bleed_everywhere():
    swapped = flats(inside=BLUE, outside=RED)
    assert bleeding(swapped, flats(), regions(), bare()) == 1.0
    assert bleeding(swapped, flats(), regions(), lineart(), lined=True) == 1.0


def halves():
    labels = np.ones((40, 40), np.int32)
    labels[:, :20] = 2
    return labels, np.array([(0, 0, 0), BLUE, RED], np.uint8)[labels]


def test_bleeding_by_hand():
    """The inner colour runs out by 3 px to the right: 3 of 6 px beside that side of the outer region."""
    labels, picture = halves()
    painted = picture.copy()
    painted[:, 20:23] = RED
    paper = Lineart.filled(Size(40, 40), 255)
    borders = find_borders(Illustration(picture), Regions(labels), paper)
    found = {reach: bleed(Illustration(painted), borders, reach, lined=None) for reach in (2, 3, 6, 12)}
    assert found == {
        2: pytest.approx(2 / 4),
        3: pytest.approx(3 / 6),
        6: pytest.approx(3 / 12),
        12: pytest.approx(3 / 24),
    }


def test_borders_with_and_without_a_line_are_told_apart():
    """A line along the upper half of the border only; the colour runs out over the lower half."""
    labels, picture = halves()
    paper = np.full((40, 40), 255, np.uint8)
    paper[:20, 19:21] = 0
    painted = picture.copy()
    painted[24:, 20:24] = RED
    borders = find_borders(Illustration(picture), Regions(labels), Lineart(paper))
    assert bleed(Illustration(painted), borders, 6, lined=True) == 0.0
    assert bleed(Illustration(painted), borders, 6, lined=False) > 0.2


def test_where_the_true_picture_bleeds_nobody_is_blamed():
    labels, picture = halves()
    brushed = picture.copy()
    brushed[:, 20:23] = RED
    paper, areas = Lineart.filled(Size(40, 40), 255), Regions(labels)
    target = Illustration(brushed)
    assert bleeding(target, Illustration(picture), areas, paper) > 0.2
    assert bleeding(target, Illustration(picture), areas, paper, target=target) == 0.0
    worse = brushed.copy()
    worse[:, 20:26] = RED
    assert bleeding(Illustration(worse), Illustration(picture), areas, paper, target=target) == pytest.approx(3 / 9)


def test_only_pairs_of_wished_colours_count():
    known = np.array([False, True, False])
    assert bleeding(flats(), flats(), regions(), bare(), hinted=known) is None
    both = np.array([False, True, True])
    swapped = flats(inside=BLUE, outside=RED)
    assert bleeding(swapped, flats(), regions(), bare(), hinted=both) == 1.0


def test_more_blur_bleeds_more():
    """Beside a corner the blurred colour is nearer to the neighbour's."""
    found = []
    for sigma in (0.0, 2.0, 5.0, 10.0):
        blurred = cv2.GaussianBlur(flats().array, (0, 0), sigma) if sigma else flats().array
        found.append(bleeding(Illustration(blurred), flats(), regions(), bare()))
    assert found == sorted(found)
    assert found[0] == 0.0
    assert found[-1] > found[1] + 0.02


def test_running_further_bleeds_more():
    found = []
    for reach in (0, 1, 2, 4, 6):
        labels, picture = halves()
        picture[:, 20 : 20 + reach] = RED
        true = Illustration(np.array([(0, 0, 0), BLUE, RED], np.uint8)[labels])
        found.append(bleeding(Illustration(picture), true, Regions(labels), Lineart.filled(Size(40, 40), 255)))
    assert found == sorted(found)
    assert len(set(found)) == 5


def test_shading_does_not_bleed():
    assert bleeding(times(flats(), 0.8), flats(), regions(), bare()) == 0.0


def test_regions_that_cannot_be_told_apart_do_not_count():
    assert bleeding(flats(inside=BLUE), flats(inside=BLUE), regions(), bare()) is None
    grey = flats(inside=(90, 90, 90), outside=(200, 200, 200))
    assert bleeding(grey, grey, regions(), bare()) is None
    one = Regions(np.ones(SIZE, np.int32))
    assert bleeding(flats(), flats(), one, bare()) is None


def test_pixels_at_lines_are_not_judged():
    painted = flats().array.copy()
    painted[lineart().array == 0] = (0, 255, 0)
    assert bleeding(Illustration(painted), flats(), regions(), lineart()) == 0.0


def test_areas_without_a_label_are_no_neighbours():
    labels = regions().array.copy()
    labels[lineart().array == 0] = 0
    assert bleeding(flats(), flats(), Regions(labels), lineart()) is None


def test_other_sizes_are_refused():
    with pytest.raises(InputError, match=r"All parts must have one size, found .*8 x 9"):
        find_borders(flats(), regions(), Lineart.filled(Size(9, 8)))


@pytest.mark.parametrize("axis", [0, 1])
def test_a_mirror_changes_nothing(axis):
    painted = cv2.GaussianBlur(flats().array, (0, 0), 6.0)
    painted[30:, 40:] = RED
    parts = (painted, flats().array, regions().array, lineart().array)
    flipped = [np.flip(part, axis) for part in parts]
    kinds = (Illustration, Illustration, Regions, Lineart)
    one, other = ([kind(part) for kind, part in zip(kinds, some, strict=True)] for some in (parts, flipped))
    assert bleeding(*other) == pytest.approx(bleeding(*one))
    assert bleeding(*one) > 0
    assert line_contrast(other[0], other[3]) == line_contrast(one[0], one[3])
    assert line_retention(other[0], other[1], other[3]) == pytest.approx(line_retention(one[0], one[1], one[3]))
    assert phantom_lines(other[0], other[3]) == pytest.approx(phantom_lines(one[0], one[3]), rel=0.1)


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


def inked(picture, drawing):
    return Illustration((picture.array * (drawing.array[..., None] / 255.0)).astype(np.uint8))


def test_the_reference_keeps_all_its_lines():
    true = inked(flats(), lineart())
    assert line_retention(true, true, lineart()) == (1.0, 1.0)


def test_fading_lines_lose_their_contrast_step_by_step():
    true = inked(flats((240, 240, 240), (250, 250, 250)), lineart())
    steps = []
    for share in (1.0, 0.8, 0.6, 0.4, 0.1):
        faded = Illustration((255 - share * (255 - true.array.astype(float))).astype(np.uint8))
        steps.append(line_retention(faded, true, lineart()))
    shares, ratios = zip(*steps, strict=True)
    assert list(ratios) == sorted(ratios, reverse=True)
    assert list(shares) == sorted(shares, reverse=True)
    assert len(set(ratios)) == 5
    assert (shares[0], shares[-1]) == (1.0, 0.0)


def test_a_reference_without_dark_lines_says_nothing():
    assert line_retention(flats(), flats(RED, RED), bare()) is None
    plain = Illustration.filled(SIZE, 255)
    assert line_retention(plain, plain, lineart()) is None


def test_lines_of_the_drawing_are_no_phantoms():
    assert phantom_lines(inked(flats(), lineart()), lineart()) == 0.0


def test_more_strange_lines_are_more_phantoms():
    page, found = inked(flats(BLUE), lineart()).array.copy(), []
    for row in (None, 8, 56, 32):
        if row:
            page[row - 1 : row + 1, 24:46] = 0
        found.append(phantom_lines(Illustration(page), lineart()))
    assert found[0] == 0.0
    assert found == sorted(found)
    assert len(set(found)) == 4


def test_the_length_of_a_phantom_by_hand():
    """One stroke of 40 px on a page of 4096 px."""
    page = np.full((*SIZE, 3), 255, np.uint8)
    page[31:33, 12:52] = 0
    assert phantom_lines(Illustration(page), bare()) * 4096 / 1e6 == pytest.approx(40, abs=3)


def test_edges_of_the_true_picture_are_no_phantoms():
    page = np.full((*SIZE, 3), 255, np.uint8)
    page[31:33, 12:52] = 0
    assert phantom_lines(Illustration(page), bare(), Illustration(page)) == 0.0
