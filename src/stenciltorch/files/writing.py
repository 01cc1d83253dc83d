"""The nouns of `canvas` -> file bytes, and bytes -> disk so that a file is whole or not there."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stenciltorch.canvas import Hints, Illustration, Lineart, Mask
from stenciltorch.errors import InputError
from stenciltorch.files.provenance import Provenance
from stenciltorch.files.reading import PathLike

JPEG_QUALITY = 95
_XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
WEBP_MAX_SIDE = 16_383
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 4},
    "JPEG": {"quality": JPEG_QUALITY, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True, "quality": 30, "method": 2},
}
"""PNG and WebP lose nothing. JPEG keeps colours at full resolution."""


def encode_illustration(
    illustration: Illustration, suffix: str = ".png", provenance: Provenance | None = None
) -> bytes:
    """The file's bytes in the format of the suffix: .png, .webp (both lossless), .jpg or .jpeg.

    Args:
        provenance: what the file says of how it was made; None to say nothing.

    Raises:
        InputError: another suffix, or too large for the format; so for the other `encode_` functions.
    """
    return _encode(Image.fromarray(illustration.array), suffix, provenance)


def encode_lineart(lineart: Lineart, suffix: str = ".png") -> bytes:
    return _encode(Image.fromarray(lineart.array), suffix)


def encode_mask(mask: Mask, suffix: str = ".png") -> bytes:
    return _encode(Image.fromarray(mask.array), suffix)


def encode_hints(hints: Hints, suffix: str = ".png") -> bytes:
    """As `encode_illustration`, but never JPEG, which has no transparency."""
    if FORMATS.get(suffix.lower()) == "JPEG":
        raise InputError("Hints need transparency, which JPEG does not have; save them as .png or .webp.")
    return _encode(Image.fromarray(hints.array), suffix)


def write_illustration(path: PathLike, illustration: Illustration, provenance: Provenance | None = None) -> None:
    """Write a file in the format of its suffix; whole, or not at all.

    Raises:
        InputError: an unknown suffix, or a place that cannot be written; so for the other `write_` functions.
    """
    write_bytes(path, encode_illustration(illustration, Path(path).suffix, provenance))


def write_lineart(path: PathLike, lineart: Lineart) -> None:
    write_bytes(path, encode_lineart(lineart, Path(path).suffix))


def write_hints(path: PathLike, hints: Hints) -> None:
    write_bytes(path, encode_hints(hints, Path(path).suffix))


def write_mask(path: PathLike, mask: Mask) -> None:
    write_bytes(path, encode_mask(mask, Path(path).suffix))


def write_bytes(path: PathLike, data: bytes) -> None:
    """Replace the file at `path` in one step; on any failure the old file stays and nothing else is left.

    Raises:
        InputError: the folder is missing or not writable, the disk is full, or `path` is no ordinary file.
    """
    try:
        _replace(Path(os.path.realpath(path)), data)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{os.fspath(path)!r} cannot be written ({reason}); nothing was changed.") from error


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        mode = _mode_of(target)
        _write_through(beside, data)
        if mode is not None:
            beside.chmod(mode)
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _mode_of(target: Path) -> int | None:
    """Permissions of the file that is to be replaced; None for a new one.

    Raises:
        ValueError: a folder or a device, which must not be replaced.
    """
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise ValueError("it is a folder")
    if not stat.S_ISREG(mode):
        raise ValueError("it is not an ordinary file")
    return stat.S_IMODE(mode)


def _write_through(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _encode(image: Image.Image, suffix: str, provenance: Provenance | None = None) -> bytes:
    form = FORMATS.get(suffix.lower())
    if form is None:
        found = repr(suffix) if suffix else "no suffix"
        raise InputError(f"A picture's name must end in .png, .webp, .jpg or .jpeg, found {found}.")
    if form == "WEBP" and max(image.size) > WEBP_MAX_SIDE:
        raise InputError(f"WebP holds at most {WEBP_MAX_SIDE} pixels on a side; save the picture as .png.")
    buffer = BytesIO()
    image.save(buffer, form, **_OPTIONS[form], **(_metadata(form, provenance) if provenance else {}))
    return buffer.getvalue()


def _metadata(form: str, provenance: Provenance) -> dict[str, Any]:
    """Options of Pillow that put the provenance into a file of this format."""
    if form == "WEBP":
        return {"xmp": provenance.xmp()}
    if form == "JPEG":
        packet = _XMP_MARK + provenance.xmp()
        return {"comment": provenance.note.encode(), "extra": b"\xff\xe1" + (len(packet) + 2).to_bytes(2) + packet}
    texts = PngInfo()
    for key, text in provenance.texts().items():
        texts.add_itxt(key, text)
    texts.add_itxt("XML:com.adobe.xmp", provenance.xmp().decode())
    return {"pnginfo": texts}
