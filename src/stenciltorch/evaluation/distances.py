"""Distances between two sets of feature vectors, (pictures, features) each: Frechet, KID, MMD (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stenciltorch.errors import DatasetError
from stenciltorch.evaluation.colour import Float
from stenciltorch.evaluation.statistics import COVERAGE

Distance = Callable[[Float, Float], float]

HALVES = 200
"""How often the interval's halves are drawn."""


def frechet(found: Float, true: Float) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two Gaussians (Heusel et al. 2017, Eq. 6). Biased: compare at one
    number of pictures only.

    Raises:
        DatasetError: fewer than two pictures, or values that are not finite; so for the others.
    """
    _check(found, true)
    first, second = (np.atleast_2d(np.cov(part, rowvar=False)) for part in (found, true))
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ second @ root).clip(0)).sum()
    shift = ((found.mean(axis=0) - true.mean(axis=0)) ** 2).sum()
    return float(shift + np.trace(first) + np.trace(second) - 2 * cross)


def kernel_distance(found: Float, true: Float) -> float:
    """KID: unbiased squared MMD with the kernel (x.y / features + 1)^3 (Binkowski et al. 2018)."""
    _check(found, true)
    size = found.shape[1]
    return _unbiased(*((one @ other.T / size + 1) ** 3 for one, other in _pairs(found, true)))


def gaussian_distance(found: Float, true: Float) -> float:
    """Unbiased squared MMD with a Gaussian kernel as wide as the median distance between true pictures."""
    _check(found, true)
    apart = _squares(true, true)
    width = float(np.median(apart[np.triu_indices(len(true), 1)])) or 1.0
    return _unbiased(*(np.exp(-_squares(one, other) / (2 * width)) for one, other in _pairs(found, true)))


DISTANCES: dict[str, Distance] = {"frechet": frechet, "kid": kernel_distance, "mmd": gaussian_distance}


def interval_over_halves(
    distance: Distance, found: Float, true: Float, rng: np.random.Generator
) -> tuple[float, float] | None:
    """The middle 95 % of the distance over random halves of the pictures, the same half of both sets; None below eight
    pictures. Halves are smaller sets: the interval tells the scatter, and lies off a biased distance.
    """
    if len(found) < 8 or len(found) != len(true):
        return None
    picks = [rng.permutation(len(found))[: len(found) // 2] for _ in range(HALVES)]
    values = [distance(found[pick], true[pick]) for pick in picks]
    low, high = np.quantile(values, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    return float(low), float(high)


def _pairs(found: Float, true: Float) -> tuple[tuple[Float, Float], ...]:
    return (found, found), (true, true), (found, true)


def _unbiased(within_found: Float, within_true: Float, across: Float) -> float:
    parts = [
        (kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1)) for kernel in (within_found, within_true)
    ]
    return float(sum(parts) - 2 * across.mean())


def _squares(one: Float, other: Float) -> Float:
    found = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    return np.asarray(found.clip(0))


def _check(found: Float, true: Float) -> None:
    if min(len(found), len(true)) < 2:
        raise DatasetError("A distance between sets needs at least two pictures on each side; measure more pictures.")
    if not (np.isfinite(found).all() and np.isfinite(true).all()):
        raise DatasetError("A picture's features are not finite; the pictures cannot be compared.")
