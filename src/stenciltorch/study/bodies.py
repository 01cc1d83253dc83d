"""A request's JSON -> checked values; and the rater's code from its header."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request

from stenciltorch.errors import InputError
from stenciltorch.studio.answers import Refusal

MOST_BYTES = 2048
MOST_MILLISECONDS = 86_400_000
_SCREEN = re.compile(r"\d{1,5}x\d{1,5}@\d{1,2}(\.\d{1,2})?")


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object.

    Raises:
        Refusal: no JSON, too much of it, or no object.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "unsupported_media_type", "Send JSON with the header Content-Type: application/json.")
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise Refusal(413, "too_large", f"The request has more than {MOST_BYTES} bytes; send only what is asked.")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "bad_request", "The body is not JSON; send an object.") from error
    if not isinstance(found, dict):
        raise Refusal(400, "bad_request", "The body is JSON but no object; send an object.")
    return found


def whole(values: dict[str, Any], name: str, most: int) -> int:
    """A whole number from 0.

    Raises:
        InputError: something else.
    """
    found = values.get(name)
    if type(found) is not int or not 0 <= found <= most:
        raise InputError(f"{name!r} must be a whole number from 0 to {most}, found {str(found)[:40]!r}.")
    return found


def screen_of(values: dict[str, Any]) -> str:
    """The page's size, as "390x844@3"; what does not look like one is not kept."""
    found = values.get("screen")
    return found if isinstance(found, str) and _SCREEN.fullmatch(found) else ""


def text_of(values: dict[str, Any], name: str) -> str:
    """Raises InputError when it is missing or no text."""
    found = values.get(name)
    if not isinstance(found, str):
        raise InputError(f"{name!r} must be text; send it as shown in the page.")
    return found


def code_of(headers: Headers) -> str:
    """The code in `Authorization: Bearer CODE`.

    Raises:
        Refusal: 401 when there is none.
    """
    found = headers.getlist("authorization")
    scheme, _, code = found[0].partition(" ") if len(found) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not code:
        raise Refusal(
            401, "unauthorized", "This needs the rater's code; open the study's page.", {"WWW-Authenticate": "Bearer"}
        )
    return code
