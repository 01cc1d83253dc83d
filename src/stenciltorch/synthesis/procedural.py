"""Random drawings of our own with exact regions, flats and lines: training pictures without end."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Lineart, Regions, Size, UInt8Array
from stenciltorch.synthesis.arrays import BoolArray, Float32Array, Float64Array, look_up, spread, to_bytes
from stenciltorch.synthesis.labels import connected_parts
from stenciltorch.synthesis.palettes import draw_colours

SCALE = 2
"""Shapes are drawn this many times larger and averaged down, which smooths their edges."""

Outline = Float64Array
"""Corners (column, row) of a closed shape, (N, 2)."""


@dataclass
class _Paper:
    """Work in progress at SCALE: labels, ink (0 .. 255), and how flats turn to light."""

    labels: Int32Array
    ink: UInt8Array
    shade: UInt8Array
    count: int = 1


def draw_procedural(size: Size, rng: np.random.Generator) -> tuple[Illustration, Regions, Illustration, Lineart]:
    """A random picture: illustration with its lines, exact regions, exact flats, and its own lineart."""
    paper = _drawn_paper(size, rng)
    exact = np.ascontiguousarray(paper.labels[::SCALE, ::SCALE])
    palette = draw_colours(paper.count, rng)
    if rng.random() < 0.4:
        palette[0] = 255
    colour = _averaged(look_up(palette, paper.labels), size).astype(np.float32)
    colour *= spread(_averaged(paper.shade, size).astype(np.float32) * np.float32(1 / 255))
    ink = _averaged(paper.ink, size).astype(np.float32) * np.float32(1 / 255)
    drawn, lineart = with_lines(colour, ink, (0.1, 0.3, 0.6), 0.35, rng)
    return (
        drawn,
        Regions(connected_parts(exact) + np.int32(1)),
        Illustration(look_up(palette, exact)),
        lineart,
    )


def with_lines(
    colour: Float32Array,
    ink: Float32Array,
    strengths: tuple[float, float, float],
    palest: float,
    rng: np.random.Generator,
) -> tuple[Illustration, Lineart]:
    """The picture with its lines in a dark colour, and the lines alone in some grey.

    Args:
        colour: (H, W, 3) in 0 .. 255, changed in place.
        ink: (H, W) in 0 .. 1.
        strengths: how likely the picture's lines are left out, pale, and full.
        palest: how dark the lineart's lines are at least, 0 .. 1.
    """
    tone = draw_colours(1, rng)[0].astype(np.float32) * np.float32(rng.uniform(0, 0.35))
    strength = np.float32(rng.choice((0.0, 0.7, 1.0), p=strengths))
    colour += (tone - colour) * spread(ink * strength)
    lineart = 255 - 255 * np.float32(rng.uniform(palest, 1)) * ink
    return Illustration(to_bytes(colour)), Lineart(to_bytes(lineart))


def _averaged(picture: UInt8Array, size: Size) -> UInt8Array:
    small = cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _drawn_paper(size: Size, rng: np.random.Generator) -> _Paper:
    shape = (size.height * SCALE, size.width * SCALE)
    paper = _Paper(np.zeros(shape, np.int32), np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8))
    width = float(np.exp(rng.uniform(np.log(1.2), np.log(9.0))))
    reach = float(max(shape))
    for _ in range(int(rng.integers(4, 18))):
        place = rng.uniform(-0.1, 1.1, 2) * shape[::-1]
        radius = reach * float(np.exp(rng.uniform(np.log(0.03), np.log(0.35))))
        kind = int(rng.integers(5))
        if kind == 4:
            for _ in range(int(rng.integers(2, 8))):
                _add(paper, _strand(place + rng.normal(0, radius * 0.2, 2), radius, rng), width, rng)
        else:
            _add(paper, (_blob, _ellipse, _polygon, _blob)[kind](place, radius, rng), width, rng)
    return paper


def _blob(place: Outline, radius: float, rng: np.random.Generator) -> Outline:
    """Closed smooth curve: a circle with random low harmonics."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    reach = np.ones_like(angle)
    for order in range(1, 6):
        reach += rng.normal(0, 0.28 / order) * np.cos(order * angle + rng.uniform(0, 2 * np.pi))
    ring = np.stack((np.cos(angle), np.sin(angle)), axis=1) * np.maximum(reach, 0.15)[:, None]
    return _turned(ring, place, radius, rng)


def _ellipse(place: Outline, radius: float, rng: np.random.Generator) -> Outline:
    angle = np.linspace(0, 2 * np.pi, 56, endpoint=False)
    return _turned(np.stack((np.cos(angle), np.sin(angle)), axis=1), place, radius, rng)


def _polygon(place: Outline, radius: float, rng: np.random.Generator) -> Outline:
    angle = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
    corners = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    return _turned(corners, place, radius, rng)


