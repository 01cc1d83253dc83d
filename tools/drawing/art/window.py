"""A window on a bright morning: a plant, a mug, an open book. No people."""

from __future__ import annotations

import shapely

from drawing.curves import Frame, Path, move, oval, stretch, turn
from drawing.hints import Wishes
from drawing.ink import Nib, area, leaf, stroke
from drawing.sheet import INK, Sheet, moved

WALL, FRAME, SKY, CLOUD, HILL, TOWN = "#f6d9b8", "#fbf7ee", "#a9dcf2", "#ffffff", "#a5cf8f", "#f3e6cf"
ROOF, CURTAIN, TABLE, LEAF, POT, MUG = "#d9776a", "#f3a9a0", "#c48a5c", "#5faa74", "#d97f56", "#5f8fc4"
PAPER, COVER, TEA, COOKIE, CHOCOLATE, CACTUS = "#fffaf0", "#7a6ab0", "#a8603c", "#e5b06a", "#6b4434", "#8cc49a"
PLATE, GOLD, PINK = "#e6eef6", "#f2c14f", "#f28fa8"
THIN = Nib(2.4, shadow=0.2)
PAGE = Frame(move(0, 0))


def draw() -> Sheet:
    sheet = Sheet(720, 960)
    room(sheet)
    view(sheet)
    panes(sheet)
    curtains(sheet)
    sill(sheet)
    table(sheet)
    plant(sheet)
    book(sheet)
    mug(sheet)
    cookies(sheet)
    sunshine(sheet)
    return sheet


def box(left: float, top: float, right: float, bottom: float) -> Path:
    return PAGE.shape(f"{left},{top}! {right},{top}! {right},{bottom}! {left},{bottom}!")


def room(sheet: Sheet) -> None:
    wall = sheet.part("wall", shapely.box(0, 0, 720, 960), WALL)
    wall.light(wall.where, paint=sheet.fade((360, 0), (360, 760), "#e8a890", 0.5))


def view(sheet: Sheet) -> None:
    sky = sheet.part("sky", box(120, 70, 600, 610), SKY)
    sky.light(sky.where, paint=sheet.fade((360, 600), (360, 160), "#fff6d8", 0.95))
    for name, right, down, size in (("left", 240, 260, 0.8), ("right", 480, 170, 0.95), ("low", 520, 380, 0.6)):
        own = Frame(stretch(size, size).then(move(right, down)))
        cloud = sheet.part(
            f"cloud-{name}",
            own.shape("-120,30! -112,0 -78,-8! -70,-44 -20,-58 14,-34! 50,-46 78,-22 76,0! 110,0 122,30!"),
            CLOUD,
            THIN,
        )
        cloud.shade(area(own.shape("-120,30! -80,12 -20,22 60,10 122,30!")), depth=0.6)
    hill = sheet.part(
        "hill",
        PAGE.shape("100,640! 100,520! 160,490 230,470 320,500 400,520 470,480 540,450 620,470! 620,640!"),
        HILL,
        THIN,
    )
    hill.shade(hill.away_side(-30, -24))
    for index, (left, top, wide) in enumerate(
        ((300, 520, 60), (376, 500, 70), (452, 530, 56), (240, 540, 54), (520, 520, 66))
    ):
        house(sheet, f"house-{index}", left, top, wide)


def house(sheet: Sheet, name: str, left: float, top: float, wide: float) -> None:
    wall = sheet.part(name, box(left, top, left + wide, 640), TOWN, THIN)
    wall.shade(shapely.box(left + 0.62 * wide, top, left + wide, 640))
    peak = f"{left - 8},{top + 6}! {left + wide / 2},{top - 34}! {left + wide + 8},{top + 6}!"
    roof = sheet.part(f"{name}-roof", PAGE.shape(peak), ROOF, THIN)
    roof.shade(
        area(PAGE.shape(f"{left + wide / 2},{top - 34}! {left + wide + 8},{top + 6}! {left + 0.62 * wide},{top + 6}!"))
    )
    for row in (top + 18, top + 50):
        sheet.part(f"{name}-light-{row:.0f}", box(left + 0.22 * wide, row, left + 0.5 * wide, row + 18), SKY, Nib(2))


