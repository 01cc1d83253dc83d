"""The flats of a painting as areas of few colours: what layers are made of and palettes are laid on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import find_objects

from stenciltorch.canvas import Illustration, Int32Array, Lineart, Size, UInt8Array
from stenciltorch.palettes.oklab import nearest, squared_distance, to_oklab
from stenciltorch.synthesis.arrays import look_up
from stenciltorch.synthesis.labels import connected_parts

REACH = 0.055
"""Distance in OKLab within which colours are one; 0.02 is a difference that is just seen side by side."""
MAX_COLOURS = 24
LEAST_SHARE = 0.0004
"""Of the picture that a colour of its own covers, about 10 x 10 pixels at 512 x 512."""
SPECK_SHARE = 6e-5
"""Of the picture; a smaller part joins what surrounds it, about 4 x 4 pixels at 512 x 512."""
PAPER = 160
"""Lineart levels from here on are open paper, where areas are connected."""
MINOR_SHARE = 0.1
"""Of an area closed by lines; a colour with less of it gives way to the area's commonest colour ..."""
AMPLE_SHARE = 0.02
"""... unless what it has there is this share of the picture: then it is meant, with or without lines."""

Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Segments:
    """Every pixel has one colour.

    Args:
        labels: uint8 (H, W), 0..K-1.
        colours: uint8 (K, 3), most used first.
    """

    labels: UInt8Array
    colours: UInt8Array

    @property
    def size(self) -> Size:
        return Size.of(self.labels)

    def picture(self) -> Illustration:
        """Each pixel in its segment's colour."""
        return Illustration(look_up(self.colours, self.labels.astype(np.int32)))

    def areas(self) -> Int64Array:
        """Pixels of each colour."""
        return np.bincount(self.labels.ravel(), minlength=len(self.colours))


def find_segments(flats: Illustration, most: int = MAX_COLOURS) -> Segments:
    """Flats -> at most `most` colours in parts that are no specks; ours."""
    packed = _packed(flats.array)
    colours, weights = _histogram(packed)
    leaders = _leaders(colours, weights, most)
    table = np.zeros(1 << 24, np.uint8)
    table[_packed(colours[None])[0]] = owners = nearest(colours, leaders).astype(np.uint8)
    labels = without_specks(table[packed])
    return tidied(labels, _settled(colours, weights, owners, leaders))


def tidied(labels: UInt8Array, colours: UInt8Array) -> Segments:
    """Equal colours as one, unused ones left out, most used first."""
    distinct, owner = np.unique(colours, axis=0, return_inverse=True)
    areas = np.bincount(owner.ravel()[labels].ravel(), minlength=len(distinct))
    order = np.argsort(-areas, kind="stable")[: np.count_nonzero(areas)]
    place = np.zeros(len(distinct), np.uint8)
    place[order] = np.arange(len(order))
    return Segments(place[owner.ravel()][labels], distinct[order])


def _packed(pixels: UInt8Array) -> npt.NDArray[np.int32]:
    """(H, W, 3) -> one number a pixel."""
    red, green, blue = (pixels[..., channel].astype(np.int32) for channel in range(3))
    return (red << 16) | (green << 8) | blue


def _histogram(packed: npt.NDArray[np.int32]) -> tuple[UInt8Array, Int64Array]:
    """Every colour that occurs, (n, 3), and how often."""
    present, counts = np.unique(packed, return_counts=True)
    colours = np.stack([present >> 16, present >> 8 & 255, present & 255], axis=1).astype(np.uint8)
    return colours, counts


def _leaders(colours: UInt8Array, weights: Int64Array, most: int) -> UInt8Array:
    """The commonest colour leads, all within `REACH` follow, and so on."""
    lab, left = to_oklab(colours), weights.astype(np.float64)
    bins = (colours.astype(np.int64) >> 3) @ np.array([1024, 32, 1])
    total = left.sum()
    leaders: list[int] = []
    while len(leaders) < most and left.sum() > LEAST_SHARE * total:
        crowd = np.bincount(bins, left)
        leader = int(np.argmax(np.where(bins == crowd.argmax(), left, -1)))
        near = squared_distance(lab, lab[leader]) <= REACH**2
        if not leaders or left[near].sum() >= LEAST_SHARE * total:
            leaders.append(leader)
        left[near] = 0
    return colours[leaders]


