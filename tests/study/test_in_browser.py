"""The study's page in Chromium: on a phone by touch, on a desk by keys alone; reloads, lost connections, withdrawal."""

import itertools
import re
import shutil
from pathlib import Path

import pytest
from studio.chromium import chromium, watch
from study_site import answers_in, make_study, serving_study

from stenciltorch.study.protocol import Session

DRAWINGS = Path(__file__).parents[2] / "examples" / "drawings"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
SMALL_PHONE = {"viewport": {"width": 320, "height": 568}, "is_mobile": True, "has_touch": True}
LYING_PHONE = {"viewport": {"width": 740, "height": 360}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
SECONDS = 60_000


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The project's own drawings, painted in two ways."""
    folder = tmp_path_factory.mktemp("models")
    for model, kind in (("shaded", "illustration"), ("flat", "flats"), ("drawn", "lineart")):
        (folder / model).mkdir()
        for name in ("cat", "mage", "ribbon", "scarf"):
            shutil.copy(DRAWINGS / f"{name}-{kind}.png", folder / model / f"{name}.png")
    return {"shaded": folder / "shaded", "flat": folder / "flat"}, folder / "drawn"


@pytest.fixture(scope="module")
def frozen(tmp_path_factory, models):
    """A short study: one practised drawing, then two opinions and two pairs with a check each."""
    folder = tmp_path_factory.mktemp("study") / "study"
    return make_study(folder, models[0], Session(1, 2, 0.0), context=models[1], training=1, golden=1)


@pytest.fixture
def study(frozen, tmp_path):
    return Path(shutil.copytree(frozen, tmp_path / "study"))


@pytest.fixture
def site(study):
    with serving_study(study) as served:
        yield served


@pytest.fixture
def visit(browser, site):
    """Opens the page in a browser of its own; what the page complains of fails the test."""
    contexts, troubles = [], []

    def open_page(language="en-GB", **device):
        context = browser.new_context(locale=language, reduced_motion="reduce", **device)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS)
        watch(page, troubles)
        page.goto(f"http://{site.host}/")
        page.wait_for_selector("main h2")
        return page

    open_page.troubles = troubles
    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def begin(page):
    page.check(".agree input")
    page.click("button.primary")
    page.wait_for_selector(".scale")
    page.click("button.primary")
    page.wait_for_selector(".pictures.ready")


def place(page):
    return int(page.inner_text("#count").partition(" ")[0])


def answer(page, choice=0):
    """Answer the open question by touch or click, and go through what is read until the next."""
    before = page.inner_text("#count")
    page.locator(".scores label").nth(choice).click()
    page.click(".next")
    page.locator(f"#count:not(:text-is('{before}')), .text h2").first.wait_for(state="attached")
    while page.locator(".text button.primary").count():
        page.click(".text button.primary")
        page.wait_for_timeout(30)


def finished(page):
    return page.locator(".text .code").count() == 1


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_from_consent_to_thanks(visit, study, device):
    page = visit(**device)
    assert page.inner_text("main h2") == "Which is better?"
    assert page.locator("button.primary").is_disabled()
    begin(page)
    assert page.inner_text(".badge") == "Practice"
    for turn in itertools.count():
        if finished(page):
            break
        page.wait_for_selector(".pictures.ready")
        answer(page, turn % 2)
    assert page.inner_text("main h2") == "Thank you!"
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", page.inner_text(".text .code"))
    kept = answers_in(study)
    assert [position for _, position, _ in kept] == list(range(turn))
    assert turn == 10


def test_by_keys_alone(visit, study):
    page = visit(**DESK)
    page.keyboard.press("Tab")
    for _ in range(12):
        if page.evaluate("document.activeElement.type") == "checkbox":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".scale")
    page.keyboard.press("Tab")
    for _ in range(8):
        if page.evaluate("document.activeElement.className") == "primary":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pictures.ready")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Enter")
    assert answers_in(study) == []
    page.keyboard.press("4")
    assert page.is_checked("input[value='4']")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#count:text-is('2 / 10')")
    assert answers_in(study) == [(1, 0, 2)]


def test_a_reload_goes_on_where_it_was(visit):
    page = visit(**PHONE)
    begin(page)
    answer(page, 3)
    page.wait_for_selector(".pictures.ready")
    assert place(page) == 2
    page.reload()
    page.wait_for_selector(".pictures.ready")
    assert place(page) == 2


def test_a_lost_connection_loses_no_answer(visit, study):
    page = visit(**PHONE)
    begin(page)
    page.context.set_offline(True)
    page.locator(".scores label").nth(4).click()
    page.click(".next")
    page.wait_for_selector("#trouble:visible")
    assert "No connection" in page.inner_text("#trouble")
    assert answers_in(study) == []
    page.context.set_offline(False)
    page.wait_for_selector("#count:text-is('2 / 10')")
    assert page.locator("#trouble").is_hidden()
    assert answers_in(study) == [(1, 0, 5)]
    visit.troubles.clear()


