"""Training of our own feature extractor."""

from __future__ import annotations

import pytest
import torch

from stenciltorch.errors import ConfigError
from stenciltorch.networks.measure import count_parameters
from stenciltorch.networks.semantic import SemanticFront
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import override
from stenciltorch.training.place import Place
from stenciltorch.training.recipes import recipe
from stenciltorch.training.task import build_task
from stenciltorch.training.tasks.semantic import colour_shares


def small():
    torch.manual_seed(0)
    config = override(override(recipe("semantic"), "data.crop", "64"), "optim.warmup", "1")
    return build_task(override(config, "optim.rate", "5e-3"), Place())


@pytest.fixture(scope="module")
def batch(pack):
    data = small().data(pack)
    return data.collate([data.examples[position] for position in range(4)])


def test_shares_of_colours_by_hand():
    """16 x 16 pixels, a quarter pure red: bin 3 of red (of 0..3), 0 of the others, is number 3 * 16 = 48."""
    picture = torch.zeros(1, 3, 16, 16, dtype=torch.uint8)
    picture[:, 0, :8, :8] = 255
    shares = colour_shares(picture)
    assert shares.shape == (1, 64, 1, 1)
    assert shares[0, 48].item() == 0.25
    assert shares[0, 0].item() == 0.75


def test_an_example_depends_on_its_position_alone(pack):
    first, second = small().data(pack).examples, small().data(pack).examples
    second[0]
    one, other = first[3], second[3]
    assert (one.composite == other.composite).all()
    assert one.group == other.group


def test_some_steps_lower_the_loss(batch):
    task = small()
    found = [task.step(batch, number)["total"].item() for number in range(12)]
    assert found[-1] < 0.8 * found[0]
    assert not torch.equal(task.net.out.weight, task.average.out.weight)
    assert task.panel(batch).shape == (3, 4 * 64, 3 * 64)


def test_another_run_may_be_gone_on_from(batch):
    task, other = small(), small()
    task.step(batch, 0)
    tensors = {
        f"{part}.{name}": value for part, module in task.modules.items() for name, value in module.state_dict().items()
    }
    other.begin_with(State(1, {}, tensors))
    assert torch.equal(task.net.out.weight, other.net.out.weight)
    with pytest.raises(ConfigError, match=r"none of our feature extractor"):
        other.begin_with(State(1, {}, {}))


def test_the_extractor_takes_any_sides_that_are_multiples_of_16():
    front = SemanticFront().eval()
    assert 900_000 < count_parameters(front) < 1_000_000
    assert front(torch.zeros(1, 3, 16, 48)).shape == (1, 512, 1, 3)
    assert [tuple(one.shape[1:]) for one in front.maps(torch.zeros(1, 3, 32, 32))] == [
        (24, 16, 16),
        (48, 8, 8),
        (96, 4, 4),
    ]
