"""The training run of DisNet: resumable, on one processor core or a GPU."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from stenciltorch.errors import ConfigError
from stenciltorch.networks.disnet import DisNet, DisNetShape
from stenciltorch.training.checkpoint import LATEST, State, load, load_optimizer, optimizer_tensors, save
from stenciltorch.training.disnet.artwork import Shelf
from stenciltorch.training.disnet.danbooregion import find_pairs
from stenciltorch.training.disnet.supply import Batch, Supply


@dataclass(frozen=True)
class DisNetConfig:
    """What a run computes.

    Args:
        side: px of the square examples.
        fresh: new examples in each batch; the others were shown before.
        valley: how much more errors count where a border should be.
        average: share of the old weights kept in the average at each step.
    """

    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    steps: int = 1600
    batch: int = 4
    fresh: int = 1
    side: int = 224
    rate: float = 2e-3
    warmup: int = 50
    decay: float = 1e-4
    valley: float = 2.0
    slope: float = 0.5
    average: float = 0.995
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.fresh <= self.batch:
            raise ConfigError(f"fresh must be 1 to {self.batch} (the batch), found {self.fresh}.")
        if self.side % DisNetShape(self.widths).stride:
            raise ConfigError(f"side must be a multiple of {DisNetShape(self.widths).stride}, found {self.side}.")

    def rate_at(self, step: int) -> float:
        """Linear start, then half a cosine down to a hundredth."""
        share = min(1.0, step / max(1, self.steps))
        return self.rate * min(1.0, (step + 1) / self.warmup) * (0.01 + 0.99 * (1 + math.cos(math.pi * share)) / 2)


@dataclass(frozen=True)
class DisNetProgress:
    """Means since the last report."""

    step: int
    steps: int
    loss: float


def height_loss(found: Tensor, batch: Batch, config: DisNetConfig) -> Tensor:
    """L1 on heights, more where borders should be, and on their slopes (ours; the paper names no loss)."""
    weight = batch.counted * (1 + config.valley * (batch.heights < 0.35))
    level = ((found - batch.heights).abs() * weight).sum() / weight.sum()
    gap = (found - batch.heights) * batch.counted
    slope = gap.diff(dim=2).abs().mean() + gap.diff(dim=3).abs().mean()
    return level + config.slope * slope


class DisNetRun:
    """One run in one folder.

    Args:
        art: folder made by `prepare_art`.
        danbooregion: that dataset, as it is unpacked.
        threads: processor threads; 0 = torch's own choice.
    """

    def __init__(
        self,
        config: DisNetConfig,
        folder: Path,
        art: Path | None = None,
        danbooregion: Path | None = None,
        threads: int = 0,
    ) -> None:
        if threads:
            torch.set_num_threads(threads)
        torch.manual_seed(config.seed)
        self.config, self.folder = config, folder
        self.net = DisNet(DisNetShape(config.widths))
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimizer = torch.optim.AdamW(self.net.parameters(), config.rate, weight_decay=config.decay)
        self.step = 0
        self._resume()
        rng = np.random.default_rng((config.seed, self.step))
        pairs = find_pairs(danbooregion) if danbooregion else []
        self.supply = Supply(config.side, Shelf(art, rng) if art else None, pairs, rng)

    def _resume(self) -> None:
        latest = self.folder / LATEST
        if not latest.exists():
            return
        state = load(latest)
        try:
            self.net.load_state_dict(state.part("net"))
            self.average = state.part("average")
            load_optimizer(self.optimizer, state.part("optimizer"))
        except (RuntimeError, ValueError) as error:
            raise ConfigError(f"{latest} is of another network; choose a new folder for this run.") from error
        self.step = state.step

    def run(self, until: int | None = None, report: int = 50, keep: int = 100) -> Iterator[DisNetProgress]:
        """Train to the last step (or to `until`), saving every `keep` steps."""
        last, total = min(until or self.config.steps, self.config.steps), 0.0
        while self.step < last:
            total += self._advance()
            if self.step % keep == 0 or self.step == last:
                self.save()
            if self.step % report == 0 or self.step == last:
                yield self._note(total / ((self.step - 1) % report + 1))
                total = 0.0

    def _advance(self) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.config.rate_at(self.step)
        batch = self.supply.batch(self.config.batch, self.config.fresh)
        self.optimizer.zero_grad()
        loss = height_loss(self.net(batch.pictures), batch, self.config)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        share = min(self.config.average, (1 + self.step) / (10 + self.step))
        for name, value in self.net.state_dict().items():
            self.average[name].lerp_(value, 1 - share)
        return float(loss.detach())

    def _note(self, loss: float) -> DisNetProgress:
        progress = DisNetProgress(self.step, self.config.steps, loss)
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(progress)) + "\n")
        return progress

    def save(self) -> None:
        tensors: dict[str, Tensor] = {}
        for prefix, part in (
            ("net", self.net.state_dict()),
            ("average", self.average),
            ("optimizer", optimizer_tensors(self.optimizer)),
        ):
            tensors.update({f"{prefix}.{name}": value for name, value in part.items()})
        save(self.folder / LATEST, State(self.step, asdict(self.config), tensors))


def averaged(folder: Path) -> tuple[DisNet, dict[str, Any], int]:
    """The net of a run with its averaged weights, the run's settings and its last step.

    Raises:
        ConfigError: the folder holds no run of DisNet.
    """
    state = load(folder / LATEST)
    try:
        net = DisNet(DisNetShape(tuple(state.config["widths"])))
        net.load_state_dict(state.part("average"))
    except (KeyError, TypeError, RuntimeError) as error:
        raise ConfigError(f"{folder} is no run of DisNet; name a folder made by `stenciltorch disnet`.") from error
    return net.eval(), state.config, state.step
