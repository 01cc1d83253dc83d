"""A drawing of 12 megapixels: everything works there, and no step holds up the page (counted in frames)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from studio.chromium import wait_ready, wait_until, watch
from studio.drawings import draw_house

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZE = (4000, 3000)
FEWEST_FRAMES = 3
"""Of 12 megapixels that are drawn in one go the page would give none."""

FRAMES = """async (act) => {
  const acts = {
    invert: () => studio.mask.invert(),
    undo: () => studio.actions.undo(),
    fill: () => studio.mask.fill(),
    bucket: () => studio.tools.bucket.down({ x: 2000, y: 1000 }),
    region: async () => {
      await studio.tools.region.down({ x: 2000, y: 1000 });
      studio.tools.region.up();
    },
  };
  await acts[act]();
  let frames = 0;
  for (; !studio.layers.jobs.empty; frames++) await new Promise(requestAnimationFrame);
  return frames;
}"""


@pytest.fixture(scope="module")
def large(browser: Browser, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = tmp_path_factory.mktemp("large") / "large.png"
    sheet = Image.new("L", SIZE, 255)
    sheet.paste(draw_house(2900), (550, 50))
    sheet.save(path)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    troubles: list[str] = []
    watch(page, troubles)
    page.goto(address)
    wait_ready(page)
    page.set_input_files("#file-chooser", path)
    wait_until(page, f"studio.editor.document.width === {SIZE[0]} && studio.layers.jobs.empty && studio.live.complete")
    yield page
    context.close()
    assert troubles == []


def shown(page: Page, layer: str, column: int, row: int) -> list[int]:
    found: list[int] = page.evaluate(
        """([layer, column, row]) =>
          [...studio.layers.surfaces[layer].levels[0].getImageData(column, row, 1, 1).data]""",
        [layer, column, row],
    )
    return found


def frames(page: Page, act: str) -> int:
    count: int = page.evaluate(FRAMES, act)
    return count


def test_the_mask_is_inverted_and_back_while_frames_are_drawn(large: Page) -> None:
    assert frames(large, "invert") >= FEWEST_FRAMES
    assert shown(large, "mask", 3990, 2990)[3] > 0
    assert shown(large, "mask", 5, 5)[3] > 0
    assert frames(large, "undo") >= FEWEST_FRAMES
    assert shown(large, "mask", 3990, 2990)[3] == 0
    assert large.evaluate("studio.editor.history.bytes") < 1_000_000


def test_a_bucket_fills_the_roof_while_frames_are_drawn(large: Page) -> None:
    assert frames(large, "bucket") >= FEWEST_FRAMES
    assert large.evaluate("studio.editor.document.hints.length") == 1
    assert shown(large, "hints", 2000, 1100)[3] == 255
    assert shown(large, "hints", 100, 100)[3] == 0
    wait_until(large, "studio.engine.idle && studio.live.complete")
    found = large.evaluate("[studio.live.colourAt(2000, 1100), studio.editor.document.hints[0].colour]")
    assert max(abs(one - other) for one, other in zip(*found, strict=True)) <= 12


def test_a_region_goes_into_the_mask_while_frames_are_drawn(large: Page) -> None:
    assert frames(large, "region") >= FEWEST_FRAMES
    assert shown(large, "mask", 2000, 1100)[3] == 0
    assert shown(large, "mask", 100, 100)[3] > 0
    mask = large.evaluate("[[2000, 1100], [100, 100]].map(([x, y]) => studio.editor.document.mask[y * 4000 + x])")
    assert mask == [255, 0]
    assert large.evaluate("studio.editor.history.done.at(-1).label") == "step.region"


def test_a_stroke_is_on_the_screen_with_the_next_frame(large: Page) -> None:
    """Even while something large is still being drawn."""
    found = large.evaluate(
        """async () => {
          const { strokeHint } = await import('./core/hints.js');
          studio.mask.fill();
          const waiting = !studio.layers.jobs.empty;
          const stroke = strokeHint([3000, 300, 20, 3040, 300, 20], [9, 8, 7]);
          const hints = [...studio.editor.document.hints, stroke];
          studio.editor.preview('hints', hints, { x: 2970, y: 270, width: 100, height: 60 });
          const seen = [...studio.layers.surfaces.hints.levels[0].getImageData(3020, 300, 1, 1).data];
          studio.editor.cancel();
          return { waiting, seen };
        }"""
    )
    assert found == {"waiting": True, "seen": [9, 8, 7, 255]}
