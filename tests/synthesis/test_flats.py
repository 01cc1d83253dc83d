import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_pictures import COLOURS, LANDMARKS, cartoon, quarters

from stenciltorch.canvas import Illustration, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.synthesis.flats import flat_colours, flat_table, flatten, line_pixels, quantise
from stenciltorch.synthesis.regions import extract_regions


def test_flat_of_a_region_is_its_median_per_channel() -> None:
    pixels = np.array((((10, 0, 5), (20, 9, 5), (90, 1, 5)),), np.uint8)
    flats = flatten(Illustration(pixels), Regions(np.ones((1, 3), np.int32)))
    assert flats.array.tolist() == [[[20, 1, 5]] * 3]


def test_lines_do_not_pull_the_median() -> None:
    pixels = np.full((64, 64, 3), 200, np.uint8)
    pixels[:, ::4] = pixels[:, 1::4] = 10
    pixels[::4] = 10
    regions = Regions(np.ones((64, 64), np.int32))
    assert np.median(pixels) == 10
    assert flatten(Illustration(pixels), regions).array[0, 0].tolist() == [200, 200, 200]


def test_a_region_that_is_all_line_keeps_the_colour_of_the_line() -> None:
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[30:33] = 10
    labels = np.ones((64, 64), np.int32)
    labels[30:33] = 2
    flats = flatten(Illustration(pixels), Regions(labels)).array
    assert flats[31, 5].tolist() == [10, 10, 10]
    assert flats[5, 5].tolist() == [255, 255, 255]


def test_flats_of_other_size_are_refused() -> None:
    with pytest.raises(InputError, match="3 x 2 pixels but the illustration is 2 x 2"):
        flatten(Illustration.filled(Size(2, 2)), Regions.filled(Size(2, 3), 1))


def test_line_pixels_are_dark_thin_and_dull() -> None:
    pixels = np.full((256, 256, 3), 255, np.uint8)
    pixels[50:52] = (120, 110, 110)
    pixels[100:106] = (20, 10, 10)
    pixels[150:156] = (70, 90, 170)
    pixels[200:203] = (220, 20, 20)
    lines = line_pixels(Illustration(pixels))
    assert lines[50:52].all()
    assert lines[100:106].all()
    assert not lines[150:156].any(), "a small blue detail is no line"
    assert not lines[200:203].any(), "a red stroke has its own colour"
    assert not lines[10:40].any()


def test_quantise_keeps_few_colours_and_orders_them_by_use() -> None:
    flats, _ = quarters(32)
    pixels = flats.array.copy()
    pixels[:2] = (240, 240, 240)
    quantised, palette = quantise(Illustration(pixels), 25, np.random.default_rng(0))
    assert np.array_equal(quantised.array, pixels)
    assert palette.array[0].tolist() == [240, 240, 240]
    assert len(palette.array) == 4


def test_quantise_weighs_colours_by_area() -> None:
    pixels = np.zeros((10, 10, 3), np.uint8)
    pixels[0, :4] = 20
    pixels[4:] = 255
    quantised, palette = quantise(Illustration(pixels), 2, np.random.default_rng(0))
    mean = 20 * 4 // 40
    assert quantised.array[0, 0].tolist() == [mean] * 3
    assert palette.array.tolist() == [[255] * 3, [mean] * 3]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 60))
def test_quantise_properties(seed: int, colours: int, distinct: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 256, (distinct, 3)).astype(np.uint8)
    flats = Illustration(table[rng.integers(0, distinct, (16, 16))])
    quantised, palette = quantise(flats, colours, np.random.default_rng(seed))
    again, _ = quantise(flats, colours, np.random.default_rng(seed))
    assert quantised == again
    used, areas = np.unique(quantised.array.reshape(-1, 3), axis=0, return_counts=True)
    assert len(used) == len(palette.array) <= colours
    assert {tuple(c) for c in used.tolist()} == {tuple(c) for c in palette.array.tolist()}
    share = dict(zip(map(tuple, used.tolist()), areas.tolist(), strict=True))
    counts = [share[tuple(colour)] for colour in palette.array.tolist()]
    assert counts == sorted(counts, reverse=True)


def test_quantise_is_near_the_optimum_for_clear_clusters() -> None:
    rng = np.random.default_rng(3)
    centres = np.array([(r, g, b) for r in (40, 210) for g in (40, 210) for b in (40, 210)])
    pixels = centres[rng.integers(0, 8, (32, 32))] + rng.integers(-8, 9, (32, 32, 3))
    picture = Illustration(pixels.astype(np.uint8))
    quantised, palette = quantise(picture, 8, rng)
    assert len(palette.array) == 8
    assert np.abs(quantised.array.astype(int) - picture.array).max() <= 20


@pytest.mark.parametrize("colours", [0, 26])
def test_quantise_refuses_other_numbers(colours: int) -> None:
    with pytest.raises(InputError, match=f"1 to 25, found {colours}"):
        quantise(Illustration.filled(Size(2, 2)), colours)


def test_flats_of_a_shaded_drawing_are_its_unshaded_colours() -> None:
    drawing = cartoon()
    shaded = drawing.array.copy()
    cv2.circle(shaded, (100, 110), 12, (200, 170, 150), -1)
    labels = np.ones(drawing.size, np.int32)
    for number, (column, row) in enumerate(LANDMARKS.values(), start=2):
        same = np.abs(drawing.array.astype(int) - drawing.array[row, column]).max(axis=2) < 8
        labels[same] = number
    flats = flatten(Illustration(shaded), Regions(labels)).array
    for name, (column, row) in LANDMARKS.items():
        assert flats[row, column].tolist() == list(COLOURS[name])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 60))
def test_the_flat_table_is_what_the_pictures_between_would_give(seed: int, colours: int, most: int) -> None:
    """Also with labels that no pixel has, and with pixels of no region."""
    rng = np.random.default_rng(seed)
    picture = Illustration(rng.integers(0, 256, (23, 17, 3)).astype(np.uint8) // 16 * 16)
    regions = Regions(np.repeat(rng.integers(0, most + 1, (23, 1)), 17, axis=1).astype(np.int32))
    flats, palette = quantise(flatten(picture, regions), colours, np.random.default_rng(seed))
    table = flat_table(picture, regions, colours, np.random.default_rng(seed))
    assert np.array_equal(table.colours, flat_colours(flats, regions))
    assert table.palette == palette


def test_the_flat_table_of_a_drawing() -> None:
    picture = cartoon()
    regions = extract_regions(picture)
    flats, palette = quantise(flatten(picture, regions))
    table = flat_table(picture, regions)
    assert np.array_equal(table.colours, flat_colours(flats, regions))
    assert table.palette == palette


def test_the_flat_table_refuses_what_flatten_and_quantise_refuse() -> None:
    picture = Illustration.filled(Size(4, 4))
    with pytest.raises(InputError, match="extract the regions from this illustration"):
        flat_table(picture, Regions(np.ones((4, 5), np.int32)))
    with pytest.raises(InputError, match="1 to 25"):
        flat_table(picture, Regions(np.ones((4, 4), np.int32)), 26)
