"""The plug-ins' HTTP client against the real server."""

import socket
from io import BytesIO

import pytest
from fake_krita import PillowCodec
from live_site import TOKEN
from PIL import Image
from plugin_modules import PLUGINS, load

client = load("krita/stenciltorch", "krita_plugin") and __import__("krita_plugin.client", fromlist=["client"])


def drawing(lines):
    return PillowCodec.encode(lines[..., [2, 1, 0, 3]].tobytes(), 36, 24)


def test_both_plugins_have_the_same_client():
    copies = [PLUGINS / "krita/stenciltorch/client.py", PLUGINS / "comfyui/stenciltorch_nodes/client.py"]
    assert copies[0].read_bytes() == copies[1].read_bytes()


def test_a_drawing_is_coloured(address, lines):
    content, notices = client.colorize(address, TOKEN, {"lineart": drawing(lines), "output": "flats"})
    assert Image.open(BytesIO(content)).size == (36, 24)
    assert notices == []


def test_the_token_may_come_from_the_environment(address, lines, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_TOKEN", TOKEN)
    assert client.colorize(address + "/", " ", {"lineart": drawing(lines)})[0]


def test_the_servers_own_sentence_is_told(address):
    with pytest.raises(client.ClientError, match="'lineart' is missing"):
        client.colorize(address, TOKEN, {"output": "flats"})


def test_a_wrong_token(address, lines):
    with pytest.raises(client.ClientError, match="does not know this token"):
        client.colorize(address, "wrong", {"lineart": drawing(lines)})


def test_nobody_there(lines):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(client.ClientError, match="start `stenciltorch studio`"):
            client.colorize(f"http://127.0.0.1:{port}", TOKEN, {"lineart": drawing(lines)})


@pytest.mark.parametrize("address", ["nonsense", "http://"])
def test_no_address(address):
    with pytest.raises(client.ClientError, match="No studio answers"):
        client.colorize(address, TOKEN, {})
