"""A small girl in a raincoat sitting with her cat."""

from __future__ import annotations

import numpy as np
import shapely

from drawing.art.tabby import CAT_FUR, CREAM, ROSE, cat
from drawing.curves import Frame, Path, flipped, move, oval, stretch, turn
from drawing.face import EyeStyle, blush, brow, eye
from drawing.hair import halo, locks, tuft
from drawing.hints import Wishes
from drawing.ink import Nib, area, leaf, stroke
from drawing.props import FOLD, bow
from drawing.sheet import HAIR, INK, Sheet, moved

HAIRC, SKIN, DRESS, APRON, SOCK, SHOE = "#a86f52", "#fde4d4", "#6fb7a8", "#fbf3e6", "#f7f7fb", "#a8483f"
SKY, GRASS, BUSH = "#fdf1d2", "#a9cf7c", "#7fb566"
SKIN_SHADE = "#f3b9a6"
THIN = Nib(2.2, shadow=0.2)
GOLD, RED, YELLOW, PINKS = "#e8c257", "#e0584f", "#ffe27a", "#f7a8bf"
PAGE = Frame(move(0, 0))
HEAD = Frame(move(-420, -600).then(stretch(1.0, 0.95)).then(turn(-4)).then(move(604, 512)))
BODY = Frame(move(84, -6))
FACE = "286,310 272,390 272,450 290,512 334,560 392,584 426,588 462,583 516,558 556,508 572,450 570,390 552,310 420,220"


def draw() -> Sheet:
    sheet = Sheet(1024, 1024)
    background(sheet)
    back_hair(sheet)
    legs(sheet)
    dress(sheet)
    head(sheet)
    front_hair(sheet)
    arms(sheet)
    cat(sheet)
    flowers(sheet)
    return sheet


def background(sheet: Sheet) -> None:
    sky = sheet.part("sky", shapely.box(0, 0, 1024, 1024), SKY)
    sky.light(sky.where, paint=sheet.fade((512, 0), (512, 560), "#bfe3f4", 1.0))
    for index, (right, down, size) in enumerate(((160, 210, 1.0), (905, 150, 0.8), (30, 420, 0.6), (960, 400, 0.7))):
        own = Frame(stretch(size, size).then(move(right, down)))
        cloud = sheet.part(
            f"cloud-{index}",
            own.shape("-120,30! -112,0 -78,-8! -70,-44 -20,-58 14,-34! 50,-46 78,-22 76,0! 110,0 122,30!"),
            "#ffffff",
            THIN,
        )
        cloud.shade(area(own.shape("-120,30! -80,12 -20,22 60,10 122,30!")), depth=0.6)
    bush = sheet.part("bush", PAGE.shape(BUSHES), BUSH, THIN)
    bush.shade(bush.where.difference(moved(bush.where, -14, -26)))
    bush.light(bush.where, paint=sheet.fade((512, 540), (512, 820), "#f4f7b0", 0.45))
    grass = sheet.part(
        "grass", PAGE.shape("-20,1060! -20,800! 200,770 500,760 800,770 1050,800! 1050,1060!"), GRASS, THIN
    )
    grass.light(grass.where, paint=sheet.fade((512, 760), (512, 1000), "#fdf6a8", 0.45))
    grass.shade(area(oval((610, 916), 190, 30)), area(oval((200, 944), 190, 30)))
    for right, down in (
        (60, 850),
        (420, 860),
        (470, 980),
        (800, 850),
        (940, 930),
        (340, 1000),
        (700, 1000),
        (880, 990),
    ):
        grass.line(
            *(
                Frame(move(right, down)).curve(blade)
                for blade in ("0,0 -4,-12 -14,-22", "5,0 6,-16 4,-28", "10,0 16,-10 24,-16")
            ),
            nib=Nib(2.4, lift_out=20),
        )


BUSHES = (
    "-20,1060! -20,640! 10,600 52,596 76,616! 96,566 150,548 196,584! 226,572 262,586 276,624! 310,612 350,630 360,660! 420,640 520,640 640,650! "
    "660,616 704,606 736,626! 752,570 806,548 852,578! 880,536 940,528 972,572! 1000,560 1030,570 1050,600! 1050,1060!"
)


def back_hair(sheet: Sheet) -> None:
    back = sheet.part(
        "hair-back",
        HEAD.shape("420,160 330,180 262,250 224,370 238,480 290,570 420,606 550,570 602,480 616,370 578,250 510,180"),
        HAIRC,
    )
    back.shade(area(HEAD.shape("280,460 300,560 420,600 540,560 560,460 420,400")))
    for side, text in (("left", TAIL), ("right", flipped(TAIL, 840))):
        tail = sheet.part(f"tail-{side}", HEAD.shape(text), HAIRC)
        tail.shade(tail.away_side(16, 8))
        for strand in ("226,330 160,346 122,410 112,480", "230,350 186,386 158,440 150,500"):
            tail.line(HEAD.curve(strand if side == "left" else flipped(strand, 840)), nib=HAIR)


