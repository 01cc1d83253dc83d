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
from stenciltorch.networks.studio import Encoder, StudioNet, StudioShape
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
    if trained(config) == "painting":
        net.requires_grad_(False)
        net.encoder.prices.requires_grad_(True)
        net.encoder.kept_strength.requires_grad_(True)
    elif trained(config) == "borders":
        net.painter.requires_grad_(False)
        net.encoder.kept_strength.requires_grad_(False)
        net.encoder.prices.line_price.requires_grad_(False)
    return [value for value in net.parameters() if value.requires_grad]


def trained(config: TrainConfig) -> str:
    return config.task.trained if isinstance(config.task, StudioConfig) else "all"


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
        "foreseen": objective.border_loss(painted.borders, given.borders),
    }
    losses["total"] = sum((getattr(weights, name) * value for name, value in losses.items()), torch.zeros(()))
    return losses


HELD = {"distance": 0.1, "lines": 0.5, "gaps": 0.1, "doubt": 0.1, "taste": 0.02}
"""How much it counts that an encoder that learns borders answers otherwise than before; what differs is of different
size."""


def answers_of(encoder: Encoder, fine: Tensor, middle: Tensor) -> dict[str, Tensor]:
    """What an encoder makes of its features but for borders, by the names of `HELD`."""
    distance, lines, gaps = encoder.prices.believed(fine)
    return {
        "distance": distance,
        "lines": lines,
        "gaps": gaps,
        "doubt": encoder.doubt(fine),
        "taste": encoder.taste(middle),
    }


class Lesson(nn.Module):
    """An encoder that learns borders, beside the one that it was: what it foresees, and how far it has strayed."""

    def __init__(self, encoder: Encoder, before: Encoder) -> None:
        super().__init__()
        self.encoder, self.before = encoder, before

    def forward(self, lineart: Tensor, mask: Tensor, base: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds of borders (batch, 1, height/2, width/2), and a scalar."""
        features = self.encoder.look(lineart, mask, base)
        with torch.no_grad():
            known = answers_of(self.before, *self.before.look(lineart, mask, base))
        told = answers_of(self.encoder, *features)
        strayed = [weight * (told[name] - known[name]).abs().mean() for name, weight in HELD.items()]
        return self.encoder.borders(features[0], 1.0 - lineart), torch.stack(strayed).sum()


def border_losses(lesson: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """The objectives of a run that teaches borders, and their sum as `total`."""
    given = unit(batch)
    foreseen, strayed = lesson(given.lineart, given.mask, given.base)
    losses = {"foreseen": objective.border_loss(foreseen, given.borders), "strayed": strayed}
    return losses | {"total": losses["foreseen"] + losses["strayed"]}


class StudioTask:
    """`net` is trained, `average` follows it and is what is shipped; `before` is the net as it was at first, where a
    run is held to it.

    The losses are means over what counts in a batch; on several ranks each takes the mean over its own share.

    Args:
        net: what is trained, if not a new net of the configuration's shape.
    """

    def __init__(self, config: TrainConfig, place: Place, net: StudioNet | None = None) -> None:
        self.config, self.place = config, place
        net = net or build_net(config)
        parts = trained_parts(net, config)
        self.net = place.settle(net)
        self.average = deepcopy(self.net)
        self.before = deepcopy(self.net).requires_grad_(False) if trained(config) == "borders" else None
        optim = config.optim
        self.optimizer = torch.optim.AdamW(
            parts,
            lr=optim.rate,
            betas=(optim.beta1, optim.beta2),
            eps=EPSILON,
            weight_decay=optim.weight_decay,
        )
        self._run = place.compiled(self._lesson() or self.net)

    def _lesson(self) -> Lesson | None:
        if not isinstance(self.before, StudioNet) or not isinstance(self.net, StudioNet):
            return None
        return Lesson(self.net.encoder, self.before.encoder)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        whole: dict[str, nn.Module] = {"net": self.net, "average": self.average}
        return whole | {"before": self.before} if self.before else whole

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
            if self.before:
                losses = border_losses(self._run, batch)
            else:
                losses = compute_losses(self._run, batch, self.config.loss)
        norm = self.place.descend(losses["total"], self.optimizer, self.config.optim.clip)
        self._follow(number)
        return losses | {"norm": norm}

    def _follow(self, number: int) -> None:
        keep = average_keep(number, self.config.optim.ema)
        follow(self.average.parameters(), self.net.parameters(), keep)

    def begin_with(self, state: State) -> None:
        whole = [self.net, self.average, *([self.before] if self.before else [])]
        take_over(state, [(module, "average") for module in whole], OTHER_SHAPE)

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
