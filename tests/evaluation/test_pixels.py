"""PSNR, SSIM and dE2000 against scikit-image and torchmetrics."""

from __future__ import annotations

import sys
import warnings

import cv2
import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from stenciltorch.canvas import Illustration, Size
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import delta_e, to_lab
from stenciltorch.evaluation.pixels import (
    MOST_DB,
    colour_error,
    difference_map,
    ms_ssim,
    ms_ssim_lightness,
    psnr,
    psnr_lightness,
    ssim,
    ssim_lightness,
)

METRICS = {"psnr": psnr, "psnr_lightness": psnr_lightness, "ssim": ssim, "ssim_lightness": ssim_lightness}


@pytest.fixture
def pair():
    rng = np.random.default_rng(5)
    smooth = cv2.GaussianBlur(rng.integers(0, 256, (48, 40, 3), dtype=np.uint8), (0, 0), 3)
    smooth = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    noisy = np.clip(smooth + rng.normal(0, 12, smooth.shape), 0, 255).astype(np.uint8)
    return Illustration(noisy), Illustration(smooth)


@pytest.fixture
def large():
    """Large enough for five scales, with sides that are no powers of two."""
    rng = np.random.default_rng(6)
    smooth = cv2.GaussianBlur(rng.integers(0, 256, (210, 181, 3), dtype=np.uint8), (0, 0), 4)
    smooth = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    noisy = np.clip(smooth + rng.normal(0, 25, smooth.shape), 0, 255).astype(np.uint8)
    return Illustration(noisy), Illustration(smooth)


@pytest.fixture
def torchmetrics_image(monkeypatch):
    if getattr(sys.modules.get("matplotlib"), "__spec__", None) is None:  # a stand-in that another test's library left
        monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what torchmetrics imports
        return pytest.importorskip("torchmetrics.functional.image", reason="needs torchmetrics")


def noisier(picture, strength):
    noise = np.random.default_rng(1).normal(0, 1, picture.array.shape)
    return Illustration(np.clip(picture.array + strength * noise, 0, 255).astype(np.uint8))


def test_psnr_is_that_of_scikit_image(pair):
    one, other = pair
    assert psnr(one, other) == pytest.approx(peak_signal_noise_ratio(other.array, one.array), abs=1e-6)
    light = [to_lab(part.array)[..., 0] for part in (other, one)]
    assert psnr_lightness(one, other) == pytest.approx(peak_signal_noise_ratio(*light, data_range=100), abs=1e-6)


def test_ssim_is_that_of_scikit_image(pair):
    how = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "full": True}
    one, other = (part.array for part in pair)
    expected, full = structural_similarity(one, other, data_range=255, channel_axis=2, **how)
    assert ssim(*pair) == pytest.approx(expected, abs=1e-6)
    left = np.zeros(pair[0].size, bool)
    left[:, :20] = True
    assert ssim(*pair, left) == pytest.approx(full[5:-5, 5:20].mean(), abs=1e-6)
    light = [to_lab(part)[..., 0] for part in (one, other)]
    assert ssim_lightness(*pair) == pytest.approx(structural_similarity(*light, data_range=100, **how)[0], abs=1e-6)


def test_psnr_and_ssim_are_those_of_torchmetrics(pair, torchmetrics_image):
    image, torch = torchmetrics_image, pytest.importorskip("torch")
    one, other = (torch.from_numpy(part.array.astype(np.float64)).permute(2, 0, 1)[None] for part in pair)
    assert psnr(*pair) == pytest.approx(float(image.peak_signal_noise_ratio(one, other, data_range=255.0)), abs=1e-6)
    assert ssim(*pair) == pytest.approx(inner(image, one, other, 255.0), abs=1e-6)
    light = [torch.from_numpy(to_lab(part.array)[..., 0])[None, None] for part in pair]
    assert ssim_lightness(*pair) == pytest.approx(inner(image, *light, 100.0), abs=1e-6)


def inner(image, one, other, span):
    """torchmetrics' mean counts a padded rim of 5 px, which scikit-image's and the paper's do not."""
    _, full = image.structural_similarity_index_measure(one, other, data_range=span, return_full_image=True)
    return float(full[..., 5:-5, 5:-5].mean())


