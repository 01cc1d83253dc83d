"""The parts of a form that say what is done with the painting: colours, layers, and what the file tells."""

from __future__ import annotations

from collections.abc import Mapping

from stenciltorch.canvas import Light
from stenciltorch.errors import InputError
from stenciltorch.finishing import Finish, Maker
from stenciltorch.layers import Choice
from stenciltorch.palettes import Change, Swatches, decode_swatches, parse_change

WISHES = (
    *("palette", "recolour", "layers", "clipping", "strip", "line_layer", "hints_layer", "mask_layer"),
    *("light", "shade"),
)
SWITCH = {"true": True, "false": False}
GROUPINGS = ("colour", "region")
MAX_TEXT = 2000
"""Bytes of a text."""

Parts = Mapping[str, bytes]


def finish_of(parts: Parts, maker: Maker | None) -> Finish:
    """Raises InputError for an unknown choice, or a palette or change that cannot be read."""
    palette = decode_swatches(parts["palette"], "palette") if "palette" in parts else None
    by = choice(parts, "layers", GROUPINGS, "colour")
    strip = SWITCH[choice(parts, "strip", tuple(SWITCH), "false")]
    return Finish(
        palette,
        _changes(parts, palette),
        "region" if by == "region" else "colour",
        SWITCH[choice(parts, "clipping", tuple(SWITCH), "true")],
        None if strip else maker,
    )


def layers_of(parts: Parts) -> Choice:
    """Which layers of a layered document are meant."""
    return Choice(_text(parts, "line_layer"), _text(parts, "hints_layer"), _text(parts, "mask_layer"))


def light_of(parts: Parts) -> Light:
    """Raises InputError when there is no such light."""
    usual = Light()
    return Light(_number(parts, "light", usual.angle), _number(parts, "shade", usual.strength))


def _number(parts: Parts, name: str, default: float) -> float:
    text = _text(parts, name)
    try:
        return default if text is None else float(text)
    except ValueError as error:
        raise InputError(f"The part {name!r} must be a number, found {str(text)[:40]!r}.") from error


def choice(parts: Parts, name: str, known: tuple[str, ...], default: str) -> str:
    """Raises InputError for a word that is not known."""
    found = parts.get(name, default.encode())[:40].decode("utf-8", "replace")
    if found not in known:
        raise InputError(f"The part {name!r} must be one of {', '.join(known)}, found {found!r}.")
    return found


def _changes(parts: Parts, palette: Swatches | None) -> tuple[Change, ...]:
    """OLD=NEW, separated by commas."""
    texts = (_text(parts, "recolour") or "").split(",")
    return tuple(parse_change(text, palette) for text in texts if text.strip())


def _text(parts: Parts, name: str) -> str | None:
    if len(parts.get(name, b"")) > MAX_TEXT:
        raise InputError(f"The part {name!r} has more than {MAX_TEXT} bytes; write less.")
    return parts[name].decode("utf-8", "replace").strip() or None if name in parts else None
