"""Who may ask, and what a page from here may do.

A web page that the user visits elsewhere must not reach this server, whether it sends requests itself or makes
its own name point to 127.0.0.1 (DNS rebinding). So the Host must be one of ours, the Origin that same host,
and the browser must not say that the request comes from another site.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stenciltorch.errors import InputError
from stenciltorch.studio.answers import Refusal

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page from here may load: files from here, and pictures that it has made itself."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""On every answer. The opener and embedder policies isolate the page, which WASM needs for threads."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
OWN_SITE = ("same-origin", "none")
"""Values of Sec-Fetch-Site: this page, or the user's own typing; other ports are "same-site"."""
HTTP_PORT = 80


@dataclass(frozen=True)
class Access:
    """Who may ask.

    Args:
        hosts: the Host values that are answered, lower case, with the port.
        token: what a request to the API must carry.
        remote: others than this machine can connect: pages need the token too, and the address that a client
            has connected to is a Host (a rebinding page has a name, not an address).
        named: Host values that the user has vouched for; a TLS proxy may stand before them.
    """

    hosts: frozenset[str]
    token: str
    remote: bool = False
    named: frozenset[str] = frozenset()

    @classmethod
    def of(cls, address: str, port: int, token: str, named: Iterable[str] = ()) -> Access:
        """For a server bound to this IP address and port.

        Args:
            named: NAME or NAME:PORT, further Hosts.

        Raises:
            InputError: a name that is no Host.
        """
        own = ipaddress.ip_address(address)
        names = LOOPBACK_NAMES if own.is_unspecified else (*LOOPBACK_NAMES, bracketed(address))
        hosts = frozenset(host for name in names for host in _hosts(name, port))
        vouched = frozenset(host for name in named for host in _hosts(_checked(name), port))
        return cls(hosts, token, not own.is_loopback, vouched)

    def hosts_for(self, scope: Scope) -> frozenset[str]:
        """The Host values that this connection may name."""
        hosts = self.hosts | self.named
        server = scope.get("server")
        if self.remote and server and server[1]:
            hosts |= frozenset(_hosts(bracketed(server[0]), server[1]))
        return hosts


def bracketed(address: str) -> str:
    """As it stands in a URL: IPv6 in brackets, without a zone."""
    address = address.partition("%")[0]
    return f"[{address}]" if ":" in address else address


def _hosts(name: str, port: int) -> list[str]:
    """Browsers leave the port out when it is http's own."""
    if name.rpartition(":")[2].isdecimal():
        return [name]
    return [f"{name}:{port}", name] if port == HTTP_PORT else [f"{name}:{port}"]


def _checked(name: str) -> str:
    plain = name.replace(".", "").replace("-", "").replace(":", "").replace("[", "").replace("]", "")
    if not (plain.isascii() and plain.isalnum()):
        raise InputError(f"{name!r} is not a host name; expected NAME or NAME:PORT, such as mybox.local:8765.")
    return name.lower()


class SecurityHeaders:
    """Puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Guard:
    """Refuses what does not come from this server's own pages, from a script, or from the user's typing."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host = self._check_host(headers, scope)
        self._check_origin(headers, host)
        _check_site(headers)
        await self.app(scope, receive, send)

    def _check_host(self, headers: Headers, scope: Scope) -> str:
        found = [host.lower() for host in headers.getlist("host")]
        if len(found) != 1 or found[0] not in self.access.hosts_for(scope):
            raise Refusal(
                403,
                "forbidden",
                f"The Host {_shown(found)} is not one of this server's; open the address that the terminal "
                "shows, or allow a further name with --allow-host.",
            )
        return found[0]

    def _check_origin(self, headers: Headers, host: str) -> None:
        found = headers.getlist("origin")
        allowed = [f"http://{host}"] + [f"https://{host}"] * (host in self.access.named)
        if found and (len(found) > 1 or found[0] not in allowed):
            raise Refusal(
                403,
                "forbidden",
                f"The Origin {_shown(found)} is another web site; only pages from http://{host} may ask.",
            )


def _check_site(headers: Headers) -> None:
    found = headers.getlist("sec-fetch-site")
    if any(site not in OWN_SITE for site in found):
        raise Refusal(
            403,
            "forbidden",
            "This request was made by another web site; type or paste the studio's address instead.",
        )


def _shown(values: list[str]) -> str:
    return ", ".join(repr(value[:80]) for value in values) or "that is missing"
