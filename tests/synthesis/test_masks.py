from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_pictures import quarters
from scipy.ndimage import label as components

from stenciltorch.canvas import Illustration, Regions, Size
from stenciltorch.synthesis.masks import MaskRecipe, Schedule, draw_mask, mask_share, merged_regions

REGIONS_ONLY = MaskRecipe(full=0, classes=0, blobs=0, boxes=0, soft=0)
unit = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def shares(progress: float, schedule: Schedule, count: int = 400) -> np.ndarray:
    generator = rng(3)
    return np.array([mask_share(progress, schedule, generator) for _ in range(count)])


@given(st.floats(-1, 2), st.sampled_from(("prose", "formula", "none")), seeds)
def test_a_share_is_a_share(progress: float, schedule: Schedule, seed: int) -> None:
    assert 0 <= mask_share(progress, schedule, rng(seed)) <= 1


@given(unit, seeds)
def test_formula_is_the_greater_of_the_falling_bound_and_chance(progress: float, seed: int) -> None:
    chance = rng(seed).random()
    bound = 0.9 + (0 - 0.9) * progress
    assert mask_share(progress, "formula", rng(seed)) == pytest.approx(max(bound, chance))


def test_prose_starts_with_few_regions_and_ends_with_all() -> None:
    assert shares(0, "prose").max() <= 0.1
    assert shares(0.5, "prose").mean() == pytest.approx(0.5, abs=0.05)
    assert shares(1, "prose").min() == 1


@given(unit, unit, seeds)
def test_prose_never_asks_for_less_later(one: float, two: float, seed: int) -> None:
    early, late = sorted((one, two))
    assert mask_share(early, "prose", rng(seed)) <= mask_share(late, "prose", rng(seed)) + 1e-12


def test_none_is_uniform_throughout() -> None:
    assert np.array_equal(shares(0, "none"), shares(1, "none"))
    assert shares(0, "none").mean() == pytest.approx(0.5, abs=0.05)


@given(seeds, unit, st.booleans())
def test_merged_regions_reach_the_share_and_not_one_region_more(seed: int, share: float, scattered: bool) -> None:
    labels = rng(seed).integers(1, 9, (12, 12)).astype(np.int32)
    chosen = merged_regions(Regions(labels), share, scattered, rng(seed))
    inside, outside = set(labels[chosen].tolist()), set(labels[~chosen].tolist())
    assert not inside & outside, "regions are taken whole"
    assert chosen.sum() >= share * chosen.size - 1e-9 or chosen.all()
    largest = max(np.bincount(labels.ravel()))
    assert chosen.sum() <= share * chosen.size + largest


@given(seeds, unit)
def test_grown_regions_are_connected(seed: int, share: float) -> None:
    labels = np.arange(1, 65, dtype=np.int32).reshape(8, 8).repeat(3, axis=0).repeat(3, axis=1)
    chosen = merged_regions(Regions(labels), share, False, rng(seed))
    assert components(chosen)[1] <= 1


def test_scattered_regions_are_not_all_connected() -> None:
    labels = np.arange(1, 65, dtype=np.int32).reshape(8, 8)
    pieces = [components(merged_regions(Regions(labels), 0.3, True, rng(seed)))[1] for seed in range(20)]
    assert max(pieces) > 3


@pytest.mark.parametrize("progress", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("full", [0.0, 0.5])
def test_full_masks_stay_common_whatever_the_progress(progress: float, full: float) -> None:
    _, regions = quarters(24)
    recipe = MaskRecipe(schedule="prose", full=full)
    generator = rng(5)
    masks = [draw_mask(regions, recipe, progress, generator) for _ in range(400)]
    assert np.mean([mask.array.min() == 255 for mask in masks]) >= max(full, 0.2) - 0.06


@given(seeds, unit)
def test_masks_are_hard_without_softness_and_cover_whole_regions(seed: int, progress: float) -> None:
    _, regions = quarters(24)
    mask = draw_mask(regions, REGIONS_ONLY, progress, rng(seed)).array
    assert set(np.unique(mask)) <= {0, 255}
    for label in range(1, 5):
        assert len(np.unique(mask[regions.array == label])) == 1


def kinds_of(recipe: MaskRecipe, flats: Illustration | None = None) -> list[np.ndarray]:
    _, regions = quarters(32)
    masks = [draw_mask(regions, recipe, 0.5, rng(seed), flats=flats).array for seed in range(60)]
    return [mask for mask in masks if mask.min() < 255]


def test_boxes_are_boxes() -> None:
    for mask in kinds_of(replace(REGIONS_ONLY, boxes=1)):
        rows, columns = np.nonzero(mask)
        assert mask[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].min() == 255


def test_blobs_cut_through_regions() -> None:
    _, regions = quarters(32)
    cut = [
        any(len(np.unique(mask[regions.array == label])) > 1 for label in range(1, 5))
        for mask in kinds_of(replace(REGIONS_ONLY, blobs=1))
    ]
    assert np.mean(cut) > 0.9


def test_soft_masks_have_values_in_between() -> None:
    soft = [len(np.unique(mask)) > 2 for mask in kinds_of(replace(REGIONS_ONLY, boxes=1, soft=1))]
    assert np.mean(soft) > 0.9


def test_classes_take_all_regions_of_a_colour() -> None:
    labels = np.arange(1, 65, dtype=np.int32).reshape(8, 8)
    odd = (np.indices((8, 8)).sum(axis=0) % 2).astype(bool)
    flats = Illustration(np.where(odd[..., None], 250, 5).astype(np.uint8).repeat(3, axis=2))
    recipe = replace(REGIONS_ONLY, classes=1)
    for seed in range(40):
        mask = draw_mask(Regions(labels), recipe, 0.5, rng(seed), flats=flats).array
        assert len(np.unique(mask[odd])) == len(np.unique(mask[~odd])) == 1


@given(seeds, st.integers(1, 12), st.integers(1, 12))
def test_any_regions_take_a_mask_and_repeat_with_their_seed(seed: int, height: int, width: int) -> None:
    regions = Regions(rng(seed).integers(0, 7, (height, width)).astype(np.int32))
    flats = Illustration.filled(Size(height, width), 3)
    first, second = (draw_mask(regions, MaskRecipe(), 0.3, rng(seed), flats=flats) for _ in range(2))
    assert first == second
    assert first.size == (height, width)
