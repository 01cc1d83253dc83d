"""File bytes -> the nouns of `canvas`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.files.decoding import Raster, decode
from stenciltorch.files.levels import level_paper
from stenciltorch.files.limits import MAX_BYTES, check_bytes

PathLike = str | os.PathLike[str]

PALEST_INK = 128
"""When nothing is darker than this on white paper, a one-coloured layer shows its lines by alpha alone."""
ONE_COLOUR = 16
"""Levels that the visible pixels of a one-coloured layer may differ by."""


def read_bytes(path: PathLike) -> bytes:
    """The whole file, or one sentence why not; stops reading at `MAX_BYTES`.

    Raises:
        InputError: missing, a folder, unreadable; PictureTooLargeError: more than `MAX_BYTES`.
    """
    name = os.fspath(path)
    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist; check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{name} is a folder; name a picture file.") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{name!r} cannot be read ({_reason(error)}); check the file.") from error
    check_bytes(len(data), name)
    return data


def read_illustration(path: PathLike, notices: list[str] | None = None) -> Illustration:
    """`decode_illustration` of a file."""
    return decode_illustration(read_bytes(path), os.fspath(path), notices)


def read_lineart(path: PathLike, levels: bool = True, notices: list[str] | None = None) -> Lineart:
    """`decode_lineart` of a file."""
    return decode_lineart(read_bytes(path), os.fspath(path), levels, notices)


def read_hints(path: PathLike, notices: list[str] | None = None) -> Hints:
    """`decode_hints` of a file."""
    return decode_hints(read_bytes(path), os.fspath(path), notices)


def read_mask(path: PathLike, notices: list[str] | None = None) -> Mask:
    """`decode_mask` of a file."""
    return decode_mask(read_bytes(path), os.fspath(path), notices)


def decode_illustration(data: bytes, name: str = "picture", notices: list[str] | None = None) -> Illustration:
    """Any PNG, JPEG or WebP in sRGB, the right way up, transparency laid on white.

    Args:
        data: the file's bytes.
        name: what messages call the file.
        notices: receives sentences for the user, such as that only an animation's first frame is used.

    Raises:
        InputError: see `decoding.decode`; so for the other `decode_` and `read_` functions.
    """
    return illustration_of(decode(data, name, [] if notices is None else notices))


def illustration_of(raster: Raster) -> Illustration:
    page = _on_white(raster)
    return Illustration(np.asarray(page if page.mode == "RGB" else page.convert("RGB")))


def decode_lineart(
    data: bytes, name: str = "lineart", levels: bool = True, notices: list[str] | None = None
) -> Lineart:
    """A drawing's luminance, transparency laid on white.

    Args:
        data: the file's bytes.
        name: what messages call the file.
        levels: bring a scan's paper to white (`level_paper`).
        notices: as in `decode_illustration`.
    """
    heard = [] if notices is None else notices
    return lineart_of(decode(data, name, heard), name, levels, heard)


def lineart_of(raster: Raster, name: str, levels: bool, notices: list[str]) -> Lineart:
    raster = Raster(raster.colour.convert("L"), raster.alpha)
    drawn = _on_white(raster)
    if _is_pale_layer(raster, drawn):
        assert raster.alpha is not None
        notices.append(f"{name} has pale lines on a transparent page; their opacity is used as ink.")
        drawn = ImageChops.invert(raster.alpha)
    lineart = Lineart(np.asarray(drawn))
    return level_paper(lineart) if levels else lineart


def decode_hints(data: bytes, name: str = "hints", notices: list[str] | None = None) -> Hints:
    """Colour wishes: a picture with transparency, whose painted pixels are the wishes.

    Raises:
        InputError: the picture cannot hold transparency, so that all of it would be wished.
    """
    return hints_of(decode(data, name, [] if notices is None else notices), name)


def hints_of(raster: Raster, name: str) -> Hints:
    if raster.alpha is None:
        raise InputError(
            f"{name} has no transparency, so every pixel would be a hint; paint hints on a transparent layer."
        )
    return Hints(np.dstack([np.asarray(raster.colour.convert("RGB")), np.asarray(raster.alpha)]))


def decode_mask(data: bytes, name: str = "mask", notices: list[str] | None = None) -> Mask:
    """Where to paint: white repaints, black or transparent keeps, between is a soft edge."""
    return mask_of(decode(data, name, [] if notices is None else notices))


def mask_of(raster: Raster) -> Mask:
    openness = raster.colour.convert("L")
    return Mask(np.asarray(openness if raster.alpha is None else ImageChops.multiply(openness, raster.alpha)))


def _on_white(raster: Raster) -> Image.Image:
    """Exact for alpha 0 and 255, rounded between."""
    if raster.alpha is None:
        return raster.colour
    white = 255 if raster.colour.mode == "L" else (255, 255, 255)
    page = Image.new(raster.colour.mode, raster.colour.size, white)
    page.paste(raster.colour, mask=raster.alpha)
    return page


def _is_pale_layer(raster: Raster, drawn: Image.Image) -> bool:
    """True for a line layer in white or a pale colour, which would vanish on white paper."""
    if raster.alpha is None or _extremes(drawn)[0] < PALEST_INK:
        return False
    opacity: UInt8Array = np.asarray(raster.alpha)
    visible: UInt8Array = np.asarray(raster.colour)[opacity >= 128]
    if not 0 < visible.size < opacity.size / 2:
        return False
    return int(visible.max()) - int(visible.min()) <= ONE_COLOUR


def _extremes(image: Image.Image) -> tuple[int, int]:
    pixels = np.asarray(image)
    return int(pixels.min()), int(pixels.max())


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
