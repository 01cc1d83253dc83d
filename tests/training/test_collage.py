"""Collages: what is cut out, what comes behind it, and that labels, colours and pixels go on fitting."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stenciltorch.training.collage import collage, laid_on, surroundings
from stenciltorch.training.config import DataConfig
from stenciltorch.training.dataset import Examples
from stenciltorch.training.picture import Picture, labelled

SIDE = 64
RED, BLUE, GREEN = (200, 30, 30), (30, 60, 200), (20, 150, 60)


def flat_picture(regions, colours):
    colours = np.array(colours, np.uint8)
    return Picture(colours[regions], regions, colours)


@pytest.fixture
def figure():
    """A red disc with a white eye on white paper."""
    regions = np.zeros((SIDE, SIDE), np.int32)
    cv2.circle(regions, (32, 32), 20, 1, -1)
    cv2.circle(regions, (32, 28), 6, 2, -1)
    return flat_picture(regions, [(255, 255, 255), RED, (255, 255, 255)])


@pytest.fixture
def halves():
    regions = np.zeros((SIDE, SIDE), np.int32)
    regions[:, 32:] = 1
    return flat_picture(regions, [BLUE, GREEN])


def test_only_blank_paper_that_reaches_the_rim_is_behind(figure, halves):
    assert surroundings(figure).tolist() == [True, False, False]
    assert surroundings(halves).tolist() == [False, False]


def test_a_strip_of_the_rim_is_not_enough(figure):
    regions = np.full((SIDE, SIDE), 1, np.int32)
    regions[:8, :2] = 0
    assert surroundings(flat_picture(regions, figure.colours[:2])).tolist() == [False, False]


def test_the_figure_lies_on_what_is_behind(figure, halves):
    cut_out = figure.regions > 0
    made = laid_on(figure, cut_out, halves)
    flats = made.colours[made.regions]
    assert np.array_equal(flats[cut_out], figure.illustration[cut_out])
    assert np.array_equal(flats[~cut_out], halves.illustration[~cut_out])
    assert tuple(made.illustration[28, 32]) == (255, 255, 255)  # the eye is no paper
    assert tuple(made.illustration[2, 2]) == BLUE
    assert tuple(made.illustration[2, 60]) == GREEN
    assert set(np.unique(made.regions)) == {1, 2, 3, 4}


def test_pixels_and_flats_agree_away_from_the_cut(figure, halves):
    kinds = set()
    for seed in range(40):
        made = collage(figure, surroundings(figure), halves, np.random.default_rng(seed))
        inside = cv2.erode((figure.regions > 0).astype(np.uint8), np.ones((9, 9))) > 0
        assert np.array_equal(made.illustration[inside], figure.illustration[inside])
        assert made.regions.max() < len(made.colours)
        kinds.add("halves" if BLUE in map(tuple, made.colours.tolist()) else min(len(made.colours), 5))
    assert {"halves", 4, 5} <= kinds  # another picture, one colour, shapes


def test_one_colour_is_uneven_by_little(figure, halves):
    washes = []
    for seed in range(20):
        made = collage(figure, surroundings(figure), halves, np.random.default_rng(seed))
        if len(made.colours) == 4:
            washes.append(np.abs(made.illustration[:6].astype(int) - made.colours[3]).max())
    assert washes
    assert max(washes) <= 13
    assert len(set(washes)) > 1


def test_what_has_no_paper_or_nothing_else_stays(figure, halves):
    rng = np.random.default_rng(0)
    assert collage(halves, surroundings(halves), figure, rng) is halves
    blank = flat_picture(np.zeros((SIDE, SIDE), np.int32), [(255, 255, 255)])
    assert collage(blank, surroundings(blank), halves, rng) is blank


def test_crumbs_along_the_cut_are_left_out(figure, halves):
    figure.regions[5, 5:8] = 1
    made = collage(figure, surroundings(figure), halves, np.random.default_rng(0))
    assert made.regions[5, 6] >= len(figure.colours)
    assert made.regions[32, 20] == 1


def test_colours_of_regions_whose_flats_are_known(halves):
    again = labelled(halves.illustration, halves.regions, halves.illustration)
    assert np.array_equal(again.colours, halves.colours)


def test_examples_are_collages_as_often_as_asked(pack):
    plain = Examples(pack, DataConfig(crop=64, procedural=0.0), 3)
    collages = Examples(pack, DataConfig(crop=64, procedural=0.0, collage=1.0), 3)
    twice = [collages[position].sample.target.array for position in (0, 0)]
    assert np.array_equal(*twice)
    changed = [
        not np.array_equal(plain[place].sample.target.array, collages[place].sample.target.array) for place in range(4)
    ]
    assert any(changed)
