"""The server as a process of its own: it starts, paints, keeps quiet, connects to nothing, and stops."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from live_site import Site, form

from stenciltorch.errors import InputError
from stenciltorch.studio import server
from stenciltorch.studio.server import address_of, listen

DOCS = Path(__file__).parents[2] / "docs"
WATCHED = """
import os, sys

def hook(event, details):
    if event in ("socket.connect", "socket.sendto", "socket.gethostbyname", "subprocess.Popen", "os.system"):
        os.write(2, f"OUTBOUND {event} {details}\\n".encode())
        raise PermissionError(event)
    if event == "socket.getaddrinfo" and details[0] not in ("127.0.0.1", "::1"):
        os.write(2, f"OUTBOUND {event} {details}\\n".encode())
        raise PermissionError(event)

sys.addaudithook(hook)
"""
MAIN = "from stenciltorch.cli import main; sys.exit(main(sys.argv[1:]))"


@contextmanager
def process(model, *options, script=MAIN, environment=None):
    """`stenciltorch studio` under a guard that ends it when it connects to anything; stops when the block does."""
    command = [sys.executable, "-W", "error", "-c", WATCHED + script, "studio", "--no-browser", "--model", str(model)]
    running = subprocess.Popen(
        [*command, "--port", "0", "--threads", "1", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (environment or {}),
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def announced(running):
    """The site that the process has announced."""
    page, api = running.stdout.readline(), running.stdout.readline()
    port = int(re.fullmatch(r"Studio: http://127\.0\.0\.1:(\d+)/.*\n", page)[1])
    token = re.fullmatch(r"API: {4}http://127\.0\.0\.1:\d+/api/colorize  token: (.+)\n", api)[1]
    assert "Ctrl-C" in running.stdout.readline()
    return Site(port, token)


def stopped(running, by=signal.SIGINT):
    running.send_signal(by)
    output, errors = running.communicate(timeout=60)
    return running.returncode, output, errors


def is_free(port):
    """Whether another server can have the port at once."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True


posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGINT for one process")


@posix_only
def test_a_whole_session(model, parts):
    with process(model) as running:
        site = announced(running)
        assert site.get("/").status == 200
        assert site.get("/models/encoder.onnx").status == 200
        assert site.get("/examples/index.json").json
        assert site.colorize(**parts).status == 200
        assert site.colorize(**parts, output="all").status == 200
        assert site.colorize(token="wrong", **parts).status == 401
        assert site.colorize(lineart=b"http://example.org/a.png").status == 422
        assert site.get(f"/?token={site.token}").status == 200
        assert site.raw(b"nonsense\r\n\r\n").status == 400
        code, output, errors = stopped(running)
    assert (code, output, errors) == (0, "", "")
    assert is_free(site.port)


def test_the_guard_of_the_test_above_sees_connections(model):
    script = "import socket; socket.create_connection(('127.0.0.1', 9)); " + MAIN
    with process(model, script=script) as running:
        errors = running.communicate(timeout=60)[1]
    assert running.returncode != 0
    assert "OUTBOUND socket.connect" in errors


@posix_only
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_while_clients_are_connected(model, parts, by):
    with process(model) as running:
        site = announced(running)
        content, kind = form(parts)
        head = f"POST /api/colorize HTTP/1.1\r\nHost: {site.host}\r\nAuthorization: Bearer {site.token}\r\n"
        head += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
        idle = socket.create_connection(("127.0.0.1", site.port))
        sending = socket.create_connection(("127.0.0.1", site.port))
        sending.sendall(head.encode() + content[:100])
        assert site.get("/health").status == 200
        code, _, errors = stopped(running, by)
        idle.close()
        sending.close()
    assert (code, errors) == (0 if by == signal.SIGINT else -by, "")
    assert is_free(site.port)


@posix_only
def test_a_token_from_the_environment_is_not_shown(model, parts):
    chosen = "known-to-my-scripts"
    with process(model, environment={"STENCILTORCH_TOKEN": chosen}) as running:
        shown = announced(running)
        assert chosen not in shown.token
        assert Site(shown.port, chosen).colorize(**parts).status == 200
        code, output, errors = stopped(running)
    assert (code, output, errors) == (0, "", "")


def test_the_example_of_the_documentation(site, parts, tmp_path):
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    script = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    hints = json.dumps({"dabs": [{"at": [3, 4], "color": "#ff0000"}]})
    (tmp_path / "drawing.png").write_bytes(parts["lineart"])
    (tmp_path / "hints.json").write_text(hints)
    told = {"STENCILTORCH_URL": f"http://{site.host}", "STENCILTORCH_TOKEN": site.token, "no_proxy": "*"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=os.environ | told, check=True)
    expected = site.colorize(lineart=parts["lineart"], hints=hints)
    assert (tmp_path / "painted.png").read_bytes() == expected.body


def test_the_refusals_of_the_documentation_are_those_that_are_described(site):
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\d+", " ".join(re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE))))
    described = site.get("/api/openapi.json").json["paths"]["/api/colorize"]["post"]["responses"]
    assert told - {"404", "405"} == set(described) - {"200"}


@pytest.fixture
def busy():
    """A port of which another program is the owner."""
    with listen(port=0) as listener:
        yield address_of(listener)[1]


def test_a_busy_port_that_was_asked_for(busy):
    with pytest.raises(InputError, match=f"Port {busy} is in use.*--port"):
        listen(port=busy)


def test_a_busy_default_port_gives_the_next(busy, monkeypatch):
    monkeypatch.setattr(server, "DEFAULT_PORT", busy)
    with listen() as listener:
        address, port = address_of(listener)
    assert address == "127.0.0.1"
    assert port != busy


def test_when_all_near_ports_are_busy_any_will_do(busy, monkeypatch):
    monkeypatch.setattr(server, "DEFAULT_PORT", busy)
    monkeypatch.setattr(server, "NEARBY", 1)
    with listen() as listener:
        assert address_of(listener)[1] not in (0, busy)


def test_the_port_is_free_at_once_after_connections(model):
    """Connections that were closed by the server linger; they must not keep the port."""
    with listen(port=0) as listener:
        port = address_of(listener)[1]
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = listener.accept()
        accepted.close()
        client.close()
    with listen(port=port) as again:
        assert address_of(again)[1] == port


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host", "a" * 300, "\ud800", "1.2.3.4.5"])
def test_hosts_that_are_not_this_machine(host):
    with pytest.raises(InputError, match=r"127\.0\.0\.1"):
        listen(host, 0)


def test_localhost_is_loopback():
    with listen("localhost", 0) as listener:
        assert address_of(listener)[0] == "127.0.0.1"


def test_default_is_this_machine_only():
    with listen(port=0) as listener:
        assert address_of(listener)[0] == "127.0.0.1"
