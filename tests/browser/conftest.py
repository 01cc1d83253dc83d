"""Chromium, a server and a model for the studio's journeys; without a browser they are skipped, saying so.

Playwright lives as long as a module: its event loop would be in the way of tests elsewhere that start their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from studio.chromium import launch, open_studio
from studio.drawings import save_examples
from studio.serving import list_examples, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="the journeys need the package playwright")
    with sync_api.sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Browser]:
    chromium = launch(playwright)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = save_examples(tmp_path_factory.mktemp("examples"))
    list_examples(folder)
    return folder


@pytest.fixture(scope="session")
def fake_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("onnx")
    from studio.fake_model import save_model

    return save_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def lit_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fake that puts drawings into a light."""
    pytest.importorskip("onnx")
    from studio.fake_model import save_model

    return save_model(tmp_path_factory.mktemp("lit"), lit=True)


@pytest.fixture(scope="session")
def address(fake_model: Path, examples: Path) -> Iterator[str]:
    with serve(fake_model, examples) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context(
        viewport={"width": 1280, "height": 800}, accept_downloads=True, locale="en-GB", reduced_motion="reduce"
    )
    yield fresh
    fresh.close()


@pytest.fixture
def troubles() -> list[str]:
    """What the page complained of; asserted empty when the test ends."""
    return []


@pytest.fixture
def page(context: BrowserContext, address: str, troubles: list[str]) -> Iterator[Page]:
    """The studio, open, first example coloured."""
    yield open_studio(context, address, troubles)
    assert troubles == []
