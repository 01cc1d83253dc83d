"""The paper's method: a generator against a critic, with a content loss and, if wished, a guide (3.3, Eqs. 5-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.errors import ConfigError
from stenciltorch.networks.faithful import Critic, Generator, Guide, reduce_hints
from stenciltorch.networks.pixels import compose
from stenciltorch.training import adversarial_objectives as objective
from stenciltorch.training import features
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import OptimConfig, TrainConfig
from stenciltorch.training.dataset import Batch, Examples, collate
from stenciltorch.training.place import Place, follow, set_rate
from stenciltorch.training.rates import average_keep, learning_rate
from stenciltorch.training.task import Data
from stenciltorch.training.tasks.beginning import take_over
from stenciltorch.training.tasks.settings import AdversarialConfig
from stenciltorch.training.tasks.studio import SHOWN, tiled, unit

ADVERSARIAL = {"hinge": objective.adversarial_hinge, "plain": objective.adversarial_plain}

OTHER_NETWORKS = (
    "The weights to begin with are those of other networks; use the recipe of that run, or one with the same "
    "`task.features` and `task.normalise`."
)


class Scene(NamedTuple):
    """What the networks see of some examples: colours in [-1, 1], mask and alpha in 0..1.

    composite (batch, 4, height, width) with the mask as fourth, hints at 1/4, semantics at 1/16.
    """

    composite: Tensor
    hints: Tensor
    semantics: Tensor
    target: Tensor
    flats: Tensor

    @property
    def mask(self) -> Tensor:
        return self.composite[:, 3:]


class Answer(NamedTuple):
    """Pictures in [-1, 1], already the target's where the mask is 0; the guide's is empty without a guide."""

    picture: Tensor
    guide: Tensor | None


def adamw(parameters: Iterator[nn.Parameter], optim: OptimConfig) -> torch.optim.AdamW:
    return torch.optim.AdamW(
        list(parameters), lr=optim.rate, betas=(optim.beta1, optim.beta2), weight_decay=optim.weight_decay
    )


class AdversarialTask:
    """`average` follows `generator` and is what is exported; without averaging (`optim.ema` 0) they are the same."""

    def __init__(self, config: TrainConfig, place: Place) -> None:
        if not isinstance(config.task, AdversarialConfig):
            raise ConfigError("The task `adversarial` needs an AdversarialConfig.")
        settings = config.task
        self.config, self.settings, self.place = config, settings, place
        self.nets = nn.ModuleDict({"generator": Generator(settings.features, normalise=settings.normalise)})
        if settings.guide:
            self.nets["guide"] = Guide(settings.features, normalise=settings.normalise)
        self.critic = place.settle(Critic(settings.critic_features, pool="global"))
        self.nets = place.settle(self.nets)  # type: ignore[assignment]
        self.average = deepcopy(self.nets["generator"]) if config.optim.ema else self.nets["generator"]
        self.semantics = place.settle(features.semantics(settings.semantics))
        self.content = None if settings.content == "critic" else place.settle(features.content(settings.content))
        self.painter = adamw(self.nets.parameters(), config.optim)
        self.judge = adamw(self.critic.parameters(), config.optim)
        self._generate = place.compiled(self.nets["generator"])

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {**self.nets, "critic": self.critic, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return {"painter": self.painter, "judge": self.judge}

    def data(self, pack: Path) -> Data:
        optim = self.config.optim
        return Data(Examples(pack, self.config.data, self.config.seed, "train", optim.steps, optim.batch), collate)

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        """One update of the critic, then one of generator and guide, on the same pictures."""
        self.nets.train()
        optim, found = self.config.optim, dict[str, Tensor]()
        for optimizer in (self.painter, self.judge):
            set_rate(optimizer, learning_rate(number, optim))
        chunks = list(self._chunks(batch, number))
        critic = (self._critic_loss(*chunk, found) for chunk in chunks)
        critic_norm = self.place.descend_all(critic, self.judge, optim.clip)
        self.critic.requires_grad_(False)
        painter = (self._painter_loss(scene, share, found) for scene, _, share in chunks)
        norm = self.place.descend_all(painter, self.painter, optim.clip)
        self.critic.requires_grad_(True)
        self._follow(number)
        return found | {"norm": norm, "critic_norm": critic_norm}

    def _chunks(self, batch: Batch, number: int) -> Iterator[tuple[Scene, Tensor, float]]:
        """Parts of this rank's share, each with the mixtures' shares and its weight in the mean."""
        optim, count = self.config.optim, len(batch.lineart)
        rng = np.random.default_rng((self.config.seed, number, 0xD))
        drawn = rng.random(optim.batch, dtype=np.float32)[self.place.ranks.part(optim.batch)]
        shares = torch.from_numpy(drawn[:count]).to(batch.lineart.device)
        size = self.settings.chunk or count
        for first in range(0, count, size):
            part = slice(first, min(count, first + size))
            yield self.scene(Batch(*[values[part] for values in batch])), shares[part], (part.stop - first) / count

    def scene(self, batch: Batch) -> Scene:
        """A batch of bytes as the networks take it."""
        given = unit(batch)
        colours = compose(given.lineart, given.target, given.mask) * 2 - 1
        with torch.no_grad(), self.place.autocast():
            semantics = self.semantics(colours).float()
        composite = torch.cat([colours, given.mask], dim=1)
        return Scene(composite, reduce_hints(given.hints), semantics, given.target * 2 - 1, given.flats * 2 - 1)

    def paint(self, scene: Scene) -> Answer:
        with self.place.autocast():
            painted = self._generate(scene.composite, scene.hints, scene.semantics)
            guided = self.nets["guide"](painted.stage5, painted.encoded) if "guide" in self.nets else None
        picture = compose(painted.illustration.float(), scene.target, scene.mask)
        return Answer(picture, None if guided is None else compose(guided.float(), scene.flats, scene.mask))

    def _critic_loss(self, scene: Scene, shares: Tensor, weight: float, found: dict[str, Tensor]) -> Tensor:
        """Eqs. 5, 10, 11 on one chunk, times its weight."""
        settings = self.settings
        with torch.no_grad():
            fake = self.paint(scene).picture
        scores = partial(self.critic, semantics=scene.semantics)
        with self.place.autocast():
            real_score, fake_score = scores(scene.target).float(), scores(fake).float()
        between = objective.mixture(scene.target, fake, shares)
        penalty = objective.gradient_penalty(scores, between, settings.penalty_weight)
        drift = objective.drift(real_score, settings.drift_weight)
        hinge = objective.critic_hinge(real_score, fake_score)
        total = objective.critic_total(hinge, penalty + drift)
        _gather(found, weight, {"critic": total, "hinge": hinge, "penalty": penalty, "drift": drift})
        return weight * total

    def _painter_loss(self, scene: Scene, weight: float, found: dict[str, Tensor]) -> Tensor:
        """Eqs. 6-9 on one chunk, times its weight."""
        settings = self.settings
        answer = self.paint(scene)
        with self.place.autocast():
            scores = self.critic(answer.picture, scene.semantics).float()
            looked = self._looked_at(answer.picture)
            with torch.no_grad():
                wanted = self._looked_at(scene.target)
        adversarial = ADVERSARIAL[settings.adversarial](scores)
        losses = {"adversarial": adversarial, "content": objective.content_loss(looked, wanted)}
        guide: Tensor | float = 0.0
        if answer.guide is not None:
            losses["guide"] = objective.guide_loss(answer.guide, scene.flats)
            guide = settings.guide_weight * losses["guide"]
        total = objective.generator_total(adversarial, losses["content"], guide, settings.adversarial_weight)
        _gather(found, weight, {**losses, "total": total})
        return weight * total

    def _looked_at(self, picture: Tensor) -> list[Tensor]:
        """F2's maps of a picture."""
        if self.content is None:
            return self.critic.maps(picture)  # type: ignore[operator, no-any-return]
        maps: list[Tensor] = self.content(picture)
        return maps

    def _follow(self, number: int) -> None:
        generator = self.nets["generator"]
        if self.average is generator:
            return
        keep = average_keep(number, self.config.optim.ema)
        follow(self.average.parameters(), generator.parameters(), keep)
        with torch.no_grad():
            for mean, value in zip(self.average.buffers(), generator.buffers(), strict=True):
                mean.copy_(value)

    def begin_with(self, state: State) -> None:
        """Take over every network that both runs have."""
        shared = [(module, name) for name, module in self.modules.items() if state.part(name)]
        take_over(state, [*shared, (self.nets["generator"], "average")], OTHER_NETWORKS)

    @torch.no_grad()
    def panel(self, batch: Batch) -> Tensor:
        """Composite with hints, result, guide's flats if any, target, one example per row."""
        self.nets.eval()
        part = Batch(*[values[:SHOWN] for values in batch])
        given, scene = unit(part), self.scene(part)
        answer = self.paint(scene)
        dabbed = compose(given.hints[:, :3], (scene.composite[:, :3] + 1) / 2, given.hints[:, 3:])
        pictures = [answer.picture, *([answer.guide] if answer.guide is not None else []), scene.target]
        return tiled([dabbed, *[(picture + 1) / 2 for picture in pictures]])


def _gather(found: dict[str, Tensor], weight: float, values: dict[str, Tensor]) -> None:
    """Add one chunk's share to the means that are logged."""
    for name, value in values.items():
        found[name] = found.get(name, torch.zeros_like(value)) + weight * value.detach()
