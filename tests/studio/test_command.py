"""`stenciltorch studio`: what it says, what it opens, what it refuses."""

import re
import subprocess
import sys

import pytest

from stenciltorch.cli import main, studio
from stenciltorch.studio import server


@pytest.fixture
def served(monkeypatch):
    """Calls of `serve`, which would not return."""
    calls = []
    monkeypatch.setattr(server, "serve", lambda app, listener, worker: calls.append(server.address_of(listener)))
    monkeypatch.delenv("STENCILTORCH_TOKEN", raising=False)
    return calls


@pytest.fixture
def opened(monkeypatch):
    pages = []
    monkeypatch.setattr("webbrowser.open", pages.append)
    monkeypatch.setattr(studio, "can_show_pages", lambda: True)
    monkeypatch.setattr(studio.threading, "Thread", Inline)
    return pages


class Inline:
    """A thread that has run when it has started."""

    def __init__(self, target, args, daemon):
        self.start = lambda: target(*args)


def run(model, *options):
    return main(["studio", "--model", str(model), "--threads", "1", "--port", "0", *options])


def test_it_opens_the_page(model, served, opened, capsys):
    assert run(model) == 0
    address, port = served[0]
    assert address == "127.0.0.1"
    assert opened == [f"http://127.0.0.1:{port}/"]
    told = capsys.readouterr()
    assert told.err == ""
    assert re.search(rf"http://127.0.0.1:{port}/api/colorize  token: [\w-]{{32}}\n", told.out)


def test_the_page_of_this_machine_needs_no_token_in_its_address(model, served, opened):
    run(model)
    assert "token" not in opened[0]


def test_without_a_browser(model, served, opened):
    assert run(model, "--no-browser") == 0
    assert served
    assert not opened


def test_without_a_desktop(model, served, opened, monkeypatch):
    monkeypatch.setattr(studio, "can_show_pages", lambda: False)
    assert run(model) == 0
    assert not opened


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_mean_a_warning_and_a_token(model, served, opened, capsys, host):
    assert run(model, "--host", host) == 0
    told = capsys.readouterr()
    assert re.search("WARNING.*other machines.*not encrypted", told.err)
    assert re.fullmatch(r"http://(127\.0\.0\.1|\[::1\]):\d+/\?token=[\w-]{32}", opened[0])
    assert opened[0] in told.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "65536"], "65535"),
        (["--port", "-1"], "--port"),
        (["--port", "http"], "'http'"),
        (["--host", "203.0.113.7"], "127.0.0.1"),
        (["--allow-host", "http://a"], "--allow-host|host name"),
        (["--model", "/no/such/folder"], "does not exist"),
        (["extra"], "extra"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_one_line(model, served, opened, capsys, options, words):
    assert run(model, *options) == 2
    told = capsys.readouterr()
    assert re.fullmatch(rf"stenciltorch: .*({words}).*\n", told.err)
    assert not served
    assert not opened


def test_a_short_token_is_refused(model, served, capsys, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_TOKEN", "short")
    assert run(model) == 2
    assert re.fullmatch(r"stenciltorch: STENCILTORCH_TOKEN must be .*\n", capsys.readouterr().err)


def test_the_port_is_let_go_when_it_cannot_start(model, served, capsys):
    with server.listen(port=0) as taken:
        port = server.address_of(taken)[1]
    assert run(model, "--port", str(port), "--allow-host", "a b") == 2
    with server.listen(port=port):
        pass


@pytest.mark.parametrize(
    ("environment", "shows"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True), ({"BROWSER": "links"}, True)],
    ids=str,
)
def test_where_pages_can_be_shown(monkeypatch, environment, shows):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    assert studio.can_show_pages() is shows


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_desktops_show_pages(monkeypatch, platform):
    monkeypatch.setattr("sys.platform", platform)
    assert studio.can_show_pages()


def test_help_costs_neither_numpy_nor_the_server():
    script = "import sys; from stenciltorch.cli import main; main(['studio', '--help']); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "Ctrl-C" in told
    assert not {"numpy", "onnxruntime", "starlette", "uvicorn"} & set(told.split())
