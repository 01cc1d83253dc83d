"""Art whose regions are known because it is filled flat, and cuttings of it as scenes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Regions, Size, UInt8Array
from stenciltorch.synthesis.arrays import BoolArray, to_bytes
from stenciltorch.synthesis.flats import line_strength
from stenciltorch.synthesis.labels import compact, connected_parts
from stenciltorch.synthesis.scenes import Scene

FLAT = 0.93
"""From this `flat_share` on, art counts as filled flat."""

MAIN = 24
"""Main colours of a picture, at most."""

ALIKE = 16
"""Levels by which a pixel may differ from its main colour."""

INK = 70
"""A fill whose channels are all below this may be a line."""

THICK = 1 / 30
"""Dark fills up to this share of the longer side across are lines."""


@dataclass(frozen=True)
class FlatArt:
    """One drawing: labels int32 (H, W) 0..n-1, its lines, uint8 (H, W), and whether the labels are its fills."""

    labels: Int32Array
    ink: UInt8Array
    filled: bool


def flat_share(illustration: Illustration) -> float:
    """Share of pixels that have, within a few levels, one of the picture's main colours."""
    return float((_paints_of(illustration.array) >= 0).mean())


def _paints_of(pixels: UInt8Array) -> Int32Array:
    """The number of each pixel's main colour, -1 where it has none of them: int32 (H, W)."""
    coarse = (pixels >> 3).astype(np.int32) @ np.array((1024, 32, 1), np.int32)
    keys, inverse, counts = np.unique(coarse, return_inverse=True, return_counts=True)
    found = np.stack((keys >> 10, keys >> 5 & 31, keys & 31), axis=1) * 8 + 4
    main: list[int] = []
    for key in np.argsort(-counts)[: 4 * MAIN]:
        if len(main) < MAIN and all(np.abs(found[key] - found[other]).max() > ALIKE for other in main):
            main.append(int(key))
    gap = np.abs(found[:, None] - found[None, main]).max(axis=2)
    paint = np.where(gap.min(axis=1) <= ALIKE, gap.argmin(axis=1), -1)
    return np.asarray(paint[inverse.ravel()].reshape(coarse.shape), dtype=np.int32)


def regions_of_fills(illustration: Illustration, smallest: int = 24) -> Regions:
    """The regions of art that is filled flat: areas of one main colour, grown over lines and smoothed edges.

    Knows nothing of light; wrong on shaded art (see `flat_share`).
    """
    paints = _paints_of(illustration.array)
    paints[_drawn_lines(illustration.array) | _edges(paints)] = -1
    areas = connected_parts(paints) + np.int32(1)
    sizes = np.bincount(areas.ravel())
    areas[(paints < 0) | (sizes[areas] < smallest)] = 0
    if not areas.any():
        return Regions(np.ones(areas.shape, np.int32))
    return Regions(compact(connected_parts(_grown(areas))).labels + np.int32(1))


def _edges(paints: Int32Array) -> BoolArray:
    """Where smoothed edges pass through other paints: thin layers."""
    planes = paints.astype(np.float32)
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.dilate(planes, square) != cv2.erode(planes, square))


def _drawn_lines(pixels: UInt8Array) -> BoolArray:
    """Dark fills that are thin everywhere."""
    dark = (pixels.max(axis=2) < INK).astype(np.uint8)
    reach = max(5, int(max(dark.shape) * THICK) | 1)
    core = cv2.erode(dark, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    wide = cv2.dilate(core, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + 2, reach + 2)))
    return np.asarray((dark > 0) & (wide == 0))


def _grown(areas: Int32Array) -> Int32Array:
    """Every pixel without a label gets the nearest one."""
    _, nearest = cv2.distanceTransformWithLabels(
        (areas == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    owner[nearest[areas > 0]] = areas[areas > 0]
    return np.asarray(owner[nearest], dtype=np.int32)


def art_of(illustration: Illustration, regions: Regions, filled: bool) -> FlatArt:
    """Shapes and lines of a picture, without its colours."""
    ink = to_bytes(line_strength(illustration) * np.float32(255))
    lines = _drawn_lines(illustration.array)
    return FlatArt(compact(regions.array).labels, np.where(lines, np.uint8(255), ink), filled)


def draw_cutting(chosen: FlatArt, size: Size, rng: np.random.Generator) -> Scene:
    """A window onto one drawing, scaled and perhaps mirrored; every part gets a paint, some share one."""
    scale = float(np.exp(rng.uniform(np.log(0.5), np.log(1.4))))
    across = (max(1, round(size.width / scale)), max(1, round(size.height / scale)))
    top, left = (_start(have, want, rng) for have, want in zip(chosen.ink.shape, across[::-1], strict=True))
    labels = _window(chosen.labels, top, left, across)
    ink = _window(chosen.ink, top, left, across)
    if rng.random() < 0.5:
        labels, ink = np.ascontiguousarray(labels[:, ::-1]), np.ascontiguousarray(ink[:, ::-1])
    labels = cv2.resize(labels.astype(np.float32), size[::-1], interpolation=cv2.INTER_NEAREST).astype(np.int32)
    ink = cv2.resize(ink, size[::-1], interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    named = compact(labels).labels
    count = int(named.max()) + 1
    groups = rng.integers(0, max(2, count), count).astype(np.int32)
    return Scene(named, compact(groups).labels, np.asarray(ink, dtype=np.uint8), chosen.filled)


def _start(have: int, want: int, rng: np.random.Generator) -> int:
    """First row or column; negative when the window is larger than the picture."""
    return int(rng.integers(min(0, have - want), max(0, have - want) + 1))


def _window(plane: np.ndarray, top: int, left: int, across: tuple[int, int]) -> np.ndarray:
    """The part of a picture, its rim repeated where it ends."""
    width, height = across
    rows = np.clip(np.arange(top, top + height), 0, plane.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, plane.shape[1] - 1)
    return np.asarray(plane[np.ix_(rows, columns)])
