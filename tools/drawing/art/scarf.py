"""A boy with a scarf on a winter evening, hands in his coat pockets."""

from __future__ import annotations

import numpy as np
import shapely

from drawing.colour import shadow
from drawing.curves import Frame, Path, move, oval, stretch, turn
from drawing.face import EyeStyle, blush, brow, eye
from drawing.hair import halo, locks, tuft
from drawing.hints import Wishes
from drawing.ink import Nib, area, leaf, stroke
from drawing.props import FOLD
from drawing.sheet import HAIR, Part, Sheet, moved

SILVER, SKIN, COAT, SCARF, WOOD = "#d5d9ee", "#fde0cd", "#44557f", "#e4573f", "#c98d4d"
SKY, MOON, HILL, SNOW, PINE, CREAM = "#6b74b4", "#fdf0c8", "#9aa6d8", "#eef2fb", "#3d5f74", "#fbe9d0"
SKIN_SHADE = "#eeb19c"
THIN = Nib(2.2, shadow=0.2)
HEAD = Frame(move(-420, -600).then(stretch(0.86, 0.86)).then(turn(3)).then(move(372, 484)))
PAGE = Frame(move(0, 0))
FACE = "556,300 562,380 560,436 551,488 530,540 490,592 460,610 432,602 368,562 316,508 288,446 278,380 288,300 420,220"


def draw() -> Sheet:
    sheet = Sheet(768, 1024)
    background(sheet)
    back_hair(sheet)
    coat(sheet)
    scarf(sheet)
    head(sheet)
    front_hair(sheet)
    moonlight(sheet)
    return sheet


def background(sheet: Sheet) -> None:
    own = PAGE
    sky = sheet.part("sky", shapely.box(0, 0, 768, 1024), SKY)
    sky.light(sky.where, paint=sheet.fade((384, 760), (384, 120), "#f6a9b8", 0.95))
    sky.light(sky.where, paint=sheet.glow((640, 190), 260, "#fff2cf", 0.55))
    moon = sheet.part("moon", oval((640, 190), 104, 104), MOON, THIN)
    moon.shade(area(oval((668, 150), 18, 15)), area(oval((690, 216), 24, 20)), area(oval((640, 262), 12, 10)))
    hill = sheet.part(
        "hill",
        own.shape("-20,1060! -20,640! 90,590 190,640 330,700 470,650 600,580 700,600 800,640! 800,1060!"),
        HILL,
        THIN,
    )
    hill.light(hill.where, paint=sheet.fade((384, 560), (384, 900), "#ffffff", 0.35))
    for index, (right, down, size) in enumerate(((52, 690, 1.0), (128, 730, 0.75), (700, 700, 1.1), (640, 742, 0.7))):
        pine(sheet, f"pine-{index}", Frame(stretch(size, size).then(move(right, down))))
    sheet.part("snow", own.shape("-20,1060! -20,760! 120,740 300,780 470,770 640,750 800,770! 800,1060!"), SNOW, THIN)


def pine(sheet: Sheet, name: str, own: Frame) -> None:
    tree = sheet.part(
        name,
        own.shape("0,-130! 34,-74! 20,-78! 48,-24! 28,-30! 60,40! -60,40! -28,-30! -48,-24! -20,-78! -34,-74!"),
        PINE,
        THIN,
    )
    tree.shade(tree.away_side(16, 2))


SPIKES = (
    "350,590 262,628 274,560 206,548 244,470 190,432 240,370 182,306 256,270 232,156 322,184 340,66 404,142 478,40 508,136 "
    "612,92 590,190 684,232 620,300 668,388 608,404 612,476 550,450 460,560"
)
ROOTS = (
    "244,470 264,420 280,380",
    "240,370 262,300 296,260",
    "256,270 296,220 350,196",
    "322,184 360,176 400,196",
    "404,142 420,170 432,214",
    "508,136 500,166 476,200",
    "590,190 556,190 520,210",
    "620,300 594,260 560,236",
    "372,130 392,160 410,200",
    "470,100 462,140 450,190",
)


def back_hair(sheet: Sheet) -> None:
    back = sheet.part("hair-back", tuft(SPIKES, 10, 0.11, -0.06).transformed(HEAD.place), SILVER)
    back.shade(area(HEAD.shape("262,640! 276,500 290,400 300,640!")))