def panes(sheet: Sheet) -> None:
    outer, inner = shapely.box(96, 46, 624, 634), shapely.box(122, 72, 598, 608)
    bars = shapely.union_all([shapely.box(350, 60, 370, 620), shapely.box(110, 318, 610, 336)])
    cut = outer.difference(inner).union(bars)
    frame = sheet.part("frame", cut, FRAME)
    frame.black(stroke(box(96, 46, 624, 634), INK))
    for left, right in ((122, 350), (370, 598)):
        for top, bottom in ((72, 318), (336, 608)):
            hole = box(left, top, right, bottom)
            frame.ink(hole, Nib(3.2))
            frame.shade(
                shapely.box(left - 5, top - 5, right + 5, bottom + 5)
                .difference(shapely.box(left, top, right, bottom))
                .difference(shapely.box(left - 9, top - 9, right, bottom))
            )
    glass = shapely.union_all(
        [
            area(PAGE.shape(text))
            for text in (
                "150,300! 250,90! 290,90! 190,300!",
                "400,590! 500,350! 560,350! 460,590!",
                "520,300! 590,150! 590,190! 540,300!",
            )
        ]
    )
    for part in [part for part in sheet.parts if part.name.startswith(("sky", "cloud", "hill", "house"))]:
        part.light(glass, opacity=0.28)


CLOTH = "40,40! 40,200 46,360 70,480 60,560 24,700! 20,760! -40,760! -40,40!"


def curtains(sheet: Sheet) -> None:
    for side in ("left", "right"):
        own = PAGE if side == "left" else Frame(stretch(-1, 1, (360, 0)))
        drape = sheet.part(
            f"curtain-{side}",
            own.shape("168,30! 172,160 150,300 104,410 84,450! 110,540 120,640 116,760! -20,770! -20,30!"),
            CURTAIN,
        )
        for text in (
            "140,40 140,170 116,310 74,440",
            "104,40 104,180 84,320 60,438",
            "66,40 66,180 56,320 44,436",
            "30,40 30,200 30,330 26,440",
            "70,470 88,560 92,750",
            "44,470 58,580 60,750",
            "24,470 28,600 26,750",
        ):
            drape.line(own.curve(text), nib=Nib(2.8, lift_in=6, lift_out=60, tip=0.15))
            drape.shade(leaf(own.curve(text), 24, root=0.8))
        tie = sheet.part(
            f"tie-{side}",
            own.shape("-20,430! 40,436 96,428! 100,452! 90,470! 40,474 -20,466!"),
            GOLD,
            Nib(3.4, shadow=0.2),
        )
        tie.shade(tie.away_side(0, 12))
    rod = sheet.part("rod", PAGE.shape("-20,24! 740,24! 740,44! -20,44!"), TABLE, Nib(3.4))
    rod.shade(shapely.box(-20, 35, 740, 44))
    for index, right in enumerate((20, 56, 92, 128, 164, 556, 592, 628, 664, 700)):
        sheet.part(f"ring-{index}", oval((right, 36), 9, 14), GOLD, Nib(3))


def sill(sheet: Sheet) -> None:
    ledge = sheet.part("sill", box(70, 634, 650, 672), FRAME)
    ledge.shade(shapely.box(70, 658, 650, 672))
    pot = sheet.part("small-pot", PAGE.shape("436,566! 508,566! 498,634! 446,634!"), PINK, Nib(3.6, shadow=0.25))
    pot.shade(pot.away_side(16, 2))
    rim = sheet.part("small-rim", box(430, 552, 514, 572), PINK, Nib(3.6, shadow=0.25))
    rim.shade(rim.away_side(14, 5))
    ball = sheet.part(
        "cactus", PAGE.shape("442,552! 432,520 440,482 472,466 504,482 512,520 502,552!"), CACTUS, Nib(3.6, shadow=0.25)
    )
    ball.shade(ball.away_side(14, 6))
    for text in ("472,468 470,510 472,550", "456,472 448,512 454,550", "488,472 496,512 490,550"):
        ball.line(PAGE.curve(text), nib=Nib(2.2, lift_in=8, lift_out=8))
    for right, down in ((446, 500), (462, 520), (482, 500), (480, 534), (500, 516), (446, 534)):
        ball.line(
            PAGE.curve(f"{right - 4},{down - 3} {right + 4},{down + 3}"),
            PAGE.curve(f"{right + 4},{down - 3} {right - 4},{down + 3}"),
            nib=Nib(1.8),
        )
    for index, angle in enumerate((-60, 60, -25, 25)):
        own = Frame(turn(angle).then(move(472, 470)))
        sheet.part(f"cactus-petal-{index}", own.shape("0,2! -10,-10 0,-26! 10,-10"), GOLD, Nib(2.4))


def table(sheet: Sheet) -> None:
    top = sheet.part("table", box(-10, 776, 730, 980), TABLE)
    top.light(top.where, paint=sheet.fade((360, 776), (360, 960), "#ffd9a0", 0.5))
    for text in (
        "-10,806 160,812 330,806",
        "420,816 560,808 730,814",
        "60,900 200,908 330,900",
        "520,930 620,924 730,930",
        "-10,944 90,938 150,944",
    ):
        top.line(PAGE.curve(text), nib=Nib(2, lift_in=60, lift_out=60))


