"""Keep a painting to a palette, or change one of its colours everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stenciltorch.canvas import Painting, Stencil, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.palettes.oklab import nearest, squared_distance, to_oklab
from stenciltorch.palettes.relighting import with_flats
from stenciltorch.palettes.segments import agreed_inside_lines, find_segments, tidied
from stenciltorch.palettes.swatches import Colour, Swatch, Swatches, parse_colour

SAME = 0.08
"""Distance in OKLab up to which a colour of the painting is the one that is to be changed."""


MINORITY = 0.3
"""An entry with less than this share of an area closed by lines gives way to the area's commonest."""


@dataclass(frozen=True)
class Change:
    """One colour that becomes another wherever it is."""

    old: Colour
    new: Colour


def snap(painting: Painting, stencil: Stencil, palette: Swatches) -> Painting:
    """The painting in the palette's colours: every area's flats become the nearest entry, shade and light stay."""
    segments = find_segments(painting.flats)
    chosen = palette.colours[nearest(segments.colours, palette.colours)]
    agreed = agreed_inside_lines(tidied(segments.labels, chosen), stencil.lineart, MINORITY)
    return with_flats(painting, stencil, agreed.picture())


def recolour(painting: Painting, stencil: Stencil, changes: Sequence[Change]) -> Painting:
    """The painting with colours changed wherever they are; all changes look at the colours as they were.

    Raises:
        InputError: the painting has no such colour.
    """
    segments = find_segments(painting.flats)
    colours = segments.colours.copy()
    for change in changes:
        colours[_alike(segments.colours, change.old)] = change.new
    touched = (colours != segments.colours).any(axis=1)[segments.labels]
    flats = painting.flats.array.copy()
    flats[touched] = colours[segments.labels[touched]]
    return with_flats(painting, stencil, type(painting.flats)(flats))


def _alike(colours: UInt8Array, wanted: Colour) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    gap = squared_distance(to_oklab(colours), to_oklab(np.array([wanted], np.uint8))[0])
    near = gap <= SAME**2
    if not near.any():
        found = ", ".join(Swatch((int(red), int(green), int(blue))).hex for red, green, blue in colours[:8])
        raise InputError(f"No part of the picture is {Swatch(wanted).hex}; its colours are {found}.")
    return near


def parse_change(text: str, known: Swatches | None = None) -> Change:
    """OLD=NEW, each #rrggbb or a name of the palette.

    Raises:
        InputError: another form, or a name that the palette does not have.
    """
    old, sign, new = text.partition("=")
    if not sign:
        raise InputError(f"{text!r} changes no colour; write OLD=NEW, such as #3a5fcd=#aa2222 or hair=#aa2222.")
    return Change(_colour(old, known), _colour(new, known))


def _colour(text: str, known: Swatches | None) -> Colour:
    entry = known.named(text) if known else None
    return entry.colour if entry else parse_colour(text)
