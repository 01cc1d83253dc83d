"""A girl with long hair, a ribbon and a sailor collar."""

from __future__ import annotations

import numpy as np
import shapely

from drawing.curves import Frame, move, oval, stretch, turn
from drawing.face import EyeStyle, blush, brow, eye
from drawing.hair import halo, locks
from drawing.hints import Wishes
from drawing.ink import Nib, area, leaf, stroke
from drawing.props import FOLD, bow, bow_tails
from drawing.sheet import HAIR, INK, Part, Sheet, moved

BLOND, SKIN, NAVY, WHITE, RED = "#f7cd80", "#fee5d6", "#42558f", "#f8f6fb", "#dd4a5e"
SKY, PINK, SHINE = "#cfe6f4", "#f8b9c9", "#ffeec2"
THIN = Nib(2.2, shadow=0.2)
PETALS = (
    (70, 130, 1.2, 30),
    (130, 330, 0.8, -50),
    (52, 560, 1.0, 110),
    (764, 420, 1.2, -30),
    (790, 640, 0.8, 60),
    (724, 96, 0.9, 150),
    (226, 60, 0.9, 200),
    (30, 800, 0.8, 15),
)
SKIN_SHADE = "#f3b9a6"
WHOLE = stretch(1.12, 1.12, (424, 330)).then(move(-8, -22))
HEAD = Frame(turn(-5, (420, 600)).then(WHOLE))
BODY = Frame(move(0, -54).then(WHOLE))

FACE = "286,300 278,380 279,436 289,488 314,536 354,578 384,594 412,587 472,554 524,506 551,446 560,380 552,300 420,220"


def draw() -> Sheet:
    sheet = Sheet(832, 1024)
    background(sheet)
    back_hair(sheet)
    body(sheet)
    head(sheet)
    side_hair(sheet)
    bangs(sheet)
    ribbon(sheet)
    hair_light(sheet)
    return sheet


def background(sheet: Sheet) -> None:
    sheet.part("sky", shapely.box(0, 0, 832, 1024), SKY)
    sun = sheet.part("sun", oval((416, 480), 336, 336), "#fdf4dc", nib=THIN)
    sun.light(sun.where, paint=sheet.glow((416, 480), 336, "#ffffff", 0.8))
    sheet["sky"].light(sheet["sky"].where, paint=sheet.fade((416, 1024), (416, 300), "#fbd5e2", 0.9))
    for index, (right, down, size, angle) in enumerate(PETALS):
        petal(sheet, f"petal-{index}", Frame(stretch(size, size).then(turn(angle)).then(move(right, down))))


def petal(sheet: Sheet, name: str, own: Frame) -> None:
    part = sheet.part(name, own.shape("0,20! -15,6 -14,-12 -5,-22! 0,-15! 6,-21! 15,-10 14,6"), PINK, THIN)
    part.shade(part.away_side(4, 3)).line(own.curve("0,18 1,4 0,-6"), nib=Nib(1.6, lift_out=10))


def back_hair(sheet: Sheet) -> None:
    outline = HEAD.shape(
        "430,150 340,176 286,250 252,350 236,460 212,560 160,660 120,780 100,900! 130,860! 122,960 96,1060! 720,1060! "
        "738,940 724,820! 748,860! 742,740 700,640 650,560 632,460 618,350 590,250 520,176"
    )
    back = sheet.part("hair-back", outline, BLOND)
    back.shade(area(HEAD.shape("300,400! 262,560 226,760 220,1060! 660,1060! 664,760 612,560 590,400!")))
    for text in ("226,560 190,680 176,800 180,960", "640,560 676,660 700,780 690,940", "210,640 160,760 148,860"):
        back.line(HEAD.curve(text), nib=HAIR)


def body(sheet: Sheet) -> None:
    neck = sheet.part(
        "neck", BODY.shape("378,560! 380,640 370,680 330,704! 424,860! 520,704! 482,680 472,640 474,540!"), SKIN
    )
    neck.shade(moved(area(HEAD.shape(FACE)), 8, 56), paint=SKIN_SHADE)
    neck.line(BODY.curve("386,720 402,726 412,736"), BODY.curve("462,720 448,726 440,734"), nib=FOLD)
    outline = (
        "352,690! 296,712 232,738 194,790 176,880 160,1060! 694,1060! 678,880 660,790 622,738 556,712 502,690! 424,860!"
    )
    torso = sheet.part("blouse", BODY.shape(outline), WHITE)
    folds(torso)
    collar(sheet)
    knot = Frame(stretch(0.92, 0.92).then(move(424, 874)).then(BODY.place))
    bow_tails(sheet, "scarf", knot, RED)
    bow(sheet, "scarf", knot, RED)
    bows = shapely.union_all([p.where for p in sheet.parts if p.name.startswith("scarf")])
    for part in (torso, sheet["collar-left"], sheet["collar-right"]):
        part.shade(moved(bows, 10, 16))


