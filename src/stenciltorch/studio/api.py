"""`POST /api/colorize`: the colorizer for plug-ins and scripts (docs/api.md)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router

from stenciltorch.finishing import Maker
from stenciltorch.studio.forms import check_form, read_form
from stenciltorch.studio.openapi import describe
from stenciltorch.studio.orders import PARTS, Delivery, Order, Paint, fulfil
from stenciltorch.studio.tokens import check_bearer
from stenciltorch.studio.work import Worker

NOTICE = "StencilTorch-Notice"
"""A header for each sentence that the user should know, such as that only an animation's first frame was used."""


@dataclass(frozen=True)
class Api:
    """The API's addresses.

    Args:
        paint: colours a stencil; runs on the worker's thread only.
        token: what a request must carry.
        version: of StencilTorch.
        maker: whom the pictures name; None to name nobody.
    """

    paint: Paint
    worker: Worker
    token: str
    version: str
    maker: Maker | None = None

    def routes(self) -> list[BaseRoute]:
        inner = [
            Route("/openapi.json", self.description),
            Route("/colorize", self.colorize, methods=["POST"]),
        ]
        return [Route("/health", self.health), Mount("/api", Router(inner, redirect_slashes=False))]

    async def health(self, request: Request) -> Response:
        facts = {"status": "ok", "name": "stenciltorch", "version": self.version}
        return JSONResponse(facts, headers={"Cache-Control": "no-store"})

    async def description(self, request: Request) -> Response:
        return JSONResponse(describe(self.version), headers={"Cache-Control": "no-cache"})

    async def colorize(self, request: Request) -> Response:
        check_bearer(request.headers, self.token)
        boundary = check_form(request)
        with self.worker.place():
            order = Order.of(await read_form(request, boundary, PARTS), self.maker)
            job = partial(fulfil, order, self.paint)
            return _answer(await self.worker.run(job, _leaving(request)))


def _answer(delivery: Delivery) -> Response:
    answer = Response(delivery.content, media_type=delivery.media_type, headers={"Cache-Control": "no-store"})
    for notice in delivery.notices:
        answer.headers.append(NOTICE, notice.encode("ascii", "replace").decode())
    return answer


async def _leaving(request: Request) -> None:
    """Done when the client closes the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
