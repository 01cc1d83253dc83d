"""GIMP palettes (.gpl): text, also read by Krita, Inkscape, MyPaint and Aseprite."""

from __future__ import annotations

import re

from stenciltorch.errors import InputError
from stenciltorch.palettes.swatches import Swatch, Swatches

HEADER = "GIMP Palette"
_ENTRY = re.compile(r"\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?")


def decode_gpl(data: bytes, name: str) -> Swatches:
    """Raises InputError when this is no GIMP palette, or a line of it cannot be read."""
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines()
    if not lines or lines[0].strip() != HEADER:
        raise InputError(f"{name} is no GIMP palette: its first line is not {HEADER!r}.")
    title = ""
    entries: list[Swatch] = []
    for number, line in enumerate(lines[1:], 2):
        if line.startswith("Name:"):
            title = line.removeprefix("Name:").strip()
        elif line.strip() and not line.lstrip().startswith("#") and not line.startswith(("Columns:", "Channels:")):
            entries.append(_entry(line, f"{name}, line {number}"))
    return Swatches(tuple(entries), title)


def _entry(line: str, place: str) -> Swatch:
    match = _ENTRY.fullmatch(line)
    if not match or any(int(level) > 255 for level in match.groups()[:3]):
        raise InputError(f"{place}: expected three levels from 0 to 255 and a name, found {line.strip()[:40]!r}.")
    red, green, blue = (int(level) for level in match.groups()[:3])
    label = (match[4] or "").strip()
    return Swatch((red, green, blue), "" if label == "Untitled" else label)


def encode_gpl(swatches: Swatches) -> bytes:
    lines = [HEADER, f"Name: {_line(swatches.name) or 'Palette'}", "Columns: 0", "#"]
    for entry in swatches.entries:
        red, green, blue = entry.colour
        lines.append(f"{red:3} {green:3} {blue:3}\t{_line(entry.name) or 'Untitled'}")
    return ("\n".join(lines) + "\n").encode()


def _line(text: str) -> str:
    return " ".join(text.split())
