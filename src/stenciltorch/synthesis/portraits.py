"""Random people, things and rooms of our own as training pictures, with exact regions, flats and lines: what they share
with real art is hair in locks, folds that part nothing, faces with small parts, and limbs that lie over one another.
"""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Lineart, Regions, Size
from stenciltorch.synthesis.arrays import Float32Array, look_up, spread
from stenciltorch.synthesis.figures import draw_figures
from stenciltorch.synthesis.labels import compact, connected_parts
from stenciltorch.synthesis.merging import merge_small
from stenciltorch.synthesis.noise import smooth_noise
from stenciltorch.synthesis.palettes import draw_colours
from stenciltorch.synthesis.procedural import with_lines

SPECK = 12
"""Regions under this many pixels join a neighbour: lines hide them."""

PLAIN, CEL = 0.4, 0.7
"""Up to this draw a part has its flat colour; up to that, shade with an edge; beyond, shade that fades."""


def draw_portrait(size: Size, rng: np.random.Generator) -> tuple[Illustration, Regions, Illustration, Lineart]:
    """A random picture: illustration with its lines, exact regions, exact flats, and its own lineart.

    Every part has its outline, but for gaps; parts of one object (locks of hair, both sleeves) share a colour.
    """
    scene = draw_figures(size, rng, outlined=True)
    colours = draw_colours(int(scene.groups.max()) + 1, rng)
    if rng.random() < 0.4:
        colours[0] = 255
    parts = compact(connected_parts(scene.labels)).labels
    regions = compact(merge_small(parts, SPECK)).labels
    flats = colours[_majority(regions, scene.groups[scene.labels])][regions]
    colour = look_up(colours[scene.groups], scene.labels).astype(np.float32)
    colour *= spread(_shade(scene.labels, rng))
    colour = np.asarray(cv2.GaussianBlur(colour, (0, 0), 0.5), np.float32)
    ink = scene.ink.astype(np.float32) * np.float32(1 / 255)
    drawn, lineart = with_lines(colour, ink, (0.0, 0.3, 0.7), 0.4, rng)
    return (
        drawn,
        Regions(regions + np.int32(1)),
        Illustration(np.ascontiguousarray(flats)),
        lineart,
    )


def _majority(regions: Int32Array, paints: Int32Array) -> Int32Array:
    """The paint that most of each region has, (regions,)."""
    kinds = int(paints.max()) + 1
    keys = regions.ravel().astype(np.int64) * kinds + paints.ravel()
    counts = np.bincount(keys, minlength=(int(regions.max()) + 1) * kinds)
    return np.asarray(counts.reshape(-1, kinds).argmax(axis=1), np.int32)


def _shade(labels: Int32Array, rng: np.random.Generator) -> Float32Array:
    """What is left of the light in each place, float32 (H, W) up to 1: each part has its own kind of shade."""
    count = int(labels.max()) + 1
    size = Size.of(labels)
    rise = smooth_noise(size, max(size) * rng.uniform(0.15, 0.5), rng)
    deep = rng.uniform(0.1, 0.45, count).astype(np.float32)[labels]
    kind = rng.random(count)[labels]
    edge = rng.uniform(0.35, 0.7, count).astype(np.float32)[labels]
    shadow = np.where(kind < CEL, (rise > edge).astype(np.float32), rise)
    return np.asarray(np.where(kind < PLAIN, np.float32(1), 1 - deep * shadow), np.float32)
