"""What goes wrong for real people: odd files, large drawings, dying workers, full storage, no isolation, no network."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from studio.chromium import complaints, wait_ready, wait_until, watch
from studio.drawings import draw_house
from studio.serving import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def message(page: Page) -> str:
    wait_until(page, "document.querySelector('.message.error')")
    return page.inner_text(".message.error p")


def choose(page: Page, path: Path) -> None:
    page.set_input_files("#file-chooser", path)


def giant_png(path: Path, side: int) -> Path:
    """Only a header: no memory is needed to see that it is too large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )
    return path


@pytest.fixture
def bad_files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "text.png": b"this is not a picture",
        "empty.png": b"",
        "foreign.zip": b"PK\x05\x06" + bytes(18),
        "broken.zip": b"PK\x03\x04 and then nothing",
        "wrong.gpl": b"JASC-PAL",
        "wrong.json": b"[1, 2",
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    giant_png(tmp_path / "giant.png", 20_000)
    return {path.name: path for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("text.png", "cannot be read as a picture"),
        ("empty.png", "empty file"),
        ("giant.png", "20000 × 20000"),
        ("broken.zip", "damaged"),
        ("wrong.gpl", "not a GIMP palette"),
        ("wrong.json", "not a hint file"),
    ],
)
def test_files_that_cannot_be_opened_are_refused_in_a_sentence(
    page: Page, bad_files: dict[str, Path], name: str, says: str
) -> None:
    before = page.evaluate("JSON.stringify(studio.editor.document.hints)")
    choose(page, bad_files[name])
    assert says in message(page)
    assert page.evaluate("JSON.stringify(studio.editor.document.hints)") == before


def test_a_drawing_with_transparency_is_laid_on_white(page: Page, tmp_path: Path) -> None:
    drawing = np.zeros((60, 90, 4), np.uint8)
    drawing[20:24, :, 3] = 255
    drawing[40:44, :, 3] = 128
    Image.fromarray(drawing).save(tmp_path / "clear.png")
    choose(page, tmp_path / "clear.png")
    wait_until(page, "studio.editor.document.width === 90")
    read = "[[0, 0], [5, 22], [5, 42]].map(([x, y]) => studio.editor.document.lineart[y * 90 + x])"
    assert page.evaluate(read) == [255, 0, 127]


def test_a_selection_of_nothing_is_said_to_be_nothing(page: Page) -> None:
    page.keyboard.press("l")
    page.mouse.click(300, 300)
    wait_until(page, "document.querySelector('[data-key=\"say.empty-selection\"]')")
    assert page.evaluate("studio.editor.history.canUndo") is False


def test_a_worker_that_dies_is_started_again_and_nothing_is_lost(page: Page) -> None:
    page.evaluate("studio.engine.worker.onerror(new ErrorEvent('error', { message: 'out of memory' }))")
    assert "nothing is lost" in message(page)
    page.evaluate(
        """(async () => {
          const { strokeHint } = await import('./core/hints.js');
          const { editor } = studio;
          editor.keep('step.pen', 'hints', [...editor.document.hints, strokeHint([145, 300, 8], [32, 64, 255])]);
        })()"""
    )
    wait_until(page, "studio.engine.state.phase === 'ready' && studio.live.complete && studio.engine.idle")
    assert page.evaluate("studio.live.colourAt(145, 300)[2]") > 200


def test_a_model_that_is_missing_leaves_the_painting_usable(
    context: BrowserContext, examples: Path, tmp_path: Path
) -> None:
    with serve(tmp_path, examples) as url:
        page = context.new_page()
        page.goto(url)
        assert "could not start" in message(page)
        wait_until(page, "document.documentElement.dataset.ready === 'true'")
        page.locator("#stage .overlay").first.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("studio.editor.document.hints.length") == 4
        page.close()


def test_full_storage_is_said_and_painting_goes_on(page: Page) -> None:
    page.evaluate(
        "void (IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); })"
    )
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("Enter")
    page.evaluate("studio.autosave.save()")
    assert "storage is full" in message(page)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.evaluate("studio.editor.document.hints.length") == 5


