"""Hosts, origins and sites: only this server's own pages, scripts and typed addresses get through."""

import pytest
from live_site import guarded, serving

from stenciltorch.errors import InputError
from stenciltorch.studio.security import Access

GOOD_HOSTS = ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"]
BAD_HOSTS = [
    "evil.com",
    "evil.com:{port}",
    "127.0.0.1",
    "localhost",
    "127.0.0.1:1",
    "127.0.0.1:{port}0",
    "127.0.0.1:0{port}",
    "127.0.0.1:{port}:{port}",
    "127.0.0.1.evil.com:{port}",
    "127.0.0.1.nip.io:{port}",
    "localhost.:{port}",
    "localhost.evil.com:{port}",
    "evil.localhost:{port}",
    "evil.com@127.0.0.1:{port}",
    "127.0.0.1:{port}@evil.com",
    "127.0.0.1:{port}, evil.com",
    "127.0.0.1:{port}/evil",
    "127.0.0.1:{port}#",
    "127.0.0.1 :{port}",
    "127.1:{port}",
    "127.0.0.2:{port}",
    "0.0.0.0:{port}",
    "2130706433:{port}",
    "0x7f.0.0.1:{port}",
    "[::]:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "::1:{port}",
    "[::1]",
    "192.168.1.5:{port}",
    "\u217cocalhost:{port}",
]
BAD_ORIGINS = [
    "null",
    "http://evil.com",
    "http://evil.com:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.com",
    "http://127.0.0.1:{port}/",
    "HTTP://127.0.0.1:{port}",
    "http://user@127.0.0.1:{port}",
    "http://127.0.0.1:{port} http://evil.com",
    "file://",
    "chrome-extension://abcdefgh",
    "127.0.0.1:{port}",
    "*",
    "",
]
BAD_SITES = ["cross-site", "same-site", "CROSS-SITE", "cross-site, same-origin", "", "nonsense"]


def refused(answer):
    return answer.status == 403 and answer.json["error"] == "forbidden"


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_own_hosts_are_answered(site, host):
    answer = site.get("/", f"Host: {host.format(port=site.port)}")
    assert answer.status == 200
    assert guarded(answer)


@pytest.mark.parametrize("path", ["/", "/health", "/api/openapi.json", "/nothing"])
@pytest.mark.parametrize("host", BAD_HOSTS)
def test_foreign_hosts_are_refused(site, host, path):
    answer = site.get(path, f"Host: {host.format(port=site.port)}")
    assert refused(answer) or answer.status == 400
    assert answer.status == 400 or guarded(answer)


@pytest.mark.parametrize("request_line", ["GET / HTTP/1.0\r\n", "GET / HTTP/1.0\r\nHost: {host}\r\nHost: {host}\r\n"])
def test_there_is_exactly_one_host(site, request_line):
    answer = site.raw(request_line.format(host=site.host).encode() + b"\r\n")
    assert answer.status in (400, 403)
    assert b"<html" not in answer.body


def test_a_missing_host_is_refused_by_us_too(site):
    """HTTP/1.0 knows no Host, so h11 lets it pass."""
    assert refused(site.raw(b"GET / HTTP/1.0\r\n\r\n"))


def test_an_absolute_target_does_not_stand_for_the_host(site):
    assert site.get(f"http://{site.host}/", "Host: evil.com").status == 403
    assert site.get("http://evil.com/health").status == 404


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD", "PUT", "DELETE", "TRACE"])
@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_foreign_origins_are_refused(site, origin, method):
    headers = {"Origin": origin.format(port=site.port), "Authorization": f"Bearer {site.token}"}
    answer = site.ask("/api/colorize", method, headers)
    assert answer.status == 403
    assert guarded(answer)


