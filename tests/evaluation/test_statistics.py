"""Bootstrap intervals against scipy's and against what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from stenciltorch.evaluation.statistics import Estimate, estimate, paired_difference


def rng():
    return np.random.default_rng(7)


def test_the_mean_is_the_mean_over_all_values():
    found = estimate([[1.0, 2.0, 3.0], [], [10.0]], rng())
    assert (found.mean, found.pictures) == (4.0, 2)
    assert found.low <= found.mean <= found.high


def test_nothing_and_one_picture():
    assert estimate([], rng()) is None
    assert estimate([[], []], rng()) is None
    assert estimate([[1.0, 3.0]], rng()) == Estimate(2.0, None, None, 1)


def test_the_interval_is_that_of_scipy():
    values = np.random.default_rng(1).normal(5, 2, 60)
    found = estimate([[value] for value in values], rng())
    theirs = bootstrap((values,), np.mean, n_resamples=10_000, method="percentile", rng=rng()).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.03)


def test_pictures_are_drawn_whole():
    """A hundred hints of one picture are not a hundred pictures."""
    two = [[0.0] * 100, [1.0] * 100]
    found = estimate(two, rng())
    assert (found.low, found.high) == (0.0, 1.0)


def test_the_interval_covers_the_truth():
    draw, covered = np.random.default_rng(3), 0
    for _ in range(200):
        found = estimate([[value] for value in draw.normal(0, 1, 40)], draw, resamples=400)
        covered += found.low <= 0 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


def test_order_changes_the_mean_only_by_rounding():
    values = [[float(value)] for value in range(9)]
    assert estimate(values, rng()).mean == pytest.approx(estimate(values[::-1], rng()).mean)


def test_paired_differences_are_narrower():
    base = np.random.default_rng(2).normal(0, 10, 40)
    found = paired_difference([*base, None], [*(base - 1), 3.0], rng())
    assert found.mean == pytest.approx(1.0)
    assert found.high - found.low < 1e-6
    assert found.pictures == 40
