"""A built site on a plain host, which sends no isolating headers: threads all the same, and no network needed."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from studio.chromium import uses_threads, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

TOOL = Path(__file__).parents[2] / "tools/build_static_site.py"
READY = "document.documentElement.dataset.ready === 'true' && studio.live.complete"
KEPT = "document.documentElement.dataset.kept === 'true'"


class PlainHost(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def host(folder: Path, port: int = 0) -> Iterator[int]:
    """Its port, until the block ends; then nobody answers there."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(PlainHost, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def load_tool() -> Any:
    spec = importlib.util.spec_from_file_location("build_static_site", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(fake_model: Path, tmp_path: Path) -> Path:
    load_tool().build(tmp_path / "public", fake_model)
    return tmp_path / "public"


def wait_through_reloads(page: Page, condition: str) -> None:
    """Pages that load themselves anew forget the question; it is asked again."""
    from playwright.sync_api import Error

    for _ in range(20):
        try:
            return wait_until(page, condition)
        except Error as error:
            if not any(words in str(error) for words in ("destroyed", "navigat", "not defined")):
                raise
            page.wait_for_timeout(100)
    raise AssertionError(f"the page never came to rest: {condition}")


def test_threads_without_headers_no_network_and_a_new_version(
    context: BrowserContext, folder: Path, fake_model: Path
) -> None:
    page = context.new_page()
    with host(folder) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        wait_through_reloads(page, READY)
        assert uses_threads(page)
        wait_until(page, KEPT)
    page.reload()
    wait_through_reloads(page, READY)
    assert uses_threads(page)
    page.click("#action-examples")
    page.wait_for_function("document.querySelector('.gallery img')?.naturalWidth > 0", timeout=60_000)
    first = page.evaluate("caches.keys()")
    page.keyboard.press("Escape")

    changed = folder / "locales/en.json"
    changed.write_text(changed.read_text().replace('"tool.pen": "Hint pen"', '"tool.pen": "Newer pen"'))
    made = ("_headers", ".nojekyll", "service-worker.js")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    kept = {name: content for name, content in files.items() if name not in made}
    (folder / "service-worker.js").write_bytes(load_tool().service_worker(kept))
    with host(folder, port):
        page.reload()
        wait_through_reloads(page, "document.querySelector('[data-key=\"say.update-ready\"]')")
        assert page.get_attribute("[data-tool=pen]", "aria-label") == "Hint pen"
        page.click("[data-key='say.update-ready'] button:not(.quiet)")
        wait_through_reloads(page, f"{READY} && document.querySelector('[data-tool=pen]').ariaLabel === 'Newer pen'")
        assert page.evaluate("caches.keys()") != first
    assert len(page.evaluate("caches.keys()")) == 1
    page.close()


def test_the_local_page_asks_for_no_service_worker(page: Page) -> None:
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
    assert page.evaluate("document.documentElement.dataset.offline ?? null") is None
