"""A face among flowers, seen close."""

from __future__ import annotations

import numpy as np
import shapely

from drawing.curves import Frame, move, oval, stretch, turn
from drawing.face import EyeStyle, blush, brow, eye
from drawing.hair import halo, locks
from drawing.hints import Wishes
from drawing.ink import Nib, area
from drawing.sheet import Sheet, moved

NAVY, SKIN, AIR, LEAF, CORAL, WHITE = "#5a6fb0", "#fee4d6", "#fbeccb", "#6fae72", "#f28a7a", "#fdf8f4"
VIOLET, YELLOW, LIP, BLOUSE, IRIS = "#a98ae0", "#f7cf5a", "#e2747c", "#f9d7dc", "#8a6fd0"
SKIN_SHADE, SHINE = "#f5bba8", "#a9c0ee"
BOLD = Nib(5.2, shadow=0.28)
THIN = Nib(3.2, shadow=0.25)
PAGE = Frame(move(0, 0))
HEAD = Frame(move(-420, -600).then(stretch(1.6, 1.56)).then(turn(-7)).then(move(528, 716)))
FACE = "280,310 267,390 269,450 283,508 318,552 374,586 420,600 466,586 522,552 557,508 571,450 573,390 560,310 420,220"


def draw() -> Sheet:
    sheet = Sheet(1024, 768)
    background(sheet)
    back_hair(sheet)
    neck(sheet)
    head(sheet)
    side_hair(sheet)
    bangs(sheet)
    hair_light(sheet)
    garden(sheet)
    return sheet


def background(sheet: Sheet) -> None:
    air = sheet.part("air", shapely.box(0, 0, 1024, 768), AIR)
    air.light(air.where, paint=sheet.fade((0, 0), (1024, 768), "#a9e0dc", 0.9))
    for right, down, size, strength in (
        (110, 130, 90, 0.5),
        (240, 60, 50, 0.4),
        (60, 360, 60, 0.4),
        (930, 330, 80, 0.45),
        (880, 110, 120, 0.4),
        (985, 520, 60, 0.4),
        (180, 300, 34, 0.5),
    ):
        air.light(area(oval((right, down), size, size)), paint="#fffdf2", opacity=strength)


def back_hair(sheet: Sheet) -> None:
    back = sheet.part(
        "hair-back",
        HEAD.shape(
            "420,120 300,150 222,250 196,380 204,480 236,560 300,620! 350,640 490,640 540,620! 606,560 636,480 644,380 618,250 540,150"
        ),
        NAVY,
        BOLD,
    )
    back.shade(area(HEAD.shape("270,420! 262,540 300,640! 540,640! 580,540 570,420!")))


def neck(sheet: Sheet) -> None:
    sheet.part("blouse", PAGE.shape("300,800! 380,742 470,720! 640,716! 740,730 830,800!"), BLOUSE, BOLD)
    part = sheet.part("neck", PAGE.shape("478,640! 480,720 460,760! 560,790 680,752! 654,710 650,640!"), SKIN, BOLD)
    part.shade(part.where, paint=SKIN_SHADE)


def head(sheet: Sheet) -> None:
    face = sheet.part("face", HEAD.shape(FACE), SKIN, BOLD)
    style = EyeStyle(IRIS, "#ffd9f4", wide=108, high=106, slant=2, gaze=(0, -3), iris_size=(34, 54), pen=1.5, rays=11)
    eye(sheet, "eye-left", HEAD, (342, 462), -1, style)
    eye(sheet, "eye-right", HEAD, (498, 462), 1, style)
    face.line(HEAD.curve("415,522 420,527 427,524"), nib=Nib(3.4, lift_in=10, lift_out=10))
    face.line(HEAD.curve("392,554 406,564 421,567 436,563 449,553"), nib=Nib(4.4, lift_in=16, lift_out=16))
    face.line(HEAD.curve("412,580 428,580"), nib=Nib(3, lift_in=8, lift_out=8))
    for centre in ((318, 528), (522, 528)):
        blush(sheet, "face", HEAD.at(*centre), 80)


