"""Random scenes of people and things: faces, hair, cloth and rooms, with exact regions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stenciltorch.canvas import Size
from stenciltorch.synthesis.arrays import Float64Array
from stenciltorch.synthesis.scenes import (
    Outline,
    Scene,
    Sheet,
    blob,
    ellipse,
    polygon,
    ribbon,
    star,
    strand,
    turned,
    wander,
)

At = Callable[[Outline], Outline]
"""From a person's own measure (head at 0, half its breadth 1) to the sheet."""


def draw_figures(size: Size, rng: np.random.Generator, *, outlined: bool = False) -> Scene:
    """A window of `size` px onto a drawing that may be much larger.

    Args:
        outlined: every part gets an outline; else some, or all, have none in some drawings.
    """
    sheet = Sheet.blank(size, rng)
    if outlined:
        sheet.bare = 0.0
    reach = float(max(size)) * float(np.exp(rng.uniform(np.log(0.8), np.log(2.4))))
    _background(sheet, reach, rng)
    _things(sheet, reach, int(rng.integers(0, 8)), rng)
    for _ in range(int(rng.choice((0, 1, 2), p=(0.2, 0.6, 0.2)))):
        _person(sheet, _place(sheet, rng), reach * rng.uniform(0.12, 0.34), rng)
    _things(sheet, reach, int(rng.integers(0, 5)), rng)
    return sheet.scene()


def _place(sheet: Sheet, rng: np.random.Generator, margin: float = 0.15) -> Outline:
    height, width = sheet.labels.shape
    return rng.uniform(-margin, 1 + margin, 2) * (width, height)


def _background(sheet: Sheet, reach: float, rng: np.random.Generator) -> None:
    """Nothing, hills, or panes and boards."""
    kind = rng.random()
    height, width = sheet.labels.shape
    if kind < 0.4:
        return
    if kind < 0.7:
        for share in np.sort(rng.uniform(0, 1, int(rng.integers(1, 4)))):
            columns = np.linspace(-20, width + 20, 24)
            rows = share * height + np.cumsum(rng.normal(0, 0.02 * reach, 24))
            ridge = np.stack((columns, rows), axis=1)
            sheet.add(np.concatenate((ridge, ((width + 20, height + 20), (-20, height + 20)))), rng)
        return
    paint, tilt = sheet.paint(), rng.normal(0, 0.1)
    for _ in range(int(rng.integers(2, 7))):
        wide, high = reach * rng.uniform(0.06, 0.4, 2)
        box = np.array(((-wide, -high), (wide, -high), (wide, high), (-wide, high)))
        sheet.add(turned(box, tilt) + _place(sheet, rng), rng, paint if rng.random() < 0.3 else None)


def _things(sheet: Sheet, reach: float, count: int, rng: np.random.Generator) -> None:
    for _ in range(count):
        centre = _place(sheet, rng)
        radius = reach * float(np.exp(rng.uniform(np.log(0.02), np.log(0.25))))
        kind = int(rng.integers(6))
        if kind == 0:
            _bunch(sheet, centre, radius, rng)
        elif kind == 1:
            _cloth(sheet, centre, radius, rng)
        elif kind == 2:
            sheet.add(ellipse(centre, radius, radius * rng.uniform(0.4, 1), rng.uniform(0, 3)), rng)
        elif kind == 3:
            sheet.add((polygon if rng.random() < 0.6 else star)(centre, radius, rng), rng)
        else:
            sheet.add(blob(centre, radius, rng), rng)
            _folds(sheet, centre, radius, int(rng.integers(0, 4)), rng)


def _bunch(sheet: Sheet, centre: Outline, radius: float, rng: np.random.Generator) -> None:
    """Locks, leaves or feathers out of one place, of one paint or of several."""
    paint = sheet.paint() if rng.random() < 0.7 else None
    heading = rng.uniform(0, 2 * np.pi)
    for _ in range(int(rng.integers(3, 10))):
        start = centre + rng.normal(0, 0.25 * radius, 2)
        sheet.add(strand(start, heading + rng.normal(0, 0.6), 2.2 * radius, rng), rng, paint)


def _cloth(sheet: Sheet, centre: Outline, radius: float, rng: np.random.Generator) -> None:
    """A piece of cloth with seams, stripes or pleats that part it, and folds that do not."""
    outline = blob(centre, radius, rng, 0.15)
    sheet.add(outline, rng)
    inside = _clip_to(outline, centre)
    kind = rng.random()
    if kind < 0.5:
        paint = sheet.paint()
        for share in np.arange(-0.8, 0.9, rng.uniform(0.25, 0.7)):
            sheet.add(inside(_band(centre, radius, share, rng.uniform(0.06, 0.2))), rng, paint)
    elif kind < 0.75:
        paint = sheet.paint()
        for _ in range(int(rng.integers(2, 7))):
            spot = centre + rng.normal(0, 0.3 * radius, 2)
            sheet.add(inside(ellipse(spot, *(radius * rng.uniform(0.08, 0.2, 2)))), rng, paint)
    _folds(sheet, centre, radius, int(rng.integers(1, 7)), rng)


