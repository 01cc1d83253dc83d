"""The whole journey in a real browser: open, hint, mask, iterate, undo, save, reopen, export."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from studio.chromium import uses_threads, wait_ready, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

Pixels = npt.NDArray[np.uint8]
SETTLED = "studio.live.complete && studio.engine.idle"


def screen_point(page: Page, column: float, row: float, pane: int = 0) -> tuple[float, float]:
    """Where a pixel of the picture lies on the screen."""
    point = page.evaluate(
        """async ([column, row, pane]) => {
          const { toScreen } = await import('./core/view.js');
          const { panes, view } = studio.stage;
          const { x, y } = toScreen(view, panes[pane].size, { x: column, y: row });
          const box = panes[pane].overlay.getBoundingClientRect();
          return [box.left + x, box.top + y];
        }""",
        [column, row, pane],
    )
    return point[0], point[1]


def drag(page: Page, places: list[tuple[float, float]], pane: int = 0) -> None:
    """Press at the first place of the picture, move through the others, let go."""
    first, *others = [screen_point(page, *place, pane) for place in places]
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def dab(page: Page, column: float, row: float) -> None:
    drag(page, [(column, row)])
    settle(page)


def settle(page: Page) -> None:
    page.wait_for_timeout(40)
    wait_until(page, SETTLED)


def choose_colour(page: Page, colour: str) -> None:
    page.fill(".colour-row input", colour)
    page.keyboard.press("Enter")
    page.locator("#stage .overlay").first.focus()


def result_at(page: Page, column: int, row: int) -> list[int]:
    found: list[int] = page.evaluate("([x, y]) => studio.live.colourAt(x, y)", [column, row])
    return found


def result_pixels(page: Page) -> Pixels:
    """The result as the studio exports it."""
    return export(page, ["result"])["result"]


def export(page: Page, kinds: list[str]) -> dict[str, Pixels]:
    page.click("#action-export")
    for box in page.locator("dialog .choices input").all():
        box.set_checked(box.get_attribute("value") in kinds)
    found: dict[str, Pixels] = {}
    downloads: list[Any] = []

    def keep(download: Any) -> None:
        downloads.append(download)

    page.on("download", keep)
    page.click("#export-go")
    wait_until(page, "!document.querySelector('dialog')")
    while len(downloads) < len(kinds):
        page.wait_for_timeout(30)
    page.remove_listener("download", keep)
    for download in downloads:
        kind = Path(download.suggested_filename).stem.rsplit("-", 1)[1]
        found[kind] = np.asarray(Image.open(download.path()))
    return found


def save_project(page: Page, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.keyboard.press("Control+s")
    path = folder / "project.zip"
    waiting.value.save_as(path)
    return path


def near(found: list[int], colour: tuple[int, int, int], most: int = 12) -> bool:
    return all(abs(one - other) <= most for one, other in zip(found, colour, strict=True))


def test_the_first_drawing_is_coloured_at_once(page: Page) -> None:
    assert near(result_at(page, 192, 140), (200, 80, 60))
    assert "WASM" in page.inner_text("#engine-text")
    assert uses_threads(page)
    assert page.inner_text("#engine-time").endswith("ms")


def test_a_stroke_colours_its_region_while_it_is_drawn(page: Page) -> None:
    before = result_at(page, 145, 300)
    choose_colour(page, "#2060d0")
    start = screen_point(page, 120, 300)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*screen_point(page, 180, 300), steps=8)
    wait_until(page, "studio.engine.idle && studio.live.complete")
    during = result_at(page, 145, 300)
    assert near(during, (32, 96, 208)), f"{before} -> {during} with the pen still down"
    assert page.evaluate("studio.editor.document.hints.length") == 3
    page.mouse.up()
    assert page.evaluate("studio.editor.document.hints.length") == 4
    assert page.evaluate("studio.editor.document.hints[3].kind") == "stroke"


def test_what_the_mask_keeps_stays_byte_for_byte(page: Page) -> None:
    first = result_pixels(page)
    page.click("#next-pass")
    wait_until(page, "studio.editor.document.passes.length === 1")
    settle(page)
    page.keyboard.press("w")
    drag(page, [(240, 290)])
    wait_until(page, "studio.editor.document.mask.includes(0)")
    settle(page)
    page.keyboard.press("b")
    choose_colour(page, "#10a040")
    dab(page, 240, 290)
    dab(page, 30, 30)
    second = result_pixels(page)
    mask = export(page, ["mask"])["mask"]
    assert near(list(second[290, 240]), (16, 160, 64))
    assert np.array_equal(second[mask == 0], first[mask == 0])
    assert mask[30, 30] == 0
    assert not np.array_equal(second, first)


def test_colours_follow_the_mask_while_it_is_painted(page: Page) -> None:
    choose_colour(page, "#2060d0")
    dab(page, 145, 300)
    assert near(result_at(page, 145, 300), (32, 96, 208))
    page.keyboard.press("m")
    page.click("[data-value=remove]")
    page.mouse.move(*screen_point(page, 140, 300))
    page.mouse.down()
    page.mouse.move(*screen_point(page, 150, 300), steps=4)
    wait_until(page, "studio.editor.document.mask[300 * 384 + 145] === 0 && studio.engine.idle && studio.live.complete")
    assert result_at(page, 145, 300) == [255, 255, 255], "the base shows again with the pen still down"
    assert page.evaluate("studio.editor.history.done.length") == 1
    page.keyboard.press("Escape")
    settle(page)
    page.mouse.up()
    assert near(result_at(page, 145, 300), (32, 96, 208)), "given up: as it was"
    assert page.evaluate("studio.editor.history.done.length") == 1


def test_undo_goes_all_the_way_back_and_redo_forth(page: Page) -> None:
    start = result_pixels(page)
    choose_colour(page, "#8020c0")
    dab(page, 145, 300)
    page.keyboard.press("m")
    drag(page, [(60, 60), (120, 60)])
    settle(page)
    page.click("#next-pass")
    wait_until(page, "studio.editor.document.passes.length === 1")
    settle(page)
    last = result_pixels(page)
    while not page.is_disabled("#action-undo"):
        page.click("#action-undo")
    settle(page)
    assert np.array_equal(result_pixels(page), start)
    assert page.evaluate("studio.editor.document.passes.length") == 0
    while not page.is_disabled("#action-redo"):
        page.click("#action-redo")
    settle(page)
    assert np.array_equal(result_pixels(page), last)


def test_a_saved_project_reopens_exactly(page: Page, tmp_path: Path) -> None:
    choose_colour(page, "#8020c0")
    dab(page, 145, 300)
    page.keyboard.press("n")
    wait_until(page, "studio.editor.document.passes.length === 1")
    page.keyboard.press("p")
    drag(page, [(200, 120), (180, 150)], pane=1)
    settle(page)
    before = result_pixels(page)
    hints = page.evaluate("JSON.stringify(studio.editor.document.hints)")
    project = save_project(page, tmp_path)
    page.set_input_files("#file-chooser", project)
    wait_until(page, "!studio.editor.history.canUndo")
    settle(page)
    assert page.evaluate("JSON.stringify(studio.editor.document.hints)") == hints
    assert page.evaluate("studio.editor.document.passes.length") == 1
    assert np.array_equal(result_pixels(page), before)
    with zipfile.ZipFile(project) as archive:
        assert archive.testzip() is None
        assert {"project.json", "lineart.png", "mask.png", "hints.png", "retouches.png"} <= set(archive.namelist())
        assert Image.open(io.BytesIO(archive.read("lineart.png"))).mode == "L"


def test_every_layer_is_exported_at_full_size(page: Page) -> None:
    kinds = ["result", "flats", "colour", "lines", "mask", "hints"]
    found = export(page, kinds)
    assert sorted(found) == sorted(kinds)
    for kind, pixels in found.items():
        assert pixels.shape[:2] == (384, 384), kind
    assert found["hints"].shape == (384, 384, 4)
    assert list(found["hints"][140, 192]) == [200, 80, 60, 255]
    assert found["lines"][330, 10, 3] > 200
    assert found["lines"][10, 10, 3] == 0


def test_a_hint_can_be_moved_recoloured_and_deleted(page: Page) -> None:
    page.keyboard.press("v")
    drag(page, [(192, 140), (240, 290)])
    settle(page)
    assert near(result_at(page, 240, 290), (200, 80, 60))
    page.fill(".colour-row input", "#2040ff")
    page.keyboard.press("Enter")
    settle(page)
    assert near(result_at(page, 240, 290), (32, 64, 255))
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("Delete")
    settle(page)
    assert near(result_at(page, 240, 290), (255, 255, 255))
    for _ in range(3):
        page.keyboard.press("Control+z")
    settle(page)
    assert near(result_at(page, 192, 140), (200, 80, 60))


def test_the_bucket_fills_a_region_up_to_its_lines(page: Page) -> None:
    page.keyboard.press("g")
    choose_colour(page, "#30c0c0")
    drag(page, [(145, 238)])
    wait_until(page, "studio.editor.document.hints.length === 4")
    settle(page)
    hints = export(page, ["hints"])["hints"]
    assert list(hints[238, 145]) == [48, 192, 192, 255]
    assert hints[238, 180, 3] == 0
    assert page.evaluate("studio.editor.document.hints[3].kind") == "area"


def test_the_eraser_cuts_hints_and_the_picker_reads_colours(page: Page) -> None:
    page.keyboard.press("i")
    drag(page, [(328, 58)])
    assert page.input_value(".colour-row input") == "#ffd24a"
    page.keyboard.press("e")
    drag(page, [(320, 58), (340, 58)])
    settle(page)
    assert near(result_at(page, 328, 58), (255, 255, 255))


def test_a_painted_result_becomes_the_base_and_passes_come_back(page: Page) -> None:
    page.keyboard.press("p")
    choose_colour(page, "#000000")
    page.evaluate(
        """import('./ui/settings.js').then(({ settings: kept }) => {
          kept.set('opacity', 1);
          kept.setPart('hardness', 'brush', 1);
        })"""
    )
    drag(page, [(30, 300), (60, 300)], pane=1)
    settle(page)
    assert near(result_at(page, 45, 300), (0, 0, 0))
    page.click("#next-pass")
    wait_until(page, "studio.editor.document.passes.length === 1")
    settle(page)
    assert page.evaluate("studio.editor.document.retouches.length") == 0
    base = page.evaluate(
        "studio.editor.document.base.pixels().then((pixels) => [...pixels.slice((300 * 384 + 45) * 3)].slice(0, 3))"
    )
    assert base == [0, 0, 0]
    page.click(".passes button")
    settle(page)
    assert page.evaluate("studio.editor.document.hints.length") == 3
    assert page.evaluate("studio.editor.document.base") is None
    assert near(result_at(page, 192, 140), (200, 80, 60))


def test_the_keyboard_alone_places_a_dab(page: Page) -> None:
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("b")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    settle(page)
    assert page.evaluate("studio.editor.document.hints.length") == 4
    assert page.evaluate("studio.editor.document.hints[3].kind") == "dab"
    assert "Column" in page.inner_text("#spoken")


def test_view_keys_and_before_and_after(page: Page) -> None:
    page.locator("#stage .overlay").first.focus()
    scale = page.evaluate("studio.stage.view.scale")
    page.keyboard.press("+")
    assert page.evaluate("studio.stage.view.scale") > scale
    page.keyboard.press("h")
    assert page.evaluate("studio.stage.view.flipped") is True
    page.keyboard.press("r")
    page.keyboard.press("0")
    page.keyboard.down("c")
    assert page.evaluate("studio.stage.before") is True
    page.keyboard.up("c")
    assert page.evaluate("studio.stage.before") is False
    dab(page, 145, 300)
    assert page.evaluate("studio.editor.document.hints.at(-1).points.slice(0, 2).map(Math.round)") == [145, 300]


def test_brush_keys(page: Page) -> None:
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("4")
    assert "32 px" in page.inner_text("#options")
    page.keyboard.press("]")
    assert "34 px" in page.inner_text("#options")
    page.keyboard.press("d")
    assert page.input_value(".colour-row input") == "#000000"
    page.keyboard.press("x")
    assert page.input_value(".colour-row input") == "#ffffff"


@pytest.mark.parametrize(("language", "word"), [("ja", "消しゴム"), ("fr", "Gomme")])
def test_other_languages(page: Page, language: str, word: str) -> None:
    page.select_option("#language", language)
    wait_until(page, f"document.documentElement.lang === '{language}'")
    assert page.get_attribute("[data-tool=eraser]", "aria-label") == word


def test_work_comes_back_after_a_crash(page: Page) -> None:
    choose_colour(page, "#8020c0")
    dab(page, 145, 300)
    page.click("#next-pass")
    wait_until(page, "studio.editor.document.passes.length === 1")
    page.evaluate("studio.autosave.save()")
    page.reload()
    wait_until(page, "document.querySelector('[data-key=\"say.recovered\"]')")
    wait_ready(page)
    assert page.evaluate("studio.editor.document.passes.length") == 1
    assert page.evaluate("studio.editor.document.passes[0].hints.length") == 4
