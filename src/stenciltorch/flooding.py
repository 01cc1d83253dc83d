"""Whose colour a place is: colour floods from every hint, first where the drawing lies low, last where it lies high,
and two floods halt where they meet (ours; seeded watersheds after Meyer 1991, the limit of the cuts that LazyBrush,
Sykora et al. 2009, minimises). How high each place lies, the encoder has told (`networks.terrain`): open areas low, the
borders of areas high, also where a line has a gap. So of two hints on both sides of an outline each keeps its side, and
they part where a border is likeliest. How far a colour is laid on at all is not told here; the painter weighs that.

All this is done at half the drawing's size, in squares of 2 x 2 pixels. `studio/static/core/flooding.js` is its twin.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from skimage.measure import label

from stenciltorch.canvas import Hints, Lineart, Mask, UInt8Array

Labels = npt.NDArray[np.int32]

SIDE = 2
"""Pixels along one side of a square."""

SOLID = 128
"""Squares that are darker than this part a stroke that was drawn across them."""

SPILLED = 4
"""A part of a stroke beyond a line is spilled when another part is so many times as large."""

HINTED = 64
"""Least alpha of a hint that colour floods from."""


@dataclass(frozen=True)
class Terrain:
    """What a drawing means to a flood.

    Args:
        slopes: uint8 (rows + 2, columns + 2, 3), made so that neighbours differ by the mean of their heights.
        solid: bool (rows, columns), dark lines.
        kept: bool (rows, columns), what the mask keeps.
    """

    slopes: UInt8Array
    solid: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_]


def survey(heights: UInt8Array, lineart: Lineart, mask: Mask) -> Terrain:
    """Look at a drawing once, for any hints.

    Args:
        heights: (rows, columns) = (H / 2, W / 2), rounded up; how high each square lies.
        lineart, mask: (H, W).
    """
    rows, columns = heights.shape
    odd = (np.arange(rows)[:, None] + np.arange(columns)) % 2 > 0
    slopes = np.where(odd, 128 + (heights >> 1), 128 - ((heights.astype(np.int16) + 1) >> 1)).clip(0, 255)
    framed = np.pad(slopes.astype(np.uint8), 1)
    dark = _squares(lineart.array).sum(axis=-1, dtype=np.int32) < SIDE**2 * SOLID
    return Terrain(np.repeat(framed[..., None], 3, axis=2), dark, (_squares(mask.array) == 0).all(axis=-1))


def _squares(pixels: UInt8Array) -> UInt8Array:
    """(H, W) -> (rows, columns, 4); a last row or column without its fellow counts twice."""
    height, width = pixels.shape
    even = np.pad(pixels, ((0, height % SIDE), (0, width % SIDE)), mode="edge")
    parted = even.reshape(even.shape[0] // SIDE, SIDE, even.shape[1] // SIDE, SIDE)
    return parted.transpose(0, 2, 1, 3).reshape(parted.shape[0], parted.shape[2], SIDE**2)


def flood(terrain: Terrain, hints: Hints) -> UInt8Array:
    """The colour that floods each square, RGBA (rows, columns, 4): alpha 0 where nothing is hinted, or what is kept
    floods.

    Args:
        hints: (H, W) as the terrain's drawing.
    """
    rows, columns = terrain.kept.shape
    if not (hints.array[..., 3] >= HINTED).any():
        return np.zeros((rows, columns, 4), np.uint8)
    labels, colours = _seeds(terrain, hints)
    table = np.zeros((len(colours) + 2, 4), np.uint8)
    table[1:-1, :3], table[1:-1, 3] = colours, 255
    labels[terrain.kept & (labels == 0)] = len(colours) + 1
    framed = np.pad(labels, 1)
    cv2.watershed(terrain.slopes, framed)
    owners = _filled(framed)
    return np.ascontiguousarray(table.view(np.uint32)[:, 0][owners]).view(np.uint8).reshape(rows, columns, 4)


def _seeds(terrain: Terrain, hints: Hints) -> tuple[Labels, UInt8Array]:
    """1, 2 ... where a hint's colour floods from, 0 elsewhere; and the colours, (n, 3). Of two colours in one square
    that with the higher number holds it."""
    rows, columns = np.nonzero(hints.array[..., 3] >= HINTED)
    keys = hints.array[rows, columns, :3].astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    found, numbers = np.unique(keys, return_inverse=True)
    labels = np.zeros(terrain.kept.shape, np.int32)
    np.maximum.at(labels, (rows // SIDE, columns // SIDE), numbers.ravel().astype(np.int32) + 1)
    places = np.flatnonzero(labels)
    labels.ravel()[places[_spilled(labels, places, terrain.solid)]] = 0
    return labels, np.stack([found >> 16, found >> 8 & 255, found & 255], axis=-1).astype(np.uint8)


def _spilled(labels: Labels, places: npt.NDArray[np.int64], solid: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which of the hinted places lie beyond a line, or on one, and are few beside the rest of their stroke."""
    strokes = _connected(labels).ravel()[places]
    parts = _connected(labels * ~solid).ravel()[places]
    sizes = np.bincount(parts)
    sizes[0] = 0
    largest = np.zeros(int(strokes.max()) + 1, np.int64)
    np.maximum.at(largest, strokes, sizes[parts])
    return np.asarray(SPILLED * sizes[parts] < largest[strokes])


def _connected(labels: Labels) -> Labels:
    """Numbers of connected parts of one label, from 1 on; 0 stays."""
    return np.asarray(label(labels, background=0, connectivity=1), np.int32)  # type: ignore[no-untyped-call]


def _filled(framed: Labels) -> Labels:
    """Without the frame; places where floods met go to one of them, and so do those that they enclose."""
    owners = np.pad(framed[1:-1, 1:-1].clip(0), 1)
    inner = owners[1:-1, 1:-1]
    steps = ((0, 1), (2, 1), (1, 0), (1, 2))  # above, below, left, right of a place, counted with the frame
    while True:
        rows, columns = np.nonzero(inner == 0)
        beside = np.maximum.reduce([owners[rows + down, columns + right] for down, right in steps])
        if not beside.any():
            return np.ascontiguousarray(inner)
        inner[rows, columns] = beside
