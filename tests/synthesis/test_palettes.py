import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_pictures import INK, LANDMARKS, cartoon, quarters

from stenciltorch.canvas import Illustration, Regions
from stenciltorch.synthesis.flats import flatten
from stenciltorch.synthesis.palettes import (
    FAMILIES,
    carry_shading,
    colour_classes,
    draw_colours,
    label_colours,
    recolour,
)
from stenciltorch.synthesis.regions import extract_regions

seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def plane(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((2, 2, 3), colour, np.uint8)


def carried(
    seen: tuple[int, int, int],
    old: tuple[int, int, int],
    new: tuple[int, int, int],
    gain: float = 0.0,
) -> list[int]:
    return [int(v) for v in carry_shading(plane(seen), plane(old), plane(new), gain, 1.0)[0, 0]]


def test_the_flat_colour_becomes_the_new_flat_colour() -> None:
    assert carried((120, 60, 30), (120, 60, 30), (10, 200, 90)) == [10, 200, 90]


def test_half_the_light_becomes_half_the_light() -> None:
    assert carried((50, 50, 50), (102, 102, 102), (200, 100, 40)) == pytest.approx([100, 50, 20], abs=1)


def test_black_stays_nearly_black_and_white_white() -> None:
    assert max(carried((0, 0, 0), (200, 180, 160), (90, 250, 240))) <= 4
    assert min(carried((255, 255, 255), (100, 60, 60), (30, 90, 40))) >= 250


def test_half_way_to_white_stays_half_way_to_white() -> None:
    assert carried((178, 178, 178), (100, 100, 100), (0, 100, 200)) == pytest.approx([128, 178, 228], abs=2)


def test_gain_brings_shifts_of_hue_along() -> None:
    blush = carried((250, 150, 150), (170, 180, 170), (100, 100, 100), gain=1.0)
    assert blush[0] > blush[1] + 40
    plain = carried((250, 150, 150), (170, 180, 170), (100, 100, 100))
    assert abs(plain[0] - plain[1]) <= 1


@given(seeds)
def test_nothing_changes_when_no_colour_changes(seed: int) -> None:
    generator = rng(seed)
    picture = generator.integers(0, 256, (6, 6, 3)).astype(np.uint8)
    flats = generator.integers(0, 256, (6, 6, 3)).astype(np.uint8)
    same = carry_shading(picture, flats, flats, 1.0, 1.0).astype(int)
    assert np.abs(same - picture).max() <= 1


@given(seeds)
def test_recoloured_pictures_keep_regions_flat_and_repeat_with_their_seed(seed: int) -> None:
    flats, regions = quarters(16)
    picture, colours = recolour(flats, flats, regions, rng(seed))
    again, _ = recolour(flats, flats, regions, rng(seed))
    assert picture == again
    assert picture.size == colours.size == flats.size
    for label in range(1, 5):
        assert len(np.unique(colours.array[regions.array == label].reshape(-1, 3), axis=0)) == 1
    assert np.abs(picture.array.astype(int) - colours.array).max() <= 3


def test_lines_stay_dark_under_any_palette() -> None:
    drawing = cartoon()
    regions = extract_regions(drawing)
    flats = flatten(drawing, regions)
    lines = (np.abs(drawing.array.astype(int) - INK).max(axis=2) < 10).nonzero()
    for seed in range(12):
        picture, _ = recolour(drawing, flats, regions, rng(seed))
        assert np.percentile(picture.array[lines].max(axis=1), 90) < 120


def test_no_part_owns_a_colour() -> None:
    drawing = cartoon(128)
    regions = extract_regions(drawing)
    flats = flatten(drawing, regions)
    colours = [recolour(drawing, flats, regions, rng(seed))[1].array for seed in range(60)]
    for name, (column, row) in LANDMARKS.items():
        seen = np.array([picture[row // 2, column // 2] for picture in colours])
        assert len(np.unique(seen, axis=0)) > 25, name
        assert seen.astype(float).std(axis=0).min() > 35, name


def test_shading_is_carried_over() -> None:
    flats, regions = quarters(32)
    shaded = flats.array.copy()
    shaded[:8] = shaded[:8] // 2
    for seed in range(10):
        picture, colours = recolour(Illustration(shaded), flats, regions, rng(seed))
        right = np.s_[:8, 20:28]
        if colours.array[right].max() > 80:
            assert picture.array[right].mean() < 0.85 * colours.array[right].mean()


def test_a_black_area_mostly_stays_dark() -> None:
    """A lineart may show it as solid ink, which no colour shines through."""
    labels = np.ones((16, 16), np.int32)
    labels[4:12, 4:12] = 2
    flats = Illustration(np.array(((0, 0, 0), (250, 250, 250), (10, 10, 10)), np.uint8)[labels])
    brightest = [recolour(flats, flats, Regions(labels), rng(s))[1].array[8, 8].max() for s in range(80)]
    assert 0.5 < np.mean(np.array(brightest) <= 48) < 0.98


def test_the_background_changes_too() -> None:
    labels = np.ones((16, 16), np.int32)
    labels[4:12, 4:12] = 2
    flats = Illustration(np.array(((0, 0, 0), (255, 255, 255), (200, 90, 10)), np.uint8)[labels])
    corners = [recolour(flats, flats, Regions(labels), rng(s))[1].array[0, 0].tolist() for s in range(60)]
    assert np.mean([corner != [255, 255, 255] for corner in corners]) > 0.5


@given(seeds, st.sampled_from(sorted(FAMILIES)))
def test_colours_of_a_family_keep_to_its_ranges(seed: int, name: str) -> None:
    """Each family has ranges of hue, saturation and value; whatever is drawn lies in one of them."""
    (hue_low, hue_high), (low, high), (dark, bright) = FAMILIES[name]
    assert 0 <= hue_low < hue_high <= 360
    assert 0 <= low < high <= 1
    assert 0 <= dark < bright <= 1
    for colour in draw_colours(5, rng(seed)).tolist():
        hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
        slack = 0.5 / 255 / max(value, 0.01) * 4
        assert any(
            lows[0] - 8 <= hue * 360 <= lows[1] + 8 or saturation < 0.1 or value < 0.15
            for lows, sat, val in FAMILIES.values()
            if sat[0] - slack <= saturation <= sat[1] + slack and val[0] - 0.01 <= value <= val[1] + 0.01
        )


def test_classes_group_like_colours() -> None:
    colours = np.array(((10, 10, 10), (10, 10, 10), (250, 250, 250)), np.uint8)
    for seed in range(20):
        owner = colour_classes(colours, rng(seed))
        assert owner[0] == owner[1] != owner[2]


def test_label_colours_are_taken_away_from_blended_seams() -> None:
    flats, regions = quarters(32)
    blended = flats.array.copy()
    blended[15:17] = blended[:, 15:17] = 128
    labels = regions.array - 1
    found = label_colours(blended, labels, 4)
    assert found.tolist() == flats.array[8::16, 8::16].reshape(4, 3).tolist()
