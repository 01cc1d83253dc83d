"""How each baseline imagines its users: hints out of a finished picture, in the planes of `networks.baselines.formats`.

All take the picture as uint8 (H, W, 3) and return float32 (channels, rows, columns). Sides are multiples of 4.
"""

from __future__ import annotations

import cv2
import numpy as np
from skimage.color import rgb2lab

from stenciltorch.canvas import UInt8Array
from stenciltorch.networks.baselines.formats import HALF
from stenciltorch.networks.baselines.paintschainer import NO_HINT, SHARE
from stenciltorch.networks.baselines.zhang2017 import SCALE
from stenciltorch.synthesis.arrays import Float32Array
from stenciltorch.training.baselines.settings import Zhang2017Config

ROUNDING = 20
"""PaintsChainer's colours come in steps of so many levels."""

LEVEL_NOISE = 5.0
SPARSENESS = 0.005
"""Ci: the share of pixels that are hints is |N(0, SPARSENESS)|."""

STROKE_POINTS, STROKE_WIDTHS, STROKE_REACH = (1, 4), (1, 3), 10
"""PaintsTorch, at 1/4 size: fewest and most points and pixels, and how far points lie from the first."""

BLUR = 0.8
"""PaintsTorch's strokes are brought down to this share and up again."""

GREY = 128


def reveal_patches(target: UInt8Array, settings: Zhang2017Config, rng: np.random.Generator) -> Float32Array:
    """Zhang: squares of 1 to 9 px with their mean ab, mostly near the middle; a geometric number of them."""
    height, width = target.shape[:2]
    planes = np.zeros((3, height, width), np.float32)
    planes[2] = -HALF
    if rng.random() < settings.whole:
        return _revealed(planes, target, slice(None), slice(None), mean=False)
    while rng.random() < settings.again:
        side = int(rng.integers(1, min(settings.largest, height, width) + 1))
        rows, columns = _central(height, side, rng), _central(width, side, rng)
        _revealed(planes, target, rows, columns, mean=True)
    return planes


def _central(full: int, side: int, rng: np.random.Generator) -> slice:
    """A stretch of `side` pixels, normally distributed around the middle with a quarter of the room as deviation."""
    room = (full - side + 1) / 2
    start = int(np.clip(rng.normal(room, room / 2), 0, full - side))
    return slice(start, start + side)


def _revealed(planes: Float32Array, target: UInt8Array, rows: slice, columns: slice, *, mean: bool) -> Float32Array:
    colours = rgb2lab(target[rows, columns])[..., 1:].transpose(2, 0, 1) / SCALE
    planes[:2, rows, columns] = colours.mean(axis=(1, 2), keepdims=True) if mean else colours
    planes[2, rows, columns] = 1 - HALF
    return planes


def scatter_points(target: UInt8Array, most: int, rng: np.random.Generator) -> Float32Array:
    """PaintsChainer, at 1/4 size: no points, 2 to 15 or 16 to `most`, each 1 or 3 px wide and high, colours rounded."""
    small = reduced(target)
    colours = cv2.cvtColor(small, cv2.COLOR_RGB2YUV).astype(np.float32)
    hinted = np.broadcast_to(np.array(NO_HINT, np.float32), colours.shape).copy()
    for _ in range(point_count(most, rng)):
        row, column = (int(rng.integers(1, side - 1)) for side in colours.shape[:2])
        noisy = colours[row, column] + rng.normal(0, LEVEL_NOISE, 3)
        hinted[row, column] = value = np.floor(noisy / ROUNDING + 0.5) * ROUNDING
        if rng.random() < 0.5:
            hinted[row, [column - 1, column + 1]] = value
        if rng.random() < 0.5:
            hinted[[row - 1, row + 1], column] = value
    return hinted.transpose(2, 0, 1).copy()


def point_count(most: int, rng: np.random.Generator) -> int:
    """0 in two of five pictures, 2 to 15 in three of ten, else 16 to `most` - 1."""
    kind = rng.random()
    if kind < 0.4:
        return 0
    return int(rng.integers(2, 16) if kind < 0.7 else rng.integers(16, most))


def scatter_pixels(target: UInt8Array, empty: float, rng: np.random.Generator) -> Float32Array:
    """Ci, at 1/4 size: single pixels, few in most pictures, none in the share `empty`.

    Colours come from a crop of 90 to 100 % of the picture, stretched: hints do not lie quite where they should.
    """
    colours = reduced(_shifted(target, rng)).astype(np.float32) / 127.5 - 1
    share = 0.0 if rng.random() < empty else abs(float(rng.normal(0, SPARSENESS)))
    mask = (rng.random(colours.shape[:2]) < share).astype(np.float32)
    return np.concatenate([colours * mask[..., None], mask[..., None]], axis=2).transpose(2, 0, 1).copy()


def _shifted(target: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """A crop of 90 to 100 % of the area with its sides up to 1/7 apart, at the picture's own size."""
    height, width = target.shape[:2]
    area, aspect = rng.uniform(0.9, 1.0), np.sqrt(rng.uniform(7 / 8, 8 / 7))
    rows = min(height, round(height * np.sqrt(area) * aspect))
    columns = min(width, round(width * np.sqrt(area) / aspect))
    top, left = int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1))
    part = np.ascontiguousarray(target[top : top + rows, left : left + columns])
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def draw_strokes(target: UInt8Array, empty: float, most: int, rng: np.random.Generator) -> Float32Array:
    """PaintsTorch, at 1/4 size: fewer than `most` short strokes, blurred, on mid-grey; none in the share `empty`."""
    small = reduced(target)
    canvas = np.full((*small.shape[:2], 4), GREY, np.uint8)
    canvas[..., 3] = 0
    count = 0 if rng.random() < empty else int(rng.integers(most))
    for _ in range(count):
        _stroke(canvas, small, rng)
    soft = _blurred(canvas).astype(np.float32) / 255
    planes = np.concatenate([soft[..., :3] * 2 - 1, soft[..., 3:]], axis=2)
    planes[..., :3] *= soft[..., 3:] > 0
    return planes.transpose(2, 0, 1).copy()


def _stroke(canvas: UInt8Array, colours: UInt8Array, rng: np.random.Generator) -> None:
    height, width = colours.shape[:2]
    row, column = int(rng.integers(height)), int(rng.integers(width))
    count = int(rng.integers(STROKE_POINTS[0], STROKE_POINTS[1] + 1))
    thick = int(rng.integers(STROKE_WIDTHS[0], STROKE_WIDTHS[1] + 1))
    reach = rng.integers(1, STROKE_REACH, 2)
    steps = rng.integers(-reach, reach, (count, 2))
    red, green, blue = (int(value) for value in colours[row, column])
    path = (np.array([column, row]) + steps).astype(np.int32)
    cv2.polylines(canvas, [path], False, (red, green, blue, 255), thick)
    for place in path:
        cv2.circle(canvas, (int(place[0]), int(place[1])), thick // 2, (red, green, blue, 255), -1)


def _blurred(canvas: UInt8Array) -> UInt8Array:
    height, width = canvas.shape[:2]
    small = (max(1, int(BLUR * width)), max(1, int(BLUR * height)))
    down = cv2.resize(canvas, small, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(down, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def reduced(target: UInt8Array) -> UInt8Array:
    """At 1/4 size, area averages."""
    height, width = target.shape[:2]
    size = (width // SHARE, height // SHARE)
    return np.asarray(cv2.resize(target, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
