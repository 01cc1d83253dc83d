"""How much is each model preferred? Bradley and Terry's model with Davidson's ties and an advantage of the left side.

The chance that left wins is proportional to exp(its strength + side), that right wins to exp(its strength), that there
is no difference to exp(the mean of both + tie). Answers of one rater, and answers to one picture, are alike: the
covariance is robust to both at once (Cameron, Gelbach and Miller 2011), each cluster's pull corrected for its leverage
(Bell and McCaffrey 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import t as student

from stenciltorch.study.mixed import Estimate
from stenciltorch.study.records import Floats, Ints, Pairs

STEPS = 50
CLOSE = 1e-9


@dataclass(frozen=True)
class StrengthFit:
    """Args:
    strengths: of the models, on the scale of log odds; their mean is 0.
    covariance: of the strengths.
    side: log odds that the left side has more than the right.
    tie: log odds of a tie between equals against a win; None when nobody said so.
    freedom: of the intervals: clusters of the rarer kind less 1.
    """

    strengths: Floats
    covariance: Floats
    side: float
    tie: float | None
    freedom: float

    def estimate(self, weights: Floats, level: float = 0.95) -> Estimate:
        """Of a weighted sum of the strengths."""
        value, error = float(weights @ self.strengths), float(np.sqrt(weights @ self.covariance @ weights))
        reach = float(student.ppf(0.5 + level / 2, self.freedom)) * error
        p = float(2 * student.sf(abs(value) / error, self.freedom)) if error > 0 else float(value == 0)
        return Estimate(value, value - reach, value + reach, error, self.freedom, p)


def is_bounded(data: Pairs) -> bool:
    """Whether every model has won against, or drawn with, the rest in a chain; else some strength is infinite."""
    won = np.r_[data.left[data.outcome > 0], data.right[data.outcome < 1]]
    lost = np.r_[data.right[data.outcome > 0], data.left[data.outcome < 1]]
    count = len(data.models)
    graph = coo_array((np.ones(len(won)), (won, lost)), shape=(count, count))
    return int(connected_components(graph, directed=True, connection="strong")[0]) == 1


def fit_strengths(data: Pairs) -> StrengthFit:
    """By maximum likelihood.

    Args:
        data: `is_bounded`, with at least two raters and two pictures.
    """
    features = _features(data)
    taken = np.where(data.outcome == 1, 0, np.where(data.outcome == 0, 1, 2))
    ties = bool((taken == 2).any())
    basis = _basis(len(data.models), ties)
    features = features[:, :, : basis.shape[0]] @ basis
    features = features if ties else features[:, :2]
    point, curvature, pulls = _maximise(features, taken)
    spread = np.asarray(np.linalg.inv(curvature), float)
    clusters = (data.rater, data.picture, np.unique(np.c_[data.rater, data.picture], axis=0, return_inverse=True)[1])
    probabilities = _probabilities(features, point)
    parts = [_clustered(features, probabilities, pulls, np.ravel(cluster), spread) for cluster in clusters]
    covariance = _positive(parts[0] + parts[1] - parts[2])
    models = len(data.models)
    whole, all_values = basis @ covariance @ basis.T, basis @ point
    freedom = float(min(len(np.unique(data.rater)), len(np.unique(data.picture))) - 1)
    tie = float(all_values[models + 1]) if ties else None
    return StrengthFit(all_values[:models], whole[:models, :models], float(all_values[models]), tie, freedom)


def _features(data: Pairs) -> Floats:
    """(pairs, 3, models + 2): what left, right and a tie have for them; columns: strengths, side, tie."""
    models = len(data.models)
    left, right = np.eye(models)[data.left], np.eye(models)[data.right]
    told = np.zeros((len(data.left), 3, models + 2))
    told[:, 0, :models], told[:, 1, :models], told[:, 2, :models] = left, right, (left + right) / 2
    told[:, 0, models], told[:, 2, models], told[:, 2, models + 1] = 1, 0.5, 1
    return told


def _basis(models: int, ties: bool) -> Floats:
    """From free values to strengths with mean 0, side and tie."""
    free = np.vstack([np.eye(models - 1), -np.ones(models - 1)])
    extra = 2 if ties else 1
    return np.block([[free, np.zeros((models, extra))], [np.zeros((extra, models - 1)), np.eye(extra)]])


def _probabilities(features: Floats, point: Floats) -> Floats:
    odds = features @ point
    chances = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def _maximise(features: Floats, taken: Ints) -> tuple[Floats, Floats, Floats]:
    """Newton's method: the point, the curvature there, and each answer's pull."""
    point = np.zeros(features.shape[2])
    rows = np.arange(len(taken))
    for _ in range(STEPS):
        chances = _probabilities(features, point)
        expected = np.einsum("nk,nkp->np", chances, features)
        pulls = features[rows, taken] - expected
        curvature = np.einsum("nk,nkp,nkq->pq", chances, features, features) - expected.T @ expected
        step = np.linalg.solve(curvature, pulls.sum(0))
        if np.abs(step).max() < CLOSE:
            break
        point = point + step * min(1.0, 2.0 / np.abs(step).max())
    return point, curvature, pulls


def _clustered(features: Floats, chances: Floats, pulls: Floats, cluster: Ints, spread: Floats) -> Floats:
    """The covariance when answers of one cluster are alike."""
    count = int(cluster.max()) + 1
    expected = np.einsum("nk,nkp->np", chances, features)
    each = np.einsum("nk,nkp,nkq->npq", chances, features, features) - np.einsum("np,nq->npq", expected, expected)
    curvatures, sums = np.zeros((count, *each.shape[1:])), np.zeros((count, pulls.shape[1]))
    np.add.at(curvatures, cluster, each)
    np.add.at(sums, cluster, pulls)
    moved = _unlevered(curvatures, sums, spread)
    return np.asarray(moved.T @ moved)


def _unlevered(curvatures: Floats, pulls: Floats, spread: Floats) -> Floats:
    """How far each cluster moves the point, as if it had not drawn the fit towards itself."""
    values, vectors = np.linalg.eigh(spread)
    root = vectors * np.sqrt(values) @ vectors.T
    own, directions = np.linalg.eigh(root @ curvatures @ root)
    turned = np.einsum("gij,gi->gj", directions, pulls @ root) / np.sqrt(np.clip(1 - own, 0.05, None))
    return np.asarray(np.einsum("gij,gj->gi", directions, turned) @ root)


def _positive(covariance: Floats) -> Floats:
    """Two-way covariances can have negative directions; those become 0."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.clip(values, 0, None) @ vectors.T)


def preference_shares(data: Pairs) -> Floats:
    """How often each model won against each, ties as half; nan where they never met."""
    count = len(data.models)
    won, met = np.zeros((count, count)), np.zeros((count, count))
    np.add.at(won, (data.left, data.right), data.outcome)
    np.add.at(won, (data.right, data.left), 1 - data.outcome)
    for one, other in ((data.left, data.right), (data.right, data.left)):
        np.add.at(met, (one, other), 1)
    return np.asarray(np.divide(won, met, out=np.full((count, count), np.nan), where=met > 0))
