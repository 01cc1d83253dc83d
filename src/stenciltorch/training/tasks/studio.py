"""The studio net, supervised."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.canvas import Light
from stenciltorch.networks.pixels import compose
from stenciltorch.networks.studio import StudioNet, StudioShape
from stenciltorch.training import objectives as objective
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import LossConfig, StudioConfig, TrainConfig
from stenciltorch.training.dataset import Batch, Examples, collate
from stenciltorch.training.place import Place, follow, set_rate
from stenciltorch.training.rates import average_keep, learning_rate
from stenciltorch.training.task import Data
from stenciltorch.training.tasks.beginning import take_over

SHOWN = 4
"""Examples in a panel."""

EPSILON = 1e-5
"""AdamW's. It divides gradients by their size, so with the usual 1e-8 what has all but stopped to matter (a choice that
is made, a price beyond which nothing comes through) is still pushed on at full rate, until the features overflow."""

OTHER_SHAPE = (
    "The weights to begin with are those of a net of another shape; use the recipe of that run, or one with the same "
    "settings under `shape`."
)


def build_net(config: TrainConfig) -> StudioNet:
    return StudioNet(StudioShape(**vars(config.shape)))


def trained_parts(net: StudioNet, config: TrainConfig) -> list[nn.Parameter]:
    """What a run changes (`StudioConfig.trained`); the rest is fixed."""
    task = config.task
    if isinstance(task, StudioConfig) and task.trained == "painting":
        net.requires_grad_(False)
        net.encoder.prices.requires_grad_(True)
        net.encoder.entry.requires_grad_(True)
        net.painter.requires_grad_(True)
        for judging in (net.painter.trust, net.painter.verdict):
            judging.requires_grad_(False)
    return [value for value in net.parameters() if value.requires_grad]


def unit(batch: Batch) -> Batch:
    """The batch in 0..1."""
    return Batch(*[values.to(torch.float32) / 255.0 for values in batch])


def compute_losses(net: nn.Module, batch: Batch, weights: LossConfig) -> dict[str, Tensor]:
    """The objectives by name, and their weighted sum as `total`."""
    given = unit(batch)
    painted = net(given.lineart, given.mask, given.base, given.hints)
    plain = objective.countable(given.lineart, given.mask) * given.weight
    if weights.borders:
        plain = plain * (1.0 + weights.borders * objective.beside_borders(given.flats))
    losses = {
        "flats": objective.weighted_l1(painted.flats, given.flats, plain),
        "coarse": objective.coarse_l1(painted.flats, given.flats, plain),
        "chroma": objective.weighted_l1(objective.chroma(painted.flats), objective.chroma(given.flats), plain),
        "taste": objective.taste_loss(painted.taste, given.own, given.mask * given.natural),
    }
    losses["total"] = sum((getattr(weights, name) * value for name, value in losses.items()), torch.zeros(()))
    return losses


class StudioTask:
    """`net` is trained, `average` follows it and is what is shipped.

    The losses are means over what counts in a batch; on several ranks each takes the mean over its own share.

    Args:
        net: what is trained, if not a new net of the configuration's shape.
    """

    def __init__(self, config: TrainConfig, place: Place, net: StudioNet | None = None) -> None:
        self.config, self.place = config, place
        net = net or build_net(config)
        trained = trained_parts(net, config)
        self.net = place.settle(net)
        self.average = deepcopy(self.net)
        optim = config.optim
        self.optimizer = torch.optim.AdamW(
            trained,
            lr=optim.rate,
            betas=(optim.beta1, optim.beta2),
            eps=EPSILON,
            weight_decay=optim.weight_decay,
        )
        self._run = place.compiled(self.net)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return {"optimizer": self.optimizer}

    def data(self, pack: Path) -> Data:
        optim = self.config.optim
        return Data(Examples(pack, self.config.data, self.config.seed, "train", optim.steps, optim.batch), collate)

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        """One update of the net and of its running average."""
        self.net.train()
        set_rate(self.optimizer, learning_rate(number, self.config.optim))
        with self.place.autocast():
            losses = compute_losses(self._run, batch, self.config.loss)
        norm = self.place.descend(losses["total"], self.optimizer, self.config.optim.clip)
        self._follow(number)
        return losses | {"norm": norm}

    def _follow(self, number: int) -> None:
        keep = average_keep(number, self.config.optim.ema)
        follow(self.average.parameters(), self.net.parameters(), keep)

    def begin_with(self, state: State) -> None:
        take_over(state, [(self.net, "average"), (self.average, "average")], OTHER_SHAPE)

    @torch.no_grad()
    def panel(self, batch: Batch) -> Tensor:
        """Lineart with hints, flats, result, target, one example per row."""
        self.average.eval()
        given = unit(Batch(*[values[:SHOWN] for values in batch]))
        light = torch.from_numpy(Light().vector).to(given.lineart).expand(len(given.lineart), -1)
        painted = self.average(given.lineart, given.mask, given.base, given.hints, light)
        shown = compose(given.lineart.expand(-1, 3, -1, -1), given.base, given.mask)
        dabbed = compose(given.hints[:, :3], shown, given.hints[:, 3:])
        result = compose(painted.colour * given.lineart, given.base, given.mask)
        return tiled([dabbed, painted.flats, result, given.target])


def tiled(columns: list[Tensor]) -> Tensor:
    """Columns of unit pictures (batch, 3, height, width) as one uint8 picture (3, rows, columns) on the processor."""
    rows = torch.cat([torch.cat(list(column), dim=1) for column in columns], dim=2)
    return (rows.float().clamp(0, 1) * 255).round().to(torch.uint8).cpu()
