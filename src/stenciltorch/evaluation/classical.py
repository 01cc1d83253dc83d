"""A colorizer that learns nothing: colour floods from each stroke and stops at lines and at gaps in lines.

The flood is a seeded watershed on nearness to ink: the limit of graph cuts and random walkers as contrast grows
(Couprie et al., "Power watershed", 2011), which is what LazyBrush (Sykora et al., 2009) minimises. Strokes count where
most of them lies, as LazyBrush's soft scribbles do. An enclosed area without a stroke stays paper white.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from skimage.segmentation import watershed

from stenciltorch.canvas import Hints, Illustration, Lineart, Painting, Stencil, UInt8Array
from stenciltorch.evaluation.hints import find_strokes

PAPER_WHITE = (255, 255, 255)

INK = 176
"""Lineart darker than this is line."""

GAP = 3
"""Openings in lines up to about twice this, in pixels at 512, do not join two areas."""

CRUMB = 30
"""Enclosed areas below this many pixels at 512 take the colour that reaches them first."""

DEEPEST = 64
"""Distance to ink, in pixels at 512, from which on all paper is alike."""

Labels = npt.NDArray[np.int32]


class ClassicalColorizer:
    """Flat colours by flooding; no shading. Always the same answer to the same request."""

    def __call__(self, stencil: Stencil) -> Painting:
        """Paint where the mask is open; every byte of the illustration elsewhere is the base's."""
        flats = flood(stencil.lineart, stencil.hints)
        inked = flats.astype(np.uint16) * stencil.lineart.array[..., None] // 255
        return Painting(_laid_over(inked, stencil), Illustration(flats), Illustration(flats))


def flood(lineart: Lineart, hints: Hints) -> UInt8Array:
    """The flat colour of every pixel, uint8 (H, W, 3)."""
    scale = max(lineart.size) / 512
    depth = _depth(lineart)
    shallow = -np.minimum(depth * (4 / scale), 4 * DEEPEST).astype(np.int32)
    seeds, colours = _seeds(hints, _rooms(depth, shallow, scale))
    if not seeds.any():
        return np.full((*lineart.size, 3), 255, np.uint8)
    ink = (255 - lineart.array.astype(np.int32)) * (depth == 0)
    owner = _flood(ink + shallow, seeds)
    return np.asarray(colours[owner])


def _depth(lineart: Lineart) -> npt.NDArray[np.float32]:
    """Distance to the nearest ink; far from everything on a page without ink."""
    paper = (lineart.array >= INK).astype(np.uint8)
    if paper.all():
        return np.full(lineart.size, 1e3, np.float32)
    return np.asarray(cv2.distanceTransform(paper, cv2.DIST_L2, 5), np.float32)


def _rooms(depth: npt.NDArray[np.float32], shallow: Labels, scale: float) -> Labels:
    """Areas that lines enclose once gaps are closed: 1..n, 0 on lines and in crumbs."""
    paper = depth > 0
    _, cores = cv2.connectedComponents((depth > max(1.0, GAP * scale)).astype(np.uint8), connectivity=4)
    rooms = _flood(shallow, np.asarray(cores, np.int32), paper) if cores.any() else np.zeros_like(cores)
    _, narrow, stats, _ = cv2.connectedComponentsWithStats((paper & (rooms == 0)).astype(np.uint8), connectivity=4)
    narrow[(stats[:, cv2.CC_STAT_AREA] < CRUMB * scale**2)[narrow]] = 0
    return np.where(narrow > 0, narrow + int(rooms.max()), rooms).astype(np.int32)


def _flood(height: Labels, seeds: Labels, where: npt.NDArray[np.bool_] | None = None) -> Labels:
    return np.asarray(watershed(height, seeds, mask=where), np.int32)  # type: ignore[no-untyped-call]


def _seeds(hints: Hints, rooms: Labels) -> tuple[Labels, UInt8Array]:
    """Markers for the flood, and the colour of each marker; markers from 1 on."""
    seeds = np.zeros(rooms.shape, np.int32)
    colours: list[npt.ArrayLike] = [PAPER_WHITE]
    empty = np.ones(int(rooms.max()) + 1, np.bool_)
    for stroke in find_strokes(hints):
        colours.append(stroke.colour)
        kept = _most_of(stroke.pixels, rooms.ravel())
        seeds.ravel()[kept] = len(colours) - 1
        empty[rooms.ravel()[kept]] = False
    empty[0] = False
    if seeds.any():
        colours.append(PAPER_WHITE)
        seeds[empty[rooms]] = len(colours) - 1
    return seeds, np.array(colours, np.uint8)


def _most_of(pixels: npt.NDArray[np.int64], rooms: Labels) -> npt.NDArray[np.int64]:
    """The part of a stroke that lies in the room with most of it."""
    owners = rooms[pixels]
    counts = np.bincount(owners)
    counts[0] = 0
    return pixels[owners == counts.argmax()] if counts.any() else pixels


def _laid_over(painted: npt.NDArray[np.uint16], stencil: Stencil) -> Illustration:
    share = stencil.mask.array.astype(np.uint32)[..., None]
    mixed = painted * share + stencil.base.array * (255 - share)
    return Illustration(((mixed + 127) // 255).astype(np.uint8))
