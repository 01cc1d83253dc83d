"""Whose colour a pixel is: colour floods from every hint, first where the drawing is open, last across lines, and two
floods halt where they meet (ours; seeded watersheds after Meyer 1991, the limit of the cuts that LazyBrush, Sykora et
al. 2009, minimises). So of two hints on both sides of an outline with gaps, each keeps its side, and they part where
the way is narrowest. How far a colour is laid on at all is not told here; the painter weighs that.

`studio/static/core/flooding.js` is its twin.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from skimage.measure import label

from stenciltorch.canvas import Hints, Lineart, Mask, UInt8Array

Labels = npt.NDArray[np.int32]

PAPER = 240
"""Lineart below this is ink, however faint: soft and broken lines part colours, too."""

DEEPEST = 24
"""Distance to ink from which on all paper is alike, in pixels of a drawing of 512 px."""

FINENESS = 4
"""Levels of height for each such pixel."""

SOLID = 128
"""Lineart below this parts a stroke that was drawn across it."""

SPILLED = 4
"""A part of a stroke beyond a line is spilled when another part is so many times as large."""

HINTED = 64
"""Least alpha of a hint that colour floods from."""


@dataclass(frozen=True)
class Terrain:
    """What a drawing's lines mean to a flood.

    Args:
        slopes: uint8 (H + 2, W + 2, 3), made so that neighbours differ by the mean of their heights.
        solid: bool (H, W), dark lines.
        kept: bool (H, W), pixels that the mask keeps.
    """

    slopes: UInt8Array
    solid: npt.NDArray[np.bool_]
    kept: npt.NDArray[np.bool_]


def heights(lineart: Lineart) -> UInt8Array:
    """0 where ink is farthest, rising towards it, and on to 255 with its blackness: (H, W)."""
    pixels = lineart.array
    top = DEEPEST * FINENESS
    paper = (pixels >= PAPER).astype(np.uint8)
    if paper.all():
        return np.zeros(lineart.size, np.uint8)
    depth = cv2.distanceTransform(paper, cv2.DIST_L2, 5) * np.float32(FINENESS * 512 / max(lineart.size))
    shore = top - np.minimum(depth, top)
    ink = top + (255 - pixels.astype(np.float32)) * np.float32((255 - top) / 255)
    return np.asarray(np.where(paper > 0, shore, ink) + np.float32(0.5), np.float32).astype(np.uint8)


def survey(lineart: Lineart, mask: Mask) -> Terrain:
    """Look at a drawing once, for any hints."""
    height = heights(lineart)
    rows, columns = height.shape
    odd = (np.arange(rows)[:, None] + np.arange(columns)) % 2 > 0
    slopes = np.where(odd, 128 + (height >> 1), 128 - ((height.astype(np.int16) + 1) >> 1)).clip(0, 255)
    framed = np.pad(slopes.astype(np.uint8), 1)
    return Terrain(np.repeat(framed[..., None], 3, axis=2), lineart.array < SOLID, mask.array == 0)


def flood(terrain: Terrain, hints: Hints) -> UInt8Array:
    """The colour that floods each pixel, RGBA (H, W, 4): alpha 0 where nothing is hinted, or what is kept floods.

    Args:
        hints: (H, W) as the terrain's drawing.
    """
    if not (hints.array[..., 3] >= HINTED).any():
        return np.zeros((*hints.size, 4), np.uint8)
    labels, colours = _seeds(terrain, hints)
    table = np.zeros((len(colours) + 2, 4), np.uint8)
    table[1:-1, :3], table[1:-1, 3] = colours, 255
    labels[terrain.kept & (labels == 0)] = len(colours) + 1
    framed = np.pad(labels, 1)
    cv2.watershed(terrain.slopes, framed)
    owners = _filled(framed)
    return np.ascontiguousarray(table.view(np.uint32)[:, 0][owners]).view(np.uint8).reshape(*hints.size, 4)


def _seeds(terrain: Terrain, hints: Hints) -> tuple[Labels, UInt8Array]:
    """1, 2 ... where a hint's colour floods from, 0 elsewhere; and the colours, (n, 3)."""
    labels = np.zeros(hints.size, np.int32)
    places = np.flatnonzero(hints.array[..., 3] >= HINTED)
    keys = hints.array.reshape(-1, 4)[places, :3].astype(np.int32) @ np.array([65536, 256, 1], np.int32)
    found, numbers = np.unique(keys, return_inverse=True)
    labels.ravel()[places] = numbers.ravel() + 1
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
    """Without the frame; pixels where floods met go to one of them."""
    inner = framed[1:-1, 1:-1]
    rows, columns = np.nonzero(inner < 0)
    steps = ((0, 1), (2, 1), (1, 0), (1, 2))  # above, below, left, right of a pixel, counted with the frame
    inner[rows, columns] = np.maximum.reduce([framed[rows + down, columns + right] for down, right in steps]).clip(0)
    return inner
