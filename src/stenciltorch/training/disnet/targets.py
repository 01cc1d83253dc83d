"""Region maps -> height maps as DanbooRegion makes them (Zhang et al. 2020), and a fast equivalent.

Edges are held at 0, the skeleton of what lies between them at 1, and everything else is smoothed 512 times.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from skimage.morphology import skeletonize

from stenciltorch.canvas import Regions
from stenciltorch.synthesis.arrays import BoolArray, Float32Array, Float64Array, IntegerArray

PASSES = 512
"""Smoothing passes of the original."""

PLUS = np.array(((0, 1, 0), (1, 1, 1), (0, 1, 0)), dtype=np.float32)

_SPREAD = PASSES / 5
"""Diffusivity x time of the passes in px^2: each axis of the five-point mean has a variance of 2/5 a pass."""

_REACH, _STEPS = 100, 2
"""The table of `fast_height` covers distances up to 100 px in half pixels; farther away nothing changes."""

POLISH = 32
"""Passes that round off what the table knows only for straight borders."""


class Clamps(NamedTuple):
    """Where the height map is held: bool (H, W) each."""

    edge: BoolArray
    skeleton: BoolArray


def edges_of(labels: IntegerArray) -> BoolArray:
    """Any change to the right or below, and the picture's own rim: bool (H, W)."""
    edge = np.zeros(labels.shape, dtype=bool)
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    edge[:-1] |= labels[:-1] != labels[1:]
    edge[0] = edge[-1] = edge[:, 0] = edge[:, -1] = True
    return edge


def clamps_of(labels: IntegerArray) -> Clamps:
    """Edges, and the skeleton of what is left when they are one pixel wider."""
    edge = edges_of(labels)
    wider = cv2.dilate(edge.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    skeleton = skeletonize(~wider)  # type: ignore[no-untyped-call]
    return Clamps(edge, np.asarray(skeleton, dtype=np.bool_))


def smoothed_height(regions: Regions, rng: np.random.Generator, passes: int = PASSES) -> Float32Array:
    """The height map float32 (H, W) in [0, 1], made as DanbooRegion makes it: noise smoothed between clamps."""
    clamps = clamps_of(regions.array)
    return smooth(rng.random(clamps.edge.shape, dtype=np.float32), clamps, passes)


def smooth(field: Float32Array, clamps: Clamps, passes: int) -> Float32Array:
    """Five-point means; after each, edges are 0 and the skeleton is 1 again."""
    free = (~(clamps.edge | clamps.skeleton)).astype(np.float32)
    held = clamps.skeleton.astype(np.float32)
    field = field * free + held
    for _ in range(passes):
        mean = cv2.filter2D(field, -1, PLUS / 5, borderType=cv2.BORDER_REPLICATE)
        field = np.asarray(cv2.add(cv2.multiply(mean, free), held), dtype=np.float32)
    return field


def fast_height(regions: Regions, polish: int = POLISH) -> Float32Array:
    """What `smoothed_height` comes to on average, three to four times faster.

    Between a straight edge and a straight skeleton the smoothing is the heat equation in one dimension, from one half
    everywhere (the mean of the noise). Its solution is read from a table by the distances to both.
    """
    clamps = clamps_of(regions.array)
    to_edge = _distance_to(clamps.edge)
    to_skeleton = _distance_to(clamps.skeleton)
    field = _table()[_place(to_edge), _place(to_skeleton)]
    return smooth(field, clamps, polish)


def _distance_to(held: BoolArray) -> Float32Array:
    if not held.any():
        return np.full(held.shape, _REACH, dtype=np.float32)
    return np.asarray(cv2.distanceTransform((~held).astype(np.uint8), cv2.DIST_L2, 5), dtype=np.float32)


def _place(distance: Float32Array) -> IntegerArray:
    return np.asarray(np.rint(np.minimum(distance, _REACH) * _STEPS), dtype=np.intp)


@cache
def _table() -> Float32Array:
    """Height by distance to the edge and to the skeleton, in half pixels."""
    distance = np.arange(_REACH * _STEPS + 1) / _STEPS
    height = _slab(distance[:, None], distance[None, :]).astype(np.float32)
    height.flags.writeable = False
    return height


def _slab(to_edge: Float64Array, to_skeleton: Float64Array) -> Float64Array:
    """Heat between a wall at 0 and one at 1, after the passes, from one half: Fourier series."""
    across = np.maximum(to_edge + to_skeleton, 1e-6)
    height = to_edge / across
    for order in range(1, 64):
        wave = 2 * np.pi * order / across
        height = height + np.sin(wave * to_edge) * np.exp(-(wave**2) * _SPREAD) / (np.pi * order)
    return np.asarray(np.clip(height, 0, 1))
