"""Adobe Swatch Exchange (.ase): big-endian blocks of named colours, maybe in groups."""

from __future__ import annotations

import struct

from stenciltorch.errors import InputError
from stenciltorch.palettes.conversions import from_cmyk, from_grey, from_lab, from_unit
from stenciltorch.palettes.swatches import MAX_SWATCHES, Colour, Swatch, Swatches

SIGNATURE = b"ASEF"
COLOUR, GROUP, GROUP_END = 0x0001, 0xC001, 0xC002
_CHANNELS = {b"RGB ": 3, b"CMYK": 4, b"LAB ": 3, b"Gray": 1}
_NORMAL = 2


def decode_ase(data: bytes, name: str) -> Swatches:
    """All colours in order; the first group's name is the palette's.

    Raises:
        InputError: damaged, or another format.
    """
    if not data.startswith(SIGNATURE):
        raise InputError(f"{name} is no Adobe swatch exchange file: it does not begin with ASEF.")
    try:
        return _decode(data, name)
    except (struct.error, UnicodeDecodeError) as error:
        raise InputError(f"{name} is damaged or cut short; save the swatches again.") from error


def _decode(data: bytes, name: str) -> Swatches:
    (count,) = struct.unpack_from(">I", data, 8)
    title, place = "", 12
    entries: list[Swatch] = []
    for _ in range(min(count, 4 * MAX_SWATCHES)):
        kind, length = struct.unpack_from(">HI", data, place)
        block = data[place + 6 : place + 6 + length]
        place += 6 + length
        if kind == COLOUR:
            entries.append(_entry(block, name))
        elif kind == GROUP:
            title = title or _name(block)[0]
    return Swatches(tuple(entries), title)


def _name(block: bytes) -> tuple[str, int]:
    (length,) = struct.unpack_from(">H", block)
    return block[2 : 2 + 2 * length].decode("utf-16-be").rstrip("\0"), 2 + 2 * length


def _entry(block: bytes, name: str) -> Swatch:
    label, place = _name(block)
    model = block[place : place + 4]
    if model not in _CHANNELS:
        raise InputError(f"{name} has a colour of an unknown kind ({model!r}); save the swatches as RGB.")
    levels = struct.unpack_from(f">{_CHANNELS[model]}f", block, place + 4)
    return Swatch(_colour(model, levels), label)


def _colour(model: bytes, levels: tuple[float, ...]) -> Colour:
    if not all(-1e4 < level < 1e4 for level in levels):
        raise struct.error("not a colour")
    if model == b"RGB ":
        return from_unit(levels)
    if model == b"CMYK":
        return from_cmyk(*levels)
    if model == b"LAB ":
        return from_lab(100 * levels[0], *levels[1:])
    return from_grey(levels[0])


def encode_ase(swatches: Swatches) -> bytes:
    """One group that is named like the palette, of RGB colours."""
    blocks = [_block(COLOUR, _colour_block(entry)) for entry in swatches.entries]
    blocks = [_block(GROUP, _text(swatches.name)), *blocks, _block(GROUP_END, b"")]
    return SIGNATURE + struct.pack(">HHI", 1, 0, len(blocks)) + b"".join(blocks)


def _block(kind: int, content: bytes) -> bytes:
    return struct.pack(">HI", kind, len(content)) + content


def _text(text: str) -> bytes:
    encoded = (text[:32_000] + "\0").encode("utf-16-be")
    return struct.pack(">H", len(encoded) // 2) + encoded


def _colour_block(entry: Swatch) -> bytes:
    levels = struct.pack(">3f", *(level / 255 for level in entry.colour))
    return _text(entry.name) + b"RGB " + levels + struct.pack(">H", _NORMAL)
