"""What pictures and height maps tell about the borders between pieces of a picture, kept while pieces are joined."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from stenciltorch.canvas import Int32Array
from stenciltorch.synthesis.arrays import BoolArray, Float32Array, Float64Array, Int64Array
from stenciltorch.synthesis.labels import Touching, compact, connected_parts, contacts, filled, totals, touching
from stenciltorch.synthesis.merging import norm, roots_of, shade

BESIDE = 3
"""Px off a border at which its two sides are compared."""
CALM_LINE, CALM_GRADIENT = 0.25, 12.0
"""Pixels without a line (strength) or an edge (Lab per px) count for the colour of a piece."""
STEADY, EXACT = 1.0, 0.7
"""Lab per px up to which a border's side, and a pixel of a piece, is flat paint."""

MEASURES = (
    "lowest", "height", "line", "edges beside", "shade step", "colour step", "local step", "flat beside", "darker",
    "colour distance", "shade distance", "spread", "flatness", "summit", "area", "length", "seen", "coloured",
    "lightness", "colourfulness",
)  # fmt: skip
"""What is measured of a border, in this order, each about 0 to 1."""

_SIGNED = slice(0, 3)
"""Columns of traces that change their sign when the sides are exchanged."""


class View(NamedTuple):
    """Planes (H, W) that borders are measured on.

    Args:
        lab: (H, W, 3), smoothed; `gradient`: of it, per px; `line`: strength in [0, 1]; `height`: in [0, 1].
        seen, coloured: near a border of the cut by heights, and of the cut by colours.
    """

    lab: Float32Array
    gradient: Float32Array
    line: Float32Array
    height: Float32Array
    seen: BoolArray
    coloured: BoolArray


class Evidence(NamedTuple):
    """Pieces 0..n-1 and their borders.

    Args:
        owner: the piece that each first label belongs to now.
        areas: px; `summits`: greatest height; `paints`: (n, 8) sums of weight, Lab, Lab squared, flat pixels.
        first, second: ends of each border; `length`: px; `traces`: (m, 12) sums along it.
    """

    owner: Int64Array
    areas: Float64Array
    summits: Float64Array
    paints: Float64Array
    first: Int64Array
    second: Int64Array
    length: Float64Array
    traces: Float64Array


def common_pieces(seen: Int32Array, coloured: Int32Array, smallest: float, thinnest: float) -> Int32Array:
    """Parts that lie in one label of both maps, 0..n-1; slivers, where both draw one border, go to the nearest part.

    Args:
        smallest: px of area; `thinnest`: px across.
    """
    both = seen.astype(np.int64) * (int(coloured.max()) + 1) + coloured
    parts = connected_parts(both)
    count = int(parts.max()) + 1
    first, second, length = contacts(parts, count)
    rim = totals(first, length, count) + totals(second, length, count)
    areas = np.bincount(parts.ravel(), minlength=count)
    kept = (areas >= smallest) & (2 * areas >= thinnest * rim)
    kept |= areas == areas.max()
    number = np.where(kept, np.arange(1, count + 1), 0).astype(np.int32)
    return compact(filled(number[parts])).labels


def near_borders(labels: Int32Array) -> BoolArray:
    """Within 3 px of another label: bool (H, W)."""
    plane, square = labels.astype(np.float32), np.ones((7, 7), np.uint8)
    return np.asarray(cv2.dilate(plane, square) != cv2.erode(plane, square))


def quiet(line: Float32Array, gradient: Float32Array) -> BoolArray:
    """Pixels that count for the colour of a piece: bool (H, W)."""
    return np.asarray((line < CALM_LINE) & (gradient < CALM_GRADIENT))


def gather(labels: Int32Array, view: View) -> Evidence:
    """Evidence on labels 0..n-1."""
    count = int(labels.max()) + 1
    border = touching(labels, count)
    keys, place, length = np.unique(border.keys, return_inverse=True, return_counts=True)
    columns = _traces(border, labels, view)
    traces = np.stack([totals(place, column, len(keys)) for column in columns], axis=1)
    areas = np.bincount(labels.ravel(), minlength=count)
    by_label = view.height.ravel()[np.argsort(labels.ravel(), kind="stable")]
    return Evidence(
        np.arange(count),
        areas.astype(np.float64),
        np.maximum.reduceat(by_label, np.cumsum(areas) - areas).astype(np.float64),
        _paints(labels, view, count),
        keys // count,
        keys % count,
        length.astype(np.float64),
        traces,
    )


def _paints(labels: Int32Array, view: View, count: int) -> Float64Array:
    owners = labels.ravel().astype(np.intp)
    weight = np.where(quiet(view.line, view.gradient), 1.0, 0.02).ravel()
    channels = [view.lab[..., channel].ravel().astype(np.float64) for channel in range(3)]
    sums = [weight, *(weight * one for one in channels), *(weight * one * one for one in channels)]
    flat = (view.gradient < EXACT).ravel().astype(np.float64)
    return np.stack([totals(owners, values, count) for values in (*sums, flat)], axis=1)