def folds(torso: Part) -> None:
    arms = BODY.curve("256,1040 264,960 258,900 244,858"), BODY.curve("598,1040 588,960 596,900 610,858")
    torso.line(*arms, nib=Nib(3.4, lift_out=50, tip=0.1))
    torso.line(BODY.curve("258,930 286,944 304,966"), BODY.curve("594,930 566,944 550,962"), nib=FOLD)
    torso.line(BODY.curve("196,930 206,962 202,1000"), BODY.curve("664,910 650,950 652,990"), nib=FOLD)
    torso.line(BODY.curve("262,990 280,1010 286,1040"), BODY.curve("424,1060 425,1030 424,1000"), nib=FOLD)
    torso.shade(leaf(BODY.curve("250,1060 268,960 256,890 246,850"), 34, root=0.9))
    torso.shade(leaf(BODY.curve("612,1060 586,960 596,900 610,850"), 40, root=0.9))
    torso.shade(leaf(BODY.curve("262,936 300,960 330,1010"), 22), leaf(BODY.curve("590,934 556,956 530,1000"), 22))
    torso.shade(leaf(BODY.curve("180,900 196,960 186,1040"), 18), leaf(BODY.curve("674,890 656,960 664,1060"), 34))


def collar(sheet: Sheet) -> None:
    left = BODY.shape("360,658! 336,692 238,738! 244,800 266,850! 340,852 424,890! 384,780 360,658!")
    right = BODY.shape("490,658! 520,692 622,738! 612,800 594,850! 510,852 424,890! 470,780 490,658!")
    trims = "258,732! 262,790 280,832! 350,836 424,872!", "602,732! 596,790 580,832! 502,836 424,872!"
    for name, outline, trim in (("left", left, trims[0]), ("right", right, trims[1])):
        flap = sheet.part(f"collar-{name}", outline, NAVY)
        band = stroke(BODY.curve(trim), Nib(7)).intersection(flap.where)
        flap.shade(flap.away_side(9, 2))
        stripe = sheet.part(f"stripe-{name}", band, WHITE)
        stripe.black(band.boundary.buffer(0.9).intersection(flap.where))


def head(sheet: Sheet) -> None:
    face = sheet.part("face", HEAD.shape(FACE), SKIN)
    style = EyeStyle("#3f86cf", "#9ff0ff", wide=106, high=102, slant=2, gaze=(0, -3), iris_size=(33, 54))
    eye(sheet, "eye-left", HEAD, (331, 464), -1, style, 0.86)
    eye(sheet, "eye-right", HEAD, (470, 464), 1, style)
    face.line(HEAD.curve("381,526 377,533 384,536"), nib=Nib(2.6, lift_in=6, lift_out=6))
    face.line(HEAD.curve("362,555 374,563 392,563 410,553"), nib=Nib(3.2, lift_in=10, lift_out=10))
    face.line(HEAD.curve("382,574 392,575"), nib=Nib(2.2, lift_in=4, lift_out=4))
    for centre in ((318, 524), (490, 524)):
        blush(sheet, "face", HEAD.at(*centre), 46)


SIDES = (
    ("lock-right-a", "566,300 572,420 590,560 630,700 632,860", "610,300 622,420 650,560 690,700 632,860"),
    ("lock-right-b", "556,300 564,420 560,520 576,640 608,720", "604,300 616,400 606,500 612,620 608,720"),
    ("lock-right-c", "552,300 560,380 556,460 540,570", "580,300 588,400 582,480 540,570"),
    ("lock-left-a", "262,300 246,420 210,560 184,700 216,860", "300,300 292,420 270,560 262,700 216,860"),
    ("lock-left-b", "260,300 246,400 252,500 250,600 292,700", "298,300 282,420 288,520 284,620 292,700"),
)
STRANDS = (
    "600,440 618,560 650,680",
    "594,440 588,540 596,640",
    "244,480 222,600 208,720",
    "268,420 266,520 268,600",
)


