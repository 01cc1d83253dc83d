"""The protocol buffer wire format, read without decoding what is not asked for.

Enough to look into a model file before anything is built from it; https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}
_MAX_VARINT_BYTES = 10


class WireError(ValueError):
    """These bytes are not a protocol buffer message."""


class Field(NamedTuple):
    """One field as it lies in the file: `number` of a varint, `payload` of every other wire type."""

    key: int
    wire: int
    number: int
    payload: memoryview

    def message(self) -> memoryview:
        """The bytes of a nested message, string or packed list.

        Raises:
            WireError: the field holds a plain number.
        """
        if self.wire != BYTES:
            raise WireError(f"field {self.key} is not a message")
        return self.payload

    def text(self) -> str:
        try:
            return str(self.message(), "utf-8")
        except UnicodeDecodeError as error:
            raise WireError(f"field {self.key} is not text") from error

    def whole(self) -> int:
        """The number of a varint field."""
        if self.wire != VARINT:
            raise WireError(f"field {self.key} is not a number")
        return self.number

    def wholes(self) -> list[int]:
        """The numbers of a repeated field, packed or not."""
        return [self.whole()] if self.wire == VARINT else list(_packed(self.message()))


def fields(message: memoryview) -> Iterator[Field]:
    """The fields of one message, in file order; nested messages stay closed.

    Raises:
        WireError: the bytes are cut short or are no such message.
    """
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        key, wire = tag >> 3, tag & 7
        if key == 0:
            raise WireError("a field without a number")
        if wire == VARINT:
            number, position = _varint(message, position)
            yield Field(key, wire, number, message[:0])
            continue
        start, position = _extent(message, position, wire)
        yield Field(key, wire, 0, message[start:position])


def signed(number: int) -> int:
    """An int64 out of its varint."""
    return number - (1 << 64) if number >> 63 else number


def _extent(message: memoryview, position: int, wire: int) -> tuple[int, int]:
    """First and last+1 byte of a field that is no varint."""
    if wire == BYTES:
        length, position = _varint(message, position)
    elif wire in _FIXED:
        length = _FIXED[wire]
    else:
        raise WireError(f"wire type {wire}")
    if length > len(message) - position:
        raise WireError("cut short")
    return position, position + length


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    """A number of 7 bits a byte, least significant first, and the place after it."""
    number = 0
    for index, byte in enumerate(message[position : position + _MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number & (1 << 64) - 1, position + index + 1
    raise WireError("a number without an end")


def _packed(message: memoryview) -> Iterator[int]:
    position = 0
    while position < len(message):
        number, position = _varint(message, position)
        yield number