def test_an_answer_given_offline_survives_a_reload(visit, study):
    page = visit(**PHONE)
    begin(page)
    page.route("**/api/answers/*", lambda route: route.abort())
    page.locator(".scores label").nth(2).click()
    page.click(".next")
    page.wait_for_selector("#trouble:visible")
    page.unroute("**/api/answers/*")
    page.reload()
    page.wait_for_selector("#count:text-is('2 / 10')")
    assert answers_in(study) == [(1, 0, 3)]
    visit.troubles.clear()


def test_going_on_in_another_browser_with_the_code(visit, study):
    page = visit(**PHONE)
    begin(page)
    answer(page, 3)
    page.click("#rights")
    code = page.inner_text("dialog .code")
    other = visit(**DESK)
    other.click("summary")
    other.fill("form.enter input", "nonsense")
    other.click("form.enter button")
    assert "16 letters and digits" in other.inner_text(".problem")
    other.fill("form.enter input", code.lower().replace("-", " "))
    other.click("form.enter button")
    other.wait_for_selector(".pictures.ready")
    assert place(other) == 2


def test_withdrawing_asks_once_more_and_deletes(visit, study):
    page = visit(**PHONE)
    begin(page)
    answer(page, 3)
    page.click("#rights")
    page.click("dialog .danger")
    assert page.inner_text("dialog .danger") == "Really delete everything?"
    assert len(answers_in(study)) == 1
    page.click("dialog .danger")
    page.wait_for_selector("main h2:text('All your answers are deleted')")
    assert answers_in(study) == []
    page.reload()
    page.wait_for_selector(".agree")


@pytest.mark.parametrize("language", ["fr-CA", "ja-JP", "de-DE"])
def test_languages(visit, language):
    page = visit(language, **PHONE)
    button = {"fr-CA": "Commencer", "ja-JP": "始める", "de-DE": "Start"}[language]
    assert page.inner_text("button.primary") == button
    page.select_option("#language", "fr")
    page.wait_for_selector("button.primary:text-is('Commencer')")
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.check(".agree input")
    page.click("button.primary")
    page.wait_for_selector("h2:text('Chaque image')")


@pytest.mark.parametrize(
    ("device", "language"),
    [(PHONE, "ja-JP"), (SMALL_PHONE, "en-GB"), (SMALL_PHONE, "fr-FR"), (LYING_PHONE, "fr-FR"), (DESK, "en-GB")],
    ids=["phone", "small", "small-fr", "lying", "desk"],
)
def test_everything_fits_the_screen(visit, device, language):
    page = visit(language, **device)
    width, height = device["viewport"]["width"], device["viewport"]["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    begin(page)
    for block in ("opinion", "pair"):
        while page.locator(".scores.words").count() != (block == "pair"):
            answer(page, 0)
            page.wait_for_selector(".pictures.ready")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for control in [*page.locator(".scores label").all(), page.locator(".next")]:
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height + 1
        words = page.locator(".scores label span").all()
        assert all(word.evaluate("node => node.scrollWidth <= node.parentElement.clientWidth + 1") for word in words)
        for image in page.locator(".pictures figure:not(.context) img").all():
            assert min(image.bounding_box()["width"], image.bounding_box()["height"]) >= 60


def test_what_a_screen_reader_hears(visit):
    page = visit(**DESK)
    begin(page)
    group = page.get_by_role("radiogroup", name=re.compile("How good is this colouring"))
    names = [one.get_attribute("value") for one in group.get_by_role("radio").all()]
    assert names == ["1", "2", "3", "4", "5"]
    assert page.get_by_role("radio", name="Excellent").count() == 1
    assert page.get_by_role("progressbar", name="Progress").count() == 1
    assert page.inner_text("#spoken") == "Question 1 of 10"
    for image in page.locator("img").all():
        assert image.get_attribute("alt") is not None


def test_a_picture_in_full_size(visit):
    page = visit(**PHONE)
    begin(page)
    page.locator(".pictures button").last.click()
    shown = page.locator("dialog.zoom img")
    assert shown.bounding_box()["width"] == int(shown.get_attribute("width"))
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.zoom", state="detached")
    assert place(page) == 1


def test_nothing_in_the_page_tells_a_model(visit):
    page = visit(**DESK)
    seen = []
    page.on("response", lambda answer: seen.append(answer.url))
    begin(page)
    seen.append(page.content())
    text = " ".join(seen)
    assert not any(word in text for word in ("shaded", "flat-", "golden", "damaged", "ribbon", "mage."))
    assert all(url.startswith(page.url) for url in seen[:-1])
