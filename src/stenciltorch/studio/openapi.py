"""What `GET /api/openapi.json` says: OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from stenciltorch.studio.orders import MEDIA_TYPES, OUTPUTS, PICTURES
from stenciltorch.studio.wishes import GROUPINGS

SWITCHED_ON = ("true", "false")

_FAILURES = {
    "400": "The form is damaged or cut short.",
    "401": "The token is missing or wrong.",
    "403": "The Host, the Origin or Sec-Fetch-Site is not this server's.",
    "408": "The form did not arrive in time.",
    "413": "More bytes or pixels than are taken.",
    "415": "Not multipart/form-data.",
    "422": "A picture, the hints or a choice that cannot be used; `detail` says why.",
}


def describe(version: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "StencilTorch",
            "version": version,
            "summary": "Colour line drawings of any size, following hints.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/colorize": {"post": _colorize()},
            "/health": {"get": _health()},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _error(), "Request": _request()},
        },
    }


def _colorize() -> dict[str, Any]:
    return {
        "operationId": "colorize",
        "summary": "Colour one drawing",
        "description": "The answer has the drawing's own size. Where the mask is 0, the illustration is the base.",
        "security": [{"token": []}],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/Request"}}},
        },
        "responses": {"200": _painted()}
        | {status: _failure(text) for status, text in _FAILURES.items()}
        | {"503": _busy()},
    }


def _request() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["lineart"],
        "additionalProperties": False,
        "properties": {
            "lineart": _picture("The drawing: PNG, JPEG, WebP, PSD or OpenRaster, on white or transparent paper."),
            "hints": _picture(
                "Colour wishes: a picture with transparency (alpha 0 = no wish), or dabs and strokes as JSON."
            ),
            "mask": _picture("White where to paint, black where to keep the base. Default: paint everywhere."),
            "base": _picture("The picture so far, of the drawing's size. Default: the bare drawing."),
            "output": _choice(
                OUTPUTS,
                "Which picture to answer: with lines, unshaded, or shaded without lines; all as a zip; or layers.",
            ),
            "levels": _choice(SWITCHED_ON, "Whiten grey paper."),
            **_wishes(),
        },
    }


def _wishes() -> dict[str, Any]:
    return {
        "palette": _picture("Keep the flats to these colours: .gpl, .aco, .ase, or a character sheet in JSON."),
        "recolour": _text("Colours that become others everywhere: OLD=NEW,OLD=NEW; #rrggbb or names of the palette."),
        "layers": _choice(GROUPINGS, "Of psd and ora: a layer of flats for each colour or each region."),
        "clipping": _choice(SWITCHED_ON, "Of psd: shade and light are clipped to the flats."),
        "strip": _choice(SWITCHED_ON[::-1], "Leave program, model and the hints' hash out of the answer."),
        "light": _text("Where light comes from, in degrees: 0 above, 90 right, -90 left. Default: -45."),
        "shade": _text("How strong light and shade are, 0 to 2; 0 leaves flat colours. Default: 1."),
        "line_layer": _text("Of a layered lineart: the layer with the lines."),
        "hints_layer": _text("Of a layered lineart: the layer with the hints."),
        "mask_layer": _text("Of a layered lineart: the layer that says where to paint."),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _picture(description: str) -> dict[str, Any]:
    return {"type": "string", "format": "binary", "description": description}


def _choice(names: tuple[str, ...], description: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(names), "default": names[0], "description": description}


def _painted() -> dict[str, Any]:
    return {
        "description": "The picture; with `output=all` a zip of " + ", ".join(f"{name}.png" for name in PICTURES),
        "headers": {
            "StencilTorch-Notice": {
                "description": "A sentence on the input that the user should know; may come several times.",
                "schema": {"type": "string"},
            }
        },
        "content": {kind: {} for kind in ("image/png", "application/zip", *MEDIA_TYPES.values())},
    }


def _failure(description: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": description, "content": {"application/json": schema}}


def _busy() -> dict[str, Any]:
    header = {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}
    return _failure("Too many drawings are waiting.") | {"headers": {"Retry-After": header}}


def _error() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["error", "detail"],
        "properties": {
            "error": {"type": "string", "description": "A word that a program can test for."},
            "detail": {"type": "string", "description": "One sentence for a person."},
        },
    }


def _health() -> dict[str, Any]:
    facts = {name: {"type": "string"} for name in ("status", "name", "version")}
    schema = {"schema": {"type": "object", "required": list(facts), "properties": facts}}
    return {
        "operationId": "health",
        "summary": "Whether this is StencilTorch and it answers",
        "responses": {"200": {"description": "It does.", "content": {"application/json": schema}}},
    }
