"""The paper's method: what a step changes, what it is told, and that it goes on where it stopped."""

from __future__ import annotations

import math

import pytest
import torch
from tiny_pack import tiny_adversarial as tiny

from stenciltorch import files
from stenciltorch.errors import ConfigError
from stenciltorch.training.checkpoint import LATEST, load
from stenciltorch.training.config import override
from stenciltorch.training.place import Place
from stenciltorch.training.recipes import recipe
from stenciltorch.training.task import build_task
from stenciltorch.training.trainer import Schedule, Trainer, train

CPU = Schedule(device="cpu", log_every=1, panel_every=2)


def built(config):
    torch.manual_seed(config.seed)
    return build_task(config, Place())


@pytest.fixture(scope="module")
def batch(pack):
    data = built(tiny()).data(pack)
    return data.collate([data.examples[0], data.examples[5]])


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def changed(before, module):
    return {name for name, value in module.state_dict().items() if not torch.equal(before[name], value)}


def test_a_step_updates_generator_guide_and_critic(batch):
    task = built(tiny())
    before = {name: weights(module) for name, module in task.modules.items()}
    front = weights(task.semantics)
    losses = task.step(batch, 0)
    assert {"total", "content", "guide", "adversarial", "critic", "hinge", "penalty", "drift", "norm"} <= losses.keys()
    assert all(math.isfinite(float(value)) for value in losses.values())
    for name, module in task.modules.items():
        assert changed(before[name], module), name
    assert not changed(front, task.semantics)
    assert all(value.requires_grad for value in task.critic.parameters())


def test_the_losses_are_those_of_the_equations(batch):
    """Eqs. 5 and 6 hold between what is logged."""
    losses = {name: float(value) for name, value in built(tiny()).step(batch, 0).items()}
    assert losses["total"] == pytest.approx(
        1e-4 * losses["adversarial"] + losses["content"] + losses["guide"], rel=1e-5
    )
    assert losses["critic"] == pytest.approx(losses["hinge"] + losses["penalty"] + losses["drift"], rel=1e-5)


def test_chunks_give_the_same_update(batch):
    whole, parts = built(tiny(optim__rate="0.0")), built(tiny(optim__rate="0.0", task__chunk="1"))
    found, other = whole.step(batch, 0), parts.step(batch, 0)
    for name in found:
        torch.testing.assert_close(found[name], other[name], rtol=1e-4, atol=1e-6)
    for one, two in zip(whole.nets.parameters(), parts.nets.parameters(), strict=True):
        torch.testing.assert_close(one.grad, two.grad, rtol=1e-3, atol=1e-6)
    for one, two in zip(whole.critic.parameters(), parts.critic.parameters(), strict=True):
        torch.testing.assert_close(one.grad, two.grad, rtol=1e-3, atol=1e-5)


def test_where_the_mask_is_closed_the_answer_is_the_target(batch):
    task = built(tiny())
    closed = batch._replace(mask=torch.zeros_like(batch.mask))
    scene = task.scene(closed)
    answer = task.paint(scene)
    assert torch.equal(answer.picture, scene.target)
    assert torch.equal(answer.guide, scene.flats)


def test_the_rows_of_the_table_differ_as_they_say():
    bare, normal, guided = (built(tiny(name)) for name in ("paper", "paper-bn", "paper-guide"))
    assert {*bare.modules} == {"generator", "critic", "average"}
    assert {*guided.modules} == {"generator", "guide", "critic", "average"}

    def norms(module):
        return any(isinstance(part, torch.nn.BatchNorm2d) for part in module.modules())

    assert not norms(bare.nets)
    assert norms(normal.nets)
    assert not norms(normal.critic)
    assert recipe("paper-guide-curriculum").data.synthesis.masks.schedule == "prose"
    assert recipe("paper-guide").data.synthesis.masks.schedule == "none"


def test_the_papers_settings():
    for name in ("paper", "paper-bn", "paper-guide", "paper-guide-curriculum"):
        config = recipe(name)
        optim = config.optim
        assert (optim.rate, optim.beta1, optim.beta2, optim.epochs, optim.batch) == (1e-4, 0.5, 0.9, 40.0, 32)
        assert config.task.adversarial_weight == 1e-4
        assert (config.task.penalty_weight, config.task.drift_weight) == (10.0, 1e-3)
        assert config.settled(21_930).optim.steps == 27_412


@pytest.mark.parametrize("content", ["own", "critic"])
def test_features_of_the_content_loss(batch, content):
    task = built(tiny(task__content=content))
    found = task._looked_at(task.scene(batch).target)
    assert len({one.shape[-1] for one in found}) > 1
    assert float(task.step(batch, 0)["content"]) > 0


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("task.content", "vgg", r"task.content must be one of own, vgg16, critic, found 'vgg'"),
        ("task.semantics", "x", r"task.semantics must be one of own, illustration2vec, found 'x'"),
        ("task.adversarial", "x", r"task.adversarial must be one of hinge, plain, found 'x'"),
        ("task.drift_weight", "-1", r"task.drift_weight must be 0 or more, found -1"),
    ],
)
def test_settings_that_do_not_fit(setting, value, reason):
    with pytest.raises(ConfigError, match=reason):
        override(recipe("paper"), setting, value)


@pytest.fixture(scope="module")
def whole(pack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("adversarial")
    return folder, list(train(tiny(), pack, folder, CPU))


def test_a_run_that_stops_and_goes_on_is_the_same_run(whole, pack, tmp_path):
    folder, progress = whole
    assert [one.step for one in progress] == [1, 2, 3, 4]
    begun = train(tiny(), pack, tmp_path, CPU)
    next(begun), next(begun)
    begun.close()
    assert [one.step for one in train(tiny(), pack, tmp_path, CPU)] == [3, 4]
    one, other = load(folder / LATEST).tensors, load(tmp_path / LATEST).tensors
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_panel_has_a_column_for_the_guide(whole):
    assert files.read_illustration(whole[0] / "panels" / "0000002.png").size == (2 * 128, 4 * 128)


def test_a_run_may_begin_with_the_networks_of_another(whole, pack, tmp_path):
    list(train(tiny(optim__steps="1", optim__rate="0.0", seed="5"), pack, tmp_path, CPU, start=whole[0]))
    one, other = load(whole[0] / LATEST), load(tmp_path / LATEST)
    for name in ("generator", "guide", "critic"):
        assert all(torch.equal(value, other.part(name)[key]) for key, value in one.part(name).items())
    with pytest.raises(ConfigError, match=r"those of other networks"):
        list(train(tiny(task__features="8"), pack, tmp_path / "wider", CPU, start=whole[0]))


def test_an_averaged_generator_is_stored_beside_the_present_one(pack, tmp_path):
    run = Trainer(tiny(optim__ema="0.9"), pack, tmp_path, CPU)
    run.train_step(run.data.collate([run.data.examples[0], run.data.examples[1]]))
    tensors = run.state()
    generator, average = tensors.part("generator"), tensors.part("average")
    assert any(not torch.equal(generator[name], average[name]) for name in generator)
