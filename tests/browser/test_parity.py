"""The same project, coloured by the browser and by Python: equal within one level."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from studio.chromium import wait_ready, wait_until, watch
from studio.drawings import draw_house
from studio.serving import list_examples, serve

from stenciltorch.canvas import Hints, Illustration, Light, Lineart, Mask, Stencil
from stenciltorch.colorizer import OnnxColorizer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "src/stenciltorch/models"
SIDES = {"direct": 300, "finished": 1000}

Pixels = npt.NDArray[np.uint8]


def make_project(page: Page) -> None:
    """Two passes: a result as base, a mask with a soft edge, new hints of every kind, another light."""
    page.evaluate(
        """(async () => {
          const { strokeHint, areaHint } = await import('./core/hints.js');
          const { coverMask, strokeCoverage } = await import('./core/mask.js');
          const { editor, passes } = studio;
          const s = editor.document.width / 384;
          await passes.advance();
          const { width, height } = editor.document;
          editor.changeMask({ x: 0, y: 0, width, height }, (mask) => mask.fill(0));
          const [x, y, wide, high] = [60, 150, 260, 220].map((value) => Math.floor(value * s));
          const rect = { x, y, width: wide, height: high };
          const stroke = [120, 250, 60.4, 260, 300, 40.2].map((value) => value * s);
          editor.changeMask(rect, (mask, part) => coverMask(mask, width, part, strokeCoverage(part, stroke), true));
          editor.endMask('step.mask');
          editor.previewLight({ angle: 70, strength: 1.3 });
          editor.keepLight();
          const runs = Array.from({ length: 20 }, (_, row) => [row, 0, 30]).flat();
          editor.keep('step.pen', 'hints', [
            strokeHint([145 * s, 300 * s, 9.3 * s, 190 * s, 300 * s, 4.1 * s], [40, 80, 220]),
            strokeHint([240 * s, 280 * s, 6 * s], [20, 160, 60], { opacity: 0.6 }),
            areaHint({ x: Math.floor(130 * s), y: Math.floor(225 * s), width: 30, height: 20, runs }, [250, 240, 90]),
          ]);
        })()"""
    )
    wait_until(page, "studio.live.complete && studio.engine.idle", 120)


def blob_bytes(page: Page, expression: str) -> bytes:
    """A blob of the page, carried over as numbers."""
    found = page.evaluate(
        f"({expression}).then((blob) => blob.arrayBuffer()).then((buffer) => [...new Uint8Array(buffer)])"
    )
    return bytes(found)


def picture(archive: zipfile.ZipFile, name: str) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(archive.read(name))))


def read_stencil(project: bytes) -> Stencil:
    """What the project file asks for, read without any of the studio's code."""
    with zipfile.ZipFile(io.BytesIO(project)) as archive:
        about = json.loads(archive.read("project.json"))
        return Stencil(
            Lineart(picture(archive, "lineart.png")),
            Hints(picture(archive, "hints.png")),
            Mask(picture(archive, "mask.png")),
            Illustration(picture(archive, about["base"])),
            Light(**about["light"]),
        )


@pytest.fixture(params=["fake", "lit", "shipped"])
def model(request: pytest.FixtureRequest, fake_model: Path, lit_model: Path, tmp_path: Path) -> Path:
    if request.param != "shipped":
        return {"fake": fake_model, "lit": lit_model}[request.param]
    if not (SHIPPED / "painter.onnx").is_file():
        pytest.skip("there is no model in the package yet")
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES.keys())
def test_browser_and_python_agree_within_one_level(
    context: BrowserContext, model: Path, side: int, tmp_path: Path, troubles: list[str]
) -> None:
    examples = tmp_path / "examples"
    examples.mkdir()
    draw_house(side).save(examples / "house-lineart.png")
    list_examples(examples)
    with serve(model, examples) as url:
        page = context.new_page()
        watch(page, troubles)
        page.goto(url)
        wait_ready(page)
        make_project(page)
        assert page.evaluate("studio.live.direct") is (side == SIDES["direct"])
        project = blob_bytes(
            page, "import('./core/project.js').then(({ writeProject }) => writeProject(studio.editor.document))"
        )
        painted = np.asarray(Image.open(io.BytesIO(blob_bytes(page, "studio.exporter.make('result')"))))
        flats = np.asarray(Image.open(io.BytesIO(blob_bytes(page, "studio.exporter.make('flats')"))))
        page.close()
    assert troubles == []
    stencil = read_stencil(project)
    expected = OnnxColorizer.load(model)(stencil)
    difference = np.abs(painted.astype(int) - expected.illustration.array)
    assert difference.max() <= 1, f"{np.bincount(difference.ravel())}"
    kept = stencil.mask.array == 0
    assert np.array_equal(painted[kept], stencil.base.array[kept])
    assert np.abs(flats.astype(int) - expected.flats.array).max() <= 1
