"""A painting as the layers that an artist would have made: the tree that PSD and OpenRaster files are written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Painting, Size, Stencil, UInt8Array
from stenciltorch.layers.lighting import below_lines, light_of, shade_of
from stenciltorch.palettes.names import label, unique
from stenciltorch.palettes.segments import Segments, agreed_inside_lines, find_segments, largest_parts
from stenciltorch.palettes.swatches import Swatches

Blend = Literal["normal", "multiply", "screen"]
Grouping = Literal["colour", "region"]

MAX_REGIONS = 250
"""Layers of single regions; the smallest regions beyond share one layer a colour."""


@dataclass(frozen=True)
class Box:
    """Rows top..bottom and columns left..right of the picture, the last ones not included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


@dataclass(frozen=True)
class Layer:
    """Pixels in a box.

    Args:
        name: what the artist sees.
        box: where the pixels lie; everything outside is transparent.
        paint: makes the pixels, uint8 (height, width, 4), straight alpha, when they are written.
        clipped: belongs to the layer below and stays inside it.
    """

    name: str
    box: Box
    paint: Callable[[], UInt8Array]
    blend: Blend = "normal"
    clipped: bool = False
    visible: bool = True


@dataclass(frozen=True)
class Group:
    """Layers that are put together on their own and then laid on what is below.

    Args:
        children: the lowest first.
        mask: what of the group is seen; None for all of it.
    """

    name: str
    children: Sequence[Node]
    mask: Mask | None = None


Node = Layer | Group


@dataclass(frozen=True)
class Stack:
    """All layers, the lowest first, and the flat picture that they give.

    Args:
        base, mask: the picture before, below everything, and what of it the first child covers; None for nothing.
    """

    size: Size
    children: Sequence[Node]
    preview: Illustration
    base: Illustration | None = None
    mask: Mask | None = None


def build_stack(
    stencil: Stencil,
    painting: Painting,
    by: Grouping = "colour",
    palette: Swatches | None = None,
    retouches: Hints | None = None,
    result: Illustration | None = None,
) -> Stack:
    """The layers of a painting: line (multiply), light (screen), shade (multiply), flats, and hidden hints.

    Where the stencil's mask closes anything, the picture before is the lowest layer and the mask is the group's.

    Args:
        by: one layer of flats for each colour, or for each connected region.
        palette: names for its colours.
        retouches: strokes that lie over everything.
        result: the flat picture, retouches included; the painting's illustration when not given.
    """
    segments = agreed_inside_lines(find_segments(painting.flats), stencil.lineart)
    colouring = _colouring(stencil, painting, segments, by, palette)
    over = [*_picture("retouches", retouches), *_picture("hints", stencil.hints, visible=False)]
    preview = result or painting.illustration
    if stencil.mask.array.min() == 255:
        return Stack(stencil.size, [*colouring, *over], preview)
    return Stack(
        stencil.size, [Group("colouring", colouring, stencil.mask), *over], preview, stencil.base, stencil.mask
    )


def _colouring(
    stencil: Stencil, painting: Painting, segments: Segments, by: Grouping, palette: Swatches | None
) -> list[Node]:
    flats = segments.picture().array
    colour = below_lines(stencil, painting.illustration.array, painting.colour.array)
    return [
        Group("flats", _flats(segments, by, palette)),
        *_lighting("shade", shade_of(flats, colour), 255, "multiply"),
        *_lighting("light", light_of(flats, colour), 0, "screen"),
        *_line(stencil.lineart),
    ]


def _lighting(name: str, levels: UInt8Array, neutral: int, blend: Blend) -> Iterator[Layer]:
    """Pixels that change nothing are transparent."""
    active = (levels != neutral).any(axis=2)
    box = bounds(active)
    if box:
        yield Layer(name, box, partial(_cut_out, levels, active, box), blend, clipped=True)


def _cut_out(levels: UInt8Array, active: npt.NDArray[np.bool_], box: Box) -> UInt8Array:
    inside = active[box.slices]
    alpha = np.where(inside, np.uint8(255), np.uint8(0))
    return np.dstack([np.where(inside[..., None], levels[box.slices], np.uint8(0)), alpha])


def _line(lineart: Lineart) -> Iterator[Layer]:
    """Black ink on a transparent page; in mode multiply it darkens just as the drawing on its paper does."""
    box = bounds(lineart.array < 255)
    if box:
        yield Layer("line", box, partial(_ink, lineart.array[box.slices]), "multiply")


def _ink(levels: UInt8Array) -> UInt8Array:
    ink = np.zeros((*levels.shape, 4), np.uint8)
    ink[..., 3] = 255 - levels
    return ink


def _picture(name: str, hints: Hints | None, visible: bool = True) -> Iterator[Layer]:
    box = bounds(hints.array[..., 3] > 0) if hints else None
    if hints and box:
        yield Layer(name, box, partial(np.ascontiguousarray, hints.array[box.slices]), visible=visible)


def _flats(segments: Segments, by: Grouping, palette: Swatches | None) -> list[Layer]:
    """The most used colour lowest."""
    cuts = list(_by_colour(segments) if by == "colour" else _by_region(segments))
    names = unique([label(_levels(segments, cut.number), palette) for cut in cuts])
    return [
        Layer(name, cut.box, partial(_one_colour, segments.colours[cut.number], cut.inside))
        for name, cut in zip(names, cuts, strict=True)
    ]


@dataclass(frozen=True)
class _Cut:
    """Pixels of one colour: its number, its box, and a function that finds them in there."""

    number: int
    box: Box
    inside: Callable[[], npt.NDArray[np.bool_]]


def _by_colour(segments: Segments) -> Iterator[_Cut]:
    for number in range(len(segments.colours)):
        box = bounds(segments.labels == number)
        if box:
            yield _Cut(number, box, partial(np.equal, segments.labels[box.slices], number))


def _by_region(segments: Segments) -> list[_Cut]:
    """The largest regions one by one, large ones first; of each colour what is left over together."""
    parts, rest = largest_parts(segments, MAX_REGIONS)
    cuts = [_Cut(part.number, _box(part.box), part.inside) for part in parts]
    left = np.where(rest, segments.labels, np.uint8(255))
    return [*cuts, *_by_colour(Segments(left, segments.colours))]


def _box(place: tuple[slice, slice]) -> Box:
    return Box(place[0].start, place[1].start, place[0].stop, place[1].stop)


def _levels(segments: Segments, number: int) -> tuple[int, int, int]:
    red, green, blue = (int(level) for level in segments.colours[number])
    return red, green, blue


def _one_colour(colour: UInt8Array, inside: Callable[[], npt.NDArray[np.bool_]]) -> UInt8Array:
    area = inside()
    pixels = np.zeros((*area.shape, 4), np.uint8)
    pixels[area] = (*colour, 255)
    return pixels


def bounds(area: npt.NDArray[np.bool_]) -> Box | None:
    """The smallest box that holds all of an area; None for no area."""
    rows, columns = np.flatnonzero(area.any(axis=1)), np.flatnonzero(area.any(axis=0))
    if not len(rows):
        return None
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
