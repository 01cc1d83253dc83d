"""Height maps as DanbooRegion makes them, and the fast way to them."""

import numpy as np
import pytest

from stenciltorch import Regions, Size
from stenciltorch.synthesis import draw_procedural, regions_from_displacement
from stenciltorch.training.disnet.targets import (
    PASSES,
    Clamps,
    clamps_of,
    edges_of,
    fast_height,
    smooth,
    smoothed_height,
)


def halves(height=24, width=40):
    labels = np.ones((height, width), np.int32)
    labels[:, width // 2 :] = 2
    return Regions(labels)


def test_edges_are_changes_to_the_right_or_below_and_the_rim():
    labels = np.array([[1, 1, 1, 1, 1]] * 2 + [[1, 1, 2, 2, 2]] * 2 + [[1, 1, 2, 2, 2]], np.int32)
    inner = edges_of(labels)[1:-1, 1:-1]
    assert inner.tolist() == [[False, True, True], [True, False, False], [True, False, False]]
    assert edges_of(labels)[0].all()
    assert edges_of(labels)[-1].all()
    assert edges_of(labels)[:, 0].all()
    assert edges_of(labels)[:, -1].all()


def test_the_skeleton_is_thin_and_clear_of_the_edges():
    clamps = clamps_of(halves().array)
    assert clamps.skeleton.any()
    assert not (clamps.skeleton & clamps.edge).any()
    assert clamps.skeleton[12, 1:19].sum() <= 2 or clamps.skeleton[1:23, 10].sum() <= 2


def test_one_pass_is_the_mean_of_five_and_clamps_hold():
    field = np.zeros((5, 5), np.float32)
    field[2, 2] = 1
    nowhere = np.zeros((5, 5), bool)
    once = smooth(field, Clamps(nowhere, nowhere), 1)
    assert once[2, 2] == pytest.approx(0.2)
    assert once[1, 2] == pytest.approx(0.2)
    assert once[1, 1] == 0
    edge, skeleton = nowhere.copy(), nowhere.copy()
    edge[2, 2], skeleton[2, 3] = True, True
    held = smooth(np.full((5, 5), 0.5, np.float32), Clamps(edge, skeleton), 3)
    assert held[2, 2] == 0
    assert held[2, 3] == 1
    assert 0 < held[1, 2] < 0.5 < held[1, 3] < 1


def test_the_height_is_0_on_edges_and_1_on_the_skeleton():
    regions = halves()
    height = smoothed_height(regions, np.random.default_rng(0), 40)
    clamps = clamps_of(regions.array)
    assert height.dtype == np.float32
    assert height.shape == regions.size
    assert (height[clamps.edge] == 0).all()
    assert (height[clamps.skeleton] == 1).all()
    assert height.min() == 0
    assert height.max() == 1


def test_512_passes_are_the_original():
    assert PASSES == 512


def test_the_noise_is_forgotten_where_regions_are_narrow():
    one, two = (smoothed_height(halves(), np.random.default_rng(seed)) for seed in (1, 2))
    assert np.abs(one - two).max() < 0.02


def test_the_fast_way_comes_to_the_same_heights():
    _, regions, _, _ = draw_procedural(Size(128, 128), np.random.default_rng(4))
    exact = smoothed_height(regions, np.random.default_rng(0))
    gap = np.abs(fast_height(regions) - exact)
    assert gap.mean() < 0.03
    assert np.percentile(gap, 95) < 0.12
    assert gap.mean() < np.abs(fast_height(regions, polish=0) - exact).mean()


def test_a_wide_area_ends_halfway_as_the_smoothing_does_not_reach_it():
    labels = np.ones((160, 400), np.int32)
    assert fast_height(Regions(labels))[40, 200] == pytest.approx(0.5, abs=0.1)


def test_regions_come_back_from_their_heights():
    truth = halves(64, 96)
    found = regions_from_displacement(fast_height(truth))
    assert found.count == 2
    assert (found.array[:, :46] == found.array[0, 0]).all()
    assert (found.array[:, 50:] == found.array[0, -1]).all()


def test_a_map_without_room_for_a_skeleton_is_flat():
    labels = np.arange(36, dtype=np.int32).reshape(6, 6) + 1
    assert fast_height(Regions(labels)).max() == 0
