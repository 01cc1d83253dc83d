"""The light, turned by hand and by keys: seen at once, kept with the drawing, and the same for Python."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from studio.chromium import complaints, open_studio, wait_ready, wait_until
from studio.drawings import draw_house
from studio.serving import list_examples, serve

from stenciltorch.cli import main
from stenciltorch.runtime import find_model, open_model

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SETTLED = "studio.live.complete && studio.engine.idle"
LIGHT = "studio.editor.document.light"
STEPS = "studio.editor.history.done.length"
WATCH_QUESTIONS = """(() => {
  const { worker } = studio.engine;
  globalThis.asked = [];
  const send = worker.postMessage.bind(worker);
  worker.postMessage = (question, ...others) => (asked.push(question), send(question, ...others));
})()"""


@pytest.fixture(scope="module")
def lit_address(lit_model: Path, examples: Path) -> Iterator[str]:
    with serve(lit_model, examples) as url:
        yield url


@pytest.fixture
def lit(context: BrowserContext, lit_address: str, troubles: list[str]) -> Iterator[Page]:
    """The studio with a model that shades."""
    opened = open_studio(context, lit_address, troubles)
    opened.click("#welcome-close")
    yield opened
    assert troubles == []


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".dial").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def settle(page: Page) -> None:
    page.wait_for_timeout(40)
    wait_until(page, SETTLED)


def left_and_right(page: Page) -> tuple[int, int]:
    """How bright the paper is at the picture's sides."""
    found: list[int] = page.evaluate("[4, 379].map((x) => studio.live.colourAt(x, 360)[1])")
    return found[0], found[1]


def light_of(page: Page) -> Any:
    return page.evaluate(LIGHT)


def result(page: Page) -> npt.NDArray[np.int64]:
    """The result as the studio exports it."""
    made = "studio.exporter.make('result').then((blob) => blob.arrayBuffer()).then((file) => [...new Uint8Array(file)])"
    return np.asarray(Image.open(io.BytesIO(bytes(page.evaluate(made)))), np.int64)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
    settle(page)


def test_the_picture_follows_the_ball_and_a_drag_is_one_step(lit: Page) -> None:
    assert light_of(lit) == {"angle": -45, "strength": 1}
    left, right = left_and_right(lit)
    assert left > right + 60
    lit.evaluate(WATCH_QUESTIONS)
    across, down = middle(lit)
    lit.mouse.move(across - 30, down)
    lit.mouse.down()
    lit.mouse.move(across, down - 40, steps=5)
    lit.mouse.move(across + 40, down, steps=5)
    settle(lit)
    left, right = left_and_right(lit)
    assert right > left + 60, "with the pointer still down"
    assert lit.evaluate(STEPS) == 0
    lit.mouse.up()
    assert light_of(lit) == {"angle": 90, "strength": 1}
    assert lit.evaluate(STEPS) == 1
    asked = lit.evaluate("asked.map(({ kind, light }) => [kind, light?.angle ?? null])")
    assert {kind for kind, _ in asked} == {"paint"}, "the drawing is not sent again"
    assert [angle for _, angle in asked if angle is not None][-1] == 90
    press(lit, "Control+z")
    assert light_of(lit)["angle"] == -45
    left, right = left_and_right(lit)
    assert left > right + 60


def test_a_turn_can_be_given_up(lit: Page) -> None:
    across, down = middle(lit)
    lit.mouse.move(across + 30, down)
    lit.mouse.down()
    assert lit.evaluate("studio.editor.light.angle") == 90
    lit.keyboard.press("Escape")
    lit.mouse.move(across, down + 30)
    lit.mouse.up()
    assert lit.evaluate("studio.editor.light.angle") == -45
    assert lit.evaluate(STEPS) == 0


def test_fingers_turn_it_too(lit: Page) -> None:
    lit.evaluate(
        """(() => {
          const dial = document.querySelector('.dial');
          const box = dial.getBoundingClientRect();
          const send = (type, right, down) => dial.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerId: 7, pointerType: 'touch', isPrimary: true, button: 0,
            clientX: box.left + box.width / 2 + right, clientY: box.top + box.height / 2 + down,
          }));
          dial.setPointerCapture = (id) => (globalThis.captured = id);
          dial.hasPointerCapture = (id) => globalThis.captured === id;
          send('pointerdown', 0, 40);
          send('pointermove', 30, 30);
          send('pointerup', 30, 30);
        })()"""
    )
    assert light_of(lit)["angle"] == 135
    assert lit.evaluate("getComputedStyle(document.querySelector('.dial')).touchAction") == "none"


def test_keys_on_the_dial_and_on_the_strength(lit: Page) -> None:
    dial = lit.locator(".dial")
    dial.focus()
    press(lit, "ArrowRight", "Shift+ArrowRight", "ArrowLeft")
    assert light_of(lit)["angle"] == -30
    assert dial.get_attribute("aria-valuenow") == "-30"
    assert dial.get_attribute("aria-valuetext") == "from the upper left, -30°"
    lit.keyboard.down("ArrowUp")
    lit.keyboard.down("ArrowUp")
    lit.keyboard.up("ArrowUp")
    assert light_of(lit)["angle"] == -20
    assert lit.evaluate(STEPS) == 4, "a key that is held is one step"
    strength = lit.locator(".light input")
    strength.focus()
    press(lit, "ArrowRight", "ArrowRight")
    assert light_of(lit)["strength"] == 1.1
    assert strength.get_attribute("aria-valuetext") == "110 %"
    assert lit.evaluate(STEPS) == 6
    press(lit, "End")
    assert light_of(lit)["strength"] == 2


