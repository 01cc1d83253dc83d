"""The ComfyUI node against the real server, with the tensors that ComfyUI hands over."""

import numpy as np
import pytest
from live_site import TOKEN
from plugin_modules import load

torch = pytest.importorskip("torch")
nodes = load("comfyui", "comfyui_plugin")


@pytest.fixture
def node():
    return nodes.NODE_CLASS_MAPPINGS["StencilTorchColorize"]()


def picture(pixels):
    return torch.from_numpy(pixels[..., :3].astype(np.float32) / 255)[None]


def test_the_node_says_what_it_takes_and_gives(node):
    inputs = node.INPUT_TYPES()
    assert inputs["required"] == {"lineart": ("IMAGE",)}
    assert {"hints", "hints_mask", "mask", "base", "palette", "light", "shade"} <= inputs["optional"].keys()
    assert len(node.RETURN_TYPES) == len(node.RETURN_NAMES) == 3
    assert callable(getattr(node, node.FUNCTION))
    assert nodes.NODE_DISPLAY_NAME_MAPPINGS.keys() == nodes.NODE_CLASS_MAPPINGS.keys()


def test_a_batch_is_coloured(node, address, lines, dabs):
    lineart = torch.cat([picture(lines), torch.ones(1, 24, 36, 3)])
    answers = node.run(lineart, picture(dabs), torch.ones(1, 24, 36), address=address, token=TOKEN)
    assert [tuple(answer.shape) for answer in answers] == [(2, 24, 36, 3)] * 3
    illustration, colour, flats = (answer.numpy() * 255 for answer in answers)
    assert np.abs(flats - dabs[..., :3]).max() < 0.01
    assert np.abs(colour - 0.9 * dabs[..., :3]).max() <= 0.51
    assert np.abs(illustration[0] - 0.9 * dabs[..., :3] * lines[..., :3] / 255).max() <= 0.51
    assert np.array_equal(illustration[1], colour[1])


def test_the_mask_keeps_the_base(node, address, lines, dabs):
    base = torch.rand(1, 24, 36, 3, generator=torch.Generator().manual_seed(1))
    mask = torch.zeros(1, 24, 36)
    mask[:, :, 20:] = 1
    painted, _, _ = node.run(
        picture(lines), picture(dabs), torch.ones(1, 24, 36), mask, base, address=address, token=TOKEN
    )
    assert torch.equal((painted[:, :, :20] * 255).round(), (base[:, :, :20] * 255).round())
    assert not torch.equal((painted[:, :, 20:] * 255).round(), (base[:, :, 20:] * 255).round())


def test_light_and_shade_are_sent_when_given(node, address, lines, monkeypatch):
    sent, module = [], node.run.__globals__
    ask = module["colorize"]
    monkeypatch.setitem(module, "colorize", lambda *asked: sent.append(asked[2]) or ask(address, TOKEN, asked[2]))
    node.run(picture(lines))
    node.run(picture(lines), light=90.0, shade=0.5)
    assert sent[0].keys() == {"lineart", "output"}
    assert (sent[1]["light"], sent[1]["shade"]) == ("90.0", "0.5")


def test_light_and_shade_that_cannot_be(node, address, lines):
    with pytest.raises(Exception, match=r"strength must be from 0 to 2, found 3\.0"):
        node.run(picture(lines), address=address, token=TOKEN, shade=3.0)


def test_a_palette_file(node, address, lines, dabs, tmp_path):
    (tmp_path / "p.gpl").write_text("GIMP Palette\n255 0 0 red\n0 0 255 blue\n")
    _, _, flats = node.run(
        picture(lines), picture(dabs), torch.ones(1, 24, 36),
        palette=str(tmp_path / "p.gpl"), address=address, token=TOKEN,
    )  # fmt: skip
    assert set(map(tuple, flats.reshape(-1, 3).tolist())) == {(1, 0, 0), (0, 0, 1)}


def test_what_does_not_fit_is_said(node, address, lines, dabs):
    with pytest.raises(Exception, match="connect both or neither"):
        node.run(picture(lines), picture(dabs), address=address, token=TOKEN)
    with pytest.raises(Exception, match="use one size"):
        node.run(picture(lines), picture(dabs), torch.ones(1, 5, 5), address=address, token=TOKEN)
    with pytest.raises(Exception, match="cannot be read"):
        node.run(picture(lines), palette="/no/such/file", address=address, token=TOKEN)
