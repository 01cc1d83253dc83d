"""Hatching, screentone and grey laid over a lineart: tone that artists put into lines, and that is no border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stenciltorch.canvas import Int32Array, Lineart, Size
from stenciltorch.synthesis.arrays import Float32Array
from stenciltorch.synthesis.noise import smooth_noise

SMALLEST_AREA = 400
"""Areas with fewer pixels are not hatched."""


@dataclass(frozen=True)
class Screen:
    """A pattern of strokes or dots. Lengths in pixels.

    Args:
        spacing: from one stroke or dot to the next.
        width: of a stroke, or across a dot.
        angle: of the strokes, in radians.
        darkness: 0 .. 1.
        wobble: how far strokes wander.
        crossed: a second set of strokes at a right angle.
        dots: dots where the two sets would cross.
        solid: an even grey instead.
    """

    spacing: float
    width: float
    angle: float
    darkness: float
    wobble: float = 0.0
    crossed: bool = False
    dots: bool = False
    solid: bool = False


def draw_screen(rng: np.random.Generator) -> Screen:
    """A random pattern; one in four is an even grey, of the rest one in three is screentone."""
    if rng.random() < 0.25:
        return Screen(1.0, 1.0, 0.0, float(rng.uniform(0.1, 0.6)), solid=True)
    spacing = float(np.exp(rng.uniform(np.log(3.5), np.log(14.0))))
    dots = bool(rng.random() < 1 / 3)
    return Screen(
        spacing=spacing,
        width=spacing * float(rng.uniform(0.2, 0.55)) if dots else float(rng.uniform(0.8, min(2.5, spacing / 2))),
        angle=float(rng.uniform(0, np.pi)),
        darkness=float(rng.uniform(0.35, 1.0)),
        wobble=0.0 if dots else float(rng.uniform(0, 2.0)),
        crossed=bool(rng.random() < 0.25),
        dots=dots,
    )


def screen_ink(size: Size, screen: Screen, rng: np.random.Generator) -> Float32Array:
    """The pattern over a whole canvas: ink 0 .. `darkness`, (H, W)."""
    if screen.solid:
        return np.full(size, screen.darkness, np.float32)
    columns, rows = np.meshgrid(np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32))
    if screen.wobble:
        rows = rows + np.float32(2 * screen.wobble) * (smooth_noise(size, 24, rng) - 0.5)
    along = columns * np.float32(np.cos(screen.angle)) + rows * np.float32(np.sin(screen.angle))
    across = rows * np.float32(np.cos(screen.angle)) - columns * np.float32(np.sin(screen.angle))
    first, second = _distance(along, screen.spacing), _distance(across, screen.spacing)
    strokes = np.minimum(first, second) if screen.crossed else first
    distance = np.hypot(first, second) if screen.dots else strokes
    ink = np.clip(np.float32(screen.width / 2 + 0.5) - distance, 0, 1) * np.float32(screen.darkness)
    return np.asarray(ink, dtype=np.float32)


def _distance(place: Float32Array, spacing: float) -> Float32Array:
    """How far each place is from the nearest multiple of `spacing`."""
    step = np.float32(spacing)
    return np.asarray(np.abs(place - step * np.rint(place / step)), dtype=np.float32)


def hatch(lineart: Lineart, labels: Int32Array, count: int, rng: np.random.Generator) -> Lineart:
    """Up to `count` areas of equal label covered with a pattern, half of them in part, as a shadow is.

    Args:
        lineart: (H, W).
        labels: (H, W), a number for each area.
    """
    areas = np.bincount(labels.ravel())
    fit = np.flatnonzero(areas >= SMALLEST_AREA)
    ink = lineart.array.copy()
    for label in rng.permutation(fit)[:count].tolist():
        where = labels == label
        if rng.random() < 0.5:
            where &= smooth_noise(lineart.size, 40, rng) > 0.5
        tone = screen_ink(lineart.size, draw_screen(rng), rng)
        ink[where] = (ink[where] * (1 - tone[where])).astype(np.uint8)
    return Lineart(ink)
