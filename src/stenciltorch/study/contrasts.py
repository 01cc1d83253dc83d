"""Textbook tests beside the mixed model, for comparison with papers that report them (paper Table 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from stenciltorch.study.records import Floats, Opinions


@dataclass(frozen=True)
class Unit:
    """Mean scores by picture or by rater: one row a unit, one column a model; nan where nothing was said."""

    name: str
    means: Floats

    @classmethod
    def pictures(cls, data: Opinions) -> Unit:
        return cls("picture", _means(data.picture, data))

    @classmethod
    def raters(cls, data: Opinions) -> Unit:
        return cls("rater", _means(data.rater, data))

    def deviations(self) -> Floats:
        """Standard deviation of each model's means."""
        return np.asarray(np.nanstd(self.means, axis=0, ddof=1))

    def welch(self, compared: int) -> list[float]:
        """Two-sided p of Welch's t between the compared model and each; nan for itself."""
        return [self._welch(compared, other) for other in range(self.means.shape[1])]

    def _welch(self, compared: int, other: int) -> float:
        first, second = (column[np.isfinite(column)] for column in self.means[:, [compared, other]].T)
        return float("nan") if other == compared else welch(first, second)

    def wilcoxon(self, compared: int) -> list[float]:
        """Two-sided p of Wilcoxon's signed ranks over the same units; nan for itself."""
        return [self._wilcoxon(compared, other) for other in range(self.means.shape[1])]

    def _wilcoxon(self, compared: int, other: int) -> float:
        difference = self.means[:, compared] - self.means[:, other]
        difference = difference[np.isfinite(difference) & (difference != 0)]
        return signed_ranks(difference) if len(difference) > 1 else float("nan")


def welch(first: Floats, second: Floats) -> float:
    """Two-sided p of Welch's t (1947); nan where neither varies or one has fewer than two values."""
    if min(len(first), len(second)) < 2:
        return float("nan")
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    if sum(parts) == 0:
        return float("nan")
    freedom = sum(parts) ** 2 / sum(part**2 / (len(v) - 1) for part, v in zip(parts, (first, second), strict=True))
    return float(2 * student.sf(abs(first.mean() - second.mean()) / np.sqrt(sum(parts)), freedom))


def _means(unit: np.ndarray, data: Opinions) -> Floats:
    shape = (int(unit.max()) + 1, len(data.models))
    sums, counts = np.zeros(shape), np.zeros(shape)
    np.add.at(sums, (unit, data.model), data.score)
    np.add.at(counts, (unit, data.model), 1)
    return np.asarray(np.divide(sums, counts, out=np.full(shape, np.nan), where=counts > 0))


def signed_ranks(difference: Floats) -> float:
    """Two-sided p of Wilcoxon's test, by the normal approximation with ties (the exact one takes seconds with ties)."""
    ranks = rankdata(np.abs(difference))
    drift, spread = float(np.sign(difference) @ ranks), float(np.sqrt((ranks**2).sum()))
    return float(2 * norm.sf(abs(drift) / spread))


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p (1979): the chance of any false finding among all is held; nan stays and does not count."""
    given = np.array(values, float)
    places = np.flatnonzero(np.isfinite(given))
    order = places[np.argsort(given[places], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted = given.copy()
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return [float(value) for value in adjusted]
