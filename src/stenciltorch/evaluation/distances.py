"""Distances between two sets of feature vectors, (pictures, features) each: Frechet, KID, MMD (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stenciltorch.errors import DatasetError
from stenciltorch.evaluation.colour import Float

Distance = Callable[[Float, Float], float]

RESAMPLES = 1000
FEWEST = 50
"""Resamples of a Frechet distance between large sets, each of which takes seconds."""

EASY = 100
"""Up to this many pictures (or features) a Frechet distance is resampled as often as the others."""

LEAST = 8
"""Pictures below which no interval is given."""

WIDE = 1.959963984540054
"""Standard deviations to each side that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Apart:
    """A distance between the paintings and the true pictures of the same cases.

    Args:
        low, high: 95 % interval; None below eight pictures.
        resamples: how often whole pictures were drawn anew for it.
    """

    value: float
    low: float | None
    high: float | None
    pictures: int
    resamples: int


def frechet(found: Float, true: Float) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of two Gaussians (Heusel et al. 2017, Eq. 6). Biased: compare at one
    number of pictures only.

    Raises:
        DatasetError: fewer than two pictures, or values that are not finite; so for the others.
    """
    _check(found, true)
    return _frechet(found, true)


def _frechet(found: Float, true: Float) -> float:
    first, second = ((part - part.mean(axis=0)) / np.sqrt(len(part) - 1) for part in (found, true))
    shift = ((found.mean(axis=0) - true.mean(axis=0)) ** 2).sum()
    return float(max(0.0, shift + (first**2).sum() + (second**2).sum() - 2 * _cross(first, second)))


def _cross(first: Float, second: Float) -> float:
    """tr (C1 C2)^(1/2) of C = X'X: the sum of the singular values of X1 X2', or, with more pictures than features, that
    of the square roots of the eigenvalues of C1^(1/2) C2 C1^(1/2).
    """
    if max(len(first), len(second)) <= first.shape[1]:
        return float(np.linalg.svd(first @ second.T, compute_uv=False).sum())
    values, vectors = np.linalg.eigh(first.T @ first)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return float(np.sqrt(np.linalg.eigvalsh(root @ (second.T @ second) @ root).clip(0)).sum())


def kernel_distance(found: Float, true: Float) -> float:
    """KID: unbiased squared MMD with the kernel (x.y / features + 1)^3 (Binkowski et al. 2018)."""
    _check(found, true)
    return _unbiased(*_polynomial(found, true))


def gaussian_distance(found: Float, true: Float) -> float:
    """Unbiased squared MMD with a Gaussian kernel as wide as the median distance between true pictures."""
    _check(found, true)
    return _unbiased(*_gaussian(found, true))


def _polynomial(found: Float, true: Float) -> tuple[Float, Float, Float]:
    return _kernels(lambda one, other: (one @ other.T / one.shape[1] + 1) ** 3, found, true)


def _gaussian(found: Float, true: Float) -> tuple[Float, Float, Float]:
    apart = _squares(true, true)
    width = float(np.median(apart[np.triu_indices(len(true), 1)])) or 1.0
    return _kernels(lambda one, other: np.exp(-_squares(one, other) / (2 * width)), found, true)


def _kernels(kernel: Callable[[Float, Float], Float], found: Float, true: Float) -> tuple[Float, Float, Float]:
    return kernel(found, found), kernel(true, true), kernel(found, true)


DISTANCES: dict[str, Distance] = {"frechet": frechet, "kid": kernel_distance, "mmd": gaussian_distance}


def measure_distance(name: str, found: Float, true: Float, rng: np.random.Generator) -> Apart:
    """A distance with its interval: 1.96 standard deviations over resamples to each side.

    Whole cases are drawn anew, painting and true picture together. A case that is drawn twice is never compared with
    itself in the unbiased distances. A resampled Frechet distance is larger than the distance itself, because fewer
    different pictures are in it, so only its scatter is used: the interval is for sets of this size.

    Args:
        found, true: (pictures, features), the same cases in the same order.
        rng: the same seed for two models makes their intervals comparable.

    Raises:
        DatasetError: fewer than two pictures, other numbers of them, or values that are not finite.
    """
    value = DISTANCES[name](found, true)
    if len(found) != len(true):
        raise DatasetError(f"The sets have {len(found)} and {len(true)} pictures; compare the same cases.")
    if len(found) < LEAST:
        return Apart(value, None, None, len(found), 0)
    resampled = _resampled_frechet if name == "frechet" else _resampled_kernels(name)
    drawn = resampled(found, true, rng)
    reach = WIDE * float(drawn.std(ddof=1))
    low = max(0.0, value - reach) if name == "frechet" else value - reach
    return Apart(value, low, value + reach, len(found), len(drawn))


def _resampled_frechet(found: Float, true: Float, rng: np.random.Generator) -> Float:
    hard = max(1.0, min(found.shape) / EASY)
    count = max(FEWEST, int(RESAMPLES / hard**2))
    picks = rng.integers(0, len(found), (count, len(found)))
    return np.array([_frechet(found[pick], true[pick]) for pick in picks])


def _resampled_kernels(name: str) -> Callable[[Float, Float, np.random.Generator], Float]:
    kernels = _polynomial if name == "kid" else _gaussian

    def resample(found: Float, true: Float, rng: np.random.Generator) -> Float:
        times = rng.multinomial(len(found), np.full(len(found), 1 / len(found)), RESAMPLES).astype(np.float64)
        return _reweighted(times, *kernels(found, true))

    return resample


def _reweighted(times: Float, within_found: Float, within_true: Float, across: Float) -> Float:
    """The unbiased distance with each case taken so many times, (resamples, cases); pairs of one case with itself stay
    out of what lies within a set, and keep their share of what lies across.
    """
    cases = times.shape[1]
    pairs = times.sum(1) ** 2 - (times**2).sum(1)
    means = [
        (np.einsum("rc,rc->r", times @ kernel, times) - times**2 @ np.diag(kernel)) / pairs
        for kernel in (within_found, within_true, across)
    ]
    beside = means[2] * (cases - 1) / cases + times @ np.diag(across) / cases**2
    return np.asarray(means[0] + means[1] - 2 * beside)


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
