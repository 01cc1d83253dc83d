"""PaintsChainer under training: the drafting U-Net against a critic, then the painting U-Net on its drafts."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.networks.baselines import LineNet, PaintsChainer, PaintsChainerCritic, yuv
from stenciltorch.networks.baselines.paintschainer import MIDDLE, enlarged, reduced
from stenciltorch.training.baselines import losses
from stenciltorch.training.baselines.common import BaselineTask, adam, levels, settings_of
from stenciltorch.training.baselines.examples import Batch
from stenciltorch.training.baselines.settings import PaintsChainerConfig
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.place import Place, set_rate
from stenciltorch.training.rates import learning_rate


class PaintsChainerTask(BaselineTask):
    """Both stages in one run.

    Deviation: the published line net was trained beforehand and its weights are not free; here one of the same shape
    learns beside the drafts, from the same pictures.
    """

    def __init__(self, config: TrainConfig, place: Place) -> None:
        self.settings = settings_of(config, PaintsChainerConfig)
        width, optim = self.settings.width, config.optim
        super().__init__(config, place, PaintsChainer(width))
        self.line, self.critic = place.settle(LineNet(width)), place.settle(PaintsChainerCritic(width))
        network = self.network
        self._optimizers = {
            "drafter": adam(network.draft.parameters(), optim),
            "painter": adam(network.paint.parameters(), optim),
            "judge": adam(self.critic.parameters(), optim),
            "liner": adam(self.line.parameters(), optim),
        }

    @property
    def network(self) -> PaintsChainer:
        assert isinstance(self.net, PaintsChainer)
        return self.net

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "line": self.line, "critic": self.critic, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return self._optimizers

    def drafts(self, number: int) -> bool:
        """Whether step `number` trains the drafting U-Net."""
        return number < self.settings.draft * self.config.optim.steps

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        self.net.train()
        for optimizer in self._optimizers.values():
            set_rate(optimizer, learning_rate(number, self.config.optim))
        found = self._draft(batch) if self.drafts(number) else self._paint(batch, number)
        self.follow(number)
        return found

    def _draft(self, batch: Batch) -> dict[str, Tensor]:
        """Drafter, critic and line net, one update each."""
        small, wanted = reduced(levels(batch.drawing)), yuv.to_yuv(reduced(levels(batch.target)))
        with self.place.autocast():
            draft = self.network.draft(torch.cat([small, batch.hints], dim=1)).float()
        found = self._draft_losses(draft, wanted)
        norm = self._descend(found["total"], "drafter")
        with self.place.autocast():
            real, fake = self.critic(wanted), self.critic(draft.detach())
            lines = self.line(in_units(wanted)).float()
        judged = losses.judged_as(real, losses.REAL) + losses.judged_as(fake, losses.PAINTED)
        self._descend(judged, "judge")
        drawn = F.l1_loss(lines, small)
        self._descend(drawn, "liner")
        return found | {"critic": judged, "line_net": drawn, "norm": norm}

    def _draft_losses(self, draft: Tensor, wanted: Tensor) -> dict[str, Tensor]:
        """L1 in levels, what the critic makes of the draft, and L1 of the lines that the line net sees."""
        judges = (self.critic, self.line)
        for module in judges:
            module.requires_grad_(False)
        with self.place.autocast():
            scores, lines = self.critic(draft), self.line(in_units(draft)).float()
            with torch.no_grad():
                wanted_lines = self.line(in_units(wanted)).float()
        for module in judges:
            module.requires_grad_(True)
        found = {
            "colour": F.l1_loss(draft, wanted),
            "adversarial": losses.judged_as(scores, losses.REAL),
            "line": F.l1_loss(lines, wanted_lines),
        }
        settings = self.settings
        opinion = settings.adversarial_weight * found["adversarial"] + settings.line_weight * found["line"]
        return found | {"total": found["colour"] + opinion}

    def _paint(self, batch: Batch, number: int) -> dict[str, Tensor]:
        """The painting U-Net alone, on drafts of which some planes are exchanged for the true ones."""
        network, drawing = self.network, levels(batch.drawing)
        network.draft.eval()
        true = yuv.to_yuv(levels(batch.target))
        with torch.no_grad(), self.place.autocast():
            draft = network.draft(torch.cat([reduced(drawing), batch.hints], dim=1)).float()
        own = self.random(number, 3)[:, :, None, None] < self.settings.own_draft
        mixed = torch.where(own, draft, reduced(true))
        with self.place.autocast():
            painted = network.paint(torch.cat([drawing, enlarged(mixed)], dim=1)).float()
        loss = F.l1_loss(painted, true)
        return {"colour": loss, "total": loss, "norm": self._descend(loss, "painter")}

    def _descend(self, loss: Tensor, name: str) -> Tensor:
        return self.place.descend(loss, self._optimizers[name], self.config.optim.clip)

    def painted(self, batch: Batch) -> Tensor:
        painted: Tensor = self.average(levels(batch.drawing), batch.hints).painted
        return (yuv.to_rgb(painted) / 255).clamp(0, 1)

    def wishes(self, hints: Tensor) -> Tensor:
        asked = (hints[:, :1] > -256).float()
        return (yuv.to_rgb(hints) / 255).clamp(0, 1) * asked + (1 - asked)


def in_units(colours: Tensor) -> Tensor:
    """YUV levels as the line net takes them."""
    return (colours - MIDDLE) / MIDDLE
