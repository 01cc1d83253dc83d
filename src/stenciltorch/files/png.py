"""A PNG reduced to what its first picture needs, so that nothing else reaches the decoder.

Texts and profiles may be packed a thousandfold and come in thousands; of those that are needed one is enough.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from stenciltorch.files.limits import check_pieces

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NEEDED_ONCE = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"eXIf", b"IEND"}


class StillPng(NamedTuple):
    """The file without its other chunks, and how many frames the whole one announces."""

    data: bytes
    frames: int


def still(data: bytes, name: str) -> StillPng:
    """Keep the image data and the first of each chunk that says how to show it, byte for byte.

    Raises:
        PictureTooLargeError: more than `MAX_PIECES` chunks.
    """
    view, kept, seen, frames = memoryview(data), [memoryview(SIGNATURE)], set(), 1
    for kind, start, stop in _chunks(data, name):
        if kind == b"acTL" and stop - start >= 16:
            frames = max(1, int.from_bytes(data[start + 8 : start + 12]))
        elif kind == b"IDAT" or (kind in _NEEDED_ONCE and kind not in seen):
            kept.append(view[start:stop])
            seen.add(kind)
    return StillPng(b"".join(kept), frames)


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and stop of every chunk; the last one may be cut short."""
    position, count = len(SIGNATURE), 0
    while position + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind, position, position + 12 + length
        position, count = position + 12 + length, count + 1
        check_pieces(count, name)
