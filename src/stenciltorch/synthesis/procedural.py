"""Random drawings of our own with exact regions, flats and lines: training pictures without end."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, Int32Array, Lineart, Regions, Size, UInt8Array
from stenciltorch.synthesis.labels import compact
from stenciltorch.synthesis.noise import Float32Array, smooth_noise
from stenciltorch.synthesis.palettes import draw_colours

SCALE = 2
"""Shapes are drawn this many times larger and averaged down, which smooths their edges."""

Outline = npt.NDArray[np.float64]


@dataclass
class _Paper:
    """Work in progress at SCALE: labels, ink (0 .. 255), and how flats turn to light."""

    labels: Int32Array
    ink: UInt8Array
    shade: Float32Array
    count: int = 1


def draw_procedural(
    size: Size, rng: np.random.Generator
) -> tuple[Illustration, Regions, Illustration, Lineart]:
    """A random picture: illustration with its lines, exact regions, exact flats, and its own lineart."""
    paper = _drawn_paper(size, rng)
    exact = np.ascontiguousarray(paper.labels[::SCALE, ::SCALE])
    palette = draw_colours(paper.count, rng)
    if rng.random() < 0.4:
        palette[0] = 255
    colour = _averaged(palette[paper.labels].astype(np.float32) * paper.shade[..., None], size)
    ink = _averaged(paper.ink.astype(np.float32) * np.float32(1 / 255), size)
    tone = draw_colours(1, rng)[0].astype(np.float32) * np.float32(rng.uniform(0, 0.35))
    strength = np.float32(rng.choice((0.0, 0.7, 1.0), p=(0.1, 0.3, 0.6)))
    covered = colour + (tone - colour) * (ink * strength)[..., None]
    illustration = Illustration(np.rint(np.clip(covered, 0, 255)).astype(np.uint8))
    darkness = np.float32(rng.uniform(0.35, 1))
    lineart = Lineart(np.rint(255 - 255 * darkness * ink).astype(np.uint8))
    return illustration, connected_regions(exact), Illustration(palette[exact]), lineart


def connected_regions(labels: Int32Array) -> Regions:
    """Label each connected (4) part of each label on its own, 1..n."""
    parts = np.zeros_like(labels)
    total = 0
    for label in range(int(labels.max()) + 1):
        count, found = cv2.connectedComponents((labels == label).astype(np.uint8), connectivity=4)
        parts += np.where(found > 0, found + total, 0).astype(np.int32)
        total += count - 1
    return Regions(compact(parts).labels + np.int32(1))


def _averaged(picture: Float32Array, size: Size) -> Float32Array:
    small = cv2.resize(picture, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _drawn_paper(size: Size, rng: np.random.Generator) -> _Paper:
    shape = (size.height * SCALE, size.width * SCALE)
    paper = _Paper(np.zeros(shape, np.int32), np.zeros(shape, np.uint8), np.ones(shape, np.float32))
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
            if rng.random() < 0.3:
                _stripes(paper, width, rng)
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
    turned = ring * (1, squeeze) @ np.array(
        ((np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn)))
    )
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
    cover = np.zeros(paper.labels.shape, np.uint8)
    cv2.fillPoly(cover, [points], 1)
    inside = cover > 0
    if not inside.any():
        return
    paper.labels[inside] = paper.count
    paper.ink[inside] = 0
    paper.shade[inside] = 1
    paper.count += 1
    _shade(paper, inside, rng)
    _outline(paper.ink, points, width, rng)


def _shade(paper: _Paper, inside: npt.NDArray[np.bool_], rng: np.random.Generator) -> None:
    kind = rng.random()
    if kind < 0.35:
        return
    rows, columns = np.nonzero(inside)
    turn = float(rng.uniform(0, 2 * np.pi))
    along = columns * np.cos(turn) + rows * np.sin(turn)
    along = (along - along.min()) / max(float(np.ptp(along)), 1.0)
    deep = float(rng.uniform(0.5, 0.9))
    if kind < 0.7:
        paper.shade[rows, columns] = np.where(along > rng.uniform(0.4, 0.8), deep, 1)
    else:
        paper.shade[rows, columns] = 1 - (1 - deep) * along


def _outline(
    ink: UInt8Array, points: npt.NDArray[np.int32], width: float, rng: np.random.Generator
) -> None:
    """Closed line with a few gaps; a third of them swell and taper."""
    count = len(points)
    gap = rng.random(count) < (rng.uniform(0, 0.08) if rng.random() < 0.3 and count > 12 else 0)
    swell = np.ones(count)
    if rng.random() < 0.33:
        swell = 0.6 + 0.8 * np.abs(np.sin(np.linspace(0, np.pi * rng.integers(1, 4), count)))
    elif not gap.any():
        cv2.polylines(ink, [points], True, 255, max(1, round(width)), cv2.LINE_8)
        return
    for index in np.flatnonzero(~gap):
        ends = points[index], points[(index + 1) % count]
        thickness = max(1, round(width * float(swell[index])))
        cv2.line(ink, ends[0].tolist(), ends[1].tolist(), 255, thickness, cv2.LINE_8)


def _stripes(paper: _Paper, width: float, rng: np.random.Generator) -> None:
    """Part of the last shape in a second colour: bands across it."""
    owner = paper.labels == paper.count - 1
    rows, columns = np.nonzero(owner)
    if len(rows) < 400:
        return
    turn = float(rng.uniform(0, 2 * np.pi))
    period = float(rng.uniform(16, 60))
    band = (columns * np.cos(turn) + rows * np.sin(turn)) % period < period * rng.uniform(0.3, 0.7)
    paper.labels[rows[band], columns[band]] = paper.count
    paper.count += 1
