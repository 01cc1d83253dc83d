"""The studio as plain files for any web host: the same files and headers as the server's."""

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stenciltorch.studio.gallery import examples_folder
from stenciltorch.studio.security import HEADERS
from stenciltorch.studio.shelf import STATIC, site_files

TOOL = Path(__file__).parents[2] / "tools/build_static_site.py"

_spec = importlib.util.spec_from_file_location("build_static_site", TOOL)
tool = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tool)


def build(*options):
    return subprocess.run([sys.executable, str(TOOL), *map(str, options)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, model):
    target = tmp_path_factory.mktemp("host") / "public"
    done = build(target, "--model", model)
    assert (done.returncode, done.stderr) == (0, "")
    return target


def files_in(folder):
    return {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}


def test_it_has_what_the_server_offers(folder, model):
    offered = site_files(STATIC, model, examples_folder())
    made = {"/examples/index.json", "/_headers", "/.nojekyll", "/service-worker.js"}
    assert set(files_in(folder)) == set(offered) | made
    for path, file in offered.items():
        if path != "/index.html":
            assert (folder / path[1:]).read_bytes() == file.read_bytes()


def test_only_the_built_page_has_a_service_worker(folder):
    built = (folder / "index.html").read_text(encoding="utf-8")
    served = (STATIC / "index.html").read_text(encoding="utf-8")
    assert built.replace(' data-offline="service-worker.js"', "") == served
    assert built != served


def read_site(folder):
    script = (folder / "service-worker.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("self.site = ").partition(";\n\n")[0])


def test_the_service_worker_knows_every_file_by_its_contents(folder):
    site = read_site(folder)
    assert {f"/{path}" for path in site["files"]} == set(files_in(folder)) - {
        "/_headers",
        "/.nojekyll",
        "/service-worker.js",
    }
    for path, mark in site["files"].items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == mark
    assert set(site["later"]) < set(site["files"])
    assert not {"index.html", "main.js", "models/painter.onnx"} & set(site["later"])


def test_another_file_makes_another_version():
    worker = {tool.WORKER: b"// worker"}
    versions = {tool.service_worker(worker | {"main.js": content})[:60] for content in (b"1", b"2", b"1")}
    assert len(versions) == 2


def test_the_list_of_examples(folder, site):
    assert (
        json.loads((folder / "examples/index.json").read_text(encoding="utf-8"))
        == site.get("/examples/index.json").json
    )


def test_the_headers_are_the_servers(folder):
    first, *lines = (folder / "_headers").read_text().splitlines()
    told = dict(line.strip().split(": ", 1) for line in lines)
    assert first == "/*"
    assert told == HEADERS | {"Cache-Control": "no-cache"}


def test_the_documentation_names_the_headers_that_matter():
    text = (TOOL.parents[1] / "docs/static-hosting.md").read_text(encoding="utf-8")
    for name in ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"):
        assert text.count(f"{name} {HEADERS[name]}") == 3


def test_it_writes_over_nothing_that_it_has_not_made(tmp_path, model):
    (tmp_path / "mine.txt").write_text("mine")
    for options in ((), ("--replace",)):
        done = build(tmp_path, "--model", model, *options)
        assert done.returncode == 2
        assert "not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_replaces_what_it_has_made(tmp_path, model):
    target = tmp_path / "public"
    assert build(target, "--model", model).returncode == 0
    (target / "old.js").write_text("old")
    assert build(target, "--model", model).returncode == 2
    assert build(target, "--model", model, "--replace").returncode == 0
    assert not (target / "old.js").exists()


def test_without_a_model(tmp_path):
    done = build(tmp_path / "public", "--model", tmp_path / "none")
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert not (tmp_path / "public").exists()
