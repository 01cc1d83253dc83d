"""The API answers what the command line writes, and refuses with a sentence."""

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from live_site import form, guarded, serving
from PIL import Image
from studio.fake_model import save_model

from stenciltorch.canvas import Stencil
from stenciltorch.cli import main
from stenciltorch.colorizer import OnnxColorizer
from stenciltorch.files import decode_illustration, decode_lineart
from stenciltorch.studio.openapi import describe

HINT_FILE = {"size": [40, 60], "dabs": [{"at": [12, 8], "color": "#2040ff", "radius": 6}]}


def sizes(picture):
    return Image.open(BytesIO(picture)).size


def command_line(folder, model, parts, *options):
    """What `stenciltorch colorize` writes for files of these parts."""
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    given = [
        option for name in ("hints", "mask", "base") if name in parts for option in (f"--{name}", str(folder / name))
    ]
    arguments = ["colorize", str(folder / "lineart"), *given, *options, "--model", str(model)]
    assert main([*arguments, "--threads", "1", "-o", str(folder / "out.png")]) == 0
    return (folder / "out.png").read_bytes()


@pytest.mark.parametrize("left_out", [(), ("hints",), ("mask",), ("base",), ("hints", "mask", "base")])
def test_the_answer_is_the_command_lines_byte_for_byte(site, tmp_path, model, parts, left_out):
    sent = {name: part for name, part in parts.items() if name not in left_out}
    answer = site.colorize(**sent)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert guarded(answer)
    assert answer.body == command_line(tmp_path, model, sent)


def test_larger_than_the_working_size(site, tmp_path, model):
    rng = np.random.default_rng(0)
    buffer = BytesIO()
    Image.fromarray(rng.integers(0, 256, (130, 90), np.uint8)).save(buffer, "WEBP", lossless=True)
    sent = {"lineart": buffer.getvalue()}
    answer = site.colorize(**sent)
    assert sizes(answer.body) == (90, 130)
    assert answer.body == command_line(tmp_path, model, sent)


def test_flats_are_the_command_lines_too(site, tmp_path, model, parts):
    flats = tmp_path / "flats.png"
    command_line(tmp_path, model, parts, "--flats", str(flats))
    assert site.colorize(**parts, output="flats").body == flats.read_bytes()


def test_all_is_a_zip_of_the_single_answers(site, parts):
    answer = site.colorize(**parts, output="all")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.body)) as archive:
        assert archive.namelist() == ["illustration.png", "flats.png", "colour.png"]
        found = {name: archive.read(name) for name in archive.namelist()}
    assert len(set(found.values())) == 3
    for name, picture in found.items():
        assert site.colorize(**parts, output=name.removesuffix(".png")).body == picture
    assert site.colorize(**parts, output="all").body == answer.body


def test_the_mask_keeps_the_base(site, parts):
    painted = decode_illustration(site.colorize(**parts).body).array
    kept = np.asarray(Image.open(BytesIO(parts["mask"]))) == 0
    base = np.asarray(Image.open(BytesIO(parts["base"])))
    assert kept.any()
    assert np.array_equal(painted[kept], base[kept])


@pytest.mark.parametrize("start", ["", " \r\n\t", "\ufeff"])
def test_hints_as_json(site, tmp_path, model, parts, start):
    hints = start + json.dumps(HINT_FILE)
    answer = site.colorize(lineart=parts["lineart"], hints=hints)
    (tmp_path / "hints.json").write_text(json.dumps(HINT_FILE))
    sent = {"lineart": parts["lineart"]}
    assert answer.body == command_line(tmp_path, model, sent, "--hints", str(tmp_path / "hints.json"))
    assert answer.body != site.colorize(**sent).body


def test_levels_as_on_the_command_line(site, tmp_path, model):
    paper = np.full((64, 64), 190)
    paper[20:24] = 30
    buffer = BytesIO()
    Image.fromarray(paper.astype(np.uint8)).save(buffer, "PNG")
    sent = {"lineart": buffer.getvalue()}
    plain, levelled = site.colorize(**sent, levels="false"), site.colorize(**sent, levels="true")
    assert plain.body != levelled.body
    assert site.colorize(**sent).body == levelled.body == command_line(tmp_path, model, sent)
    assert plain.body == command_line(tmp_path, model, sent, "--no-levels")