SIDES = (
    ("side-left", "240,280 214,400 226,500 290,620", "296,280 284,400 272,500 290,620"),
    ("side-right", "548,280 562,400 572,500 552,620", "600,280 630,400 618,500 552,620"),
)


def side_hair(sheet: Sheet) -> None:
    locks(sheet, HEAD, SIDES, NAVY, Nib(4.6, lift_in=120, tip=0.1), 10)


BANG = Nib(4.6, lift_in=300, tip=0.0)
BANGS = (
    ("bang-1", "300,180 240,260 224,350 258,450", "350,220 310,300 288,380 258,450"),
    ("bang-2", "500,190 560,270 590,350 586,450", "560,210 622,290 626,370 586,450"),
    ("bang-3", "350,180 290,250 270,330 298,420", "400,190 370,270 346,350 298,420"),
    ("bang-4", "470,180 524,250 556,330 548,416", "520,190 580,260 602,340 548,416"),
    ("bang-5", "390,160 340,240 326,320 352,402", "420,170 404,260 390,340 352,402"),
    ("bang-6", "440,170 466,250 486,330 506,406", "480,180 530,260 556,330 506,406"),
    ("bang-7", "430,150 436,240 446,330 474,400", "460,160 490,250 500,330 474,400"),
    ("bang-8", "410,150 380,240 374,330 408,430", "450,160 452,250 446,340 408,430"),
)


def bangs(sheet: Sheet) -> None:
    cap = HEAD.shape(
        "226,420! 214,320 256,216 330,144 420,116 510,144 584,216 626,320 614,420! 570,350 500,336 420,330 340,336 280,350!"
    )
    sheet.part("cap", cap, NAVY, nib=None)
    locks(sheet, HEAD, BANGS, NAVY, BANG, 11)
    hair = [part for part in sheet.parts if part.name.startswith(("bang", "cap"))]
    for text in STRANDS:
        for each in hair[1:]:
            each.line(HEAD.curve(text), nib=Nib(3, lift_in=6, lift_out=130, tip=0.1))
    ring = halo(
        HEAD.curve("236,340 310,290 420,270 530,290 604,340"), HEAD.at(420, 0), 44, 40, np.random.default_rng(8)
    )
    for each in hair:
        each.shade(ring, paint=SHINE)
    sheet["face"].shade(*(moved(part.where, 8, 28) for part in hair[1:]), paint=SKIN_SHADE)
    brow(sheet, "brow-left", HEAD, "384,376 348,360 306,372", 11)
    brow(sheet, "brow-right", HEAD, "456,376 492,360 534,372", 11)


def hair_light(sheet: Sheet) -> None:
    sunny = sheet.glow((280, 60), 330, "#cfe9ff", 0.55)
    rosy = sheet.fade((520, 768), (520, 330), "#d98ad0", 0.55)
    for part in [part for part in sheet.parts if part.flat == NAVY]:
        part.light(part.where, paint=sunny).light(part.where, paint=rosy)


STRANDS = (
    "262,430 254,380 268,310",
    "306,404 310,360 330,300",
    "410,412 404,360 412,300",
    "428,380 434,330 430,270",
    "470,380 470,340 466,300",
    "504,392 512,350 504,300",
    "548,400 562,360 552,300",
    "586,430 600,390 598,340",
    "352,390 356,350 370,300",
)
PETAL = "0,4! -40,-30 -60,-76 -34,-108! -12,-104 0,-96! 12,-104 34,-108! 60,-76 40,-30"