def side_hair(sheet: Sheet) -> None:
    locks(sheet, HEAD, SIDES, BLOND)
    for part in [part for part in sheet.parts if part.name.startswith("lock-")]:
        part.line(*(HEAD.curve(text) for text in STRANDS), nib=HAIR)


def bangs(sheet: Sheet) -> None:
    own = HEAD
    cap = "262,400! 256,320 282,226 344,156 424,130 512,146 580,204 614,290 618,400! 580,330 500,300 424,290 340,310 290,350!"
    outline = own.shape(cap)
    part = sheet.part("cap", outline, BLOND, nib=None)
    part.ink(outline.between(0, 8), INK)
    locks(sheet, own, BANGS, BLOND, BANG)
    hair = [p for p in sheet.parts if p.name.startswith(("bang", "cap"))]
    ring = halo(own.curve("276,318 340,262 424,244 520,254 602,320"), own.at(430, 20), 26, 34, np.random.default_rng(4))
    for each in hair:
        each.shade(ring, paint=SHINE)
    sheet["face"].shade(*(moved(p.where, 6, 22) for p in hair[1:]), paint=SKIN_SHADE)
    brow(sheet, "brow-left", own, "368,384 338,366 302,376", 7)
    brow(sheet, "brow-right", own, "430,384 468,364 514,378", 7)


BANG = Nib(3.6, lift_in=240, tip=0.0)
BANGS = (
    ("bang-1", "320,190 268,270 256,350 278,456", "360,220 324,290 304,370 278,456"),
    ("bang-2", "510,170 562,250 578,350 572,464", "560,200 608,280 614,370 572,464"),
    ("bang-3", "400,200 362,270 346,330 354,392", "430,200 400,280 384,330 354,392"),
    ("bang-4", "480,180 512,250 526,320 522,390", "530,200 560,270 560,330 522,390"),
    ("bang-5", "390,150 318,220 288,310 312,412", "430,170 388,250 362,330 312,412"),
    ("bang-6", "500,160 540,230 556,320 546,424", "540,190 586,260 594,350 546,424"),
    ("bang-7", "440,160 440,240 446,320 446,394", "470,180 478,250 478,330 446,394"),
    ("bang-8", "446,150 466,230 482,310 490,408", "500,170 532,250 536,330 490,408"),
    ("bang-9", "426,150 388,230 376,320 400,426", "446,150 444,250 438,340 400,426"),
)


def hair_light(sheet: Sheet) -> None:
    rosy = sheet.fade((400, 1040), (416, 480), "#e8708c", 0.42)
    sunny = sheet.glow((300, 140), 300, "#fff7d8", 0.5)
    for part in [p for p in sheet.parts if p.flat == BLOND]:
        part.light(part.where, paint=rosy).light(part.where, paint=sunny)


def ribbon(sheet: Sheet) -> None:
    own = Frame(turn(24).then(move(590, 196)).then(WHOLE))
    bow_tails(sheet, "ribbon", own, RED)
    bow(sheet, "ribbon", own, RED)


TITLE = "A girl with a ribbon"
WISHES = Wishes(
    dabs=[
        (320, 548, 10),
        (415, 720, 12),
        (300, 508, 6),
        (476, 468, 6),
        (530, 110, 14),
        (690, 190, 14),
        (320, 850, 12),
        (500, 842, 12),
        (560, 760, 14),
        (270, 770, 10),
        (390, 945, 7),
        (60, 60, 14),
        (700, 520, 12),
        (120, 420, 12),
        (62, 128, 6),
    ],
    strokes=[
        (((270, 200), (240, 280), (230, 360)), 8),
        (((640, 600), (690, 720)), 8),
        (((190, 600), (185, 780)), 8),
        (((270, 1000), (350, 1010)), 8),
    ],
)
OTHER = {
    BLOND: "#6b5bb5",
    SKIN: "#f6d3bd",
    NAVY: "#2f2f3a",
    WHITE: "#e9eef2",
    RED: "#2fa58e",
    SKY: "#26315e",
    PINK: "#8fd6f0",
    "#3f86cf": "#c2487a",
    "#fdf4dc": "#f2e6a2",
}
