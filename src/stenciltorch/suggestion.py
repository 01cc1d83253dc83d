"""Proposals: where the artist has said nothing, dabs that could be a start, several by seed or by palette.

What the artist has begun is gone on with: an area takes the colour of a hint near by, the background that of hints on
the background. Without any, a proposal is a scheme of a few colours that go together, one for each role: background,
skin, hair, two cloths, an accent. The encoder's `taste` (docs/architecture.md), how likely each of `COLOURS` is in each
place, tells which areas of the drawing look like skin, hair or cloth.
"""

from __future__ import annotations

from colorsys import hsv_to_rgb
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Lineart, Mask, Size, Stencil, UInt8Array
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError, ModelError
from stenciltorch.hintfile import HintSheet, Mark, draw_hints
from stenciltorch.palettes.oklab import nearest, to_oklab
from stenciltorch.scaling import reduce_hints

Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]
Colour = tuple[int, int, int]
"""sRGB bytes."""


COLOURS = (
    "#ffffff", "#f2efe9", "#d6d4d2", "#a7a9ad", "#787b84", "#4c4a52", "#2f2b33",
    "#fde3d2", "#f3c8ab", "#dfa27d", "#b5774f", "#7b4a33",
    "#f6dc8c", "#e3b84f", "#c98b3c", "#9a6238", "#6b4630", "#46302a",
    "#f7c7cc", "#ef8f9d", "#d94f5c", "#a8323f", "#7a2638",
    "#f59b5a", "#e4642e", "#f4d53f", "#a39a3e",
    "#c6e39a", "#7fbf5a", "#4b8f46", "#365f3b", "#5d6b4d",
    "#8fd8c0", "#3f9c8c", "#9ee3ee",
    "#cfe4f7", "#7fb4e6", "#4a78c2", "#2f4a80", "#4a6579",
    "#d9cdec", "#9d83cf", "#63489c", "#6b3f6e",
)  # fmt: skip
"""The colours that proposals are made of: paper and greys, skin, hair, and the circle of hues."""

SQUARE = 8
"""Pixels along one side of what one entry of a taste speaks for."""


SKIN, HAIR, CLOTH = slice(7, 12), slice(12, 18), slice(18, None)
"""Families of `COLOURS`."""

SMALLEST = 0.0003
"""Areas below this share of the drawing get no dab."""

LARGEST_DAB = 0.02
"""Radius of a dab at most, as a share of the drawing's longer side."""

FEWEST = 4
"""Hinted pixels that make an area a hinted one, and a colour a wish."""

FREEDOM = 0.3
"""Distances to hints are multiplied by e to the power of normal draws of this deviation: another seed, another hint."""

SKINS = ("#fde3d2", "#f8d5bd", "#f3c8ab", "#dfa27d", "#a86b48")
HAIRS = ("#3a3038", "#5b3d2e", "#8a5a38", "#d9a957", "#f0dfae", "#c9c4d6", "#b5483f", "#5f79b8", "#d98fae", "#6f9c86")


@dataclass(frozen=True)
class Scheme:
    """Colours that go together, sRGB bytes, one for each role."""

    background: Colour
    skin: Colour
    hair: Colour
    main: Colour
    second: Colour
    accent: Colour


@dataclass(frozen=True)
class Area:
    """A part of the drawing that lines enclose: how many pixels, the place deepest inside as (column, row), how far
    from the lines that is, and at how many of the canvas' four edges it lies."""

    label: int
    pixels: int
    place: tuple[int, int]
    depth: float
    edges: int


@dataclass(frozen=True)
class Wish:
    """A colour that the artist has put into an area, and the middle of the pixels that have it, as (column, row)."""

    colour: Colour
    place: tuple[float, float]
    background: bool


def makes_proposals(colorizer: OnnxColorizer) -> bool:
    """Whether the model has a taste; those made before it have none."""
    return "taste" in {port.name for port in colorizer.model.encoder.outside.outputs}


