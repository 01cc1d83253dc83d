"""Pen strokes as filled shapes: thick and thin, tapered, heavier on the side away from the light."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from drawing.curves import FloatArray, Path

LIGHT = np.array([-0.5, -0.86])
"""Where the light comes from (unit vector on screen)."""

CORNER = np.radians(28.0)


@dataclass(frozen=True)
class Nib:
    """How a pen is held.

    Args:
        width: full width in pixels.
        lift_in, lift_out: length in pixels over which the stroke grows from, and shrinks to, its tip.
        tip: width at a lifted end as a share of `width`.
        shadow: how much wider on the side away from the light (closed outlines).
        swell: how much wider in the middle (open strokes).
    """

    width: float
    lift_in: float = 0.0
    lift_out: float = 0.0
    tip: float = 0.15
    shadow: float = 0.0
    swell: float = 0.0

    def wide(self, factor: float) -> Self:
        return replace(self, width=self.width * factor)


def widths_along(points: FloatArray, nib: Nib, closed: bool) -> FloatArray:
    """Full width at each point of a polyline."""
    travelled = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    length = max(float(travelled[-1]), 1e-6)
    pressure = np.ones(len(points))
    if closed:
        pressure += nib.shadow * _facing_away(points)
    else:
        pressure += nib.swell * np.sin(np.pi * travelled / length)
        pressure *= _lift(travelled, min(nib.lift_in, 0.7 * length), nib.tip)
        pressure *= _lift(length - travelled, min(nib.lift_out, 0.7 * length), nib.tip)
    return nib.width * pressure


def _lift(distance: FloatArray, reach: float, tip: float) -> FloatArray:
    if reach <= 0:
        return np.ones(len(distance))
    share = np.clip(distance / reach, 0.0, 1.0)
    return tip + (1 - tip) * np.sin(share * np.pi / 2)


def _facing_away(points: FloatArray) -> FloatArray:
    """-1 where the outline faces the light .. +1 where it faces away, softened along the outline."""
    normals = _normals(points)
    clockwise = 1.0 if _signed_area(points) > 0 else -1.0
    facing = -clockwise * (normals @ LIGHT)
    window = max(3, min(41, len(facing) // 8 * 2 + 1))
    padded = np.pad(facing, window // 2, mode="wrap")
    return np.convolve(padded, np.ones(window) / window, mode="valid")


def _signed_area(points: FloatArray) -> float:
    first, second = points[:, 0], points[:, 1]
    return float(np.sum(first * np.roll(second, -1) - np.roll(first, -1) * second)) / 2


def _normals(points: FloatArray) -> FloatArray:
    """Unit normals, to the outside of a shape drawn clockwise on screen."""
    along = np.gradient(points, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    return np.stack([along[:, 1], -along[:, 0]], axis=1)


def stroke(path: Path, nib: Nib) -> BaseGeometry:
    """The area that a pen stroke along the path blackens."""
    points = _distinct(path.points())
    return ribbon(points, widths_along(points, nib, path.closed))


def ribbon(points: FloatArray, widths: FloatArray) -> BaseGeometry:
    """The union of one four-sided piece a step, with discs at corners and at blunt ends."""
    hops = np.diff(points, axis=0)
    hops /= np.linalg.norm(hops, axis=1, keepdims=True)
    sides = np.stack([hops[:, 1], -hops[:, 0]], axis=1)
    turning = np.abs(np.cross(_third(hops[:-1]), _third(hops[1:]))[:, 2])
    sharp = np.append(np.append(True, (turning > np.sin(CORNER)) | (np.sum(hops[:-1] * hops[1:], axis=1) < 0)), True)
    left, right = _rails(points, widths, sides, sharp)
    quads = shapely.polygons(np.stack([left[:, 0], left[:, 1], right[:, 1], right[:, 0]], axis=1))
    discs = shapely.buffer(shapely.points(points[sharp]), widths[sharp] / 2, quad_segs=6)
    return shapely.union_all(np.concatenate([shapely.make_valid(quads), discs]))


def _third(vectors: FloatArray) -> FloatArray:
    return np.pad(vectors, ((0, 0), (0, 1)))


def _rails(
    points: FloatArray, widths: FloatArray, sides: FloatArray, sharp: np.ndarray
) -> tuple[FloatArray, FloatArray]:
    """Both edges of every step (n, 2, 2): shared normals on smooth runs, own normals at corners."""
    blended = np.pad(sides, ((0, 1), (0, 0)), mode="edge") + np.pad(sides, ((1, 0), (0, 0)), mode="edge")
    blended /= np.maximum(np.linalg.norm(blended, axis=1, keepdims=True), 1e-9)
    begin = np.where(sharp[:-1, None], sides, blended[:-1]) * widths[:-1, None] / 2
    finish = np.where(sharp[1:, None], sides, blended[1:]) * widths[1:, None] / 2
    left = np.stack([points[:-1] + begin, points[1:] + finish], axis=1)
    right = np.stack([points[:-1] - begin, points[1:] - finish], axis=1)
    return left, right


def _distinct(points: FloatArray) -> FloatArray:
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    kept: FloatArray = points[np.append(True, steps > 1e-4)]
    return kept


def area(path: Path) -> BaseGeometry:
    """The inside of a closed path."""
    return shapely.make_valid(Polygon(path.points()))


def leaf(path: Path, width: float, root: float = 0.0) -> BaseGeometry:
    """A fold or a petal about a curve: a share `root` wide at its start, full at two fifths, a point at its end."""
    points = _distinct(path.points())
    moments = np.linspace(0.0, 1.0, len(points))
    rise = root + (1 - root) * np.sin(np.clip(moments / 0.4, 0, 1) * np.pi / 2)
    fall = np.cos(np.clip((moments - 0.4) / 0.6, 0, 1) * np.pi / 2)
    return ribbon(points, np.maximum(width * np.minimum(rise, 1.0) * fall, 0.05))