def coat(sheet: Sheet) -> None:
    hood = sheet.part("hood", PAGE.shape("206,612 212,548 280,500 480,500 556,540 570,606 480,680 290,680"), COAT)
    hood.line(PAGE.curve("232,620 228,580 246,548"), PAGE.curve("548,620 548,580 530,548"), nib=FOLD)
    sheet.part("scarf-back", PAGE.shape("262,520 274,470 320,444 460,440 516,462 540,510 500,580 300,580"), SCARF)
    neck = sheet.part("neck", PAGE.shape("338,440! 340,500 330,610! 460,610! 452,500 456,440!"), SKIN)
    neck.shade(neck.where, paint=SKIN_SHADE)
    torso = sheet.part("coat", PAGE.shape(TORSO), COAT)
    torso.shade(
        leaf(PAGE.curve("222,660 196,780 220,880 208,1060"), 60, root=0.8),
        leaf(PAGE.curve("560,640 580,780 556,880 574,1060"), 90, root=0.8),
    )
    placket(torso)
    for index, down in enumerate((716, 806, 896)):
        toggle(sheet, f"toggle-{index}", Frame(move(386, down)))
    for side, outline, seam in (("left", SLEEVE_LEFT, CUFFS[0]), ("right", SLEEVE_RIGHT, CUFFS[1])):
        sleeve(sheet, side, outline, seam)
    for side, outline in (
        ("left", "196,952! 318,916! 326,1060! 190,1060!"),
        ("right", "592,952! 470,916! 462,1060! 598,1060!"),
    ):
        pocket(sheet, side, PAGE.shape(outline))


TORSO = "300,560! 236,590 196,612 192,700 208,850 192,1060! 596,1060! 576,850 586,700 576,612 534,586 470,560!"
SLEEVE_LEFT = (
    "222,596 166,626 132,710 108,810 96,890 112,944 170,982 262,1008! 290,940! 232,908 212,868 222,790 234,710"
)
SLEEVE_RIGHT = (
    "552,592 610,624 642,708 664,808 676,888 660,944 604,980 520,1008! 494,940! 546,908 564,866 556,788 544,706"
)
CUFFS = ("214,1000 226,960 250,924", "566,998 556,958 532,922")
CREASES = {
    "left": (
        "112,900 140,880 170,884",
        "104,846 130,850 158,842",
        "222,800 196,812 180,830",
        "226,760 204,776 190,790",
        "180,640 166,676 160,706",
    ),
    "right": (
        "660,900 632,880 604,884",
        "668,846 640,850 614,842",
        "554,800 580,812 596,830",
        "548,760 570,776 584,790",
        "592,640 606,676 612,706",
    ),
}


def sleeve(sheet: Sheet, side: str, outline: str, seam: str) -> None:
    arm = sheet.part(f"sleeve-{side}", PAGE.shape(outline), COAT)
    arm.shade(arm.away_side(22, 4))
    for text in CREASES[side]:
        arm.line(PAGE.curve(text), nib=FOLD).shade(leaf(PAGE.curve(text), 14, root=0.9))
    arm.line(PAGE.curve(seam), nib=Nib(3))


def pocket(sheet: Sheet, side: str, outline: Path) -> None:
    patch = sheet.part(f"pocket-{side}", outline, COAT)
    hem = moved(area(outline), 0, 16)
    patch.line(outline.between(0, 1).transformed(move(0, 16)), nib=Nib(2.2))
    patch.shade(patch.away_side(14, 0).intersection(hem))


def placket(torso: Part) -> None:
    torso.line(PAGE.curve("420,620 424,800 426,1060"), nib=Nib(3.2))
    torso.line(PAGE.curve("346,640 348,800 350,1060"), nib=Nib(2.0))
    torso.shade(area(PAGE.shape("424,620! 427,800 430,1060! 452,1060! 444,800 438,620!")))
    torso.line(PAGE.curve("300,700 280,740 276,790"), PAGE.curve("500,700 516,750 512,800"), nib=FOLD)


def toggle(sheet: Sheet, name: str, own: Frame) -> None:
    cord = stroke(own.curve("-56,-4 -30,-8 0,0 30,-8 56,-4"), Nib(9))
    loop = sheet.part(f"{name}-cord", cord, CREAM)
    loop.black(cord.boundary.buffer(1.2))
    peg = sheet.part(
        name, own.shape("-26,-9 -20,-14 20,-14 27,-8 27,8 20,14 -20,14 -27,8"), WOOD, Nib(3.2, shadow=0.25)
    )
    peg.shade(peg.away_side(3, 8)).line(own.curve("-14,-4 0,-6 14,-4"), nib=Nib(1.8, lift_in=8, lift_out=8))


