"""Photoshop colour swatches (.aco): big-endian, version 1 without and version 2 with names."""

from __future__ import annotations

import struct

from stenciltorch.errors import InputError
from stenciltorch.palettes.conversions import from_cmyk, from_grey, from_hsb, from_lab
from stenciltorch.palettes.swatches import MAX_SWATCHES, Colour, Swatch, Swatches

RGB, HSB, CMYK, LAB, GREY, WIDE_CMYK = 0, 1, 2, 7, 8, 9
_ENTRY = struct.Struct(">5H")


def decode_aco(data: bytes, name: str) -> Swatches:
    """The section with names where there is one.

    Raises:
        InputError: damaged, or a colour space that has no fixed meaning.
    """
    try:
        plain, end = _section(data, 0, name)
        if end + 4 <= len(data) and data[end : end + 2] == b"\0\2":
            plain, _ = _section(data, end, name)
    except (struct.error, UnicodeDecodeError) as error:
        raise InputError(f"{name} is damaged or cut short; save the swatches again.") from error
    return Swatches(tuple(plain))


def _section(data: bytes, start: int, name: str) -> tuple[list[Swatch], int]:
    version, count = struct.unpack_from(">2H", data, start)
    if version not in (1, 2) or count > MAX_SWATCHES:
        raise InputError(f"{name} is no Photoshop swatch file of version 1 or 2 with up to {MAX_SWATCHES} colours.")
    entries, place = [], start + 4
    for _ in range(count):
        space, *levels = _ENTRY.unpack_from(data, place)
        place += _ENTRY.size
        label = ""
        if version == 2:
            label, place = _name(data, place)
        entries.append(Swatch(_colour(space, levels, name), label))
    return entries, place


def _name(data: bytes, place: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">I", data, place)
    end = place + 4 + 2 * length
    if end > len(data):
        raise struct.error("cut short")
    return data[place + 4 : end].decode("utf-16-be").rstrip("\0"), end


def _colour(space: int, levels: list[int], name: str) -> Colour:
    if space == RGB:
        red, green, blue = ((level + 128) // 257 for level in levels[:3])
        return red, green, blue
    if space == HSB:
        return from_hsb(levels[0] / 65536, levels[1] / 65535, levels[2] / 65535)
    if space == CMYK:
        return from_cmyk(*(1 - level / 65535 for level in levels))
    if space == WIDE_CMYK:
        return from_cmyk(*(level / 10000 for level in levels))
    if space == LAB:
        signed = [level - 65536 if level > 32767 else level for level in levels]
        return from_lab(levels[0] / 100, signed[1] / 100, signed[2] / 100)
    if space == GREY:
        return from_grey(levels[0] / 10000)
    raise InputError(f"{name} has a colour of an unknown kind ({space}); save the swatches as RGB.")


def encode_aco(swatches: Swatches) -> bytes:
    """Both sections, as Photoshop writes them."""
    plain, named = bytearray(), bytearray()
    for entry in swatches.entries:
        levels = _ENTRY.pack(RGB, *(257 * level for level in entry.colour), 0)
        label = (entry.name + "\0").encode("utf-16-be")
        plain += levels
        named += levels + struct.pack(">I", len(label) // 2) + label
    count = len(swatches.entries)
    return struct.pack(">2H", 1, count) + plain + struct.pack(">2H", 2, count) + named
