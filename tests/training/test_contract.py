"""Systems of any kind as model folders: a toy that keeps the contract, one that does not, and the paper's run."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from tiny_pack import tiny_adversarial
from torch.export import Dim

from stenciltorch import OnnxColorizer, Stencil
from stenciltorch.canvas import Lineart
from stenciltorch.errors import ConfigError, ModelError
from stenciltorch.export import Card
from stenciltorch.networks.pixels import compose, from_unit, to_unit
from stenciltorch.training.contract import request, write_model
from stenciltorch.training.tasks import paper_release
from stenciltorch.training.tasks.paper_release import Built, networks
from stenciltorch.training.trainer import Schedule, Trainer

CARD = Card("toy", "MIT", "0" * 64, "1" * 64, 7)
PICTURES = ("illustration", "colour", "flats")


class Look(torch.nn.Module):
    """A stencil's paper, as a float."""

    def forward(self, lineart, mask, base):
        return (to_unit(lineart) * to_unit(mask) + 0 * to_unit(base)[:, :1],)


class Paint(torch.nn.Module):
    """Red where there is paper, of statistics that float16 cannot hold: rounded, it would be four levels lighter."""

    def __init__(self, kept=True):
        super().__init__()
        self.tint = torch.nn.Parameter(torch.tensor([0.8, 0.1, 0.2]).view(1, 3, 1, 1))
        self.norm = torch.nn.BatchNorm2d(64).eval()
        self.norm.running_mean.fill_(2.0003)
        torch.nn.init.constant_(self.norm.weight, 50.0)
        torch.nn.init.constant_(self.norm.bias, 50.0)
        self.kept = kept

    def forward(self, hints, lineart, mask, base, seen):
        nothing = self.norm(seen.expand(-1, 64, -1, -1)).mean(dim=1, keepdim=True)
        colour = (seen * (self.tint + nothing) + 0 * to_unit(hints)[:, :3]).expand(-1, 3, -1, -1)
        share = to_unit(mask) if self.kept else to_unit(mask) * 0 + 1
        return from_unit(compose(colour, to_unit(base), share)), from_unit(colour), from_unit(colour).clone(), colour


class Finish(torch.nn.Module):
    def forward(self, lineart, mask, base, span, painted):
        colour = to_unit(lineart).expand(-1, 3, -1, -1) * painted.mean() * (span[1] > 0)
        kept = from_unit(compose(colour, to_unit(base), to_unit(mask)))
        return kept, from_unit(colour), from_unit(colour).clone()


def toy(kept=True):
    look, paint, finish = Look(), Paint(kept), Finish()

    def graphs(given):
        plain = {name: given[name] for name in ("lineart", "mask", "base")}
        with torch.no_grad():
            stroke = {"hints": given["hints"], **plain, "seen": look(**plain)[0]}
            strip = plain | {"span": torch.tensor([0, 9]), "painted": paint(**stroke)[3]}
        return [
            Built("encoder", look, plain, ("seen",)),
            Built("painter", paint, stroke, (*PICTURES, "painted")),
            Built("finisher", finish, strip, PICTURES),
        ]

    return graphs


def free(name):
    if name == "span":
        return {}
    return {2: Dim.DYNAMIC, 3: Dim.DYNAMIC} if name in ("seen", "painted") else {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}


def test_a_system_becomes_a_model_that_colours(tmp_path):
    assert write_model(toy(), free, tmp_path / "model", CARD, 4096) <= 1
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "encoder.onnx",
        "finisher.onnx",
        "model.json",
        "painter.onnx",
    ]
    colorizer = OnnxColorizer.load(tmp_path / "model")
    assert (colorizer.model.card.name, colorizer.model.card.step) == ("toy", "7")
    painting = colorizer(Stencil.start(Lineart(np.full((20, 30), 255, np.uint8))))
    assert painting.illustration.array[3, 4].tolist() == [200, 22, 47]
    assert json.loads((tmp_path / "model" / "model.json").read_text())["work_pixels"] == 4096


def test_a_system_that_paints_over_what_is_kept_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"painter.onnx changes pixels outside the mask; it must not be shipped"):
        write_model(toy(kept=False), free, tmp_path / "model", CARD, 4096)
    assert list((tmp_path / "model").iterdir()) == []


def test_the_networks_of_a_run_paint(pack, tmp_path):
    """Torch only: the export of the paper's networks takes minutes."""
    run = Trainer(tiny_adversarial(), pack, tmp_path, Schedule(device="cpu"))
    run.save()
    found = networks(run.state())
    graphs = {graph.name: graph for graph in found.graphs(request(40, 56))}
    assert {*graphs} == {"encoder", "painter", "finisher"}
    for graph in graphs.values():
        with torch.no_grad():
            answer = graph.module.eval()(**graph.inputs)
        assert len(answer) == len(graph.outputs)
        assert {*paper_release.free_axes("half")} == {2, 3}
    assert all(
        torch.equal(value, run.task.nets["generator"].state_dict()[name])
        for name, value in found.generator.state_dict().items()
    )
    with pytest.raises(ConfigError, match=r"does not hold the paper's networks"):
        networks(run.state().__class__(0, {"task": {"kind": "studio"}}, {}))
