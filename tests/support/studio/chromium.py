"""Chromium for the studio's journeys, and waiting for what a page does.

Waiting asks again and again from outside: the studio's content policy forbids a page to evaluate text.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

AXE = Path(__file__).parents[3] / "node_modules/axe-core/axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Any, extra: list[str] | None = None) -> Browser:
    """The system's Chromium where there is one, else Playwright's own; skips the test where there is neither."""
    path = os.environ.get("STENCILTORCH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    try:
        browser: Browser = playwright.chromium.launch(
            executable_path=path, headless=True, args=[*FLAGS, *(extra or [])]
        )
    except Exception as error:  # Playwright has no narrower class for "no browser here"
        pytest.skip(
            f"no Chromium can be started ({str(error).splitlines()[0]}); "
            "tools/set_up_browser.py gets one, or name yours in STENCILTORCH_CHROMIUM"
        )
    return browser


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a Playwright of its own; skips the test without that package."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="journeys in a browser need the package playwright")
    with sync_api.sync_playwright() as running:
        browser = launch(running)
        yield browser
        browser.close()


def open_studio(context: BrowserContext, address: str, troubles: list[str]) -> Page:
    """The studio, open, first example coloured; what it complains of is gathered."""
    page = context.new_page()
    watch(page, troubles)
    page.goto(address)
    wait_ready(page)
    return page


def watch(page: Page, troubles: list[str]) -> None:
    """Gather what the page complains of."""
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda note: troubles.append(f"console: {note.text}") if note.type == "error" else None)


def complaints(page: Page) -> list[str]:
    """What axe finds that keeps people out; skips the test where axe is not installed."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: tools/set_up_browser.py gets it where there is Node")
    page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(
        """axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`))"""
    )
    return found


def wait_until(page: Page, condition: str, seconds: float = 200.0) -> None:
    """Until a JavaScript expression is true.

    Raises:
        AssertionError: it did not become true in time.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"not true within {seconds} s: {condition}"
        page.wait_for_timeout(25)


def wait_ready(page: Page) -> None:
    """Until the first drawing is coloured."""
    wait_until(page, "document.documentElement.dataset.ready === 'true' && studio.live.complete")


def uses_threads(page: Page) -> bool:
    """Whether the page tells that it colours with as many threads as it can: with several, where there are several
    processors, for which it must be isolated."""
    processors = int(page.evaluate("navigator.hardwareConcurrency"))
    told = "threads" in page.inner_text("#engine-text")
    return page.evaluate("crossOriginIsolated") is True and told == (processors > 1)
