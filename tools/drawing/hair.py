"""Hair: locks, strands and the ring of light."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drawing.curves import FloatArray, Frame, Path, joined
from drawing.ink import Nib, ribbon
from drawing.sheet import Part, Sheet

LOCK = Nib(3.6, lift_in=90, tip=0.12)


def lock(
    sheet: Sheet, name: str, own: Frame, left: str, right: str, colour: str, nib: Nib = LOCK, shade: float = 7.0
) -> Part:
    """A lock between two curves that run from its root to a common tip; the ink fades towards the root."""
    sides = own.curve(left), own.curve(right)
    part = sheet.part(name, joined(sides[0], sides[1].backwards(), closed=True), colour, nib=None)
    for side in sides:
        part.ink(side, nib)
    if shade:
        part.shade(ribbon(*_shaded_edge(sides[1].points(), 2 * shade)))
    return part


Row = tuple[str, str, str]
"""A lock's name, left curve and right curve."""


def locks(
    sheet: Sheet, own: Frame, rows: Sequence[Row], colour: str, nib: Nib = LOCK, shade: float = 7.0
) -> list[Part]:
    """Several locks of one head, the farthest first."""
    return [lock(sheet, name, own, left, right, colour, nib, shade) for name, left, right in rows]


def _shaded_edge(edge: FloatArray, width: float) -> tuple[FloatArray, FloatArray]:
    """The lower two thirds of a lock's edge, and a width that grows from nothing and ends in a point."""
    lower = edge[len(edge) // 3 :]
    moments = np.linspace(0, 1, len(lower))
    return lower, np.maximum(width * np.sin(np.pi * moments**0.75) ** 0.7, 0.05)


def halo(path: Path, crown: tuple[float, float], tall: float, count: int, rng: np.random.Generator) -> BaseGeometry:
    """A band of light along the path, made of `count` spindles that follow the strands from the crown."""
    spine = path.points(1.0)
    stops = np.linspace(0, len(spine) - 1, count).astype(int)
    wide = 1.5 * len(spine) / count
    swell = np.sin(np.linspace(0.15, np.pi - 0.15, count)) * rng.uniform(0.45, 1.0, count) * tall
    return shapely.union_all(
        [_spindle(spine[stop], np.array(crown), high, wide) for stop, high in zip(stops, swell, strict=True)]
    )


def _spindle(middle: FloatArray, crown: FloatArray, high: float, wide: float) -> BaseGeometry:
    away = (middle - crown) / np.linalg.norm(middle - crown)
    line = middle + away * np.linspace(-0.8 * high, high, 24)[:, None]
    return ribbon(line, np.maximum(wide * np.sin(np.linspace(0, np.pi, 24)) ** 0.8, 0.05))


def tuft(text: str, parting: int, rising: float = 0.16, falling: float = -0.10) -> Path:
    """A closed clockwise outline of spikes through corners that go valley, tip, valley, tip ...

    Edges bow outwards by `rising` towards a tip and by `falling` after it (shares of their length), so that the spikes
    sweep; before the corner numbered `parting` they sweep the other way.
    """
    corners = np.array([word.split(",") for word in text.split()], dtype=np.float64)
    order = np.arange(len(corners))
    bows = np.where((order % 2 == 0) == (order >= parting), rising, falling)[:, None]
    hops = np.roll(corners, -1, axis=0) - corners
    bulge = np.stack([hops[:, 1], -hops[:, 0]], axis=1) * bows
    pieces = np.stack([corners, corners + hops / 3 + bulge, corners + hops * 2 / 3 + bulge, corners + hops], axis=1)
    return Path(pieces, True)
