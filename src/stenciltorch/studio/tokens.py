"""The token: what a script proves itself with, and what opens the pages to other machines."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from stenciltorch.errors import ConfigError
from stenciltorch.studio.answers import Refusal
from stenciltorch.studio.security import Access

ENVIRONMENT = "STENCILTORCH_TOKEN"
LEAST_LENGTH = 16
COOKIE = "stenciltorch"
OPEN_PATHS = ("/health", "/manifest.webmanifest", "/favicon.svg")
"""What anybody may ask; browsers fetch the manifest and its icon without cookies."""


def choose_token(environment: Mapping[str, str]) -> str:
    """The one in STENCILTORCH_TOKEN, else a new one of 192 random bits.

    Raises:
        ConfigError: the one that is set is short, or cannot stand in a header.
    """
    chosen = environment.get(ENVIRONMENT)
    if not chosen:
        return secrets.token_urlsafe(24)
    if len(chosen) < LEAST_LENGTH or not (chosen.isascii() and chosen.replace("-", "").replace("_", "").isalnum()):
        raise ConfigError(
            f"{ENVIRONMENT} must be {LEAST_LENGTH} or more letters, digits, - and _; "
            "make one with `python -c 'import secrets; print(secrets.token_urlsafe())'`."
        )
    return chosen


def is_same(found: str, expected: str) -> bool:
    """In a time that does not tell where they differ."""
    return hmac.compare_digest(found.encode(), expected.encode())


def has_bearer(headers: Headers, token: str) -> bool:
    """Whether there is one `Authorization: Bearer TOKEN`."""
    found = headers.getlist("authorization")
    scheme, _, value = found[0].partition(" ") if len(found) == 1 else ("", "", "")
    return is_same(value, token) and scheme.lower() == "bearer"


def check_bearer(headers: Headers, token: str) -> None:
    """Raises Refusal unless the request carries the token."""
    if not has_bearer(headers, token):
        raise Refusal(
            401,
            "unauthorized",
            'This needs the token that the terminal shows, in the header "Authorization: Bearer TOKEN".',
            {"WWW-Authenticate": "Bearer"},
        )


class PageGate:
    """For servers that other machines can reach: pages only to who has once opened /?token=TOKEN.

    That answers with a cookie, which opens the pages but not the API.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.token = access.token
        self.key = hashlib.sha256(f"pages of {access.token}".encode()).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        given = request.query_params.getlist("token")
        if scope["path"] == "/" and len(given) == 1 and is_same(given[0], self.token):
            await self._welcome()(scope, receive, send)
        elif scope["path"] in OPEN_PATHS or self._is_known(request):
            await self.app(scope, receive, send)
        else:
            raise Refusal(
                401,
                "unauthorized",
                "This studio asks for its token; open the whole address that its terminal shows.",
                {"WWW-Authenticate": "Bearer"},
            )

    def _is_known(self, request: Request) -> bool:
        return is_same(request.cookies.get(COOKIE, ""), self.key) or has_bearer(request.headers, self.token)

    def _welcome(self) -> RedirectResponse:
        answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(COOKIE, self.key, path="/", httponly=True, samesite="strict")
        return answer
