import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stenciltorch.canvas import Int32Array
from stenciltorch.synthesis.merging import joined, merge_alike, merge_little, merge_small, region_graph


def graph_of(labels: Int32Array, lightness: tuple[float, ...], barrier: np.ndarray | None = None):
    lab = np.zeros((*labels.shape, 3), np.float32)
    lab[..., 0] = np.array(lightness)[labels]
    blank = np.zeros(labels.shape, np.float32) if barrier is None else barrier.astype(np.float32)
    return region_graph(labels, lab, np.ones(labels.shape, bool), blank)


STRIPES: Int32Array = np.repeat(np.arange(4, dtype=np.int32)[:, None], 6, axis=1).repeat(3, axis=0)


def test_graph_by_hand() -> None:
    graph = graph_of(STRIPES, (0, 10, 50, 90))
    assert graph.areas.tolist() == [18] * 4
    assert graph.first.tolist() == [0, 1, 2]
    assert graph.second.tolist() == [1, 2, 3]
    assert graph.length.tolist() == [6, 6, 6]
    assert graph.colours[:, 0].tolist() == [0, 10, 50, 90]


def test_joining_weighs_colours_by_area() -> None:
    labels = np.array(((0, 0, 0, 1, 2, 2),), np.int32)
    graph = joined(graph_of(labels, (0, 40, 90)), np.array((0,)))
    assert graph.owner.tolist() == [0, 0, 1]
    assert graph.areas.tolist() == [4, 2]
    assert graph.colours[:, 0].tolist() == [10, 90]
    assert graph.length.tolist() == [1]


def test_alike_regions_join_and_others_stay() -> None:
    graph = merge_alike(graph_of(STRIPES, (0, 5, 50, 55)), cost_limit=6, line_cost=30)
    assert graph.owner.tolist() == [0, 0, 1, 1]


def test_a_line_keeps_alike_regions_apart() -> None:
    line = np.zeros(STRIPES.shape)
    line[2] = 1
    graph = merge_alike(graph_of(STRIPES, (50, 50, 50, 50), line), cost_limit=6, line_cost=30)
    assert graph.owner.tolist() == [0, 1, 1, 1]


def test_a_short_gap_in_a_line_does_not_join_regions() -> None:
    line = np.zeros(STRIPES.shape)
    line[2, 1:] = 1
    graph = merge_alike(graph_of(STRIPES, (50, 50, 90, 90), line), cost_limit=6, line_cost=30)
    assert graph.owner.tolist() == [0, 1, 2, 2]


def test_little_regions_prefer_their_own_colour() -> None:
    labels = np.zeros((6, 9), np.int32)
    labels[:, 4] = 1
    labels[:, 5:] = 2
    graph = merge_little(graph_of(labels, (0, 48, 50)), smallest=10, colour_weight=0.3)
    assert graph.owner.tolist() == [0, 1, 1]


label_maps = arrays.arrays(np.int32, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 9))


@settings(deadline=None)
@given(label_maps, st.integers(1, 60))
def test_merge_small_leaves_nothing_small_and_only_joins(labels: Int32Array, smallest: int) -> None:
    merged = merge_small(labels, smallest)
    areas = np.bincount(merged.ravel())
    areas = areas[areas > 0]
    assert len(areas) == 1 or areas.min() >= smallest
    pairs = np.unique(np.stack((labels.ravel(), merged.ravel())), axis=1)
    assert pairs.shape[1] == len(np.unique(labels)), "a region must not be split"
