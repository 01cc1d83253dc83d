"""The studio's server: what it is made of, which port it gets, and how it runs."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from contextlib import suppress
from importlib.metadata import version

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import ASGIApp

from stenciltorch.errors import InputError
from stenciltorch.finishing import Maker
from stenciltorch.studio.answers import Refusal, answer_error
from stenciltorch.studio.api import Api
from stenciltorch.studio.bodies import Drain, Refusals
from stenciltorch.studio.orders import Paint
from stenciltorch.studio.security import Access, Guard, SecurityHeaders
from stenciltorch.studio.shelf import Shelf
from stenciltorch.studio.tokens import PageGate
from stenciltorch.studio.work import Gone, Worker

DEFAULT_PORT = 8765
NEARBY = 20
"""Ports that are tried when the default one is busy; then any."""
LOCALHOST = "127.0.0.1"
GRACE_SECONDS = 1
"""How long answers that are under way may take when the server stops."""
_BUSY = (errno.EADDRINUSE, errno.EACCES)


def create_app(paint: Paint, shelf: Shelf, access: Access, worker: Worker, maker: Maker | None = None) -> ASGIApp:
    """The whole server, without a socket.

    Args:
        paint: colours a stencil; runs on the worker's thread only.
        maker: whom the pictures name as program and model; None to name nobody.
    """
    api = Api(paint, worker, access.token, version("stenciltorch"), maker)
    handled = (HTTPException, Refusal, InputError, MemoryError, Gone, ClientDisconnect, Exception)
    routes = [*api.routes(), Route("/{path:path}", shelf.answer)]
    site: ASGIApp = Starlette(routes=routes, exception_handlers=dict.fromkeys(handled, answer_error))
    gated = PageGate(site, access) if access.remote else site
    return SecurityHeaders(Drain(Refusals(Guard(gated, access))))


def listen(host: str = LOCALHOST, port: int | None = None) -> socket.socket:
    """A listening socket.

    Args:
        host: an address of this machine, or a name of one.
        port: 0 for any; when not given, the default one or the next that is free.

    Raises:
        InputError: the port is busy, or the host is no address of this machine.
    """
    if port is not None:
        return _listen(host, port)
    for tried in (*range(DEFAULT_PORT, DEFAULT_PORT + NEARBY), 0):
        with suppress(_PortBusyError):
            return _listen(host, tried)
    raise _PortBusyError("All ports are in use by other programs; stop one of them.")


class _PortBusyError(InputError):
    """Another port may do."""


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(
            LOCALHOST if host == "localhost" else host, port, type=socket.SOCK_STREAM
        )[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise InputError(f"{host!r} is not an address of this machine; try 127.0.0.1.") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        _own_port(listener)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise _refusal(error, host, port) from error
    return listener


def _own_port(listener: socket.socket) -> None:
    """A port is ours alone, and free for us at once when we start again."""
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    elif os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _refusal(error: OSError, host: str, port: int) -> InputError:
    if error.errno in _BUSY:
        return _PortBusyError(f"Port {port} is in use by another program or not allowed; choose another with --port.")
    return InputError(f"{host} port {port} cannot be used ({error.strerror}); try 127.0.0.1 and another port.")


def address_of(listener: socket.socket) -> tuple[str, int]:
    """IP address and port."""
    address, port = listener.getsockname()[:2]
    return str(ipaddress.ip_address(address.partition("%")[0])), int(port)


def make_server(app: ASGIApp) -> uvicorn.Server:
    """Silent and strict: no access log (tokens stay out of it), no WebSockets, no headers of proxies believed."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )


def serve(app: ASGIApp, listener: socket.socket, worker: Worker) -> None:
    """Answer until the process is interrupted, then let go of the port and the thread."""
    try:
        with suppress(KeyboardInterrupt):
            make_server(app).run(sockets=[listener])
    finally:
        listener.close()
        worker.close()