def _traces(border: Touching, labels: Int32Array, view: View) -> list[Float64Array]:
    """Twelve columns, a value for each pair of pixels that touch."""
    near, far = border.near, border.far
    before, behind = _sides(border, labels.shape[1], labels.size)
    flat_lab = view.lab.reshape(-1, 3).astype(np.float64)
    one, two = flat_lab[before], flat_lab[behind]
    gap = one - two
    turned = np.where(labels.ravel()[near] < labels.ravel()[far], 1.0, -1.0)
    lowest = cv2.erode(view.height, np.ones((5, 5), np.uint8)).ravel()
    lines = cv2.dilate(view.line, np.ones((3, 3), np.uint8)).ravel()
    height, gradient, light = view.height.ravel(), view.gradient.ravel(), flat_lab[:, 0]
    beside = np.maximum(gradient[before], gradient[behind])
    return [
        *(gap[:, channel] * turned for channel in range(3)),
        np.minimum(lowest[near], lowest[far]),
        np.maximum(height[near], height[far]),
        np.maximum(lines[near], lines[far]),
        beside,
        np.sqrt((gap * gap).sum(axis=1)),
        (beside < STEADY).astype(np.float64),
        np.minimum(light[near], light[far]) - np.minimum(one[:, 0], two[:, 0]),
        view.seen.ravel()[near].astype(np.float64),
        view.coloured.ravel()[near].astype(np.float64),
    ]


def _sides(border: Touching, width: int, pixels: int) -> tuple[Int64Array, Int64Array]:
    """The pixels a few px before the nearer and behind the farther of each pair, within the picture."""
    step = border.far - border.near
    across = np.where(step == 1, border.near % width, border.near // width)
    room = np.where(step == 1, width, pixels // width) - 2 - across
    before = border.near - step * np.minimum(BESIDE, across)
    return before, border.far + step * np.minimum(BESIDE, room)


def joined_evidence(evidence: Evidence, borders: Int64Array) -> Evidence:
    """The evidence after the two sides of each of these borders have become one piece."""
    roots = roots_of(len(evidence.areas), evidence.first[borders], evidence.second[borders])
    number, owner = np.unique(roots, return_inverse=True)
    left = len(number)
    one, two = owner[evidence.first], owner[evidence.second]
    apart = one != two
    traces = evidence.traces[apart]
    traces[(one > two)[apart], _SIGNED] *= -1
    keys, place = np.unique(np.minimum(one, two)[apart] * left + np.maximum(one, two)[apart], return_inverse=True)
    summits = np.zeros(left)
    np.maximum.at(summits, owner, evidence.summits)
    return Evidence(
        owner[evidence.owner],
        totals(owner, evidence.areas, left),
        summits,
        _summed(evidence.paints, owner, left),
        keys // left,
        keys % left,
        totals(place, evidence.length[apart], len(keys)),
        _summed(traces, place, len(keys)),
    )


def _summed(rows: Float64Array, owners: Int64Array, count: int) -> Float64Array:
    """Rows (n, k) summed by owner: (count, k)."""
    result = np.zeros((count, rows.shape[1]))
    np.add.at(result, owners, rows)
    return result


def measures(evidence: Evidence) -> Float64Array:
    """`MEASURES` of every border: float64 (m, 20)."""
    one, two = evidence.first, evidence.second
    weight = evidence.paints[:, :1]
    colour = evidence.paints[:, 1:4] / weight
    spread = np.sqrt(np.maximum(evidence.paints[:, 4:7] / weight - colour**2, 0).sum(axis=1))
    flat = evidence.paints[:, 7] / evidence.areas
    grey = np.abs(colour[:, 1:] - 128).sum(axis=1) / 50
    trace = evidence.traces / evidence.length[:, None]
    gap, distance = trace[:, _SIGNED], colour[one] - colour[two]
    small = np.minimum(evidence.areas[one], evidence.areas[two])
    share = small / evidence.areas.sum()
    columns = (
        trace[:, 3],
        trace[:, 4],
        trace[:, 5],
        _bounded(trace[:, 6]),
        _bounded(shade(gap)),
        _bounded(norm(gap)),
        _bounded(trace[:, 7]),
        trace[:, 8],
        np.tanh(trace[:, 9] / 10),
        _bounded(norm(distance)),
        _bounded(shade(distance)),
        _bounded(np.maximum(spread[one], spread[two])),
        np.minimum(flat[one], flat[two]),
        np.minimum(evidence.summits[one], evidence.summits[two]),
        np.log(share * 512**2 + 1) / 10,
        np.minimum(evidence.length / np.sqrt(small), 4) / 4,
        trace[:, 10],
        trace[:, 11],
        np.minimum(colour[one, 0], colour[two, 0]) / 100,
        np.minimum(grey[one], grey[two]),
    )
    return np.stack(columns, axis=1)


def _bounded(values: Float64Array) -> Float64Array:
    """0 .. infinity to 0 .. 1; 8 becomes a half."""
    return np.asarray(values / (values + 8))
