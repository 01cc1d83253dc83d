"""The studio's project files (docs/project-file.md) -> what there is to colour."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from struct import unpack_from
from typing import Any, BinaryIO, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from stenciltorch.canvas import MAX_LIGHT, Hints, Illustration, Light, Lineart, Mask, Size, Stencil, UInt8Array
from stenciltorch.errors import InputError, reading
from stenciltorch.files import MAX_BYTES, MAX_SIDE, decode_hints, decode_illustration, decode_lineart, decode_mask

FORMAT = "stenciltorch-project"
VERSION = 1
MAX_PROJECT = 2**30
"""Bytes of a project file, and of all its members unpacked; as in the studio."""
MAX_PICTURE = 2**28
"""Bytes of one PNG in it: 40 million pixels with transparency that do not compress have 160 million."""
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 2**21
"""Bytes of the zip's list of members; an entry of the studio's has about 70."""

_PNG = b"\x89PNG\r\n\x1a\n"
_END, _END_LENGTH = b"PK\5\6", 22
_LOCATOR, _LOCATOR_LENGTH = b"PK\6\7", 20
_ENCRYPTED = 1

Picture = TypeVar("Picture", Lineart, Hints, Mask, Illustration)


@dataclass(frozen=True)
class Project:
    """A request, and the strokes that belong on its result.

    Args:
        stencil: what to colour.
        retouches: strokes painted on the result, of the stencil's size; None for none.
    """

    stencil: Stencil
    retouches: Hints | None = None

    def retouched(self, result: Illustration) -> Illustration:
        """The result with the strokes on it, rounded as the studio does."""
        if self.retouches is None:
            return result
        rows = result.array.copy()
        for below, above in zip(rows, self.retouches.array, strict=True):
            if above[:, 3].any():
                below[:] = _laid_over(below, above)
        return Illustration(rows)


def _laid_over(below: UInt8Array, above: UInt8Array) -> UInt8Array:
    """Straight-alpha RGBA on RGB, halves rounded up."""
    levels, alpha = below.astype(np.int32), above[:, 3:].astype(np.int32)
    twice = 510 * levels + 2 * (above[:, :3] - levels) * alpha
    return ((twice + 255) // 510).astype(np.uint8)


def read_project(path: str | os.PathLike[str], notices: list[str] | None = None) -> Project:
    """The project as the studio left it: the drawing's paper is white already. Nothing is unpacked to disk.

    Args:
        path: the .zip file.
        notices: receives sentences for the user.

    Raises:
        InputError: missing, not a project, of a newer version, damaged, or over the limits.
    """
    name = os.fspath(path)
    with _opened(name) as file, _unzipped(file, name) as archive:
        manifest = _manifest(archive, name)
        return _project(_Pages(archive, name, _size(manifest, name), [] if notices is None else notices), manifest)


def _opened(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except FileNotFoundError as error:
        raise InputError(f"{name} does not exist; check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name!r} cannot be read ({reason}); check the file.") from error


DAMAGED = "is damaged or cut short; save the project again or fetch it anew"


def _unzipped(file: BinaryIO, name: str) -> ZipFile:
    with reading(name, DAMAGED):
        _check_directory(file, name)
        archive = ZipFile(file)
        if sum(member.file_size for member in archive.infolist()) > MAX_PROJECT:
            raise InputError(f"{name} unpacks to more than {MAX_PROJECT // 2**20} MiB; delete passes in the studio.")
        return archive


def _check_directory(file: BinaryIO, name: str) -> None:
    """The list of members is short; looked for where zipfile finds it, which would read a list of any length."""
    length = file.seek(0, os.SEEK_END)
    if length > MAX_PROJECT:
        raise InputError(f"{name} is larger than {MAX_PROJECT // 2**20} MiB; delete passes in the studio.")
    file.seek(max(0, length - _END_LENGTH - 2**16))
    tail = file.read()
    at = len(tail) - _END_LENGTH
    if tail[max(0, at) :][:4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or at + _END_LENGTH > len(tail):
        raise InputError(f"{name} is not a whole zip file; save the project again or fetch it anew.")
    count, size = unpack_from("<HI", tail, at + 10)
    is_huge_kind = tail[max(0, at - _LOCATOR_LENGTH) : at].startswith(_LOCATOR)
    if count > MAX_MEMBERS or size > MAX_DIRECTORY or is_huge_kind:
        raise InputError(f"{name} is a zip of more than {MAX_MEMBERS} files or of the huge kind; no project is.")


def _content(archive: ZipFile, member: str, name: str, most: int) -> bytes:
    """A member unpacked; no more is ever held than it says that it has."""
    with reading(name, DAMAGED):
        about = _found(archive, member, name)
        if about.file_size > most:
            raise InputError(f"{_label(member, name)} is larger than {most // 2**20} MiB; it cannot be read.")
        with archive.open(about) as file:
            content = file.read(about.file_size + 1)
        if len(content) != about.file_size:
            raise ValueError(f"{len(content)} bytes of {about.file_size}")
        return content


def _found(archive: ZipFile, member: str, name: str) -> ZipInfo:
    about = archive.NameToInfo.get(member)
    if about is None:
        raise InputError(f"{_label(member, name)} is missing; save the project again in the studio.")
    if about.flag_bits & _ENCRYPTED:
        raise InputError(f"{name} is encrypted; pack it again without a password.")
    if about.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise InputError(f"{name} is packed by another method than deflate; pack it again as an ordinary zip.")
    return about


def _label(member: str, name: str) -> str:
    shown = member if member.isprintable() else ascii(member)
    return f"{shown[:100]} in {name}"


def _manifest(archive: ZipFile, name: str) -> dict[str, Any]:
    foreign = f"{name} is not a project of the studio"
    if "project.json" not in archive.NameToInfo:
        raise InputError(f"{foreign}: it has no project.json; name a file that the studio saved.")
    try:
        manifest = json.loads(_content(archive, "project.json", name, MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{foreign}: its project.json is not JSON ({error}).") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f'{foreign}: its project.json does not say "format": "{FORMAT}".')
    _check_version(manifest.get("version"), name)
    return manifest


def _check_version(version: Any, name: str) -> None:
    if type(version) is not int or version < 1:
        raise InputError(f"{name}: version must be a whole number from 1, found {_shown(version)}.")
    if version > VERSION:
        raise InputError(
            f"{name} is a project of version {_shown(version)}, and {VERSION} is the latest known here; "
            "update StencilTorch."
        )


def _size(manifest: dict[str, Any], name: str) -> Size:
    return Size(_side(manifest.get("height"), name), _side(manifest.get("width"), name))


def _side(found: Any, name: str) -> int:
    if type(found) is not int or not 1 <= found <= MAX_SIDE:
        raise InputError(f"{name}: width and height must be 1 to {MAX_SIDE} pixels, found {_shown(found)}.")
    return found


@dataclass(frozen=True)
class _Pages:
    """The pictures of one project, which all have its size."""

    archive: ZipFile
    name: str
    size: Size
    notices: list[str]

    def picture(self, member: str, decode: Callable[..., Picture]) -> Picture:
        label = _label(member, self.name)
        data = _content(self.archive, member, self.name, MAX_PICTURE)
        if not data.startswith(_PNG):
            raise InputError(f"{label} is not a PNG; save the project again in the studio.")
        picture = decode(data, label, notices=self.notices)
        if picture.size != self.size:
            raise InputError(
                f"{label} has {picture.size} pixels but the project has {self.size}; they must be the same."
            )
        return picture


def _project(pages: _Pages, manifest: dict[str, Any]) -> Project:
    lineart = pages.picture("lineart.png", partial(decode_lineart, levels=False))
    stencil = Stencil(
        lineart,
        pages.picture("hints.png", decode_hints),
        pages.picture("mask.png", decode_mask),
        _base(pages, manifest.get("base")) or lineart.as_illustration(),
        _light(manifest.get("light"), pages.name),
    )
    retouches = manifest.get("retouches", [])
    if not isinstance(retouches, list):
        raise InputError(f"{pages.name}: retouches must be a list, found {_shown(retouches)}.")
    return Project(stencil, pages.picture("retouches.png", decode_hints) if retouches else None)


def _light(found: Any, name: str) -> Light:
    """The project's light; those saved before there was one have none, which is what they were coloured in."""
    if found is None:
        return Light(strength=0.0)
    try:
        return Light(_number(found["angle"]), _number(found["strength"]))
    except (TypeError, KeyError, ValueError, OverflowError, InputError) as error:
        raise InputError(
            f"{name}: light must have an angle in degrees and a strength from 0 to {MAX_LIGHT:g}, "
            f"found {_shown(found)}."
        ) from error


def _number(found: Any) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(f"{type(found).__name__} is no number")
    return float(found)


def _base(pages: _Pages, member: Any) -> Illustration | None:
    if member is None:
        return None
    if not isinstance(member, str):
        raise InputError(f"{pages.name}: base must be the name of a picture or null, found {_shown(member)}.")
    return pages.picture(member, decode_illustration)


def _shown(value: Any) -> str:
    return json.dumps(value)[:60] if value is not None else "nothing"
