"""What an ONNX file says of itself and whether it may be run, read without building anything from it.

Refused here, before onnxruntime sees a byte: files that point to other files (external data), operators from
outside the ONNX standard, tensors that claim more than the file holds, sparse tensors, local functions.
Field numbers are those of the standard's onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from stenciltorch.errors import ModelError
from stenciltorch.runtime.protobuf import Field, WireError, fields, signed

FLOAT, UINT8, INT64 = 1, 2, 7
STANDARD_DOMAINS = ("", "ai.onnx")
MAX_DEPTH = 8
"""Graphs within graphs (the branches of an If, the body of a Loop)."""

MAX_AXES = 16
"""Axes of a tensor; networks use five at most."""

_BITS = {1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 8: 8, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64}
_BITS |= {14: 64, 15: 128, 16: 16, 17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2}
_RAW_DATA, _TYPED_DATA = 9, (4, 5, 6, 7, 10, 11)


@dataclass(frozen=True)
class Port:
    """One input or output: ONNX element type and number of axes (-1 where the file leaves it open)."""

    name: str
    element: int
    axes: int


@dataclass(frozen=True)
class OnnxFile:
    """The outside of a graph that passed every check."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    metadata: Mapping[str, str]


def read_onnx(data: bytes, name: str) -> OnnxFile:
    """Look through the whole file.

    Raises:
        ModelError: not an ONNX file, damaged, or with content that is refused.
    """
    try:
        return _read_model(memoryview(data), name)
    except WireError as error:
        raise ModelError(f"{name} is not a readable ONNX file ({error}); get the model anew.") from error


@dataclass
class _Outside:
    """What has been gathered of the outermost graph."""

    inputs: dict[str, Port]
    outputs: dict[str, Port]
    weights: set[str]


def _read_model(message: memoryview, name: str) -> OnnxFile:
    graphs, metadata, outside = 0, dict[str, str](), _Outside({}, {}, set())
    for field in fields(message):
        if field.key == 7:
            graphs += 1
            _check_graph(field.message(), name, 0, outside)
        elif field.key == 14:
            metadata.update([_entry(field.message())])
        elif field.key == 25:
            raise ModelError(f"{name} defines functions of its own, which are refused; export the model without them.")
    if graphs != 1:
        raise WireError(f"{graphs} graphs instead of one")
    inputs = tuple(port for port in outside.inputs.values() if port.name not in outside.weights)
    return OnnxFile(inputs, tuple(outside.outputs.values()), metadata)


def _entry(message: memoryview) -> tuple[str, str]:
    texts = {field.key: field.text() for field in fields(message) if field.key in (1, 2)}
    return texts.get(1, ""), texts.get(2, "")


def _check_graph(message: memoryview, name: str, depth: int, outside: _Outside | None = None) -> None:
    if depth > MAX_DEPTH:
        raise ModelError(f"{name} nests graphs more than {MAX_DEPTH} deep, which is refused; export the model flatter.")
    for field in fields(message):
        if field.key == 1:
            _check_node(field.message(), name, depth)
        elif field.key == 5:
            weight = _check_tensor(field.message(), name)
            if outside:
                outside.weights.add(weight)
        elif field.key == 15:
            raise _sparse(name)
        elif outside and field.key in (11, 12):
            port = _port(field.message())
            (outside.inputs if field.key == 11 else outside.outputs)[port.name] = port


def _check_node(message: memoryview, name: str, depth: int) -> None:
    operator, domain = "", ""
    for field in fields(message):
        if field.key == 4:
            operator = field.text()
        elif field.key == 7:
            domain = field.text()
        elif field.key == 5:
            _check_attribute(field.message(), name, depth)
    if domain not in STANDARD_DOMAINS:
        raise ModelError(
            f"{name} uses the operator {domain[:40]}.{operator[:40]}, which is not in the ONNX standard; "
            "export the model with standard operators only."
        )


def _check_attribute(message: memoryview, name: str, depth: int) -> None:
    seen = set[int]()
    for field in fields(message):
        if field.key in (22, 23):
            raise _sparse(name)
        if field.key in seen & {5, 6}:
            raise WireError("an attribute given twice")
        seen.add(field.key)
        if field.key in (5, 10):
            _check_tensor(field.message(), name)
        elif field.key in (6, 11):
            _check_graph(field.message(), name, depth + 1)


def _sparse(name: str) -> ModelError:
    return ModelError(f"{name} holds sparse tensors, which are refused; export the model with dense weights.")


def _check_tensor(message: memoryview, name: str) -> str:
    """Refuse external data, and dimensions that the tensor's own bytes cannot fill; returns its name."""
    title, kind, sides, raw, typed = "", 0, list[int](), 0, 0
    for field in fields(message):
        if field.key == 13 or (field.key == 14 and field.whole() != 0):
            raise ModelError(
                f"{name} keeps weights in another file (external data), which is refused; export it as one file."
            )
        if field.key == 1:
            sides += [signed(number) for number in field.wholes()]
        elif field.key == 2:
            kind = field.whole()
        elif field.key == 8:
            title = field.text()
        elif field.key == _RAW_DATA:
            raw += len(field.message())
        elif field.key in _TYPED_DATA:
            typed += _typed_bytes(field)
    _check_claim(kind, sides, raw + typed, name)
    return title


def _typed_bytes(field: Field) -> int:
    """The most bytes that a typed list can fill: a varint byte may stand for eight."""
    return 8 * max(1, len(field.payload))


def _check_claim(kind: int, sides: list[int], held: int, name: str) -> None:
    if len(sides) > MAX_AXES:
        raise WireError(f"a tensor of {len(sides)} axes")
    values = prod(sides)
    if min(sides, default=0) < 0 or values * _BITS.get(kind, 128) > 8 * held:
        raise ModelError(
            f"{name} has a tensor that claims {values} values but holds {held} bytes, so it is damaged; "
            "get the model anew."
        )


def _port(message: memoryview) -> Port:
    """A ValueInfoProto: 1 name, 2 type > 1 tensor > 1 element type, 2 shape > 1 axes."""
    name, element, axes = "", 0, -1
    for field in fields(message):
        if field.key == 1:
            name = field.text()
        elif field.key == 2:
            for part in _inner(field, 1):
                if part.key == 1:
                    element = part.whole()
                elif part.key == 2:
                    axes = sum(axis.key == 1 for axis in fields(part.message()))
    return Port(name, element, axes)


def _inner(field: Field, key: int) -> Iterator[Field]:
    """The fields of the nested messages with this number."""
    for nested in fields(field.message()):
        if nested.key == key:
            yield from fields(nested.message())
