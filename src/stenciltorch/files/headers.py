"""What a picture file says of itself in its first bytes, read without decoding anything."""

from __future__ import annotations

import struct
from typing import NamedTuple

from stenciltorch.canvas import Size
from stenciltorch.errors import InputError
from stenciltorch.files.limits import check_bytes, check_pieces, check_scans, check_size
from stenciltorch.files.png import SIGNATURE

_FOREIGN = {
    b"GIF8": "a GIF",
    b"8BPS": "a Photoshop document",
    b"CSFCHUNK": "a Clip Studio document",
    b"PK\x03\x04": "a zip archive or a Krita or OpenRaster document",
    b"gimp xcf": "a GIMP document",
    b"II*\0": "a TIFF",
    b"MM\0*": "a TIFF",
    b"BM": "a BMP",
    b"%PDF": "a PDF",
    b"<svg": "an SVG",
    b"<?xml": "an XML or SVG",
}
_STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD9)}
_FRAME_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Header(NamedTuple):
    """Pillow's name of the format, the size in pixels, and bits per channel as stored."""

    format: str
    size: Size
    depth: int


def read_header(data: bytes, name: str) -> Header:
    """Recognise a PNG, JPEG or WebP file and hold it against every limit.

    Raises:
        PictureTooLargeError: more bytes, pixels or pieces than `limits` allows.
        InputError: another format, or a header that is cut short.
    """
    check_bytes(len(data), name)
    try:
        header = _parse(data, name)
    except (struct.error, IndexError) as error:
        raise _damaged(name) from error
    if 0 in header.size:
        raise _damaged(name)
    check_size(header.size, name)
    return header


def _parse(data: bytes, name: str) -> Header:
    if data.startswith(SIGNATURE):
        return _parse_png(data, name)
    if data.startswith(b"\xff\xd8\xff"):
        return _parse_jpeg(data, name)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _parse_webp(data, name)
    raise _foreign(data, name)


def _foreign(data: bytes, name: str) -> InputError:
    if not data:
        return InputError(f"{name} is empty; expected a PNG, JPEG or WebP picture.")
    kind = next((kind for start, kind in _FOREIGN.items() if data.startswith(start)), None)
    if data[4:8] == b"ftyp":
        kind = "an AVIF, HEIC or video"
    if kind:
        return InputError(f"{name} is {kind} file; export it as PNG, JPEG or WebP.")
    return InputError(f"{name} is not a picture that can be read; expected PNG, JPEG or WebP.")


def _damaged(name: str) -> InputError:
    return InputError(f"{name} is damaged or cut short; save it again or fetch it anew.")


def _parse_png(data: bytes, name: str) -> Header:
    kind, width, height, depth = struct.unpack_from(">4sIIB", data, 12)
    if kind != b"IHDR":
        raise _damaged(name)
    return Header("PNG", Size(height, width), depth)


def _parse_jpeg(data: bytes, name: str) -> Header:
    check_scans(data.count(b"\xff\xda"), name)
    position, count = 2, 0
    while True:
        check_pieces(count, name)
        while data[position + 1] == 0xFF:
            position += 1
        if data[position] != 0xFF:
            raise _damaged(name)
        marker = data[position + 1]
        if marker in _FRAME_MARKERS:
            depth, height, width = struct.unpack_from(">BHH", data, position + 4)
            return Header("JPEG", Size(height, width), depth)
        (length,) = (0,) if marker in _STANDALONE_MARKERS else struct.unpack_from(">H", data, position + 2)
        position, count = position + 2 + length, count + 1


def _parse_webp(data: bytes, name: str) -> Header:
    kind = data[12:16]
    if kind == b"VP8X":
        size = Size(1 + int.from_bytes(data[27:30], "little"), 1 + int.from_bytes(data[24:27], "little"))
    elif kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        size = Size(1 + (bits >> 14 & 0x3FFF), 1 + (bits & 0x3FFF))
    elif kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        size = Size(height & 0x3FFF, width & 0x3FFF)
    else:
        raise _damaged(name)
    return Header("WEBP", size, 8)