def test_without_isolation_it_runs_on_one_thread(context: BrowserContext, fake_model: Path, examples: Path) -> None:
    with serve(fake_model, examples, isolated=False) as url:
        page = context.new_page()
        page.goto(url)
        wait_ready(page)
        assert page.inner_text("#engine-text").endswith("1 thread")
        page.close()


def test_no_request_leaves_the_page_s_own_origin(context: BrowserContext, address: str, troubles: list[str]) -> None:
    asked: list[str] = []
    page = context.new_page()
    watch(page, troubles)
    context.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    wait_ready(page)
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    page.click("#action-examples")
    page.wait_for_selector(".gallery img")
    own = [url for url in asked if url.startswith((address, "blob:" + address, "data:"))]
    assert len(own) > 30
    assert [url for url in asked if url not in own] == []
    assert troubles == []
    page.close()


LARGE = (1500, 1300)


@pytest.fixture
def large_page(page: Page, tmp_path: Path) -> Page:
    drawing = Image.new("L", LARGE, 255)
    drawing.paste(draw_house(1200), (100, 50))
    drawing.save(tmp_path / "large.png")
    choose(page, tmp_path / "large.png")
    wait_until(page, f"studio.editor.document.width === {LARGE[0]}")
    wait_until(page, "studio.live.complete && studio.engine.idle")
    return page


def test_a_large_drawing_is_finished_at_its_own_size(large_page: Page) -> None:
    add = """(async () => {
      const { strokeHint } = await import('./core/hints.js');
      studio.editor.keep('step.pen', 'hints', [strokeHint([700, 480, 30], [200, 40, 40])]);
    })()"""
    large_page.evaluate(add)
    assert large_page.evaluate("studio.live.direct") is False
    large_page.evaluate("studio.live.settled()")
    assert large_page.evaluate("studio.live.result.length") == LARGE[0] * LARGE[1] * 3
    found = large_page.evaluate("studio.live.colourAt(700, 480)")
    assert abs(found[0] - 200) < 15
    assert found[1] < 70
    lines = large_page.evaluate(
        """studio.editor.document.lineart.reduce(
          (worst, ink, at) => ink === 0 ? Math.max(worst, studio.live.result[at * 3]) : worst, 0)"""
    )
    assert lines == 0


@pytest.fixture
def touch_page(browser: Browser, address: str, troubles: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 800, "height": 1000}, has_touch=True)
    page = context.new_page()
    watch(page, troubles)
    page.goto(address)
    wait_ready(page)
    yield page
    context.close()
    assert troubles == []


class Fingers:
    """Touches as a screen sends them."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def send(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_one_finger_draws_two_zoom_and_a_tap_of_two_undoes(touch_page: Page) -> None:
    page = touch_page
    fingers = Fingers(page)
    fingers.send("touchStart", (400, 700))
    for x in (430, 460):
        fingers.send("touchMove", (x, 700))
    fingers.send("touchEnd")
    wait_until(page, "studio.editor.document.hints.length === 4")
    scale = page.evaluate("studio.stage.view.scale")
    fingers.send("touchStart", (300, 500))
    fingers.send("touchStart", (300, 500), (400, 500))
    for x in (250, 150):
        fingers.send("touchMove", (x, 500), (700 - x, 500))
    fingers.send("touchEnd")
    assert page.evaluate("studio.stage.view.scale") > 2 * scale
    assert page.evaluate("studio.editor.document.hints.length") == 4
    fingers.send("touchStart", (300, 500), (400, 500))
    fingers.send("touchEnd")
    wait_until(page, "studio.editor.document.hints.length === 3")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("place", ["page", "help", "export", "examples", "settings"])
def test_axe_finds_nothing_to_complain_of(page: Page, theme: str, place: str) -> None:
    if theme == "light":
        page.click("#action-theme")
    if place != "page":
        page.click(f"#action-{place}")
        page.wait_for_selector("dialog .body")
    assert complaints(page) == []


@pytest.mark.parametrize("width", [390, 360])
def test_the_whole_bar_fits_a_phone(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    boxes = [button.bounding_box() for button in page.locator("#topbar button:visible").all()]
    assert len(boxes) >= 10
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["width"] >= 24 for box in boxes)