TAIL = "246,290! 190,272 126,294 84,356 74,424 82,470 58,520! 84,510 100,500! 106,526 116,552! 164,536 206,486 232,430 250,360!"


def legs(sheet: Sheet) -> None:
    for side, turned in (("left", False), ("right", True)):

        def own(text: str, turned: bool = turned) -> Path:
            return BODY.shape(flipped(text, 1040) if turned else text)

        leg = sheet.part(f"leg-{side}", own("462,770! 460,820 456,880! 506,884! 510,830 512,780!"), SKIN)
        leg.shade(area(own("440,770! 440,812 520,822! 520,770!")), paint=SKIN_SHADE)
        sock = sheet.part(f"sock-{side}", own("456,838! 480,844 510,840! 509,890! 452,890!"), SOCK)
        sock.shade(sock.away_side(14, 0))
        sock.line(
            BODY.curve(flipped("458,850 482,856 508,852", 1040) if turned else "458,850 482,856 508,852"), nib=Nib(2)
        )
        shoe = sheet.part(
            f"shoe-{side}", own("449,880! 432,900 432,926! 470,936 512,930! 514,900 510,882! 482,906"), SHOE
        )
        shoe.shade(shoe.where.intersection(shapely.box(0, BODY.at(0, 918)[1], 1024, 1024)))
        shoe.shade(area(own("444,902 450,896 458,900 452,908")), paint="#e9b0a8")
        sheet.part(f"strap-{side}", own("450,886! 480,876 511,884! 512,894! 480,888 447,896!"), SHOE, THIN)


SKIRT = "456,600! 436,670 388,766! 410,786 436,790! 462,800 492,802! 520,808 548,802! 578,800 604,790! 630,786 652,766! 604,670 584,600! 520,612!"


def dress(sheet: Sheet) -> None:
    neck = sheet.part("neck", BODY.shape("490,480! 492,516 520,540 548,516 550,480!"), SKIN)
    neck.shade(neck.where, paint=SKIN_SHADE)
    sheet.part(
        "blouse", BODY.shape("474,506! 452,560 450,620! 590,620! 588,560 566,506! 546,520 520,530 494,520!"), CREAM
    )
    skirt = sheet.part("skirt", BODY.shape(SKIRT), DRESS)
    for text in (
        "436,790 452,730 470,650",
        "492,802 498,740 502,660",
        "548,802 542,740 538,660",
        "604,790 588,730 570,650",
    ):
        skirt.line(BODY.curve(text), nib=Nib(2.8, lift_out=90, tip=0.1))
        skirt.shade(leaf(BODY.curve(text), 22, root=0.9))
    skirt.line(
        BODY.curve("396,748 420,768 440,772 466,782 494,784 520,790 546,784 574,782 600,772 620,768 644,748"),
        nib=Nib(2),
    )
    skirt.shade(skirt.away_side(18, 2))
    bib = sheet.part("bib", BODY.shape("478,548! 520,556 562,548! 570,580 588,606! 520,620 452,606! 470,580"), DRESS)
    bib.shade(bib.away_side(10, 6))
    for side, text in (("left", STRAP), ("right", flipped(STRAP, 1040))):
        sheet.part(f"strap-{side}-top", BODY.shape(text), DRESS, Nib(3))
    for right in (488, 552):
        button = sheet.part(f"button-{right}", BODY.oval((right, 566), 8, 8), GOLD, Nib(2.4))
        button.shade(button.away_side(3, 3))
    sheet.part("pocket", BODY.shape("496,660! 520,664 544,660! 546,690 520,706 494,690"), CREAM, Nib(2.8))
    sheet.part("heart", BODY.shape("520,694! 506,682 508,672 520,678! 532,672 534,682"), RED, Nib(2))
    for side, text in (("left", COLLAR), ("right", flipped(COLLAR, 1040))):
        flap = sheet.part(f"collar-{side}", BODY.shape(text), CREAM, Nib(3))
        flap.shade(flap.away_side(4, 5))


STRAP = "476,562! 472,540 478,514! 496,514! 492,540 496,562!"
COLLAR = "520,536! 498,520 476,502! 458,524 468,550 496,556 516,548"


