"""Colour hints as text: dabs and strokes in a JSON file (docs/hints.md) or on the command line -> `Hints`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.canvas import Hints, Size, UInt8Array
from stenciltorch.errors import InputError
from stenciltorch.files import read_bytes

ASPECT_TOLERANCE = 0.01
"""Relative difference of the aspect of a hint file and of the drawing; as for pictures of hints."""
MAX_POINTS = 20_000
"""Points in one file; a long stroke of a pen has some hundreds."""
DEFAULT_RADIUS = 1 / 128
"""Of the drawing's longer side."""
LEAST_RADIUS = 0.7072
"""Half a pixel's diagonal: a mark anywhere in the picture reaches a pixel's centre."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DAB_FORM = 'a hint is "x,y,#rrggbb" or "x,y,#rrggbb,radius", such as "120,80,#f2c4a0,6"'

Place = tuple[float, float]
"""Column and row in pixels; whole numbers are centres of pixels, (0, 0) is the upper left one."""


@dataclass(frozen=True)
class Mark:
    """Pixels within `radius` of a point or of a line through points; without a radius, `DEFAULT_RADIUS`."""

    points: tuple[Place, ...]
    colour: tuple[int, int, int]
    radius: float | None = None


@dataclass(frozen=True)
class HintSheet:
    """Marks in drawing order, later ones on top; `size` is that of the picture they were made on."""

    marks: tuple[Mark, ...]
    size: Size | None = None


def read_hint_file(path: str | PathLike[str]) -> HintSheet:
    """Raises InputError when the file is missing or `parse_hint_file` refuses it."""
    return parse_hint_file(read_bytes(path), str(path))


def parse_hint_file(data: bytes, name: str) -> HintSheet:
    """The format of docs/hints.md; strokes come first, dabs on top.

    Raises:
        InputError: not JSON, an unknown key, or a value that is missing or out of range.
    """
    try:
        sheet = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not a hint file: it is not JSON ({error}).") from error
    _check_keys(sheet, {"size", "dabs", "strokes"}, name)
    strokes = [_stroke(entry, name) for entry in _list(sheet, "strokes", name)]
    dabs = [_dab(entry, name) for entry in _list(sheet, "dabs", name)]
    if sum(len(mark.points) for mark in strokes) + len(dabs) > MAX_POINTS:
        raise InputError(f"{name} has more than {MAX_POINTS} points; draw fewer or longer strokes.")
    return HintSheet((*strokes, *dabs), _size(sheet.get("size"), name))


def format_hint_file(sheet: HintSheet) -> bytes:
    """The text that `parse_hint_file` reads back as the same sheet, provided that strokes come before dabs in it."""
    dabs = [_entry(mark, "at", mark.points[0]) for mark in sheet.marks if len(mark.points) == 1]
    strokes = [_entry(mark, "points", mark.points) for mark in sheet.marks if len(mark.points) > 1]
    size = {"size": list(sheet.size)} if sheet.size else {}
    rows = {key: [json.dumps(entry) for entry in entries] for key, entries in (("strokes", strokes), ("dabs", dabs))}
    lists = [f' "{key}": [\n  ' + ",\n  ".join(lines) + "\n ]" for key, lines in rows.items() if lines]
    parts = [f' "{key}": {json.dumps(value)}' for key, value in size.items()] + lists
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def _entry(mark: Mark, key: str, place: object) -> dict[str, object]:
    colour = "#" + bytes(mark.colour).hex()
    return {key: place, "color": colour} | ({"radius": mark.radius} if mark.radius else {})


def parse_dab(text: str) -> Mark:
    """A dab from the command line, "x,y,#rrggbb[,radius]".

    Raises:
        InputError: another form.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (3, 4):
        raise InputError(f"{text!r} cannot be read; {_DAB_FORM}.")
    try:
        numbers = [float(part) for part in (parts[0], parts[1], *parts[3:])]
    except ValueError as error:
        raise InputError(f"{text!r} cannot be read; {_DAB_FORM}.") from error
    entry = {"at": numbers[:2], "color": parts[2]} | ({"radius": numbers[2]} if len(parts) == 4 else {})
    return _dab(entry, "--hint")


def draw_hints(sheet: HintSheet, size: Size, over: Hints | None = None) -> Hints:
    """Paint the marks, scaled when the sheet was made at another size, over what is there.

    Raises:
        InputError: the aspects differ by more than 1 %, or a dab lies outside the drawing.
    """
    canvas = np.zeros((*size, 4), np.uint8) if over is None else over.array.copy()
    for mark in _scaled(sheet, size):
        _check_inside(mark, size)
        _paint(canvas, mark, mark.radius or max(2.0, DEFAULT_RADIUS * max(size)))
    return Hints(canvas)


def _scaled(sheet: HintSheet, size: Size) -> Sequence[Mark]:
    if sheet.size is None or sheet.size == size:
        return sheet.marks
    across, down = size.width / sheet.size.width, size.height / sheet.size.height
    if abs(across / down - 1) > ASPECT_TOLERANCE:
        raise InputError(
            f"The hints were made for {sheet.size} pixels but the drawing has {size}, "
            "which is another shape; make both at one size."
        )
    return [_moved(mark, across, down) for mark in sheet.marks]


