"""Flat colours: one median colour a region, then at most 25 colours a picture (paper 3.2)."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from stenciltorch.canvas import MAX_PALETTE, Illustration, Int32Array, Palette, Regions, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.synthesis.arrays import (
    BoolArray,
    Float32Array,
    Float64Array,
    Int64Array,
    brightest,
    darkest,
    look_up,
)
from stenciltorch.synthesis.labels import compact, medians

THIN, WIDE = 1 / 100, 1 / 36
"""Widths of drawn lines as shares of the longer side: thin lines of any dull colour, wide ones near black."""


def line_strength(illustration: Illustration) -> Float32Array:
    """How surely a drawn line runs through each pixel: float32 (H, W) in [0, 1].

    A line is darker than what lies on both of its sides. Up to `THIN` it may have any colour but a
    bright one; up to `WIDE` it must be near black, or small dark details such as an iris would be lines.
    """
    pixels, side = illustration.array, max(illustration.size)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    light = brightest(pixels)
    vivid = light - darkest(pixels)
    thin = np.where(vivid < 140, _dip(grey, THIN * side), np.uint8(0))
    dip = _dip(grey, WIDE * side)
    core = np.where(light < 80, dip, np.uint8(0))
    wide = np.minimum(cv2.dilate(core, np.ones((5, 5), np.uint8)), dip)
    strength = np.clip(np.maximum(thin, wide).astype(np.float32) / 40, 0, 1)
    return np.asarray(strength, dtype=np.float32)


def _dip(grey: UInt8Array, width: float) -> UInt8Array:
    """How much darker than both sides a stroke up to this wide is: black top-hat."""
    reach = max(3, round(width) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (reach, reach))
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(hat, dtype=np.uint8)


def line_pixels(illustration: Illustration) -> BoolArray:
    """Where lines are drawn: bool (H, W)."""
    return np.asarray(line_strength(illustration) >= 0.5)


def flatten(illustration: Illustration, regions: Regions) -> Illustration:
    """Every region in its median colour; line pixels have no say unless they are most of a region.

    Raises:
        InputError: the sizes differ.
    """
    _check_sizes(illustration, regions)
    labels, originals = compact(regions.array)
    return Illustration(look_up(region_colours(illustration, labels, len(originals)), labels))


def _check_sizes(illustration: Illustration, regions: Regions) -> None:
    if illustration.size != regions.size:
        raise InputError(
            f"The regions are {regions.size} pixels but the illustration is {illustration.size}; "
            "extract the regions from this illustration."
        )


def region_colours(illustration: Illustration, labels: Int32Array, count: int) -> UInt8Array:
    """Median colour of each label 0..count-1 without its line pixels: uint8 (count, 3)."""
    flat_labels, pixels = labels.ravel(), illustration.array.reshape(-1, 3)
    open_pixels = ~line_pixels(illustration).ravel()
    areas = np.bincount(flat_labels, minlength=count)
    open_areas = np.bincount(flat_labels[open_pixels], minlength=count)
    mostly_line = open_areas < np.maximum(1, 0.15 * areas)
    counted = np.flatnonzero(open_pixels | mostly_line.take(flat_labels))
    return medians(pixels.take(counted, axis=0), flat_labels.take(counted), count)


def quantise(
    flats: Illustration, colours: int = MAX_PALETTE, rng: np.random.Generator | None = None
) -> tuple[Illustration, Palette]:
    """At most `colours` colours by area-weighted k-means in sRGB over the distinct colours (paper 3.2).

    Args:
        rng: draws the start of k-means; None draws the same start every time.

    Raises:
        InputError: `colours` is not in 1..25.
    """
    pixels = flats.array.reshape(-1, 3)
    found, palette = _limited(_distinct(pixels), colours, rng)
    return Illustration(found.reshape(flats.array.shape)), palette


class FlatTable(NamedTuple):
    """The flat colour of each region, uint8 (n + 1, 3) with row 0 for no region, and the palette of the picture."""

    colours: UInt8Array
    palette: Palette


def flat_table(
    illustration: Illustration, regions: Regions, colours: int = MAX_PALETTE, rng: np.random.Generator | None = None
) -> FlatTable:
    """What `flatten`, `quantise` and `flat_colours` find one after the other, without the pictures between them.

    Args:
        colours, rng: see `quantise`.

    Raises:
        InputError: the sizes differ, or `colours` is not in 1..25.
    """
    _check_sizes(illustration, regions)
    labels, originals = compact(regions.array)
    medians_found = region_colours(illustration, labels, len(originals))
    limited, palette = _limited(_distinct(medians_found, np.bincount(labels.ravel())), colours, rng)
    table = np.zeros((regions.count + 1, 3), np.uint8)
    table[originals] = limited
    return FlatTable(table, palette)


class _Distinct(NamedTuple):
    """Each colour once, where each of the given colours is among them, and the area in px of each."""

    colours: UInt8Array
    places: Int64Array
    areas: Int64Array


def _distinct(colours: UInt8Array, areas: Int64Array | None = None) -> _Distinct:
    """Of colours (n, 3) that cover `areas` (n) px, or one px each."""
    packed = colours.astype(np.uint32) @ np.array((65536, 256, 1), np.uint32)
    keys, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    if areas is not None:
        counts = np.zeros_like(counts)
        np.add.at(counts, places, areas)
    return _Distinct(np.stack((keys >> 16, keys >> 8 & 255, keys & 255), axis=1).astype(np.uint8), places, counts)


def _limited(given: _Distinct, count: int, rng: np.random.Generator | None) -> tuple[UInt8Array, Palette]:
    """What is left of each given colour when there may be `count`, and the palette, most used first."""
    if not 1 <= count <= MAX_PALETTE:
        raise InputError(f"The number of colours must be 1 to {MAX_PALETTE}, found {count}.")
    left, places, areas = given
    if len(left) > count:
        owner, centres = _weighted_kmeans(
            left.astype(np.float64), areas.astype(np.float64), count, rng or np.random.default_rng(0)
        )
        left, position = np.unique(np.rint(centres).astype(np.uint8), axis=0, return_inverse=True)
        owner = position.ravel()[owner]
        places, areas = owner[places], np.bincount(owner, weights=areas, minlength=len(left)).astype(np.int64)
    order = np.argsort(-areas, kind="stable")
    return left[places], Palette(left[order[areas[order] > 0]])


def _weighted_kmeans(
    points: Float64Array, weights: Float64Array, count: int, rng: np.random.Generator
) -> tuple[Int64Array, Float64Array]:
    """Lloyd's iterations from a k-means++ start: (owner of each point, centres)."""
    centres = _spread_start(points, weights, count, rng)
    owner = np.full(len(points), -1)
    for _ in range(50):
        nearest = np.argmin(((points[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
        if np.array_equal(nearest, owner):
            break
        owner = nearest
        mass = np.bincount(owner, weights=weights, minlength=count)
        for channel in range(3):
            total = np.bincount(owner, weights=weights * points[:, channel], minlength=count)
            centres[:, channel] = np.where(mass > 0, total / np.maximum(mass, 1e-9), centres[:, channel])
    return owner, centres


def _spread_start(points: Float64Array, weights: Float64Array, count: int, rng: np.random.Generator) -> Float64Array:
    """k-means++: each next centre far from those before (Arthur, Vassilvitskii 2007)."""
    chosen = [int(rng.choice(len(points), p=weights / weights.sum()))]
    distance = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < count:
        chances = distance * weights
        chosen.append(int(rng.choice(len(points), p=chances / chances.sum())))
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return points[chosen].copy()


def flat_colours(flats: Illustration, regions: Regions) -> UInt8Array:
    """The flat colour of each region, uint8 (n + 1, 3), one of its pixels' where they differ; row 0 is that of no
    region."""
    colours = np.zeros((regions.count + 1, 3), np.uint8)
    colours[regions.array.ravel()] = flats.array.reshape(-1, 3)
    return colours