def scarf(sheet: Sheet) -> None:
    tail(sheet)
    low = sheet.part(
        "scarf-low", PAGE.shape("232,556 252,614 326,660 400,670 482,654 548,606 562,550 500,520 290,520"), SCARF
    )
    low.line(
        *(
            PAGE.curve(text)
            for text in ("262,596 310,634 380,652", "540,594 500,626 450,646", "300,652 290,636 284,620")
        ),
        nib=FOLD,
    )
    low.shade(low.away_side(10, 18))
    top = sheet.part("scarf-top", PAGE.shape(UPPER), SCARF)
    top.line(*(PAGE.curve(text) for text in WRAPS), nib=FOLD)
    top.shade(
        top.away_side(8, 14),
        leaf(PAGE.curve("300,520 340,566 420,584"), 20),
        leaf(PAGE.curve("500,520 470,556 420,576"), 22),
    )
    low.shade(moved(top.where, 4, 16))
    sheet["coat"].shade(moved(low.where, 6, 20))


UPPER = (
    "282,464! 252,490 236,532 270,584 350,616 430,614 510,584 556,538 544,490 508,460! 486,504 416,538 350,522 304,494"
)
WRAPS = (
    "262,510 300,562 370,590",
    "280,486 316,534 376,562",
    "534,504 500,550 440,582",
    "520,486 490,530 452,554",
    "250,556 280,584 310,598",
)


def tail(sheet: Sheet) -> None:
    outline = PAGE.shape("270,546! 206,556 146,520 92,536 34,506! 40,556! 26,612! 92,632 150,608 208,642 296,620!")
    part = sheet.part("scarf-tail", outline, SCARF)
    part.line(PAGE.curve("280,580 200,588 140,560"), PAGE.curve("270,604 230,606 196,596"), nib=FOLD)
    part.shade(part.away_side(0, 14), leaf(PAGE.curve("290,590 210,600 130,560"), 20, root=0.9))
    for index, (start, end) in enumerate((("76,532 84,582 78,630", 16), ("112,528 118,574 114,624", 9))):
        band = stroke(PAGE.curve(start), Nib(end)).intersection(part.where)
        stripe = sheet.part(f"stripe-{index}", band, CREAM)
        stripe.black(band.boundary.buffer(1.0).intersection(part.where))
    for index, down in enumerate((512, 530, 548, 566, 584, 602)):
        fringe = PAGE.shape(f"40,{down - 7}! 22,{down - 10} 4,{down - 4}! 2,{down + 6}! 20,{down + 4} 38,{down + 8}!")
        sheet.part(f"fringe-{index}", fringe, SCARF, THIN)


def head(sheet: Sheet) -> None:
    sheet.part("ear", HEAD.shape("296,404 268,396 254,424 262,472 284,504 304,494"), SKIN)
    sheet["ear"].line(HEAD.curve("286,416 268,420 270,450 284,462"), nib=FOLD)
    sheet["ear"].shade(area(HEAD.shape("300,410! 276,424 280,460 300,480!")), paint=SKIN_SHADE)
    face = sheet.part("face", HEAD.shape(FACE), SKIN)
    style = EyeStyle("#d98a2b", "#ffe9a0", wide=100, high=84, slant=3, spike=False, gaze=(0, -4), iris_size=(30, 56))
    eye(sheet, "eye-left", HEAD, (370, 462), -1, style)
    eye(sheet, "eye-right", HEAD, (508, 462), 1, style, 0.84)
    face.line(HEAD.curve("452,516 464,536 452,541"), nib=Nib(2.4, lift_in=16, lift_out=6))
    face.line(HEAD.curve("414,566 438,574 462,571 480,562"), nib=Nib(3.0, lift_in=10, lift_out=10))
    face.line(HEAD.curve("440,588 454,588"), nib=Nib(2.0, lift_in=4, lift_out=4))


