"""The study's server: hands out one question at a time, and acknowledges an answer when it is on the disk."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stenciltorch.errors import InputError
from stenciltorch.studio.answers import Refusal, refusal_of
from stenciltorch.studio.bodies import Drain, Refusals
from stenciltorch.studio.security import HEADERS, Access, Guard
from stenciltorch.studio.server import make_server
from stenciltorch.studio.tokens import is_same
from stenciltorch.study.assignment import Trial, Usage, plan_session
from stenciltorch.study.bodies import MOST_MILLISECONDS, code_of, read_json, screen_of, text_of, whole
from stenciltorch.study.codes import key_of
from stenciltorch.study.limits import ANSWERING, ANYTHING, CODES, ENROLLING, Limits
from stenciltorch.study.pages import Pages
from stenciltorch.study.protocol import Protocol, picture_file
from stenciltorch.study.replies import FullError, Given, OutOfTurnError, Question, UnknownRaterError
from stenciltorch.study.store import Store

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Stricter than the studio's: no code is made at run time, no picture either."""
COOKIE = "stenciltorch-study"
OPEN_PATHS = ("/favicon.svg", "/style/base.css", "/study.css")
"""What the page that asks for the invitation is made of."""
NO_STORE = {"Cache-Control": "no-store"}
PICTURE_HEADERS = {"Cache-Control": "private, max-age=86400, immutable"}
SECONDS_A_TRIAL = 7
"""For the guess that raters are told."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Api:
    """What the page asks for. No answer names a model, a file or the role of a question."""

    folder: Path
    protocol: Protocol
    store: Store
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = utc_now

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/api/study", self.study),
            Route("/api/raters", self.enrol, methods=["POST"]),
            Route("/api/question", self.question),
            Route("/api/answers/{position:int}", self.answer, methods=["PUT"]),
            Route("/api/rater", self.withdraw, methods=["DELETE"]),
            Route("/picture/{token:str}", self.picture),
        ]

    async def study(self, request: Request) -> Response:
        minutes = max(1, round(self.questions * SECONDS_A_TRIAL / 60))
        facts = {"title": self.protocol.title, "welcome": self.protocol.welcome, "contact": self.protocol.contact}
        mark = hashlib.sha256(self.store.seal.encode()).hexdigest()[:16]
        counts = {"questions": self.questions, "minutes": minutes, "ties": self.protocol.session.ties}
        return JSONResponse(facts | counts | {"study": mark}, headers=NO_STORE)

    @cached_property
    def questions(self) -> int:
        """How many each rater is asked."""
        return len(self.plan(0, Usage.none()))

    def plan(self, rater: int, usage: Usage) -> list[Trial]:
        return plan_session(self.protocol, usage, np.random.default_rng((self.protocol.seed, rater)))

    async def enrol(self, request: Request) -> Response:
        values = await read_json(request)
        if values.get("consent") is not True:
            raise InputError("'consent' must be true; nobody takes part without agreeing to it.")
        self.limits.take(ENROLLING, _client(request))
        key = key_of(text_of(values, "code"), self.store.seal)
        await run_in_threadpool(self.store.enrol, key, self.protocol, self.plan, self.clock())
        return await self._next(key, 201)

    async def question(self, request: Request) -> Response:
        return await self._next(await self._known(request))

    async def answer(self, request: Request) -> Response:
        key = await self._known(request)
        values = await read_json(request)
        value, spent = whole(values, "value", 5), whole(values, "milliseconds", MOST_MILLISECONDS)
        given = Given(value, spent, screen_of(values), self.protocol.session.ties)
        position = int(request.path_params["position"])
        await run_in_threadpool(self.store.answer, key, position, given, self.clock())
        return await self._next(key)

    async def withdraw(self, request: Request) -> Response:
        key = await self._known(request)
        deleted = await run_in_threadpool(self.store.withdraw, key)
        return JSONResponse({"deleted": deleted}, headers=NO_STORE)

    async def picture(self, request: Request) -> Response:
        """The file without its date or a mark of its content, which could tell one model's pictures from another's."""
        file = await run_in_threadpool(self.store.picture, request.path_params["token"])
        if file is None:
            raise Refusal(404, "not_found", "There is no such picture; load the page again.")
        data = await run_in_threadpool(picture_file(self.folder, file).read_bytes)
        return Response(data, headers=PICTURE_HEADERS, media_type="image/png")

    async def _known(self, request: Request) -> str:
        """The key of a rater who is not asking too often; who has not enrolled is refused later."""
        client = _client(request)
        self.limits.check(CODES, client)
        key = key_of(code_of(request.headers), self.store.seal)
        self.limits.take(ANSWERING, key)
        try:
            await run_in_threadpool(self.store.find, key)
        except UnknownRaterError:
            self.limits.take(CODES, client)
            raise
        return key

    async def _next(self, key: str, status: int = 200) -> Response:
        found = await run_in_threadpool(self.store.next_question, key, self.clock())
        content = {"done": True} if found is None else self._told(found)
        return JSONResponse(content, status, NO_STORE)

    def _told(self, question: Question) -> dict[str, Any]:
        width, height = self.protocol.shown[question.picture].size
        return {
            "done": False,
            "position": question.position,
            "total": question.total,
            "block": question.block,
            "practice": question.practice,
            "pictures": [f"/picture/{token}" for token in question.pictures],
            "context": question.context and f"/picture/{question.context}",
            "size": [width, height],
        }


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def answer_error(request: Request, error: Exception) -> Response:
    """An exception handler of Starlette's."""
    if isinstance(error, UnknownRaterError):
        return Refusal(404, "unknown_rater", str(error)).response()
    if isinstance(error, OutOfTurnError):
        return Refusal(409, "out_of_turn", str(error)).response()
    if isinstance(error, FullError):
        return Refusal(403, "full", str(error)).response()
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        sentence = "There is nothing at this address, or it takes another method; / is the study."
        return Refusal(error.status_code, "not_found", sentence).response()
    return refusal_of(error).response()


