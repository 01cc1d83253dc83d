"""What the tasks of all four baselines share."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stenciltorch.errors import ConfigError
from stenciltorch.training.baselines.examples import BaselineExamples, Batch, collate
from stenciltorch.training.baselines.settings import BaselineConfig
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import OptimConfig, TrainConfig
from stenciltorch.training.place import Place, follow
from stenciltorch.training.rates import average_keep
from stenciltorch.training.task import Data
from stenciltorch.training.tasks.beginning import take_over
from stenciltorch.training.tasks.studio import SHOWN, tiled

Net = TypeVar("Net", bound=nn.Module)
Settings = TypeVar("Settings", bound=BaselineConfig)

ANOTHER_NETWORK = (
    "The weights to begin with are those of another network; use the recipe of that run, or one with the same settings "
    "under `task`."
)


def settings_of(config: TrainConfig, kind: type[Settings]) -> Settings:
    """Raises ConfigError when the recipe's task has other settings."""
    if not isinstance(config.task, kind):
        raise ConfigError(f"The task {config.task.kind!r} needs a {kind.__name__}, found {type(config.task).__name__}.")
    return config.task


def adam(parameters: Iterable[nn.Parameter], optim: OptimConfig) -> torch.optim.Adam:
    """All four were trained with Adam; weight decay, if any, is its L2 penalty."""
    return torch.optim.Adam(
        list(parameters), lr=optim.rate, betas=(optim.beta1, optim.beta2), weight_decay=optim.weight_decay
    )


def levels(bytes_: Tensor) -> Tensor:
    """uint8 to floats, 0..255."""
    return bytes_.to(torch.float32)


class BaselineTask:
    """One baseline under training; `average` follows `net` and is what is exported.

    Subclasses add `modules`, `optimizers` and `step`, and say how a picture looks.
    """

    def __init__(self, config: TrainConfig, place: Place, net: nn.Module) -> None:
        self.config, self.place = config, place
        self.net = place.settle(net)
        self.average = deepcopy(self.net) if config.optim.ema else self.net

    def data(self, pack: Path) -> Data:
        settings = settings_of(self.config, BaselineConfig)
        return Data(BaselineExamples(pack, self.config.data, settings, self.config.seed), collate)

    def begin_with(self, state: State) -> None:
        """Take over the painting network of another run."""
        take_over(state, [(self.net, "average"), (self.average, "average")], ANOTHER_NETWORK)

    def random(self, number: int, *shape: int) -> Tensor:
        """This rank's share of uniform numbers (batch, *shape) that only seed and `number` decide."""
        optim, place = self.config.optim, self.place
        rng = np.random.default_rng((self.config.seed, number, 0xB))
        drawn = rng.random((optim.batch, *shape), dtype=np.float32)
        return torch.from_numpy(drawn[place.ranks.part(optim.batch)]).to(place.device)

    def follow(self, number: int) -> None:
        if self.average is self.net:
            return
        keep = average_keep(number, self.config.optim.ema)
        follow(self.average.parameters(), self.net.parameters(), keep)
        with torch.no_grad():
            for mean, value in zip(self.average.buffers(), self.net.buffers(), strict=True):
                mean.copy_(value)

    def painted(self, batch: Batch) -> Tensor:
        """The picture of `average` in 0..1."""
        raise NotImplementedError

    def wishes(self, hints: Tensor) -> Tensor:
        """The hints as a picture in 0..1, at any size."""
        raise NotImplementedError

    @torch.no_grad()
    def panel(self, batch: Batch) -> Tensor:
        """Drawing, hints, result and target, one example per row."""
        part = Batch(*[values[:SHOWN] for values in batch])
        learning = self.average.training
        self.average.eval()
        result = self.painted(part)
        self.average.train(learning)
        drawing, target = levels(part.drawing) / 255, levels(part.target) / 255
        hints = F.interpolate(self.wishes(part.hints), size=target.shape[-2:], mode="nearest")
        return tiled([drawing.expand_as(target), hints, result, target])
