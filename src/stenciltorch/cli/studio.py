"""`stenciltorch studio`: the painting program in the browser, and the API for plug-ins and scripts."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import add_model, natural

if TYPE_CHECKING:
    from stenciltorch.studio.security import Access

DESCRIPTION = """\
Open the studio in your browser. All painting happens in that page on this machine: nothing is uploaded, and the
server asks nothing of other machines. Ctrl-C stops it."""

EPILOG = """\
examples:
  stenciltorch studio                          opens http://127.0.0.1:8765/, or the next free port
  stenciltorch studio --no-browser --port 9000
  STENCILTORCH_TOKEN=$(cat token) stenciltorch studio --no-browser     a token that your scripts know

scripts and plug-ins: POST /api/colorize with the header "Authorization: Bearer TOKEN"; the token is new at each
start unless STENCILTORCH_TOKEN sets it. /api/openapi.json describes the API."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "studio", help="paint in the browser", description=DESCRIPTION, epilog=EPILOG
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("--port", type=port, metavar="N", help="port, 0 for any (default: 8765, or the next that is free)")
    add("--no-browser", dest="browser", action="store_false", help="do not open the browser")
    add(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen at (default: 127.0.0.1, this machine only)",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME[:PORT]",
        help="a further name by which browsers reach this server, as behind a proxy",
    )
    add_model(parser)
    return parser


def port(text: str) -> int:
    """A whole number that can be a port."""
    found = natural(text)
    if found > 65_535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, found {text!r}")
    return found


def run(options: argparse.Namespace) -> int:
    from stenciltorch.colorizer import OnnxColorizer
    from stenciltorch.finishing import Maker
    from stenciltorch.studio.security import Access
    from stenciltorch.studio.server import address_of, create_app, listen, serve
    from stenciltorch.studio.shelf import Shelf
    from stenciltorch.studio.tokens import choose_token
    from stenciltorch.studio.work import Worker

    token = choose_token(os.environ)
    colorizer = OnnxColorizer.load(options.model, options.threads)
    shelf = Shelf(colorizer.model.folder)
    listener = listen(options.host, options.port)
    try:
        access = Access.of(*address_of(listener), token, options.allow_host)
        _welcome(access, listener, options.browser)
        app = create_app(colorizer, shelf, access, worker := Worker(), Maker.of(colorizer.model))
        serve(app, listener, worker)
    finally:
        listener.close()
    return 0


def _welcome(access: Access, listener: socket.socket, browser: bool) -> None:
    from stenciltorch.studio.server import address_of
    from stenciltorch.studio.tokens import ENVIRONMENT

    site = site_address(*address_of(listener))
    page = f"{site}/?token={access.token}" if access.remote else f"{site}/"
    if access.remote:
        sys.stderr.write(warning(address_of(listener)[0]))
    told = f"the token in {ENVIRONMENT}" if os.environ.get(ENVIRONMENT) else access.token
    sys.stdout.write(f"Studio: {page}\nAPI:    {site}/api/colorize  token: {told}\nCtrl-C stops it.\n")
    sys.stdout.flush()
    if browser and can_show_pages():
        threading.Thread(target=_open_page, args=(page,), daemon=True).start()


def site_address(address: str, found_port: int) -> str:
    """Where this machine's own browser finds the server."""
    from stenciltorch.studio.security import bracketed

    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    return f"http://{bracketed(reachable)}:{found_port}"


def warning(address: str) -> str:
    return (
        f"stenciltorch: WARNING: the studio listens at {address}, so other machines can reach it. What goes to and "
        "fro is not encrypted, and whoever learns the token can use it. Without --host only this machine can.\n"
    )


def can_show_pages() -> bool:
    """False in a terminal without a desktop, where a text browser would take the terminal."""
    if sys.platform in ("win32", "darwin") or os.environ.get("BROWSER"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_page(page: str) -> None:
    import webbrowser

    webbrowser.open(page)
