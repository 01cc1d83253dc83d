"""Published weights of others: read without Caffe and without executing anything, checked, and kept."""

from __future__ import annotations

import hashlib
import pickle
import struct

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from stenciltorch.cli import main
from stenciltorch.errors import ModelError
from stenciltorch.networks.faithful.features import Illustration2VecFront, Vgg16Relu22
from stenciltorch.runtime.weights import find_weights, published, stored
from stenciltorch.training import features
from stenciltorch.training.weights import CAFFE_LAYERS, import_weights, read_caffemodel, read_weights

I2V, VGG = published("illustration2vec"), published("vgg16")


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_WEIGHTS", str(tmp_path / "store"))
    return tmp_path / "store"


# a Caffe file, written by hand


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def message(key, payload):
    return varint(key << 3 | 2) + varint(len(payload)) + payload


def blob(values, old):
    """A BlobProto with its shape in the old fields or in the new one."""
    data = message(5, values.astype("<f4").tobytes())
    if old:
        sides = (1,) * (4 - values.ndim) + values.shape
        return b"".join(varint(key << 3) + varint(side) for key, side in enumerate(sides, 1)) + data
    return message(7, message(1, b"".join(map(varint, values.shape)))) + data


def caffemodel(layers, old):
    """NetParameter with V1LayerParameter (field 2) or LayerParameter (field 100)."""
    layer, name, blobs = (2, 4, 6) if old else (100, 1, 7)
    body = message(1, b"net")
    for title, arrays in layers.items():
        parts = message(name, title.encode()) + b"".join(message(blobs, blob(array, old)) for array in arrays)
        body += message(layer, parts)
    return body


def random_front(seed=0):
    torch.manual_seed(seed)
    return Illustration2VecFront(channels="bgr")


def caffe_layers(front):
    state = front.state_dict()
    return {
        layer: (state[f"{number}.weight"].numpy(), state[f"{number}.bias"].numpy())
        for layer, number in CAFFE_LAYERS.items()
    }


@pytest.mark.parametrize("old", [True, False])
def test_both_formats_of_caffe_are_read(tmp_path, old):
    arrays = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2), np.array([0.5, -1.5], np.float32)
    file = tmp_path / "net.caffemodel"
    file.write_bytes(caffemodel({"conv1_1": arrays, "relu": ()}, old))
    found = read_caffemodel(file)
    assert {*found} == {"conv1_1.0", "conv1_1.1"}
    assert found["conv1_1.0"].tolist() == arrays[0].tolist()
    assert found["conv1_1.1"].flatten().tolist() == [0.5, -1.5]


def test_unpacked_floats_are_read(tmp_path):
    data = b"".join(varint(5 << 3 | 5) + struct.pack("<f", value) for value in (1.0, 2.5))
    layer = message(1, b"one") + message(7, message(7, message(1, varint(2))) + data)
    (tmp_path / "net.caffemodel").write_bytes(message(100, layer))
    assert read_caffemodel(tmp_path / "net.caffemodel")["one.0"].tolist() == [1.0, 2.5]


def test_illustration2vec_from_its_own_file(tmp_path, store):
    """A picture goes in as red, green, blue; the first layer sees blue, green, red, 0..255, less its mean."""
    front = random_front()
    file = tmp_path / "illust2vec_tag_ver200.caffemodel"
    file.write_bytes(caffemodel(caffe_layers(front) | {"conv5_1": (np.ones((1, 1, 1, 1), np.float32),)}, True))
    about = import_weights(I2V, file, None)
    assert (about.checked, about.file) == ("nothing", file.name)
    assert stored("illustration2vec") == about
    loaded = features.semantics("illustration2vec")
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    assert torch.equal(loaded(picture), front(picture))
    assert not torch.allclose(loaded(picture), loaded(picture.flip(1)))
    halved = (torch.nn.functional.avg_pool2d(picture, 2).flip(1) + 1) * 127.5
    centred = halved - torch.tensor([164.76139251, 167.47864617, 181.13838569]).view(1, 3, 1, 1)
    features_by_hand = centred
    for layer in loaded:
        features_by_hand = layer(features_by_hand)
    torch.testing.assert_close(loaded(picture), features_by_hand, rtol=1e-4, atol=1e-3)


def vgg_file(path):
    torch.manual_seed(1)
    state = Vgg16Relu22().state_dict() | {"classifier.6.bias": torch.zeros(10)}
    torch.save(state, path)
    return state