def propose(
    colorizer: OnnxColorizer, stencil: Stencil, rng: np.random.Generator, palette: UInt8Array | None = None
) -> HintSheet:
    """Dabs for what is open and not hinted yet, for the drawing at its own size; arguments as in `suggest`.

    Raises:
        ModelError: the model has no taste, or fails.
    """
    if not makes_proposals(colorizer):
        raise ModelError(f"The model {colorizer.model.card.name} makes no proposals; use one made since.")
    drawing = colorizer.look(stencil)
    sheet = suggest(
        Lineart(drawing.given["lineart"].numpy()),
        Mask(drawing.given["mask"].numpy()),
        reduce_hints(stencil.hints, drawing.working),
        np.asarray(drawing.opaque["taste"].numpy(), np.float32),
        rng,
        palette,
    )
    return _enlarged(sheet, drawing.working, stencil.size)


def complete(colorizer: OnnxColorizer, stencil: Stencil, rng: np.random.Generator) -> Stencil:
    """The request with a proposal's dabs beside its own hints; raises as `propose`."""
    return stencil.with_hints(draw_hints(propose(colorizer, stencil, rng), stencil.size, stencil.hints))


def _enlarged(sheet: HintSheet, working: Size, size: Size) -> HintSheet:
    across, down = size.width / working.width, size.height / working.height
    return HintSheet(tuple(_moved(mark, across, down) for mark in sheet.marks), size)


def _moved(mark: Mark, across: float, down: float) -> Mark:
    [(column, row)] = mark.points
    place = (round((column + 0.5) * across - 0.5, 1), round((row + 0.5) * down - 0.5, 1))
    return Mark((place,), mark.colour, round((mark.radius or 1.0) * min(across, down), 1))


