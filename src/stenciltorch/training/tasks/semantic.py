"""Training of our own feature extractor: what is drawn, and which colours lie where, told from a lineart."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.canvas import Illustration, Mask, Regions
from stenciltorch.errors import ConfigError
from stenciltorch.networks.semantic import CHANNELS, SemanticFront
from stenciltorch.synthesis.lineart import draw_style, extract_lineart
from stenciltorch.synthesis.masks import draw_mask
from stenciltorch.synthesis.sample import compose
from stenciltorch.training.checkpoint import State
from stenciltorch.training.config import DataConfig, TrainConfig
from stenciltorch.training.dataset import PackReader
from stenciltorch.training.picture import crop
from stenciltorch.training.place import Place, follow, set_rate
from stenciltorch.training.rates import average_keep, learning_rate
from stenciltorch.training.task import Data
from stenciltorch.training.tasks.beginning import take_over
from stenciltorch.training.tasks.settings import SemanticConfig
from stenciltorch.training.tasks.studio import SHOWN, tiled

CELL = 16
BINS = 4
"""Colour bins along each of red, green and blue."""


class Batch(NamedTuple):
    """uint8 (batch, 3, height, width) twice, and a number for each picture's group."""

    composite: Tensor
    target: Tensor
    group: Tensor


class Item(NamedTuple):
    composite: np.ndarray
    target: np.ndarray
    group: int


class SemanticExamples:
    """Composites, the pictures that they come from, and what these show."""

    def __init__(self, pack: Path, data: DataConfig, seed: int, groups: int) -> None:
        self.reader = PackReader(pack, "train")
        self.data, self.seed, self.groups = data, seed, groups

    def __getitem__(self, position: int) -> Item:
        rng = np.random.default_rng((self.seed, position))
        reader = self.reader
        motifs = reader.tree[reader.sources[int(rng.choice(len(reader.sources), p=reader.shares))]]
        name = sorted(motifs)[int(rng.integers(len(motifs)))]
        entry = motifs[name][int(rng.integers(len(motifs[name])))]
        picture = crop(reader.picture(entry), self.data.crop, self.data, rng)
        target = Illustration(picture.illustration)
        lineart = extract_lineart(target, draw_style(rng), rng)
        mask: Mask = draw_mask(Regions(picture.regions.astype(np.int32)), self.data.synthesis.masks, 1.0, rng)
        number = zlib.crc32(name.encode()) % self.groups
        return Item(compose(lineart, target, mask).array, target.array, number)


def collate(items: list[Item]) -> Batch:
    composites = np.stack([item.composite for item in items]).transpose(0, 3, 1, 2)
    targets = np.stack([item.target for item in items]).transpose(0, 3, 1, 2)
    groups = torch.tensor([item.group for item in items])
    return Batch(
        torch.from_numpy(np.ascontiguousarray(composites)), torch.from_numpy(np.ascontiguousarray(targets)), groups
    )


def colour_shares(picture: Tensor) -> Tensor:
    """How much of each cell every colour bin takes: uint8 (batch, 3, height, width) -> (batch, 64, .../16), sums 1."""
    bins = (picture.long() * BINS) // 256
    index = bins[:, 0] * BINS**2 + bins[:, 1] * BINS + bins[:, 2]
    one_hot = F.one_hot(index, BINS**3).permute(0, 3, 1, 2).float()
    return F.avg_pool2d(one_hot, CELL)


class Heads(nn.Module):
    """From the semantic map to what it is trained to tell; thrown away afterwards."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.colours = nn.Conv2d(CHANNELS, BINS**3, 1)
        self.groups = nn.Linear(CHANNELS, groups)

    def forward(self, semantics: Tensor) -> tuple[Tensor, Tensor]:
        """Scores for the colours of every cell, and for the group."""
        return self.colours(semantics), self.groups(semantics.mean(dim=(2, 3)))


class SemanticTask:
    """`average` is the extractor's running average."""

    def __init__(self, config: TrainConfig, place: Place) -> None:
        settings = config.task
        if not isinstance(settings, SemanticConfig):
            raise ConfigError("The task `semantic` needs a SemanticConfig.")
        self.config, self.settings, self.place = config, settings, place
        self.net, self.average = place.settle(SemanticFront()), place.settle(SemanticFront())
        self.average.load_state_dict(self.net.state_dict())
        self.heads = place.settle(Heads(settings.groups))
        optim = config.optim
        weights = [*self.net.parameters(), *self.heads.parameters()]
        self.optimizer = torch.optim.AdamW(
            weights, lr=optim.rate, betas=(optim.beta1, optim.beta2), weight_decay=optim.weight_decay
        )

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        return {"net": self.net, "heads": self.heads, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, Optimizer]:
        return {"optimizer": self.optimizer}

    def data(self, pack: Path) -> Data:
        examples = SemanticExamples(pack, self.config.data, self.config.seed, self.settings.groups)
        return Data(examples, collate)

    def step(self, batch: Batch, number: int) -> dict[str, Tensor]:
        self.net.train()
        set_rate(self.optimizer, learning_rate(number, self.config.optim))
        with self.place.autocast():
            colours, groups = self.heads(self.net(batch.composite.float() / 127.5 - 1))
        colour = F.cross_entropy(colours.float(), colour_shares(batch.target))
        group = F.cross_entropy(groups.float(), batch.group)
        total = colour + self.settings.group_weight * group
        norm = self.place.descend(total, self.optimizer, self.config.optim.clip)
        self._follow(number)
        told = (groups.argmax(dim=1) == batch.group).float().mean()
        return {"colour": colour, "group": group, "told": told, "total": total, "norm": norm}

    def _follow(self, number: int) -> None:
        keep = average_keep(number, self.config.optim.ema)
        follow(self.average.parameters(), self.net.parameters(), keep)
        for mean, value in zip(self.average.buffers(), self.net.buffers(), strict=True):
            mean.copy_(value)

    def begin_with(self, state: State) -> None:
        refusal = "The run to begin with is none of our feature extractor; leave --from out."
        take_over(state, [(module, name) for name, module in self.modules.items()], refusal)

    @torch.no_grad()
    def panel(self, batch: Batch) -> Tensor:
        """Composite, the likeliest colour of each cell, and the picture, one example per row."""
        self.average.eval()
        composite, target = batch.composite[:SHOWN].float() / 255, batch.target[:SHOWN].float() / 255
        scores, _ = self.heads(self.average(composite * 2 - 1))
        index = scores.argmax(dim=1)
        bins = torch.stack([index // BINS**2, index // BINS % BINS, index % BINS], dim=1).float()
        told = F.interpolate((bins + 0.5) / BINS, size=composite.shape[-2:], mode="nearest")
        return tiled([composite, told, target])
