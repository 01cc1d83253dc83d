"""Proposals: where the artist has said nothing, dabs that could be a start, several by seed or by palette.

The encoder tells for every place how likely it has each of `COLOURS` (its `taste`, docs/architecture.md). One random
number a colour, drawn once for the whole drawing, tips the scales, so that parts that look alike get the same colour
and another seed gives another colouring.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Lineart, Mask, Size, Stencil, UInt8Array
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.errors import InputError, ModelError
from stenciltorch.hintfile import HintSheet, Mark
from stenciltorch.palettes.oklab import to_oklab
from stenciltorch.scaling import reduce_hints

Float32Array = npt.NDArray[np.float32]
Int32Array = npt.NDArray[np.int32]


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


@dataclass(frozen=True)
class Boldness:
    """How proposals are drawn. Lengths are shares of the drawing's longer side.

    Args:
        chance: how much chance has a say: 0 takes the likeliest colour everywhere.
        variety: how far the colours themselves move from one seed to the next, in levels of 255.
        likeness: how unlike a palette's colour may be to the one expected, in Oklab.
        smallest: areas below this share of the drawing get no dab.
        largest_dab: radius of a dab at most.
    """

    chance: float = 0.8
    variety: float = 8.0
    likeness: float = 0.12
    smallest: float = 0.0003
    largest_dab: float = 0.02


@dataclass(frozen=True)
class Area:
    """A part of the drawing that lines enclose: how many pixels, and the place deepest inside as (column, row)."""

    label: int
    pixels: int
    place: tuple[int, int]
    depth: float


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
    boldness: Boldness | None = None,
) -> HintSheet:
    """A dab for every area that is open, large enough and not hinted yet.

    Args:
        lineart, mask, hints: of one size (H, W).
        taste: logits (len(COLOURS), ceil(H / 8), ceil(W / 8)), the encoder's.
        rng: another state, another proposal.
        palette: colours to keep to, (n, 3); any of `COLOURS` when not given.

    Raises:
        InputError: the taste is not of this drawing.
    """
    bold = boldness or Boldness()
    size = lineart.size
    if taste.shape != (len(COLOURS), -(-size.height // SQUARE), -(-size.width // SQUARE)):
        raise InputError(f"A taste of shape {taste.shape} does not belong to a drawing of {size} pixels.")
    labels, areas = find_areas(lineart, mask, hints, bold.smallest)
    if not areas:
        return HintSheet((), size)
    expected = expectations(labels, areas, taste)
    choice = choose(expected, known_colours(), palette, bold, rng)
    most = bold.largest_dab * max(size)
    return HintSheet(tuple(_dab(area, colour, most) for area, colour in zip(areas, choice, strict=True)), size)


def known_colours() -> UInt8Array:
    """`COLOURS` as (n, 3)."""
    return np.array([[int(code[place : place + 2], 16) for place in (1, 3, 5)] for code in COLOURS], np.uint8)


def find_areas(lineart: Lineart, mask: Mask, hints: Hints, smallest: float) -> tuple[Int32Array, list[Area]]:
    """Areas between lines, the largest first, and a number for each pixel: 0 for lines, else `Area.label`."""
    paper = np.where(_borders(lineart.array) | (mask.array < 128), np.uint8(0), np.uint8(1))
    _, found, facts, _ = cv2.connectedComponentsWithStats(paper, connectivity=4, ltype=cv2.CV_32S)
    labels = np.asarray(found, np.int32)
    hinted = np.bincount(labels[hints.array[..., 3] > 127], minlength=len(facts))
    fewest = max(24.0, smallest * paper.size)
    sizes = facts[:, cv2.CC_STAT_AREA]
    open_labels = [label for label in range(1, len(facts)) if sizes[label] >= fewest and hinted[label] < 4]
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
    return Area(label, int(facts[cv2.CC_STAT_AREA]), place, float(inside.max()))


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


def choose(
    expected: Float32Array, colours: UInt8Array, palette: UInt8Array | None, bold: Boldness, rng: np.random.Generator
) -> UInt8Array:
    """A colour for each area, (areas, 3).

    One Gumbel number a colour for the whole drawing (Gumbel 1954): the winner is drawn as the probabilities say, and
    areas with like expectations have the same winner.
    """
    if palette is not None:
        apart = ((to_oklab(palette)[:, None] - to_oklab(colours)[None]) ** 2).sum(axis=2)
        weights = np.exp(-apart / (2 * bold.likeness**2))
        expected = np.log(np.exp(expected) @ weights.T + 1e-9)
        colours = palette
    chances = bold.chance * rng.gumbel(size=len(colours))
    winners = np.argmax(expected + chances, axis=1)
    if palette is not None:
        return np.asarray(colours[winners])
    moved = colours + rng.normal(0, bold.variety, colours.shape) * (colours.min(axis=1) < 250)[:, None]
    return np.asarray(np.rint(moved).clip(0, 255).astype(np.uint8)[winners])


def _dab(area: Area, colour: UInt8Array, most: float) -> Mark:
    red, green, blue = (int(level) for level in colour)
    radius = float(np.clip(0.6 * area.depth, 1.0, max(2.0, most)))
    return Mark((area.place,), (red, green, blue), radius)
