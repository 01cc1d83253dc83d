"""Scores of regions against hand-worked values."""

import numpy as np
import pytest

from stenciltorch import InputError, Regions
from stenciltorch.evaluation.regions import borders, compare_regions, covering


def stripes(*widths, height=60):
    row = np.repeat(np.arange(1, len(widths) + 1, dtype=np.int32), widths)
    return Regions(np.tile(row, (height, 1)))


def test_the_truth_itself_scores_full():
    score = compare_regions(stripes(20, 40), stripes(20, 40))
    assert (score.precision, score.recall, score.boundary_f, score.iou, score.count_ratio) == (1, 1, 1, 1, 1)


def test_numbers_of_labels_do_not_matter():
    other = Regions((7 - stripes(20, 40).array).astype(np.int32))
    assert compare_regions(other, stripes(20, 40)).iou == 1


def test_borders_are_where_the_right_or_lower_label_differs():
    assert np.flatnonzero(borders(stripes(3, 4, height=1))).tolist() == [2]


def test_one_border_of_two_is_missed():
    score = compare_regions(stripes(20, 40), stripes(20, 20, 20), reach=2)
    assert (score.precision, score.recall) == (1, 0.5)
    assert score.boundary_f == pytest.approx(2 / 3)
    assert score.iou == pytest.approx((20 * 1 + 20 * 0.5 + 20 * 0.5) / 60)
    assert score.count_ratio == pytest.approx(2 / 3)


def test_a_border_that_is_not_there_costs_precision():
    score = compare_regions(stripes(20, 20, 20), stripes(20, 40), reach=2)
    assert (score.precision, score.recall) == (0.5, 1)
    assert score.iou == pytest.approx((20 * 1 + 40 * 0.5) / 60)


def test_a_border_counts_within_reach_only():
    assert compare_regions(stripes(22, 38), stripes(20, 40), reach=2).boundary_f == 1
    assert compare_regions(stripes(23, 37), stripes(20, 40), reach=2).boundary_f == 0


def test_no_border_at_all_is_right_when_there_is_none():
    assert compare_regions(stripes(60), stripes(60)).boundary_f == 1
    assert compare_regions(stripes(60), stripes(20, 40)).boundary_f == 0
    assert compare_regions(stripes(20, 40), stripes(60)).boundary_f == 0


def test_covering_takes_the_best_region_for_each():
    assert covering(stripes(30, 30), stripes(20, 40)) == pytest.approx((20 * 20 / 30 + 40 * 30 / 40) / 60)


def test_sizes_that_differ_are_refused():
    with pytest.raises(InputError, match="60 x 60"):
        compare_regions(stripes(60), stripes(50))
