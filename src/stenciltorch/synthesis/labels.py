"""Arithmetic on label maps, in passes over the pixels and never in loops over them."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Int32Array, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, Float64Array, Int64Array, IntegerArray


class Compact(NamedTuple):
    """Labels 0..n-1 without holes, and the original label of each."""

    labels: Int32Array
    originals: Int64Array


def compact(labels: IntegerArray) -> Compact:
    """Close the holes that cropping and merging leave in a label map."""
    present = np.bincount(labels.ravel()) > 0
    table = np.cumsum(present, dtype=np.int32) - 1
    return Compact(table.take(labels), np.flatnonzero(present))


def totals(owners: IntegerArray, values: npt.NDArray[Any], count: int) -> Float64Array:
    """Sum of the values of each owner 0..count-1."""
    return np.bincount(owners, weights=values, minlength=count).astype(np.float64, copy=False)


def connected_parts(labels: IntegerArray) -> Int32Array:
    """Number each 4-connected part of each label on its own, 0..n-1.

    One component search on a grid of twice the size: a site for every pixel and every link of equal pixels.
    """
    height, width = labels.shape
    grid = np.zeros((2 * height - 1, 2 * width - 1), dtype=np.uint8)
    grid[::2, ::2] = 1
    grid[::2, 1::2] = labels[:, :-1] == labels[:, 1:]
    grid[1::2, ::2] = labels[:-1] == labels[1:]
    _, parts = cv2.connectedComponents(grid, connectivity=4, ltype=cv2.CV_32S)
    return np.ascontiguousarray(parts[::2, ::2] - 1, dtype=np.int32)


def edge_distance(labels: IntegerArray) -> Float32Array:
    """Distance in px to the nearest pixel with another label to its right or below: float32 (H, W)."""
    inner = np.ones(labels.shape, dtype=np.uint8)
    inner[:, :-1] &= labels[:, :-1] == labels[:, 1:]
    inner[:-1] &= labels[:-1] == labels[1:]
    return np.asarray(cv2.distanceTransform(inner, cv2.DIST_L2, 3), dtype=np.float32)


class Contacts(NamedTuple):
    """Each pair of touching labels once (first < second) and the length of their border in px."""

    first: Int64Array
    second: Int64Array
    length: Float64Array


def contacts(labels: Int32Array, count: int) -> Contacts:
    """Borders between labels 0..count-1 (4-connected)."""
    keys, length = np.unique(touching(labels, count).keys, return_counts=True)
    return Contacts(keys // count, keys % count, length.astype(np.float64))


def guarded_contacts(labels: Int32Array, count: int, strength: Float32Array) -> tuple[Contacts, Float64Array]:
    """Borders between labels 0..count-1, and the sum along each of the greater strength of the two pixels that touch.

    Args:
        strength: (H, W).
    """
    border = touching(labels, count)
    keys, inverse, length = np.unique(border.keys, return_inverse=True, return_counts=True)
    flat = strength.ravel()
    guard = np.bincount(inverse, weights=np.maximum(flat[border.near], flat[border.far]), minlength=len(keys))
    return Contacts(keys // count, keys % count, length.astype(np.float64)), guard.astype(np.float64, copy=False)


class Touching(NamedTuple):
    """Every pair of pixels with two labels side by side or one above the other: smaller label x count + greater
    label, and the places of both pixels in the flat picture."""

    keys: Int64Array
    near: Int64Array
    far: Int64Array


def touching(labels: Int32Array, count: int) -> Touching:
    """Pairs of pixels on the borders between labels 0..count-1."""
    width = labels.shape[1]
    beside = np.flatnonzero(labels[:, :-1] != labels[:, 1:])
    beside += beside // max(width - 1, 1)
    below = np.flatnonzero(labels[:-1] != labels[1:])
    near, far = np.concatenate((beside, below)), np.concatenate((beside + 1, below + width))
    one, two = labels.ravel()[near].astype(np.int64), labels.ravel()[far].astype(np.int64)
    return Touching(np.minimum(one, two) * count + np.maximum(one, two), near, far)


def medians(values: UInt8Array, labels: Int32Array, count: int) -> UInt8Array:
    """Per-label, per-channel lower median of values (N, C), labels (N,): uint8 (count, C).

    A label without pixels gets 0.
    """
    result = np.zeros((count, values.shape[1]), dtype=np.uint8)
    base = labels.astype(np.int64) * 256
    for channel in range(values.shape[1]):
        bins = base + values[:, channel]
        histogram = np.bincount(bins, minlength=count * 256).reshape(count, 256)
        cumulative = np.cumsum(histogram, axis=1)
        half = (cumulative[:, -1:] + 1) // 2
        result[:, channel] = np.argmax(cumulative >= np.maximum(half, 1), axis=1)
    return result


def filled(labels: Int32Array) -> Int32Array:
    """Give every pixel without a label (0 or below) the nearest one."""
    known = labels > 0
    if known.all() or not known.any():
        return np.maximum(labels, 0)
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    places = np.flatnonzero(known)
    owner[nearest.ravel()[places]] = labels.ravel()[places]
    return np.asarray(owner[nearest])
