"""A server that other machines can reach shows its pages only to who has been given the token."""

import pytest
from live_site import TOKEN, guarded, serving

from stenciltorch.errors import ConfigError
from stenciltorch.studio.tokens import choose_token


@pytest.fixture(scope="module")
def site(colorizer, model):
    with serving(colorizer, model, remote=True) as served:
        yield served


@pytest.fixture
def cookie(site):
    answer = site.get(f"/?token={TOKEN}")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    return answer.headers["Set-Cookie"]


PAGES = ["/", "/index.html", "/models/model.json", "/examples/index.json", "/api/openapi.json", "/nothing"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", f"?token={TOKEN}x", f"?token={TOKEN.upper()}"])
def test_pages_ask_for_the_token(site, path, query):
    answer = site.get(path + query)
    assert (answer.status, answer.json["error"]) == (401, "unauthorized")
    assert "Set-Cookie" not in answer.headers
    assert guarded(answer)


def test_two_tokens_are_none(site):
    assert site.get(f"/?token={TOKEN}&token=wrong").status == 401


def test_the_cookie_opens_the_pages(site, cookie):
    value = cookie.partition(";")[0]
    assert site.get("/", f"Cookie: {value}").status == 200
    assert site.get("/models/model.json", f"Cookie: a=b; {value}").status == 200
    assert site.get("/nothing", f"Cookie: {value}").status == 404


def test_the_cookie_is_not_for_scripts_nor_other_sites(cookie):
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert TOKEN not in cookie


def test_the_cookie_does_not_open_the_api(site, cookie, parts):
    value = cookie.partition(";")[0]
    assert site.colorize({"Cookie": value, "Authorization": ""}, **parts).status == 401
    assert site.colorize({"Cookie": value}, **parts).status == 200


def test_the_token_in_a_header_opens_everything(site, parts):
    told = f"Authorization: Bearer {TOKEN}"
    assert [site.get(path, told).status for path in PAGES] == [200, 200, 200, 200, 200, 404]
    assert site.colorize(**parts).status == 200


@pytest.mark.parametrize("value", ["", "stenciltorch=", "stenciltorch=wrong", f"stenciltorch={TOKEN}", "\xff=\xff"])
def test_other_cookies_open_nothing(site, value):
    assert site.get("/", f"Cookie: {value}").status == 401


@pytest.mark.parametrize("path", ["/health", "/manifest.webmanifest", "/favicon.svg"])
def test_what_anybody_may_ask(site, path):
    assert site.get(path).status == 200


def test_the_guard_stands_before_the_token(site):
    assert site.get(f"/?token={TOKEN}", "Host: evil.com").status == 403
    assert site.get(f"/?token={TOKEN}", "Sec-Fetch-Site: cross-site").status == 403


def test_a_token_is_new_each_time():
    tokens = {choose_token({}) for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 32 for token in tokens)


def test_a_token_may_be_chosen():
    assert choose_token({"STENCILTORCH_TOKEN": "A-token_of_16chars"}) == "A-token_of_16chars"
    assert len(choose_token({"STENCILTORCH_TOKEN": ""})) == 32


@pytest.mark.parametrize(
    "token", ["short", "x" * 15, "with a space in it", "x" * 20 + "\n", "ümlaut-in-a-token", "x&y" * 9]
)
def test_tokens_that_are_refused(token):
    with pytest.raises(ConfigError, match="STENCILTORCH_TOKEN must be 16 or more") as caught:
        choose_token({"STENCILTORCH_TOKEN": token})
    assert token not in str(caught.value)
