"""Intervals by drawing raters anew: they hold for other raters and these very pictures.

Whole raters are drawn, since a rater's answers are alike. The plain percentile interval is too narrow for a few dozen
raters; so each draw's deviation is divided by its own standard error (bootstrap-t, Efron 1979; Hall 1988).
"""

from __future__ import annotations

import numpy as np

from stenciltorch.study.mixed import Estimate
from stenciltorch.study.records import Floats, Ints

MOST_AT_ONCE = 2_000_000
"""Numbers held in memory for one round of draws."""


def ratio_interval(
    sums: tuple[Floats, Floats], counts: tuple[Floats, Floats], level: float, replicates: int, rng: np.random.Generator
) -> Estimate | None:
    """Of the difference of two means of clusters' values; None where one of them has no value at all.

    Args:
        sums: of the values of each cluster, for both means; zeros for a difference to nothing.
        counts: of the values.
    """
    whole = np.ones((1, len(sums[0])))
    value, error = (float(part[0]) for part in _studied(whole, sums, counts))
    if not (np.isfinite(value) and error > 0):
        return None
    deviations = np.concatenate([_draw(count, sums, counts, value, rng) for count in _rounds(replicates, len(sums[0]))])
    deviations = deviations[np.isfinite(deviations)]
    low, high = np.quantile(deviations, [0.5 - level / 2, 0.5 + level / 2])
    extreme = min(np.mean(deviations >= value / error), np.mean(deviations <= value / error))
    p = min(1.0, 2 * (float(extreme) * len(deviations) + 1) / (len(deviations) + 1))
    return Estimate(value, value - float(high) * error, value - float(low) * error, error, float(len(sums[0]) - 1), p)


def _rounds(replicates: int, clusters: int) -> list[int]:
    most = max(1, MOST_AT_ONCE // clusters)
    return [min(most, replicates - start) for start in range(0, replicates, most)]


def _draw(
    count: int, sums: tuple[Floats, Floats], counts: tuple[Floats, Floats], value: float, rng: np.random.Generator
) -> Floats:
    clusters = len(sums[0])
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), count).astype(float)
    values, errors = _studied(weights, sums, counts)
    return np.asarray(np.divide(values - value, errors, out=np.full(count, np.nan), where=errors > 0))


def _studied(weights: Floats, sums: tuple[Floats, Floats], counts: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Differences and their standard errors by linearisation, one for each row of weights."""
    clusters = weights.shape[1]
    values, influences = np.zeros(len(weights)), np.zeros(weights.shape)
    for sign, total, count in zip((1, -1), sums, counts, strict=True):
        if not count.any():
            continue
        size = weights @ count
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = weights @ total / size
            influences += sign * (total - mean[:, None] * count) / size[:, None]
        values += sign * mean
    errors = np.sqrt((weights * influences**2).sum(1) * clusters / (clusters - 1))
    return values, errors


def by_cluster(values: Floats, cluster: Ints, chosen: Floats, clusters: int) -> tuple[Floats, Floats]:
    """Sums and counts of the chosen values in each cluster."""
    total, count = (np.bincount(cluster, weights, clusters) for weights in (values * chosen, chosen))
    return np.asarray(total, float), np.asarray(count, float)