def _moved(mark: Mark, across: float, down: float) -> Mark:
    points = tuple(((x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5) for x, y in mark.points)
    return replace(mark, points=points, radius=mark.radius and mark.radius * math.sqrt(across * down))


def _check_inside(mark: Mark, size: Size) -> None:
    if len(mark.points) > 1:
        return
    column, row = mark.points[0]
    if not (-0.5 <= column < size.width - 0.5 and -0.5 <= row < size.height - 0.5):
        raise InputError(
            f"The hint at {column:g},{row:g} lies outside the drawing of {size} pixels; "
            f"columns run from 0 to {size.width - 1} and rows from 0 to {size.height - 1}."
        )


def _paint(canvas: UInt8Array, mark: Mark, radius: float) -> None:
    ends = mark.points[1:] or mark.points
    for start, end in zip(mark.points, ends, strict=False):
        low = [math.floor(max(0.0, min(pair) - radius)) for pair in zip(start, end, strict=True)]
        high = [math.ceil(max(pair) + radius) + 1 for pair in zip(start, end, strict=True)]
        window = canvas[low[1] : max(0, high[1]), low[0] : max(0, high[0])]
        rows = np.arange(low[1], low[1] + window.shape[0], dtype=np.float64)[:, None]
        columns = np.arange(low[0], low[0] + window.shape[1], dtype=np.float64)[None]
        near = _distance(columns, rows, start, end) <= max(radius, LEAST_RADIUS)
        window[near] = (*mark.colour, 255)


def _distance(
    columns: npt.NDArray[np.float64], rows: npt.NDArray[np.float64], start: Place, end: Place
) -> npt.NDArray[np.float64]:
    """From each pixel to the line between two points."""
    run, rise = end[0] - start[0], end[1] - start[1]
    length = run * run + rise * rise
    along = ((columns - start[0]) * run + (rows - start[1]) * rise) / length if length else np.zeros(1)
    share = np.clip(along, 0.0, 1.0)
    return np.hypot(columns - start[0] - share * run, rows - start[1] - share * rise)


def _check_keys(entry: Any, known: set[str], name: str) -> None:
    if not isinstance(entry, dict):
        raise InputError(f"{name}: expected an object with {', '.join(sorted(known))}, found {_shown(entry)}.")
    unknown = entry.keys() - known
    if unknown:
        raise InputError(f"{name}: {sorted(unknown)[0]!r} is not known; expected {', '.join(sorted(known))}.")


def _list(entry: dict[str, Any], key: str, name: str) -> list[Any]:
    found = entry.get(key, [])
    if not isinstance(found, list):
        raise InputError(f"{name}: {key} must be a list, found {_shown(found)}.")
    return found


def _dab(entry: Any, name: str) -> Mark:
    _check_keys(entry, {"at", "color", "radius"}, name)
    return Mark((_place(entry.get("at"), name),), _colour(entry, name), _radius(entry, name))


def _stroke(entry: Any, name: str) -> Mark:
    _check_keys(entry, {"points", "color", "radius"}, name)
    points = tuple(_place(point, name) for point in _list(entry, "points", name))
    if not points:
        raise InputError(f"{name}: a stroke has no points; give at least one [x, y].")
    return Mark(points, _colour(entry, name), _radius(entry, name))


def _place(found: Any, name: str) -> Place:
    if not isinstance(found, list) or len(found) != 2 or not all(_is_number(value) for value in found):
        raise InputError(f"{name}: a place must be [x, y] in pixels, found {_shown(found)}.")
    return float(found[0]), float(found[1])


def _colour(entry: dict[str, Any], name: str) -> tuple[int, int, int]:
    found = entry.get("color")
    if not isinstance(found, str) or not _COLOUR.fullmatch(found):
        raise InputError(f"{name}: a color must be written #rrggbb, such as #f2c4a0, found {_shown(found)}.")
    red, green, blue = bytes.fromhex(found[1:])
    return red, green, blue


def _radius(entry: dict[str, Any], name: str) -> float | None:
    if "radius" not in entry:
        return None
    found = entry["radius"]
    if not _is_number(found) or found <= 0:
        raise InputError(f"{name}: a radius must be a number of pixels above 0, found {_shown(found)}.")
    return float(found)


def _size(found: Any, name: str) -> Size | None:
    if found is None:
        return None
    whole = isinstance(found, list) and len(found) == 2 and all(type(side) is int for side in found)
    if not whole or min(found) < 1:
        raise InputError(f"{name}: size must be [height, width] in pixels, found {_shown(found)}.")
    return Size(*found)


def _is_number(value: Any) -> bool:
    """A finite number small enough to be a place in a picture."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6


def _shown(value: Any) -> str:
    return json.dumps(value)[:60] if value is not None else "nothing"
