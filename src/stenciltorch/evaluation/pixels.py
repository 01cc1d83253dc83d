"""Pixel by pixel against the true picture: PSNR, SSIM, dE2000 (docs/metrics.md)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from skimage.metrics import structural_similarity

from stenciltorch.canvas import Illustration
from stenciltorch.errors import InputError
from stenciltorch.evaluation.colour import Float, delta_e, to_lab
from stenciltorch.evaluation.hints import Bool

SSIM_WINDOW = 11
"""Pixels that the Gaussian of SSIM (sigma 1.5) spans; smaller pictures have none."""

MOST_DB = 100.0
"""PSNR of equal pictures, which would be infinite."""


def psnr(painted: Illustration, target: Illustration, counted: Bool | None = None) -> float | None:
    """10 log10(255^2 / mean squared error) over R, G and B, at most 100; None without counted pixels (H, W)."""
    _check(painted, target)
    return _decibels(painted.array.astype(np.float32), target.array.astype(np.float32), 255.0, counted)


def psnr_lightness(painted: Illustration, target: Illustration, counted: Bool | None = None) -> float | None:
    """As `psnr`, of L*, whose range is 100."""
    _check(painted, target)
    return _decibels(to_lab(painted.array)[..., 0], to_lab(target.array)[..., 0], 100.0, counted)


def _decibels(
    found: npt.NDArray[np.floating], wanted: npt.NDArray[np.floating], span: float, counted: Bool | None
) -> float | None:
    error = (found - wanted) ** 2 if counted is None else (found[counted] - wanted[counted]) ** 2
    if not error.size:
        return None
    return float(min(MOST_DB, 10 * np.log10(span**2 / max(float(error.mean(dtype=np.float64)), 1e-300))))


def ssim(painted: Illustration, target: Illustration) -> float | None:
    """Structural similarity (Wang 2004: Gaussian of sigma 1.5 over 11 x 11) of R, G and B; None below 11 px a side."""
    _check(painted, target)
    return _similarity(painted.array.astype(np.float64), target.array.astype(np.float64), 255.0)


def ssim_lightness(painted: Illustration, target: Illustration) -> float | None:
    """As `ssim`, of L*."""
    _check(painted, target)
    return _similarity(to_lab(painted.array)[..., 0], to_lab(target.array)[..., 0], 100.0)


def _similarity(found: Float, wanted: Float, span: float) -> float | None:
    if min(found.shape[:2]) < SSIM_WINDOW:
        return None
    return float(
        structural_similarity(  # type: ignore[no-untyped-call]
            found,
            wanted,
            data_range=span,
            channel_axis=2 if found.ndim == 3 else None,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def difference_map(one: Illustration, other: Illustration) -> Float:
    """dE2000 of each pixel, (H, W); equal pixels cost no time.

    Raises:
        InputError: the sizes differ.
    """
    _check(one, other)
    differ = (one.array != other.array).any(axis=2)
    found = np.zeros(one.size)
    found[differ] = delta_e(to_lab(one.array[differ]), to_lab(other.array[differ]))
    return found


def colour_error(painted: Illustration, target: Illustration) -> tuple[float, float]:
    """Mean and 95th percentile of dE2000 over all pixels."""
    error = difference_map(painted, target)
    return float(error.mean(dtype=np.float64)), float(np.percentile(error, 95))


def _check(painted: Illustration, target: Illustration) -> None:
    if painted.size != target.size:
        raise InputError(f"The pictures have {painted.size} and {target.size} pixels; compare pictures of one size.")
