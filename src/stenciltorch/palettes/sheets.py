"""Character sheets (.json): the named colours of one character or place, reused from page to page."""

from __future__ import annotations

import json
from typing import Any

from stenciltorch.errors import InputError
from stenciltorch.palettes.swatches import Swatch, Swatches, parse_colour

FORMAT = "stenciltorch-sheet"
VERSION = 1
MAX_NAME = 200


def decode_sheet(data: bytes, name: str) -> Swatches:
    """Raises InputError when this is no character sheet, or of a newer version, or an entry cannot be read."""
    try:
        sheet = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is no character sheet: it is not JSON ({error}).") from error
    if not isinstance(sheet, dict) or sheet.get("format") != FORMAT:
        raise InputError(f'{name} is no character sheet: it does not say "format": "{FORMAT}".')
    if sheet.get("version") != VERSION:
        raise InputError(f"{name} is a character sheet of version {_shown(sheet.get('version'))}, expected {VERSION}.")
    entries = sheet.get("colors")
    if not isinstance(entries, list):
        raise InputError(f"{name}: colors must be a list, found {_shown(entries)}.")
    return Swatches(tuple(_entry(entry, name) for entry in entries), _text(sheet.get("name", ""), name))


def _entry(entry: Any, name: str) -> Swatch:
    if not isinstance(entry, dict) or not isinstance(entry.get("color"), str):
        raise InputError(f'{name}: a colour is written {{"name": "skin", "color": "#f2c4a0"}}, found {_shown(entry)}.')
    return Swatch(parse_colour(entry["color"]), _text(entry.get("name", ""), name))


def _text(found: Any, name: str) -> str:
    if not isinstance(found, str) or len(found) > MAX_NAME:
        raise InputError(f"{name}: a name is a text of at most {MAX_NAME} letters, found {_shown(found)}.")
    return found


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:60] if value is not None else "nothing"


def encode_sheet(swatches: Swatches) -> bytes:
    sheet = {
        "format": FORMAT,
        "version": VERSION,
        "name": swatches.name,
        "colors": [{"name": entry.name, "color": entry.hex} for entry in swatches.entries],
    }
    return (json.dumps(sheet, indent=2, ensure_ascii=False) + "\n").encode()