def test_ms_ssim_is_made_of_torchmetrics_parts(large, torchmetrics_image):
    """Five scales: the contrast of the first four, the similarity of the last, each to its power."""
    torch = pytest.importorskip("torch")
    colours = [torch.from_numpy(part.array.astype(np.float64)).permute(2, 0, 1)[None] for part in large]
    light = [torch.from_numpy(to_lab(part.array)[..., 0])[None, None] for part in large]
    assert ms_ssim(*large) == pytest.approx(over_scales(torchmetrics_image, *colours, 255.0), abs=1e-6)
    assert ms_ssim_lightness(*large) == pytest.approx(over_scales(torchmetrics_image, *light, 100.0), abs=1e-6)
    whole = torchmetrics_image.multiscale_structural_similarity_index_measure(*colours, data_range=255.0)
    assert ms_ssim(*large) == pytest.approx(float(whole), abs=2e-3)  # which counts the last scale's padded rim


def over_scales(image, one, other, span):
    product = 1.0
    for power in (0.0448, 0.2856, 0.3001, 0.2363):
        _, contrast = image.structural_similarity_index_measure(
            one, other, data_range=span, return_contrast_sensitivity=True
        )
        product *= float(contrast) ** power
        one, other = (torch_halved(part) for part in (one, other))
    return product * inner(image, one, other, span) ** 0.1333


def torch_halved(part):
    from torch.nn.functional import avg_pool2d

    return avg_pool2d(part, 2)


def test_ms_ssim_needs_176_pixels_and_knows_order(large):
    assert ms_ssim(*(Illustration(part.array[:175]) for part in large)) is None
    assert ms_ssim(*large) == pytest.approx(ms_ssim(*large[::-1]))
    assert ms_ssim(large[0], large[0]) == pytest.approx(1.0)
    found = [ms_ssim(noisier(large[1], strength), large[1]) for strength in (2, 10, 40, 120)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4
    negative = Illustration(255 - large[1].array)
    assert ms_ssim(negative, large[1]) == 0.0


def test_psnr_by_hand():
    """Every value is off by 51 = 255 / 5."""
    one, other = Illustration.filled(Size(4, 4), 51), Illustration.filled(Size(4, 4), 102)
    assert psnr(one, other) == pytest.approx(20 * np.log10(5))


def test_only_counted_pixels(pair):
    one, other = pair
    left = np.zeros(one.size, bool)
    left[:, :20] = True
    crops = [Illustration(part.array[:, :20]) for part in pair]
    assert psnr(one, other, left) == pytest.approx(psnr(*crops))
    assert psnr(one, other, ~left) != psnr(one, other, left)
    assert psnr(one, other, np.zeros(one.size, bool)) is None


@pytest.mark.parametrize("name", METRICS)
def test_equal_pictures(name, pair):
    assert METRICS[name](pair[0], pair[0]) == (MOST_DB if "psnr" in name else pytest.approx(1.0))


@pytest.mark.parametrize("name", METRICS)
def test_symmetry(name, pair):
    assert METRICS[name](*pair) == pytest.approx(METRICS[name](*pair[::-1]))


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("axis", [0, 1])
def test_a_mirror_changes_nothing(name, axis, pair):
    flipped = [Illustration(np.flip(part.array, axis)) for part in pair]
    assert METRICS[name](*flipped) == pytest.approx(METRICS[name](*pair))


@pytest.mark.parametrize("name", METRICS)
def test_more_noise_is_worse(name, pair):
    found = [METRICS[name](noisier(pair[1], strength), pair[1]) for strength in (2, 5, 10, 20, 40)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5


def test_small_pictures_have_no_ssim():
    assert ssim(Illustration.filled(Size(10, 50)), Illustration.filled(Size(10, 50))) is None


def test_the_difference_of_each_pixel(pair):
    one, other = pair
    assert np.abs(difference_map(one, other) - delta_e(to_lab(one.array), to_lab(other.array))).max() < 1e-12
    assert not difference_map(one, one).any()


def test_pairs_that_occur_often_are_no_other_than_those_that_occur_once(pair):
    """Few colours, most pixels equal: what is worked out once for many pixels is what each would have."""
    one = Illustration(pair[0].array // 64 * 64)
    other = Illustration(np.where(np.arange(40)[:, None] < 10, pair[1].array // 64 * 64, one.array))
    found = difference_map(one, other)
    assert np.abs(found - delta_e(to_lab(one.array), to_lab(other.array))).max() < 1e-12
    assert (found[:, 10:] == 0).all()
    assert (found[:, :10] > 0).any()


def test_colour_error_grows_with_noise(pair):
    found = [colour_error(noisier(pair[1], strength), pair[1]) for strength in (0, 5, 10, 20, 40)]
    for values in zip(*found, strict=True):
        assert list(values) == sorted(values)
        assert len(set(values)) == 5
    assert found[0] == (0.0, 0.0)


def test_other_sizes_are_refused(pair):
    with pytest.raises(InputError, match=r"40 x 48 and 8 x 9 pixels"):
        psnr(pair[0], Illustration.filled(Size(9, 8)))
