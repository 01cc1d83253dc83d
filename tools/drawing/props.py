"""Things that several drawings wear or hold."""

from __future__ import annotations

from drawing.curves import Frame
from drawing.ink import Nib, area, leaf
from drawing.sheet import FINE, INK, Sheet

FOLD = Nib(2.6, lift_in=3, lift_out=40, tip=0.12)


def bow_tails(sheet: Sheet, name: str, own: Frame, colour: str, nib: Nib = INK) -> None:
    """The two hanging ends of a bow whose knot is at 0,0."""
    left = own.shape("-2,4! -22,48 -62,104! -40,112 -18,142! 6,84 12,6!")
    right = own.shape("-10,6! 10,60 36,118! 54,100 84,94! 48,54 14,2!")
    for side, outline, fold in (("left", left, "-2,14 -14,60 -34,100"), ("right", right, "4,14 24,56 50,92")):
        tail = sheet.part(f"{name}-tail-{side}", outline, colour, nib)
        tail.shade(leaf(own.curve(fold), 22, root=0.9), tail.away_side(6, 4))
        tail.line(own.curve(fold.rsplit(" ", 1)[0]), nib=FOLD)


def bow(sheet: Sheet, name: str, own: Frame, colour: str, nib: Nib = INK) -> None:
    """The loops and the knot of a bow; knot at 0,0, loops about 125 to each side."""
    _loop(sheet, f"{name}-left", own, colour, nib, -1)
    _loop(sheet, f"{name}-right", own, colour, nib, 1)
    knot = sheet.part(f"{name}-knot", own.shape("-22,-22 0,-25 22,-21 26,0 22,22 0,26 -21,22 -25,0"), colour, nib)
    knot.shade(knot.away_side(8, 6))
    knot.line(own.curve("-12,-17 -8,-4 -10,8"), own.curve("10,16 8,4 11,-6"), nib=FOLD)


def _loop(sheet: Sheet, name: str, own: Frame, colour: str, nib: Nib, side: int) -> None:
    def across(text: str) -> str:
        pairs = [word.rstrip("!").split(",") for word in text.split()]
        marks = ["!" if word.endswith("!") else "" for word in text.split()]
        return " ".join(f"{side * float(a)},{b}{mark}" for (a, b), mark in zip(pairs, marks, strict=True))

    outline = across("10,-12! 44,-50 90,-74 118,-66! 128,-30 126,16 112,58! 84,56 44,34 10,12!")
    loop = sheet.part(name, own.shape(outline), colour, nib)
    inside = own.shape(across("118,-66! 106,-24 104,18 112,58! 92,40 84,-4 96,-44"))
    loop.shade(
        leaf(own.curve(across("14,6 52,14 98,34")), 34, root=0.4), leaf(own.curve(across("12,-6 40,-22 66,-34")), 18)
    )
    loop.line(own.curve(across("14,-4 44,-16 72,-30")), own.curve(across("14,4 40,8 78,26")), nib=FOLD)
    loop.line(inside.between(0, 2), inside.between(2, 4), nib=FINE)
    loop.shade(loop.where.intersection(area(inside)), depth=1.5)
