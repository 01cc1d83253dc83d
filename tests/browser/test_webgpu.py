"""WebGPU, where a browser has an adapter; Chromium's software adapter will do. Slow there, so the drawing is tiny."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from studio.chromium import launch, wait_ready, wait_until, watch
from studio.serving import STATIC, list_examples, serve

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"]
BUNDLE = STATIC / "vendor/ort/ort.webgpu.bundle.min.mjs"


@pytest.fixture(scope="module")
def gpu_page(playwright: Any, fake_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    if not BUNDLE.is_file():
        pytest.skip("no WebGPU build: python tools/vendor_onnxruntime_web.py --webgpu")
    examples = tmp_path_factory.mktemp("tiny")
    Image.new("L", (96, 64), 255).save(examples / "tiny-lineart.png")
    list_examples(examples)
    browser = launch(playwright, FLAGS)
    with serve(fake_model, examples) as url:
        page = browser.new_page()
        page.goto(url)
        if not page.evaluate("navigator.gpu ? navigator.gpu.requestAdapter().then(Boolean) : false"):
            browser.close()
            pytest.skip("this browser has no WebGPU adapter, not even in software")
        page.evaluate(
            "localStorage.setItem('stenciltorch.settings', JSON.stringify({ engine: 'webgpu', greeted: true }))"
        )
        page.reload()
        wait_ready(page)
        yield page
        browser.close()


def test_it_runs_there_and_gives_the_same_picture(gpu_page: Page) -> None:
    troubles: list[str] = []
    watch(gpu_page, troubles)
    assert gpu_page.inner_text("#engine-text") == "WebGPU"
    gpu_page.evaluate(
        """(async () => {
          const { strokeHint } = await import('./core/hints.js');
          studio.editor.keep('step.pen', 'hints', [strokeHint([48, 32, 12], [200, 40, 90])]);
        })()"""
    )
    wait_until(gpu_page, "studio.live.complete && studio.engine.idle")
    found = gpu_page.evaluate("studio.live.colourAt(48, 32)")
    assert max(abs(one - other) for one, other in zip(found, (200, 40, 90), strict=True)) <= 2
    assert troubles == []


def test_a_lost_device_is_replaced_by_wasm_and_nothing_is_lost(gpu_page: Page) -> None:
    gpu_page.evaluate("studio.engine.worker.onmessage({ data: { lost: 'destroyed' } })")
    wait_until(gpu_page, "document.querySelector('.message.error')")
    assert "graphics card stopped" in gpu_page.inner_text(".message.error p")
    wait_until(gpu_page, "studio.engine.state.phase === 'ready' && studio.live.complete")
    assert gpu_page.inner_text("#engine-text").startswith("WASM")
    assert gpu_page.evaluate("studio.editor.document.hints.length") == 1
