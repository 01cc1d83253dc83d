"""First ideas at the press of a button: ordinary hints in one step, others each time, the artist's own untouched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from studio.chromium import open_studio, wait_until
from studio.serving import serve

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SHIPPED = Path(__file__).parents[2] / "src/stenciltorch/models"
SETTLED = "studio.live.complete && studio.engine.idle"
HINTS = "studio.editor.document.hints.map(({ id, colour, points }) => ({ id, colour, points }))"

Hints = list[dict[str, Any]]


@pytest.fixture(scope="module")
def real_address(examples: Path) -> Iterator[str]:
    """The studio with the model that is shipped, which has a taste."""
    with serve(SHIPPED, examples) as url:
        yield url


@pytest.fixture
def real_page(context: BrowserContext, real_address: str, troubles: list[str]) -> Iterator[Page]:
    yield open_studio(context, real_address, troubles)
    assert troubles == []


def hints(page: Page) -> Hints:
    found: Hints = page.evaluate(HINTS)
    return found


def press(page: Page, key: str) -> Hints:
    """Until another proposal is there."""
    last = hints(page)[-1]["id"]
    page.keyboard.press(key)
    wait_until(page, f"studio.editor.document.hints.at(-1).id !== '{last}'")
    return hints(page)


def test_a_proposal_is_one_step_of_ordinary_hints(real_page: Page) -> None:
    own = hints(real_page)
    real_page.click("#action-suggest")
    wait_until(real_page, f"studio.editor.document.hints.length > {len(own)}")
    first = hints(real_page)
    assert first[: len(own)] == own
    assert len(first) - len(own) >= 4
    wait_until(real_page, SETTLED)
    real_page.keyboard.press("Control+z")
    assert hints(real_page) == own
    real_page.keyboard.press("Control+Shift+z")
    assert hints(real_page) == first


def test_each_press_is_another_idea_for_the_same_areas(real_page: Page) -> None:
    own = hints(real_page)
    first, second = press(real_page, "s"), press(real_page, "s")
    assert second[: len(own)] == own
    assert [hint["points"] for hint in first] == [hint["points"] for hint in second]
    assert [hint["colour"] for hint in first] != [hint["colour"] for hint in second]


def test_a_dab_that_the_artist_has_changed_stays(real_page: Page) -> None:
    first = press(real_page, "s")
    last = first[-1]["points"]
    real_page.evaluate(
        """async () => {
          const { recolourHint } = await import('./core/hints.js');
          const { hints } = studio.editor.document;
          studio.editor.keep('step.recolour', 'hints', [...hints.slice(0, -1), recolourHint(hints.at(-1), [1, 2, 3])]);
        }"""
    )
    second = press(real_page, "s")
    assert {"id": first[-1]["id"], "colour": [1, 2, 3], "points": last} in second
    assert sum(hint["points"] == last for hint in second) == 1


def test_a_proposal_in_the_colours_of_the_palette(real_page: Page) -> None:
    own = {hint["id"] for hint in hints(real_page)}
    palette = real_page.evaluate("studio.palettes.colours")
    proposed = [hint["colour"] for hint in press(real_page, "Shift+S") if hint["id"] not in own]
    assert proposed
    assert all(colour in palette for colour in proposed)


def test_a_model_without_a_taste_says_so(page: Page) -> None:
    page.keyboard.press("s")
    page.wait_for_selector(".message[data-key='say.no-suggestions']")
    assert page.evaluate("studio.editor.document.hints.length") == 3
