"""The API answers what the command line writes, and refuses with a sentence."""

import json
import zipfile
from io import BytesIO

import numpy as np
import pytest
from live_site import form, guarded, serving
from mutants import ANY_FORMAT, PNG_ONLY, sound_others, sound_pngs
from PIL import Image

from stenciltorch.canvas import Stencil
from stenciltorch.cli import main
from stenciltorch.errors import ModelError
from stenciltorch.files import MAX_BYTES, decode_illustration, decode_lineart
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


def expect_refusal(answer, status, error, *words):
    assert (answer.status, answer.json["error"]) == (status, error)
    assert set(answer.json) == {"error", "detail"}
    assert all(word in answer.json["detail"] for word in words)
    assert "Traceback" not in answer.json["detail"]
    assert "\n" not in answer.json["detail"]
    assert guarded(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic {token}"},
        {"Authorization": "{token}"},
        {"Authorization": "Bearer {token}x"},
        {"Authorization": "Bearer  {token}"},
        {"Authorization": "Bearer {TOKEN}"},
        {"X-Token": "{token}"},
        {"Cookie": "token={token}"},
    ],
    ids=str,
)
def test_without_the_token_nothing_is_painted(site, parts, headers):
    content, kind = form(parts)
    told = {name: value.format(token=site.token, TOKEN=site.token.upper()) for name, value in headers.items()}
    for path in ("/api/colorize", f"/api/colorize?token={site.token}"):
        answer = site.ask(path, "POST", told | {"Content-Type": kind}, content)
        expect_refusal(answer, 401, "unauthorized", "token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_two_tokens_are_refused(site, parts):
    head = f"POST /api/colorize HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: 0\r\nConnection: close\r\n"
    twice = f"Authorization: Bearer {site.token}\r\n" * 2
    expect_refusal(site.raw(f"{head}{twice}\r\n".encode()), 401, "unauthorized")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "b" * 71,
        "multipart/mixed; boundary=b",
        "",
    ],
)
def test_what_is_no_form_is_refused(site, parts, kind):
    expect_refusal(site.colorize({"Content-Type": kind}, **parts), 415, "unsupported_media_type", "multipart")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lineart": None}, ["'lineart' is missing"]),
        ({"lineart": b""}, ["lineart is empty"]),
        ({"lineart": b"GIF89a"}, ["lineart is a GIF"]),
        ({"lineart": b"\x89PNG\r\n\x1a\n"}, ["lineart is damaged"]),
        ({"hints": b"{"}, ["hints is not a hint file"]),
        ({"hints": b'{"dabs": [{"at": [99, 1], "color": "#000000"}]}'}, ["99,1", "outside"]),
        ({"hints": b"[]"}, ["expected an object"]),
        ({"mask": b"<svg"}, ["mask is an SVG"]),
        ({"base": b"%PDF"}, ["base is a PDF"]),
        ({"output": "illustrations"}, ["'output'", "flats", "'illustrations'"]),
        ({"output": b"\xff\xfe"}, ["'output'"]),
        ({"levels": "yes"}, ["'levels'", "true", "false"]),
        ({"url": "http://127.0.0.1/"}, ["'url' is not known", "lineart"]),
    ],
    ids=str,
)
def test_unusable_parts(site, parts, change, words):
    sent = {name: part for name, part in (parts | change).items() if part is not None}
    expect_refusal(site.colorize(**sent), 422, "unusable", *words)


def test_sizes_must_fit(site, parts):
    other = BytesIO()
    Image.new("RGB", (30, 21)).save(other, "PNG")
    expect_refusal(site.colorize(**parts | {"base": other.getvalue()}), 422, "unusable", "30 x 21", "30 x 20")


def test_a_part_sent_twice(site, parts):
    content, kind = form({"lineart": parts["lineart"], "mask": parts["mask"]})
    told = {"Content-Type": kind, "Authorization": f"Bearer {site.token}"}
    twice = content.replace(b'name="mask"', b'name="lineart"')
    expect_refusal(site.ask("/api/colorize", "POST", told, twice), 422, "unusable", "twice")


def test_a_picture_over_the_limit_is_refused_from_its_header(site, parts):
    huge = bytearray(parts["lineart"])
    huge[16:24] = (20_000).to_bytes(4, "big") * 2
    expect_refusal(site.colorize(lineart=bytes(huge)), 413, "too_large", "20000 x 20000")


def test_a_hint_file_over_the_limit(site, parts):
    answer = site.colorize(lineart=parts["lineart"], hints=b"[" + b" " * 2**22)
    expect_refusal(answer, 413, "too_large", "hints", "4 MiB")


