"""Bring a stencil to the working size: exact area averages, the same bytes in every language.

A side of `full` pixels reduced to `small` is measured in units of 1/small pixel: source pixel p covers
[p * small, (p + 1) * small) and result i covers [i * full, (i + 1) * full). All overlaps, and so all sums,
are whole numbers below 2**53, which float64 holds exactly: no order of summation changes a byte, and a
JavaScript twin that divides once and rounds half up gives the same picture.
Memory: one band of source rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor, sqrt
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Size, Stencil, UInt8Array

WORK_PIXELS = 768 * 768
"""Pixels at which the default model works; larger drawings are reduced to about this many."""

BAND_VALUES = 1 << 18
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
        stencil.light,
    )


def area_average(pixels: UInt8Array, size: Size) -> UInt8Array:
    """uint8 (H, W[, channels]) -> uint8 (height, width[, channels]): means over areas, rounded half up."""
    if Size.of(pixels) == size:
        return pixels
    planes = pixels.reshape(*pixels.shape[:2], -1)
    reduced = np.empty((*size, planes.shape[2]), np.uint8)
    for rows in _bands(planes, size):
        part = _Part(rows, slice(0, size.width))
        reduced[rows] = _round(_box_sums(planes, size, part, _levels) / Size.of(pixels).pixels)
    return reduced.reshape(*size, *pixels.shape[2:])


def reduce_hints(hints: Hints, size: Size) -> Hints:
    """Alpha is area-averaged, colour is the mean weighted by alpha; no wish (alpha 0) has no colour."""
    if hints.size == size:
        return hints
    reduced = np.zeros((*size, 4), np.uint8)
    for part in _hinted_parts(hints.array, size):
        sums = _box_sums(hints.array, size, part, _weighted)
        weight = sums[..., 3:]
        alpha = _round(weight / hints.size.pixels)
        colour = _round(sums[..., :3] / np.maximum(weight, 1.0))
        reduced[part] = np.where(alpha > 0, np.concatenate([colour, alpha], axis=2), np.uint8(0))
    return Hints(reduced)


class _Part(NamedTuple):
    """A rectangle of the result."""

    rows: slice
    columns: slice


def _bands(planes: UInt8Array, size: Size) -> Iterator[slice]:
    """Rows of the result, so many at a time that `BAND_VALUES` numbers hold what they are made of."""
    step = max(1, BAND_VALUES // (planes.shape[1] * planes.shape[2]))
    for start in range(0, size.height, step):
        yield slice(start, min(start + step, size.height))


def _hinted_parts(hints: UInt8Array, size: Size) -> Iterator[_Part]:
    """The rectangles of the result that hints have a part in: of 12 million pixels, twenty dabs touch few."""
    height, width = hints.shape[:2]
    for rows in _bands(hints, size):
        under = _under(rows, height, size.height)
        hinted = np.flatnonzero(hints[under, :, 3].any(axis=0))
        if hinted.size:
            yield _Part(rows, _under(slice(int(hinted[0]), int(hinted[-1]) + 1), size.width, width))


def _under(places: slice, full: int, small: int) -> slice:
    """What the places `places` of `small` cover of `full`."""
    return slice(places.start * full // small, -(-places.stop * full // small))


class _Taps(NamedTuple):
    """What each result of one axis is made of: source pixel first + t with weight overlaps[:, t]."""

    first: npt.NDArray[np.int64]
    overlaps: Sums

    @classmethod
    def of(cls, full: int, small: int, places: slice) -> _Taps:
        starts = np.arange(places.start, places.stop, dtype=np.int64) * full
        first = starts // small
        count = int((-(-(starts + full) // small) - first).max())
        edges = (first[:, None] + np.arange(count + 1)) * small
        inside = edges.clip(starts[:, None], starts[:, None] + full)
        return cls(first, np.diff(inside, axis=1).astype(np.float64))


def _box_sums(planes: UInt8Array, size: Size, part: _Part, values: Callable[[UInt8Array], Sums]) -> Sums:
    """Sums of value x overlap in one part of the result; the overlaps of each box add up to H x W."""
    height, width = planes.shape[:2]
    used = _under(part.columns, width, size.width)
    across = _Taps.of(width, size.width, part.columns)
    rows = _tap_sums(planes[:, used], _Taps.of(height, size.height, part.rows), values)
    columns = _tap_sums(rows.transpose(1, 0, 2), across._replace(first=across.first - used.start), np.asarray)
    return columns.transpose(1, 0, 2)


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
