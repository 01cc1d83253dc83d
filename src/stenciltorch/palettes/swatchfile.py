"""Palettes on disk: .gpl, .aco, .ase, and .json for character sheets; told apart by what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from stenciltorch.canvas import Illustration
from stenciltorch.errors import InputError
from stenciltorch.files import read_bytes, write_bytes
from stenciltorch.palettes.aco import decode_aco, encode_aco
from stenciltorch.palettes.ase import SIGNATURE, decode_ase, encode_ase
from stenciltorch.palettes.gpl import HEADER, decode_gpl, encode_gpl
from stenciltorch.palettes.names import colour_name
from stenciltorch.palettes.segments import find_segments
from stenciltorch.palettes.sheets import decode_sheet, encode_sheet
from stenciltorch.palettes.swatches import Swatch, Swatches, distinct

PathLike = str | os.PathLike[str]

ENCODERS = {".gpl": encode_gpl, ".aco": encode_aco, ".ase": encode_ase, ".json": encode_sheet}
MAX_PALETTE_BYTES = 2**22


def read_swatches(path: PathLike) -> Swatches:
    """Raises InputError when the file is missing or cannot be read as a palette."""
    return decode_swatches(read_bytes(path), os.fspath(path))


def decode_swatches(data: bytes, name: str) -> Swatches:
    """A palette in any of the four formats.

    Raises:
        InputError: another format, damaged, or too large.
    """
    if len(data) > MAX_PALETTE_BYTES:
        raise InputError(f"{name} is larger than {MAX_PALETTE_BYTES // 2**20} MiB; it is no palette.")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(HEADER.encode()):
        return decode_gpl(data, name)
    if start.startswith(b"{"):
        return decode_sheet(data, name)
    if data.startswith(SIGNATURE):
        return decode_ase(data, name)
    if data[:2] in (b"\0\1", b"\0\2"):
        return decode_aco(data, name)
    raise InputError(f"{name} is no palette; expected .gpl, .aco, .ase or a character sheet in .json.")


def encode_swatches(swatches: Swatches, suffix: str) -> bytes:
    """Raises InputError for another suffix than those of `ENCODERS`."""
    encoder = ENCODERS.get(suffix.lower())
    if encoder is None:
        raise InputError(f"A palette's name must end in {', '.join(ENCODERS)}, found {suffix or 'no suffix'!r}.")
    return encoder(swatches)


def write_swatches(path: PathLike, swatches: Swatches) -> None:
    """Whole, or not at all.

    Raises:
        InputError: an unknown suffix, or a place that cannot be written.
    """
    write_bytes(path, encode_swatches(swatches, Path(path).suffix))


def merged(palettes: Iterable[Swatches]) -> Swatches:
    """All colours once, in order."""
    listed = list(palettes)
    entries = distinct(entry for palette in listed for entry in palette.entries)
    return Swatches(entries, next((palette.name for palette in listed if palette.name), ""))


def swatches_of(flats: Illustration, known: Swatches | None = None, name: str = "") -> Swatches:
    """The colours of a picture of flats, most used first, by the artist's names or everyday ones."""
    entries = []
    for red, green, blue in find_segments(flats).colours.tolist():
        colour = (red, green, blue)
        own = next((entry.name for entry in known.entries if entry.colour == colour), "") if known else ""
        entries.append(Swatch(colour, own or colour_name(colour)))
    return Swatches(tuple(entries), name)
