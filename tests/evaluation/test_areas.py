"""Shading, tint, palettes and segments on pages where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from stenciltorch.canvas import Hints, Illustration, Lineart, Regions, Size
from stenciltorch.evaluation.areas import (
    boxes,
    enclosed_areas,
    hinted_regions,
    palette_distance,
    segment_accuracy,
    shading_ratio,
    tint_bias,
)
from stenciltorch.evaluation.colour import to_lab
from stenciltorch.synthesis.flats import flat_colours

SIZE = Size(60, 80)
COLOURS = np.array([(0, 0, 0), (200, 120, 110), (90, 130, 190)], np.uint8)
BARE = Lineart.filled(SIZE, 255)
EVERYWHERE = np.ones(SIZE, bool)


def regions():
    labels = np.ones(SIZE, np.int32)
    labels[:, 40:] = 2
    return Regions(labels)


def flats():
    return Illustration(COLOURS[regions().array])


def shaded(strength, picture=None):
    """Darker from top to bottom by up to this share."""
    ramp = 1 - strength * np.linspace(0, 1, SIZE.height)[:, None, None]
    return Illustration(((picture or flats()).array * ramp).astype(np.uint8))


# enclosed areas


def test_lines_enclose_areas():
    paper = np.full((40, 40), 255, np.uint8)
    paper[5:30, 5:7] = paper[5:30, 28:30] = paper[5:7, 5:30] = paper[28:30, 5:30] = 0
    found = enclosed_areas(Lineart(paper)).array
    assert len({int(found[15, 15]), int(found[35, 35])}) == 2
    assert (found > 0).mean() > 0.8


@pytest.mark.parametrize(("gap", "shut"), [(3, True), (12, False)])
def test_small_gaps_are_closed(gap, shut):
    paper = np.full((60, 60), 255, np.uint8)
    paper[10:50, 10:12] = paper[10:50, 48:50] = paper[10:12, 10:50] = paper[48:50, 10:50] = 0
    paper[10:12, 28 : 28 + gap] = 255
    found = enclosed_areas(Lineart(paper)).array
    assert (found[30, 30] != found[3, 30]) == shut


def test_boxes_hold_their_regions():
    found = dict(boxes(regions()))
    assert found == {1: (slice(0, 60), slice(0, 40)), 2: (slice(0, 60), slice(40, 80))}


def test_which_regions_hold_a_hint():
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[5, 50] = (1, 2, 3, 255)
    pixels[5, 5] = (1, 2, 3, 100)
    assert hinted_regions(Hints(pixels), regions()).tolist() == [False, False, True]
    assert flat_colours(flats(), regions()).tolist() == COLOURS.tolist()


# shading


def test_the_truth_is_as_shaded_as_itself_and_flats_are_flat():
    true = shaded(0.2)
    assert shading_ratio(true, true, flats(), regions(), BARE) == pytest.approx(1.0)
    assert shading_ratio(flats(), true, flats(), regions(), BARE) == pytest.approx(0, abs=1e-9)


def test_less_shade_is_a_smaller_ratio():
    found = [shading_ratio(shaded(part), shaded(0.2), flats(), regions(), BARE) for part in (0.2, 0.15, 0.1, 0.05, 0)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5


def test_another_colour_is_no_shade():
    """A flat room painted half in another room's colour stays flat."""
    painted = flats().array.copy()
    painted[:20, :40] = COLOURS[2]
    assert shading_ratio(Illustration(painted), shaded(0.2), flats(), regions(), BARE) == pytest.approx(0, abs=1e-9)


def test_a_flat_truth_has_no_shade_to_compare_with():
    assert shading_ratio(shaded(0.2), flats(), flats(), regions(), BARE) is None
    nowhere = np.array([False, False, False])
    assert shading_ratio(shaded(0.2), shaded(0.2), flats(), regions(), BARE, nowhere) is None


# tint


def test_no_tint():
    assert tint_bias(flats(), flats(), EVERYWHERE) == (0.0, 0.0)
    assert tint_bias(flats(), flats(), ~EVERYWHERE) is None


def test_tint_by_hand():
    red = Illustration.filled(SIZE).array + np.array((200, 100, 100), np.uint8)
    grey = Illustration.filled(SIZE, 128)
    expected = (to_lab(red[0, 0]) - to_lab(np.array([128, 128, 128], np.uint8)))[1:]
    assert tint_bias(Illustration(red), grey, EVERYWHERE) == pytest.approx(tuple(expected))


def test_more_salmon_is_more_bias():
    found = []
    for step in (0, 5, 10, 20, 40):
        tinted = np.clip(flats().array.astype(int) + np.array((step, 0, -step // 2)), 0, 255).astype(np.uint8)
        found.append(float(np.hypot(*tint_bias(Illustration(tinted), flats(), EVERYWHERE))))
    assert found == sorted(found)
    assert len(set(found)) == 5


# palettes


def test_a_palette_does_not_care_where_colours_are():
    mirrored = Illustration(np.ascontiguousarray(flats().array[:, ::-1]))
    assert palette_distance(mirrored, flats(), EVERYWHERE, np.random.default_rng(1)) == pytest.approx(0, abs=1e-12)


def test_the_palette_distance_is_that_of_scipy():
    rng = np.random.default_rng(2)
    one, other = (Illustration(rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)) for _ in range(2))
    direction = np.random.default_rng(3).normal(size=3)
    direction /= np.linalg.norm(direction)
    expected = wasserstein_distance(*(to_lab(part.array).reshape(-1, 3) @ direction for part in (one, other)))
    found = palette_distance(one, other, EVERYWHERE, np.random.default_rng(3), slices=1)
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_paler_palette_is_farther():
    found = []
    for step in (0, 10, 20, 40, 55):
        paler = Illustration((flats().array + step).astype(np.uint8))
        found.append(palette_distance(paler, flats(), EVERYWHERE, np.random.default_rng(1)))
    assert found == sorted(found)
    assert len(set(found)) == 5


# segments


def test_right_and_wrong_segments():
    assert segment_accuracy(flats(), flats(), regions(), BARE) == (1.0, 1.0, 1.0)
    painted = flats().array.copy()
    painted[:, 40:] = COLOURS[1]
    assert segment_accuracy(Illustration(painted), flats(), regions(), BARE) == (0.5, 0.5, 0.5)


def test_a_shade_of_the_right_colour_is_right():
    assert segment_accuracy(shaded(0.2), flats(), regions(), BARE) == (1.0, 1.0, 1.0)


def test_pages_of_lines_have_no_segments():
    assert segment_accuracy(flats(), flats(), regions(), Lineart.filled(SIZE, 0)) is None
