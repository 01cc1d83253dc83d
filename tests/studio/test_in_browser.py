"""The real page from the real server in a real Chromium: nothing in the headers stands in its way."""

import pytest
from live_site import serving
from studio.chromium import chromium, wait_ready, watch

from stenciltorch.studio.answers import Refusal

FETCH = """([url, options]) => fetch(url, options).then((answer) => answer.status, (error) => String(error))"""
FOREIGN = """(url) => new Promise((tell) => {
  document.addEventListener("securitypolicyviolation", (event) => tell(event.blockedURI), { once: true });
  fetch(url).catch(() => {});
})"""

ATTEMPTS = [
    ("/health", {}),
    ("/health", {"mode": "no-cors"}),
    ("/", {"credentials": "include"}),
    ("/models/model.json", {"mode": "no-cors"}),
    ("/api/colorize", {"method": "POST", "mode": "no-cors", "body": "x"}),
    ("/api/colorize", {"method": "POST", "headers": {"Authorization": "Bearer x"}}),
]


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site(colorizer, model):
    with serving(colorizer, model, remote=True) as served:
        yield served


@pytest.fixture
def asked():
    return []


@pytest.fixture
def page(browser, asked):
    context = browser.new_context()
    opened = context.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    context.close()


def test_the_first_drawing_is_coloured(site, page, asked):
    """With the token in the address as for other machines, which is the strictest way in."""
    troubles = []
    watch(page, troubles)
    page.goto(f"http://{site.host}/?token={site.token}")
    wait_ready(page)
    assert troubles == []
    assert page.url.rstrip("/") == f"http://{site.host}"
    assert page.evaluate("crossOriginIsolated") is True
    assert page.evaluate("studio.engine.state.phase") == "ready"
    assert all(url.startswith((f"http://{site.host}/", "blob:", "data:")) for url in asked)
    assert len([url for url in asked if url.endswith(".onnx")]) == 3


def test_the_page_can_reach_nothing_else(site, page):
    page.goto(f"http://{site.host}/?token={site.token}")
    assert page.evaluate(FETCH, ["/health", {}]) == 200
    assert "127.0.0.1:1/" in page.evaluate(FOREIGN, "http://127.0.0.1:1/health")


def test_another_site_cannot_reach_the_server(browser, colorizer, model, tmp_path, monkeypatch):
    """A page of another port is another origin on the same site; its own policy is switched off here."""
    refused = []
    respond = Refusal.response
    monkeypatch.setattr(Refusal, "response", lambda self: refused.append(self.status) or respond(self))
    (tmp_path / "index.html").write_text("<p>another site")
    with serving(colorizer, model) as target, serving(colorizer, model, static=tmp_path) as other:
        context = browser.new_context(bypass_csp=True)
        opened = context.new_page()
        opened.goto(f"http://{other.host}/")
        refused.clear()
        outcomes = [opened.evaluate(FETCH, [f"http://{target.host}{path}", options]) for path, options in ATTEMPTS]
        context.close()
    assert all(str(outcome).startswith("TypeError") for outcome in outcomes)
    assert refused.count(403) >= len(ATTEMPTS)
    assert set(refused) <= {403, 404}  # 404: the icon of the other site
