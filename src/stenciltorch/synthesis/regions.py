"""Connected colour regions of an illustration, and its displacement map (paper 3.2).

The displacement map is a height map in [0, 1]: 0 on borders, 1 along the middle of each region
(DanbooRegion, Zhang et al. 2020). DisNet draws it (`disnet`); `classical_displacement` does so without any weights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Int32Array, Regions, Size, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.synthesis.arrays import BoolArray, Float32Array, sum_of_channels
from stenciltorch.synthesis.evidence import (
    Evidence,
    View,
    common_pieces,
    gather,
    near_borders,
    quiet,
)
from stenciltorch.synthesis.flats import line_strength
from stenciltorch.synthesis.judging import BorderJudge, settle
from stenciltorch.synthesis.labels import compact, contacts, filled
from stenciltorch.synthesis.merging import (
    RegionGraph,
    best_border,
    joined,
    merge_alike,
    merge_little,
    merge_small,
    region_graph,
)

HeightSource = Callable[[Illustration], Float32Array]
"""Whatever draws height maps, float32 (H, W) in [0, 1]: an opened DisNet, or a stand-in in a test."""

THRESHOLD = 100 / 255
REFERENCE_SIDE = 512
"""Areas are stated for a picture of 512 x 512."""

CALM = (2.0, 5.0, 12.0, 1e9)
"""Steps of Lab gradient per pixel: calm areas become markers first, busier ones where no calm one is near."""
SPACIOUS = (3.0, 1.5, 1.5, 1.0)
"""How far from lines and edges the pixels of a marker must be in each step: keeps gaps in lines shut."""


class _Picture(NamedTuple):
    """What segmentation looks at: smoothed Lab, gradient per px, and line strength in [0, 1]."""

    smooth: UInt8Array
    lab: Float32Array
    gradient: Float32Array
    line: Float32Array


_MIX = 0x9E3779
"""An odd number: times a label, modulo 2^24, it gives every label another colour."""

OPEN = 0.2
"""Mean height of a border from which on it is none."""

THIN = 2.0
"""Px at 512 across under which what only one cut sees is a sliver between two drawings of one border."""

FLOOD_LEVELS = 8
"""Steps in which basins grow from the markers down to the borders of a displacement map."""


def classical_displacement(illustration: Illustration) -> Float32Array:
    """Height map float32 (H, W) in [0, 1] from colour edges and drawn lines."""
    return displacement_of(extract_regions(illustration))


def displacement_of(regions: Regions) -> Float32Array:
    """The height map of known regions: float32 (H, W) in [0, 1]."""
    return height_map(_borders(regions))


def _borders(regions: Regions) -> BoolArray:
    """Pixels whose right or lower neighbour has another label."""
    labels = regions.array
    border = np.zeros(labels.shape, dtype=bool)
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    border[:-1] |= labels[:-1] != labels[1:]
    return border


def height_map(border: BoolArray) -> Float32Array:
    """0 on the border and outside the picture, 1 on the ridge midway between borders."""
    inside = np.pad(~border, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    crest = distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - np.float32(0.35)
    crest &= distance > 0
    if not crest.any():
        return np.zeros(border.shape, dtype=np.float32)
    to_crest = cv2.distanceTransform((~crest).astype(np.uint8), cv2.DIST_L2, 5)
    height = distance / np.maximum(distance + to_crest, np.float32(1e-6))
    return np.ascontiguousarray(height[1:-1, 1:-1], dtype=np.float32)


def regions_from_displacement(displacement: Float32Array, threshold: float = THRESHOLD, smallest: int = 64) -> Regions:
    """Markers above the threshold, watershed between them, small regions merged.

    Args:
        displacement: (H, W) in [0, 1].
        smallest: px at 512; a smaller region joins the neighbour with the longest common border.

    Raises:
        InputError: the map is not a two-dimensional picture in [0, 1].
    """
    if displacement.ndim != 2 or not displacement.size:
        raise InputError(f"A displacement map must be (height, width), found {displacement.shape}.")
    if not (displacement.min() >= 0 and displacement.max() <= 1):
        raise InputError("A displacement map must lie in [0, 1]; divide 8-bit maps by 255.")
    labels = _basins(displacement, threshold)
    return _numbered(merge_small(labels, scaled_area(smallest, Size.of(labels))))


def _basins(displacement: Float32Array, threshold: float) -> Int32Array:
    """Connected places above the threshold, numbered from 1, grown level by level down to the borders."""
    markers = (displacement > threshold).astype(np.uint8)
    _, numbered = cv2.connectedComponents(markers, connectivity=4, ltype=cv2.CV_32S)
    labels = np.asarray(numbered, dtype=np.int32)
    for level in np.linspace(threshold, 0, FLOOD_LEVELS + 1)[1:]:
        labels = np.where(displacement > level, filled(labels), labels)
    return filled(labels)


def extract_regions(
    illustration: Illustration,
    smallest: int = 64,
    source: HeightSource | None = None,
    judge: BorderJudge | None = None,
) -> Regions:
    """Every pixel in one connected region, 1..n; lines belong to the regions beside them.

    Args:
        smallest: px at 512; a smaller region joins a neighbour, one of like colour first.
        source: draws the height map that is cut, e.g. `disnet.open_disnet()`; None cuts by colours and drawn lines.
        judge: settles which borders stand of the cuts by heights and by colours; None takes those by heights.
    """
    picture = _picture(illustration)
    if source is None:
        return _numbered(_by_colours(picture, smallest))
    height = source(illustration)
    seen = _by_heights(picture, height, smallest)
    return _numbered(seen if judge is None else _judged(picture, height, seen, smallest, judge))


def _by_colours(picture: _Picture, smallest: int) -> Int32Array:
    size = Size.of(picture.line)
    scale = max(size) / REFERENCE_SIDE
    little = scaled_area(smallest, size)
    labels = _without_crumbs(_pieces(picture), picture, smallest, scale)
    graph = region_graph(labels, picture.lab, quiet(picture.line, picture.gradient), picture.line)
    graph = merge_alike(graph, cost_limit=7.0, line_cost=30.0, ample=16 * little)
    graph = merge_little(graph, little, 0.3)
    return graph.owner.astype(np.int32)[labels]


def _by_heights(picture: _Picture, displacement: Float32Array, smallest: int) -> Int32Array:
    """Basins of a height map, joined over open borders; small ones join the neighbour of like colour."""
    labels = compact(_basins(displacement, THRESHOLD)).labels
    graph = region_graph(labels, picture.lab, displacement > THRESHOLD, displacement)
    graph = merge_open(graph, OPEN)
    graph = merge_little(graph, scaled_area(smallest, Size.of(labels)), 0.3)
    return graph.owner.astype(np.int32)[labels]


def _judged(
    picture: _Picture, displacement: Float32Array, seen: Int32Array, smallest: int, judge: BorderJudge
) -> Int32Array:
    """The pieces that both cuts have in common, joined where the judge sees no border."""
    pieces, evidence = _border_evidence(picture, displacement, seen, _by_colours(picture, smallest), smallest)
    labels = compact(settle(evidence, judge).owner.astype(np.int32)[pieces]).labels
    graph = region_graph(labels, picture.lab, quiet(picture.line, picture.gradient), picture.line)
    return merge_little(graph, scaled_area(smallest, Size.of(labels)), 0.3).owner.astype(np.int32)[labels]


def _border_evidence(
    picture: _Picture, displacement: Float32Array, seen: Int32Array, coloured: Int32Array, smallest: int
) -> tuple[Int32Array, Evidence]:
    """Common pieces of the cuts by heights and by colours, and what is known of their borders."""
    size = Size.of(seen)
    pieces = common_pieces(seen, coloured, scaled_area(smallest, size), THIN * max(max(size) / REFERENCE_SIDE, 1.0))
    near_seen, near_coloured = near_borders(seen), near_borders(coloured)
    view = View(picture.lab, picture.gradient, picture.line, displacement, near_seen, near_coloured)
    return pieces, gather(pieces, view)


def evidence_of(
    illustration: Illustration, displacement: Float32Array, smallest: int = 64
) -> tuple[Int32Array, Evidence]:
    """Pieces of a picture, 0..n-1, and the evidence that a judge is taught by."""
    picture = _picture(illustration)
    seen = _by_heights(picture, displacement, smallest)
    return _border_evidence(picture, displacement, seen, _by_colours(picture, smallest), smallest)


def merge_open(graph: RegionGraph, height: float) -> RegionGraph:
    """Join regions, the most open border first, until every border is lower than `height` on average.

    Folds, stripes of light and thin parts leave shallow valleys, which are no borders.

    Args:
        graph: with heights as barriers.
    """
    for limit in np.linspace(1, height, 9)[1:]:
        while len(graph.first):
            openness = graph.barrier / graph.length
            best = np.unique(best_border(graph, openness))
            wide = best[openness[best] > limit]
            if not len(wide):
                break
            graph = joined(graph, wide)
    return graph


def draw_map(regions: Regions) -> Illustration:
    """Every region in a colour of its own; label 0 is black."""
    mixed = (regions.array.astype(np.uint32) * np.uint32(_MIX)) & np.uint32(0xFFFFFF)
    return Illustration(np.stack((mixed >> 16, mixed >> 8 & 255, mixed & 255), axis=2).astype(np.uint8))


def draw_borders(illustration: Illustration, regions: Regions) -> Illustration:
    """The picture, paler, with the borders in red."""
    border = cv2.dilate(_borders(regions).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    pale = illustration.array // 2 + np.uint8(127)
    pale[border] = (220, 0, 0)
    return Illustration(pale)


def scaled_area(area_at_512: float, size: Size) -> int:
    """An area stated for 512 x 512, for a picture of this size."""
    return max(1, round(area_at_512 * size.pixels / REFERENCE_SIDE**2))


def _picture(illustration: Illustration) -> _Picture:
    smooth = np.asarray(cv2.medianBlur(illustration.array, 3), dtype=np.uint8)
    lab = _lab(smooth)
    along = np.asarray(cv2.Scharr(lab, cv2.CV_32F, 1, 0, scale=1 / 32), dtype=np.float32)
    down = np.asarray(cv2.Scharr(lab, cv2.CV_32F, 0, 1, scale=1 / 32), dtype=np.float32)
    along *= along
    down *= down
    along += down
    gradient = np.sqrt(sum_of_channels(along))
    return _Picture(smooth, lab, gradient, line_strength(illustration))


def _lab(pixels: UInt8Array) -> Float32Array:
    """Lab with lightness in 0 .. 100: float32 (H, W, 3)."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= np.float32(100 / 255)
    return np.asarray(lab)