def test_the_origin_is_that_of_the_host_asked(site):
    for host in ("127.0.0.1", "localhost"):
        name = f"{host}:{site.port}"
        assert site.get("/health", f"Host: {name}", f"Origin: http://{name}").status == 200
    both = (f"Origin: http://{site.host}", "Origin: http://evil.com")
    assert refused(site.get("/health", *both))
    assert refused(site.get("/health", *reversed(both)))


@pytest.mark.parametrize("found", BAD_SITES)
def test_other_sites_are_refused(site, found):
    assert refused(site.get("/", f"Sec-Fetch-Site: {found}"))
    assert refused(site.get("/", "Sec-Fetch-Site: same-origin", f"Sec-Fetch-Site: {found}"))


@pytest.mark.parametrize("found", ["same-origin", "none"])
def test_own_pages_and_typed_addresses_are_answered(site, found):
    assert site.get("/", f"Sec-Fetch-Site: {found}").status == 200


def test_a_preflight_gets_nothing_that_opens_the_door(site):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    for origin in (f"http://{site.host}", "http://evil.com"):
        answer = site.ask("/api/colorize", "OPTIONS", asked | {"Origin": origin})
        assert answer.status in (403, 405)
        assert guarded(answer)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_on_another_page_cannot_post(site, parts, kind):
    """Browsers send such forms without asking; they have an Origin, or at least no token."""
    for origin in ({"Origin": "http://evil.com"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {}):
        answer = site.ask("/api/colorize", "POST", origin | {"Content-Type": kind}, parts["lineart"])
        assert answer.status == (403 if origin else 401)


@pytest.mark.parametrize("origin", ["http://evil.com", "null", None])
def test_web_sockets_get_no_connection(site, origin):
    lines = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    lines.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    for path in ("/", "/api/colorize"):
        answer = site.get(path, *lines, *([f"Origin: {origin}"] if origin else []))
        assert answer.status != 101
        assert origin is None or answer.status == 403


def test_errors_carry_the_headers_too(site):
    for answer in (site.get("/nothing"), site.ask("/health", "DELETE"), site.ask("/api/colorize", "POST")):
        assert answer.status >= 400
        assert guarded(answer)


def test_a_name_that_the_user_allows(colorizer, model):
    with serving(colorizer, model, named=["mybox.local", "paint.example:443"]) as site:
        name = f"mybox.local:{site.port}"
        assert site.get("/", f"Host: {name}", f"Origin: http://{name}").status == 200
        assert site.get("/", "Host: paint.example:443", "Origin: https://paint.example:443").status == 200
        assert refused(site.get("/", "Host: mybox.local"))
        assert refused(site.get("/", f"Host: {site.host}", f"Origin: https://{site.host}"))


@pytest.mark.parametrize("name", ["", "http://a.b", "a b", "a/b", "a,b", "*", "a\r\nb", "ü.de"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(InputError, match="host name"):
        Access.of("127.0.0.1", 80, "t", [name])


def test_the_default_port_may_be_left_out():
    assert {"localhost", "localhost:80", "127.0.0.1", "[::1]"} < Access.of("127.0.0.1", 80, "t").hosts


def test_a_remote_server_answers_the_address_that_was_reached():
    scope = {"server": ("192.168.1.5", 8765)}
    remote, local = Access.of("0.0.0.0", 8765, "t"), Access.of("127.0.0.1", 8765, "t")
    assert "192.168.1.5:8765" in remote.hosts_for(scope)
    assert "192.168.1.6:8765" not in remote.hosts_for(scope)
    assert "192.168.1.5:8765" not in local.hosts_for(scope)
    assert "[fe80::1]:8765" in remote.hosts_for({"server": ("fe80::1%eth0", 8765)})


@pytest.mark.parametrize(("address", "remote"), [("127.0.0.1", False), ("127.9.9.9", False), ("::1", False)])
def test_loopback_is_not_remote(address, remote):
    assert Access.of(address, 1, "t").remote is remote


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "fe80::1", "169.254.0.1"])
def test_everything_else_is_remote(address):
    assert Access.of(address, 1, "t").remote
