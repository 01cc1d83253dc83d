"""Fetching published weights: from a server of our own, which lies, breaks off, redirects and knows how to go on."""

from __future__ import annotations

import hashlib
import http.server
import threading
from dataclasses import replace

import pytest

from stenciltorch.errors import ModelError
from stenciltorch.runtime.weights import Allowed, fetch, published

CONTENT = bytes(range(256)) * 64
LOCAL = Allowed(hosts=frozenset({"127.0.0.1"}), schemes=frozenset({"http"}), seconds=5.0)


class Handler(http.server.BaseHTTPRequestHandler):
    """`/file`, `/short` breaks off, `/norange` knows no ranges, `/wrong`, `/long`, `/away` and `/local` redirect."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        getattr(self, "answer_" + self.path.strip("/"))()

    def send(self, code, body, length=None, headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def answer_file(self):
        wanted = self.headers.get("Range")
        if not wanted:
            return self.send(200, CONTENT)
        first = int(wanted.removeprefix("bytes=").rstrip("-"))
        about = f"bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}"
        return self.send(206, CONTENT[first:], headers=[("Content-Range", about)])

    def answer_norange(self):
        self.send(200, CONTENT)

    def answer_short(self):
        self.send(200, CONTENT[:1000], length=len(CONTENT))

    def answer_wrong(self):
        self.send(200, CONTENT[::-1])

    def answer_long(self):
        self.send(200, CONTENT + b"more")

    def answer_missing(self):
        self.send(404, b"")

    def answer_away(self):
        self.send(302, b"", headers=[("Location", "http://example.net/file")])

    def answer_local(self):
        self.send(302, b"", headers=[("Location", "file:///etc/hostname")])

    def answer_again(self):
        self.send(302, b"", headers=[("Location", "/file")])


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        serving.asked = []
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def entry(server):
    """A catalogue entry whose file lies at `/PATH` of the server."""

    def make(path):
        server.asked.clear()
        url = f"http://127.0.0.1:{server.server_port}/{path}"
        digest = hashlib.sha256(CONTENT).hexdigest()
        return replace(published("vgg16"), file="file.pth", url=url, bytes=len(CONTENT), sha256=digest)

    return make


def test_a_file_comes_whole_and_leaves_nothing_else(entry, tmp_path):
    seen = []
    found = fetch(entry("file"), tmp_path / "new", LOCAL, lambda done, whole: seen.append((done, whole)))
    assert found.read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file.pth"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_broken_connection_is_gone_on_with(server, entry, tmp_path):
    with pytest.raises(ModelError, match=r"could not be fetched \(.*\); try again later, or get the file on another"):
        fetch(entry("short"), tmp_path, LOCAL)
    assert (tmp_path / "file.pth.part").stat().st_size == 1000
    assert fetch(entry("file"), tmp_path, LOCAL).read_bytes() == CONTENT
    assert server.asked == [("/file", "bytes=1000-")]


def test_a_server_without_ranges_begins_again(entry, tmp_path):
    (tmp_path / "file.pth.part").write_bytes(b"x" * 10)
    assert fetch(entry("norange"), tmp_path, LOCAL).read_bytes() == CONTENT


def test_a_part_that_is_whole_already_asks_nobody(server, entry, tmp_path):
    (tmp_path / "file.pth.part").write_bytes(CONTENT)
    assert fetch(entry("file"), tmp_path, LOCAL).read_bytes() == CONTENT
    assert server.asked == []


@pytest.mark.parametrize("spoiled", [b"x" * 500, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 5)])
def test_a_spoiled_part_is_found_out_and_deleted(entry, tmp_path, spoiled):
    (tmp_path / "file.pth.part").write_bytes(spoiled)
    with pytest.raises(ModelError, match=r"is not file.pth \(sha256 .*, expected .*\); it was deleted"):
        fetch(entry("file"), tmp_path, LOCAL)
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_deleted(entry, tmp_path):
    with pytest.raises(ModelError, match=r"is not file.pth"):
        fetch(entry("wrong"), tmp_path, LOCAL)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_end_is_cut_off(entry, tmp_path):
    with pytest.raises(ModelError, match=r"sends more than the 16384 bytes"):
        fetch(entry("long"), tmp_path, LOCAL)


def test_a_redirection_within_the_list_is_followed(server, entry, tmp_path):
    assert fetch(entry("again"), tmp_path, LOCAL).read_bytes() == CONTENT
    assert [path for path, _ in server.asked] == ["/again", "/file"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("away", r"http://example.net is not an address that weights are fetched from"),
        ("local", r"Redirection to url 'file:///etc/hostname' is not allowed"),
    ],
)
def test_a_redirection_elsewhere_is_refused(entry, tmp_path, path, reason):
    with pytest.raises(ModelError, match=reason):
        fetch(entry(path), tmp_path, LOCAL)
    assert not (tmp_path / "file.pth").exists()


def test_nobody_answers(entry, tmp_path, monkeypatch):
    with pytest.raises(ModelError, match=r"could not be fetched \(Not Found\).*stenciltorch weights import vgg16 FILE"):
        fetch(entry("missing"), tmp_path, LOCAL)
    closed = replace(entry("file"), url="http://127.0.0.1:9/file")
    with pytest.raises(ModelError, match=r"could not be fetched \("):
        fetch(closed, tmp_path, LOCAL)
    monkeypatch.setenv("STENCILTORCH_OFFLINE", "1")
    with pytest.raises(ModelError, match=r"could not be fetched \(STENCILTORCH_OFFLINE is set\)"):
        fetch(entry("file"), tmp_path, LOCAL)


def test_an_address_that_is_not_on_the_list_is_not_asked(server, entry, tmp_path):
    with pytest.raises(ModelError, match=r"http://127.0.0.1 is not an address"):
        fetch(entry("file"), tmp_path)
    assert server.asked == []


def test_without_a_checksum_nothing_is_fetched(tmp_path):
    with pytest.raises(ModelError, match=r"No checksum .* is published.*weights import illustration2vec FILE --sha256"):
        fetch(published("illustration2vec"), tmp_path)


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="files are not locked here")
def test_two_at_once_do_not_mix(entry, tmp_path):
    import fcntl

    with (tmp_path / "file.pth.part").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match=r"Another process is fetching file.pth; wait for it"):
            fetch(entry("file"), tmp_path, LOCAL)
    assert fetch(entry("file"), tmp_path, LOCAL).read_bytes() == CONTENT