def test_light_and_shade_as_on_the_command_line(tmp_path, parts):
    shading = save_model(tmp_path / "shading", lit=True)
    sent = {name: parts[name] for name in ("lineart", "hints")}
    answers = []
    with serving(OnnxColorizer.load(shading, threads=1), shading) as site:
        for wish in ({}, {"light": "90"}, {"shade": "0"}, {"light": "-120.5", "shade": "1.5"}):
            options = [word for name, value in wish.items() for word in (f"--{name}", value)]
            answers.append(site.colorize(**sent, **wish).body)
            assert answers[-1] == command_line(tmp_path, shading, sent, *options)
    assert len(set(answers)) == 4


def test_notices_are_headers(site):
    buffer = BytesIO()
    frames = [Image.new("L", (8, 8), level) for level in (0, 255)]
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    answer = site.colorize(lineart=buffer.getvalue(), base=buffer.getvalue())
    notices = answer.headers.get_all("StencilTorch-Notice")
    assert [notice.partition(" ")[0] for notice in notices] == ["lineart", "base"]
    assert all("first frame" in notice for notice in notices)


def test_a_web_form_may_leave_files_out(site, parts):
    """Browsers send a file field that is not filled as an empty part with an empty name."""
    content, kind = form({"lineart": parts["lineart"], "mask": b""})
    content = content.replace(b'filename="mask"', b'filename=""')
    told = {"Content-Type": kind, "Authorization": f"Bearer {site.token}"}
    answer = site.ask("/api/colorize", "POST", told, content)
    assert answer.body == site.colorize(lineart=parts["lineart"]).body


@pytest.mark.parametrize("path", ["/", "/health", "/api/openapi.json", "/api/colorize", "/examples/index.json"])
def test_reading_changes_nothing(model, path):
    asked = []
    with serving(lambda *request: asked.append(request), model) as site:
        told = {"Authorization": f"Bearer {site.token}"}
        first = [site.ask(path, method, told) for method in ("GET", "HEAD")]
        again = [site.ask(path, method, told) for method in ("GET", "HEAD")]
    assert not asked
    assert [answer.body for answer in first] == [answer.body for answer in again]
    assert all("Set-Cookie" not in answer.headers for answer in first)
    assert (first[0].status == 405) == (path == "/api/colorize")


def test_health(site):
    answer = site.get("/health")
    assert (answer.status, answer.json["status"], answer.json["name"]) == (200, "ok", "stenciltorch")


def test_the_description_is_what_happens(site, parts):
    described = site.get("/api/openapi.json").json
    assert described == describe(described["info"]["version"])
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for method in methods:
            assert site.ask(path, method.upper()).status not in (404, 405)
    request = described["components"]["schemas"]["Request"]["properties"]
    for output in request["output"]["enum"]:
        answer = site.colorize(lineart=parts["lineart"], output=output)
        assert (
            answer.headers["Content-Type"] in described["paths"]["/api/colorize"]["post"]["responses"]["200"]["content"]
        )
    assert request["output"]["default"] == "illustration"
    assert request["levels"] == {**request["levels"], "enum": ["true", "false"], "default": "true"}


def test_every_refusal_is_described(site, parts):
    huge = parts["lineart"][:16] + (20_000).to_bytes(4, "big") * 2 + parts["lineart"][24:]
    described = site.get("/api/openapi.json").json["paths"]["/api/colorize"]["post"]["responses"]
    met = {
        site.colorize(token="wrong").status,
        site.colorize({"Origin": "null"}).status,
        site.colorize({"Content-Type": "text/plain"}).status,
        site.colorize({"Content-Type": "multipart/form-data; boundary=x"}, **parts).status,
        site.colorize(lineart=b"").status,
        site.colorize(lineart=huge).status,
    }
    assert met == {401, 403, 415, 400, 422, 413}
    assert met | {200, 408, 503} == {int(status) for status in described}


def test_references_in_the_description_lead_somewhere(site):
    text = site.get("/api/openapi.json").body.decode()
    schemas = json.loads(text)["components"]["schemas"]
    targets = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert targets == set(schemas)


def test_the_stencil_is_that_of_the_command_line(model, parts):
    seen = []

    def paint(stencil, check):
        seen.append(stencil)
        raise MemoryError

    with serving(paint, model) as site:
        site.colorize(lineart=parts["lineart"])
    expected = Stencil.start(decode_lineart(parts["lineart"]))
    assert seen[0].lineart == expected.lineart
    assert (seen[0].hints, seen[0].mask, seen[0].base) == (expected.hints, expected.mask, expected.base)
