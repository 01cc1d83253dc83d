from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_pictures import quarters

from stenciltorch.canvas import Illustration, Mask, Regions, Size
from stenciltorch.synthesis.hints import HintRecipe, draw_count, draw_hints
from stenciltorch.synthesis.procedural import draw_procedural

ALWAYS = HintRecipe(none=0, dense=0, per_region=0)
FULL = Mask.filled(Size(64, 64), 255)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def drawn(recipe: HintRecipe, seed: int = 0, mask: Mask = FULL) -> np.ndarray:
    flats, regions = quarters(64)
    return draw_hints(flats, regions, mask, recipe, rng(seed)).array


def test_no_hints() -> None:
    assert not drawn(replace(ALWAYS, none=1)).any()


def test_a_mask_that_paints_nothing_has_no_hints() -> None:
    assert not drawn(ALWAYS, mask=Mask.filled(Size(64, 64), 127)).any()


def test_dense_hints_are_the_flats() -> None:
    flats, _ = quarters(64)
    hints = drawn(replace(ALWAYS, dense=1))
    assert np.array_equal(hints[..., :3], flats.array)
    assert (hints[..., 3] == 255).all()


@given(st.integers(0, 2**32 - 1))
def test_hints_are_clear_or_solid_in_colours_of_the_flats(seed: int) -> None:
    flats, regions = quarters(48)
    hints = draw_hints(flats, regions, Mask.filled(flats.size, 255), HintRecipe(), rng(seed)).array
    assert set(np.unique(hints[..., 3])) <= {0, 255}
    assert not hints[hints[..., 3] == 0].any()
    known = {tuple(colour) for colour in np.unique(flats.array.reshape(-1, 3), axis=0).tolist()}
    assert {tuple(colour) for colour in hints[hints[..., 3] > 0][:, :3].tolist()} <= known


@given(st.integers(0, 2**32 - 1))
def test_tidy_hints_lie_in_their_own_colour(seed: int) -> None:
    flats, _ = quarters(64)
    hints = drawn(replace(ALWAYS, tidy=1), seed)
    solid = hints[..., 3] > 0
    assert solid.any()
    assert np.array_equal(hints[solid][:, :3], flats.array[solid])


def test_messy_hints_cross_borders() -> None:
    flats, _ = quarters(64)
    crossing = []
    for seed in range(30):
        hints = drawn(replace(ALWAYS, tidy=0, messy=1, sloppiness=60), seed)
        solid = hints[..., 3] > 0
        crossing.append((hints[solid][:, :3] != flats.array[solid]).any())
    assert np.mean(crossing) > 0.3


def test_circles_have_their_colour_from_their_centre() -> None:
    """One circle, no push: its middle pixel is the flat colour there."""
    flats, _ = quarters(64)
    recipe = replace(ALWAYS, few=1, crowd=0, tidy=0, messy=0, strokes=0, scribbles=0, even=0)
    for seed in range(20):
        hints = drawn(replace(recipe, smallest_radius=16, largest_radius=16), seed)
        rows, columns = np.nonzero(hints[..., 3])
        if 0 in (rows.min(), columns.min()) or 63 in (rows.max(), columns.max()):
            continue
        centre = (rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2
        assert np.array_equal(hints[centre][:3], flats.array[centre])
        assert len(rows) == pytest.approx(np.pi * (16 * 64 / 512) ** 2, rel=0.35)


def test_radii_scale_with_the_picture() -> None:
    recipe = replace(ALWAYS, few=1, crowd=0, tidy=0, messy=0, strokes=0, scribbles=0)
    recipe = replace(recipe, smallest_radius=24, largest_radius=24)
    areas = []
    for side in (64, 256):
        flats, regions = quarters(side)
        mask = np.zeros((side, side), np.uint8)
        mask[side // 2, side // 2] = 255
        areas.append((draw_hints(flats, regions, Mask(mask), recipe, rng()).array[..., 3] > 0).mean())
    assert areas[1] == pytest.approx(np.pi * (24 / 512) ** 2, rel=0.1)
    assert areas[0] == pytest.approx(areas[1], rel=0.25)


def test_centres_lie_where_the_mask_paints() -> None:
    mask = np.zeros((64, 64), np.uint8)
    mask[:32, :32] = 255
    recipe = replace(ALWAYS, tidy=0, messy=0, smallest_radius=2, largest_radius=2.1, strokes=0, scribbles=0)
    for seed in range(20):
        hints = drawn(recipe, seed, Mask(mask))
        assert hints[:34, :34, 3].any()
        assert not hints[34:, :, 3].any()
        assert not hints[:, 34:, 3].any()


def test_small_regions_are_hinted_as_often_as_large_ones() -> None:
    labels = np.ones((64, 64), np.int32)
    labels[30:34, 30:34] = 2
    colours = np.array(((0, 0, 0), (9, 9, 9), (200, 0, 0)), np.uint8)
    flats, regions = Illustration(colours[labels]), Regions(labels)
    recipe = replace(ALWAYS, few=1, crowd=0, even=1)
    found = [
        bool((draw_hints(flats, regions, FULL, recipe, rng(seed)).array[..., 0] == 200).any()) for seed in range(200)
    ]
    assert 0.35 < np.mean(found) < 0.65


def test_one_hint_a_region() -> None:
    flats, regions = quarters(64)
    recipe = replace(ALWAYS, per_region=1, tidy=1)
    counts = []
    for seed in range(40):
        hints = draw_hints(flats, regions, FULL, recipe, rng(seed)).array
        counts.append(len(np.unique(regions.array[hints[..., 3] > 0])))
    assert set(counts) >= {1, 2, 3, 4}


def test_counts_are_log_uniform_with_most_under_few() -> None:
    generator = rng(1)
    recipe = HintRecipe(few=40, many=500, crowd=0.2)
    counts = np.array([draw_count(recipe, generator) for _ in range(4000)])
    assert counts.min() == 1
    assert 400 < counts.max() <= 500
    few = counts[counts < 40]
    assert len(few) / len(counts) == pytest.approx(0.8, abs=0.03)
    assert np.mean(few <= 6) == pytest.approx(np.log(7) / np.log(41), abs=0.04)


def test_default_recipe_is_mostly_sparse() -> None:
    """Most requests are a handful of hints; crowded and dense maps are rare, none at all is common."""
    flats, regions = quarters(64)
    covered = [
        float((draw_hints(flats, regions, FULL, HintRecipe(), rng(seed)).array[..., 3] > 0).mean())
        for seed in range(400)
    ]
    assert 0.08 < np.mean(np.array(covered) == 0) < 0.2
    assert np.mean(np.array(covered) == 1) < 0.06
    assert np.median(covered) < 0.25


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 20))
def test_any_size_takes_hints_and_repeats_with_its_seed(seed: int, height: int, width: int) -> None:
    flats = Illustration.filled(Size(height, width), 90)
    regions = Regions(rng(seed).integers(0, 5, (height, width)).astype(np.int32))
    mask = Mask(rng(seed).integers(0, 256, (height, width)).astype(np.uint8))
    first, second = (draw_hints(flats, regions, mask, HintRecipe(), rng(seed)) for _ in range(2))
    assert first == second
    assert first.size == (height, width)


def test_tidy_hints_on_a_real_layout_keep_to_their_regions() -> None:
    _, regions, flats, _ = draw_procedural(Size(128, 128), rng(4))
    hints = draw_hints(flats, regions, Mask.filled(flats.size, 255), replace(ALWAYS, tidy=1), rng(5)).array
    solid = hints[..., 3] > 0
    assert np.array_equal(hints[solid][:, :3], flats.array[solid])
