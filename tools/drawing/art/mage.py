"""A young mage with a pointed hat, and a small dragon on her books."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from drawing.art.dragon import BELLY, CREAM, SCALE, WING, dragon
from drawing.curves import Frame, move, oval, stretch, turn
from drawing.face import EyeStyle, blush, brow, eye
from drawing.hair import locks
from drawing.hints import Wishes
from drawing.ink import Nib, area, leaf, stroke
from drawing.props import FOLD
from drawing.sheet import HAIR, Sheet, moved

MINT, SKIN, HAT, GOLD, ROBE, LINING = "#8fd6c4", "#fee3d2", "#6a4a92", "#f0c04f", "#54508f", "#c65a7e"
NIGHT, RING, WOOD, DESK, CRYSTAL = "#8d93d6", "#a9b2ea", "#9a6a48", "#c58f5e", "#7fe3f2"
BOOK_A, BOOK_B = "#4f8f86", "#b8485c"
SKIN_SHADE = "#f1b2a2"
THIN = Nib(2.2, shadow=0.2)
PAGE = Frame(move(0, 0))
HEAD = Frame(move(-420, -600).then(stretch(0.86, 0.86)).then(turn(4)).then(move(366, 540)))
HATTED = Frame(turn(-3, (360, 280)))
FACE = "554,300 562,380 561,436 551,488 526,536 486,578 456,594 428,587 368,554 316,506 289,446 280,380 288,300 420,220"


def draw() -> Sheet:
    sheet = Sheet(1024, 832)
    background(sheet)
    back_hair(sheet)
    robe(sheet)
    head(sheet)
    side_hair(sheet)
    bangs(sheet)
    hat(sheet)
    staff(sheet)
    desk(sheet)
    dragon(sheet)
    crystal_light(sheet)
    return sheet


def background(sheet: Sheet) -> None:
    night = sheet.part("night", shapely.box(0, 0, 1024, 832), NIGHT)
    night.light(night.where, paint=sheet.fade((512, 0), (512, 700), "#3f3f96", 0.75))
    disc = sheet.part("ring", oval((668, 330), 296, 296), RING, THIN)
    disc.line(oval((668, 330), 274, 274), nib=Nib(1.8))
    disc.light(disc.where, paint=sheet.glow((668, 150), 420, "#fff3c9", 0.75))
    for index, (right, down, size) in enumerate(STARS):
        own = Frame(stretch(size, size).then(move(right, down)))
        star = sheet.part(f"star-{index}", own.shape("0,-20! 4,-5 20,0! 5,4 0,20! -4,5 -20,0! -5,-4"), GOLD, THIN)
        star.light(star.where, paint="#fffbe0", opacity=0.4)


STARS = (
    (60, 60, 0.9),
    (100, 190, 0.6),
    (40, 420, 0.8),
    (110, 520, 0.5),
    (520, 60, 0.6),
    (560, 180, 0.9),
    (960, 70, 1.0),
    (900, 180, 0.6),
    (984, 300, 0.8),
    (760, 330, 0.7),
    (610, 430, 0.6),
    (820, 80, 0.7),
    (716, 480, 0.9),
)
BACK = (
    "420,200 300,240 246,330 234,440 214,540 170,640 124,720 92,790! 128,780 110,840 70,900! 180,940 400,1000! 640,960! "
    "690,900 676,840! 710,862 700,780 664,690 636,580 616,460 600,340 540,240"
)


def back_hair(sheet: Sheet) -> None:
    back = sheet.part("hair-back", HEAD.shape(BACK), MINT)
    back.shade(area(HEAD.shape("290,420! 270,560 220,720 190,900! 660,900! 640,720 596,580 580,420!")))
    for text in (
        "236,460 220,560 180,660 150,740",
        "614,480 632,580 660,680 680,760",
        "246,520 230,600 196,690 176,780",
    ):
        back.line(HEAD.curve(text), nib=HAIR)


CAPE = "306,548! 246,572 194,606 160,660 134,752! 190,782 280,800 376,804 470,796 560,774 604,750! 580,660 548,606 500,572 440,548! 410,580 372,592 336,580"


def robe(sheet: Sheet) -> None:
    neck = sheet.part(
        "neck", PAGE.shape("342,480! 344,540 330,570 300,590! 372,650! 450,590! 420,570 408,540 412,480!"), SKIN
    )
    neck.shade(moved(area(HEAD.shape(FACE)), -4, 34), paint=SKIN_SHADE)
    sheet.part("robe", PAGE.shape("306,560! 200,640 170,700 150,860! 600,860! 570,700 540,640 446,560! 372,650!"), ROBE)
    sheet["robe"].line(PAGE.curve("372,780 374,850"), nib=Nib(3))
    sleeve = sheet.part(
        "sleeve", PAGE.shape("520,690! 576,704 618,690! 652,700 690,692! 716,740 748,830! 520,830! 540,760"), ROBE
    )
    sleeve.shade(leaf(PAGE.curve("640,704 640,760 600,830"), 40), sleeve.away_side(18, 0))
    sleeve.line(PAGE.curve("634,712 632,750 610,800"), PAGE.curve("676,712 690,750 700,790"), nib=FOLD)
    cape = sheet.part("cape", PAGE.shape(CAPE), HAT)
    for text in (
        "232,776 240,720 260,660",
        "318,800 324,740 330,690",
        "440,796 436,740 428,690",
        "530,780 520,720 500,660",
        "176,764 188,720 204,690",
    ):
        cape.line(PAGE.curve(text), nib=Nib(2.8, lift_in=4, lift_out=90, tip=0.1))
        cape.shade(leaf(PAGE.curve(text), 26, root=0.9))
    cape.shade(cape.away_side(16, -2))
    hem = stroke(PAGE.curve("124,738 190,766 280,784 376,788 470,780 556,758 612,734"), Nib(7)).intersection(cape.where)
    sheet.part("trim", hem, GOLD).black(hem.boundary.buffer(0.9).intersection(cape.where))
    collar(sheet)


def collar(sheet: Sheet) -> None:
    for name, text in (
        ("left", "330,530! 292,548 272,590! 320,626 366,642! 350,590 330,530!"),
        ("right", "420,530! 456,548 476,590! 428,626 380,642! 402,590 420,530!"),
    ):
        flap = sheet.part(f"collar-{name}", PAGE.shape(text), LINING)
        flap.shade(flap.away_side(9, 3))
        flap.line(PAGE.curve("320,552 318,592 330,620" if name == "left" else "428,552 432,592 420,620"), nib=FOLD)
    sheet["cape"].shade(*(moved(sheet[f"collar-{name}"].where, 8, 14) for name in ("left", "right")))
    brooch = sheet.part("brooch", oval((373, 640), 22, 24), GOLD, Nib(3.2, shadow=0.3))
    brooch.shade(brooch.away_side(5, 5))
    gem = sheet.part("gem", oval((373, 640), 12, 14), CRYSTAL, Nib(2.4))
    gem.shade(gem.away_side(5, 6)).light(area(oval((369, 634), 4, 4)))


def head(sheet: Sheet) -> None:
    face = sheet.part("face", HEAD.shape(FACE), SKIN)
    style = EyeStyle("#a8489c", "#ffc2ea", wide=106, high=104, slant=3, gaze=(5, -3), iris_size=(33, 54))
    eye(sheet, "eye-left", HEAD, (370, 464), -1, style)
    eye(sheet, "eye-right", HEAD, (509, 464), 1, style, 0.86)
    face.line(HEAD.curve("459,526 464,533 456,536"), nib=Nib(2.6, lift_in=6, lift_out=6))
    blush(sheet, "face", HEAD.at(350, 536), 42)
    blush(sheet, "face", HEAD.at(508, 538), 34)
    sheet.part("mouth", HEAD.shape("428,552! 452,558 482,549! 474,570 456,576 438,568"), "#b8434f", Nib(3))


SIDES = (
    ("lock-left-a", "256,340 240,440 224,540 180,640 176,740", "300,340 290,440 280,560 240,640 176,740"),
    ("lock-left-b", "266,340 250,440 262,540 250,640 276,720", "304,340 290,440 300,540 292,640 276,720"),
    ("lock-right-a", "560,340 580,440 580,540 612,640 640,720", "604,340 620,440 630,540 660,620 640,720"),
    ("lock-right-b", "552,340 566,420 556,500 576,580 560,680", "600,340 610,420 600,500 612,590 560,680"),
)
STRANDS = (
    "250,440 252,540 224,640",
    "276,440 280,540 272,640",
    "600,440 606,540 630,640",
    "588,440 582,520 590,590",
)


def side_hair(sheet: Sheet) -> None:
    locks(sheet, HEAD, SIDES, MINT)
    for part in [part for part in sheet.parts if part.name.startswith("lock-")]:
        part.line(*(HEAD.curve(text) for text in STRANDS), nib=HAIR)


BANG = Nib(3.6, lift_in=120, tip=0.0)
BANGS = (
    ("bang-1", "300,280 256,340 244,420 272,510", "350,280 316,340 304,420 272,510"),
    ("bang-2", "500,280 560,340 584,410 572,490", "560,280 606,340 616,410 572,490"),
    ("bang-3", "350,280 300,340 288,390 314,448", "410,280 374,340 356,400 314,448"),
    ("bang-4", "480,280 524,340 550,390 542,440", "520,280 576,340 588,390 542,440"),
    ("bang-5", "380,280 352,340 352,380 366,416", "420,280 404,340 394,380 366,416"),
    ("bang-6", "450,280 476,340 494,390 490,428", "500,280 530,340 526,386 490,428"),
    ("bang-7", "410,280 398,340 404,396 438,450", "460,280 474,340 472,396 438,450"),
)


def bangs(sheet: Sheet) -> None:
    locks(sheet, HEAD, BANGS, MINT, BANG)
    hair = [part for part in sheet.parts if part.name.startswith("bang")]
    sheet["face"].shade(*(moved(part.where, 5, 18) for part in hair), paint=SKIN_SHADE)
    brow(sheet, "brow-left", HEAD, "410,388 372,370 328,384", 7)
    brow(sheet, "brow-right", HEAD, "474,386 504,368 538,380", 7)


CONE = "216,262! 240,190 276,128 290,86 266,62 220,66 168,100! 184,44 244,10 320,16 384,60 436,140 506,240! 440,280 330,290"
BRIM = (
    "62,318! 150,336 250,336 360,326 470,318 570,300 660,250! 610,240 560,244 506,240! 430,272 330,282 216,262! 150,276"
)


def hat(sheet: Sheet) -> None:
    for part in [part for part in sheet.parts if part.name.startswith(("bang", "lock"))] + [sheet["face"]]:
        part.shade(moved(area(HATTED.shape(BRIM)), 4, 24), paint=SKIN_SHADE if part.name == "face" else None)
    cone = sheet.part("cone", HATTED.shape(CONE), HAT)
    cone.shade(
        area(
            HATTED.shape("330,300! 420,250 430,170 380,90 320,40 260,36 214,56! 260,10 340,10 400,60 460,150 540,250!")
        )
    )
    cone.shade(
        leaf(HATTED.curve("292,92 330,104 350,130"), 24, root=0.8),
        leaf(HATTED.curve("266,62 300,66 324,58"), 14, root=0.8),
    )
    for text in (
        "290,88 326,100 346,124",
        "282,112 310,128 322,150",
        "268,62 296,64 318,54",
        "240,196 262,206 286,204",
        "450,166 424,172 404,188",
    ):
        cone.line(HATTED.curve(text), nib=FOLD)
    band = area(HATTED.shape("208,264! 222,216! 330,246 470,192! 520,250! 440,290 330,296"))
    strip = sheet.part("band", band.intersection(cone.where), GOLD)
    strip.black(strip.where.boundary.buffer(1.7).intersection(cone.where)).shade(
        strip.away_side(0, 12), strip.where.intersection(_right_of(430))
    )
    brim = sheet.part("brim", HATTED.shape(BRIM), HAT)
    brim.shade(moved(cone.where, 10, 12), brim.away_side(2, 16))
    brim.line(HATTED.curve("96,316 170,322 230,322"), HATTED.curve("620,266 560,286 500,300"), nib=FOLD)
    moon = HATTED.shape("352,204! 318,214 308,250 330,276 362,274! 340,262 332,236 352,204!")
    sheet.part("hat-moon", moon, CREAM, Nib(2.8, shadow=0.2))


def _right_of(edge: float) -> BaseGeometry:
    return shapely.box(edge, 0, 2000, 2000)


def staff(sheet: Sheet) -> None:
    palm = sheet.part("palm", PAGE.shape("626,700! 628,660 634,626 650,612 674,612 690,626 694,660 684,700!"), SKIN)
    palm.shade(palm.away_side(12, 4), paint=SKIN_SHADE)
    rod = sheet.part("rod", PAGE.shape("638,840! 644,560 652,310 654,270! 675,270! 673,310 664,560 660,840!"), WOOD)
    rod.shade(rod.away_side(7, 0))
    for down in (350, 430, 520, 580):
        rod.line(
            PAGE.curve(
                f"{667 - down * 0.018},{down} {665 - down * 0.018},{down + 20} {668 - down * 0.018},{down + 44}"
            ),
            nib=Nib(2, lift_in=10, lift_out=16),
        )
    curl(sheet)
    for index in range(4):
        down = 640 + 17 * index
        finger = sheet.part(
            f"finger-{index}",
            PAGE.shape(
                f"684,{down - 9}! 660,{down - 10} 640,{down - 8} 631,{down} 640,{down + 8} 660,{down + 9} 684,{down + 8}!"
            ),
            SKIN,
            nib=None,
        )
        finger.ink(
            PAGE.curve(
                f"684,{down - 9} 660,{down - 10} 640,{down - 8} 631,{down} 640,{down + 8} 660,{down + 9} 684,{down + 8}"
            ),
            Nib(3.2, lift_in=18, lift_out=18),
        )
        finger.shade(finger.away_side(-2, 4), paint=SKIN_SHADE)
    thumb = sheet.part(
        "thumb", PAGE.shape("690,640! 676,622 656,612 638,612 634,622 646,630 664,634 680,650!"), SKIN, nib=None
    )
    thumb.ink(PAGE.curve("690,640 676,622 656,612 638,612 634,622 646,630 664,634"), Nib(3.4, lift_out=14))
    cuff = sheet.part("cuff", PAGE.shape("612,690! 650,702 696,688! 700,712! 652,726 610,714!"), GOLD, Nib(3.4))
    cuff.shade(cuff.away_side(10, 8))


def curl(sheet: Sheet) -> None:
    crook = stroke(
        PAGE.curve("662.6,310 665,250 672,190 704,148 726,106 712,58 668,40 626,58 616,98 634,124"),
        Nib(21.5, lift_out=220, tip=0.2),
    )
    wood = sheet.part("crook", crook, WOOD)
    wood.black(crook.boundary.buffer(1.9).difference(shapely.box(653.5, 290, 671.5, 330))).shade(wood.away_side(6, 4))
    halo_paint = sheet.glow((670, 96), 130, "#c9fbff", 0.9)
    for name in ("night", "ring"):
        sheet[name].light(sheet[name].where, paint=halo_paint)
    crystal = sheet.part("crystal", PAGE.shape("670,50! 692,88! 672,140! 650,92!"), CRYSTAL, Nib(3.2, shadow=0.2))
    crystal.shade(area(PAGE.shape("672,88! 692,88! 672,140!")))
    crystal.line(
        PAGE.curve("670,50 672,92 672,140"), PAGE.curve("650,92 672,94"), PAGE.curve("672,94 692,88"), nib=Nib(1.8)
    )
    crystal.light(area(PAGE.shape("668,60! 668,90! 654,91!")), opacity=0.75)


def desk(sheet: Sheet) -> None:
    top = sheet.part("desk", PAGE.shape("-10,776! 1034,776! 1034,860! -10,860!"), DESK)
    for text in ("-10,800 200,804 420,798", "500,812 760,806 1030,814", "120,822 300,826 480,820"):
        top.line(PAGE.curve(text), nib=Nib(2, lift_in=60, lift_out=60))
    top.shade(area(oval((850, 806), 170, 16)), area(oval((104, 812), 84, 14)), area(oval((400, 776), 300, 16)))
    flask(sheet)
    for index, (text, colour) in enumerate(
        (
            ("716,772! 984,768! 992,788 986,808! 718,808! 708,790", BOOK_A),
            ("738,734! 968,738! 974,754 966,770! 736,772! 728,752", BOOK_B),
        )
    ):
        book = sheet.part(f"book-{index}", PAGE.shape(text), colour)
        book.shade(book.away_side(4, 10))
        for left in (760, 930):
            band = shapely.box(left, 700, left + 12, 830).intersection(book.where)
            sheet.part(f"book-band-{index}-{left}", band, GOLD).black(
                band.boundary.buffer(1.1).intersection(book.where)
            )


def flask(sheet: Sheet) -> None:
    glass = sheet.part(
        "glass",
        PAGE.shape("82,640! 84,692 46,726 36,770 60,806! 104,814 148,806! 172,770 160,726 124,692 126,640!"),
        CREAM,
    )
    drink = sheet.part(
        "potion",
        PAGE.shape("44,744! 74,750 104,742 134,748 164,744! 166,776 144,800 104,806 64,800 42,776"),
        LINING,
        THIN,
    )
    drink.shade(drink.away_side(16, 8)).light(area(oval((70, 772), 7, 12, 20)), opacity=0.8)
    for right, down, size in ((104, 770, 7), (128, 762, 5), (116, 786, 4)):
        drink.line(oval((right, down), size, size), nib=Nib(2))
    glass.shade(glass.away_side(10, 4)).line(PAGE.curve("58,724 46,750 50,776"), nib=Nib(2.2, lift_in=10, lift_out=10))
    cork = sheet.part("cork", PAGE.shape("86,616! 104,612 122,616! 124,648! 104,652 84,648!"), WOOD)
    cork.shade(cork.away_side(10, 0))
    sheet.part("lip", PAGE.shape("74,640! 104,648 134,640! 136,656! 104,664 72,656!"), CREAM, Nib(3.2))


def crystal_light(sheet: Sheet) -> None:
    """A cold rim on what faces the crystal."""
    for part in [sheet[name] for name in ("cone", "brim", "lock-right-a", "cape", "dragon-head")]:
        side = 7 if part.name == "dragon-head" else -7
        part.light(part.where.difference(moved(part.where, side, 5)), paint="#b8f6ff", opacity=0.5)


TITLE = "A mage and a small dragon"
WISHES = Wishes(
    dabs=[
        (60, 300, 18),
        (960, 560, 16),
        (600, 300, 16),
        (300, 150, 14),
        (252, 246, 5),
        (350, 490, 8),
        (334, 456, 5),
        (450, 462, 5),
        (330, 262, 6),
        (300, 590, 8),
        (800, 480, 8),
        (814, 650, 7),
        (736, 790, 7),
        (850, 746, 5),
        (104, 690, 8),
        (80, 790, 6),
        (672, 90, 4),
        (560, 800, 10),
        (660, 658, 5),
        (692, 745, 5),
    ],
    strokes=[
        (((238, 400), (232, 460)), 5),
        (((205, 490), (190, 550)), 5),
        (((260, 720), (300, 730)), 10),
        (((660, 420), (656, 520)), 4),
    ],
)
OTHER = {
    MINT: "#f2a65e",
    SKIN: "#eec39f",
    HAT: "#2f6b66",
    GOLD: "#d9dce4",
    ROBE: "#8a3d52",
    LINING: "#e9d9b0",
    NIGHT: "#f3c9a8",
    RING: "#fbe3c4",
    WOOD: "#5c4a52",
    DESK: "#8c6a78",
    CRYSTAL: "#ff9bb8",
    SCALE: "#6fae6a",
    BELLY: "#f2efb8",
    WING: "#b48fd6",
    BOOK_A: "#3f5f9a",
    BOOK_B: "#d99a3c",
    "#a8489c": "#3f8f5c",
    "#5fae7c": "#d98a2b",
}
