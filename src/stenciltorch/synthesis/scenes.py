"""Drawings whose regions are known: a sheet on which shapes are laid over one another, each with its outline."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stenciltorch.canvas import Int32Array, Size, UInt8Array
from stenciltorch.synthesis.arrays import Float64Array

Outline = Float64Array
"""Points (column, row), (N, 2), in pixels of the window that is drawn."""

_SHIFT = 4
"""Fraction bits of the coordinates that cv2 is given."""


@dataclass(frozen=True)
class Scene:
    """What is drawn, without colour.

    Args:
        labels: int32 (H, W), 0..n-1, each an object part; not always connected.
        groups: int64 (n,), the paint that each label has; parts of one object share it.
        ink: uint8 (H, W), 255 where a line covers the pixel.
        lined: whether the lines alone tell the parts.
    """

    labels: Int32Array
    groups: Int32Array
    ink: UInt8Array
    lined: bool = True


@dataclass
class Sheet:
    """Work in progress; label 0 is the background."""

    labels: Int32Array
    ink: UInt8Array
    width: float
    gaps: float = 0.0
    bare: float = 0.0
    groups: list[int] = field(default_factory=lambda: [0])
    paints: int = 1

    @classmethod
    def blank(cls, size: Size, rng: np.random.Generator) -> Sheet:
        """A clean sheet, and one pen for the whole drawing."""
        width = float(np.exp(rng.uniform(np.log(0.8), np.log(6.0))))
        gaps = float(rng.choice((0.0, 0.1, 0.35), p=(0.6, 0.25, 0.15)))
        bare = float(rng.choice((0.0, 0.15, 1.0), p=(0.65, 0.2, 0.15)))
        return cls(np.zeros(size, np.int32), np.zeros(size, np.uint8), width, gaps, bare)

    def scene(self) -> Scene:
        return Scene(self.labels, np.array(self.groups, dtype=np.int32), self.ink)

    def paint(self) -> int:
        """A paint that no part has yet."""
        self.paints += 1
        return self.paints - 1

    def add(self, outline: Outline, rng: np.random.Generator, paint: int | None = None, pen: float = 1.0) -> int:
        """Lay a part over what is there and draw its outline; returns its label."""
        label = len(self.groups)
        self.groups.append(self.paint() if paint is None else paint)
        points = _fixed(outline)
        cv2.fillPoly(self.labels, [points], label, cv2.LINE_8, _SHIFT)
        cv2.fillPoly(self.ink, [points], 0, cv2.LINE_8, _SHIFT)
        if rng.random() >= self.bare:
            self._outline(outline, pen, rng)
        return label

    def line(self, points: Outline, rng: np.random.Generator, pen: float = 1.0) -> None:
        """A stroke that parts nothing: a fold, a lash, a strand of hair. Thin at both ends."""
        swell = np.sin(np.linspace(0.15, np.pi - 0.15, len(points)))
        self._strokes(points, pen * swell, np.ones(len(points), bool))

    def _outline(self, outline: Outline, pen: float, rng: np.random.Generator) -> None:
        ring = np.concatenate((outline, outline[:1]))
        thickness = np.full(len(ring), pen)
        if rng.random() < 0.4:
            thickness *= 0.55 + 0.8 * np.abs(np.sin(np.linspace(0, np.pi * rng.integers(1, 4), len(ring))))
        drawn = np.ones(len(ring), dtype=bool)
        if rng.random() < self.gaps:
            start = int(rng.integers(len(ring)))
            drawn[start : start + max(1, len(ring) // int(rng.integers(12, 40)))] = False
        self._strokes(ring, thickness, drawn)

    def _strokes(self, points: Outline, thickness: Float64Array, drawn: np.ndarray) -> None:
        """Runs of equal thickness are drawn as one line."""
        fixed = _fixed(points)
        whole = np.where(drawn, np.maximum(1, np.rint(self.width * thickness)), 0).astype(int)[:-1]
        starts = np.concatenate(([0], np.flatnonzero(np.diff(whole)) + 1, [len(whole)]))
        for start, stop in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            if whole[start]:
                run = [fixed[start : stop + 1]]
                cv2.polylines(self.ink, run, False, 255, int(whole[start]), cv2.LINE_AA, _SHIFT)


def _fixed(points: Outline) -> Int32Array:
    return np.asarray(np.rint(np.clip(points, -9999, 9999) * 2**_SHIFT), dtype=np.int32)


def ellipse(centre: Outline, wide: float, high: float, tilt: float = 0.0, count: int = 40) -> Outline:
    """Radii in pixels, tilt in radians."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return turned(np.stack((wide * np.cos(angle), high * np.sin(angle)), axis=1), tilt) + centre


def turned(points: Outline, tilt: float) -> Outline:
    cosine, sine = np.cos(tilt), np.sin(tilt)
    return np.asarray(points @ np.array(((cosine, sine), (-sine, cosine))))


def blob(centre: Outline, radius: float, rng: np.random.Generator, rough: float = 0.25) -> Outline:
    """A closed smooth curve: a circle with random low harmonics, squeezed and turned."""
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    reach = np.ones_like(angle)
    for order in range(1, 6):
        reach += rng.normal(0, rough / order) * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    ring = np.stack((np.cos(angle), np.sin(angle)), axis=1) * np.maximum(reach, 0.15)[:, None]
    squeezed = ring * (1, float(np.exp(rng.uniform(-0.9, 0))))
    return np.asarray(centre + radius * turned(squeezed, rng.uniform(0, 2 * np.pi)))


def polygon(centre: Outline, radius: float, rng: np.random.Generator) -> Outline:
    angle = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 9))))
    ring = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return np.asarray(centre + radius * ring * rng.uniform(0.5, 1, 2))


def star(centre: Outline, radius: float, rng: np.random.Generator) -> Outline:
    points = 2 * int(rng.integers(4, 9))
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False) + rng.uniform(0, 6)
    reach = np.where(np.arange(points) % 2, rng.uniform(0.3, 0.7), 1.0)[:, None]
    ring = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return np.asarray(centre + radius * reach * ring)


def ribbon(spine: Outline, breadth: Float64Array) -> Outline:
    """A closed band along a polyline with half its width given at each point."""
    along = np.gradient(spine, axis=0)
    side = np.stack((-along[:, 1], along[:, 0]), axis=1) / np.maximum(np.linalg.norm(along, axis=1), 1e-6)[:, None]
    reach = side * breadth[:, None]
    return np.concatenate((spine + reach, (spine - reach)[::-1]))


def wander(start: Outline, heading: float, length: float, rng: np.random.Generator, bend: float = 1.2) -> Outline:
    """A curved polyline of 20 points."""
    along = np.linspace(0, 1, 20)
    turn = heading + rng.normal(0, bend) * along + rng.normal(0, bend) * along**2
    steps = np.stack((np.cos(turn), np.sin(turn)), axis=1) * (length / len(along))
    return np.asarray(start + np.cumsum(steps, axis=0) - steps[0])


def strand(start: Outline, heading: float, length: float, rng: np.random.Generator, bend: float = 0.8) -> Outline:
    """A long band that ends in a point, like a lock of hair."""
    spine = wander(start, heading, length, rng, bend)
    taper = np.sqrt(np.linspace(1, 0, len(spine))) * length * rng.uniform(0.05, 0.16)
    return ribbon(spine, taper)