def _clip_to(outline: Outline, centre: Outline) -> At:
    """Pull points that lie outside a star-shaped outline onto it."""
    angles = np.arctan2(*(outline - centre).T[::-1])
    order = np.argsort(angles)
    radii = np.linalg.norm(outline - centre, axis=1)[order]

    def clip(points: Outline) -> Outline:
        away = points - centre
        limit = np.interp(np.arctan2(away[:, 1], away[:, 0]), angles[order], radii, period=2 * np.pi)
        length = np.maximum(np.linalg.norm(away, axis=1), 1e-6)
        return np.asarray(centre + away * np.minimum(1, limit / length)[:, None])

    return clip


def _band(centre: Outline, radius: float, share: float, breadth: float) -> Outline:
    columns = np.linspace(-1.6, 1.6, 24)
    bow = share + 0.12 * columns**2
    upper = np.stack((columns, bow - breadth / 2), axis=1)
    lower = np.stack((columns, bow + breadth / 2), axis=1)[::-1]
    return centre + radius * np.concatenate((upper, lower))


def _folds(sheet: Sheet, centre: Outline, radius: float, count: int, rng: np.random.Generator) -> None:
    for _ in range(count):
        start = centre + rng.normal(0, 0.45 * radius, 2)
        length = radius * rng.uniform(0.2, 0.7)
        sheet.line(wander(start, rng.uniform(0, 2 * np.pi), length, rng, 0.5), rng, rng.uniform(0.5, 1))


def _person(sheet: Sheet, head: Outline, radius: float, rng: np.random.Generator) -> None:
    """Head and shoulders, from back hair to fringe; `radius` is half the head's breadth."""
    skin, hair, tilt = sheet.paint(), sheet.paint(), rng.normal(0, 0.25)

    def at(points: Float64Array) -> Outline:
        return head + radius * turned(np.asarray(points, dtype=np.float64), tilt)

    _back_hair(sheet, at, hair, rng)
    _body(sheet, at, skin, rng)
    if rng.random() < 0.6:
        for side in (-1, 1):
            sheet.add(at(ellipse(np.array((side * 0.98, 0.25)), 0.16, 0.28)), rng, skin)
    sheet.add(at(_face(rng)), rng, skin)
    _features(sheet, at, skin, rng)
    _fringe(sheet, at, hair, rng)
    if rng.random() < 0.4:
        centre = at(np.array(((rng.choice((-0.9, 0.9)), -0.7),)))[0]
        _bunch(sheet, centre, radius * 0.3, rng)


def _back_hair(sheet: Sheet, at: At, hair: int, rng: np.random.Generator) -> None:
    long = rng.uniform(0.2, 2.6)
    sheet.add(at(ellipse(np.array((0, long * 0.35 - 0.2)), rng.uniform(1.1, 1.5), 1.2 + long * 0.4)), rng, hair)
    for _ in range(int(rng.integers(0, 7))):
        start = np.array((rng.uniform(-1.2, 1.2), rng.uniform(0, 0.8)))
        sheet.add(at(strand(start, np.pi / 2 + rng.normal(0, 0.3), rng.uniform(0.8, 2.6), rng)), rng, hair)


def _body(sheet: Sheet, at: At, skin: int, rng: np.random.Generator) -> None:
    neck, slope, wide = rng.uniform(0.25, 0.4), rng.uniform(0.3, 0.8), rng.uniform(1.3, 2.1)
    sheet.add(at(np.array(((-neck, 0.6), (neck, 0.6), (neck, 1.9), (-neck, 1.9)))), rng, skin)
    top, low = 1.35, 1.35 + slope
    right = np.array(((neck * 1.4, top), (wide, low), (wide * 0.95, 5)))
    torso = np.concatenate((right, right[::-1] * (-1, 1)))
    cloth = sheet.paint()
    sheet.add(at(_rounded(torso)), rng, cloth)
    for side in (-1, 1):
        heading = np.pi / 2 + side * rng.uniform(-0.5, 0.3)
        spine = wander(np.array((side * wide * 0.9, low)), heading, 2.6, rng, 0.3)
        sheet.add(at(ribbon(spine, np.linspace(0.35, 0.5, len(spine)))), rng, cloth if rng.random() < 0.6 else None)
    _trimmings(sheet, at, neck, rng)
    for _ in range(int(rng.integers(0, 6))):
        start = np.array((rng.uniform(-wide, wide), rng.uniform(1.9, 3.6)))
        fold = wander(start, np.pi / 2 + rng.normal(0, 0.5), rng.uniform(0.3, 1.2), rng, 0.4)
        sheet.line(at(fold), rng, rng.uniform(0.5, 1))


