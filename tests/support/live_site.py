"""A studio server in a thread of the test, asked over real sockets."""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from contextlib import contextmanager
from threading import Thread
from typing import NamedTuple

from stenciltorch.finishing import Maker
from stenciltorch.runtime import open_model
from stenciltorch.studio.security import HEADERS, Access
from stenciltorch.studio.server import address_of, create_app, listen, make_server
from stenciltorch.studio.shelf import Shelf
from stenciltorch.studio.work import Worker

TOKEN = "a-token-of-the-tests"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


def guarded(answer):
    """Every answer carries the headers that bind pages, and none that opens them to others."""
    opened = [name for name in answer.headers if name.lower().startswith("access-control-")]
    return not opened and all(answer.headers[name] == value for name, value in HEADERS.items())


class Site:
    """Requests to a server; `raw` sends bytes as they are."""

    def __init__(self, port, token=TOKEN, worker=None):
        self.port = port
        self.token = token
        self.worker = worker
        self.host = f"127.0.0.1:{port}"

    def ask(self, path="/", method="GET", headers=(), body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def raw(self, request):
        """One request as bytes, answered until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(request)
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return Answer(answer.status, answer.headers, answer.read())

    def get(self, target, *headers):
        """A GET of exactly this target; `headers` stand beside the Host unless they name one."""
        lines = list(headers)
        if not any(line.lower().startswith("host") for line in lines):
            lines.insert(0, f"Host: {self.host}")
        head = "\r\n".join([f"GET {target} HTTP/1.1", *lines, "Connection: close", "", ""])
        return self.raw(head.encode("utf-8"))

    def colorize(self, headers=(), token=None, **parts):
        content, kind = form(parts)
        told = {"Content-Type": kind, "Authorization": f"Bearer {token or self.token}"} | dict(headers)
        return self.ask("/api/colorize", "POST", told, content)


def form(parts):
    """multipart/form-data of these parts, text or bytes, and its Content-Type."""
    boundary = uuid.uuid4().hex
    content = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'.encode()
        + (part.encode() if isinstance(part, str) else part)
        + b"\r\n"
        for name, part in parts.items()
    )
    return content + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@contextmanager
def serving(paint, model, remote=False, named=(), waiting=4, **folders):
    """A `Site` while the block runs.

    Args:
        remote: as if it listened at all addresses.
        folders: `static` and `examples`, when not the real ones.
    """
    listener = listen(port=0)
    address, port = address_of(listener)
    access = Access.of("0.0.0.0" if remote else address, port, TOKEN, named)
    worker = Worker(waiting)
    server = make_server(create_app(paint, Shelf(model, **folders), access, worker, Maker.of(open_model(model))))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Site(port, worker=worker)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        worker.close()
