"""Region select by the shapes that the region network sees, loaded only by those who choose it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from studio.chromium import wait_until

from stenciltorch.synthesis.disnet import is_packaged

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLACE = """async ([column, row]) => {
  const { toScreen } = await import('./core/view.js');
  const { panes, view } = studio.stage;
  const { x, y } = toScreen(view, panes[0].size, { x: column, y: row });
  const box = panes[0].overlay.getBoundingClientRect();
  return [box.left + x, box.top + y];
}"""
OPEN_PIXELS = "studio.editor.document.mask.reduce((sum, level) => sum + (level === 255), 0)"


def mask_at(page: Page, column: int, row: int) -> int:
    found: int = page.evaluate(f"studio.editor.document.mask[{row} * studio.editor.document.width + {column}]")
    return found


def test_a_click_takes_a_whole_shape(page: Page) -> None:
    if not is_packaged():
        pytest.skip("the region network is not installed")
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("w")
    assert not any("disnet" in url for url in asked)
    page.click("#options [data-value=shapes]")
    all_pixels = page.evaluate(OPEN_PIXELS)
    page.mouse.click(*page.evaluate(PLACE, [328, 58]))
    page.wait_for_selector(".message[data-key='say.finding-shapes']")
    wait_until(page, f"{OPEN_PIXELS} < {all_pixels}")
    assert any(url.endswith("/shapes/disnet.onnx") for url in asked)
    assert mask_at(page, 328, 58) == 255, "the sun is taken"
    assert mask_at(page, 192, 140) == 0, "the roof is not"
    assert mask_at(page, 20, 20) == 0, "the sky is not"
    sun = 3.1416 * 28 * 28
    assert 0.8 * sun < page.evaluate(OPEN_PIXELS) < 1.3 * sun
    page.mouse.click(*page.evaluate(PLACE, [192, 140]))
    wait_until(page, f"studio.editor.document.mask[{140 * 384 + 192}] === 255")
    page.keyboard.press("Control+z")
    assert mask_at(page, 192, 140) == 0