def test_the_work_of_a_hint_file_is_bounded(site):
    """Each dab would cover all of a large drawing: hours."""
    page = BytesIO()
    Image.new("1", (4000, 4000), 1).save(page, "PNG")
    dab = {"at": [1, 1], "color": "#000000", "radius": 900_000}
    hints = json.dumps({"size": [9, 9], "dabs": [dab] * 200})
    expect_refusal(site.colorize(lineart=page.getvalue(), hints=hints), 413, "too_large", "200 times over")


@pytest.mark.parametrize("length", [MAX_BYTES + 1, 10**12])
def test_a_length_over_the_limit_is_refused_before_a_byte_is_taken(site, length):
    lines = [
        "POST /api/colorize HTTP/1.1",
        f"Host: {site.host}",
        f"Authorization: Bearer {site.token}",
        "Content-Type: multipart/form-data; boundary=b",
        f"Content-Length: {length}",
        "Expect: 100-continue",
        "",
        "",
    ]
    expect_refusal(site.raw("\r\n".join(lines).encode()), 413, "too_large", "64 MiB")


def test_a_client_that_sends_too_much_still_reads_why(site):
    """It asks nothing first and reads only after it has sent all."""
    content = bytes(MAX_BYTES + 2**20)
    answer = site.colorize({"Content-Type": "multipart/form-data; boundary=b"}, lineart=content)
    expect_refusal(answer, 413, "too_large", "64 MiB")


def test_a_body_of_unsaid_length_is_counted(site):
    piece = b"10000\r\n" + bytes(2**16) + b"\r\n"
    head = (
        f"POST /api/colorize HTTP/1.1\r\nHost: {site.host}\r\nAuthorization: Bearer {site.token}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    start = b'--b\r\nContent-Disposition: form-data; name="lineart"\r\n\r\n'
    first = b"%x\r\n%s\r\n" % (len(start), start)
    expect_refusal(site.raw(head + first + piece * 1025 + b"0\r\n\r\n"), 413, "too_large", "64 MiB")


def uploads(count):
    """Broken pictures, each of another kind."""
    rng = np.random.default_rng(11)
    sound = [*sound_pngs().values(), *sound_others().values()]
    for index in range(count):
        png = index % len(sound) < len(sound_pngs())
        mutators = ANY_FORMAT + PNG_ONLY * png
        yield mutators[index % len(mutators)](sound[index % len(sound)], rng)


def broken_forms(parts):
    """Forms cut short, doubled, with parts of headers lost or changed."""
    rng = np.random.default_rng(12)
    content, kind = form(parts)
    for index in range(120):
        yield ANY_FORMAT[index % len(ANY_FORMAT)](content[:900], rng) + content[900:] * (index % 3), kind


def test_broken_pictures_get_only_4xx(site, parts):
    statuses = set()
    for index, broken in enumerate(uploads(120)):
        part = ("lineart", "hints", "mask", "base")[index % 4]
        others = parts if index % 8 else {}
        answer = site.colorize(**others | {part: broken})
        statuses.add(answer.status)
        assert answer.status in (200, 413, 422)
        if index % 40 == 39:
            assert site.get("/health").json["status"] == "ok"
    assert statuses >= {200, 422}


def test_broken_forms_get_only_4xx(site, parts):
    statuses = []
    for content, kind in broken_forms(parts):
        told = {"Content-Type": kind, "Authorization": f"Bearer {site.token}"}
        statuses.append(site.ask("/api/colorize", "POST", told, content).status)
    assert set(statuses) <= {200, 400, 413, 422}
    assert statuses.count(400) > 30
    assert site.get("/health").json["status"] == "ok"


@pytest.mark.parametrize("error", [RuntimeError("secret"), ModelError("/home/secret"), AssertionError(), OSError(5)])
def test_our_own_failure_says_nothing_of_the_inside(model, parts, error, caplog):
    def fail(stencil, check):
        raise error

    with serving(fail, model) as site:
        answer = site.colorize(**parts)
        expect_refusal(answer, 500, "internal", "terminal")
        assert b"secret" not in answer.body
        assert site.get("/health").status == 200
    assert any(record.exc_info and record.exc_info[1] is error for record in caplog.records)


def test_memory_that_runs_out(model, parts):
    def fail(stencil, check):
        raise MemoryError

    with serving(fail, model) as site:
        answer = site.colorize(**parts)
        expect_refusal(answer, 503, "busy", "Memory")
        assert int(answer.headers["Retry-After"]) > 0


def test_the_token_is_compared_in_constant_time(site, parts, monkeypatch):
    import hmac

    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", lambda *pair: compared.append(pair) or real(*pair))
    site.colorize(token="wrong", **parts)
    assert compared == [(b"wrong", site.token.encode())]


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
