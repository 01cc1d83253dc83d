"""Ci et al. 2018 and PaintsTorch 2019 under training: critic with penalty, content loss, second generator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.networks.baselines import AlacganCritic, Generator, Sketcher
from stenciltorch.training import adversarial_objectives as objective
from stenciltorch.training import features
from stenciltorch.training.baselines import losses
from stenciltorch.training.baselines.common import BaselineTask, adam, levels, settings_of
from stenciltorch.training.baselines.examples import Batch
from stenciltorch.training.baselines.settings import Ci2018Config, PaintsTorch2019Config
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.place import Place, set_rate
from stenciltorch.training.rates import learning_rate


class Scene(NamedTuple):
    """What the networks see: drawing and target in [-1, 1], hints at 1/4, F1 of the drawing at 1/16."""

    drawing: Tensor
    hints: Tensor
    semantics: Tensor
    target: Tensor


class Ci2018Task(BaselineTask):
    """Per step one update of the critic and one of the generator, on the same pictures.

    Deviations: the published runs draw new pictures for each update, and their penalty takes the norm over the three
    channels of each pixel; here it is over all of a picture, as the penalty is defined.
    """

    def __init__(self, config: TrainConfig, place: Place) -> None:
        settings = settings_of(config, Ci2018Config)
        super().__init__(config, place, Generator(settings.width, depth=settings.depth))
        self.ci = settings
        self.critic = place.settle(AlacganCritic(settings.critic_width))
        self.semantics = place.settle(features.semantics(settings.semantics))
        self.content = place.settle(features.content(settings.content))
        self.judge = adam(self.critic.parameters(), config.optim)
        self.painter = adam(self.net.parameters(), config.optim)
        self._generate = place.compiled(self.net)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "critic": self.critic, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return {"painter": self.painter, "judge": self.judge}

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        self.net.train()
        for optimizer in self.optimizers.values():
            set_rate(optimizer, learning_rate(number, self.config.optim))
        scene = self.scene(batch)
        judged = self._critic_losses(scene, self.random(number))
        critic_norm = self.place.descend(judged["critic"], self.judge, self.config.optim.clip)
        self.critic.requires_grad_(False)
        found = self._painter_losses(scene)
        norm = self.place.descend(found["total"], self.painter, self.config.optim.clip)
        found |= self._afterwards(scene)
        self.critic.requires_grad_(True)
        self.follow(number)
        return {**judged, **found, "norm": norm, "critic_norm": critic_norm}

    def scene(self, batch: Batch) -> Scene:
        drawing, target = levels(batch.drawing) / 127.5 - 1, levels(batch.target) / 127.5 - 1
        with torch.no_grad(), self.place.autocast():
            semantics = self.semantics(drawing.expand(-1, 3, -1, -1)).float()
        return Scene(drawing, batch.hints, semantics, target)

    def paint(self, scene: Scene) -> Tensor:
        with self.place.autocast():
            picture: Tensor = self._generate(scene.drawing, scene.hints, scene.semantics).float()
        return picture

    def _critic_losses(self, scene: Scene, shares: Tensor) -> dict[str, Tensor]:
        """`shares`: where between real and fake the slope is looked at, one number a picture."""
        with torch.no_grad():
            fake = self.paint(scene)
        scores = partial(self.critic, semantics=scene.semantics)
        with self.place.autocast():
            real_score, fake_score = scores(scene.target).float(), scores(fake).float()
        between = objective.mixture(scene.target, fake, shares)
        found = {
            "wasserstein": losses.critic_wasserstein(real_score, fake_score),
            "penalty": objective.gradient_penalty(scores, between, self.ci.penalty_weight),
            "drift": objective.drift(real_score, self.ci.drift_weight),
        }
        return found | {"critic": found["wasserstein"] + found["penalty"] + found["drift"]}

    def _painter_losses(self, scene: Scene) -> dict[str, Tensor]:
        picture = self.paint(scene)
        with self.place.autocast():
            scores = self.critic(picture, scene.semantics).float()
            looked = self.content(picture)
            with torch.no_grad():
                wanted = self.content(scene.target)
        found = {
            "adversarial": objective.adversarial_plain(scores),
            "content": objective.content_loss(looked, wanted),
        }
        total = objective.generator_total(found["adversarial"], found["content"], weight=self.ci.adversarial_weight)
        return found | {"total": total}

    def _afterwards(self, scene: Scene) -> dict[str, Tensor]:
        """Nothing more in Ci's method."""
        return {}

    def painted(self, batch: Batch) -> Tensor:
        scene = self.scene(batch)
        picture: Tensor = self.average(scene.drawing, scene.hints, scene.semantics)
        return (picture + 1) / 2

    def wishes(self, hints: Tensor) -> Tensor:
        return ((hints[:, :3] + 1) / 2).clamp(0, 1)


class PaintsTorch2019Task(Ci2018Task):
    """A third update trains generator and sketcher together: the drawing must be found again in the painting."""

    def __init__(self, config: TrainConfig, place: Place) -> None:
        self.settings = settings_of(config, PaintsTorch2019Config)
        super().__init__(config, place)
        self.sketcher = place.settle(Sketcher(self.settings.width, self.settings.depth))
        both = [*self.net.parameters(), *self.sketcher.parameters()]
        self.painter = adam(both, config.optim)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {**super().modules, "sketcher": self.sketcher}

    def _afterwards(self, scene: Scene) -> dict[str, Tensor]:
        picture = self.paint(scene)
        with self.place.autocast():
            sketch = self.sketcher(picture, scene.hints, scene.semantics).float()
        found = F.mse_loss(sketch, scene.drawing)
        self.place.descend(self.settings.sketch_weight * found, self.painter, self.config.optim.clip)
        return {"sketch": found}
