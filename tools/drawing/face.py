"""Eyes, brows, noses and mouths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drawing.colour import shadow
from drawing.curves import Frame, Path, move, stretch, turn
from drawing.ink import Nib, area, leaf
from drawing.sheet import Sheet, moved

LASH_FINE = Nib(2.4, lift_in=14, lift_out=20, tip=0.15)


@dataclass(frozen=True)
class EyeStyle:
    """What both eyes of a face share.

    Args:
        iris, white: flat colours.
        glow: the light at the lower rim of the iris.
        wide, high: size of the eye in the face's own pixels.
        gaze: shift of the iris, in hundredths of the eye.
        iris_size: radii of the iris, likewise.
        lid: how far the upper lid is down, 0..1.
        slant: outer corner raised (degrees).
        spike: a second lash beside the outer corner.
        pen: width of its lines, relative.
        rays: spokes of light in the iris, for close views.
    """

    iris: str
    glow: str
    white: str = "#fffafa"
    wide: float = 100.0
    high: float = 104.0
    gaze: tuple[float, float] = (0.0, 0.0)
    iris_size: tuple[float, float] = (35.0, 48.0)
    lid: float = 0.0
    slant: float = 0.0
    spike: bool = True
    pen: float = 1.0
    rays: int = 0


def eye_frame(face: Frame, centre: tuple[float, float], outer: int, style: EyeStyle, narrow: float) -> Frame:
    """Hundredths of the eye, outer corner to the right, onto the sheet."""
    grow = stretch(outer * narrow * style.wide / 100, style.high / 100)
    return Frame(grow.then(turn(-style.slant * outer)).then(move(*centre)).then(face.place))


def eye(
    sheet: Sheet,
    name: str,
    face: Frame,
    centre: tuple[float, float],
    outer: int,
    style: EyeStyle,
    narrow: float = 1.0,
) -> None:
    """An open eye; `outer` is +1 when its outer corner is to the viewer's right, `narrow` < 1 for the far eye."""
    own = eye_frame(face, centre, outer, style, narrow)
    opening = own.shape(_opening(style.lid))
    upright = eye_frame(face, centre, 1, style, narrow)
    _ball(sheet, name, own, upright, opening, style)
    _lashes(sheet, name, own, style)


def _opening(lid: float) -> str:
    above = f"-45,16! -37,{-14 + 24 * lid} -17,{-38 + 38 * lid} 7,{-46 + 42 * lid} 31,{-36 + 34 * lid} 48,0!"
    return f"{above} 45,24 27,44 -1,50 -28,42 -41,29"


def _ball(sheet: Sheet, name: str, own: Frame, upright: Frame, opening: Path, style: EyeStyle) -> None:
    room = area(opening)
    white = sheet.part(f"{name}-white", opening, style.white, nib=None)
    drop = moved(room, 0, 0.13 * style.high)
    middle = (style.gaze[0], 1.0 + style.gaze[1])
    wide, high = style.iris_size
    ring = upright.oval(middle, wide, high)
    disc = area(ring).intersection(room)
    white.shade(room.difference(drop), paint=shadow(style.white, 0.8))
    iris = sheet.part(f"{name}-iris", disc, style.iris)
    iris.line(ring, nib=Nib(2.6, shadow=-0.35).wide(style.pen))
    _rays(sheet, name, upright, middle, style)
    _depth(sheet, name, upright, middle, style, room)


def _depth(
    sheet: Sheet, name: str, upright: Frame, middle: tuple[float, float], style: EyeStyle, room: BaseGeometry
) -> None:
    iris = sheet[f"{name}-iris"]
    wide, high = style.iris_size
    right, down = middle
    below = area(upright.oval((right, down + 0.62 * high), 1.25 * wide, 0.78 * high))
    iris.shade(iris.where.difference(below), paint=shadow(style.iris, 1.7))
    crescent = area(upright.oval((right, down + 0.5 * high), 0.74 * wide, 0.42 * high))
    iris.light(crescent.difference(moved(crescent, 0, -0.09 * style.high)), paint=style.glow, opacity=0.85)
    bottom, top = upright.at(right, down + high), upright.at(right, down - 0.2 * high)
    iris.light(iris.where, paint=sheet.fade(bottom, top, style.glow, 0.75))
    pupil = area(upright.oval((right, down - 0.06 * high), 0.40 * wide, 0.44 * high))
    big = area(upright.oval((right - 0.42 * wide, down - 0.50 * high), 0.34 * wide, 0.27 * high, -24))
    small = area(upright.oval((right + 0.42 * wide, down + 0.44 * high), 0.17 * wide, 0.13 * high, -24))
    glints = shapely.union(big, small)
    iris.black(pupil.intersection(room).difference(glints))
    white = sheet[f"{name}-white"]
    sheet.part(f"{name}-glint", glints.intersection(white.where), None).light(glints)


def _rays(sheet: Sheet, name: str, upright: Frame, middle: tuple[float, float], style: EyeStyle) -> None:
    iris = sheet[f"{name}-iris"]
    wide, high = style.iris_size
    for angle in np.linspace(0.12, np.pi - 0.12, style.rays):
        reach = np.array([wide * np.cos(angle), high * np.sin(angle)])
        start, end = np.array(middle) + 0.46 * reach, np.array(middle) + 0.92 * reach
        spoke = upright.curve(f"{start[0]},{start[1]} {end[0]},{end[1]}")
        iris.light(leaf(spoke, 0.05 * style.wide * style.pen, root=0.3), paint=style.glow, opacity=0.45)


def _lashes(sheet: Sheet, name: str, own: Frame, style: EyeStyle) -> None:
    drop = 40 * style.lid
    lid = sheet.part(f"{name}-lid", shapely.Polygon(), None, hides=False)
    lid.black(area(own.shape(_upper_lash(drop))))
    low = 0.5 * drop
    if style.spike:
        spike = f"40,{-51 + low}! 58,{-45 + low} 73,{-50 + low}! 68,{-37 + low} 55,{-30 + low}!"
        lid.black(area(own.shape(spike)))
    lid.ink(
        own.curve("48,0 45,24 27,44 -1,50 -28,42 -41,29 -45,16"),
        Nib(2.9, lift_in=4, lift_out=95, tip=0.5).wide(style.pen),
    )
    lid.ink(own.curve(f"-34,{-52 + drop} -14,{-69 + drop} 14,{-76 + drop} 44,{-64 + drop}"), LASH_FINE.wide(style.pen))


def _upper_lash(drop: float) -> str:
    over = [(-42, -20), (-17, -50), (12, -61), (44, -47)]
    under = [(45, -14), (29, -36), (5, -45), (-18, -35), (-36, -11)]
    words = [f"{right},{down + drop * min(1.0, (20 - down) / 64):.1f}" for right, down in over + under]
    return " ".join(["-47,24!", *words[:4], "73,-13! 62,0 49,9!", *words[4:]])


def brow(sheet: Sheet, name: str, face: Frame, text: str, width: float, hides: bool = False) -> None:
    """A tapered brow from its inner end to its tail."""
    sheet.part(name, shapely.Polygon(), None, hides=hides).black(leaf(face.curve(text), width, root=0.55))


def blush(sheet: Sheet, skin: str, centre: tuple[float, float], radius: float, colour: str = "#f2707a") -> None:
    part = sheet[skin]
    part.light(part.where, paint=sheet.glow(centre, radius, colour, 0.5))
