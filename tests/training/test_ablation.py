"""benchmarks/ablation.py: rows alike in budget, unlike as their recipes say; done rows stay; files are measured."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
import toy_cases as toy
from benchmark_modules import benchmark
from fake_models import make_model

from stenciltorch.canvas import Size
from stenciltorch.evaluation.contenders import CLASSICAL, Contender
from stenciltorch.evaluation.protocol import Posed
from stenciltorch.training.config import fingerprint
from stenciltorch.training.recipes import recipe
from stenciltorch.training.task import build_task

BASELINES = ("zhang2017", "paintschainer", "ci2018", "paintstorch2019")


@pytest.fixture(scope="module")
def ablation():
    with benchmark("ablation") as module:
        yield module


@dataclass(frozen=True)
class Toy:
    name: str = "toy"

    def load(self):
        return toy.case(self.name)


# rows


def test_the_rows_are_table_1s_and_the_four_systems(ablation):
    assert tuple(ablation.ROWS) == ("paper", "paper-bn", "paper-guide", "paper-guide-curriculum", *BASELINES)


def test_every_row_has_the_same_budget(ablation):
    configs = [ablation.budgeted(name, ablation.Budget(pictures=90, batch=3)) for name in ablation.ROWS]
    assert {(config.optim.steps, config.optim.batch, config.optim.rate) for config in configs} == {(30, 3, 1e-3)}
    assert {(config.data.crop, config.data.smallest, config.data.largest) for config in configs} == {(128, 0.5, 0.5)}
    assert {config.settled(1000).optim.steps for config in configs} == {30}
    assert {config.seed for config in configs} == {0}


def test_a_row_keeps_what_its_recipe_says(ablation):
    for name in ablation.ROWS:
        found, stated = ablation.budgeted(name, ablation.Budget()), recipe(name)
        widths = {key: getattr(stated.task, key) for key in ablation.NARROW[stated.task.kind]}
        assert found.task != stated.task
        assert replace(found.task, **widths) == stated.task
        assert found.data.synthesis == stated.data.synthesis


def test_rows_can_be_built_at_their_widths(ablation):
    from stenciltorch.training.place import Place

    for name in ("paper-guide-curriculum", *BASELINES):
        assert "average" in build_task(ablation.budgeted(name, ablation.Budget()), Place()).modules


def test_a_row_that_is_done_is_not_trained_again(ablation, tmp_path, monkeypatch):
    budget, trained = ablation.Budget(pictures=8), []

    def train_row(name, config, pack, folder):
        trained.append(name)
        folder.mkdir()
        (folder / "row.json").write_text(json.dumps({"recipe_sha256": fingerprint(config.as_dict())}))

    monkeypatch.setattr(ablation, "train_row", train_row)
    ablation.train_rows(["paper", "ci2018"], budget, tmp_path, tmp_path)
    ablation.train_rows(["paper", "ci2018", "zhang2017"], budget, tmp_path, tmp_path)
    assert trained == ["paper", "ci2018", "zhang2017"]
    assert not ablation.is_done(tmp_path / "paper", ablation.budgeted("paper", ablation.Budget(pictures=16)))


def test_rows_that_are_not_trained_are_named(ablation, tmp_path, capsys):
    arguments = ["--pack", str(tmp_path), "--out", str(tmp_path), "--rows", "paper", "zhang2017", "--measure-only"]
    assert ablation.main(arguments) == 2
    assert capsys.readouterr().err == ("Not trained on this budget yet: paper, zhang2017; leave --measure-only out.\n")


# pictures


def test_pictures_are_posed_at_the_smaller_side(ablation):
    posed = {regime: ablation.Small(Posed(Toy(), regime), 128).load() for regime in ("none", "regular", "full")}
    assert {case.stencil.size for case in posed.values()} == {Size(128, 128)}
    assert {case.target.size for case in posed.values()} == {Size(128, 128)}
    assert not posed["none"].stencil.hints.array.any()
    full = posed["full"].stencil.hints.array
    assert (full[..., 3] == 255).all()
    assert np.array_equal(full[8, 8, :3], posed["full"].flats.array[8, 8])
    dabs = posed["regular"].stencil.hints.array
    assert dabs[8, 8].tolist() == [*posed["regular"].flats.array[8, 8].tolist(), 255]
    assert 0.01 < (dabs[..., 3] > 0).mean() < 0.06


def test_exported_files_are_measured_under_each_regime(ablation, tmp_path):
    model = Contender("paper", "model", make_model(tmp_path / "paper"))
    contenders = [model, Contender(CLASSICAL, "classical")]
    found = ablation.measure(contenders, [Toy("one"), Toy("two")], 128, tmp_path)
    errors = {regime: ablation.value_of(found, regime, "paper", "dE_mean") for regime in found}
    assert list(errors) == ["none", "regular", "full"]
    assert errors["full"] < errors["regular"] < errors["none"]
    assert ablation.value_of(found, "full", "paper", "own-frechet") > 0
    assert (tmp_path / "measured" / "full" / "cases" / "one" / "by-paper.png").is_file()

    rows = {"paper": {"parameters": 1_900_000}}
    stored = json.loads(json.dumps(ablation.results(found, rows, ablation.Budget(), 128)))
    assert stored["measured"] == {"side": 128, "pictures": 2, "names": ["one", "two"]}
    assert stored["figures"]["none"]["paper"]["dE_mean"]["mean"] == pytest.approx(errors["none"])
    assert set(stored["weights"]["paper"]) == {"encoder.onnx", "painter.onnx", "finisher.onnx"}

    lines = ablation.table(found, rows).splitlines()
    assert len(lines) == 4
    assert lines[2].startswith(f"| StencilTorch | 1.90 M | {errors['none']:.3g} / {errors['regular']:.3g} / ")
    assert lines[3].startswith("| flood fill, learns nothing | - |")
    assert all(line.count("not computed: weights missing") == 2 for line in lines[2:])
