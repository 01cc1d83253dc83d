"""A plain folder of pictures -> a model that paints in the studio, from the command line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from little_pictures import cartoon
from tiny_pack import make_pack, smoke

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.cli import main
from stenciltorch.errors import ConfigError, DatasetError, ModelError
from stenciltorch.export import Parity
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.finetune import find_pictures, fitted, pack_folder
from stenciltorch.training.pack import read_pack
from stenciltorch.training.recipes import recipe
from stenciltorch.training.release import averaged_net
from stenciltorch.training.trainer import Schedule, train
from stenciltorch.training.warmstart import FILE, read_weights, write_weights


def draw(folder, count, grey=0):
    """Cartoons of different tints in two folders; the first `grey` of them without colours."""
    small = cv2.resize(cartoon().array, (96, 80), interpolation=cv2.INTER_AREA)
    for number in range(count):
        place = folder / ("a" if number % 2 else "b c")
        place.mkdir(parents=True, exist_ok=True)
        tinted = np.roll(small, number, axis=2) - np.uint8(number)
        if number < grey:
            tinted = np.repeat(tinted[..., :1], 3, axis=2)
        files.write_illustration(place / f"{number}.png", Illustration(np.minimum(tinted, small.max())))
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """What fine-tuning reads of a tiny model, and the run that it is of."""
    home = tmp_path_factory.mktemp("model")
    run, made = home / "run", home / "made"
    list(train(smoke(optim__steps="1"), make_pack(home), run, Schedule(device="cpu")))
    made.mkdir()
    write_weights(run, made)
    (made / "model.json").write_text("{}")
    return made, run


def test_the_whole_way(model, tmp_path, capsys, monkeypatch):
    """All but the export itself, which takes a minute and has tests of its own: what is exported is noted."""
    exported = []

    def noted(net, folder, card):
        folder.mkdir()
        exported.append((net.state_dict(), card))
        return Parity(0, 0.0, 0, ())

    monkeypatch.setattr("stenciltorch.training.release.export", noted)
    art, output = draw(tmp_path / "my pictures", 3), tmp_path / "style"
    command = ["train", "finetune", "--data", str(art), str(output), "--model", str(model[0]), "--device", "cpu"]
    command += ["--workers", "0", "--set", "optim.steps=2", "--set", "optim.batch=1", "--set", "data.crop=64"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "prepared 3 of 3 pictures" in said
    assert f"use it: stenciltorch studio --model {output / 'model'}" in said
    state = load(output / "run" / LATEST)
    assert state.step == 2
    ((weights, card),) = exported
    assert all(torch.equal(weights[name], value) for name, value in state.part("average").items())
    assert (card.model, card.licence, card.step) == ("style", "yours", 2)
    before = read_weights(model[0]).part("average")
    moved = max(float((value - before[name]).abs().max()) for name, value in state.part("average").items())
    assert 0 < moved < 0.05
    assert read_weights(output / "model").part("average").keys() == before.keys()


def test_it_begins_with_the_models_weights(model, tmp_path):
    made, run = model
    wanted, found = load(run / LATEST).part("average"), read_weights(made)
    assert found.part("average").keys() == wanted.keys()
    for name, value in found.part("average").items():
        assert abs(value - wanted[name]).max() <= 1e-3 * max(1.0, float(wanted[name].abs().max())), name
    averaged_net(found)


def test_a_model_without_trainable_weights(model, tmp_path):
    with pytest.raises(ModelError, match=r"holds no weights.safetensors, so it cannot be trained further"):
        read_weights(tmp_path)
    (tmp_path / FILE).write_bytes(b"x")
    with pytest.raises(ModelError, match=r"is damaged"):
        read_weights(tmp_path)
    write_weights(model[1], tmp_path)
    assert read_weights(tmp_path).config["shape"]["encoder"] == (8, 8, 16, 16)


def test_only_the_studio_net_is_trained_further():
    config = recipe("finetune")
    assert fitted(config, State(0, {"shape": {"encoder": [8, 8, 16, 16], "rounds": 2}})).shape.rounds == 2
    for other in ({"task": {"kind": "adversarial"}}, {"shape": {"unknown": 1}}, {"shape": None}):
        with pytest.raises(ConfigError, match=r"Only the studio net of this version can be fine-tuned"):
            fitted(config, State(0, other))


def test_pictures_are_found_in_folders_in_the_folder(tmp_path):
    art = draw(tmp_path / "art", 3)
    (art / "notes.txt").write_text("no picture")
    assert [path.name for path in find_pictures(art)] == ["1.png", "0.png", "2.png"]


@pytest.mark.parametrize(("count", "held"), [(3, 0), (26, 3)])
def test_only_of_many_pictures_some_are_held_out(tmp_path, count, held):
    list(pack_folder(draw(tmp_path / "art", count), tmp_path))
    entries = read_pack(tmp_path / "pack")
    assert len(entries) == count
    assert sum(entry.split == "validation" for entry in entries) == held


def test_folders_that_cannot_be_learnt_from(tmp_path):
    with pytest.raises(DatasetError, match=r"is no folder; name the folder with your finished"):
        find_pictures(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match=r"holds no pictures; expected files that end in"):
        find_pictures(tmp_path / "empty")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match=r"None of the 1 pictures in .* can be read"):
        list(pack_folder(tmp_path / "broken", tmp_path / "out"))
    with pytest.raises(DatasetError, match=r"4 of the 5 pictures in .* have no colours.*coloured pictures only"):
        list(pack_folder(draw(tmp_path / "mixed", 5, grey=4), tmp_path / "out2"))


def test_help_and_dry_run(capsys):
    assert main(["train", "finetune", "--help"]) == 0
    assert "Teach the default model your own style" in capsys.readouterr().out
    assert main(["train", "finetune", "--data", "x", "--dry-run"]) == 0
    assert '"name": "finetune"' in capsys.readouterr().out
    assert main(["train", "finetune"]) == 2
    assert "required: --data" in capsys.readouterr().err
