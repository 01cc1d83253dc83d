"""Flats as few colours in whole areas."""

import numpy as np
import pytest
from little_paintings import FLATS, areas

from stenciltorch.canvas import Illustration, Lineart
from stenciltorch.palettes import agreed_inside_lines, find_segments
from stenciltorch.palettes.segments import MAX_COLOURS, Segments, largest_parts


def test_flat_areas_are_found_exactly():
    flats = Illustration(FLATS[areas()])
    segments = find_segments(flats)
    assert segments.picture() == flats
    assert segments.areas().tolist() == sorted(segments.areas().tolist(), reverse=True)


def test_noise_and_specks_vanish():
    rng = np.random.default_rng(0)
    labels = areas(240, 320)
    noisy = np.clip(FLATS[labels].astype(int) + rng.integers(-3, 4, (240, 320, 3)), 0, 255).astype(np.uint8)
    noisy[50, 50] = (255, 0, 255)
    segments = find_segments(Illustration(noisy))
    assert len(segments.colours) == 5
    assert np.abs(segments.picture().array.astype(int) - FLATS[labels]).max() <= 4


def test_a_dabs_very_colour_is_kept():
    rng = np.random.default_rng(1)
    pixels = np.clip(np.array([200, 100, 50]) + rng.integers(-6, 7, (60, 60, 3)), 0, 255).astype(np.uint8)
    pixels[20:50, 20:50] = (203, 99, 52)
    assert find_segments(Illustration(pixels)).colours.tolist() == [[203, 99, 52]]


def test_never_more_colours_than_asked_for():
    rng = np.random.default_rng(2)
    blocks = rng.integers(0, 256, (12, 12, 3)).repeat(8, axis=0).repeat(8, axis=1).astype(np.uint8)
    assert len(find_segments(Illustration(blocks)).colours) == MAX_COLOURS
    assert len(find_segments(Illustration(blocks), 5).colours) == 5


def test_scraps_inside_lines_give_way_and_ample_areas_stay():
    labels = np.zeros((100, 100), np.uint8)
    labels[10:30, 10:30] = 1  # 4 % of the picture: meant
    labels[60:63, 60:80] = 2  # 0.6 %: a scrap
    lineart = Lineart.filled((100, 100), 255) if False else Lineart(np.full((100, 100), 255, np.uint8))
    agreed = agreed_inside_lines(Segments(labels, FLATS[:3]), lineart)
    assert len(agreed.colours) == 2
    assert (agreed.picture().array[10:30, 10:30] == FLATS[1]).all()
    assert (agreed.picture().array[60:63] == FLATS[0]).all()


def test_below_a_line_colours_meet_in_its_middle():
    labels = np.zeros((40, 41), np.uint8)
    labels[:, 18:] = 1  # the border is not where the line is
    ink = np.full((40, 41), 255, np.uint8)
    ink[:, 18:23] = 0
    agreed = agreed_inside_lines(Segments(labels, FLATS[:2]), Lineart(ink)).picture().array
    assert (agreed[:, :20] == FLATS[0]).all()
    assert (agreed[:, 21:] == FLATS[1]).all()


@pytest.mark.parametrize("most", [1, 3, 10])
def test_parts_cover_what_they_say(most):
    segments = find_segments(Illustration(FLATS[areas()]))
    parts, rest = largest_parts(segments, most)
    covered = np.zeros(segments.size, int)
    for part in parts:
        assert (segments.labels[part.box][part.inside()] == part.number).all()
        covered[part.box] += part.inside()
    assert len(parts) == min(most, 5)
    assert np.array_equal(covered == 0, rest)
    assert covered.max() == 1
