"""multipart/form-data by the byte: whatever arrives, known parts come out whole or a refusal does."""

import asyncio
from email import policy
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from stenciltorch.studio.answers import Refusal
from stenciltorch.studio.forms import check_form, read_form

KNOWN = ("lineart", "hints", "mask", "base")


def request_of(chunks, kind="multipart/form-data; boundary=b", then=None, **headers):
    """A request whose body arrives in these chunks."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append(then or {"type": "http.request", "body": b"", "more_body": False})

    async def receive():
        return messages.pop(0) if messages else await asyncio.Event().wait()

    told = {"content-type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {"type": "http", "method": "POST", "headers": [(k.encode(), v.encode("latin-1")) for k, v in told.items()]}
    return Request(scope, receive)


def read(chunks, kind="multipart/form-data; boundary=b", seconds=30.0, **settings):
    request = request_of(chunks, kind, **settings)
    return asyncio.run(read_form(request, check_form(request), KNOWN, seconds))


def part(name, content, more=b""):
    head = b'--b\r\nContent-Disposition: form-data; name="' + name.encode() + b'"' + more + b"\r\n\r\n"
    return head + content + b"\r\n"


def refusal(chunks, **settings):
    with pytest.raises(Refusal) as caught:
        read(chunks, **settings)
    return caught.value.status


contents = st.dictionaries(st.sampled_from(KNOWN), st.binary(max_size=200) | st.just(b"\r\n--b\r\n-"), max_size=4)


@given(contents, st.lists(st.integers(1, 40), min_size=1))
def test_any_parts_in_any_chunks(parts, steps):
    parts = {name: content.replace(b"\r\n--b", b"\r\n-b") for name, content in parts.items()}
    body = b"".join(part(name, content) for name, content in parts.items()) + b"--b--\r\n"
    chunks, position = [], 0
    while position < len(body):
        step = steps[len(chunks) % len(steps)]
        chunks.append(body[position : position + step])
        position += step
    assert read(chunks) == parts


@given(st.binary(min_size=1, max_size=300), st.data())
def test_what_another_library_writes(content, data):
    """Python's own e-mail package as the sender."""
    sender = MIMEMultipart("form-data", policy=policy.HTTP)
    for name in data.draw(st.lists(st.sampled_from(KNOWN), unique=True, min_size=1)):
        piece = MIMEApplication(content, "octet-stream", lambda part: part.set_payload(content), policy=policy.HTTP)
        piece.add_header("Content-Disposition", "form-data", name=name, filename='a "b";.png')
        sender.attach(piece)
    boundary = data.draw(st.text("abcXYZ0189'()+_,-./:=?", min_size=12, max_size=60))
    body = b"".join(
        b"--%s\r\n" % boundary.encode()
        + b"".join(b"%s: %s\r\n" % (k.encode(), v.encode()) for k, v in piece.items())
        + b"\r\n%s\r\n" % content
        for piece in sender.get_payload()
    )
    message = EmailMessage()
    message["Content-Type"] = f'multipart/form-data; boundary="{boundary}"'
    found = read([body, b"--%s--\r\n" % boundary.encode()], message["Content-Type"])
    assert found == {piece.get_param("name", header="Content-Disposition"): content for piece in sender.get_payload()}


def outcome(body):
    """The status of the refusal, or 200 when only known parts come out."""
    try:
        return 200 if set(read([body])) <= set(KNOWN) else 500
    except Refusal as refused:
        return refused.status


@given(st.binary(max_size=400))
def test_noise_is_refused_or_read(noise):
    assert outcome(noise) in (200, 400, 422)


@given(st.binary(max_size=60), st.integers(0, 300))
def test_noise_in_the_middle_is_refused_or_read(noise, place):
    body = b"".join(part(name, name.encode() * 9) for name in KNOWN) + b"--b--\r\n"
    assert outcome(body[:place] + noise + body[place + len(noise) :]) in (200, 400, 422)


@pytest.mark.parametrize("cut", range(1, 70, 3))
def test_cut_short(cut):
    body = part("lineart", b"picture") + b"--b--"
    assert refusal([body[:-cut]]) == 400


def test_nothing_at_all():
    assert refusal([]) == 400


def test_no_part():
    assert read([b"--b--\r\n"]) == {}


@pytest.mark.parametrize("name", ["", "other", "LINEART", "lineart ", "lineart\0", "\xff", "x" * 2000, "../lineart"])
def test_unknown_names(name):
    assert refusal([part(name, b"x") + b"--b--\r\n"]) == 422


@pytest.mark.parametrize(
    "head", [b"", b"Content-Type: image/png\r\n", b"Content-Disposition: form-data\r\n", b"Content-Disposition:\r\n"]
)
def test_parts_without_a_name(head):
    assert refusal([b"--b\r\n" + head + b"\r\nx\r\n--b--\r\n"]) == 422


@pytest.mark.parametrize("more", [b"x: " + b"y" * 10_000 + b"\r\n", b"x: y\r\n" * 100])
def test_headers_without_end(more):
    assert refusal([b"--b\r\n" + more + b"\r\nx\r\n--b--\r\n"]) == 400


def test_an_empty_file_counts_unless_it_has_no_name():
    body = part("mask", b"", b'; filename="a.png"') + part("base", b"", b'; filename=""') + part("hints", b"")
    assert read([body + b"--b--\r\n"]) == {"mask": b"", "hints": b""}


def test_twice():
    assert refusal([part("mask", b"1") + part("mask", b"2") + b"--b--\r\n"]) == 422


def test_what_follows_the_end_is_not_looked_at():
    assert read([part("mask", b"1") + b"--b--\r\n" + part("base", b"2")]) == {"mask": b"1"}


def test_a_form_that_stops_coming():
    messages = [{"type": "http.request", "body": part("mask", b"1"), "more_body": True}]

    async def receive():
        return messages.pop() if messages else await asyncio.Event().wait()

    async def ask():
        request = request_of([])
        request._receive = receive
        await read_form(request, b"b", KNOWN, seconds=0.01)

    with pytest.raises(Refusal) as caught:
        asyncio.run(ask())
    assert caught.value.status == 408


def test_a_client_that_leaves():
    with pytest.raises(ClientDisconnect):
        read([part("mask", b"1")], then={"type": "http.disconnect"})


@pytest.mark.parametrize("length", ["67108865", "9" * 40])
def test_too_long_by_its_own_word(length):
    with pytest.raises(Refusal) as caught:
        check_form(request_of([], content_length=length))
    assert caught.value.status == 413


def test_the_longest_that_is_taken():
    assert check_form(request_of([], content_length=str(64 * 2**20))) == b"b"
