"""Runs that teach the encoder where areas end (`task.trained=borders`)."""

from __future__ import annotations

import pytest
import torch
from tiny_pack import smoke

from stenciltorch.training import objectives
from stenciltorch.training.checkpoint import LATEST, load
from stenciltorch.training.dataset import collate
from stenciltorch.training.trainer import Schedule, Trainer, train
from stenciltorch.training.warmstart import write_weights

CPU = Schedule(device="cpu")


def lessons(**changes):
    return smoke(task__trained="borders", optim__rate="0.003", **changes)


def batch_of(run, count=4):
    return collate([run.data.examples[k] for k in range(count)])


def test_the_loss_is_the_cross_entropy_of_squares_that_a_border_touches():
    borders = torch.zeros(1, 1, 4, 6)
    borders[..., 1, 2] = 1.0
    foreseen = torch.full((1, 1, 2, 3), -30.0)
    foreseen[..., 0, 1] = 30.0
    assert objectives.border_loss(foreseen, borders) < 1e-6
    assert objectives.border_loss(-foreseen, borders) == pytest.approx(30.0)


def test_borders_are_learned_and_the_other_answers_kept(pack, tmp_path):
    run = Trainer(lessons(optim__steps="60", optim__warmup="5"), pack, tmp_path, CPU)
    batch = batch_of(run)
    losses = [{name: value.item() for name, value in run.task.step(batch, number).items()} for number in range(60)]
    assert losses[0]["strayed"] == 0.0
    assert losses[-1]["foreseen"] < 0.7 * losses[0]["foreseen"]
    assert losses[-1]["strayed"] < 0.1
    assert all(one["total"] == pytest.approx(one["foreseen"] + one["strayed"]) for one in losses)


def test_what_a_run_is_held_to_and_what_paints_stay_as_they_were(pack, tmp_path):
    run = Trainer(lessons(), pack, tmp_path, CPU)
    before = {name: value.clone() for name, value in run.task.net.state_dict().items()}
    for number in range(3):
        run.task.step(batch_of(run), number)
    changed = {name for name, value in run.task.net.state_dict().items() if not torch.equal(value, before[name])}
    assert any(name.startswith("encoder.borders.") for name in changed)
    assert any(name.startswith("encoder.stem.") for name in changed)
    assert not any(name.startswith("painter.") for name in changed)
    held = run.task.modules["before"].state_dict()
    assert all(torch.equal(value, held[name]) for name, value in before.items())


def test_a_run_that_stops_and_goes_on_is_held_to_the_same_net(pack, tmp_path):
    config = lessons(optim__steps="6")
    list(train(config, pack, tmp_path / "whole", CPU))
    broken = iter(train(config, pack, tmp_path / "broken", Schedule(device="cpu", log_every=2, save_every=2)))
    next(broken)
    broken.close()
    list(train(config, pack, tmp_path / "broken", CPU))
    one, other = (load(tmp_path / name / LATEST).tensors for name in ("whole", "broken"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_it_begins_with_a_models_weights_and_is_held_to_them(pack, tmp_path):
    list(train(smoke(optim__steps="2"), pack, tmp_path / "run", CPU))
    model = tmp_path / "model"
    model.mkdir()
    write_weights(tmp_path / "run", model)
    list(train(lessons(optim__steps="1"), pack, tmp_path / "lessons", CPU, start=model))
    found = load(tmp_path / "lessons" / LATEST).part("before")
    wanted = load(tmp_path / "run" / LATEST).part("average")
    for name, value in found.items():
        assert (value - wanted[name]).abs().max() <= 1e-3 * max(1.0, float(wanted[name].abs().max())), name
