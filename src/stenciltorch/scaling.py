"""Bring a stencil to the working size: exact area averages, the same bytes in every language.

A side of `full` pixels reduced to `small` is measured in units of 1/small pixel: source pixel p covers
[p * small, (p + 1) * small) and result i covers [i * full, (i + 1) * full). All overlaps, and so all sums,
are whole numbers below 2**53, which float64 holds exactly: no order of summation changes a byte, and a
JavaScript twin that divides once and rounds half up gives the same picture.
Memory: one band of source rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, sqrt
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Size, Stencil, UInt8Array

WORK_PIXELS = 768 * 768
"""Pixels at which the default model works; larger drawings are reduced to about this many."""

BAND_VALUES = 1 << 20
"""Numbers held of one band of rows."""

Sums = npt.NDArray[np.float64]


def working_size(size: Size, work_pixels: int = WORK_PIXELS) -> Size:
    """`size` itself when it fits into `work_pixels`, else scaled down with its aspect kept.

    Each side is rounded half up and at least 1.
    """
    if size.pixels <= work_pixels:
        return size
    scale = sqrt(work_pixels / size.pixels)
    return Size(max(1, floor(size.height * scale + 0.5)), max(1, floor(size.width * scale + 0.5)))


def reduce_stencil(stencil: Stencil, size: Size) -> Stencil:
    """The same request on another grid: pictures area-averaged, hints weighted by their alpha."""
    if size == stencil.size:
        return stencil
    return Stencil(
        Lineart(area_average(stencil.lineart.array, size)),
        reduce_hints(stencil.hints, size),
        Mask(area_average(stencil.mask.array, size)),
        Illustration(area_average(stencil.base.array, size)),
    )


def area_average(pixels: UInt8Array, size: Size) -> UInt8Array:
    """uint8 (H, W[, channels]) -> uint8 (height, width[, channels]): means over areas, rounded half up."""
    if Size.of(pixels) == size:
        return pixels
    planes = pixels.reshape(*pixels.shape[:2], -1)
    means = _box_sums(planes, size, _levels) / Size.of(pixels).pixels
    return _round(means).reshape(*size, *pixels.shape[2:])


def reduce_hints(hints: Hints, size: Size) -> Hints:
    """Alpha is area-averaged, colour is the mean weighted by alpha; no wish (alpha 0) has no colour."""
    if hints.size == size:
        return hints
    if not hints.array[..., 3].any():
        return Hints.filled(size)
    sums = _box_sums(hints.array, size, _weighted)
    weight = sums[..., 3:]
    alpha = _round(weight / hints.size.pixels)
    colour = _round(sums[..., :3] / np.maximum(weight, 1.0))
    return Hints(np.where(alpha > 0, np.concatenate([colour, alpha], axis=2), np.uint8(0)))


class _Taps(NamedTuple):
    """What each result of one axis is made of: source pixel first + t with weight overlaps[:, t]."""

    first: npt.NDArray[np.int64]
    overlaps: Sums

    @classmethod
    def of(cls, full: int, small: int) -> _Taps:
        starts = np.arange(small, dtype=np.int64) * full
        first = starts // small
        count = int((-(-(starts + full) // small) - first).max())
        edges = (first[:, None] + np.arange(count + 1)) * small
        inside = edges.clip(starts[:, None], starts[:, None] + full)
        return cls(first, np.diff(inside, axis=1).astype(np.float64))


def _box_sums(planes: UInt8Array, size: Size, values: Callable[[UInt8Array], Sums]) -> Sums:
    """Sums of value x overlap, (height, width, channels); the overlaps of each box add up to H x W."""
    height, width, channels = planes.shape
    down, across = _Taps.of(height, size.height), _Taps.of(width, size.width)
    sums = np.empty((*size, channels))
    step = max(1, BAND_VALUES // (width * channels))
    for start in range(0, size.height, step):
        band = _Taps(down.first[start : start + step], down.overlaps[start : start + step])
        rows = _tap_sums(planes, band, values)
        columns = _tap_sums(rows.transpose(1, 0, 2), across, np.asarray)
        sums[start : start + step] = columns.transpose(1, 0, 2)
    return sums


def _tap_sums(source: npt.NDArray[Any], taps: _Taps, values: Callable[[npt.NDArray[Any]], Sums]) -> Sums:
    """Reduce the first axis."""
    total = np.zeros((len(taps.first), *source.shape[1:]))
    for tap, overlap in enumerate(taps.overlaps.T):
        picked = source[np.minimum(taps.first + tap, len(source) - 1)]
        total += values(picked) * overlap[:, None, None]
    return total


def _levels(pixels: UInt8Array) -> Sums:
    return pixels.astype(np.float64)


def _weighted(rgba: UInt8Array) -> Sums:
    """Straight (..., 4) -> colour x alpha and alpha."""
    values = rgba.astype(np.float64)
    values[..., :3] *= values[..., 3:]
    return values


def _round(values: Sums) -> UInt8Array:
    return np.floor(values + 0.5).astype(np.uint8)
