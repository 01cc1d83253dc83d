"""multipart/form-data as it comes in: a few known parts, in memory, never more bytes than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from stenciltorch.files import MAX_BYTES
from stenciltorch.studio.answers import Refusal

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

UPLOAD_SECONDS = 120.0
"""For the whole form."""
_FORM = "send multipart/form-data, as `curl --form lineart=@drawing.png` does"


def check_form(request: Request) -> bytes:
    """What can be refused before a byte of the form is read; returns the boundary.

    Raises:
        Refusal: 415 not a form, 413 too large by its own word.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise Refusal(415, "unsupported_media_type", f"This is not a form with a boundary; {_FORM}.")
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise _too_large()
    return boundary


async def read_form(
    request: Request, boundary: bytes, known: Collection[str], seconds: float = UPLOAD_SECONDS
) -> dict[str, bytes]:
    """The parts by name; a file that a web form leaves out is left out.

    Raises:
        Refusal: 400 damaged or cut short, 408 too slow, 413 too large, 422 an unknown or repeated part.
    """
    parts = _Parts(known)
    parser = MultipartParser(boundary, parts.callbacks())
    try:
        async with asyncio.timeout(seconds):
            await _feed(parser, request)
    except FormParserError as error:
        raise _damaged() from error
    except TimeoutError as error:
        raise Refusal(408, "request_timeout", f"The form did not arrive within {seconds:g} s.") from error
    if not parts.ended:
        raise _damaged()
    return parts.found


async def _feed(parser: MultipartParser, request: Request) -> None:
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > MAX_BYTES:
            raise _too_large()
        parser.write(chunk)


def _too_large() -> Refusal:
    detail = f"The request has more than {MAX_BYTES // 2**20} MiB, the most that is taken; send smaller pictures."
    return Refusal(413, "too_large", detail)


def _damaged() -> Refusal:
    return Refusal(400, "bad_request", f"The form is damaged or cut short; {_FORM}.")


class _Parts:
    """Gathers what the parser reports."""

    def __init__(self, known: Collection[str]) -> None:
        self.found: dict[str, bytes] = {}
        self.ended = False
        self._known = known
        self._field, self._value = bytearray(), bytearray()
        self._options: dict[bytes, bytes] = {}
        self._content = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def _part_begin(self) -> None:
        self._options = {}
        self._content = bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._options = parse_options_header(bytes(self._value))[1]
        self._field, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        name = self._name
        if name not in self._known:
            expected = ", ".join(self._known)
            raise Refusal(422, "unusable", f"The part {name[:40]!r} is not known; expected {expected}.")
        if name in self.found:
            raise Refusal(422, "unusable", f"The part {name!r} was sent twice; send it once.")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _part_end(self) -> None:
        if self._content or self._options.get(b"filename") != b"":
            self.found[self._name] = bytes(self._content)
        self._content = bytearray()

    def _end(self) -> None:
        self.ended = True

    @property
    def _name(self) -> str:
        return self._options.get(b"name", b"").decode("utf-8", "replace")
