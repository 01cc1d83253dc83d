"""The page for verdicts by hand, in Chromium: by mouse, by keys alone, without a network, and up to the manifest."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from generated_pictures import draw
from reviewed_art import curate_art, make_art
from studio.chromium import chromium, wait_until, watch

from stenciltorch.cli.review import guarded_site
from stenciltorch.curation import review
from stenciltorch.curation.manifest import read_manifest
from stenciltorch.curation.overrides import read_overrides
from stenciltorch.studio.security import Access
from stenciltorch.studio.server import address_of, listen, make_server

TOKEN = "a-token-of-24-characters"
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SMALL = ("--set", "thresholds.least_side=96", "--workers", "1", "--sheet", "0")


def six_pictures():
    return [draw(np.random.default_rng(number), (300, 260)) for number in range(6)]


@contextmanager
def serving(art, folder):
    with listen(port=None) as listener:
        server = make_server(guarded_site(art, folder, Access.of(*address_of(listener), TOKEN)))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield "http://{}:{}/".format(*address_of(listener))
        finally:
            server.should_exit = True
            thread.join(20)


@pytest.fixture(scope="module", name="chromium")
def in_chromium():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    curate_art(folder, six_pictures())
    return folder


@pytest.fixture
def dataset(home):
    (home / "dataset" / "overrides.jsonl").unlink(missing_ok=True)
    return home / "dataset"


@pytest.fixture
def site(home, dataset):
    with serving(home / "art", dataset) as address:
        yield address


@pytest.fixture
def visit(chromium, site):
    """Opens the page; what it complains of, and what it asks of other places, fails the test."""
    contexts, troubles = [], []

    def open_page(**device):
        context = chromium.new_context(**{"viewport": {"width": 1100, "height": 800}, **device})
        contexts.append(context)

        def judge(route):
            if route.request.url.startswith(site):
                route.continue_()
            else:
                troubles.append(f"asked for {route.request.url}")
                route.abort()

        context.route("**/*", judge)
        page = context.new_page()
        watch(page, troubles)
        page.goto(f"{site}?token={TOKEN}")
        page.wait_for_selector("figure")
        return page

    open_page.troubles = troubles
    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def told(page, text):
    page.locator("#told", has_text=text).wait_for()


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")


def by_hand(folder):
    return {override.path: override.verdict for override in read_overrides(folder).values()}


def test_all_pictures_are_shown_with_their_verdicts(visit):
    page = visit()
    assert page.locator("#sheet option").all_inner_texts() == ["kept (6)", "broken (1)", "too-dark (1)"]
    assert page.inner_text("#place") == "1 to 6 of 6"
    assert page.locator("figure").count() == 6
    wait_until(page, "[...document.images].filter((one) => one.complete && one.naturalWidth >= 260).length === 6")
    page.select_option("#sheet", "too-dark")
    page.wait_for_selector("figure:has-text('dark.png')")
    assert re.search(r"too-dark [\d.]+ \(limit 32\)", page.inner_text("figure"))
    assert page.inner_text("figure .state") == "dropped by the rules"


def test_a_click_overrules_and_lasts(visit, dataset):
    page = visit()
    page.click("figure:has-text('2.png') >> button:text-is('Drop')")
    told(page, "2.png: dropped by hand")
    assert page.inner_text("#count") == "1 by hand"
    assert page.get_attribute("figure:has-text('2.png')", "class") == "drop"
    assert by_hand(dataset) == {"2.png": "drop"}
    page.reload()
    page.wait_for_selector("figure.drop:has-text('2.png')")
    assert page.inner_text("#count") == "1 by hand"
    assert page.get_attribute("figure.drop >> button:text-is('Drop')", "aria-pressed") == "true"
    page.click("figure.drop >> button:text-is('By rules')")
    told(page, "2.png: kept by the rules")
    assert by_hand(dataset) == {}


def test_by_keys_alone(visit, dataset):
    page = visit()
    for _ in range(8):
        page.keyboard.press("Tab")
        if focused(page).startswith("0.png"):
            break
    assert focused(page) == "0.png, kept by the rules"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    told(page, "1.png: dropped by hand")
    assert focused(page) == "1.png, dropped by hand"
    columns = page.evaluate("getComputedStyle(document.querySelector('main')).gridTemplateColumns.split(' ').length")
    assert 1 < columns < 5
    page.keyboard.press("ArrowDown")
    assert focused(page) == f"{1 + columns}.png, kept by the rules"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "0.png, kept by the rules"
    page.keyboard.press("End")
    assert focused(page) == "5.png, kept by the rules"
    page.keyboard.press("K")
    told(page, "5.png: kept by hand")
    assert by_hand(dataset) == {"1.png": "drop", "5.png": "keep"}
    page.keyboard.press("r")
    told(page, "5.png: kept by the rules")
    assert by_hand(dataset) == {"1.png": "drop"}


def test_buttons_of_the_picture_that_is_chosen_are_the_next_stops_of_the_tabulator_key(visit, dataset):
    page = visit()
    page.locator("figure").nth(3).focus()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    told(page, "3.png: dropped by hand")
    assert page.evaluate("document.activeElement.textContent") == "Drop"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert not page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_one_picture_large(visit, dataset):
    page = visit()
    page.click("figure:has-text('4.png') img")
    wait_until(page, "document.getElementById('view').naturalHeight === 300")
    assert page.inner_text("dialog p") == "4.png (kept by the rules)"
    page.keyboard.press("d")
    told(page, "4.png: dropped by hand")
    assert page.inner_text("dialog p") == "4.png (dropped by hand)"
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#name") == "5.png"
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    wait_until(page, "document.activeElement.getAttribute('aria-label') === '5.png, kept by the rules'")
    page.keyboard.press("Enter")
    page.click("#close")
    assert by_hand(dataset) == {"4.png": "drop"}


def test_later_and_earlier(visit, monkeypatch):
    monkeypatch.setattr(review, "AT_ONCE", 4)
    page = visit()
    assert page.inner_text("#place") == "1 to 4 of 6"
    assert page.is_disabled("#back")
    page.keyboard.press("PageDown")
    page.wait_for_selector("figure:has-text('5.png')")
    assert page.inner_text("#place") == "5 to 6 of 6"
    assert page.is_disabled("#on")
    page.keyboard.press("PageDown")
    page.click("#back")
    page.wait_for_selector("figure:has-text('0.png')")
    assert page.inner_text("#place") == "1 to 4 of 6"


def test_a_file_that_cannot_be_read_has_no_verdict_to_overrule(visit, dataset):
    page = visit()
    page.select_option("#sheet", "broken")
    figure = page.locator("figure:has-text('cut-short.png')")
    figure.focus()
    assert figure.locator("button").count() == 0
    page.keyboard.press("k")
    told(page, "cannot be read")
    assert by_hand(dataset) == {}


def test_a_server_that_is_gone_is_told_of(chromium, home, dataset):
    with serving(home / "art", dataset) as address:
        page = chromium.new_page()
        page.goto(f"{address}?token={TOKEN}")
        page.wait_for_selector("figure")
    page.click("figure:has-text('0.png') >> button:text-is('Drop')")
    told(page, "The server does not answer.")
    assert page.get_attribute("#told", "class") == "wrong"
    assert page.inner_text("figure:has-text('0.png') .state") == "kept by the rules"
    assert by_hand(dataset) == {}
    page.close()


def test_the_last_of_many_quick_verdicts_stays(visit, dataset):
    page = visit()
    page.evaluate(
        """(() => {
          const [figure] = document.querySelectorAll('figure');
          for (const verdict of ['drop', 'keep', 'drop', 'keep', 'drop']) {
            figure.querySelector(`[data-verdict=${verdict}]`).click();
          }
          document.querySelectorAll('figure')[1].querySelector('[data-verdict=keep]').click();
        })()"""
    )
    told(page, "1.png: kept by hand")
    assert page.inner_text("figure:has-text('0.png') .state") == "dropped by hand"
    assert sorted(by_hand(dataset).values()) == ["drop", "keep"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("large", [False, True], ids=["pictures", "large"])
def test_axe_finds_nothing_to_complain_of(visit, theme, large):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: tools/set_up_browser.py gets it where there is Node")
    page = visit(color_scheme=theme)
    page.click("figure:has-text('0.png') >> button:text-is('Drop')")
    page.click("figure:has-text('1.png') >> button:text-is('Keep')")
    told(page, "1.png: kept by hand")
    if large:
        page.click("figure:has-text('0.png') img")
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
          violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`))"""
    )
    assert found == []