def bloom(sheet: Sheet, name: str, place: tuple[float, float, float, float], colour: str) -> None:
    """Five broad petals about a yellow heart; `place` is right, down, size, turn."""
    right, down, size, angle = place
    whole = stretch(size, size).then(move(right, down))
    for index in (0, 2, 4, 1, 3):
        own = Frame(turn(angle + 72 * index).then(whole))
        petal = sheet.part(f"{name}-{index}", own.shape(PETAL), colour, THIN)
        petal.shade(
            petal.away_side(7, 8), area(own.shape("0,4! -26,-24 -18,-52! -10,-34! 0,-62! 10,-34! 18,-52! 26,-24"))
        )
        petal.line(
            *(own.curve(text) for text in ("0,-24 -2,-52 0,-76", "-10,-26 -24,-52 -28,-72", "10,-26 24,-52 28,-72")),
            nib=Nib(2.4, lift_in=6, lift_out=24),
        )
    heart = sheet.part(f"{name}-heart", Frame(whole).oval((0, 0), 19, 18), YELLOW, THIN)
    heart.shade(heart.away_side(5, 6))
    for step in np.arange(7) * 2 * np.pi / 7:
        heart.line(Frame(whole).oval((9 * np.cos(step), 8 * np.sin(step)), 3, 3), nib=Nib(2))


def frond(sheet: Sheet, name: str, place: tuple[float, float, float, float]) -> None:
    right, down, size, angle = place
    own = Frame(stretch(size, size).then(turn(angle)).then(move(right, down)))
    blade = sheet.part(name, own.shape("0,10! -34,-30 -40,-84 0,-150! 40,-84 34,-30"), LEAF, THIN)
    blade.shade(area(own.shape("0,10! 0,-150! 40,-84 34,-30")))
    blade.line(own.curve("0,6 1,-60 0,-130"), nib=Nib(3, lift_out=40))
    for down_rib in (-20, -52, -84):
        blade.line(
            own.curve(f"0,{down_rib} -14,{down_rib - 16} -30,{down_rib - 24}"),
            own.curve(f"0,{down_rib} 14,{down_rib - 16} 30,{down_rib - 24}"),
            nib=Nib(2, lift_out=20),
        )


FRONDS = (
    (90, 660, 1.1, -30),
    (230, 700, 0.9, 40),
    (300, 770, 0.9, 60),
    (30, 620, 0.9, 10),
    (800, 690, 1.0, -40),
    (960, 620, 1.1, 20),
    (720, 780, 0.9, -60),
    (890, 600, 0.9, -10),
    (720, 150, 0.8, 60),
    (676, 100, 0.7, -20),
    (640, 170, 0.6, -90),
)
BLOOMS = (
    ((60, 720, 1.0, 10), VIOLET),
    ((270, 736, 0.85, 40), WHITE),
    ((160, 640, 1.05, -20), CORAL),
    ((980, 720, 1.0, 30), CORAL),
    ((790, 742, 0.85, 0), VIOLET),
    ((884, 668, 1.05, 15), WHITE),
    ((736, 200, 0.72, 20), WHITE),
    ((690, 134, 0.95, -10), CORAL),
)


def garden(sheet: Sheet) -> None:
    for index, place in enumerate(FRONDS):
        frond(sheet, f"frond-{index}", place)
    for index, (place, colour) in enumerate(BLOOMS):
        bloom(sheet, f"bloom-{index}", place, colour)


TITLE = "A face among flowers"
WISHES = Wishes(
    dabs=[
        (60, 60, 20),
        (400, 636, 11),
        (600, 660, 14),
        (372, 580, 7),
        (630, 546, 7),
        (438, 740, 8),
        (130, 590, 12),
        (640, 90, 12),
        (1010, 660, 7),
        (30, 700, 9),
        (750, 690, 9),
        (850, 610, 14),
        (320, 700, 9),
        (160, 640, 6),
        (880, 520, 8),
    ],
    strokes=[
        (((290, 130), (250, 230)), 12),
        (((450, 100), (440, 170)), 12),
        (((830, 400), (836, 470)), 5),
        (((180, 330), (190, 420)), 10),
        (((500, 740), (510, 752)), 6),
        (((30, 590), (50, 540)), 6),
    ],
)
OTHER = {
    NAVY: "#c9605a",
    SKIN: "#f3cfb4",
    AIR: "#cfdcf5",
    LEAF: "#3f8f8c",
    CORAL: "#f5c95f",
    WHITE: "#f7b6c8",
    VIOLET: "#6fb0e6",
    YELLOW: "#8a5a3c",
    BLOUSE: "#f4f4ea",
    IRIS: "#5a9a5c",
}
