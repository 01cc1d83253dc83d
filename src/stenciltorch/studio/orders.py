"""A form's parts -> a stencil -> a painting -> the answer's bytes: what `stenciltorch colorize` does with files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from stenciltorch.canvas import Hints, Illustration, Painting, Size, Stencil
from stenciltorch.errors import InputError
from stenciltorch.files import (
    PictureTooLargeError,
    Provenance,
    decode_hints,
    decode_illustration,
    decode_lineart,
    decode_mask,
    encode_illustration,
    fit_hints,
    fit_mask,
)
from stenciltorch.finishing import Finish, Maker
from stenciltorch.hintfile import HintSheet, draw_hints, parse_hint_file
from stenciltorch.layers import is_document, open_document, stencil_of
from stenciltorch.studio.wishes import SWITCH, WISHES, choice, finish_of, layers_of, light_of
from stenciltorch.studio.work import Checkpoint

PARTS = ("lineart", "hints", "mask", "base", "output", "levels", *WISHES)
PICTURES = ("illustration", "flats", "colour")
DOCUMENTS = ("psd", "ora")
EVERYTHING = "all"
OUTPUTS = (*PICTURES, EVERYTHING, *DOCUMENTS)
MEDIA_TYPES = {"psd": "image/vnd.adobe.photoshop", "ora": "image/openraster"}
LEVELS = SWITCH
MAX_HINT_FILE = 4 * 2**20
"""Bytes of hints as JSON; 20,000 points have about one million."""
MAX_DABBED = 2_000_000_000
"""Pixels that all marks of a hint file may cover, counted once for each mark; about a minute of drawing."""

Paint = Callable[[Stencil, Checkpoint], Painting]
"""A colorizer that says now and then how far it is."""


@dataclass(frozen=True)
class Order:
    """What a form asks for.

    Args:
        parts: the pictures and hints, as the bytes of their files.
        output: one of `OUTPUTS`.
        levels: bring a scan's grey paper to white.
        finish: what is done with the painting.
    """

    parts: Mapping[str, bytes]
    output: str = "illustration"
    levels: bool = True
    finish: Finish = field(default=Finish())

    @classmethod
    def of(cls, parts: Mapping[str, bytes], maker: Maker | None = None) -> Order:
        """Raises InputError when there is no lineart, an unknown choice, or a palette that cannot be read."""
        if "lineart" not in parts:
            raise InputError("The part 'lineart' is missing; send the drawing as a PNG, JPEG or WebP file.")
        output = choice(parts, "output", OUTPUTS, "illustration")
        levels = LEVELS[choice(parts, "levels", tuple(LEVELS), "true")]
        return cls(parts, output, levels, finish_of(parts, maker))


@dataclass(frozen=True)
class Delivery:
    """An answer's content, and what the client should know of its input."""

    content: bytes
    media_type: str
    notices: tuple[str, ...] = ()


def fulfil(order: Order, paint: Paint, check: Checkpoint) -> Delivery:
    """Decode, paint, encode.

    Raises:
        InputError: a part that cannot be used, or sizes that do not fit together.
    """
    notices: list[str] = []
    stencil = read_stencil(order, notices, check)
    painting = order.finish.settled(paint(stencil, check), stencil)
    check(1.0)
    content, media_type = _content(order, stencil, painting, check)
    return Delivery(content, media_type, tuple(notices))


def _content(order: Order, stencil: Stencil, painting: Painting, check: Checkpoint) -> tuple[bytes, str]:
    provenance = order.finish.provenance(stencil.hints)
    if order.output in DOCUMENTS:
        stack = order.finish.stack(stencil, painting)
        check(1.0)
        return order.finish.layered(stack, f".{order.output}", provenance), MEDIA_TYPES[order.output]
    if order.output == EVERYTHING:
        return _zipped(painting, provenance, check), "application/zip"
    return _png(painting, order.output, provenance), "image/png"


def read_stencil(order: Order, notices: list[str], check: Checkpoint) -> Stencil:
    """The order's parts as one request, each decoded only when still wanted."""
    parts = order.parts
    stencil = _begin(order, notices).with_light(light_of(parts))
    lineart = stencil.lineart
    if "hints" in parts:
        check(0.0)
        stencil = stencil.with_hints(read_hints(parts["hints"], lineart.size, notices))
    if "mask" in parts:
        check(0.0)
        stencil = stencil.with_mask(fit_mask(decode_mask(parts["mask"], "mask", notices), lineart.size))
    if "base" in parts:
        check(0.0)
        stencil = stencil.with_base(decode_illustration(parts["base"], "base", notices))
    return stencil


def _begin(order: Order, notices: list[str]) -> Stencil:
    """From a picture, or from a layered document with hints and mask of its own."""
    data = order.parts["lineart"]
    if is_document(data):
        return stencil_of(open_document(data, "lineart"), layers_of(order.parts), order.levels, notices)
    return Stencil.start(decode_lineart(data, "lineart", order.levels, notices))


def read_hints(data: bytes, size: Size, notices: list[str]) -> Hints:
    """Hints at `size`, from a picture or from the JSON of docs/hints.md."""
    if not _is_json(data):
        return fit_hints(decode_hints(data, "hints", notices), size)
    if len(data) > MAX_HINT_FILE:
        raise PictureTooLargeError(
            f"hints has more than {MAX_HINT_FILE // 2**20} MiB of JSON; send the hints as a picture instead."
        )
    sheet = parse_hint_file(data, "hints")
    _check_effort(sheet, size)
    return draw_hints(sheet, size)


def _is_json(data: bytes) -> bool:
    """No picture file begins like this."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1] in (b"{", b"[")


def _check_effort(sheet: HintSheet, size: Size) -> None:
    """Raises PictureTooLargeError for marks that would take very long to draw."""
    scale = max(size) / max(sheet.size) if sheet.size else 1.0
    covered = 0.0
    for mark in sheet.marks:
        reach = 2 * scale * (mark.radius or 1.0)
        for start, end in zip(mark.points, mark.points[1:] or mark.points, strict=False):
            across, down = (reach + scale * abs(last - first) for first, last in zip(start, end, strict=True))
            covered += min(across, size.width) * min(down, size.height)
    if covered > MAX_DABBED:
        raise PictureTooLargeError(
            f"hints has marks that cover the drawing {covered / size.pixels:.0f} times over; "
            "use smaller radii, or send the hints as a picture."
        )


def _png(painting: Painting, picture: str, provenance: Provenance | None) -> bytes:
    illustration: Illustration = getattr(painting, picture)
    return encode_illustration(illustration, ".png", provenance)


def _zipped(painting: Painting, provenance: Provenance | None, check: Checkpoint) -> bytes:
    """One PNG for each picture, with no time in it: the same painting gives the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for picture in PICTURES:
            check(1.0)
            archive.writestr(zipfile.ZipInfo(f"{picture}.png"), _png(painting, picture, provenance))
    return buffer.getvalue()