def create_app(api: Api, access: Access) -> ASGIApp:
    """The whole server, without a socket.

    Args:
        access: with `remote`, pages open only to who has followed the invitation, /?token=TOKEN.
    """
    pages = Pages()
    handled = (HTTPException, Refusal, InputError, MemoryError, ClientDisconnect, Exception)
    routes = [*api.routes(), Route("/{path:path}", pages.answer)]
    site: ASGIApp = Starlette(routes=routes, exception_handlers=dict.fromkeys(handled, answer_error))
    gated = InvitationGate(site, access, pages) if access.remote else site
    return Headed(Drain(Refusals(Arrivals(Guard(Limited(gated, api.limits), access)))))


class Arrivals:
    """Lets people come to the start page from a link elsewhere, as in a mail; it changes nothing to look at it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        follows_link = headers.get(b"sec-fetch-mode") == b"navigate" and headers.get(b"sec-fetch-dest") == b"document"
        if follows_link and scope["method"] == "GET" and scope["path"] == "/":
            kept = [(name, value) for name, value in scope["headers"] if name != b"sec-fetch-site"]
            scope = {**scope, "headers": kept}
        await self.app(scope, receive, send)


class Headed:
    """Puts the headers that bind pages on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS | {"Content-Security-Policy": POLICY})
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Limited:
    """Refuses an address that asks for too much of anything."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.limits.take(ANYTHING, (scope.get("client") or ("",))[0])
        await self.app(scope, receive, send)


class InvitationGate:
    """For servers that other machines can reach: only for who has once opened /?token=TOKEN, which sets a cookie."""

    def __init__(self, app: ASGIApp, access: Access, pages: Pages) -> None:
        self.app = app
        self.token = access.token
        self.key = hashlib.sha256(f"study of {access.token}".encode()).hexdigest()
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        given = request.query_params.getlist("token")
        answer: ASGIApp = self.app
        if scope["path"] == "/" and len(given) == 1 and is_same(given[0], self.token):
            answer = self._welcome()
        elif scope["path"] not in OPEN_PATHS and not is_same(request.cookies.get(COOKIE, ""), self.key):
            answer = self.pages.closed()
        await answer(scope, receive, send)

    def _welcome(self) -> RedirectResponse:
        answer = RedirectResponse("/", 303, NO_STORE)
        answer.set_cookie(COOKIE, self.key, max_age=60 * 86_400, path="/", httponly=True, samesite="lax")
        return answer


def serve(api: Api, access: Access, listener: socket.socket) -> None:
    """Answer until the process is interrupted, then let go of the port and the database."""
    try:
        with suppress(KeyboardInterrupt):
            make_server(create_app(api, access)).run(sockets=[listener])
    finally:
        listener.close()
        api.store.close()
