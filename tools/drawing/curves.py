"""Smooth curves through a few points, written as text: `"10,20 30,5 60,20! 10,40"`.

A point followed by `!` is a corner; elsewhere the curve is as round as it can be (Hobby 1986, as METAPOST draws).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Affine:
    """A map of the plane: linear part (2, 2), then a shift (2,)."""

    linear: FloatArray
    shift: FloatArray

    def __call__(self, points: npt.ArrayLike) -> FloatArray:
        moved: FloatArray = np.asarray(points, dtype=np.float64) @ self.linear.T + self.shift
        return moved

    def then(self, other: Affine) -> Affine:
        return Affine(other.linear @ self.linear, other(self.shift))


def move(right: float, down: float) -> Affine:
    return Affine(np.eye(2), np.array([right, down], dtype=np.float64))


def around(centre: tuple[float, float], linear: FloatArray) -> Affine:
    middle = np.array(centre, dtype=np.float64)
    return Affine(linear, middle - linear @ middle)


def turn(degrees: float, centre: tuple[float, float] = (0.0, 0.0)) -> Affine:
    """Clockwise on screen."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    return around(centre, np.array([[cosine, -sine], [sine, cosine]]))


def stretch(wide: float, high: float, centre: tuple[float, float] = (0.0, 0.0)) -> Affine:
    return around(centre, np.diag([wide, high]).astype(np.float64))


def mirror(axis: float) -> Affine:
    """Left and right swapped about the vertical line at `axis`."""
    return stretch(-1.0, 1.0, (axis, 0.0))


@dataclass(frozen=True)
class Path:
    """Cubic Bezier pieces (n, 4, 2), end to end; `closed` when the last meets the first."""

    pieces: FloatArray
    closed: bool

    def points(self, spacing: float = 1.5) -> FloatArray:
        """The path as a polyline (m, 2), at most `spacing` pixels a step; a closed path ends where it began."""
        runs = [_sample(piece, spacing)[:-1] for piece in self.pieces]
        return np.concatenate([*runs, self.pieces[-1:, 3]])

    def transformed(self, affine: Affine) -> Self:
        return type(self)(affine(self.pieces), self.closed)

    def between(self, first: int, last: int) -> Self:
        """The open part from knot `first` to knot `last`; wraps around a closed path when `last` <= `first`."""
        count = len(self.pieces)
        stop = last if last > first else last + count
        chosen = [self.pieces[index % count] for index in range(first, stop)]
        return type(self)(np.stack(chosen), False)

    def backwards(self) -> Self:
        return type(self)(self.pieces[::-1, ::-1], self.closed)

    def knots(self) -> FloatArray:
        ends = self.pieces[:, 0]
        return ends if self.closed else np.concatenate([ends, self.pieces[-1:, 3]])

    def data(self) -> str:
        """The `d` attribute of an SVG path."""
        start = "M" + _numbers(self.pieces[0, :1])
        body = "".join("C" + _numbers(piece[1:]) for piece in self.pieces)
        return start + body + ("Z" if self.closed else "")


def _numbers(points: FloatArray) -> str:
    return " ".join(f"{value:.2f}".rstrip("0").rstrip(".") for value in points.ravel())


def _sample(piece: FloatArray, spacing: float) -> FloatArray:
    length = float(np.linalg.norm(np.diff(piece, axis=0), axis=1).sum())
    moments = np.linspace(0.0, 1.0, max(2, int(np.ceil(length / spacing)) + 1))[:, None]
    rest = 1.0 - moments
    weights = np.hstack([rest**3, 3 * rest**2 * moments, 3 * rest * moments**2, moments**3])
    points: FloatArray = weights @ piece
    return points


def _parse(text: str) -> tuple[FloatArray, list[bool]]:
    words = text.split()
    corners = [word.endswith("!") for word in words]
    pairs = [word.rstrip("!").split(",") for word in words]
    return np.array(pairs, dtype=np.float64), corners


def curve(text: str) -> Path:
    """An open curve through the points."""
    points, corners = _parse(text)
    corners[0] = corners[-1] = True
    return Path(_through(points, corners), False)


def shape(text: str) -> Path:
    """A closed curve through the points."""
    points, corners = _parse(text)
    if not any(corners):
        return Path(_ring(points), True)
    first = corners.index(True)
    rolled = np.roll(points, -first, axis=0)
    marks = corners[first:] + corners[:first]
    pieces = _through(np.concatenate([rolled, rolled[:1]]), [*marks, True])
    return Path(np.roll(pieces, first, axis=0), True)


def joined(*paths: Path, closed: bool = False) -> Path:
    """Paths end to end; straight bridges where ends differ."""
    pieces: list[FloatArray] = []
    for path in paths:
        if pieces:
            pieces.extend(_bridge(pieces[-1][3], path.pieces[0, 0]))
        pieces.extend(path.pieces)
    if closed:
        pieces.extend(_bridge(pieces[-1][3], pieces[0][0]))
    return Path(np.stack(pieces), closed)


def _bridge(start: FloatArray, end: FloatArray) -> list[FloatArray]:
    if np.allclose(start, end, atol=1e-6):
        return []
    return [np.linspace(start, end, 4)]


def _through(points: FloatArray, corners: list[bool]) -> FloatArray:
    stops = [index for index, corner in enumerate(corners) if corner]
    runs = [_open_run(points[start : stop + 1]) for start, stop in pairwise(stops)]
    return np.concatenate(runs)


