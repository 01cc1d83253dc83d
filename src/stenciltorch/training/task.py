"""What a run trains: the protocol between the training loop and the systems that it can train.

The loop (`trainer.Trainer`) owns the order of the data, resuming, checkpoints, ranks, logs and stopping. A task owns
networks, optimizers, what a batch is and what one step does. docs/training.md shows how to add one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.errors import ConfigError
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.place import Place


class Examples(Protocol):
    """Example number `position` of a run: always the same one, whoever draws it."""

    def __getitem__(self, position: int, /) -> Any: ...


class Data(NamedTuple):
    """What a task is fed: examples, and how several of them become a batch, a NamedTuple of tensors."""

    examples: Examples
    collate: Callable[[Any], Any]


class Task(Protocol):
    """One system under training. Built by `TASKS[kind](config, place)` right after torch's generator was seeded."""

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """All that is stored, by the name it has in the checkpoint; what is to be exported is called `average`."""

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        """By name in the checkpoint; names of modules and optimizers differ."""

    def data(self, pack: Path) -> Data:
        """The training examples of a pack.

        Raises:
            DatasetError: the pack does not hold what this task needs.
        """

    def step(self, batch: Any, number: int) -> dict[str, Tensor]:
        """Train on this rank's share of batch `number` (from 0), already on the device.

        All updates go through `Place.descend`. Randomness comes from `seed` and `number` alone. Returns scalars by
        name, to be logged; one of them is `total`.
        """

    def panel(self, batch: Any) -> Tensor:
        """A picture of how things stand, uint8 (3, rows, columns), from the first examples of a batch."""

    def begin_with(self, state: State) -> None:
        """Take another run's weights to start from.

        Raises:
            ConfigError: they do not fit.
        """


TASKS: dict[str, str] = {
    "adversarial": "stenciltorch.training.tasks.adversarial:AdversarialTask",
    "ci2018": "stenciltorch.training.baselines.alacgan:Ci2018Task",
    "paintschainer": "stenciltorch.training.baselines.chained:PaintsChainerTask",
    "paintstorch2019": "stenciltorch.training.baselines.alacgan:PaintsTorch2019Task",
    "semantic": "stenciltorch.training.tasks.semantic:SemanticTask",
    "studio": "stenciltorch.training.tasks.studio:StudioTask",
    "zhang2017": "stenciltorch.training.baselines.zhang:ZhangTask",
}
"""`module:class` by the `kind` of a recipe's task."""


def build_task(config: TrainConfig, place: Place) -> Task:
    """Raises ConfigError when there is no such kind of task."""
    kind = config.task.kind
    if kind not in TASKS:
        raise ConfigError(f"There is no task of kind {kind!r}; choose one of {', '.join(sorted(TASKS))}.")
    module, _, name = TASKS[kind].partition(":")
    task: Task = getattr(import_module(module), name)(config, place)
    return task


def to_device(batch: Any, device: str) -> Any:
    """A NamedTuple of tensors, moved."""
    tensors: Sequence[Tensor] = batch
    return type(batch)(*[values.to(device, non_blocking=True) for values in tensors])
