"""Exact area averages, against fractions and by hand."""

import tracemalloc
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scaling_cases import FIXTURE, as_text, make_fixture

from stenciltorch import scaling
from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Size, Stencil
from stenciltorch.scaling import WORK_PIXELS, area_average, reduce_hints, reduce_stencil, working_size

sides = st.integers(1, 12)
sizes = st.builds(Size, sides, sides)


def overlap(full, small, result, pixel):
    """Of the source pixel, the share under the result, as the area's definition says."""
    start, end = Fraction(result * full, small), Fraction((result + 1) * full, small)
    return max(Fraction(0), min(end, pixel + 1) - max(start, pixel))


def box(pixels, size, row, column):
    """Weights and values under one result."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            weight = overlap(pixels.shape[0], size.height, row, y) * overlap(pixels.shape[1], size.width, column, x)
            if weight:
                yield weight, [int(value) for value in np.atleast_1d(pixels[y, x])]


def half_up(value):
    return floor(value + Fraction(1, 2))


@given(sizes, sizes, st.data())
def test_area_average_is_the_exact_mean(source, target, data):
    pixels = data.draw(arrays.arrays(np.uint8, (*source, 2)))
    found = area_average(pixels, target)
    assert found.shape == (*target, 2)
    for row in range(target.height):
        for column in range(target.width):
            parts = list(box(pixels, target, row, column))
            area = sum(weight for weight, _ in parts)
            for channel in range(2):
                mean = sum(weight * values[channel] for weight, values in parts) / area
                assert found[row, column, channel] == half_up(mean)


@given(sizes, sizes, st.data())
def test_reduced_hints_are_exact_means_weighted_by_alpha(source, target, data):
    if source == target:
        return
    pixels = data.draw(arrays.arrays(np.uint8, (*source, 4)))
    found = reduce_hints(Hints(pixels), target).array
    for row in range(target.height):
        for column in range(target.width):
            parts = list(box(pixels, target, row, column))
            weight = sum(share * values[3] for share, values in parts)
            alpha = half_up(weight / sum(share for share, _ in parts))
            wanted = [0, 0, 0, 0]
            if alpha:
                sums = [sum(share * v[3] * v[channel] for share, v in parts) for channel in range(3)]
                wanted = [*(half_up(value / weight) for value in sums), alpha]
            assert found[row, column].tolist() == wanted


def test_three_pixels_onto_two_by_hand():
    pixels = np.array([[0, 90, 255]], np.uint8)
    assert area_average(pixels, Size(1, 2)).tolist() == [[30, 200]]


def test_halves_round_up():
    assert area_average(np.array([[0, 255]], np.uint8), Size(1, 1)).tolist() == [[128]]


def test_an_opaque_dab_keeps_its_colour_beside_empty_pixels():
    pixels = np.array([[[200, 100, 50, 255], [9, 9, 9, 0]]], np.uint8)
    assert reduce_hints(Hints(pixels), Size(1, 1)).array.tolist() == [[[200, 100, 50, 128]]]


@pytest.mark.parametrize("band_values", [1, 5000, 10**6])
def test_dabs_far_apart_are_all_found(monkeypatch, band_values):
    """However the work is cut up; ten by ten pixels make one."""
    monkeypatch.setattr(scaling, "BAND_VALUES", band_values)
    rng = np.random.default_rng(4)
    hints = np.zeros((200, 300, 4), np.uint8)
    for row, column in ((0, 0), (37, 299), (105, 111), (106, 280), (199, 150)):
        hints[row : row + 7, column : column + 7] = rng.integers(1, 256, 4)
    alpha = hints[..., 3:].astype(int).reshape(20, 10, 30, 10, 1)
    weight = alpha.sum(axis=(1, 3))
    colour = (hints[..., :3].astype(int).reshape(20, 10, 30, 10, 3) * alpha).sum(axis=(1, 3)) / np.maximum(weight, 1)
    expected = np.concatenate([np.floor(colour + 0.5), np.floor(weight / 100 + 0.5)], axis=2)
    expected[expected[..., 3] == 0] = 0
    assert np.array_equal(reduce_hints(Hints(hints), Size(20, 30)).array, expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (Size(768, 768), Size(768, 768)),
        (Size(3000, 4000), Size(665, 887)),
        (Size(1, 10_000), Size(1, 10_000)),
        (Size(1, 1_000_000), Size(1, 768_000)),
        (Size(1_000_000, 4), Size(384_000, 2)),
    ],
)
def test_working_size_by_hand(size, expected):
    assert working_size(size) == expected


@given(st.integers(1, 40_000), st.integers(1, 40_000))
def test_the_working_size_keeps_the_aspect_to_half_a_pixel(height, width):
    size, working = Size(height, width), working_size(Size(height, width))
    if size.pixels <= WORK_PIXELS:
        assert working == size
        return
    scale = (WORK_PIXELS / size.pixels) ** 0.5
    assert abs(working.height - height * scale) <= 0.5 or working.height == 1
    assert abs(working.width - width * scale) <= 0.5 or working.width == 1


def test_reduce_stencil_reduces_each_part_by_its_own_rule():
    rng = np.random.default_rng(0)
    stencil = Stencil(
        Lineart(rng.integers(0, 256, (30, 40), dtype=np.uint8)),
        Hints(rng.integers(0, 256, (30, 40, 4), dtype=np.uint8)),
        Mask(rng.integers(0, 256, (30, 40), dtype=np.uint8)),
        Illustration(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)),
    )
    small = reduce_stencil(stencil, Size(7, 9))
    assert small.lineart == Lineart(area_average(stencil.lineart.array, Size(7, 9)))
    assert small.mask == Mask(area_average(stencil.mask.array, Size(7, 9)))
    assert small.base == Illustration(area_average(stencil.base.array, Size(7, 9)))
    assert small.hints == reduce_hints(stencil.hints, Size(7, 9))
    assert reduce_stencil(stencil, stencil.size) is stencil


@given(st.integers(0, 255), sizes, sizes)
def test_an_even_picture_stays_even(level, source, target):
    assert (area_average(np.full(source, level, np.uint8), target) == level).all()


def test_memory_stays_at_a_few_bands():
    hints = Hints(np.full((2000, 3000, 4), 200, np.uint8))
    tracemalloc.start()
    reduce_hints(hints, working_size(hints.size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 2**20  # in one piece, the sums alone would be 60 MB and the weighted hints 190 MB


def test_the_fixture_that_the_browser_shares_is_up_to_date():
    wanted = "run `python tests/support/scaling_cases.py`, then see that the browser's twin agrees"
    assert FIXTURE.read_text(encoding="utf-8") == as_text(make_fixture()), wanted