def _settled(colours: UInt8Array, weights: Int64Array, owners: UInt8Array, leaders: UInt8Array) -> UInt8Array:
    """The leader itself where it is meant (a dab's or a palette's very colour), else the mean of its followers."""
    settled = leaders.copy()
    for number, leader in enumerate(leaders):
        mine = owners == number
        meant = weights[mine & (colours == leader).all(axis=1)].sum()
        if meant < 0.2 * weights[mine].sum():
            settled[number] = np.rint(np.average(colours[mine], axis=0, weights=weights[mine]))
    return settled


def without_specks(labels: UInt8Array) -> UInt8Array:
    """Connected parts under `SPECK_SHARE` of the picture take the label of the nearest pixel of a larger part."""
    parts = connected_parts(labels)
    little = np.bincount(parts.ravel()) < SPECK_SHARE * labels.size
    return filled_from_nearest(labels, little[parts].view(np.uint8))


def filled_from_nearest(labels: UInt8Array, holes: UInt8Array) -> UInt8Array:
    """Where `holes` is not 0, the label of the nearest pixel where it is."""
    if not holes.any() or holes.all():
        return labels
    _, nearest_of = cv2.distanceTransformWithLabels(holes, cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL)
    kept = holes == 0
    table = np.zeros(int(nearest_of.max()) + 1, np.uint8)
    table[nearest_of[kept]] = labels[kept]
    return np.asarray(table[nearest_of])


class Part(NamedTuple):
    """One connected part of one colour.

    Args:
        number: of its colour.
        box: rows and columns that hold it.
        inside: its pixels within the box, bool (height, width), found when asked for.
    """

    number: int
    box: tuple[slice, slice]
    inside: Callable[[], npt.NDArray[np.bool_]]


def largest_parts(segments: Segments, most: int) -> tuple[list[Part], npt.NDArray[np.bool_]]:
    """The largest connected parts, the largest first, and where none of them is."""
    parts = connected_parts(segments.labels)
    areas = np.bincount(parts.ravel())
    order = np.argsort(-areas, kind="stable")[:most]
    rank = np.zeros(len(areas), np.int32)
    rank[order] = np.arange(1, len(order) + 1)
    ranked = rank[parts]
    boxes = find_objects(ranked)
    found = [
        Part(_label_in(segments, ranked, box, place), box, partial(np.equal, ranked[box], place))
        for place, box in enumerate(boxes, 1)
    ]
    return found, ranked == 0


def _label_in(segments: Segments, ranked: Int32Array, box: tuple[slice, slice], place: int) -> int:
    first = int(np.argmax(ranked[box] == place))
    return int(segments.labels[box].ravel()[first])


def agreed_inside_lines(segments: Segments, lineart: Lineart, minor: float = MINOR_SHARE) -> Segments:
    """Areas closed by lines without the scraps of other colours in them; below lines, the nearest area's colour.

    Args:
        minor: a colour with less than this share of an area is a scrap there.
    """
    _, areas = cv2.connectedComponents((lineart.array >= PAPER).view(np.uint8), connectivity=4)
    count, closed = len(segments.colours), int(areas.max()) + 1
    ballots = areas.ravel().astype(np.int64) * count + segments.labels.ravel()
    votes = np.bincount(ballots, minlength=closed * count).reshape(closed, count)
    stays = (votes >= minor * votes.sum(axis=1, keepdims=True)) | (votes >= AMPLE_SHARE * segments.labels.size)
    winners = votes.argmax(axis=1)[:, None]
    elected = np.where(stays, np.arange(count), winners).astype(np.uint8)
    labels = elected.ravel()[ballots].reshape(areas.shape)
    return tidied(filled_from_nearest(labels, (areas == 0).view(np.uint8)), segments.colours)
