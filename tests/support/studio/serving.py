"""A small server for the studio's static files, as any host that sets the isolation headers would serve them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stenciltorch.studio.gallery import index, read_examples

STATIC = Path(__file__).parents[3] / "src/stenciltorch/studio/static"
SHAPES = Path(__file__).parents[3] / "src/stenciltorch/synthesis/weights"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Handler(SimpleHTTPRequestHandler):
    """`/` is the static folder; `/models/` and `/examples/` lie elsewhere."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
    }

    def __init__(self, *args: Any, folders: dict[str, Path], isolated: bool = True, **kwargs: Any) -> None:
        self.folders = folders
        self.isolated = isolated
        super().__init__(*args, directory=str(STATIC), **kwargs)

    def translate_path(self, path: str) -> str:
        plain = path.split("?")[0].split("#")[0]
        for prefix, folder in self.folders.items():
            if plain.startswith(prefix):
                return str(folder / plain.removeprefix(prefix))
        return super().translate_path(path)

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            if self.isolated or not name.startswith("Cross-Origin"):
                self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def list_examples(folder: Path) -> None:
    """index.json as the studio's server gives it."""
    (folder / "index.json").write_text(json.dumps(index(read_examples(folder))))


@contextmanager
def serve(models: Path, examples: Path, isolated: bool = True, more: Mapping[str, Path] | None = None) -> Iterator[str]:
    """The address of a server that runs until the block ends."""
    folders = {"/models/": models, "/examples/": examples, "/shapes/": SHAPES} | dict(more or {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, folders=folders, isolated=isolated))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