def _pieces(picture: _Picture) -> Int32Array:
    """Pieces no larger than the regions: labels 0..n-1."""
    markers = np.zeros(picture.line.shape, dtype=np.int32)
    free = picture.line < 0.5
    for calm, space in zip(CALM, SPACIOUS, strict=True):
        markers = _more_markers(markers, free & (picture.gradient < calm), space)
    labels = _watershed(picture.smooth, markers)
    labels[~free] = 0
    return compact(filled(labels)).labels


def _without_crumbs(labels: Int32Array, picture: _Picture, smallest: int, scale: float) -> Int32Array:
    """Drop lines and the crumbs along them, and let the other regions grow over both; labels 0..n-1."""
    inked = np.where(picture.line < 0.5, labels + 1, 0).astype(np.int32)
    crumbs = _crumbs(inked, picture.lab[..., 0], smallest * scale**2, max(scale, 1.0))
    if crumbs.all():
        return labels
    number = np.where(crumbs, 0, np.arange(len(crumbs)))
    return compact(filled(number.astype(np.int32)[inked])).labels


def _crumbs(inked: Int32Array, lightness: Float32Array, area: float, scale: float) -> BoolArray:
    """Which labels are ink (0), tiny, very thin, or beside ink and either thin or small and dark."""
    count = int(inked.max()) + 1
    first, second, length = contacts(inked, count)
    rim = np.bincount(first, weights=length, minlength=count)
    rim += np.bincount(second, weights=length, minlength=count)
    beside_ink = np.zeros(count)
    beside_ink[second[first == 0]] = length[first == 0]
    owners = inked.ravel().astype(np.intp)
    areas = np.bincount(owners, minlength=count)
    light = np.bincount(owners, weights=lightness.ravel(), minlength=count) / np.maximum(areas, 1)
    breadth = 2 * areas / np.maximum(rim, 1)
    thin = breadth < 2.4 * scale
    dark = (light < 25) & (areas < area)
    crumbs = ((beside_ink > 0.4 * rim) & (thin | dark)) | (areas < area / 8) | (breadth < 1.7 * scale)
    crumbs[0] = True
    return np.asarray(crumbs)


def _more_markers(markers: Int32Array, calm: BoolArray, space: float) -> Int32Array:
    """Add the calm places with `space` px around them that no marker is near, grown by that space."""
    taken = cv2.dilate((markers > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    candidates = calm & ~taken
    room = cv2.distanceTransform(candidates.astype(np.uint8), cv2.DIST_L2, 3) > space
    if not room.any():
        return markers
    _, fresh = cv2.connectedComponents(room.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    reach = 2 * int(space) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    grown = cv2.dilate(fresh.astype(np.float32), disc).astype(np.int32)
    return np.where(candidates & (grown > 0), grown + markers.max(), markers).astype(np.int32)


def _watershed(picture: UInt8Array, markers: Int32Array) -> Int32Array:
    """Flood (H, W, 3) from the markers; -1 on the lines between basins."""
    if markers.max() < 2:
        return np.ones_like(markers)
    return np.asarray(cv2.watershed(picture, markers.copy()), dtype=np.int32)


def _numbered(labels: Int32Array) -> Regions:
    return Regions(compact(labels).labels + np.int32(1))
