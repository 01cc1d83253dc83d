"""Means with bootstrap confidence intervals over pictures (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 10_000
COVERAGE = 0.95
_AT_ONCE = 1 << 22
"""Numbers drawn at once; bounds the memory."""


@dataclass(frozen=True)
class Estimate:
    """A mean and its interval, from `pictures` pictures; without an interval below two pictures."""

    mean: float
    low: float | None
    high: float | None
    pictures: int


def estimate(
    values: Sequence[Sequence[float]], rng: np.random.Generator, resamples: int = RESAMPLES
) -> Estimate | None:
    """Mean over all values, and its percentile interval when whole pictures are drawn anew.

    Args:
        values: those of each picture: one, or one for each hint; pictures without values are left out.
        rng: the same seed for two models with values of the same pictures makes the intervals paired.
    """
    kept = [picture for picture in values if len(picture)]
    if not kept:
        return None
    sums = np.array([np.sum(picture, dtype=np.float64) for picture in kept])
    counts = np.array([float(len(picture)) for picture in kept])
    mean = float(sums.sum() / counts.sum())
    if len(kept) < 2:
        return Estimate(mean, None, None, 1)
    means = _resampled(sums, counts, rng, resamples)
    low, high = np.quantile(means, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return Estimate(mean, float(low), float(high), len(kept))


def paired_difference(
    one: Sequence[float | None], other: Sequence[float | None], rng: np.random.Generator
) -> Estimate | None:
    """`one` less `other` over the pictures that have both."""
    pairs = [[a - b] for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return estimate(pairs, rng)


def _resampled(
    sums: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], rng: np.random.Generator, resamples: int
) -> npt.NDArray[np.float64]:
    step = max(1, _AT_ONCE // len(sums))
    parts = []
    for start in range(0, resamples, step):
        drawn = rng.integers(0, len(sums), (min(step, resamples - start), len(sums)))
        parts.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(parts)
