"""Connected colour regions of an illustration, by way of a displacement map (paper 3.2).

The displacement map is a height map in [0, 1]: 0 on borders and lines, 1 along the middle of each region
(DanbooRegion, Zhang et al. 2020). `classical_displacement` draws it without any weights.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, Int32Array, Regions, Size
from stenciltorch.errors import InputError
from stenciltorch.synthesis.flats import line_pixels, region_colours
from stenciltorch.synthesis.labels import compact, contacts
from stenciltorch.synthesis.noise import Float32Array

THRESHOLD = 100 / 255
REFERENCE_SIDE = 512
"""Areas and lengths are stated for a picture whose shorter side has this many pixels."""


def classical_displacement(illustration: Illustration) -> Float32Array:
    """Height map float32 (H, W) in [0, 1] from colour edges and drawn lines."""
    border = border_strength(illustration) >= 1
    return height_map(border)


def border_strength(illustration: Illustration) -> Float32Array:
    """How sure a border or a line runs through each pixel: float32 (H, W), 1 = sure enough."""
    smooth = cv2.medianBlur(illustration.array, 3)
    lab = cv2.cvtColor(smooth.astype(np.float32) * np.float32(1 / 255), cv2.COLOR_RGB2LAB)
    gradient = np.zeros(illustration.size, dtype=np.float32)
    for channel in cv2.split(lab):
        along = cv2.Scharr(channel, cv2.CV_32F, 1, 0, scale=1 / 32)
        down = cv2.Scharr(channel, cv2.CV_32F, 0, 1, scale=1 / 32)
        gradient += along * along + down * down
    strength = np.sqrt(gradient) / np.float32(5.0)
    return np.asarray(np.maximum(strength, line_pixels(illustration)), dtype=np.float32)


def height_map(border: npt.NDArray[np.bool_]) -> Float32Array:
    """0 on the border, 1 on the ridge between borders, linear in distance in between."""
    inside = np.pad(~border, 1).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    crest = distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)) - np.float32(0.35)
    crest &= distance > 0
    if not crest.any():
        return np.zeros(border.shape, dtype=np.float32)
    to_crest = cv2.distanceTransform((~crest).astype(np.uint8), cv2.DIST_L2, 5)
    height = distance / np.maximum(distance + to_crest, np.float32(1e-6))
    return np.ascontiguousarray(height[1:-1, 1:-1], dtype=np.float32)


def regions_from_displacement(
    displacement: Float32Array, threshold: float = THRESHOLD, smallest: int = 64
) -> Regions:
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
    labels = _flooded(displacement, threshold)
    return _numbered(merge_small(labels, scaled_area(smallest, Size.of(labels))))


def extract_regions(illustration: Illustration, smallest: int = 64) -> Regions:
    """Every pixel in one connected region, 1..n; lines belong to the regions beside them.

    Args:
        smallest: px at 512, see `regions_from_displacement`.
    """
    strength = border_strength(illustration)
    labels = _flooded(height_map(strength >= 1), THRESHOLD)
    labels = merge_alike(labels, illustration, strength)
    return _numbered(merge_small(labels, scaled_area(smallest, illustration.size)))


def scaled_area(area_at_512: int, size: Size) -> int:
    """An area stated for 512 x 512, for a picture of this size."""
    return max(1, round(area_at_512 * size.pixels / REFERENCE_SIDE**2))


def _numbered(labels: Int32Array) -> Regions:
    return Regions(compact(labels).labels + np.int32(1))


def _flooded(displacement: Float32Array, threshold: float) -> Int32Array:
    """Watershed basins of the map, labels 0..n-1, every pixel in one."""
    markers = (displacement > threshold).astype(np.uint8)
    count, labels = cv2.connectedComponents(markers, connectivity=4, ltype=cv2.CV_32S)
    if count <= 2:
        return np.zeros(displacement.shape, dtype=np.int32)
    relief = np.repeat(np.rint(displacement * 255).astype(np.uint8)[..., None], 3, axis=2)
    labels = cv2.watershed(relief, labels)
    return _ridges_filled(labels)


def _ridges_filled(labels: Int32Array) -> Int32Array:
    """Give each watershed line pixel (-1) and unlabelled pixel the nearest label; result from 0."""
    open_pixels = (labels <= 0).astype(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        open_pixels, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, dtype=np.int32)
    known = labels > 0
    owner[nearest[known]] = labels[known]
    return np.asarray(owner[nearest] - 1, dtype=np.int32)


def merge_small(labels: Int32Array, smallest: int) -> Int32Array:
    """Join each region under `smallest` px to the neighbour with the longest common border."""
    while True:
        labels, originals = compact(labels)
        count = len(originals)
        areas = np.bincount(labels.ravel(), minlength=count)
        small = areas < smallest
        if count == 1 or not small.any():
            return labels
        target = _favourite_neighbour(labels, count)
        target[~small] = np.flatnonzero(~small)
        labels = _joined(labels, target, areas)


def _favourite_neighbour(labels: Int32Array, count: int) -> npt.NDArray[np.int64]:
    first, second, length = contacts(labels, count)
    source, other = np.concatenate((first, second)), np.concatenate((second, first))
    order = np.lexsort((np.concatenate((length, length)), source))
    target = np.arange(count)
    target[source[order]] = other[order]
    return target


def _joined(
    labels: Int32Array, target: npt.NDArray[np.int64], areas: npt.NDArray[np.int64]
) -> Int32Array:
    """Union of each label with its target."""
    root = np.arange(len(target))
    for label in np.argsort(areas, kind="stable"):
        one, two = _root(root, int(label)), _root(root, int(target[label]))
        if one != two:
            root[one] = two
    final = np.array([_root(root, label) for label in range(len(root))], dtype=np.int32)
    return final[labels]


def _root(parents: npt.NDArray[np.int64], label: int) -> int:
    while parents[label] != label:
        parents[label] = parents[parents[label]]
        label = int(parents[label])
    return label


def merge_alike(labels: Int32Array, illustration: Illustration, strength: Float32Array) -> Int32Array:
    """Join neighbours of nearly one colour (CIE76 under 6) with no line or edge between them."""
    labels, originals = compact(labels)
    count = len(originals)
    if count == 1:
        return labels
    colours = region_colours(illustration, labels, count)
    unit = colours[None].astype(np.float32) * np.float32(1 / 255)
    lab = cv2.cvtColor(unit, cv2.COLOR_RGB2LAB)[0]
    first, second, length = contacts(labels, count)
    edge = contacts(labels, count, np.minimum(strength, 1)).length / length
    distance = np.linalg.norm(lab[first] - lab[second], axis=1)
    alike = (distance < 6) & (edge < 0.35)
    root = np.arange(count)
    for one, two in zip(first[alike], second[alike], strict=True):
        root[_root(root, int(one))] = _root(root, int(two))
    final = np.array([_root(root, label) for label in range(count)], dtype=np.int32)
    return final[labels]