def suggest(
    lineart: Lineart,
    mask: Mask,
    hints: Hints,
    taste: Float32Array,
    rng: np.random.Generator,
    palette: UInt8Array | None = None,
) -> HintSheet:
    """A dab for every area that is open, large enough and not hinted yet.

    Args:
        lineart, mask, hints: of one size (H, W).
        taste: logits (len(COLOURS), ceil(H / 8), ceil(W / 8)), the encoder's.
        rng: another state, another proposal.
        palette: colours to keep to, (n, 3).

    Raises:
        InputError: the taste is not of this drawing.
    """
    size = lineart.size
    if taste.shape != (len(COLOURS), -(-size.height // SQUARE), -(-size.width // SQUARE)):
        raise InputError(f"A taste of shape {taste.shape} does not belong to a drawing of {size} pixels.")
    labels, areas = find_areas(lineart, mask, hints, SMALLEST)
    if not areas:
        return HintSheet((), size)
    scheme = draw_scheme(rng) if palette is None else scheme_of(palette, rng)
    roles = cast(areas, expectations(labels, areas, taste), size, rng)
    schemed: list[Colour] = [getattr(scheme, role) for role in roles]
    wishes = find_wishes(labels, hints)
    if palette is not None:
        wishes = _kept_to(palette, wishes)
    colours = go_on(areas, wishes, schemed, size, rng)
    most = LARGEST_DAB * max(size)
    return HintSheet(tuple(_dab(area, colour, most) for area, colour in zip(areas, colours, strict=True)), size)


def find_wishes(labels: Int32Array, hints: Hints) -> list[Wish]:
    """What is hinted so far, by area, then by colour; hints on lines are nobody's.

    Args:
        labels: a number for each pixel, 0 for lines.
    """
    rows, columns = np.nonzero((hints.array[..., 3] > 127) & (labels > 0))
    owners, colours = labels[rows, columns].astype(np.int64), hints.array[rows, columns, :3].astype(np.int64)
    keys, found, counts = np.unique(
        owners << 24 | colours @ np.array([65536, 256, 1]), return_inverse=True, return_counts=True
    )
    middles = [np.bincount(found, places, len(keys)) / np.maximum(counts, 1) for places in (columns, rows)]
    sizes = np.bincount(labels.ravel())
    return [
        Wish(
            (key >> 16 & 255, key >> 8 & 255, key & 255),
            (float(column), float(row)),
            _is_background(int(sizes[key >> 24]), _edges(labels, key >> 24), labels.size),
        )
        for key, count, column, row in zip(keys.tolist(), counts.tolist(), *middles, strict=True)
        if count >= FEWEST
    ]


def _edges(labels: Int32Array, label: int) -> int:
    return sum(int((rim == label).any()) for rim in (labels[0], labels[-1], labels[:, 0], labels[:, -1]))


def _is_background(pixels: int, edges: int, whole: int) -> bool:
    return edges >= 2 and pixels > 0.05 * whole


def go_on(
    areas: list[Area], wishes: list[Wish], otherwise: list[Colour], size: Size, rng: np.random.Generator
) -> list[Colour]:
    """For each area the colour of a wish near by; `otherwise` where there is none of its kind, background or not."""
    if not wishes:
        return otherwise
    free = np.exp(FREEDOM * rng.normal(size=(len(areas), len(wishes))))
    behind = np.array([wish.background for wish in wishes])
    places = np.array([wish.place for wish in wishes])
    colours = []
    for area, other, factors in zip(areas, otherwise, free, strict=True):
        far = factors * np.hypot(*(places - area.place).T)
        far[behind != _is_background(area.pixels, area.edges, size.pixels)] = np.inf
        closest = int(far.argmin())
        colours.append(wishes[closest].colour if np.isfinite(far[closest]) else other)
    return colours


def _kept_to(palette: UInt8Array, wishes: list[Wish]) -> list[Wish]:
    """The wishes in the palette's nearest colours."""
    wished = np.array([wish.colour for wish in wishes], np.uint8).reshape(-1, 3)
    places = nearest(wished, palette)
    return [replace(wish, colour=_colour(palette[place])) for wish, place in zip(wishes, places, strict=True)]


def draw_scheme(rng: np.random.Generator) -> Scheme:
    """A scheme around a hue at random: cloths in that hue and its neighbour or opposite, a pale background."""
    hue = float(rng.random())
    turn = float(rng.choice((0.08, -0.08, 0.5, 0.42)))
    return Scheme(
        background=_from_hsv(hue + float(rng.choice((0.0, 0.5, 0.1))), rng.uniform(0.06, 0.18), rng.uniform(0.94, 1.0)),
        skin=_from_hex(str(rng.choice(SKINS, p=(0.3, 0.25, 0.2, 0.15, 0.1)))),
        hair=_from_hex(str(rng.choice(HAIRS))),
        main=_from_hsv(hue, rng.uniform(0.3, 0.5), rng.uniform(0.75, 0.95)),
        second=_from_hsv(hue + turn, rng.uniform(0.1, 0.25), rng.uniform(0.92, 1.0)),
        accent=_from_hsv(hue + turn + 0.06, rng.uniform(0.45, 0.65), rng.uniform(0.8, 0.95)),
    )


def scheme_of(palette: UInt8Array, rng: np.random.Generator) -> Scheme:
    """A scheme of a palette's colours: its palest for the background, the most skin-like for skin, others by chance."""
    lab = to_oklab(palette)
    middle = to_oklab(np.array([_from_hex(SKINS[1])], np.uint8))[0]
    palest, skin = int(np.argmax(lab[:, 0])), int(np.argmin(((lab - middle) ** 2).sum(axis=1)))
    others = [place for place in rng.permutation(len(palette)).tolist() if place not in (palest, skin)] or [palest]
    hair, main, second, accent = (others * 4)[:4]
    return Scheme(*(_colour(palette[place]) for place in (palest, skin, hair, main, second, accent)))


def _from_hex(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _from_hsv(hue: float, saturation: float, value: float) -> Colour:
    return _colour(np.rint(255 * np.array(hsv_to_rgb(hue % 1.0, saturation, value))))


def _colour(levels: npt.NDArray[Any]) -> Colour:
    red, green, blue = (int(level) for level in levels)
    return red, green, blue


def cast(areas: list[Area], expected: Float32Array, size: Size, rng: np.random.Generator) -> list[str]:
    """The role of each area, a field of `Scheme`.

    Args:
        expected: log-probabilities of `COLOURS`, (areas, colours).
    """
    families = np.stack([np.exp(expected[:, part]).sum(axis=1) for part in (SKIN, HAIR, CLOTH)], axis=1)
    scores = np.log(families + 1e-6)
    scores = (scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-3)
    scores += 0.25 * rng.normal(size=scores.shape) + np.array([-0.3, -0.1, 0.3])
    order = {area.label: rank / len(areas) for rank, area in enumerate(areas)}
    roles = []
    for area, (skin, hair, cloth) in zip(areas, scores.tolist(), strict=True):
        if _is_background(area.pixels, area.edges, size.pixels):
            roles.append("background")
        elif max(skin, hair) > cloth:
            roles.append("skin" if skin > hair else "hair")
        else:
            roles.append("main" if order[area.label] < 0.2 else "second" if order[area.label] < 0.6 else "accent")
    return roles


def find_areas(lineart: Lineart, mask: Mask, hints: Hints, smallest: float) -> tuple[Int32Array, list[Area]]:
    """Areas between lines, the largest first, and a number for each pixel: 0 for lines, else `Area.label`."""
    paper = np.where(_borders(lineart.array) | (mask.array < 128), np.uint8(0), np.uint8(1))
    _, found, facts, _ = cv2.connectedComponentsWithStats(paper, connectivity=4, ltype=cv2.CV_32S)
    labels = np.asarray(found, np.int32)
    hinted = np.bincount(labels[hints.array[..., 3] > 127], minlength=len(facts))
    fewest = max(24.0, smallest * paper.size)
    sizes = facts[:, cv2.CC_STAT_AREA]
    open_labels = [label for label in range(1, len(facts)) if sizes[label] >= fewest and hinted[label] < FEWEST]
    depth = cv2.distanceTransform(np.pad(paper, 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    areas = [
        _area(label, labels, np.asarray(depth, np.float32), np.asarray(facts[label], np.int32)) for label in open_labels
    ]
    return labels, sorted(areas, key=lambda area: (-area.pixels, area.label))


def _borders(lineart: UInt8Array) -> npt.NDArray[np.bool_]:
    """Where lines are, small gaps closed; areas filled with grey count by their edges only (twin of `line_ink`)."""
    ink = 255 - lineart
    tone = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((13, 13), np.uint8))
    edges = cv2.morphologyEx(tone, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    lines = (ink.astype(np.int16) - tone + edges > 36).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(lines, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0)


def _area(label: int, labels: Int32Array, depth: Float32Array, facts: Int32Array) -> Area:
    left, top, width, height = (int(facts[k]) for k in range(4))
    box = slice(top, top + height), slice(left, left + width)
    inside = np.where(labels[box] == label, depth[box], np.float32(0))
    row, column = np.unravel_index(int(inside.argmax()), inside.shape)
    place = (left + int(column), top + int(row))
    edges = (left == 0) + (top == 0) + (left + width == labels.shape[1]) + (top + height == labels.shape[0])
    return Area(label, int(facts[cv2.CC_STAT_AREA]), place, float(inside.max()), edges)


def expectations(labels: Int32Array, areas: list[Area], taste: Float32Array) -> Float32Array:
    """The log-probability of each colour in each area, (areas, colours): means over the squares that it lies in."""
    sure = taste - taste.max(axis=0)
    sure = sure - np.log(np.exp(sure).sum(axis=0))
    rows, columns = sure.shape[1:]
    squares = np.add.outer(np.arange(labels.shape[0]) // SQUARE * columns, np.arange(labels.shape[1]) // SQUARE)
    number = np.zeros(int(labels.max()) + 1, np.int64)
    number[[area.label for area in areas]] = np.arange(1, len(areas) + 1)
    numbered = number[labels]
    wanted = numbered > 0
    keys = (numbered[wanted] - 1) * (rows * columns) + squares[wanted]
    places, counts = np.unique(keys, return_counts=True)
    area, square = np.divmod(places, rows * columns)
    total = np.zeros((len(areas), len(sure)))
    np.add.at(total, area, counts[:, None] * sure.reshape(len(sure), -1).T[square])
    return np.asarray(total / np.bincount(area, weights=counts)[:, None], np.float32)


def _dab(area: Area, colour: Colour, most: float) -> Mark:
    return Mark((area.place,), colour, float(np.clip(0.6 * area.depth, 1.0, max(2.0, most))))
