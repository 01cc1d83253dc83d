"""What the server says when it does not do what was asked: JSON {"error", "detail"}."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from stenciltorch.errors import InputError
from stenciltorch.files import PictureTooLargeError

DETAILS = {
    404: "There is nothing at this address; / is the studio and /api/openapi.json describes the API.",
    405: "This address does not take this method; /api/openapi.json describes the API.",
}


class Refusal(Exception):
    """A request that is answered with a sentence.

    Args:
        status: the HTTP status, 4xx or 503.
        error: a word that a program can test for.
        detail: one sentence for a person: found, expected, what to do.
        headers: further headers of the answer.
    """

    def __init__(self, status: int, error: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.error, self.detail, self.headers = status, error, detail, dict(headers or {})

    def response(self) -> Response:
        content = {"error": self.error, "detail": self.detail}
        return JSONResponse(content, self.status, self.headers | {"Cache-Control": "no-store"})


def refusal_of(error: Exception) -> Refusal:
    """What is said to the client of this error; of one that is our own fault, nothing but that."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, PictureTooLargeError):
        return Refusal(413, "too_large", str(error))
    if isinstance(error, InputError):
        return Refusal(422, "unusable", str(error))
    if isinstance(error, HTTPException):
        word = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return Refusal(error.status_code, word, DETAILS.get(error.status_code, error.detail), error.headers)
    if isinstance(error, MemoryError):
        detail = "Memory ran out; send a smaller drawing, or try again when other work is done."
        return Refusal(503, "busy", detail, {"Retry-After": "10"})
    return Refusal(500, "internal", "StencilTorch failed; the terminal that runs the studio says how.")


def answer_error(request: Request, error: Exception) -> Response:
    """An exception handler of Starlette's."""
    return refusal_of(error).response()
