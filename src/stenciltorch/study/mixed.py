"""A linear mixed model with crossed random effects, by restricted maximum likelihood (REML).

    score = mean of the model + rater + picture + rater x model + picture x model + residual

Raters and pictures are samples of those that could have been asked and shown, so intervals hold for others too. The
interactions matter: without them the intervals of differences are too narrow. Degrees of freedom are Satterthwaite's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.stats import t as student

from stenciltorch.study.records import Floats, Ints, Opinions

TERMS = ("rater", "picture", "rater x model", "picture x model")
MOST_RATIO = 1e4
"""Of a random effect's variance to the residual's."""
NEGLIGIBLE = 1e-7
"""Ratios below count as no variance at all."""


@dataclass(frozen=True)
class Estimate:
    """A mean or a difference, with its interval and the two-sided p of its being 0."""

    value: float
    low: float
    high: float
    error: float
    freedom: float
    p: float


@dataclass(frozen=True)
class MixedFit:
    """Args:
    means: of the models, in their order.
    covariance: of the means.
    variances: of `TERMS` and the residual.
    """

    means: Floats
    covariance: Floats
    variances: dict[str, float]
    deviance: float
    _slopes: Floats
    _information: Floats

    def estimate(self, weights: Floats, level: float = 0.95) -> Estimate:
        """Of a weighted sum of the means."""
        value, variance = float(weights @ self.means), float(weights @ self.covariance @ weights)
        freedom = self.freedom(weights)
        error = float(np.sqrt(variance))
        reach = float(student.ppf(0.5 + level / 2, freedom)) * error
        p = float(2 * student.sf(abs(value) / error, freedom)) if error > 0 else float(value == 0)
        return Estimate(value, value - reach, value + reach, error, freedom, p)

    def freedom(self, weights: Floats) -> float:
        """Satterthwaite's, from how the variance of the sum depends on those of the effects."""
        slopes = np.einsum("i,tij,j->t", weights, self._slopes, weights)
        spread = float(slopes @ np.linalg.pinv(self._information) @ slopes)
        variance = float(weights @ self.covariance @ weights)
        return max(1.0, 2 * variance**2 / spread) if spread > 0 else 1e6


