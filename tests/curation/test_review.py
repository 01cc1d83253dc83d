"""The page for verdicts by hand: what it tells, what it writes, and whom it answers."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from generated_pictures import draw
from reviewed_art import curate_art

from stenciltorch.cli.review import guarded_site
from stenciltorch.curation.overrides import read_overrides
from stenciltorch.files import decode_illustration
from stenciltorch.studio.security import Access

TOKEN = "a-token-of-24-characters"
HOST = "127.0.0.1:8765"


class Answer:
    def __init__(self, messages):
        start = messages[0]
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    def json(self):
        return json.loads(self.body)


class Browser:
    """Sends requests straight into the site, as a browser would that has opened the address with the token."""

    def __init__(self, site):
        self.site = site
        self.headers = {"host": HOST, "sec-fetch-site": "same-origin"}
        cookie = self.get(f"/?token={TOKEN}").headers["set-cookie"]
        self.headers["cookie"] = cookie.split(";")[0]

    def get(self, address, **headers):
        return self.ask("GET", address, b"", headers)

    def post(self, address, content, **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.ask("POST", address, body, headers)

    def ask(self, method, address, body, headers):
        path, _, query = address.partition("?")
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
            "server": ("127.0.0.1", 8765),
            "client": ("127.0.0.1", 5),
        }
        messages = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            messages.append(message)

        asyncio.run(self.site(scope, receive, send))
        return Answer(messages)


@pytest.fixture(scope="module")
def curated(tmp_path_factory):
    home = tmp_path_factory.mktemp("review")
    curate_art(home, [draw(np.random.default_rng(number)) for number in range(3)])
    return home


@pytest.fixture
def folder(curated):
    (curated / "dataset" / "overrides.jsonl").unlink(missing_ok=True)
    return curated / "dataset"


@pytest.fixture
def browser(curated, folder):
    return Browser(guarded_site(curated / "art", folder, Access(frozenset([HOST]), TOKEN)))


def test_the_sheets_and_their_pictures(browser):
    assert browser.get("/api/sheets").json() == {
        "sheets": [{"name": "kept", "count": 3}, {"name": "broken", "count": 1}, {"name": "too-dark", "count": 1}],
        "overruled": 0,
    }
    answer = browser.get("/api/pictures?sheet=too-dark").json()
    assert answer["of"] == 1
    picture = answer["pictures"][0]
    assert (picture["path"], picture["verdict"], picture["overruled"]) == ("dark.png", "dropped", None)
    assert picture["reasons"][0]["reason"] == "too-dark"
    assert [entry["path"] for entry in browser.get("/api/pictures?sheet=kept&from=1").json()["pictures"]] == [
        "1.png",
        "2.png",
    ]
    shown = browser.get(f"/api/picture/{picture['number']}")
    assert shown.headers["content-type"] == "image/png"
    assert decode_illustration(shown.body).size == (144, 128)


def test_a_verdict_is_written_and_taken_back(browser, folder):
    picture = browser.get("/api/pictures?sheet=too-dark").json()["pictures"][0]
    answer = browser.post("/api/verdicts", {"number": picture["number"], "verdict": "keep", "note": "night"})
    assert (answer.status, answer.json()["overruled"]) == (200, "keep")
    written = read_overrides(folder)[picture["pixels"]]
    assert (written.verdict, written.note, written.path) == ("keep", "night", "dark.png")
    assert browser.get("/api/sheets").json()["overruled"] == 1
    browser.post("/api/verdicts", {"number": picture["number"], "verdict": "rules"})
    assert read_overrides(folder) == {}
    assert browser.get("/api/pictures?sheet=too-dark").json()["pictures"][0]["overruled"] is None


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[" * 9000,
        b"x" * 20_000,
        {"number": 99, "verdict": "keep"},
        {"number": -1, "verdict": "keep"},
        {"number": True, "verdict": "keep"},
        {"number": 0, "verdict": "burn"},
        {"number": 0, "verdict": ["keep"]},
        {"number": 0, "verdict": "keep", "note": 5},
        {"number": 0},
    ],
)
def test_verdicts_that_make_no_sense(browser, folder, content):
    answer = browser.post("/api/verdicts", content)
    assert answer.status == 422
    assert answer.json()["detail"]
    assert read_overrides(folder) == {}


def test_a_file_without_pixels_cannot_be_kept(browser, folder):
    picture = browser.get("/api/pictures?sheet=broken").json()["pictures"][0]
    answer = browser.post("/api/verdicts", {"number": picture["number"], "verdict": "keep"})
    assert (answer.status, answer.json()["detail"]) == (422, "This file has no pixels that could be kept.")
    assert browser.get(f"/api/picture/{picture['number']}").status == 200


@pytest.mark.parametrize(
    "address",
    ["/api/pictures?sheet=none", "/api/pictures?sheet=kept&from=-1", "/api/picture/99", "/nothing", "/../state.sqlite"],
)
def test_what_is_not_there(browser, address):
    assert browser.get(address).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example:8765"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"cookie": "stenciltorch=guess"}, 401),
        ({"cookie": ""}, 401),
    ],
)
def test_others_are_refused(browser, folder, headers, status):
    assert browser.get("/api/sheets", **headers).status == status
    assert browser.post("/api/verdicts", {"number": 0, "verdict": "drop"}, **headers).status == status
    assert read_overrides(folder) == {}


def test_the_page_loads_nothing_from_elsewhere(browser):
    page = browser.get("/")
    assert page.status == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert b"http" not in page.body
    for name in ("/review.js", "/review.css"):
        found = browser.get(name)
        assert (found.status, b"http" in found.body) == (200, False)