def _trimmings(sheet: Sheet, at: At, neck: float, rng: np.random.Generator) -> None:
    """Collar and bow."""
    trim = sheet.paint()
    if rng.random() < 0.7:
        for side in (-1, 1):
            tip = (side * rng.uniform(0.6, 1.1), 1.7)
            collar = np.array(((side * neck * 1.3, 1.3), tip, (0, rng.uniform(1.9, 3))))
            sheet.add(at(collar), rng, trim)
    if rng.random() < 0.5:
        sheet.add(at(np.array(((-0.35, 1.9), (0, 2.05), (0.35, 1.9), (0.3, 2.3), (0, 2.15), (-0.3, 2.3)))), rng)


def _rounded(corners: Outline) -> Outline:
    """Corners cut twice (Chaikin)."""
    for _ in range(2):
        following = np.roll(corners, -1, axis=0)
        corners = np.stack((0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following), axis=1).reshape(
            -1, 2
        )
    return corners


def _face(rng: np.random.Generator) -> Outline:
    """Round above, a chin below."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    chin = rng.uniform(0.1, 0.45)
    rows = np.sin(angle) * np.where(np.sin(angle) > 0, 1.0 + chin, 1.0)
    columns = np.cos(angle) * (1 - chin * 0.6 * np.maximum(np.sin(angle), 0) ** 2)
    return np.stack((columns, rows), axis=1)


def _features(sheet: Sheet, at: At, skin: int, rng: np.random.Generator) -> None:
    """Eyes, brows, nose and mouth, as far as the picture is large enough."""
    iris, white = sheet.paint(), sheet.paint()
    wide, high, apart = rng.uniform(0.18, 0.32), rng.uniform(0.15, 0.36), rng.uniform(0.36, 0.5)
    for side in (-1, 1):
        centre = np.array((side * apart, 0.3))
        sheet.add(at(ellipse(centre, wide, high)), rng, white)
        sheet.add(at(ellipse(centre, wide * 0.65, high * 0.9)), rng, iris)
        if rng.random() < 0.6:
            sheet.add(at(ellipse(centre, wide * 0.3, high * 0.45)), rng)
        arc = np.linspace(np.pi + 0.2, 2 * np.pi - 0.2, 12)
        lash = centre + np.stack((wide * 1.2 * np.cos(arc), high * 1.1 * np.sin(arc)), axis=1)
        sheet.line(at(lash), rng, rng.uniform(1, 2.2))
        brow = lash * (1, 1) - (0, rng.uniform(0.12, 0.3))
        sheet.line(at(brow), rng, rng.uniform(0.6, 1.4))
    sheet.line(at(wander(np.array((0.03, 0.45)), np.pi / 2, 0.18, rng, 0.5)), rng, 0.6)
    if rng.random() < 0.5:
        sheet.add(at(ellipse(np.array((0, 0.85)), rng.uniform(0.12, 0.25), rng.uniform(0.05, 0.15))), rng)
    else:
        sheet.line(at(wander(np.array((-0.18, 0.82)), 0.1, 0.36, rng, 0.4)), rng, 0.8)


def _fringe(sheet: Sheet, at: At, hair: int, rng: np.random.Generator) -> None:
    """One cap with spikes, or locks one over another."""
    top = np.linspace(np.pi * 1.02, np.pi * 1.98, 24)
    cap = np.stack((1.12 * np.cos(top), 1.2 * np.sin(top) + 0.05), axis=1)
    count = int(rng.integers(3, 9))
    ends = np.linspace(1.05, -1.05, 2 * count + 1)
    depth = np.where(
        np.arange(2 * count + 1) % 2, rng.uniform(-0.1, 0.5, 2 * count + 1), rng.uniform(-0.6, -0.2, 2 * count + 1)
    )
    spikes = np.stack((ends + rng.normal(0, 0.05, len(ends)), depth), axis=1)
    sheet.add(at(np.concatenate((cap, spikes))), rng, hair)
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(2, 8))):
            start = np.array((rng.uniform(-0.9, 0.9), -0.9))
            sheet.add(at(strand(start, np.pi / 2 + rng.normal(0, 0.4), rng.uniform(0.6, 1.6), rng, 0.4)), rng, hair)
    for _ in range(int(rng.integers(0, 8))):
        start = np.array((rng.uniform(-0.8, 0.8), rng.uniform(-1.0, -0.6)))
        sheet.line(at(wander(start, np.pi / 2 + rng.normal(0, 0.3), rng.uniform(0.2, 0.6), rng, 0.3)), rng, 0.5)
