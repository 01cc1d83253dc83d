"""Zhang et al. 2017 under training: first the classification teaches the trunk, then the regression."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.networks.baselines import ZhangSystem, formats, lab
from stenciltorch.networks.baselines.zhang2017 import SCALE, Coloured, Hinted, Zhang2017
from stenciltorch.training.baselines import losses
from stenciltorch.training.baselines.common import BaselineTask, adam, levels, settings_of
from stenciltorch.training.baselines.examples import Batch
from stenciltorch.training.baselines.settings import Zhang2017Config
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.place import Place, set_rate
from stenciltorch.training.rates import learning_rate


class ZhangTask(BaselineTask):
    """The drawing's lightness and hints to the picture's ab."""

    def __init__(self, config: TrainConfig, place: Place) -> None:
        self.settings = settings_of(config, Zhang2017Config)
        super().__init__(config, place, Zhang2017(self.settings.width))
        self.optimizer = adam(self.net.parameters(), config.optim)
        self._run = place.compiled(self.net)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return {"optimizer": self.optimizer}

    def classifies(self, number: int) -> bool:
        """Whether step `number` belongs to the first stage."""
        return number < self.settings.classify * self.config.optim.steps

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        self.net.train()
        set_rate(self.optimizer, learning_rate(number, self.config.optim))
        wanted = lab.to_lab(levels(batch.target) / 255)[:, 1:]
        with self.place.autocast():
            answer = self._run(given(batch), by_class=self.classifies(number))
        found = self.losses(answer, wanted, self.classifies(number))
        norm = self.place.descend(found["total"], self.optimizer, self.config.optim.clip)
        self.follow(number)
        return found | {"norm": norm}

    def losses(self, answer: Coloured, wanted: Tensor, first: bool) -> dict[str, Tensor]:
        """Cross entropy, and L1 in the first stage or Huber in the second; `wanted` is ab in its own units."""
        regress = losses.ab_l1 if first else losses.ab_huber
        found = {
            "class": losses.classification(answer.scores, wanted),
            "colour": regress(answer.colours, wanted / SCALE),
        }
        settings = self.settings
        total = settings.class_weight * found["class"] + settings.regress_weight * found["colour"]
        return found | {"total": total}

    def painted(self, batch: Batch) -> Tensor:
        lines = levels(batch.drawing) / 255
        colours: Tensor = self.average(given(batch)).colours
        return ZhangSystem(self.average).finish(colours * SCALE, lines)  # type: ignore[arg-type]

    def wishes(self, hints: Tensor) -> Tensor:
        """Hinted ab at a lightness of 60; elsewhere white."""
        asked = (hints[:, 2:] > 0).float()
        middle = torch.full_like(asked, 60.0)
        return lab.to_rgb(torch.cat([middle, hints[:, :2] * SCALE], dim=1)) * asked + (1 - asked)


def given(batch: Batch) -> Hinted:
    drawing = (levels(batch.drawing) / 255).expand(-1, 3, -1, -1)
    return formats.zhang_given(formats.zhang_lightness(drawing), batch.hints)
