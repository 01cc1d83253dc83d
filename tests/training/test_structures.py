"""benchmarks/structures.py: variants that differ from the studio net in just what their title says."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import pytest
import torch
import toy_cases as toy
from benchmark_modules import benchmark

from stenciltorch.files import read_illustration
from stenciltorch.networks.studio import REACHED


@dataclass(frozen=True)
class Toy:
    name: str = "toy"

    def load(self):
        return toy.case(self.name)


GIVEN = {"lineart": 1, "mask": 1, "base": 3, "hints": 4}


@pytest.fixture(scope="module")
def structures():
    with benchmark("structures") as module:
        yield module


@pytest.fixture
def request_of_noise():
    torch.manual_seed(0)
    return [torch.rand(1, channels, 64, 96) for channels in GIVEN.values()]


NAMES = (
    *("untrained", "shipped", "fixed", "none", "one-round", "convolutions", "deeper", "attention", "pooling"),
    *("no-pooling", "no-refinement"),
)


def test_these_are_the_variants(structures):
    assert tuple(structures.VARIANTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_paints_and_learns(structures, request_of_noise, name):
    torch.manual_seed(0)
    net = structures.VARIANTS[name][1]()
    painted = net(*request_of_noise)
    assert painted.colour.shape == (1, 3, 64, 96)
    painted.flats.mean().backward()
    assert any(value.grad is not None and bool(value.grad.abs().sum() > 0) for value in net.parameters())


def test_fixed_prices_do_not_learn(structures):
    net = structures.VARIANTS["fixed"][1]()
    assert not any(value.requires_grad for value in net.encoder.prices.parameters())
    assert all(value.requires_grad for value in net.painter.parameters())


def test_without_travel_a_dab_is_seen_by_convolutions_only(structures):
    """What the convolutions see at one place does not change with a dab beyond their reach."""
    torch.manual_seed(0)
    net = structures.VARIANTS["none"][1]().eval()
    hints = torch.zeros(1, 4, 64, 64)
    seen = []
    net.painter.enter.register_forward_pre_hook(lambda layer, given: seen.append(given[0]))
    for colour in (0.0, 1.0):
        hints[..., 8:16, 8:16] = torch.tensor([colour, 0.5, 0.5, 1.0])[:, None, None]
        with torch.no_grad():
            net(torch.ones(1, 1, 64, 64), torch.ones(1, 1, 64, 64), torch.ones(1, 3, 64, 64), hints)
    changed = (seen[0] != seen[1]).any(dim=1)[0]
    assert changed[2:4, 2:4].all()
    assert int(changed.sum()) == 4


def test_attention_and_pooling_change_nothing_to_begin_with(structures, request_of_noise):
    painted = {}
    for name in ("shipped", "attention", "pooling", "no-refinement"):
        torch.manual_seed(0)
        with torch.no_grad():
            painted[name] = structures.VARIANTS[name][1]().eval()(*request_of_noise).flats
    for name in ("attention", "pooling"):
        assert torch.allclose(painted["shipped"], painted[name], atol=1e-5)
    assert not torch.allclose(painted["shipped"], painted["no-refinement"], atol=1e-3)


def test_it_trains_measures_and_goes_on(structures, pack, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(structures, "pack_pictures", lambda pack, limit: [Toy()])
    options = ["--pack", str(pack), "--out", str(tmp_path / "out"), "--results", str(tmp_path / "found.json")]
    options += ["--steps", "2", "--batch", "1", "--pictures", "1", "--only", "one-round"]
    assert structures.main(options) == 0
    first = capsys.readouterr()
    row = json.loads((tmp_path / "found.json").read_text())["one-round"]
    assert row["title"] == "one round instead of three"
    assert row["painter_macs"] > 10
    assert 0.0 <= row["stroke"] < 100.0
    assert "| one round instead of three |" in first.out
    assert read_illustration(tmp_path / "out" / "one-round.png").size.height > 64
    assert structures.main(options) == 0
    assert "step" not in capsys.readouterr().err  # its weights lie there


def test_untrained_is_measured_as_it_is(structures, pack, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(structures, "pack_pictures", lambda pack, limit: [Toy()])
    options = ["--pack", str(pack), "--out", str(tmp_path), "--results", str(tmp_path / "found.json")]
    assert structures.main([*options, "--pictures", "1", "--only", "untrained"]) == 0
    assert "step" not in capsys.readouterr().err
    assert json.loads((tmp_path / "found.json").read_text())["untrained"]["steps"] == 0
    assert not (tmp_path / "untrained.safetensors").exists()


def test_convolutions_say_nothing_to_begin_with_and_more_or_less_paint_later(structures, request_of_noise):
    torch.manual_seed(0)
    plain = structures.VARIANTS["shipped"][1]().eval()
    convolving = structures.VARIANTS["convolutions"][1]().eval()
    convolving.load_state_dict(plain.state_dict(), strict=False)
    level = math.exp(structures.DECADES * (REACHED - 1.0))
    travelled = torch.cat([torch.zeros(1, 3, 16, 24), torch.full((1, 1, 16, 24), level)], dim=1)
    with torch.no_grad():
        drawing = plain.encoder(*request_of_noise[:3]).drawing
        given = request_of_noise[3], request_of_noise[0], drawing
        assert torch.equal(convolving.painter(*given).flats, plain.painter(*given).flats)
        convolving.painter._travel = lambda *_: travelled
        shares = []
        for bias in (-100.0, 0.0, 100.0):
            convolving.painter.say.bias.fill_(bias)
            shares.append(1.0 - convolving.painter(*given).flats.mean().item())
    assert shares[0] < 0.1
    assert shares[1] == pytest.approx(0.5, abs=0.01)
    assert shares[2] > 0.9


def test_the_error_names_what_is_missing(structures, tmp_path, capsys):
    assert structures.main(["--pack", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "none" in capsys.readouterr().err


def test_missing_figures_are_dashes(structures):
    row = {"title": "x"} | dict.fromkeys(structures.SHOWN, 1.0) | {"painter_macs": 2.0}
    del row["bleed@6"]
    assert " - " in structures.table({"x": row})