BANG = Nib(3.4, lift_in=150, tip=0.0)
BANGS = (
    ("bang-1", "300,220 250,290 246,380 262,476", "340,240 306,310 300,400 262,476"),
    ("bang-2", "530,200 580,270 590,360 572,462", "570,210 620,290 616,370 572,462"),
    ("bang-3", "330,200 280,280 280,360 306,444", "380,220 346,300 340,370 306,444"),
    ("bang-4", "500,180 556,250 568,330 544,420", "560,210 596,270 604,350 544,420"),
    ("bang-5", "390,170 344,250 346,330 384,400", "430,180 410,260 400,330 384,400"),
    ("bang-6", "450,170 490,240 510,320 494,408", "520,190 552,260 550,330 494,408"),
    ("bang-7", "410,170 400,250 420,340 452,430", "470,180 480,250 484,340 452,430"),
)


def front_hair(sheet: Sheet) -> None:
    cap = HEAD.shape(
        "262,400! 250,320 280,236 344,176 420,156 500,166 572,216 608,300 604,400! 560,330 500,300 424,290 340,310 300,350!"
    )
    sheet.part("cap", cap, SILVER, nib=None)
    locks(sheet, HEAD, BANGS, SILVER, BANG)
    crown = sheet.part("crown", sheet["hair-back"].where.difference(sheet["face"].where.buffer(-40)), None, hides=False)
    for text in ROOTS:
        crown.line(HEAD.curve(text), nib=HAIR).shade(leaf(HEAD.curve(text), 18, root=0.5), paint=shadow(SILVER))
    hair = [part for part in sheet.parts if part.name.startswith(("bang", "cap"))]
    sheet["face"].shade(*(moved(part.where, 4, 16) for part in hair[1:]), paint=SKIN_SHADE)
    brow(sheet, "brow-left", HEAD, "426,396 380,384 326,402", 11)
    brow(sheet, "brow-right", HEAD, "480,396 512,386 552,400", 10)
    part = sheet["face"]
    part.shade(leaf(HEAD.curve("556,440 548,500 500,580"), 10), paint=SKIN_SHADE)
    blush(sheet, "face", HEAD.at(340, 522), 44)
    blush(sheet, "face", HEAD.at(520, 526), 36)
    ring = halo(
        HEAD.curve("274,330 340,276 420,258 510,270 590,326"), HEAD.at(430, 30), 19, 30, np.random.default_rng(2)
    )
    for each in hair:
        each.shade(ring, paint="#ffffff")


def moonlight(sheet: Sheet) -> None:
    """A warm rim on the moon's side, and falling snow in front."""
    for part in [
        sheet[name] for name in ("hair-back", "scarf-top", "scarf-low", "sleeve-right", "pocket-right", "hood")
    ]:
        rim = part.where.difference(moved(part.where, -7, 5))
        part.light(rim, paint="#ffd3a8", opacity=0.55)
    for index, (right, down, size) in enumerate(FLAKES):
        sheet.part(f"flake-{index}", oval((right, down), size, size), SNOW, THIN)


FLAKES = (
    (60, 80, 9),
    (150, 190, 6),
    (110, 330, 8),
    (44, 430, 6),
    (230, 40, 7),
    (480, 34, 6),
    (720, 60, 7),
    (700, 350, 9),
    (640, 440, 6),
    (726, 520, 7),
    (610, 520, 5),
    (60, 860, 9),
    (720, 900, 9),
    (160, 400, 5),
    (600, 36, 5),
    (690, 830, 6),
    (30, 230, 5),
)
TITLE = "A boy with a scarf"
WISHES = Wishes(
    dabs=[
        (60, 180, 16),
        (560, 470, 14),
        (610, 240, 14),
        (340, 440, 10),
        (330, 385, 5),
        (455, 396, 5),
        (180, 572, 12),
        (290, 760, 16),
        (150, 780, 14),
        (610, 760, 14),
        (256, 990, 14),
        (530, 1000, 14),
        (386, 716, 8),
        (60, 960, 18),
        (700, 690, 9),
        (748, 650, 6),
        (84, 570, 5),
    ],
    strokes=[
        (((345, 220), (342, 280)), 8),
        (((262, 130), (290, 150)), 8),
        (((300, 630), (390, 654), (490, 634)), 6),
        (((340, 596), (450, 596)), 5),
    ],
)
OTHER = {
    SILVER: "#5a3f3a",
    SKIN: "#f0c8a8",
    COAT: "#b0783f",
    SCARF: "#3f8f6a",
    WOOD: "#4a342c",
    SKY: "#a9d4ea",
    MOON: "#fff6da",
    HILL: "#cfe3ef",
    SNOW: "#ffffff",
    PINE: "#4f8a5c",
    CREAM: "#f4f1e4",
    "#d98a2b": "#4a9a86",
}