def _open_run(points: FloatArray) -> FloatArray:
    """Hobby's curve with loose ends (curl 1)."""
    if len(points) == 2:
        return np.linspace(points[0], points[1], 4)[None]
    steps, bends = _steps_and_bends(points)
    count = len(points)
    system, wanted = np.zeros((count, count)), np.zeros(count)
    system[0, :2] = 1.0
    wanted[0] = -bends[0]
    for index in range(1, count - 1):
        _inner_row(system, wanted, index, (index - 1, index, index + 1), steps, bends)
    system[-1, -2:] = 1.0
    outgoing = np.linalg.solve(system, wanted).astype(np.float64)
    incoming = -np.pad(bends, 1) - outgoing
    return _pieces(points, outgoing[:-1], incoming[1:])


def _ring(points: FloatArray) -> FloatArray:
    """Hobby's curve that returns to its start."""
    count = len(points)
    looped = np.concatenate([points, points[:2]])
    steps, bends = _steps_and_bends(looped)
    steps, bends = steps[:count], np.roll(bends, 1)
    system, wanted = np.zeros((count, count)), np.zeros(count)
    for index in range(count):
        before, after = (index - 1) % count, (index + 1) % count
        lengths = (steps[before], steps[index])
        system[index, before] += 1 / lengths[0]
        system[index, index] += 2 / lengths[0] + 2 / lengths[1]
        system[index, after] += 1 / lengths[1]
        wanted[index] = -(2 * bends[index] / lengths[0] + bends[after] / lengths[1])
    outgoing = np.linalg.solve(system, wanted).astype(np.float64)
    incoming = -bends - outgoing
    closed = np.concatenate([points, points[:1]])
    return _pieces(closed, outgoing, np.roll(incoming, -1))


def _inner_row(
    system: FloatArray,
    wanted: FloatArray,
    row: int,
    columns: tuple[int, int, int],
    steps: FloatArray,
    bends: FloatArray,
) -> None:
    before, here, after = columns
    behind, ahead = steps[row - 1], steps[row]
    system[row, before] = 1 / behind
    system[row, here] = 2 / behind + 2 / ahead
    system[row, after] = 1 / ahead
    following = bends[row] if row < len(bends) else 0.0
    wanted[row] = -(2 * bends[row - 1] / behind + following / ahead)


def _steps_and_bends(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distances between neighbours, and the turning angle at each inner point."""
    hops = np.diff(points, axis=0)
    headings = np.arctan2(hops[:, 1], hops[:, 0])
    bends = (np.diff(headings) + np.pi) % (2 * np.pi) - np.pi
    return np.linalg.norm(hops, axis=1), bends


def _pieces(points: FloatArray, outgoing: FloatArray, incoming: FloatArray) -> FloatArray:
    hops = np.diff(points, axis=0)
    leads = _velocity(outgoing, incoming)[:, None] * _rotated(hops, outgoing) / 3
    trails = _velocity(incoming, outgoing)[:, None] * _rotated(hops, -incoming) / 3
    return np.stack([points[:-1], points[:-1] + leads, points[1:] - trails, points[1:]], axis=1)


def _velocity(near: FloatArray, far: FloatArray) -> FloatArray:
    """Hobby's rho: how far the control point reaches."""
    sines = (np.sin(near) - np.sin(far) / 16) * (np.sin(far) - np.sin(near) / 16)
    upper = 2 + np.sqrt(2) * sines * (np.cos(near) - np.cos(far))
    lower = 1 + (np.sqrt(5) - 1) / 2 * np.cos(near) + (3 - np.sqrt(5)) / 2 * np.cos(far)
    speed: FloatArray = upper / lower
    return np.minimum(speed, 4.0)


def _rotated(vectors: FloatArray, angles: FloatArray) -> FloatArray:
    cosine, sine = np.cos(angles), np.sin(angles)
    first, second = vectors[:, 0], vectors[:, 1]
    return np.stack([first * cosine - second * sine, first * sine + second * cosine], axis=1)


@dataclass(frozen=True)
class Frame:
    """Draws in its own coordinates, placed on the sheet by `place`."""

    place: Affine

    def curve(self, text: str) -> Path:
        return curve(text).transformed(self.place)

    def shape(self, text: str) -> Path:
        return shape(text).transformed(self.place)

    def oval(self, centre: tuple[float, float], wide: float, high: float, tilt: float = 0.0) -> Path:
        return oval(centre, wide, high, tilt).transformed(self.place)

    def at(self, right: float, down: float) -> tuple[float, float]:
        first, second = self.place((right, down))
        return float(first), float(second)


def oval(centre: tuple[float, float], wide: float, high: float, tilt: float = 0.0) -> Path:
    """An ellipse with radii `wide` and `high`, turned clockwise by `tilt` degrees."""
    reach = 0.5522847498
    quarter = np.array([[1, 0], [1, reach], [reach, 1], [0, 1]], dtype=np.float64)
    turns = [turn(90.0 * index)(quarter) for index in range(4)]
    grown = stretch(wide, high).then(turn(tilt)).then(move(*centre))
    return Path(grown(np.stack(turns)), True)


def flipped(text: str, both: float) -> str:
    """The points mirrored: right becomes `both` less right."""
    words = [word.split(",") for word in text.split()]
    return " ".join(f"{both - float(right):g},{down}" for right, down in words)
