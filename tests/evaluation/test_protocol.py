"""The paper's protocol and the distances between sets of pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
import toy_cases as toy
from scipy.linalg import sqrtm

from stenciltorch.canvas import Illustration, Size
from stenciltorch.errors import DatasetError
from stenciltorch.evaluation import distances
from stenciltorch.evaluation.distances import (
    DISTANCES,
    frechet,
    gaussian_distance,
    kernel_distance,
    measure_distance,
)
from stenciltorch.evaluation.features import describe
from stenciltorch.evaluation.protocol import RADIUS, STEP, Posed, hints_for, scaled_size


@dataclass(frozen=True)
class Toy:
    name: str = "toy"

    def load(self):
        return toy.case()


def sets(shift=0.0, count=60, features=6):
    rng = np.random.default_rng(4)
    return rng.normal(shift, 1, (count, features)), rng.normal(0, 1, (count, features))


# distances


def test_frechet_is_that_of_scipys_square_root():
    found, true = sets(0.5)
    first, second = np.cov(found, rowvar=False), np.cov(true, rowvar=False)
    shift = ((found.mean(0) - true.mean(0)) ** 2).sum()
    expected = shift + np.trace(first + second - 2 * np.real(sqrtm(first @ second)))
    assert frechet(found, true) == pytest.approx(expected, abs=1e-6)


def test_frechet_of_known_gaussians():
    """One feature: (m1 - m2)^2 + (s1 - s2)^2."""
    base = np.array([[-1.0], [1.0]] * 500)
    scale = float(np.std(base, ddof=1))
    assert frechet(3 * base + 2, base) == pytest.approx(4 + (2 * scale) ** 2)


def test_kid_is_that_of_torchmetrics():
    kid = pytest.importorskip("torchmetrics.image.kid", reason="needs torchmetrics")
    torch = pytest.importorskip("torch")
    found, true = sets(0.5)
    expected = kid.poly_mmd(torch.from_numpy(true), torch.from_numpy(found), degree=3, gamma=None, coef=1.0)
    assert kernel_distance(found, true) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("name", DISTANCES)
def test_a_farther_set_is_farther(name):
    found = [DISTANCES[name](*sets(shift)) for shift in (0.0, 0.3, 0.6, 1.2)]
    assert found == sorted(found)
    assert len(set(found)) == 4


@pytest.mark.parametrize("name", DISTANCES)
def test_the_order_of_pictures_does_not_matter(name):
    found, true = sets(0.5)
    assert DISTANCES[name](found[::-1], true) == pytest.approx(DISTANCES[name](found, true))


def test_unbiased_distances_of_like_sets_scatter_around_zero():
    draws = [np.random.default_rng(seed).normal(size=(2, 20, 6)) for seed in range(60)]
    for distance in (kernel_distance, gaussian_distance):
        values = [distance(*draw) for draw in draws]
        assert min(values) < 0 < max(values)
        assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))


def test_equal_sets_have_no_frechet_distance():
    _, true = sets()
    assert frechet(true, true) == pytest.approx(0, abs=1e-9)


def test_too_few_pictures_and_values_that_are_none():
    with pytest.raises(DatasetError, match="at least two pictures"):
        frechet(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(DatasetError, match="not finite"):
        kernel_distance(np.full((3, 3), np.nan), np.zeros((5, 3)))


@pytest.mark.parametrize("shape", [(40, 12), (12, 40), (30, 30)])
def test_frechet_with_more_and_with_fewer_pictures_than_features(shape):
    rng = np.random.default_rng(2)
    found, true = rng.normal(0.3, 1.2, shape), rng.normal(0, 1, shape)
    first, second = np.cov(found, rowvar=False), np.cov(true, rowvar=False)
    shift = ((found.mean(0) - true.mean(0)) ** 2).sum()
    eigenvalues = np.linalg.eigvals(first @ second).real.clip(0)
    expected = shift + np.trace(first) + np.trace(second) - 2 * np.sqrt(eigenvalues).sum()
    assert frechet(found, true) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", DISTANCES)
def test_an_interval_lies_around_its_distance(name):
    found, true = sets(0.6)
    apart = measure_distance(name, found, true, np.random.default_rng(0))
    assert apart.value == DISTANCES[name](found, true)
    assert apart.low < apart.value < apart.high
    assert (apart.pictures, apart.resamples) == (60, 1000)
    assert measure_distance(name, found, true, np.random.default_rng(0)) == apart


def test_few_pictures_have_no_interval_and_other_cases_are_refused():
    found, true = sets(0.6)
    few = measure_distance("kid", found[:7], true[:7], np.random.default_rng(0))
    assert (few.low, few.high, few.pictures, few.resamples) == (None, None, 7, 0)
    with pytest.raises(DatasetError, match="60 and 59 pictures"):
        measure_distance("kid", found, true[:-1], np.random.default_rng(0))


def test_each_case_once_is_the_distance_itself():
    """The resampled form of the unbiased distances, with every case drawn once."""
    found, true = sets(0.6)
    for kernels, distance in ((distances._polynomial, kernel_distance), (distances._gaussian, gaussian_distance)):
        again = distances._reweighted(np.ones((1, 60)), *kernels(found, true))
        assert again[0] == pytest.approx(distance(found, true), abs=1e-12)


@pytest.mark.parametrize("name", DISTANCES)
def test_intervals_cover_what_other_pictures_would_give(name, monkeypatch):
    """Paired sets as evaluations have them: 95 of 100 intervals hold the mean distance of sets of this size."""
    monkeypatch.setattr(distances, "RESAMPLES", 80)
    rng = np.random.default_rng(3)
    spread = np.sqrt(1 / np.arange(1, 21))

    def draw():
        true = rng.normal(size=(30, 20)) * spread
        return 0.8 * true + 0.4 * rng.normal(size=(30, 20)) * spread + 0.2 * (np.arange(20) == 0), true

    expected = np.mean([DISTANCES[name](*draw()) for _ in range(300)])
    intervals = [measure_distance(name, *draw(), np.random.default_rng(1)) for _ in range(200)]
    covered = np.mean([apart.low <= expected <= apart.high for apart in intervals])
    assert 0.9 <= covered <= 0.99


# features


def test_features_move_with_each_defect():
    true = describe(toy.target())
    assert true.shape == (204,)
    for defect in (
        lambda picture, step: cv2.GaussianBlur(picture, (0, 0), step),
        lambda picture, step: np.clip(picture.astype(int) + 8 * step, 0, 255).astype(np.uint8),
        lambda picture, step: np.roll(picture, 6 * step, axis=1),
    ):
        found = [np.linalg.norm(describe(Illustration(defect(toy.target().array, step))) - true) for step in (1, 2, 4)]
        assert found == sorted(found)
        assert found[0] > 0


# regimes


def test_pictures_are_posed_at_512():
    posed = {regime: Posed(Toy(), regime).load() for regime in ("none", "regular", "full")}
    assert {case.stencil.size for case in posed.values()} == {Size(512, 512)}
    assert all(case.target == posed["none"].target for case in posed.values())
    assert not posed["none"].stencil.hints.array.any()
    full = posed["full"].stencil.hints.array
    assert (full[..., 3] == 255).all()
    assert np.array_equal(full[..., :3], posed["full"].flats.array)


def test_regular_hints_by_hand():
    flats = Illustration(np.random.default_rng(0).integers(0, 256, (128, 192, 3), dtype=np.uint8))
    found = hints_for("regular", flats).array
    count, _, stats, centres = cv2.connectedComponentsWithStats((found[..., 3] > 0).astype(np.uint8))
    assert count - 1 == 6
    assert sorted(map(tuple, centres[1:].round().astype(int).tolist()))[0] == (STEP // 2, STEP // 2)
    assert (stats[1:, cv2.CC_STAT_WIDTH] == 2 * RADIUS + 1).all()
    assert found[32, 96, :3].tolist() == flats.array[32, 96].tolist()


@pytest.mark.parametrize(
    ("size", "expected"), [((512, 512), (512, 512)), ((1024, 2048), (512, 1024)), ((300, 256), (600, 512))]
)
def test_the_shortest_side_becomes_512(size, expected):
    assert scaled_size(Size(*size)) == Size(*expected)