MONSTERA = (
    "0,0! -30,18 -66,4 -84,-32! -44,-34! -92,-50 -88,-88! -46,-70! -80,-104 -64,-132! -30,-102! -38,-142 0,-168! "
    "38,-142 30,-102! 64,-132! 80,-104 46,-70! 88,-88! 92,-50 44,-34! 84,-32! 66,4 30,18"
)
LEAVES = (
    (112, 560, 0.8, -36, "150,700 132,640 112,560"),
    (250, 590, 0.78, 40, "156,700 200,650 250,590"),
    (70, 660, 0.72, -84, "146,700 110,680 70,660"),
    (256, 690, 0.66, 82, "160,710 210,704 256,690"),
    (176, 540, 0.95, 4, "152,700 166,620 176,540"),
)


def plant(sheet: Sheet) -> None:
    for index, (*_, stem) in enumerate(LEAVES):
        stalk = stroke(PAGE.curve(stem), Nib(9))
        sheet.part(f"stem-{index}", stalk, LEAF).black(stalk.boundary.buffer(1.3))
    for index, (right, down, size, angle, _) in enumerate(LEAVES):
        own = Frame(stretch(size, size).then(turn(angle)).then(move(right, down)))
        blade = sheet.part(f"leaf-{index}", own.shape(MONSTERA), LEAF, Nib(3.6, shadow=0.25))
        blade.shade(area(own.shape("0,0! 0,-168! 100,-150! 110,20! 30,18")))
        blade.line(own.curve("0,4 1,-70 0,-150"), nib=Nib(3, lift_out=60))
        for rise in (-14, -54, -92):
            blade.line(
                own.curve(f"0,{rise} -22,{rise - 8} -40,{rise - 6}"),
                own.curve(f"0,{rise} 22,{rise - 8} 40,{rise - 6}"),
                nib=Nib(2, lift_out=20),
            )
    pot = sheet.part("pot", PAGE.shape("82,720! 226,720! 212,800 196,858! 154,866 112,858! 96,800"), POT)
    pot.shade(pot.away_side(30, 4))
    band = area(PAGE.shape("80,770! 154,782 230,770! 230,796! 154,808 80,796!")).intersection(pot.where)
    sheet.part("pot-band", band, FRAME).black(band.boundary.buffer(1.3).intersection(pot.where)).shade(
        sheet["pot"].away_side(30, 4)
    )
    rim = sheet.part("rim", PAGE.shape("70,692! 154,702 238,692! 236,722! 154,734 72,722!"), POT)
    rim.shade(rim.away_side(26, 8))
    sheet["table"].shade(area(oval((176, 860), 110, 18)))


def book(sheet: Sheet) -> None:
    cover = sheet.part(
        "cover",
        PAGE.shape("196,884! 346,872! 364,880! 384,872! 540,880! 566,958! 384,964! 366,972! 346,964! 166,962!"),
        COVER,
    )
    cover.shade(cover.away_side(4, 8))
    left = sheet.part(
        "page-left",
        PAGE.shape("204,874! 250,862 312,862 364,878! 366,962! 310,948 240,948 178,956!"),
        PAPER,
        Nib(3.4, shadow=0.2),
    )
    right = sheet.part(
        "page-right",
        PAGE.shape("364,878! 414,860 480,860 530,870! 554,950! 490,944 420,946 366,962!"),
        PAPER,
        Nib(3.4, shadow=0.2),
    )
    left.shade(area(PAGE.shape("364,878! 366,962! 346,956! 350,874!")))
    right.shade(area(PAGE.shape("364,878! 366,962! 392,954! 382,872!")), depth=0.6)
    for row in range(4):
        down = 886 + 15 * row
        left.line(PAGE.curve(f"{222 - 5 * row},{down} 270,{down - 6} 336,{down + 2}"), nib=Nib(2.2))
        right.line(PAGE.curve(f"{396},{down + 1} 450,{down - 7} {516 + 4 * row},{down - 4}"), nib=Nib(2.2))
    ribbon = sheet.part(
        "bookmark", PAGE.shape("360,876! 370,876! 378,930 374,982! 362,970! 352,982! 360,930"), PINK, Nib(2.8)
    )
    ribbon.shade(ribbon.away_side(4, 0))
    sheet["table"].shade(moved(cover.where, 10, 10))


