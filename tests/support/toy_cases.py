"""A small page with four rooms whose truth is known, and colorizers of known quality."""

from __future__ import annotations

import cv2
import numpy as np

from stenciltorch.canvas import Hints, Illustration, Lineart, Painting, Regions, Size, Stencil
from stenciltorch.evaluation.cases import Case

SIZE = Size(96, 96)
COLOURS = np.array([(0, 0, 0), (210, 90, 80), (80, 120, 200), (240, 205, 120), (110, 160, 90)], np.uint8)


def regions() -> Regions:
    labels = np.ones(SIZE, np.int32)
    labels[:48, 48:], labels[48:, :48], labels[48:, 48:] = 2, 3, 4
    return Regions(labels)


def lineart() -> Lineart:
    """Walls of two pixels between the rooms."""
    paper = np.full(SIZE, 255, np.uint8)
    paper[47:49] = paper[:, 47:49] = 0
    return Lineart(paper)


def flats() -> Illustration:
    return Illustration(COLOURS[regions().array])


def target(shade: float = 0.25) -> Illustration:
    """Darker from the left of each room to the right by up to this share; lines on top."""
    ramp = 1 - shade * (np.arange(SIZE.width) % 48)[None, :, None] / 47
    return over_lines(Illustration((flats().array * ramp).astype(np.uint8)))


def over_lines(picture: Illustration) -> Illustration:
    return Illustration((picture.array * (lineart().array[..., None] / 255.0)).astype(np.uint8))


def hints(rooms: tuple[int, ...] = (1, 2, 3, 4)) -> Hints:
    """A dab in the middle of each of these rooms."""
    pixels = np.zeros((*SIZE, 4), np.uint8)
    for room in rooms:
        row, column = 24 + 48 * (room > 2), 24 + 48 * (room % 2 == 0)
        pixels[row - 3 : row + 3, column - 3 : column + 3] = (*COLOURS[room], 255)
    return Hints(pixels)


def case(name: str = "toy", shade: float = 0.25) -> Case:
    return Case(name, Stencil.start(lineart()).with_hints(hints()), regions(), flats(), target(shade))


class Rooms:
    """Fills each room with its hint's colour (white without one), shaded; `spoil` makes it worse.

    Args:
        spoil: given the colours without lines and the stencil, answers worse colours.
    """

    def __init__(self, spoil=None, shade: float = 0.25) -> None:
        self.spoil, self.shade = spoil, shade

    def __call__(self, stencil: Stencil) -> Painting:
        colours = np.full((5, 3), 255, np.uint8)
        for room in range(1, 5):
            wished = stencil.hints.array[(regions().array == room) & (stencil.hints.array[..., 3] > 127)]
            if len(wished):
                colours[room] = wished[0, :3]
        plain = colours[regions().array]
        ramp = 1 - self.shade * (np.arange(SIZE.width) % 48)[None, :, None] / 47
        colour = (plain * ramp).astype(np.uint8)
        if self.spoil:
            colour = self.spoil(colour, stencil)
        inked = colour * (stencil.lineart.array[..., None] / 255.0)
        share = stencil.mask.array[..., None] / 255.0
        shown = (inked * share + stencil.base.array * (1 - share)).astype(np.uint8)
        return Painting(Illustration(shown), Illustration(colour), Illustration(plain))


def blurred(strength: float):
    """Colour runs over the lines."""
    return lambda colour, stencil: cv2.GaussianBlur(colour, (0, 0), strength) if strength else colour


def spilled(reach: int):
    """Colour runs over the lines to the right."""
    return lambda colour, stencil: np.concatenate([colour[:, :1].repeat(reach, 1), colour], axis=1)[:, : SIZE.width]


def faded(share: float):
    """Colours go towards white."""
    return lambda colour, stencil: (colour + share * (255.0 - colour)).astype(np.uint8)


def reddened(levels: int):
    return lambda colour, stencil: np.clip(colour.astype(int) + np.array((levels, 0, 0)), 0, 255).astype(np.uint8)


def tinted_by_hints(share: float):
    """The whole picture takes on some of the mean of all hints: an edit is felt everywhere."""

    def spoil(colour, stencil):
        wished = stencil.hints.array[stencil.hints.array[..., 3] > 127][:, :3]
        mean = wished.mean(axis=0) if len(wished) else np.full(3, 255.0)
        return (colour * (1 - share) + mean * share).astype(np.uint8)

    return spoil


def remembering(share: float):
    """Some of the base shows through: passes wander."""
    return lambda colour, stencil: (colour * (1 - share) + stencil.base.array * share).astype(np.uint8)


def dabs_only(share: float):
    """Colour travels ever less far: away from the dabs it goes towards white."""

    def spoil(colour, stencil):
        away = (stencil.hints.array[..., 3:] <= 127) * share
        return (colour + away * (255.0 - colour)).astype(np.uint8)

    return spoil
