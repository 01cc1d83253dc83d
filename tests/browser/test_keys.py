"""Keys that the artist chooses, hardness, and files that come by drop and by paste."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw
from studio.chromium import wait_ready, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURE = """(encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "cat.png", { type: "image/png" }));
  return data;
}"""


@pytest.fixture
def drawing() -> str:
    sheet = Image.new("L", (90, 60), 255)
    ImageDraw.Draw(sheet).line([(0, 30), (90, 30)], fill=0, width=2)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def send(page: Page, event: str, drawing: str, target: str = "window") -> None:
    """As the browser sends it when a file is dropped or pasted."""
    page.evaluate(
        f"""(encoded) => {{
          const data = ({PICTURE})(encoded);
          const options = {{ bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data }};
          {target}.dispatchEvent(new {event}(options));
        }}""".replace("new DragEvent(", "new DragEvent('drop', ").replace(
            "new ClipboardEvent(", "new ClipboardEvent('paste', "
        ),
        drawing,
    )


def choose_key(page: Page, command: str, combo: str) -> None:
    page.click(f".key[data-command='{command}']")
    page.keyboard.press(combo)


def test_a_key_can_be_chosen_and_is_kept(page: Page) -> None:
    page.keyboard.press("Control+,")
    page.wait_for_selector("dialog.settings")
    choose_key(page, "tool-eraser", "k")
    choose_key(page, "tool-mask", "Shift+B")
    page.keyboard.press("Escape")
    wait_until(page, "!document.querySelector('dialog')")
    for _ in range(2):
        page.keyboard.press("k")
        assert page.get_attribute("[data-tool=eraser]", "aria-checked") == "true"
        page.keyboard.press("Shift+B")
        assert page.get_attribute("[data-tool=mask]", "aria-checked") == "true"
        page.keyboard.press("b")
        assert page.get_attribute("[data-tool=pen]", "aria-checked") == "true"
        page.keyboard.press("e")
        assert page.get_attribute("[data-tool=pen]", "aria-checked") == "true"
        assert page.get_attribute("[data-tool=eraser]", "title") == "Eraser (K)"
        page.reload()
        wait_ready(page)
    page.keyboard.press("?")
    assert page.inner_text("dd[data-key=tool-eraser]") == "K"


def test_a_key_that_is_taken_is_said_to_be_and_can_be_had_back(page: Page) -> None:
    page.keyboard.press("Control+,")
    choose_key(page, "tool-lasso", "b")
    assert "was “Hint pen” and is now “Lasso”" in page.inner_text("#keys-said")
    assert "its key now does: Lasso" in page.inner_text(".key-table")
    assert page.inner_text(".key[data-command=tool-pen]") == "—"
    choose_key(page, "undo", "Backspace")
    assert page.inner_text(".key[data-command=undo]") == "—"
    choose_key(page, "undo", "Escape")
    assert page.query_selector("dialog.settings"), "Escape leaves the key, not the dialog"
    page.click("#keys-reset")
    assert page.inner_text(".key[data-command=tool-pen]") == "B"
    assert page.inner_text(".key[data-command=undo]").split() == ["Ctrl", "Z"]
    assert page.is_disabled("#keys-reset")


def test_held_keys_can_be_chosen_too(page: Page) -> None:
    page.keyboard.press("Control+,")
    choose_key(page, "compare", "j")
    page.keyboard.press("Escape")
    wait_until(page, "!document.querySelector('dialog')")
    page.keyboard.down("j")
    assert page.evaluate("studio.stage.before") is True
    page.keyboard.up("j")
    assert page.evaluate("studio.stage.before") is False


def test_hardness_by_keys_and_control(page: Page) -> None:
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("b")
    page.keyboard.press("5")
    page.keyboard.press("Enter")
    for _ in range(5):
        page.keyboard.press("Shift+[")
    assert "50 %" in page.inner_text("#options")
    page.keyboard.press("Shift+]")
    assert "60 %" in page.inner_text("#options")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    hard, soft = page.evaluate("studio.editor.document.hints.slice(-2).map((hint) => hint.softness)")
    assert (hard, soft) == (0, 0.4)
    page.keyboard.press("m")
    assert "100 %" in page.inner_text("#options"), "each tool has its own"
    page.keyboard.press("e")
    page.keyboard.press("Shift+[")
    assert "90 %" in page.inner_text("#options"), "the eraser too"


def test_a_dropped_drawing_is_opened(page: Page, drawing: str) -> None:
    page.evaluate(
        f"""(encoded) => window.dispatchEvent(new DragEvent("dragover",
          {{ cancelable: true, dataTransfer: ({PICTURE})(encoded) }}))""",
        drawing,
    )
    assert page.is_visible("#drop-hint")
    send(page, "DragEvent", drawing)
    wait_until(page, "studio.editor.document.name === 'cat'")
    assert page.is_hidden("#drop-hint")
    assert page.evaluate("[studio.editor.document.width, studio.editor.document.height]") == [90, 60]
    assert page.evaluate("studio.editor.document.lineart[30 * 90 + 45]") == 0


def test_a_pasted_drawing_is_opened_but_not_while_typing(page: Page, drawing: str) -> None:
    page.focus(".colour-row input")
    send(page, "ClipboardEvent", drawing, "document.activeElement")
    page.wait_for_timeout(200)
    assert page.evaluate("studio.editor.document.width") == 384
    page.locator("#stage .overlay").first.focus()
    send(page, "ClipboardEvent", drawing, "document.activeElement")
    wait_until(page, "studio.editor.document.width === 90")


def test_the_clipboard_s_own_picture_comes_in_by_ctrl_v(page: Page, drawing: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """(encoded) => {
          const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
          const picture = new Blob([bytes], { type: "image/png" });
          return navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        drawing,
    )
    page.locator("#stage .overlay").first.focus()
    page.keyboard.press("Control+v")
    wait_until(page, "studio.editor.document.width === 90")
    assert page.evaluate("studio.editor.document.height") == 60


def test_dropping_something_that_is_no_file_changes_nothing(page: Page) -> None:
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "words");
          window.dispatchEvent(new DragEvent("drop", { cancelable: true, dataTransfer: data }));
        }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("studio.editor.document.width") == 384
    assert page.query_selector(".message.error") is None
