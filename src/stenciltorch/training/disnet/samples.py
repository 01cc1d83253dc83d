"""One training example of DisNet: a picture, the regions to be seen in it, and its height map."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Regions, Size, UInt8Array
from stenciltorch.synthesis.arrays import BoolArray, Float32Array
from stenciltorch.synthesis.figures import draw_figures
from stenciltorch.synthesis.labels import compact, connected_parts
from stenciltorch.synthesis.merging import joined, merge_small, region_graph
from stenciltorch.synthesis.palettes import draw_colours
from stenciltorch.synthesis.scenes import Scene
from stenciltorch.training.disnet.flatart import FlatArt, draw_cutting
from stenciltorch.training.disnet.light import draw_lineart, illuminate, lay_ink, weather

UNSEEN = 10.0
"""Parts whose paints and whose line are nearer than this in Lab count as one region."""

LINEART, LINELESS = 0.25, 0.1
"""Shares of examples without colours, and without lines."""

SPECK = 20
"""Regions under this many pixels join a neighbour."""


class Example(NamedTuple):
    """A picture and what is to be found in it."""

    picture: Illustration
    regions: Regions


def draw_example(size: Size, rng: np.random.Generator, art: FlatArt | None = None) -> Example:
    """A cutting of flat art, or without one a drawing of our own, painted anew."""
    return paint_example(draw_figures(size, rng) if art is None else draw_cutting(art, size, rng), rng)


def paint_example(scene: Scene, rng: np.random.Generator, lines: bool = True) -> Example:
    """Paint, light and weather a scene; the regions are those that can be told apart in the result.

    Args:
        lines: whether the example may be a drawing without colours.
    """
    kind = rng.random()
    if kind < LINEART and lines and scene.lined:
        return paint_lines(scene, rng)
    ink = np.zeros_like(scene.ink) if kind < LINEART + LINELESS else scene.ink
    colours = draw_colours(int(scene.groups.max()) + 1, rng)
    if rng.random() < 0.4:
        colours[0] = 255
    share = ink.astype(np.float32) * np.float32(1 / 255)
    softened = cv2.GaussianBlur(illuminate(scene, colours, rng), (0, 0), float(rng.uniform(0.45, 0.7)))
    picture, tone = lay_ink(np.asarray(softened, np.float32), share, rng)
    return Example(Illustration(weather(picture, rng)), _seen(scene, colours, share, tone))


def paint_lines(scene: Scene, rng: np.random.Generator) -> Example:
    """The scene as a line drawing."""
    share = scene.ink.astype(np.float32) * np.float32(1 / 255)
    if rng.random() < 0.35:
        share = np.maximum(share, _hairlines(scene))
    blank = np.full((int(scene.groups.max()) + 1, 3), 255, dtype=np.uint8)
    tone = np.zeros(3, dtype=np.float32)
    regions = _seen(scene, blank, share, tone)
    return Example(Illustration(weather(draw_lineart(share, rng), rng)), regions)


def _hairlines(scene: Scene) -> Float32Array:
    """Every border drawn with the finest pen, for art whose own lines are missing or coloured."""
    labels = scene.labels
    border = np.zeros(labels.shape, dtype=np.float32)
    border[:, :-1] += labels[:, :-1] != labels[:, 1:]
    border[:-1] += labels[:-1] != labels[1:]
    soft = cv2.GaussianBlur(np.minimum(border, 1), (0, 0), 0.6) * np.float32(1.6)
    return np.asarray(np.minimum(soft, 1), dtype=np.float32)


def _seen(scene: Scene, colours: UInt8Array, ink: Float32Array, tone: Float32Array) -> Regions:
    """Connected parts, less those that neither paint nor a line sets apart, and less specks."""
    parts = compact(connected_parts(scene.labels)).labels
    flat = colours[scene.groups]
    lab = cv2.cvtColor(flat[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0][scene.labels]
    line = cv2.cvtColor((tone / 255).reshape(1, 1, 3).astype(np.float32), cv2.COLOR_RGB2LAB)[0, 0]
    graph = region_graph(parts, np.asarray(lab, np.float32), _everywhere(parts), _widened(ink))
    apart = np.linalg.norm(graph.colours[graph.first] - graph.colours[graph.second], axis=1)
    dark = np.minimum(
        np.linalg.norm(graph.colours[graph.first] - line, axis=1),
        np.linalg.norm(graph.colours[graph.second] - line, axis=1),
    )
    drawn = graph.barrier / np.maximum(graph.length, 1)
    blurred = np.flatnonzero((apart < UNSEEN) & (dark * drawn < 2 * UNSEEN))
    labels = joined(graph, blurred).owner.astype(np.int32)[parts] if len(blurred) else parts
    return Regions(compact(merge_small(labels, SPECK)).labels + np.int32(1))


def _everywhere(parts: Int32Array) -> BoolArray:
    return np.ones(parts.shape, dtype=bool)


def _widened(ink: Float32Array) -> Float32Array:
    """A line also counts on the pixels beside it: borders lie along its rim at times."""
    return np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), dtype=np.float32)
