"""Layered documents from the studio itself: opened by other readers they are the picture that the studio shows."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from psd_tools import PSDImage
from psd_tools.constants import BlendMode
from studio.chromium import wait_ready, wait_until, watch
from studio.drawings import draw_house

from stenciltorch.cli import main
from stenciltorch.layers import open_document

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

METADATA = "META-INF/metadata.xml"
SETTLED = "studio.live.complete && studio.engine.idle"
MASKED_PASS = """(async () => {
  const { strokeHint } = await import('./core/hints.js');
  const { coverMask, strokeCoverage } = await import('./core/mask.js');
  const { editor, passes } = studio;
  const s = editor.document.width / 384;
  await passes.advance();
  const { width } = editor.document;
  const stroke = [120, 250, 60.4, 260, 300, 40.2].map((value) => value * s);
  const rect = { x: 0, y: Math.floor(100 * s), width, height: Math.floor(300 * s) };
  editor.changeMask({ x: 0, y: 0, width, height: editor.document.height }, (mask) => mask.fill(0));
  editor.changeMask(rect, (mask, part) => coverMask(mask, width, part, strokeCoverage(part, stroke), true));
  editor.endMask('step.mask');
  const blue = strokeHint([145, 300, 9.3, 190, 300, 4.1].map((value) => value * s), [40, 80, 220]);
  editor.keep('step.pen', 'hints', [...editor.document.hints, blue]);
  const shine = strokeHint([240 * s, 200 * s, 30 * s], [250, 250, 180], { opacity: 0.5, softness: 0.6 });
  editor.keep('step.brush', 'retouches', [shine]);
})()"""

Pixels = npt.NDArray[np.uint8]


def export(page: Page, by: str = "colour", signed: bool = True) -> dict[str, bytes]:
    """Result, PSD and ORA, through the dialog."""
    downloads: list[Any] = []
    page.on("download", lambda download: downloads.append(download))
    page.click("#action-export")
    assert page.is_disabled("#export-by")
    for box in page.locator("dialog .choices input").all():
        box.set_checked(box.get_attribute("value") in ("result", "psd", "ora"))
    page.select_option("#export-by", by)
    page.set_checked("#export-signed", signed)
    page.click("#export-go")
    wait_until(page, "!document.querySelector('dialog')", 120)
    while len(downloads) < 3:
        page.wait_for_timeout(30)
    return {Path(one.suggested_filename).suffix: Path(one.path()).read_bytes() for one in downloads}


def worst(found: Any, expected: Pixels) -> int:
    return int(np.abs(np.asarray(found, int) - expected).max())


def composed(data: bytes) -> Pixels:
    """An OpenRaster document, its layers put together by our own reader."""
    document: Any = open_document(data, "made.ora")
    page = np.zeros((*document.size, 4), np.float32)
    document._lay(page, document._stack().find("stack"))
    return np.asarray(np.rint(255 * page[..., :3]), np.uint8)


def check(files: dict[str, bytes]) -> PSDImage:
    """All three are one picture."""
    result = np.asarray(Image.open(BytesIO(files[".png"])).convert("RGB"))
    document = PSDImage.open(BytesIO(files[".psd"]))
    flat = document.composite(force=True)
    assert flat is not None
    assert worst(flat.convert("RGB"), result) <= 1
    assert worst(document.topil(), result) == 0
    assert worst(composed(files[".ora"]), result) <= 1
    with zipfile.ZipFile(BytesIO(files[".ora"])) as archive:
        assert worst(Image.open(BytesIO(archive.read("mergedimage.png"))).convert("RGB"), result) == 0
    return document


def test_the_first_pass_as_layers(page: Page) -> None:
    document = check(export(page))
    assert [layer.name for layer in document] == ["flats", "shade", "light", "line", "hints"]
    assert all("#" in layer.name for layer in document[0])
    assert [layer.visible for layer in document] == [True, True, True, True, False]


def packets(files: dict[str, bytes]) -> list[bytes | None]:
    """What the three files say of themselves, as XMP."""
    with Image.open(BytesIO(files[".png"])) as image:
        told = image.info.get("XML:com.adobe.xmp")
    resources = PSDImage.open(BytesIO(files[".psd"])).image_resources
    with zipfile.ZipFile(BytesIO(files[".ora"])) as archive:
        in_ora = archive.read(METADATA) if METADATA in archive.namelist() else None
    return [told.encode() if told else None, resources.get_data(1060), in_ora]


def test_files_say_how_they_were_made_just_as_the_command_line_says_it(
    page: Page, fake_model: Path, tmp_path: Path
) -> None:
    files = export(page)
    with page.expect_download() as waiting:
        page.keyboard.press("Control+s")
    project, colored = tmp_path / "p.zip", tmp_path / "colored.png"
    waiting.value.save_as(project)
    options = ["--model", str(fake_model), "-o", str(colored), "--threads", "1", "--psd", str(tmp_path / "colored.psd")]
    assert main(["colorize", str(project), *options]) == 0
    with Image.open(colored) as twin, Image.open(BytesIO(files[".png"])) as found:
        assert list(found.text.items()) == list(twin.text.items())
        assert found.text["stenciltorch:model"] == "fake"
    packet = PSDImage.open(tmp_path / "colored.psd").image_resources.get_data(1060)
    assert packets(files) == [packet] * 3


def test_files_that_shall_say_nothing(page: Page) -> None:
    files = export(page, signed=False)
    assert packets(files) == [None] * 3
    with Image.open(BytesIO(files[".png"])) as found:
        assert found.text == {}
    page.click("#action-export")
    assert not page.is_checked("#export-signed")


def test_one_layer_a_region_with_the_palettes_names(page: Page, tmp_path: Path) -> None:
    everyday = [layer.name for layer in check(export(page))[0]]
    code = everyday[0][-6:]
    palette = tmp_path / "own.gpl"
    palette.write_text(f"GIMP Palette\nName: mine\n#\n{' '.join(map(str, bytes.fromhex(code)))}\t壁 & wall\n")
    page.set_input_files("#file-chooser", palette)
    wait_until(page, "studio.palettes.current.name === 'mine'")
    document = check(export(page, by="region"))
    names = [layer.name for layer in document[0]]
    assert {name[: name.index("#") + 7] for name in names} == {f"壁 & wall #{code}", *everyday[1:]}
    assert len(set(names)) == len(names) >= len(everyday)


def test_a_masked_pass_as_layers(page: Page) -> None:
    page.evaluate(MASKED_PASS)
    wait_until(page, SETTLED)
    document = check(export(page))
    assert [layer.name for layer in document] == ["base", "colouring", "retouches", "hints"]
    colouring: Any = document[1]
    assert [layer.name for layer in colouring] == ["flats", "shade", "light", "line"]
    modes = [BlendMode.NORMAL, BlendMode.MULTIPLY, BlendMode.SCREEN, BlendMode.MULTIPLY]
    assert [layer.blend_mode for layer in colouring] == modes
    assert [layer.clipping for layer in colouring] == [False, True, True, False]
    assert colouring.has_mask()
    mask = page.evaluate("studio.editor.document.mask.indexOf(255) % studio.editor.document.width")
    assert colouring.mask.bbox[0] <= mask


def test_a_drawing_larger_than_the_working_size(
    context: BrowserContext, address: str, troubles: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "家 – large.png"
    draw_house(900).save(path)
    page = context.new_page()
    watch(page, troubles)
    page.goto(address)
    wait_ready(page)
    page.set_input_files("#file-chooser", path)
    wait_until(page, f"studio.editor.document.name === '家 – large' && {SETTLED}")
    page.evaluate(MASKED_PASS)
    wait_until(page, f"!studio.live.direct && {SETTLED}")
    document = check(export(page))
    assert document.size == (900, 900)
    assert troubles == []