def _turned(ring: Outline, place: Outline, radius: float, rng: np.random.Generator) -> Outline:
    squeeze = float(np.exp(rng.uniform(-1, 0)))
    turn = float(rng.uniform(0, 2 * np.pi))
    turned = ring * (1, squeeze) @ np.array(((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))))
    return np.asarray(place + radius * turned)


def _strand(place: Outline, radius: float, rng: np.random.Generator) -> Outline:
    """A long thin curved shape that ends in a point, like a lock of hair."""
    along = np.linspace(0, 1, 24)
    heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, 1.5) * along + rng.normal(0, 1.0) * along**2
    steps = np.stack((np.cos(heading), np.sin(heading)), axis=1) * (2.2 * radius / len(along))
    spine = place + np.cumsum(steps, axis=0)
    side = np.stack((-np.sin(heading), np.cos(heading)), axis=1)
    reach = radius * float(rng.uniform(0.06, 0.2)) * np.sqrt(1 - along)
    return np.concatenate((spine + side * reach[:, None], (spine - side * reach[:, None])[::-1]))


def _add(paper: _Paper, outline: Outline, width: float, rng: np.random.Generator) -> None:
    """Lay a shape over what is there, then draw its outline."""
    points = np.rint(outline).astype(np.int32)
    height, breadth = paper.labels.shape
    low, high = np.maximum(points.min(axis=0), 0), np.minimum(points.max(axis=0) + 1, (breadth, height))
    if np.any(low >= high):
        return
    window = np.s_[low[1] : high[1], low[0] : high[0]]
    inside = np.zeros(paper.labels[window].shape, np.uint8)
    cv2.fillPoly(inside, [points - low.astype(np.int32)], 1)
    chosen = inside > 0
    paper.labels[window][chosen] = paper.count
    paper.ink[window][chosen] = 0
    paper.shade[window][chosen] = _shade(inside.shape, rng)[chosen]
    if rng.random() < 0.2:
        _stripes(paper, window, chosen, width, rng)
    paper.count += 2
    _outline(paper.ink, points, width, rng)


def _shade(shape: tuple[int, ...], rng: np.random.Generator) -> UInt8Array:
    """Light of a shape in its window, 255 = the flat colour: none, cel shade, or a gradient."""
    kind, deep = rng.random(), float(rng.uniform(0.5, 0.9))
    if kind < 0.35:
        return np.full(shape, 255, np.uint8)
    along = _slope(Size(*shape), rng)
    if kind < 0.7:
        return np.where(along > rng.uniform(0.4, 0.8), np.uint8(255 * deep), np.uint8(255))
    return np.asarray(255 - 255 * (1 - deep) * along).astype(np.uint8)


def _slope(size: Size, rng: np.random.Generator) -> Float32Array:
    """An even rise in a random direction, 0 .. 1 over the window."""
    turn = float(rng.uniform(0, 2 * np.pi))
    columns = np.arange(size.width, dtype=np.float32) * np.float32(np.cos(turn))
    rows = np.arange(size.height, dtype=np.float32)[:, None] * np.float32(np.sin(turn))
    low = min(columns[0], columns[-1]) + min(rows[0, 0], rows[-1, 0])
    high = max(columns[0], columns[-1]) + max(rows[0, 0], rows[-1, 0])
    return np.asarray((columns + rows - low) / np.float32(max(high - low, 1)), dtype=np.float32)


def _outline(ink: UInt8Array, points: Int32Array, width: float, rng: np.random.Generator) -> None:
    """Closed line with a few gaps; a third of them swell and taper."""
    count = len(points)
    gap = rng.random(count) < (rng.uniform(0, 0.08) if rng.random() < 0.3 and count > 12 else 0)
    swell = np.ones(count)
    if rng.random() < 0.33:
        swell = 0.6 + 0.8 * np.abs(np.sin(np.linspace(0, np.pi * rng.integers(1, 4), count)))
    elif not gap.any():
        cv2.polylines(ink, [points], True, 255, max(1, round(width)), cv2.LINE_8)
        return
    corners = points.tolist()
    thickness = np.maximum(1, np.rint(width * swell)).astype(int).tolist()
    for index in np.flatnonzero(~gap).tolist():
        cv2.line(ink, corners[index], corners[(index + 1) % count], 255, thickness[index])


def _stripes(
    paper: _Paper,
    window: tuple[slice, slice],
    chosen: BoolArray,
    width: float,
    rng: np.random.Generator,
) -> None:
    """Bands of a second colour across the shape, mostly with lines along them."""
    size = Size.of(chosen)
    along = _slope(size, rng) * np.float32(max(size))
    period = float(rng.uniform(16, 60))
    phase = along % period
    band = phase < period * rng.uniform(0.3, 0.7)
    paper.labels[window][chosen & band] = paper.count + 1
    if rng.random() < 0.7:
        brush = np.ones((max(2, round(width)),) * 2, np.uint8)
        edge = np.asarray(cv2.morphologyEx(band.astype(np.uint8), cv2.MORPH_GRADIENT, brush))
        paper.ink[window][chosen & (edge > 0)] = 255