@pytest.mark.parametrize("width", [320, 1100])
def test_nothing_sticks_out(visit, width):
    page = visit(viewport={"width": width, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_from_the_command_to_the_manifest(chromium, tmp_path):
    """The user's way: the address that is printed, two verdicts, Ctrl-C, a manifest that heeds them; and again."""
    make_art(tmp_path / "art", six_pictures())
    command = [sys.executable, "-m", "stenciltorch.cli", "curate", tmp_path / "art", tmp_path / "dataset", *SMALL]
    more = ["--review", "--no-browser"]
    process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        printed = next(line for line in process.stdout if line.startswith("Review: "))
        page = chromium.new_page()
        page.goto(printed.removeprefix("Review: ").strip())
        page.wait_for_selector("figure")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("d")
        told(page, "1.png: dropped by hand")
        page.select_option("#sheet", "too-dark")
        page.click("figure:has-text('dark.png') >> button:text-is('Keep')")
        told(page, "dark.png: kept by hand")
        page.close()
        process.send_signal(signal.SIGINT)
        rest, complaint = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, rest.splitlines()[-1]) == (0, f"{tmp_path / 'dataset'}: 6 kept, 2 by hand"), complaint
    heeded(tmp_path / "dataset")
    summary = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert (summary["kept"], summary["by_hand"]) == (6, 2)
    heeded(tmp_path / "dataset")


def heeded(folder):
    found = {line["path"]: (line["verdict"], line["by"]) for line in read_manifest(folder)}
    assert found["1.png"] == ("dropped", "hand")
    assert found["dark.png"] == ("kept", "hand")
    assert found["0.png"] == ("kept", "rules")
