"""The last doors before the network: unexpected failures, and clients that still send when they are refused."""

from __future__ import annotations

import asyncio
import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stenciltorch.files import MAX_BYTES
from stenciltorch.studio.answers import Refusal, refusal_of

DRAIN_BYTES = MAX_BYTES
DRAIN_SECONDS = 10.0
GAVE_UP = 408
"""The status of an upload that has stalled: nothing more of it is waited for."""

_log = logging.getLogger(__name__)


class Refusals:
    """Answers errors that reach the top; those that are our fault are logged, never shown."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except Exception as error:
            if not isinstance(error, Refusal):
                _log.exception("%s failed", scope["path"])
            if not started:
                await refusal_of(error).response()(scope, receive, send)


class Drain:
    """Takes in what a refused client is still sending, so that it reads the answer instead of a broken pipe."""

    def __init__(self, app: ASGIApp, seconds: float = DRAIN_SECONDS) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        incoming = _Incoming(receive, waits="expect" in Headers(scope=scope))

        async def send_when_drained(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_refusal(message["status"]):
                await incoming.drain(self.seconds)
            await send(message)

        await self.app(scope, incoming.receive, send_when_drained)


def _is_refusal(status: int) -> bool:
    return status >= 400 and status != GAVE_UP


class _Incoming:
    """A request's body on its way in.

    Args:
        waits: the client sends nothing until it is asked to (Expect: 100-continue).
    """

    def __init__(self, receive: Receive, waits: bool) -> None:
        self._receive = receive
        self._waits = waits
        self._ended = False

    async def receive(self) -> Message:
        self._waits = False
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        return message

    async def drain(self, seconds: float) -> None:
        if self._waits:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._discard()
        except TimeoutError:
            return

    async def _discard(self) -> None:
        taken = 0
        while not self._ended and taken <= DRAIN_BYTES:
            taken += len((await self.receive()).get("body", b""))
