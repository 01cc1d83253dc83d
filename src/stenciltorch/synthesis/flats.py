"""Flat colours: one median colour a region, then at most 25 colours a picture (paper 3.2)."""

from __future__ import annotations

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
    if illustration.size != regions.size:
        raise InputError(
            f"The regions are {regions.size} pixels but the illustration is {illustration.size}; "
            "extract the regions from this illustration."
        )
    labels, originals = compact(regions.array)
    colours = region_colours(illustration, labels, len(originals))
    return Illustration(look_up(colours, labels))


def region_colours(illustration: Illustration, labels: Int32Array, count: int) -> UInt8Array:
    """Median colour of each label 0..count-1 without its line pixels: uint8 (count, 3)."""
    flat_labels, pixels = labels.ravel(), illustration.array.reshape(-1, 3)
    open_pixels = ~line_pixels(illustration).ravel()
    areas = np.bincount(flat_labels, minlength=count)
    open_areas = np.bincount(flat_labels[open_pixels], minlength=count)
    mostly_line = open_areas < np.maximum(1, 0.15 * areas)
    counted = open_pixels | mostly_line[flat_labels]
    return medians(pixels[counted], flat_labels[counted], count)


def quantise(
    flats: Illustration, colours: int = MAX_PALETTE, rng: np.random.Generator | None = None
) -> tuple[Illustration, Palette]:
    """At most `colours` colours by area-weighted k-means in sRGB over the distinct colours (paper 3.2).

    Args:
        rng: draws the start of k-means; None draws the same start every time.

    Raises:
        InputError: `colours` is not in 1..25.
    """
    if not 1 <= colours <= MAX_PALETTE:
        raise InputError(f"The number of colours must be 1 to {MAX_PALETTE}, found {colours}.")
    distinct, inverse, areas = _distinct(flats.array)
    if len(distinct) > colours:
        owner, centres = _weighted_kmeans(
            distinct.astype(np.float64), areas.astype(np.float64), colours, rng or np.random.default_rng(0)
        )
        merged, position = np.unique(np.rint(centres).astype(np.uint8), axis=0, return_inverse=True)
        inverse = position.ravel()[owner][inverse]
        distinct, areas = merged, np.bincount(inverse.ravel(), minlength=len(merged))
    order = np.argsort(-areas, kind="stable")
    used = order[areas[order] > 0]
    return Illustration(distinct[inverse].reshape(flats.array.shape)), Palette(distinct[used])


def _distinct(pixels: UInt8Array) -> tuple[UInt8Array, Int64Array, Int64Array]:
    packed = pixels.astype(np.uint32) @ np.array((65536, 256, 1), np.uint32)
    keys, inverse, areas = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    colours = np.stack((keys >> 16, keys >> 8 & 255, keys & 255), axis=1).astype(np.uint8)
    return colours, inverse.ravel(), areas


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
