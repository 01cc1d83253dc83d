"""How large a picture file may be; everything is checked before a pixel is decoded."""

from __future__ import annotations

from stenciltorch.canvas import Size
from stenciltorch.errors import InputError

MAX_BYTES = 64 * 2**20
"""Bytes of one file."""
MAX_PIXELS = 40_000_000
"""Pixels of one picture: an A3 page at 450 dpi has 39 million."""
MAX_SIDE = 30_000
"""Pixels of the longer side."""
MAX_PIECES = 50_000
"""PNG chunks or JPEG segments of one file; a 64 MiB PNG in the usual 8 KiB chunks has 8,192."""
MAX_SCANS = 50
"""JPEG scans: each costs up to 0.05 s at 40 million pixels; progressive files have about ten."""


class PictureTooLargeError(InputError):
    """A picture over the limits; a server answers it with 413."""


def check_bytes(count: int, name: str) -> None:
    if count > MAX_BYTES:
        raise PictureTooLargeError(
            f"{name} is larger than {MAX_BYTES // 2**20} MiB, the most that a picture file may have; save it smaller."
        )


def check_size(size: Size, name: str) -> None:
    if size.pixels > MAX_PIXELS or max(size) > MAX_SIDE:
        raise PictureTooLargeError(
            f"{name} is {size} pixels; at most {MAX_PIXELS // 10**6} million pixels "
            f"and {MAX_SIDE} on a side can be read, so make it smaller."
        )


def check_pieces(pieces: int, name: str) -> None:
    if pieces > MAX_PIECES:
        raise PictureTooLargeError(
            f"{name} is made of more than {MAX_PIECES} pieces; save it again with a painting program."
        )


def check_scans(scans: int, name: str) -> None:
    if scans > MAX_SCANS:
        raise PictureTooLargeError(
            f"{name} is a JPEG of {scans} scans, at most {MAX_SCANS} are read; save it again as PNG."
        )
