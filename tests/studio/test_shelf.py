"""The files of the site: types, versions, and nothing that is not offered."""

import json
import os

import pytest
from live_site import guarded, serving

from stenciltorch.errors import InputError
from stenciltorch.studio.gallery import examples_folder, read_examples
from stenciltorch.studio.shelf import STATIC, Shelf, media_type

TYPES = {
    "/": "text/html; charset=utf-8",
    "/index.html": "text/html; charset=utf-8",
    "/manifest.webmanifest": "application/manifest+json",
    "/favicon.svg": "image/svg+xml",
    "/style/base.css": "text/css; charset=utf-8",
    "/core/scaling.js": "text/javascript; charset=utf-8",
    "/locales/ja.json": "application/json",
    "/vendor/ort/LICENSE": "text/plain; charset=utf-8",
    "/vendor/ort/README.md": "text/markdown; charset=utf-8",
    "/vendor/ort/ort-wasm-simd-threaded.mjs": "text/javascript; charset=utf-8",
    "/vendor/ort/ort-wasm-simd-threaded.wasm": "application/wasm",
    "/models/model.json": "application/json",
    "/models/encoder.onnx": "application/octet-stream",
    "/models/painter.onnx": "application/octet-stream",
    "/models/finisher.onnx": "application/octet-stream",
    "/examples/index.json": "application/json",
    "/examples/ribbon-lineart.png": "image/png",
    "/examples/ribbon-hints.json": "application/json",
}


@pytest.mark.parametrize(("path", "kind"), TYPES.items(), ids=list(TYPES))
def test_files_and_their_types(site, path, kind):
    answer = site.ask(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert int(answer.headers["Content-Length"]) == len(answer.body) > 0
    assert guarded(answer)


@pytest.mark.parametrize("path", TYPES)
def test_head_says_the_same_without_the_content(site, path):
    full, head = site.ask(path), site.ask(path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers[name] == full.headers[name]


@pytest.mark.parametrize("path", ["/vendor/ort/ort.nothing.mjs", "/models", "/api", "/api/", "/health/", "/x.html"])
def test_what_is_not_there(site, path):
    for method in ("GET", "HEAD"):
        answer = site.ask(path, method)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "application/json")
        assert guarded(answer)
    assert site.ask(path).json["error"] == "not_found"


@pytest.mark.parametrize("path", ["/", "/health", "/api/openapi.json", "/examples/index.json"])
def test_what_is_only_read(site, path):
    answer = site.ask(path, "POST", body=b"x")
    assert (answer.status, answer.json["error"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_content_is_the_files(site, model):
    assert site.ask("/").body == (STATIC / "index.html").read_bytes()
    assert site.ask("/models/painter.onnx").body == (model / "painter.onnx").read_bytes()
    wasm = "vendor/ort/ort-wasm-simd-threaded.wasm"
    assert site.ask(f"/{wasm}").body == (STATIC / wasm).read_bytes()


@pytest.mark.parametrize("path", ["/", "/examples/index.json"])
def test_what_the_browser_has_is_not_sent_again(site, path):
    mark = site.ask(path).headers["ETag"]
    for known in (mark, f"W/{mark}", f'"other", {mark}'):
        again = site.ask(path, headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", mark)
        assert guarded(again)
    assert site.ask(path, headers={"If-None-Match": '"other"'}).status == 200


@pytest.fixture
def static(tmp_path):
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "index.html").write_text("one")
    return folder


def test_an_upgrade_shows_at_once(colorizer, model, static):
    """Even when the new file has the time and the size of the old one in another folder, as after an installation."""
    page = static / "index.html"
    with serving(colorizer, model, static=static) as site:
        first = site.ask("/")
        assert first.headers["Cache-Control"] == "no-cache"
        times = page.stat()
        page.write_text("two!")
        os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
        second = site.ask("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status, second.body) == (200, b"two!")
    page.write_text("six")
    os.utime(page, ns=(times.st_atime_ns, times.st_mtime_ns))
    with serving(colorizer, model, static=static) as site:
        assert site.ask("/", headers={"If-None-Match": first.headers["ETag"]}).body == b"six"


def test_files_that_come_and_go(colorizer, model, static):
    with serving(colorizer, model, static=static) as site:
        assert site.ask("/new.js").status == 404
        (static / "new.js").write_text("1")
        assert site.ask("/new.js").body == b"1"
        (static / "new.js").unlink()
        assert site.ask("/new.js").status == 404


def test_an_installation_without_the_page(model, tmp_path):
    with pytest.raises(InputError, match="install StencilTorch anew"):
        Shelf(model, static=tmp_path)


def test_every_file_of_the_front_end_has_a_type_of_its_own():
    suffixes = {path.suffix for path in STATIC.rglob("*") if path.is_file() and not path.name.startswith(".")}
    assert {".html", ".js", ".mjs", ".wasm", ".css"} <= suffixes
    assert all(media_type(f"/a{suffix}") != "application/octet-stream" for suffix in suffixes)


def test_the_examples_are_listed_and_there(site):
    listed = site.ask("/examples/index.json").json
    assert [example["name"] for example in listed] == sorted(example["name"] for example in listed)
    assert {"name": "ribbon", "title": "Ribbon", "lineart": "ribbon-lineart.png"}.items() <= next(
        example for example in listed if example["name"] == "ribbon"
    ).items()
    for example in listed:
        assert example["hints"][0] == f"{example['name']}-hints.json"
        for name in (example["lineart"], *example["hints"]):
            assert site.ask(f"/examples/{name}").body == (examples_folder() / name).read_bytes()


def test_only_what_the_list_names_is_offered(site):
    assert site.ask("/examples/ribbon.svg").status == 404


def test_examples_in_order(tmp_path):
    for name in ("b-lineart.png", "b-hints-2.json", "b-hints.json", "b.svg", "a-b-lineart.png", "c-hints.json"):
        (tmp_path / name).write_bytes(b"")
    first, second = read_examples(tmp_path)
    assert (first.name, first.title, first.hints) == ("a-b", "A b", ())
    assert (second.lineart, second.hints) == ("b-lineart.png", ("b-hints.json", "b-hints-2.json"))


def test_no_examples_are_no_failure(colorizer, model, static, tmp_path):
    with serving(colorizer, model, static=static, examples=tmp_path / "missing") as site:
        assert json.loads(site.ask("/examples/index.json").body) == []


def test_a_package_with_examples_uses_them(tmp_path):
    package = tmp_path / "lib/stenciltorch/studio"
    package.mkdir(parents=True)
    assert examples_folder(package) == tmp_path / "examples/drawings"
    (package / "examples").mkdir()
    assert examples_folder(package) == package / "examples"
