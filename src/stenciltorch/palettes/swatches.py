"""Named colours and lists of them, of any length: what painting programs call a palette."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from stenciltorch.canvas import UInt8Array
from stenciltorch.errors import InputError

MAX_SWATCHES = 4096
"""Entries of one palette; more are a picture."""
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")

Colour = tuple[int, int, int]
"""sRGB bytes."""


@dataclass(frozen=True)
class Swatch:
    """One colour, sRGB bytes, and what the artist calls it (may be empty)."""

    colour: Colour
    name: str = ""

    def __post_init__(self) -> None:
        if len(self.colour) != 3 or not all(0 <= level <= 255 for level in self.colour):
            raise InputError(f"A colour has three levels from 0 to 255, found {self.colour}.")

    @property
    def hex(self) -> str:
        """#rrggbb"""
        return "#" + bytes(self.colour).hex()


@dataclass(frozen=True)
class Swatches:
    """A palette: colours in the artist's order, and the palette's name.

    Raises:
        InputError: no colour at all, or more than `MAX_SWATCHES`.
    """

    entries: tuple[Swatch, ...]
    name: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.entries) <= MAX_SWATCHES:
            raise InputError(f"A palette has 1 to {MAX_SWATCHES} colours, found {len(self.entries)}.")

    @property
    def colours(self) -> UInt8Array:
        """uint8 (K, 3)."""
        return np.array([entry.colour for entry in self.entries], np.uint8)

    def named(self, name: str) -> Swatch | None:
        """The first entry of this name; upper and lower case are one."""
        wanted = name.strip().casefold()
        return next((entry for entry in self.entries if entry.name.strip().casefold() == wanted), None)


def parse_colour(text: str) -> Colour:
    """#rrggbb, with or without the #.

    Raises:
        InputError: another form.
    """
    match = _HEX.fullmatch(text.strip())
    if not match:
        raise InputError(f"{text!r} is no colour; write #rrggbb, such as #f2c4a0.")
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue


def distinct(entries: Iterable[Swatch]) -> tuple[Swatch, ...]:
    """Each colour once: the first of its kind, with the first name that is not empty."""
    kept: dict[Colour, Swatch] = {}
    for entry in entries:
        known = kept.get(entry.colour)
        if known is None or (entry.name and not known.name):
            kept[entry.colour] = entry
    return tuple(kept.values())