def test_vgg16_with_the_users_own_checksum(tmp_path):
    state = vgg_file(tmp_path / "vgg.pth")
    digest = hashlib.sha256((tmp_path / "vgg.pth").read_bytes()).hexdigest()
    with pytest.raises(ModelError, match=rf"is not the published vgg16-397923af.pth .* say so with --sha256 {digest}"):
        import_weights(VGG, tmp_path / "vgg.pth", None)
    with pytest.raises(ModelError, match=rf"has the sha256 {digest}, not {'0' * 64}"):
        import_weights(VGG, tmp_path / "vgg.pth", "0" * 64)
    assert import_weights(VGG, tmp_path / "vgg.pth", digest.upper()).checked == "yours"
    kept = load_file(find_weights("vgg16"))
    assert "classifier.6.bias" not in kept
    assert all(torch.equal(state[name], value) for name, value in kept.items())
    (found,) = features.content("vgg16")(torch.zeros(1, 3, 16, 16))
    assert found.shape == (1, 128, 8, 8)


class Bomb:
    def __reduce__(self):
        return (open, ("exploded", "w"))


def test_a_pickle_that_would_do_something_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"0.weight": Bomb()}, tmp_path / "bomb.pth")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Bomb()))
    for name in ("bomb.pth", "plain.pkl"):
        with pytest.raises(ModelError, match=r"cannot be read as weights"):
            read_weights(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


def test_files_that_hold_something_else(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=r"not weights of Illustration2VecFront: 0.weight is missing"):
        import_weights(I2V, tmp_path / "a.safetensors", None)
    (tmp_path / "cut.caffemodel").write_bytes(caffemodel({"x": (np.ones(50, np.float32),)}, False)[:-20])
    (tmp_path / "empty.caffemodel").write_bytes(b"")
    torch.save([1, 2], tmp_path / "list.pth")
    for name in ("cut.caffemodel", "empty.caffemodel", "list.pth"):
        with pytest.raises(ModelError):
            read_weights(tmp_path / name)
    assert stored("illustration2vec") is None


def test_missing_weights_say_what_to_do(tmp_path, store):
    with pytest.raises(ModelError, match=r"VGG16 .* are not in .*; `stenciltorch weights fetch vgg16`, or .*import"):
        features.content("vgg16")
    with pytest.raises(ModelError, match=r"get illust2vec_tag_ver200.caffemodel .* from github.com/rezoo/illustration"):
        features.semantics("illustration2vec")


def test_kept_weights_that_were_changed_are_refused(tmp_path):
    save_file(random_front().state_dict(), tmp_path / "i2v.safetensors")
    import_weights(I2V, tmp_path / "i2v.safetensors", None)
    path = find_weights("illustration2vec")
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(ModelError, match=r"was changed since it was imported"):
        find_weights("illustration2vec")


def test_our_own_features_come_with_the_package():
    front = features.semantics("own")
    found = front(torch.zeros(2, 3, 64, 32))
    assert found.shape == (2, 512, 4, 2)
    assert not any(value.requires_grad for value in front.parameters())
    grey, red = torch.zeros(1, 3, 32, 32), torch.tensor([1.0, -1, -1]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    assert not torch.allclose(front(grey), front(red))


def test_the_commands(tmp_path, capsys):
    assert main(["weights", "list"]) == 0
    listed = capsys.readouterr().out
    assert "vgg16: not here" in listed
    assert "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0" in listed
    save_file(random_front().state_dict(), tmp_path / "i2v.safetensors")
    assert main(["weights", "import", "illustration2vec", str(tmp_path / "i2v.safetensors")]) == 0
    said = capsys.readouterr().out
    assert "not checked, for want of a sha256" in said
    assert hashlib.sha256((tmp_path / "i2v.safetensors").read_bytes()).hexdigest() in said
    assert main(["weights", "list"]) == 0
    assert "illustration2vec: here, from i2v.safetensors" in capsys.readouterr().out
    assert main(["weights", "fetch", "illustration2vec"]) == 2
    assert "No checksum of" in capsys.readouterr().err
    assert main(["weights", "import", "vgg19", "x"]) == 2
    assert (
        "There are no weights 'vgg19'; choose one of alexnet, fid-inception, illustration2vec"
        in capsys.readouterr().err
    )
