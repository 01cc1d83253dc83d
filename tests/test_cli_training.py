"""`stenciltorch pack`, `train` and `export`: what they write, what they say, and what they refuse."""

from __future__ import annotations

import json
import re
import sys

import pytest
import torch
from commands import refused
from tiny_pack import make_art, make_pack

from stenciltorch.cli import main
from stenciltorch.errors import ModelError
from stenciltorch.export import Parity
from stenciltorch.training import release as releasing
from stenciltorch.training.checkpoint import LATEST, State, load, save
from stenciltorch.training.config import fingerprint
from stenciltorch.training.pack import pack_hash, read_pack
from stenciltorch.training.recipes import recipe
from stenciltorch.training.tasks.studio import build_net


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return make_pack(tmp_path_factory.mktemp("training"))


SMALL = ("--recipe", "smoke", "--workers", "0", "--device", "cpu", "--set", "optim.steps=2", "--set", "optim.batch=1")


# pack


def test_pack_says_what_it_packed_and_goes_on(said, tmp_path):
    art, pack = make_art(tmp_path / "art"), tmp_path / "pack"
    for _ in range(2):
        code, out, _ = said("pack", art, pack)
        assert (code, out) == (0, [f"{pack}: 3 pictures, 0 of them for validation"])
    assert len(read_pack(pack)) == 3


def test_pack_without_a_manifest(said, tmp_path):
    assert main(["pack", str(tmp_path), str(tmp_path / "pack")]) == 2
    assert "There is no manifest.csv in" in said("pack", tmp_path, tmp_path / "pack")[2][-1]
    assert not (tmp_path / "pack").exists()


# train


def test_train_says_how_it_goes(said, pack, tmp_path):
    code, out, err = said("train", pack, tmp_path / "run", *SMALL)
    assert (code, err, len(out)) == (0, [], 1)
    number = r"\d+\.\d{4}"
    losses = " ".join(
        f"{name} {number}" for name in ("flats", "coarse", "chroma", "taste", "foreseen", "total", "norm")
    )
    assert re.fullmatch(rf"2/2  {losses}  \d+\.\d pictures/s  0 min left", out[0])
    assert load(tmp_path / "run" / LATEST).step == 2
    assert said("train", pack, tmp_path / "run", *SMALL) == (0, [], [])


def test_a_dry_run_prints_the_settings_and_writes_nothing(said, tmp_path):
    code, out, _ = said("train", "pack", tmp_path / "run", "--set", "optim.rate=5e-4", "--dry-run")
    settings = json.loads("\n".join(out))
    assert code == 0
    assert settings["optim"]["rate"] == 5e-4
    assert settings["name"] == "studio"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--recipe", "big"], "There is no recipe 'big'; choose one of"),
        (["--set", "optim.rate"], "--set takes NAME=VALUE, found 'optim.rate'"),
        (["--set", "rate=1"], "There is no setting 'rate'; known here:"),
        (["--set", "data.crop=100"], "data.crop must be a multiple of 32, found 100"),
        (["--minutes", "-1"], "expected a number from 0, found '-1'"),
        (["--minutes", "nan"], "expected a number from 0, found 'nan'"),
        (["--minutes", "soon"], "expected a number from 0, found 'soon'"),
        (["--workers", "-1"], "--workers"),
        (["--device", "tpu"], "--device"),
    ],
)
def test_train_refuses_in_one_line(said, tmp_path, arguments, reason):
    assert reason in refused(said, "train", tmp_path / "pack", tmp_path / "run", *arguments)


def test_train_without_a_pack(said, tmp_path):
    assert "There is no pack.json in" in refused(said, "train", tmp_path / "pack", tmp_path / "run", *SMALL)
    assert not (tmp_path / "run" / LATEST).exists()


def test_train_with_other_settings_in_the_same_folder(said, pack, tmp_path):
    assert said("train", pack, tmp_path, *SMALL)[0] == 0
    reason = refused(said, "train", pack, tmp_path, *SMALL, "--set", "seed=1")
    assert "was started with other settings (seed); use another folder, or the same settings." in reason


@pytest.mark.parametrize("command", ["train", "export"])
def test_without_the_extra_for_training(said, tmp_path, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    reason = refused(said, command, tmp_path, tmp_path / "out")
    assert reason == "stenciltorch: Training needs safetensors; install them: pip install 'stenciltorch[train]'."


# export


@pytest.fixture
def finished(tmp_path):
    """A run folder whose average differs from its net."""
    config = recipe("smoke")
    net = build_net(config)
    weights = {f"net.{name}": value for name, value in net.state_dict().items()}
    weights |= {f"average.{name}": value + 1.0 for name, value in net.state_dict().items()}
    save(tmp_path / "run" / LATEST, State(12, config.as_dict(), weights))
    return tmp_path / "run"


@pytest.fixture
def exports(monkeypatch):
    """Stands in for the export itself, which has its own tests; what it is given."""
    given = []

    def export(net, folder, card):
        given.append((net, folder, card))
        folder.mkdir(parents=True, exist_ok=True)
        return Parity(1, 0.25, 0, ((1, 1),))

    monkeypatch.setattr(releasing, "export", export)
    return given


def test_export_takes_the_averaged_weights_and_names_their_origin(said, finished, pack, exports, tmp_path):
    code, out, err = said("export", finished, tmp_path / "model", "--pack", pack, "--name", "mine", "--licence", "CC0")
    assert (code, err) == (0, [])
    told = "written; differs from torch by at most 1 level of 255 (mean 0.250000), by 0 outside the mask"
    assert out == [f"{tmp_path / 'model'}: {told}"]
    ((net, folder, card),) = exports
    assert folder == tmp_path / "model"
    assert (card.model, card.licence, card.step) == ("mine", "CC0", 12)
    assert card.data == pack_hash(read_pack(pack))
    assert card.recipe == fingerprint(recipe("smoke").as_dict())
    average = load(finished / LATEST).part("average")
    assert all(torch.equal(value, average[name]) for name, value in net.state_dict().items())


def test_export_has_its_defaults(said, finished, exports, tmp_path):
    assert said("export", finished, tmp_path / "model")[0] == 0
    card = exports[0][2]
    assert (card.model, card.licence, card.data) == ("smoke", "MIT", "not recorded")


def test_export_without_a_run(said, tmp_path):
    assert "is not a checkpoint of StencilTorch" in refused(said, "export", tmp_path, tmp_path / "model")


def test_export_of_another_net(said, tmp_path):
    for config in ({"name": "a"}, {"name": "a", "shape": {"depth": 3}}, recipe("smoke").as_dict()):
        save(tmp_path / LATEST, State(1, config, {"average.nothing": torch.zeros(1)}))
        reason = refused(said, "export", tmp_path, tmp_path / "model")
        assert "does not hold a studio net of this version" in reason


def test_a_model_that_differs_is_refused(said, finished, monkeypatch, tmp_path):
    def export(net, folder, card):
        raise ModelError("It differs; it must not be shipped.")

    monkeypatch.setattr(releasing, "export", export)
    assert refused(said, "export", finished, tmp_path / "model") == "stenciltorch: It differs; it must not be shipped."