def head(sheet: Sheet) -> None:
    face = sheet.part("face", HEAD.shape(FACE), SKIN)
    for name in ("blouse", "collar-left", "collar-right", "bib"):
        sheet[name].shade(moved(face.where, 6, 26))
    style = EyeStyle("#5aa35c", "#e2ff9a", wide=106, high=116, gaze=(-3, -3), iris_size=(35, 54))
    eye(sheet, "eye-left", HEAD, (344, 458), -1, style, 0.97)
    eye(sheet, "eye-right", HEAD, (496, 458), 1, style)
    face.line(HEAD.curve("412,517 419,522 426,517"), nib=Nib(2.4, lift_in=6, lift_out=6))
    mouth = sheet.part("mouth", HEAD.shape("390,538! 420,546 450,538! 444,560 420,576 396,560"), "#b8434f", Nib(3.2))
    tongue = sheet.part("tongue", area(HEAD.oval((420, 574), 22, 14)).intersection(mouth.where), ROSE)
    tongue.black(tongue.where.boundary.buffer(1.0).intersection(mouth.where))
    for centre in ((318, 526), (522, 526)):
        blush(sheet, "face", HEAD.at(*centre), 44)
        dashes = [
            HEAD.curve(f"{centre[0] + step},{centre[1] - 6} {centre[0] + step - 6},{centre[1] + 6}")
            for step in (-12, 2, 16)
        ]
        face.line(*dashes, nib=Nib(2.0, lift_in=4, lift_out=4))


BANG = Nib(3.6, lift_in=200, tip=0.0)
BANGS = (
    ("bang-1", "300,200 240,280 226,360 262,440", "350,220 310,300 290,370 262,440"),
    ("bang-2", "500,190 560,270 590,350 580,440", "560,210 620,290 622,370 580,440"),
    ("bang-3", "350,180 290,250 272,330 302,416", "400,190 370,270 350,350 302,416"),
    ("bang-4", "470,180 520,250 550,330 540,416", "520,190 572,260 592,340 540,416"),
    ("bang-5", "390,160 340,240 330,320 368,404", "420,170 410,260 400,340 368,404"),
    ("bang-6", "440,170 452,250 462,330 480,412", "480,180 524,260 542,330 480,412"),
    ("bang-7", "410,150 392,240 400,330 430,420", "440,160 460,250 470,330 430,420"),
)


SIDES = (
    ("side-left", "246,300 222,400 236,490 282,576", "300,300 284,400 272,480 282,576"),
    ("side-right", "548,300 560,400 572,480 562,576", "600,300 620,400 606,490 562,576"),
)


def front_hair(sheet: Sheet) -> None:
    locks(sheet, HEAD, SIDES, HAIRC)
    outline = HEAD.shape(
        "226,420! 218,320 258,216 330,144 420,116 510,144 582,216 622,320 614,420! 570,350 500,336 420,330 340,336 280,350!"
    )
    sheet.part("cap", outline, HAIRC, nib=None).ink(outline.between(0, 8), INK)
    locks(sheet, HEAD, BANGS, HAIRC, BANG)
    hair = [part for part in sheet.parts if part.name.startswith(("bang", "cap"))]
    ring = halo(
        HEAD.curve("238,320 310,250 420,226 530,250 602,320"), HEAD.at(420, 0), 26, 34, np.random.default_rng(5)
    )
    for each in hair:
        each.shade(ring, paint="#e3ae8d")
    sheet["face"].shade(*(moved(part.where, 5, 18) for part in hair[1:]), paint=SKIN_SHADE)
    brow(sheet, "brow-left", HEAD, "384,374 350,360 312,370", 7)
    brow(sheet, "brow-right", HEAD, "456,374 490,360 530,370", 7)
    for side, right in (("left", 244), ("right", 596)):
        bow(
            sheet,
            f"tie-{side}",
            Frame(stretch(0.4, 0.4).then(turn(-60 if side == "left" else 60)).then(move(right, 300)).then(HEAD.place)),
            RED,
            Nib(3.4, shadow=0.2),
        )


def arms(sheet: Sheet) -> None:
    fore = sheet.part("forearm-left", BODY.shape("410,580! 372,616 340,634! 360,668! 402,648 446,604!"), SKIN)
    fore.shade(fore.away_side(4, 12), paint=SKIN_SHADE)
    wand(sheet)
    fist = sheet.part("hand-left", BODY.shape("318,640 326,618 346,612 366,622 374,644 364,666 342,672 324,662"), SKIN)
    fist.line(BODY.curve("320,644 330,646 340,642"), BODY.curve("324,657 334,657 342,652"), nib=Nib(2.4, lift_out=10))
    sleeve(
        sheet,
        "left",
        "474,510! 436,514 402,548 396,586! 424,604 454,606! 466,570",
        "396,586! 420,604 456,606! 452,618 420,618 392,602!",
    )
    lower = sheet.part("forearm-right", BODY.shape("594,602! 620,636 640,672! 672,656! 660,620 640,584!"), SKIN)
    lower.shade(lower.away_side(8, 6), paint=SKIN_SHADE)
    hand = sheet.part(
        "hand-right", BODY.shape("636,664! 622,668 618,684! 632,686! 636,704 656,712 674,702 682,680 672,656!"), SKIN
    )
    hand.line(BODY.curve("654,710 652,698 654,690"), BODY.curve("668,704 666,694 666,688"), nib=Nib(2.4, lift_out=10))
    sleeve(
        sheet,
        "right",
        "566,510! 604,514 638,548 644,586! 616,604 586,606! 574,570",
        "644,586! 620,604 584,606! 588,618 620,618 648,602!",
    )


