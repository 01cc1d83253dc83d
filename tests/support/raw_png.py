"""Write PNG files chunk by chunk: every bit depth, colour type and lie, without asking an image library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
"""First row, first column, row step, column step of the seven passes (PNG, 8.2)."""

Chunk = tuple[bytes, bytes]
Samples = npt.NDArray[np.integer]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width: int, height: int, depth: int, colour_type: int, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace))


def scanlines(samples: Samples, depth: int) -> bytes:
    """Rows (height, width, channels) packed to `depth` bits, each after its filter byte 0."""
    rows = samples.reshape(len(samples), -1).astype(np.uint16)
    if depth == 16:
        packed = [row.astype(">u2").tobytes() for row in rows]
    else:
        bits = (rows[..., None] >> np.arange(depth - 1, -1, -1)) & 1
        packed = [np.packbits(row.ravel()).tobytes() for row in bits.astype(np.uint8)]
    return b"".join(b"\0" + row for row in packed)


def interlaced_scanlines(samples: Samples, depth: int) -> bytes:
    passes = [samples[row::row_step, column::column_step] for row, column, row_step, column_step in ADAM7]
    return b"".join(scanlines(part, depth) for part in passes if part.size)


def png(
    samples: Samples,
    depth: int,
    colour_type: int,
    chunks: Sequence[Chunk] = (),
    interlaced: bool = False,
) -> bytes:
    """A whole file from samples (height, width, channels) of 0 .. 2 ** depth - 1."""
    body = (interlaced_scanlines if interlaced else scanlines)(samples, depth)
    extra = b"".join(chunk(kind, content) for kind, content in chunks)
    return (
        SIGNATURE
        + header(samples.shape[1], samples.shape[0], depth, colour_type, int(interlaced))
        + extra
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


def split_chunks(data: bytes) -> list[Chunk]:
    """The chunks of a sound file."""
    found, position = [], len(SIGNATURE)
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        found.append((data[position + 4 : position + 8], data[position + 8 : position + 8 + length]))
        position += 12 + length
    return found


def join_chunks(chunks: Sequence[Chunk]) -> bytes:
    """A file of any chunks in any order, their checksums right."""
    return SIGNATURE + b"".join(chunk(kind, content) for kind, content in chunks)
