"""Pixel by pixel against the true picture: PSNR, SSIM, dE2000 (docs/metrics.md)."""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Illustration
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import Float, differences, lab_of
from stenciltorch.evaluation.hints import Bool

SSIM_WINDOW = 11
"""Pixels that the Gaussian of SSIM (sigma 1.5) spans; smaller pictures have none."""

RIM = SSIM_WINDOW // 2

POWERS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""How much each scale of `ms_ssim` counts, the finest first (Wang 2003)."""

MOST_DB = 100.0
"""PSNR of equal pictures, which would be infinite."""

GAUSSIAN = cv2.getGaussianKernel(SSIM_WINDOW, 1.5, cv2.CV_64F)


def psnr(painted: Illustration, target: Illustration, counted: Bool | None = None) -> float | None:
    """10 log10(255^2 / mean squared error) over R, G and B, at most 100; None without counted pixels (H, W)."""
    _check(painted, target)
    pixels = painted.size.pixels if counted is None else int(np.count_nonzero(counted))
    if not pixels:
        return None
    mask = None if counted is None else counted.astype(np.uint8)
    return _decibels(cv2.norm(painted.array, target.array, cv2.NORM_L2SQR, mask) / (3 * pixels), 255.0)


def psnr_lightness(painted: Illustration, target: Illustration, counted: Bool | None = None) -> float | None:
    """As `psnr`, of L*, whose range is 100."""
    _check(painted, target)
    counted = np.ones(painted.size, np.bool_) if counted is None else counted
    if not counted.any():
        return None
    found, wanted = (lab_of(picture)[counted, 0] for picture in (painted, target))
    return _decibels(float(((found - wanted) ** 2).mean()), 100.0)


def _decibels(error: float, span: float) -> float:
    """Of a mean squared error."""
    return float(min(MOST_DB, 10 * np.log10(span**2 / max(error, 1e-300))))


def ssim(painted: Illustration, target: Illustration, counted: Bool | None = None) -> float | None:
    """Structural similarity (Wang 2004: Gaussian of sigma 1.5 over 11 x 11) of R, G and B; None below 11 px a side.

    Args:
        counted: pixels (H, W) whose windows count, among those whose window lies in the picture; all when not given.
    """
    _check(painted, target)
    return _similarity(painted.array.astype(np.float64), target.array.astype(np.float64), 255.0, counted)


def ssim_lightness(painted: Illustration, target: Illustration) -> float | None:
    """As `ssim`, of L*."""
    _check(painted, target)
    return _similarity(lab_of(painted)[..., 0], lab_of(target)[..., 0], 100.0)


def _similarity(found: Float, wanted: Float, span: float, counted: Bool | None = None) -> float | None:
    if min(found.shape[:2]) < SSIM_WINDOW:
        return None
    similarity, _ = _structure(found, wanted, span)
    if counted is None:
        return float(similarity.mean())
    inner = counted[RIM:-RIM, RIM:-RIM]
    return float(similarity[inner].mean()) if inner.any() else None


def _structure(found: Float, wanted: Float, span: float) -> tuple[Float, Float]:
    """Similarity, and its part without lightness, of each window that lies in the pictures (H - 10, W - 10, ...)."""
    first, second = (0.01 * span) ** 2, (0.03 * span) ** 2
    one, other = _window(found), _window(wanted)
    product, squares = one * other, one * one + other * other
    contrast = 2 * (_window(found * wanted) - product) + second
    contrast /= _window(found * found + wanted * wanted) - squares + second
    return contrast * (2 * product + first) / (squares + first), contrast


def _window(values: Float) -> Float:
    """Gaussian means over the windows inside."""
    blurred = cv2.sepFilter2D(values, cv2.CV_64F, GAUSSIAN, GAUSSIAN, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred[RIM:-RIM, RIM:-RIM], np.float64)


def ms_ssim(painted: Illustration, target: Illustration) -> float | None:
    """Structural similarity over five scales (Wang 2003) of R, G and B; None below 176 px a side."""
    _check(painted, target)
    return _over_scales(painted.array.astype(np.float64), target.array.astype(np.float64), 255.0)


def ms_ssim_lightness(painted: Illustration, target: Illustration) -> float | None:
    """As `ms_ssim`, of L*."""
    _check(painted, target)
    return _over_scales(lab_of(painted)[..., 0], lab_of(target)[..., 0], 100.0)


def _over_scales(found: Float, wanted: Float, span: float) -> float | None:
    """Means over pixels and channels of each scale, those below 0 as 0, to the scale's power, multiplied."""
    if min(found.shape[:2]) < SSIM_WINDOW * 2 ** (len(POWERS) - 1):
        return None
    product = 1.0
    for scale, power in enumerate(POWERS, start=1):
        similarity, contrast = _structure(found, wanted, span)
        mean = float((similarity if scale == len(POWERS) else contrast).mean())
        product *= max(0.0, mean) ** power
        found, wanted = _halved(found), _halved(wanted)
    return product


def _halved(values: Float) -> Float:
    """Means of 2 x 2 pixels; an odd last row or column is left out."""
    height, width = (side // 2 * 2 for side in values.shape[:2])
    even = values[:height, :width]
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def difference_map(one: Illustration, other: Illustration) -> Float:
    """dE2000 of each pixel, (H, W); equal pixels cost no time.

    Raises:
        InputError: the sizes differ.
    """
    _check(one, other)
    differ = differences(one, other)
    found = np.zeros(one.size)
    found.ravel()[differ.places] = differ.distances()
    return found


def colour_error(painted: Illustration, target: Illustration) -> tuple[float, float]:
    """Mean and 95th percentile of dE2000 over all pixels."""
    error = difference_map(painted, target)
    return float(error.mean(dtype=np.float64)), float(np.percentile(error, 95))


def _check(painted: Illustration, target: Illustration) -> None:
    if painted.size != target.size:
        raise InputError(f"The pictures have {painted.size} and {target.size} pixels; compare pictures of one size.")
