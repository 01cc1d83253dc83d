"""New palettes, class by class: lines and shading stay, colours change, so that no object owns a colour."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Illustration, Int32Array, Regions, UInt8Array
from stenciltorch.synthesis.arrays import Float32Array, Int64Array, look_up, spread, to_bytes
from stenciltorch.synthesis.labels import compact, edge_distance

FAMILIES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "saturated": ((0, 360), (0.6, 1.0), (0.6, 1.0)),
    "pastel": ((0, 360), (0.1, 0.4), (0.85, 1.0)),
    "dark": ((0, 360), (0.1, 0.9), (0.08, 0.4)),
    "skin": ((8, 32), (0.15, 0.6), (0.45, 1.0)),
    "neutral": ((0, 360), (0.0, 0.12), (0.1, 1.0)),
    "muted": ((0, 360), (0.2, 0.6), (0.35, 0.8)),
    "pale": ((0, 360), (0.0, 0.06), (0.92, 1.0)),
}
"""Ranges of hue (degrees), saturation and value."""

DARK = 48
"""A colour whose brightest channel is below this may be drawn as solid ink and mostly keeps dark."""


def recolour(
    illustration: Illustration, flats: Illustration, regions: Regions, rng: np.random.Generator
) -> tuple[Illustration, Illustration]:
    """The illustration and its flats in new colours; shading and lines carried over."""
    labels, originals = compact(regions.array)
    old = label_colours(flats.array, labels, len(originals))
    new = _new_colours(old, labels, rng)
    gain = float(rng.uniform(0, 1))
    contrast = float(np.exp(rng.uniform(-0.4, 0.4)))
    painted = look_up(new, labels)
    shaded = carry_shading(illustration.array, look_up(old, labels), painted, gain, contrast)
    return Illustration(shaded), Illustration(painted)


def label_colours(flats: UInt8Array, labels: Int32Array, count: int) -> UInt8Array:
    """The colour inside each label, away from its edge where there is room: uint8 (count, 3)."""
    places = np.zeros(count, dtype=np.int64)
    places[labels.ravel()] = np.arange(labels.size)
    inner = np.flatnonzero(edge_distance(labels) > 2)
    places[labels.ravel()[inner]] = inner
    return flats.reshape(-1, 3)[places]


def _new_colours(old: UInt8Array, labels: Int32Array, rng: np.random.Generator) -> UInt8Array:
    """A colour for each label; labels of nearly one colour mostly get the same."""
    owner = colour_classes(old, rng)
    count = int(owner.max()) + 1
    olds = np.zeros((count, 3), dtype=np.uint8)
    olds[owner] = old
    news = _recoloured_classes(olds, rng)
    news = _dark_kept(olds, news, rng)
    colours = news[owner]
    if rng.random() < 0.4:
        colours[_background(labels)] = draw_colours(1, rng)[0]
    return colours


def colour_classes(colours: UInt8Array, rng: np.random.Generator) -> Int64Array:
    """The class of each colour (n, 3), 0..k-1: a random colour leads, all near it follow, and so on.

    Near is a random distance in Lab with lightness at 0.6, so that the shades of one colour stay together.
    """
    lab = cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB)[0].astype(np.float32)
    lab *= np.array((0.6 * 100 / 255, 1, 1), np.float32)
    reach = float(rng.choice((3.0, 12.0, 20.0, 30.0), p=(0.15, 0.35, 0.3, 0.2)))
    owner = np.full(len(colours), -1, dtype=np.int64)
    leaders = 0
    for leader in rng.permutation(len(colours)).tolist():
        if owner[leader] < 0:
            near = ((lab - lab[leader]) ** 2).sum(axis=1) <= reach**2
            owner[near & (owner < 0)] = leaders
            leaders += 1
    return owner


def _recoloured_classes(olds: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    kind = rng.random()
    if kind < 0.35:
        return _shifted(olds, rng)
    if kind < 0.55:
        return olds[rng.permutation(len(olds))]
    fresh = draw_colours(len(olds), rng)
    kept = rng.random(len(olds)) < rng.choice((0.0, 0.0, 0.3, 0.6))
    fresh[kept] = olds[kept]
    return fresh


def _shifted(olds: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    """Hue, saturation and value moved: all classes together, or each its own way."""
    rows = 1 if rng.random() < 0.5 else len(olds)
    hsv = cv2.cvtColor(olds[None].astype(np.float32) / 255, cv2.COLOR_RGB2HSV)[0]
    hsv[:, 0] = (hsv[:, 0] + rng.uniform(0, 360, rows)) % 360
    hsv[:, 1] = np.clip(hsv[:, 1] * np.exp(rng.uniform(-0.6, 0.6, rows)) + rng.uniform(0, 0.15, rows), 0, 1)
    hsv[:, 2] = np.clip(hsv[:, 2] * np.exp(rng.uniform(-0.5, 0.4, rows)), 0, 1)
    return _to_rgb(hsv)


def _to_rgb(hsv: npt.NDArray[np.floating[Any]]) -> UInt8Array:
    """Hue in degrees, saturation and value in 0 .. 1: (n, 3) to bytes."""
    return to_bytes(255 * cv2.cvtColor(hsv[None].astype(np.float32), cv2.COLOR_HSV2RGB)[0])


def draw_colours(count: int, rng: np.random.Generator) -> UInt8Array:
    """Random colours of one family, or of mixed families: uint8 (count, 3)."""
    names = list(FAMILIES)
    mixed = rng.random() < 0.6
    picked = rng.integers(0, len(names), count) if mixed else np.full(count, rng.integers(len(names)))
    ranges = np.array([FAMILIES[name] for name in names])[picked]
    hsv = ranges[..., 0] + (ranges[..., 1] - ranges[..., 0]) * rng.random((count, 3))
    return _to_rgb(hsv)


def _dark_kept(olds: UInt8Array, news: UInt8Array, rng: np.random.Generator) -> UInt8Array:
    dark = (olds.max(axis=1) < DARK) & (rng.random(len(olds)) < 0.7)
    return np.where(dark[:, None], np.minimum(news, np.uint8(DARK)), news)


def _background(labels: Int32Array) -> int:
    """The label with the most pixels along the picture's border."""
    rim = np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    return int(np.bincount(rim).argmax())


def carry_shading(picture: UInt8Array, old: UInt8Array, new: UInt8Array, gain: float, contrast: float) -> UInt8Array:
    """Move the light of `picture` relative to the flats `old` onto the flats `new`, all (H, W, 3).

    Darker than the flat: the same factor of brightness, to the power of `contrast`. Brighter: the same
    share of the way to white. What is left (shifts of hue) is added times `gain`.
    """
    now, was = _light(picture), _light(old)
    shade = np.minimum(now / was, 1)
    shine = np.clip((now - was) / (259 - was), 0, 1)
    keep = 1 - shine
    softened = spread(shade ** np.float32(contrast) * keep)
    expected = old * spread(shade * keep)
    white = spread(255 * shine)
    result = new * softened + white + np.float32(gain) * (picture - (expected + white))
    return to_bytes(result)


def _light(pixels: UInt8Array) -> Float32Array:
    """Luma + 2, so that black still has a ratio to black."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) + np.float32(2)
