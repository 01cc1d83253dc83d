"""No name of a file reaches what lies outside: a canary is never read, and nothing is written."""

import pytest
from live_site import serving

CANARY = "CANARY-c0ffee"
LONG = "a" * 300

NASTY = [
    "/../canary.txt",
    "/../../canary.txt",
    "/./../canary.txt",
    "/a/../../canary.txt",
    "/core/../../canary.txt",
    "/core/../index.html",
    "//../canary.txt",
    "/..//canary.txt",
    "/..;/canary.txt",
    "/.../canary.txt",
    "/....//canary.txt",
    "/..%2fcanary.txt",
    "/%2e%2e/canary.txt",
    "/%2e%2e%2fcanary.txt",
    "/%2E%2E%2Fcanary.txt",
    "/.%2e/canary.txt",
    "/%2e./canary.txt",
    "/core/%2e%2e/%2e%2e/canary.txt",
    "/%252e%252e%252fcanary.txt",
    "/%25252e%25252e%25252fcanary.txt",
    "/..%252fcanary.txt",
    "/..%5ccanary.txt",
    "/..%255ccanary.txt",
    "/%2e%2e%5ccanary.txt",
    "/..\\canary.txt",
    "/core\\..\\..\\canary.txt",
    "\\..\\canary.txt",
    "/%c0%ae%c0%ae/canary.txt",
    "/%c0%ae%c0%ae%c0%afcanary.txt",
    "/%e0%80%ae%e0%80%ae/canary.txt",
    "/..%c0%afcanary.txt",
    "/..%ef%bc%8fcanary.txt",
    "/%uff0e%uff0e/canary.txt",
    "/..%00/canary.txt",
    "/../canary.txt%00",
    "/../canary.txt%00.html",
    "/index.html%00",
    "/index.html%00.png",
    "/index.html%20",
    "/index.html.",
    "/index.html/",
    "/index.html/../../canary.txt",
    "/index.html::$DATA",
    "/INDEX.HTML",
    "/%2findex.html",
    "/{root}/canary.txt",
    "{root}/canary.txt",
    "//{root}/canary.txt",
    "/%2f{root}/canary.txt",
    "/C:/canary.txt",
    "/C:%5ccanary.txt",
    "/c:canary.txt",
    "//server/share/canary.txt",
    "/%5c%5cserver%5cshare%5ccanary.txt",
    "/%5c%5c?%5cC:%5ccanary.txt",
    "/file:///{root}/canary.txt",
    "file:///{root}/canary.txt",
    "/~/canary.txt",
    "/~root/canary.txt",
    "/CON",
    "/NUL",
    "/aux.txt",
    "/COM1",
    "/%E2%80%AEtxt.yranac",
    "/canary%E2%80%AE.txt",
    "/" + LONG,
    "/" + LONG + "/../../canary.txt",
    "/" + "../" * 500 + "canary.txt",
    "/" + "%2e%2e%2f" * 50 + "etc/passwd",
    "/" + "a/" * 500,
    "/link.txt",
    "/linked/canary.txt",
    "/loop/loop/loop/index.html",
    "/.hidden",
    "/.git/config",
    "/core/.hidden.js",
    "/core",
    "/core/",
    "/examples",
    "/examples/",
    "/examples/../canary.txt",
    "/examples/%2e%2e/canary.txt",
    "/examples/link-lineart.png",
    "/examples/secret.txt",
    "/models",
    "/models/",
    "/models/../canary.txt",
    "/models/%2e%2e%2fcanary.txt",
    "/models/notes.txt",
    "/models/encoder.onnx/..",
    "/static/index.html",
    "/%",
    "/%zz",
    "/?../canary.txt",
    "/index.html?file=../canary.txt",
    "/*",
    "/%0d%0aSet-Cookie:%20a=b",
]
STILL_FINE = {"/?../canary.txt", "/index.html?file=../canary.txt"}
"""What stands behind a question mark is not looked at."""


@pytest.fixture(scope="module")
def root(tmp_path_factory, model):
    """A canary, and beside it the folders of a site with links that lead out and names that are not offered."""
    root = tmp_path_factory.mktemp("root")
    (root / "canary.txt").write_text(CANARY)
    (root / "static/core").mkdir(parents=True)
    (root / "static/.git").mkdir()
    (root / "examples").mkdir()
    (root / "static/index.html").write_text("<html>start")
    for hidden in ("static/.hidden", "static/.git/config", "static/core/.hidden.js", "examples/secret.txt"):
        (root / hidden).write_text(CANARY)
    (root / "static/link.txt").symlink_to(root / "canary.txt")
    (root / "static/linked").symlink_to(root, target_is_directory=True)
    (root / "static/loop").symlink_to(root / "static", target_is_directory=True)
    (root / "examples/link-lineart.png").symlink_to(root / "canary.txt")
    (root / "models").mkdir()
    for file in model.iterdir():
        (root / "models" / file.name).write_bytes(file.read_bytes())
    (root / "models/notes.txt").write_text(CANARY)
    return root


@pytest.fixture(scope="module")
def site(colorizer, root):
    with serving(colorizer, root / "models", static=root / "static", examples=root / "examples") as served:
        yield served


def listing(root):
    return {path: path.lstat().st_mtime_ns for path in sorted(root.rglob("*"))}


def test_there_are_enough():
    assert len(set(NASTY)) >= 60


@pytest.mark.parametrize("path", NASTY, ids=lambda path: ascii(path)[:60])
def test_nothing_outside_is_read(site, root, path):
    before = listing(root)
    answer = site.get(path.replace("{root}", str(root)))
    assert CANARY.encode() not in answer.body
    if path in STILL_FINE:
        assert answer.body == b"<html>start"
    else:
        assert answer.status in (400, 404)
        assert b"start" not in answer.body
        assert "Set-Cookie" not in answer.headers
    assert listing(root) == before


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "MOVE"])
def test_nothing_is_written(site, root, method):
    before = listing(root)
    for path in ("/index.html", "/new.txt", "/../canary.txt", "/models/encoder.onnx"):
        assert site.ask(path, method, body=b"x").status == 405
    assert listing(root) == before
    assert (root / "canary.txt").read_text() == CANARY


@pytest.mark.parametrize("name", ["../canary.txt", "/etc/passwd", "a\\..\\b", "CON", "x" * 300, "\u202egnp"])
def test_names_of_uploads_are_no_names_of_files(site, root, parts, name, monkeypatch):
    before = listing(root)
    form = (
        f'--b\r\nContent-Disposition: form-data; name="lineart"; filename="{name}"\r\n\r\n'.encode()
        + parts["lineart"]
        + b"\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Bearer {site.token}"}
    answer = site.ask("/api/colorize", "POST", headers, form)
    assert answer.status == 200
    assert name not in str(answer.headers)
    assert listing(root) == before


def test_a_model_folder_may_be_made_of_links(colorizer, root, tmp_path, model):
    """As the caches of model hubs are."""
    for file in model.iterdir():
        (tmp_path / file.name).symlink_to(file)
    with serving(colorizer, tmp_path, static=root / "static", examples=root / "examples") as site:
        assert site.get("/models/encoder.onnx").body == (model / "encoder.onnx").read_bytes()
