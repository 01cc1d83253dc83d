"""A small dragon that sits upright and looks to the left; drawn about the middle of its head."""

from __future__ import annotations

import shapely

from drawing.curves import Frame, move, stretch
from drawing.face import blush
from drawing.ink import Nib, area, leaf
from drawing.props import FOLD
from drawing.sheet import Part, Sheet, moved

DRAGON = Frame(stretch(0.92, 0.92).then(move(834, 528)))
SCALE, BELLY, WING, HORN, CREAM = "#e8795a", "#ffe2a8", "#f6b04f", "#f7ecd8", "#fbf2df"


def dragon(sheet: Sheet) -> None:
    for name, text, ribs in (
        ("far", FAR_WING, ("-40,100 -100,60 -168,40", "-44,110 -110,84 -160,84")),
        ("near", NEAR_WING, ("50,100 110,40 182,-30", "56,110 130,70 186,44", "60,120 124,96 152,76")),
    ):
        wing = sheet.part(f"wing-{name}", DRAGON.shape(text), WING)
        wing.shade(wing.away_side(8, 12)).line(*(DRAGON.curve(rib) for rib in ribs), nib=FOLD)
    tail = sheet.part(
        "dragon-tail", leaf(DRAGON.curve("40,176 116,172 160,214 146,262 96,282 24,274"), 46, root=1.0), SCALE
    )
    tail.black(tail.where.boundary.buffer(1.9)).shade(tail.away_side(7, 9))
    spade = sheet.part("spade", DRAGON.shape("44,270! 22,250 -14,258! 4,272 -8,294! 28,290 44,284!"), WING)
    spade.shade(spade.away_side(3, 7))
    body = sheet.part(
        "dragon-body", DRAGON.shape("-40,40! -66,100 -76,160 -56,212! 0,228 64,216! 92,190 90,140 70,90 50,40!"), SCALE
    )
    body.shade(body.away_side(24, 6), moved(area(DRAGON.shape(DRAGON_HEAD)), 6, 26))
    belly(sheet, body)
    for name, text in (
        ("left", "-86,212 -70,190 -40,192 -22,212 -30,230 -76,232"),
        ("right", "20,214 40,186 80,186 100,210 92,230 34,232"),
    ):
        foot = sheet.part(f"foot-{name}", DRAGON.shape(text), SCALE)
        foot.shade(foot.away_side(8, 8))
    for name, text in (
        ("left", "-62,110! -76,140 -62,164 -40,160 -30,140 -36,110!"),
        ("right", "40,104! 52,140 34,166 10,160 6,140 14,110!"),
    ):
        outline = DRAGON.shape(text)
        paw = sheet.part(f"paw-{name}", outline, SCALE, nib=None)
        paw.ink(outline.between(0, len(outline.pieces) - 1), Nib(3.8, lift_in=20, lift_out=20))
    dragon_head(sheet)


FAR_WING = "-40,70! -80,30 -130,0 -176,-10! -164,20 -172,44! -146,50 -152,86! -120,84 -96,110 -50,130!"
NEAR_WING = "46,60! 70,10 120,-40 188,-64! 178,-20 194,16! 168,26 174,60! 148,62 148,94! 112,92 70,140!"
DRAGON_HEAD = "10,-84 60,-66 90,-14 80,40 44,68 -20,78 -72,68 -108,46 -120,18 -104,-6 -84,-22 -68,-54 -32,-78"


def belly(sheet: Sheet, body: Part) -> None:
    where = area(DRAGON.shape("-48,40! -64,110 -66,170 -40,214! -8,222 24,214! 34,150 20,90 10,40!")).intersection(
        body.where
    )
    plate = sheet.part("belly", where, BELLY)
    plate.black(where.boundary.buffer(1.3).intersection(body.where)).shade(
        moved(area(DRAGON.shape(DRAGON_HEAD)), 6, 26)
    )
    plate.line(*(DRAGON.curve(f"-70,{down} -20,{down + 10} 34,{down}") for down in (104, 132, 160, 188)), nib=Nib(2.4))


def dragon_head(sheet: Sheet) -> None:
    for name, text in (
        ("far", "-34,-70! -30,-104 -12,-134 16,-150! 14,-116 12,-80!"),
        ("near", "34,-74! 50,-104 80,-124 116,-126! 96,-100 80,-52!"),
    ):
        horn = sheet.part(f"horn-{name}", DRAGON.shape(text), HORN)
        horn.shade(horn.away_side(8, 8)).line(
            *(
                DRAGON.curve(rung)
                for rung in (
                    ("-30,-96 -8,-92 14,-98", "-20,-118 -2,-112 14,-118")
                    if name == "far"
                    else ("52,-100 66,-88 86,-80", "74,-118 86,-108 98,-104")
                )
            ),
            nib=FOLD,
        )
    fin = sheet.part(
        "fin", DRAGON.shape("70,-34! 110,-60 150,-54! 134,-34 150,-12! 126,-6 132,22! 104,20 74,26!"), WING
    )
    fin.line(DRAGON.curve("80,-20 110,-34 136,-44"), DRAGON.curve("84,0 110,-8 134,-12"), nib=FOLD).shade(
        fin.away_side(4, 10)
    )
    head = sheet.part("dragon-head", DRAGON.shape(DRAGON_HEAD), SCALE)
    head.shade(head.away_side(16, 12))
    for name, centre, size in (("far", (-76, -12), (15, 24)), ("near", (-10, -8), (25, 30))):
        dragon_eye(sheet, name, centre, size)
    head.line(DRAGON.curve("-112,30 -96,44 -70,48 -44,42 -18,28"), nib=Nib(3.4, lift_in=10, lift_out=16))
    head.line(DRAGON.curve("-22,22 -14,26 -12,36"), nib=Nib(2.6, lift_in=4, lift_out=4))
    head.line(
        DRAGON.curve("-112,8 -108,4 -104,8"), DRAGON.curve("-92,10 -88,6 -84,10"), nib=Nib(3, lift_in=4, lift_out=4)
    )
    head.line(DRAGON.curve("44,20 52,26 62,24"), DRAGON.curve("40,34 48,40 58,36"), nib=Nib(2.4, lift_in=6, lift_out=6))
    fang = sheet.part("fang", DRAGON.shape("-62,47! -54,62! -46,43!"), CREAM, Nib(2.4))
    fang.shade(fang.away_side(3, 2))
    blush(sheet, "dragon-head", DRAGON.at(26, 26), 26, "#ff5a5a")


def dragon_eye(sheet: Sheet, name: str, centre: tuple[float, float], size: tuple[float, float]) -> None:
    ball = DRAGON.oval(centre, *size)
    iris = sheet.part(f"dragon-eye-{name}", ball, "#5fae7c", Nib(4.6, shadow=-0.45))
    iris.shade(area(ball).difference(moved(area(ball), 0, 14)))
    right, down = centre
    pupil = area(DRAGON.oval((right - 3, down), 0.55 * size[0], 0.72 * size[1]))
    glint = shapely.union(
        area(DRAGON.oval((right - 0.35 * size[0], down - 10), 0.32 * size[0], 8)),
        area(DRAGON.oval((right + 0.25 * size[0], down + 12), 0.16 * size[0], 4)),
    )
    iris.black(pupil.difference(glint))
    sheet.part(f"dragon-glint-{name}", glint, None).light(glint)
    bottom = area(DRAGON.oval((right, down + 0.7 * size[1]), 0.7 * size[0], 0.35 * size[1])).intersection(iris.where)
    iris.light(bottom, paint="#d8ff9a", opacity=0.7)
