"""The API refuses with a sentence, tells nothing of its inside, and goes on."""

import json
from io import BytesIO

import numpy as np
import pytest
from live_site import form, guarded, serving
from mutants import ANY_FORMAT, PNG_ONLY, sound_others, sound_pngs
from PIL import Image

from stenciltorch.errors import ModelError
from stenciltorch.files import MAX_BYTES


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


@pytest.mark.parametrize("error", [RuntimeError("secret"), ModelError("/srv/secret"), AssertionError(), OSError(5)])
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
