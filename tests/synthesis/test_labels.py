import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.measure import label as skimage_label

from stenciltorch.synthesis.labels import (
    compact,
    connected_parts,
    contacts,
    edge_distance,
    guarded_contacts,
    medians,
    totals,
)

label_maps = arrays.arrays(np.int32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 6))


@given(label_maps)
def test_compact_closes_holes_and_can_be_undone(labels: np.ndarray) -> None:
    closed, originals = compact(labels)
    assert np.array_equal(originals[closed], labels)
    assert np.array_equal(np.unique(closed), np.arange(len(originals)))


@given(label_maps)
def test_connected_parts_equal_those_of_skimage(labels: np.ndarray) -> None:
    ours = connected_parts(labels)
    theirs = skimage_label(labels, connectivity=1, background=-1)
    pairs = np.unique(np.stack((ours.ravel(), theirs.ravel())), axis=1)
    assert pairs.shape[1] == len(np.unique(ours)) == len(np.unique(theirs))
    assert ours.min() == 0


def test_contacts_by_hand() -> None:
    labels = np.array(((0, 0, 1), (0, 2, 1), (2, 2, 1)), np.int32)
    first, second, length = contacts(labels, 3)
    found = dict(zip(zip(first.tolist(), second.tolist(), strict=True), length.tolist(), strict=True))
    assert found == {(0, 1): 1, (0, 2): 3, (1, 2): 2}


def test_contacts_sum_the_stronger_side() -> None:
    labels = np.array(((0, 1), (0, 1)), np.int32)
    strength = np.array(((0.25, 0.5), (1.0, 0.0)), np.float32)
    borders, guard = guarded_contacts(labels, 2, strength)
    assert guard.tolist() == [1.5]
    assert [column.tolist() for column in borders] == [column.tolist() for column in contacts(labels, 2)]


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 60))
def test_medians_equal_a_loop(seed: int, count: int, pixels: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 256, (pixels, 3)).astype(np.uint8)
    labels = rng.integers(0, count, pixels).astype(np.int32)
    found = medians(values, labels, count)
    for label in range(count):
        own = np.sort(values[labels == label], axis=0)
        expected = own[(len(own) - 1) // 2] if len(own) else (0, 0, 0)
        assert np.array_equal(found[label], expected)


def test_totals() -> None:
    assert totals(np.array((0, 2, 2)), np.array((1.0, 2.0, 3.0)), 4).tolist() == [1, 0, 5, 0]


def test_edge_distance_grows_away_from_the_border() -> None:
    labels = np.zeros((5, 12), np.int32)
    labels[:, 6:] = 1
    distance = edge_distance(labels)
    assert distance[2, 5] == 0
    assert distance[2, 0] > distance[2, 3] > 0
    assert distance[2, 11] > distance[2, 7] > 0
