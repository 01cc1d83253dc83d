"""Pieces that two cuts have in common, and what is measured of the borders between them."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stenciltorch.synthesis.evidence import (
    MEASURES,
    View,
    common_pieces,
    gather,
    joined_evidence,
    measures,
    near_borders,
)
from stenciltorch.synthesis.labels import compact


def view_of(lab, height=None, line=None, seen=None, coloured=None):
    shape = lab.shape[:2]
    blank, nowhere = np.zeros(shape, np.float32), np.zeros(shape, bool)
    return View(
        lab.astype(np.float32),
        blank,
        blank if line is None else line,
        blank if height is None else height,
        nowhere if seen is None else seen,
        nowhere if coloured is None else coloured,
    )


def two_halves(left=(90, 128, 128), right=(60, 128, 128)):
    labels = np.zeros((20, 40), np.int32)
    labels[:, 20:] = 1
    lab = np.where(labels[..., None] == 0, np.array(left, float), np.array(right, float))
    return labels, lab


def measured(evidence, border=0):
    return dict(zip(MEASURES, measures(evidence)[border].tolist(), strict=True))


def test_what_is_measured_of_two_flat_halves():
    labels, lab = two_halves()
    height = np.full(labels.shape, 0.8, np.float32)
    height[:, 19:21] = 0.25
    everywhere = np.ones(labels.shape, bool)
    found = measured(gather(labels, view_of(lab, height, seen=everywhere)))
    assert found["colour distance"] == pytest.approx(30 / 38)
    assert found["shade distance"] == pytest.approx(18 / 26)
    assert found["colour step"] == pytest.approx(30 / 38)
    assert found["local step"] == pytest.approx(30 / 38)
    assert found["height"] == pytest.approx(0.25)
    assert found["lowest"] == pytest.approx(0.25)
    assert found["summit"] == pytest.approx(0.8)
    assert found["flat beside"] == found["flatness"] == found["seen"] == 1
    assert found["coloured"] == found["line"] == found["spread"] == found["colourfulness"] == 0
    assert found["lightness"] == pytest.approx(0.6)
    assert found["length"] == pytest.approx(20 / np.sqrt(400) / 4)


def test_texture_evens_out_in_the_step_but_not_in_the_local_step():
    labels, lab = two_halves((70, 128, 128), (70, 128, 128))
    lab[::2, 20:, 0] += 10
    lab[1::2, 20:, 0] -= 10
    found = measured(gather(labels, view_of(lab)))
    assert found["colour step"] == pytest.approx(0)
    assert found["local step"] == pytest.approx(10 / 18)


def test_slivers_between_two_drawings_of_one_border_vanish():
    seen, coloured = np.zeros((40, 40), np.int32), np.zeros((40, 40), np.int32)
    seen[:, 20:], coloured[:, 21:] = 1, 1
    assert common_pieces(seen, coloured, 30, 3).max() == 1
    assert common_pieces(seen, coloured, 1, 0).max() == 2


def test_each_cut_adds_its_own_borders():
    seen, coloured = np.zeros((40, 40), np.int32), np.zeros((40, 40), np.int32)
    seen[:, 20:], coloured[20:] = 1, 1
    pieces = common_pieces(seen, coloured, 30, 3)
    assert len({int(pieces[y, x]) for y in (5, 35) for x in (5, 35)}) == 4


def test_near_borders_reaches_3_px():
    labels, _ = two_halves()
    near = near_borders(labels)
    assert near[0].nonzero()[0].tolist() == [17, 18, 19, 20, 21, 22]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_joined_evidence_is_that_of_the_joined_pieces(seed):
    rng = np.random.default_rng(seed)
    size = (int(rng.integers(1, 24)), int(rng.integers(2, 24)))
    labels = compact(cv2.resize(rng.integers(0, 9, (4, 4)).astype(np.uint8), size[::-1], interpolation=0)).labels
    lab = rng.uniform(0, 100, (*size, 3))
    view = view_of(lab, rng.random(size, dtype=np.float32), rng.random(size, dtype=np.float32), rng.random(size) < 0.5)
    before = gather(labels, view)
    if not len(before.first):
        return
    after = joined_evidence(before, rng.integers(0, len(before.first), 2))
    anew = gather(after.owner.astype(np.int32)[labels], view)
    assert np.array_equal(after.first, anew.first)
    assert np.array_equal(after.second, anew.second)
    assert np.allclose(measures(after), measures(anew))