def mug(sheet: Sheet) -> None:
    sheet["table"].shade(area(oval((590, 856), 120, 20)))
    ear = stroke(PAGE.curve("640,722 684,716 700,752 680,796 632,806"), Nib(20))
    handle = sheet.part("handle", ear, MUG)
    handle.black(ear.boundary.buffer(2.0)).shade(handle.away_side(4, 7))
    body = sheet.part("mug", PAGE.shape("492,690! 650,690! 648,780 640,836! 616,858 526,858 502,836! 494,780"), MUG)
    body.shade(body.away_side(28, 4))
    body.light(leaf(PAGE.curve("512,716 512,780 520,830"), 14), opacity=0.7)
    stripe = area(PAGE.shape("480,790! 570,804 660,790! 660,814! 570,828 480,814!")).intersection(body.where)
    sheet.part("stripe", stripe, FRAME).black(stripe.boundary.buffer(1.3).intersection(body.where)).shade(
        body.away_side(28, 4)
    )
    heart = sheet.part("mug-heart", PAGE.shape("571,780! 548,758 548,738 571,746! 594,738 594,758"), PINK, Nib(3))
    heart.shade(heart.away_side(6, 4))
    sheet.part("mouth", oval((571, 692), 79, 17), MUG)
    tea = sheet.part("tea", oval((571, 694), 67, 11), TEA, Nib(2.6))
    tea.shade(area(oval((571, 694), 67, 11)).difference(area(oval((571, 700), 62, 9))))
    steam = sheet.part("steam", shapely.Polygon(), None, hides=False)
    for text in (
        "548,672 532,650 552,630 538,606 546,590",
        "576,670 594,646 574,622 590,596 582,572",
        "604,674 618,654 606,636 616,616",
    ):
        steam.ink(PAGE.curve(text), Nib(2.6, lift_in=20, lift_out=40))


def cookies(sheet: Sheet) -> None:
    sheet["table"].shade(area(oval((618, 916), 100, 22)))
    plate = sheet.part("plate", oval((612, 904), 96, 26), PLATE, Nib(3.8, shadow=0.3))
    plate.shade(plate.away_side(4, 10))
    plate.line(oval((612, 900), 70, 17), nib=Nib(2))
    for index, (right, down, wide, high) in enumerate(((586, 892, 38, 18), (640, 890, 38, 18), (612, 872, 38, 18))):
        side = sheet.part(f"cookie-side-{index}", oval((right, down + 7), wide, high), COOKIE, Nib(3.4, shadow=0.25))
        side.shade(side.where)
        cookie = sheet.part(f"cookie-{index}", oval((right, down), wide, high), COOKIE, Nib(2.6))
        cookie.shade(cookie.away_side(8, 4))
        for step, (aside, rise) in enumerate(((-18, -3), (0, -9), (16, -2), (-4, 6), (22, 6))):
            sheet.part(f"chip-{index}-{step}", oval((right + aside, down + rise), 5, 3.6), CHOCOLATE, Nib(1.8))


def sunshine(sheet: Sheet) -> None:
    """Light that falls through the window, from the upper left."""
    beam = area(PAGE.shape("120,640! 380,640! 720,960! 300,960!"))
    for part in [
        part for part in sheet.parts if part.name.startswith(("table", "page", "cover", "plate", "cookie", "wall"))
    ]:
        part.light(beam, paint="#fff2c0", opacity=0.25)


TITLE = "A window in the morning"
WISHES = Wishes(
    dabs=[
        (280, 140, 16),
        (250, 250, 12),
        (210, 12, 8),
        (470, 180, 14),
        (520, 480, 6),
        (400, 590, 6),
        (410, 490, 5),
        (480, 600, 8),
        (474, 500, 6),
        (472, 460, 4),
        (680, 455, 8),
        (420, 740, 14),
        (130, 750, 12),
        (150, 480, 12),
        (60, 520, 10),
        (300, 680, 9),
        (520, 745, 10),
        (571, 758, 8),
        (571, 697, 4),
        (280, 905, 9),
        (470, 900, 9),
        (460, 954, 3),
        (578, 884, 3),
        (530, 906, 4),
    ],
    strokes=[
        (((80, 100), (76, 240)), 6),
        (((640, 100), (644, 240)), 6),
        (((240, 830), (330, 836)), 8),
        (((360, 90), (360, 280)), 5),
    ],
)
OTHER = {
    WALL: "#cfe0d8",
    FRAME: "#e9d8bf",
    SKY: "#f7c6a0",
    CLOUD: "#fde9ec",
    HILL: "#8f9fd0",
    TOWN: "#e8d3e0",
    ROOF: "#6a5a9a",
    CURTAIN: "#8fb7d9",
    TABLE: "#8a6a5c",
    LEAF: "#8aa84a",
    POT: "#5f7fa8",
    MUG: "#e2a33c",
    PAPER: "#fdf6e0",
    COVER: "#b8485c",
    TEA: "#5a3a2c",
    GOLD: "#d9dde6",
    PINK: "#c0504f",
    COOKIE: "#d9a070",
    CACTUS: "#4f9a8c",
    PLATE: "#f6dfe0",
}
