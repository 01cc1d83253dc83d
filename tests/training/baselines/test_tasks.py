"""The four systems in the training loop: losses fall, runs resume bit for bit, each stage trains what it should."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from stenciltorch.errors import ConfigError
from stenciltorch.training.baselines.alacgan import Ci2018Task, PaintsTorch2019Task
from stenciltorch.training.baselines.chained import PaintsChainerTask
from stenciltorch.training.baselines.examples import Batch, collate
from stenciltorch.training.baselines.recipes import SMOKE
from stenciltorch.training.baselines.settings import Zhang2017Config
from stenciltorch.training.baselines.zhang import ZhangTask
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.config import TrainConfig, override
from stenciltorch.training.place import Place
from stenciltorch.training.trainer import Schedule, train

TASKS = {
    "zhang2017": ZhangTask,
    "paintschainer": PaintsChainerTask,
    "ci2018": Ci2018Task,
    "paintstorch2019": PaintsTorch2019Task,
}
CPU = Schedule(device="cpu", log_every=1)


def smoke(kind: str, **changes: str) -> TrainConfig:
    config = SMOKE[f"{kind}-smoke"]
    for name, value in changes.items():
        config = override(config, name.replace("__", "."), value)
    return config


def built(kind: str, **changes: str):
    torch.manual_seed(0)
    return TASKS[kind](smoke(kind, **changes), Place())


def batch_of(task, pack, count: int = 2) -> Batch:
    examples = task.data(pack).examples
    return collate([examples[position] for position in range(count)])


def weights(module: torch.nn.Module) -> list[torch.Tensor]:
    return [value.detach().clone() for value in module.parameters()]


def changed(module: torch.nn.Module, before: list[torch.Tensor]) -> bool:
    return any(not torch.equal(one, other) for one, other in zip(module.parameters(), before, strict=True))


@pytest.mark.parametrize(
    ("kind", "falling"),
    [("zhang2017", "total"), ("paintschainer", "colour"), ("ci2018", "content"), ("paintstorch2019", "content")],
)
def test_the_loss_falls(pack, kind, falling):
    """Twelve steps on one batch; every number stays finite. What a critic or a line net says moves with these."""
    task = built(kind, optim__steps="1000", optim__batch="1" if falling == "content" else "2")
    batch = batch_of(task, pack, task.config.optim.batch)
    found = [{name: value.item() for name, value in task.step(batch, number).items()} for number in range(12)]
    assert all(math.isfinite(value) for losses in found for value in losses.values())
    assert found[-1][falling] < 0.95 * found[0][falling]


@pytest.mark.parametrize("kind", TASKS)
def test_a_run_that_stops_and_goes_on_is_the_same_run(pack, tmp_path, kind):
    """Four steps at one go and in two parts; with two stages the stop lies before the second."""
    config = smoke(kind, optim__steps="4")
    list(train(config, pack, tmp_path / "whole", CPU))
    begun = train(config, pack, tmp_path / "parts", CPU)
    next(begun)
    begun.close()
    assert load(tmp_path / "parts" / LATEST).step == 1
    assert [one.step for one in train(config, pack, tmp_path / "parts", CPU)] == [2, 3, 4]
    one, other = (load(tmp_path / name / LATEST).tensors for name in ("whole", "parts"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("kind", TASKS)
def test_the_panel_shows_drawing_hints_result_and_target(pack, kind):
    task = built(kind)
    batch = batch_of(task, pack)
    side = batch.target.shape[-1]
    shown = task.panel(batch)
    assert shown.dtype == torch.uint8
    assert shown.shape == (3, 2 * side, 4 * side)
    assert torch.equal(shown[:, :side, :side], batch.drawing[0].expand(3, -1, -1))
    assert torch.equal(shown[:, :side, 3 * side :], batch.target[0])


@pytest.mark.parametrize("kind", TASKS)
def test_another_runs_weights_are_taken_over(pack, kind):
    one, other = built(kind), built(kind, seed="1")
    torch.manual_seed(5)
    for value in one.average.parameters():
        torch.nn.init.normal_(value)
    state = State(1, {}, {f"average.{name}": value for name, value in one.average.state_dict().items()})
    other.begin_with(state)
    assert all(
        torch.equal(mine, theirs) for mine, theirs in zip(other.net.parameters(), one.average.parameters(), strict=True)
    )
    with pytest.raises(ConfigError, match="those of another network; use the recipe of that run"):
        other.begin_with(State(1, {}, {"average.odd": torch.zeros(1)}))


def test_an_average_follows_weights_and_statistics(pack):
    task = built("zhang2017", optim__ema="0.5")
    before = weights(task.average)
    task.step(batch_of(task, pack), 0)
    keep = min(0.5, 2 / 11)
    for old, mean, new in zip(before, task.average.parameters(), task.net.parameters(), strict=True):
        torch.testing.assert_close(mean.detach(), keep * old + (1 - keep) * new.detach())
    buffers = zip(task.average.buffers(), task.net.buffers(), strict=True)
    assert all(torch.equal(mean, new) for mean, new in buffers)


def test_zhangs_stages(pack):
    """The first half of the steps classifies; afterwards the cross entropy no longer reaches the trunk."""
    task = built("zhang2017", optim__steps="10")
    assert [task.classifies(number) for number in (0, 4, 5, 9)] == [True, True, False, False]
    batch = batch_of(task, pack)
    first, second = task.step(batch, 0), task.step(batch, 9)
    settings = task.settings
    for found in (first, second):
        wanted = settings.class_weight * found["class"] + settings.regress_weight * found["colour"]
        assert found["total"].item() == pytest.approx(wanted.item(), rel=1e-5)


def test_paintschainers_stages_train_one_unet_each(pack):
    task = built("paintschainer", optim__steps="10")
    batch = batch_of(task, pack)
    parts = {"draft": task.net.draft, "paint": task.net.paint, "line": task.line, "critic": task.critic}
    for number, moving in ((0, {"draft", "line", "critic"}), (5, {"paint"})):
        before = {name: weights(part) for name, part in parts.items()}
        task.step(batch, number)
        assert {name for name, part in parts.items() if changed(part, before[name])} == moving


def test_paintschainers_drafts_stay_as_they_are_while_the_painter_learns(pack):
    task = built("paintschainer", optim__steps="10")
    before = [value.clone() for value in task.net.draft.buffers()]
    task.step(batch_of(task, pack), 9)
    assert all(torch.equal(one, other) for one, other in zip(task.net.draft.buffers(), before, strict=True))


def test_paintschainers_draft_loss_by_its_parts(pack):
    task = built("paintschainer")
    found = task.step(batch_of(task, pack), 0)
    wanted = found["colour"] + task.settings.adversarial_weight * found["adversarial"]
    wanted = wanted + task.settings.line_weight * found["line"]
    assert found["total"].item() == pytest.approx(wanted.item(), rel=1e-5)


def test_ci_trains_generator_and_critic_and_nothing_else(pack):
    task = built("ci2018")
    before = {name: weights(part) for name, part in (("net", task.net), ("critic", task.critic))}
    front = weights(task.semantics)
    found = task.step(batch_of(task, pack), 0)
    assert changed(task.net, before["net"])
    assert changed(task.critic, before["critic"])
    assert not changed(task.semantics, front)
    assert all(value.requires_grad for value in task.critic.parameters())
    wanted = found["wasserstein"] + found["penalty"] + found["drift"]
    assert found["critic"].item() == pytest.approx(wanted.item(), rel=1e-5)
    total = 1e-4 * found["adversarial"] + found["content"]
    assert found["total"].item() == pytest.approx(total.item(), rel=1e-5)


def test_the_critics_mixtures_depend_on_seed_and_step_alone(pack):
    one, other = built("ci2018"), built("ci2018", seed="1")
    assert torch.equal(one.random(3), one.random(3))
    assert not torch.equal(one.random(3), one.random(4))
    assert not torch.equal(one.random(3), other.random(3))
    assert one.random(3).shape == (2,)


def test_paintstorchs_sketcher_learns_with_the_generator(pack):
    task = built("paintstorch2019")
    before = weights(task.sketcher)
    found = task.step(batch_of(task, pack), 0)
    assert changed(task.sketcher, before)
    assert found["sketch"].item() > 0
    assert set(task.modules) == {"net", "critic", "average", "sketcher"}


def test_without_weight_the_sketcher_changes_nothing(pack):
    """Then a step of PaintsTorch is a step of Ci with other hints, but for a second update by a zero gradient."""
    task = built("paintstorch2019", task__sketch_weight="0.0")
    before = weights(task.sketcher)
    task.step(batch_of(task, pack), 0)
    assert not changed(task.sketcher, before)


def test_settings_of_another_system_are_refused():
    config = replace(SMOKE["ci2018-smoke"], task=Zhang2017Config(kind="ci2018"))
    with pytest.raises(ConfigError, match="The task 'ci2018' needs a Ci2018Config, found Zhang2017Config"):
        Ci2018Task(config, Place())