@dataclass(frozen=True)
class _Sums:
    """All that the likelihood needs of the data: products of the design's columns with each other."""

    inner: Floats
    cross: Floats
    outer: Floats
    inner_score: Floats
    outer_score: Floats
    score_score: float
    count: int
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, data: Opinions) -> _Sums:
        models = len(data.models)
        columns = (data.rater, data.picture, data.rater * models + data.model, data.picture * models + data.model)
        groups = [np.unique(column, return_inverse=True)[1] for column in columns]
        effects, fixed = np.hstack([_indicators(group) for group in groups]), np.eye(models)[data.model]
        sizes = tuple(int(group.max()) + 1 for group in groups)
        score = data.score
        return cls(effects.T @ effects, effects.T @ fixed, fixed.T @ fixed, effects.T @ score, fixed.T @ score,
                   float(score @ score), len(score), sizes)  # fmt: skip

    @property
    def terms(self) -> Ints:
        """The term of each column."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def _indicators(group: Ints) -> Floats:
    return np.eye(int(group.max()) + 1)[group]


@dataclass(frozen=True)
class _State:
    """At given ratios, with the residual's variance as unit. P is the projection that REML is written with.

    Args:
        means: of the models.
        precision: of the means.
        projected: Z' P Z.
        pulls: Z' P y.
        back: Z' V^-1 X.
        rest: y' P y.
        determinants: log det V + log det X' V^-1 X.
    """

    means: Floats
    precision: Floats
    projected: Floats
    pulls: Floats
    back: Floats
    rest: float
    determinants: float


def _state(sums: _Sums, ratios: Floats) -> _State:
    scale = np.sqrt(ratios)[sums.terms]
    lower = np.linalg.cholesky(np.eye(len(scale)) + scale[:, None] * sums.inner * scale)
    right = np.hstack([sums.inner, sums.cross, sums.inner_score[:, None]])
    half = solve_triangular(lower, scale[:, None] * right, lower=True, check_finite=False)
    effects, fixed, score = half[:, : len(scale)], half[:, len(scale) : -1], half[:, -1]
    precision, moment = sums.outer - fixed.T @ fixed, sums.outer_score - fixed.T @ score
    means = np.linalg.solve(precision, moment)
    back = sums.cross - effects.T @ fixed
    projected = sums.inner - effects.T @ effects - back @ np.linalg.solve(precision, back.T)
    pulls = sums.inner_score - effects.T @ score - back @ means
    rest = sums.score_score - float(score @ score) - float(moment @ means)
    determinants = 2 * float(np.log(np.diag(lower)).sum()) + float(np.linalg.slogdet(precision)[1])
    return _State(means, precision, projected, pulls, back, max(rest, 1e-12), determinants)


def _deviance(ratios: Floats, sums: _Sums) -> tuple[float, Floats]:
    """REML's, the residual's variance profiled out, and its slope."""
    state, left = _state(sums, ratios), sums.count - len(sums.outer)
    slope = (
        np.bincount(sums.terms, np.diag(state.projected)) - left * np.bincount(sums.terms, state.pulls**2) / state.rest
    )
    return state.determinants + left * float(np.log(state.rest)), slope


def fit_mixed(data: Opinions) -> MixedFit:
    """Fit by REML.

    Args:
        data: at least two models, two raters and two pictures, with more scores than models.
    """
    sums = _Sums.of(data)
    start = np.full(len(sums.sizes), 0.2)
    bounds = [(0.0, MOST_RATIO)] * len(start)
    found = minimize(
        _deviance, start, args=(sums,), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11}
    )
    ratios = np.where(found.x < NEGLIGIBLE, 0.0, found.x)
    state = _state(sums, ratios)
    residual = state.rest / (sums.count - len(sums.outer))
    slopes, information = _second_order(sums, state, ratios, residual)
    variances = dict(zip((*TERMS, "residual"), (*(float(part) for part in ratios * residual), residual), strict=True))
    covariance = np.asarray(residual * np.linalg.inv(state.precision), float)
    return MixedFit(state.means, covariance, variances, float(found.fun), slopes, information)


def _second_order(sums: _Sums, state: _State, ratios: Floats, residual: float) -> tuple[Floats, Floats]:
    """Slopes of the means' covariance by each variance, and the information on the variances.

    Variances at 0 are at their bound and are left out. The residual's entries follow from the others, since
    the covariance and P are homogeneous in all variances together.
    """
    present = [term for term in range(len(ratios)) if ratios[term] > 0]
    inverse = np.linalg.inv(state.precision)
    covariance, spread = residual * inverse, state.back @ inverse
    slopes = [spread[sums.terms == term].T @ spread[sums.terms == term] for term in present]
    own = (covariance - sum((ratios[term] * residual * slope for term, slope in zip(present, slopes, strict=True)),
                            np.zeros_like(covariance))) / residual  # fmt: skip
    return np.array([*slopes, own]), _information(sums, state, ratios, residual, present)


def _information(sums: _Sums, state: _State, ratios: Floats, residual: float, present: list[int]) -> Floats:
    """Half the traces of P V_i P V_j."""
    left = sums.count - len(sums.outer)
    blocks = [[state.projected[np.ix_(sums.terms == i, sums.terms == j)] for j in present] for i in present]
    among = np.array([[np.sum(block**2) for block in line] for line in blocks]).reshape(len(present), len(present))
    traces = np.array([np.trace(blocks[at][at]) for at in range(len(present))])
    share = ratios[present]
    with_rest = traces - among @ share
    alone = left - share @ traces - share @ with_rest
    whole = np.block([[among, with_rest[:, None]], [with_rest[None, :], np.array([[alone]])]])
    return np.asarray(whole / residual**2 / 2)
