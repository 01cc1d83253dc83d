"""A tabby cat that greets, sitting; drawn about the middle of its head."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from drawing.curves import Frame, Path, flipped, move, stretch
from drawing.ink import Nib, area
from drawing.sheet import Part, Sheet, moved

CAT = Frame(stretch(1.08, 1.08).then(move(222, 690)))
CAT_FUR, STRIPE, CREAM, ROSE = "#f0a860", "#d9843f", "#fff3e2", "#f08fa0"


def cat(sheet: Sheet) -> None:
    tail = sheet.part(
        "cat-tail",
        CAT.shape("-60,236! -130,240 -172,204 -176,146 -150,104 -118,98 -104,118 -122,132 -130,160 -116,188 -60,190!"),
        CAT_FUR,
    )
    tail.shade(tail.away_side(10, 8))
    patch(sheet, "tail-tip", tail, "-190,140! -160,132 -128,142 -112,126! -90,120! -100,80! -200,80!", CREAM)
    body = sheet.part(
        "cat-body", CAT.shape("-60,30! -84,110 -98,190 -88,236! 0,250 88,236! 98,190 84,110 60,30!"), CAT_FUR
    )
    body.shade(body.away_side(22, 6), moved(area(CAT.shape(CAT_HEAD)), 4, 26))
    for index, text in enumerate(
        ("-100,150! -70,150 -58,160 -72,166 -100,170!", "-100,186! -66,186 -56,196 -70,202 -100,206!")
    ):
        patch(sheet, f"flank-{index}", body, text, STRIPE)
    patch(
        sheet, "cat-bib", body, "-44,40! -50,84 -32,98 -34,114! -14,106 0,120! 16,106 34,112! 34,98 48,84 44,40!", CREAM
    )
    for side, turned in (("left", False), ("right", True)):
        foot = sheet.part(f"hind-{side}", CAT.shape(flipped(HIND, 0) if turned else HIND), CREAM)
        foot.line(
            *(
                CAT.curve(flipped(toe, 0) if turned else toe)
                for toe in ("-82,250 -80,240 -78,234", "-66,254 -64,242 -63,236")
            ),
            nib=Nib(2.4, lift_out=10),
        )
        foot.shade(foot.away_side(4, 6))
    legs_of_cat(sheet)
    cat_head(sheet)
    cat_face(sheet)


HIND = "-92,222 -74,214 -52,222 -44,242 -56,256 -86,256 -100,244"
CAT_HEAD = (
    "0,-74 -36,-70! -60,-104 -92,-130! -100,-90 -98,-40! -108,-10 -108,14! -124,20! -112,34! -122,48! -100,52 -60,76 0,84 60,76 100,52 "
    "122,48! 112,34! 124,20! 108,14! 108,-10 98,-40! 100,-90 92,-130! 60,-104 36,-70!"
)


def patch(sheet: Sheet, name: str, under: Part, text: str, colour: str) -> Part:
    """A marking in the fur: its edge is inked where it lies inside the part."""
    where = area(CAT.shape(text)).intersection(under.where)
    part = sheet.part(name, where, colour)
    edge = where.boundary.buffer(1.2).intersection(under.where.buffer(0.5))
    part.black(edge)
    shades = [stain.where for stain in under.shades]
    part.shade(*shades)
    return part


def legs_of_cat(sheet: Sheet) -> None:
    leg = limb(sheet, "cat-leg", "-56,120! -52,180 -56,238 -38,256 -10,254 0,238 -2,180 4,130!")
    sock = patch(sheet, "cat-sock", leg, "-80,204! -50,198 -30,208 -14,198 20,204! 20,280! -80,280!", CREAM)
    sock.line(CAT.curve("-40,254 -38,242 -37,236"), CAT.curve("-20,254 -20,242 -20,236"), nib=Nib(2.4, lift_out=10))
    arm = limb(
        sheet, "cat-arm", "40,132! 82,110 106,78 114,48 110,20 120,-2 144,-8 164,6 168,40 158,88 132,132 84,178!"
    )
    mitt = patch(sheet, "cat-mitt", arm, "80,46! 112,42 138,50 200,42! 210,-80! 80,-80!", CREAM)
    mitt.line(CAT.curve("124,-4 128,4 130,12"), CAT.curve("144,-8 145,2 145,10"), nib=Nib(2.4, lift_out=10))


def limb(sheet: Sheet, name: str, text: str) -> Part:
    """A leg whose root, from the last point to the first, runs into the body without a line."""
    outline = CAT.shape(text)
    part = sheet.part(name, outline, CAT_FUR, nib=None)
    part.ink(outline.between(0, len(outline.pieces) - 1), Nib(4.2, lift_in=50, lift_out=50, tip=0.1))
    part.shade(part.away_side(12, 4))
    return part


def cat_head(sheet: Sheet) -> None:
    head = sheet.part("cat-head", CAT.shape(CAT_HEAD), CAT_FUR)
    head.shade(head.away_side(14, 8))
    for side in (-1, 1):
        ear = "84,-112! 62,-92 48,-72! 70,-66 92,-50! 92,-84 84,-112!"
        patch(sheet, f"ear-{side}", head, ear if side > 0 else flipped(ear, 0), ROSE)
    for index, text in enumerate(("-9,-80! 0,-30! 9,-80!", "-34,-80! -20,-40! -18,-80!", "34,-80! 20,-40! 18,-80!")):
        patch(sheet, f"brow-stripe-{index}", head, text, STRIPE)
    for side in (-1, 1):
        for index, text in enumerate(("120,2! 84,10! 120,14!", "124,26! 88,28! 124,38!")):
            patch(sheet, f"cheek-{side}-{index}", head, text if side > 0 else flipped(text, 0), STRIPE)
    patch(sheet, "muzzle", head, "0,14 -16,24 -44,30 -54,52 -30,74 0,80 30,74 54,52 44,30 16,24", CREAM)


def cat_face(sheet: Sheet) -> None:
    for side in (-1, 1):
        ball = CAT.oval((46 * side, 0), 24, 27)
        eye_part = sheet.part(f"cat-eye-{side}", ball, "#b9d65c", Nib(4.4, shadow=-0.4))
        eye_part.shade(ball_top(ball))
        pupil = area(CAT.oval((46 * side + 3, -3), 15, 20))
        glints = shapely.union(area(CAT.oval((46 * side - 3, -11), 7, 8)), area(CAT.oval((46 * side + 9, 8), 3.5, 4)))
        eye_part.black(pupil.difference(glints))
        sheet.part(f"cat-glint-{side}", glints, None).light(glints)
    sheet.part("cat-nose", CAT.shape("-9,27! 0,25 9,27! 6,34 0,38 -6,34"), ROSE, Nib(2.6))
    muzzle = sheet["muzzle"]
    muzzle.line(
        CAT.curve("0,38 0,46 -8,53 -18,52 -23,46"), CAT.curve("0,44 6,53 16,53 23,46"), nib=Nib(2.8, lift_out=10)
    )
    whiskers = sheet.part("whiskers", shapely.Polygon(), None, hides=False)
    for side in (-1, 1):
        for text in ("56,44 90,40 140,44", "54,54 92,58 136,70"):
            whiskers.ink(CAT.curve(text if side > 0 else flipped(text, 0)), Nib(2.2, lift_in=10, lift_out=50))


def ball_top(ball: Path) -> BaseGeometry:
    return area(ball).difference(moved(area(ball), 0, 12))
