"""Palettes: named colours in and out, paintings kept to them, and what people call a colour."""

from stenciltorch.palettes.names import colour_name, label, unique
from stenciltorch.palettes.segments import Segments, agreed_inside_lines, find_segments
from stenciltorch.palettes.snapping import Change, parse_change, recolour, snap
from stenciltorch.palettes.swatches import Colour, Swatch, Swatches, distinct, parse_colour
from stenciltorch.palettes.swatchfile import (
    decode_swatches,
    encode_swatches,
    merged,
    read_swatches,
    swatches_of,
    write_swatches,
)

__all__ = [
    "Change",
    "Colour",
    "Segments",
    "Swatch",
    "Swatches",
    "agreed_inside_lines",
    "colour_name",
    "decode_swatches",
    "distinct",
    "encode_swatches",
    "find_segments",
    "label",
    "merged",
    "parse_change",
    "parse_colour",
    "read_swatches",
    "recolour",
    "snap",
    "swatches_of",
    "unique",
    "write_swatches",
]