def sleeve(sheet: Sheet, side: str, puff: str, cuff: str) -> None:
    part = sheet.part(f"sleeve-{side}", BODY.shape(puff), CREAM)
    part.shade(part.away_side(12, 8))
    ends = ("408,590 418,572 424,560", "436,602 440,586 446,572", "462,530 448,534 438,542")
    part.line(*(BODY.curve(text if side == "left" else flipped(text, 1040)) for text in ends), nib=FOLD)
    sheet.part(f"cuff-{side}", BODY.shape(cuff), DRESS, Nib(3))


def wand(sheet: Sheet) -> None:
    stalk = stroke(PAGE.curve("446,704 424,636 384,560 316,520 254,530"), Nib(8))
    sheet.part("stalk", stalk, BUSH).black(stalk.boundary.buffer(1.3))
    head = sheet.part("foxtail", tuft(FOXTAIL, 12, 0.08, 0.0).transformed(move(-38, 14)), YELLOW, Nib(2.8, shadow=0.2))
    head.shade(head.away_side(8, 10))


FOXTAIL = (
    "312,528 300,540 296,534 280,556 274,546 256,572 250,560 232,580 226,566 206,578 206,560 190,556 "
    "204,544 196,530 216,524 214,508 236,508 240,490 258,496 268,482 282,494 296,486 304,500 318,502"
)


def flowers(sheet: Sheet) -> None:
    for index, (right, down, size, colour) in enumerate(BLOOMS):
        daisy(sheet, f"flower-{index}", Frame(stretch(size, size).then(move(right, down))), colour)


BLOOMS = (
    (860, 906, 1.0, "#ffffff"),
    (918, 866, 0.8, PINKS),
    (780, 960, 1.1, PINKS),
    (990, 980, 1.0, "#ffffff"),
    (470, 930, 0.9, PINKS),
    (420, 984, 1.0, "#ffffff"),
    (36, 800, 0.7, PINKS),
    (760, 836, 0.6, "#ffffff"),
    (600, 1000, 0.8, "#ffffff"),
)


def daisy(sheet: Sheet, name: str, own: Frame, colour: str) -> None:
    petals = [
        area(own.oval((15 * np.cos(angle), 13 * np.sin(angle)), 10, 8, float(np.degrees(angle))))
        for angle in np.arange(6) * np.pi / 3 + 0.3
    ]
    for index, petal in enumerate(petals):
        part = sheet.part(f"{name}-{index}", petal, colour)
        part.black(petal.boundary.buffer(1.1)).shade(part.away_side(3, 4))
    sheet.part(f"{name}-heart", own.oval((0, 0), 8, 7), YELLOW, Nib(2.2))


TITLE = "A small girl and her cat"
WISHES = Wishes(
    dabs=[
        (120, 60, 18),
        (160, 200, 14),
        (560, 470, 8),
        (514, 418, 6),
        (672, 412, 6),
        (600, 466, 5),
        (604, 740, 14),
        (520, 560, 12),
        (440, 600, 5),
        (548, 912, 7),
        (425, 207, 6),
        (220, 540, 10),
        (200, 748, 10),
        (145, 600, 6),
        (862, 612, 16),
        (140, 858, 4),
    ],
    strokes=[
        (((440, 320), (456, 260)), 8),
        (((310, 260), (270, 350)), 9),
        (((860, 240), (905, 330)), 9),
        (((62, 896), (94, 928)), 7),
        (((880, 800), (960, 820)), 12),
        (((300, 880), (290, 910)), 6),
    ],
)
OTHER = {
    HAIRC: "#f0b9c8",
    SKIN: "#fbe0cc",
    DRESS: "#7a6fc0",
    CREAM: "#fff9d8",
    SHOE: "#3c3c5c",
    SKY: "#f9c9b0",
    GRASS: "#d9c67a",
    BUSH: "#c98a5a",
    CAT_FUR: "#a7abb8",
    RED: "#3fa7c9",
    YELLOW: "#f4b03c",
    "#ffffff": "#fff4ee",
    ROSE: "#f3a3a0",
    "#5aa35c": "#9a5fc0",
}