def test_flat_is_one_click_and_the_light_comes_back(lit: Page) -> None:
    lit.locator(".light input").fill("55")
    settle(lit)
    switch = lit.get_by_role("switch", name="Flat colours")
    switch.click()
    settle(lit)
    assert light_of(lit) == {"angle": -45, "strength": 0}
    assert switch.get_attribute("aria-checked") == "true"
    assert left_and_right(lit) == (255, 255)
    assert complaints(lit) == []
    press(lit, "Shift+L")
    assert light_of(lit) == {"angle": -45, "strength": 0.55}
    assert switch.get_attribute("aria-checked") == "false"
    lit.click("#action-theme")
    assert complaints(lit) == []
    lit.locator("#stage .overlay").first.focus()
    press(lit, "Shift+Period", "Shift+Period", "Shift+Comma")
    assert light_of(lit) == {"angle": -30, "strength": 0.55}


def test_each_pass_and_each_file_keeps_its_light(lit: Page, tmp_path: Path) -> None:
    lit.click("#next-pass")
    wait_until(lit, "studio.editor.document.passes.length === 1")
    lit.locator(".dial").focus()
    press(lit, "Shift+ArrowRight")
    with lit.expect_download() as waiting:
        lit.keyboard.press("Control+s")
    waiting.value.save_as(tmp_path / "project.zip")
    press(lit, "ArrowRight")
    lit.set_input_files("#file-chooser", tmp_path / "project.zip")
    wait_until(lit, "!studio.editor.history.canUndo")
    assert light_of(lit)["angle"] == -30
    assert lit.get_attribute(".dial", "aria-valuenow") == "-30"
    lit.click(".passes button")
    settle(lit)
    assert light_of(lit)["angle"] == -45
    press(lit, "Control+z")
    assert light_of(lit)["angle"] == -30


def test_the_light_comes_back_after_a_crash(lit: Page) -> None:
    lit.locator(".dial").focus()
    press(lit, "Shift+ArrowLeft")
    lit.evaluate("studio.autosave.save()")
    lit.reload()
    wait_ready(lit)
    assert light_of(lit) == {"angle": -60, "strength": 1}


def test_a_model_that_does_not_shade_has_no_panel(page: Page) -> None:
    assert page.is_hidden("[data-section=light]")
    before = page.evaluate("studio.live.stamp")
    page.keyboard.press("Shift+L")
    page.wait_for_selector(".message[data-key='say.no-light']")
    page.keyboard.press("Shift+Comma")
    assert page.evaluate(f"[{STEPS}, studio.live.stamp]") == [0, before]


@pytest.fixture(params=["fake", "real"])
def shading_model(request: pytest.FixtureRequest, lit_model: Path, tmp_path: Path) -> Path:
    if request.param == "fake":
        return lit_model
    folder = find_model()
    model = open_model(folder)
    asked = {port.name for graph in (model.encoder, model.painter) for port in graph.outside.inputs}
    assert "light" in asked, "the default model shades"
    return Path(shutil.copytree(folder, tmp_path / "model"))


@pytest.mark.parametrize("side", [300, 1000])
def test_python_paints_a_saved_project_in_the_same_light(
    context: BrowserContext, shading_model: Path, side: int, tmp_path: Path, troubles: list[str]
) -> None:
    examples = tmp_path / "examples"
    examples.mkdir()
    draw_house(side).save(examples / "house-lineart.png")
    dabs = [{"at": [side * 0.5, side * 0.4], "color": "#c8503c", "radius": 8}]
    (examples / "house-hints.json").write_text(json.dumps({"dabs": dabs}), encoding="utf-8")
    list_examples(examples)
    with serve(shading_model, examples) as url:
        page = open_studio(context, url, troubles)
        page.click("#welcome-close")
        page.locator(".light input").fill("140")
        across, down = middle(page)
        page.mouse.move(across + 30, down + 10)
        page.mouse.down()
        page.mouse.move(across + 30, down + 20)
        page.mouse.up()
        settle(page)
        with page.expect_download() as saving:
            page.keyboard.press("Control+s")
        saving.value.save_as(tmp_path / "house.zip")
        found = result(page)
        page.close()
    assert troubles == []
    options = ["--model", str(shading_model), "--threads", "1"]
    assert main(["colorize", str(tmp_path / "house.zip"), "-o", str(tmp_path / "lit.png"), *options]) == 0
    flat = ["--shade", "0", "-o", str(tmp_path / "flat.png")]
    assert main(["colorize", str(tmp_path / "house.zip"), *flat, *options]) == 0
    expected = np.asarray(Image.open(tmp_path / "lit.png"), np.int64)
    assert np.abs(found - expected).max() <= 1
    assert np.abs(np.asarray(Image.open(tmp_path / "flat.png"), np.int64) - expected).max() > 30
