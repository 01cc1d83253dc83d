"""The training loop: supervised, resumable, one process. It yields `Progress` and prints nothing."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from stenciltorch.errors import ConfigError
from stenciltorch.networks.pixels import compose
from stenciltorch.networks.studio import StudioNet, StudioShape
from stenciltorch.training import objectives as objective
from stenciltorch.training.checkpoint import LATEST, State, load, load_optimizer, optimizer_tensors, save
from stenciltorch.training.config import LossConfig, OptimConfig, TrainConfig
from stenciltorch.training.dataset import Batch, Examples, Positions, collate


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a step; `losses` are the latest averages, `rate` is pictures per second."""

    step: int
    steps: int
    losses: dict[str, float]
    rate: float
    seconds_left: float
    saved: bool


@dataclass(frozen=True)
class Schedule:
    """When to write, and when to stop early.

    Args:
        minutes: stop after this much time, even if steps are left; 0 = no limit.
        log_every, panel_every, save_every: in steps.
        workers: processes that draw samples; 0 = this one.
        device: cpu, cuda, or auto for a GPU if there is one.
        threads: processor threads; 0 = torch's own choice.
    """

    minutes: float = 0.0
    log_every: int = 20
    panel_every: int = 500
    save_every: int = 200
    workers: int = 0
    device: str = "auto"
    threads: int = 0


def choose_device(wanted: str) -> str:
    """Raises ConfigError when a GPU is asked for and there is none."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and found != "cuda":
        raise ConfigError("torch finds no GPU here; train with --device cpu, or install a torch for your GPU.")
    return found if wanted == "auto" else wanted


def build_net(config: TrainConfig) -> StudioNet:
    return StudioNet(StudioShape(**vars(config.shape)))


def train(
    config: TrainConfig, pack: Path, folder: Path, schedule: Schedule, start: Path | None = None
) -> Iterator[Progress]:
    """Begin or go on with the run in `folder`, if new from the averaged weights of the run in `start`."""
    if schedule.threads:
        torch.set_num_threads(schedule.threads)
    trainer = Trainer(config, pack, folder, schedule)
    if start:
        trainer.start_from(load(start / LATEST).part("average"))
    yield from trainer.run()


def learning_rate(step: int, optim: OptimConfig) -> float:
    """Linear warm-up, plateau, linear decay to a hundredth over the last `decay` share of the steps."""
    warm = min(1.0, (step + 1) / max(1, optim.warmup))
    start = optim.steps * (1.0 - optim.decay)
    left = 1.0 - max(0.0, step - start) / max(1.0, optim.steps - start)
    return optim.rate * warm * max(0.01, min(1.0, left))


def compute_losses(net: StudioNet, batch: Batch, weights: LossConfig) -> dict[str, Tensor]:
    """The objectives by name, and their weighted sum as `total`."""
    unit = Batch(*[values.to(torch.float32) / 255.0 for values in batch])
    painted = net(unit.lineart, unit.mask, unit.base, unit.hints)
    seen = objective.visible(unit.lineart, unit.mask) * unit.weight
    losses = {
        "flats": objective.weighted_l1(painted.flats, unit.flats, seen),
        "colour": objective.weighted_l1(painted.colour, unit.target, seen),
        "gradient": objective.gradient_l1(painted.colour, unit.target, seen),
        "coarse": objective.coarse_l1(painted.colour, unit.target, seen),
        "chroma": objective.weighted_l1(objective.chroma(painted.flats), objective.chroma(unit.flats), seen),
    }
    losses["total"] = sum((getattr(weights, name) * value for name, value in losses.items()), torch.zeros(()))
    return losses


class Trainer:
    """One run in one folder: `config.json`, `latest.safetensors`, `metrics.jsonl`, TensorBoard events, picture
    panels."""

    def __init__(self, config: TrainConfig, pack: Path, folder: Path, schedule: Schedule) -> None:
        self.config, self.folder, self.schedule = config, folder, schedule
        self.device = choose_device(schedule.device)
        torch.manual_seed(config.seed)
        self.net = build_net(config).to(self.device)
        self.average = build_net(config).to(self.device)
        self.average.load_state_dict(self.net.state_dict())
        optim = config.optim
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(),
            lr=optim.rate,
            betas=(optim.beta1, optim.beta2),
            weight_decay=optim.weight_decay,
        )
        self.examples = Examples(pack, config.data, config.seed, "train", optim.steps, optim.batch)
        self.step = 0
        self._between_steps = True
        self._sums: dict[str, float] = {}
        self._resume_or_start()

    def _resume_or_start(self) -> None:
        latest = self.folder / LATEST
        self.folder.mkdir(parents=True, exist_ok=True)
        if not latest.exists():
            text = json.dumps(self.config.as_dict(), indent=2, sort_keys=True)
            (self.folder / "config.json").write_text(text, encoding="utf-8")
            return
        state = load(latest)
        self._check_same(state)
        try:
            self.net.load_state_dict(state.part("net"))
            self.average.load_state_dict(state.part("average"))
            load_optimizer(self.optimizer, state.part("optimizer"))
        except (RuntimeError, ValueError) as error:
            raise ConfigError(
                f"The run in {self.folder} holds another version's net; go on with the StencilTorch that it was "
                "started with, or use another folder."
            ) from error
        self.step = state.step

    def _check_same(self, state: State) -> None:
        mine = json.loads(json.dumps(self.config.as_dict()))
        if state.config != mine:
            changed = sorted(key for key in mine if state.config.get(key) != mine[key])
            raise ConfigError(
                f"The run in {self.folder} was started with other settings ({', '.join(changed)}); "
                "use another folder, or the same settings."
            )

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Begin with given weights instead of random ones; has no effect on a run that has already begun.

        Raises:
            ConfigError: they are a net's of another shape.
        """
        if self.step > 0:
            return
        try:
            self.net.load_state_dict(weights)
            self.average.load_state_dict(weights)
        except RuntimeError as error:
            raise ConfigError(
                "The weights to begin with are those of a net of another shape; use the recipe of that run, "
                "or one with the same settings under `shape`."
            ) from error

    def save(self) -> None:
        tensors = {f"net.{name}": value for name, value in self.net.state_dict().items()}
        tensors |= {f"average.{name}": value for name, value in self.average.state_dict().items()}
        tensors |= {f"optimizer.{name}": value for name, value in optimizer_tensors(self.optimizer).items()}
        save(self.folder / LATEST, State(self.step, self.config.as_dict(), tensors))

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One update of the net and of its running average."""
        self.net.train()
        rate = learning_rate(self.step, self.config.optim)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        moved = Batch(*[values.to(self.device) for values in batch])
        with torch.autocast("cuda", torch.bfloat16, enabled=self.device == "cuda"):
            losses = compute_losses(self.net, moved, self.config.loss)
        self.optimizer.zero_grad(set_to_none=True)
        losses["total"].backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.config.optim.clip)
        self._between_steps = False
        if torch.isfinite(norm):
            self.optimizer.step()
        self.step += 1
        self._follow()
        self._between_steps = True
        return {name: float(value.detach()) for name, value in losses.items()} | {"norm": float(norm)}

    @torch.no_grad()
    def _follow(self) -> None:
        keep = min(self.config.optim.ema, (1 + self.step) / (10 + self.step))
        for mean, value in zip(self.average.parameters(), self.net.parameters(), strict=True):
            mean.lerp_(value, 1.0 - keep)

    def _batches(self) -> DataLoader[Batch]:
        optim = self.config.optim
        return DataLoader(
            self.examples,  # type: ignore[arg-type]
            batch_sampler=Positions(self.step, optim.steps, optim.batch),
            collate_fn=collate,
            num_workers=self.schedule.workers,
            prefetch_factor=4 if self.schedule.workers else None,
        )

    def run(self, clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
        """Train until the steps are done or the time is up; the state is saved on every exit, also on an exception,
        unless that came in the middle of an update."""
        begun, first = clock(), self.step
        writer = _Writer(self.folder)
        try:
            for batch in self._batches():
                losses = self.train_step(batch)
                self._add(losses)
                spent = clock() - begun
                over = bool(self.schedule.minutes) and spent > 60 * self.schedule.minutes
                saved = self.step % self.schedule.save_every == 0
                if self.step % self.schedule.panel_every == 0:
                    writer.panel(self.step, self.panel(batch))
                if saved:
                    self.save()
                if over or self.step % self.schedule.log_every == 0 or self.step == self.config.optim.steps:
                    progress = self._progress(first, spent, saved)
                    writer.scalars(progress)
                    yield progress
                if over:
                    return
        finally:
            writer.close()
            if self._between_steps:
                self.save()

    def _add(self, losses: dict[str, float]) -> None:
        for name, value in losses.items():
            old = self._sums.get(name, value)
            self._sums[name] = old if not math.isfinite(value) else 0.98 * old + 0.02 * value

    def _progress(self, first: int, spent: float, saved: bool) -> Progress:
        optim = self.config.optim
        per_step = spent / max(1, self.step - first)
        left = (optim.steps - self.step) * per_step
        if self.schedule.minutes:
            left = min(left, max(0.0, 60 * self.schedule.minutes - spent))
        return Progress(self.step, optim.steps, dict(self._sums), optim.batch / max(per_step, 1e-9), left, saved)

    @torch.no_grad()
    def panel(self, batch: Batch) -> Tensor:
        """A strip of pictures, uint8 (3, rows, columns): lineart with hints, flats, result, target, one example per
        row."""
        self.average.eval()
        unit = Batch(*[values[:4].to(self.device).to(torch.float32) / 255.0 for values in batch])
        painted = self.average(unit.lineart, unit.mask, unit.base, unit.hints)
        shown = compose(unit.lineart.expand(-1, 3, -1, -1), unit.base, unit.mask)
        dabbed = compose(unit.hints[:, :3], shown, unit.hints[:, 3:])
        result = compose(painted.colour * unit.lineart, unit.base, unit.mask)
        columns = [dabbed, painted.flats, result, unit.target]
        rows = torch.cat([torch.cat(list(column), dim=1) for column in columns], dim=2)
        return (rows.clamp(0, 1) * 255).round().to(torch.uint8).cpu()


class _Writer:
    """metrics.jsonl, TensorBoard scalars, and panels as PNG."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        self.folder = folder
        self.board = SummaryWriter(str(folder / "board"))

    def scalars(self, progress: Progress) -> None:
        row = {"step": progress.step, "rate": round(progress.rate, 3), **progress.losses}
        with (self.folder / "metrics.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")
        for name, value in progress.losses.items():
            self.board.add_scalar(f"loss/{name}", value, progress.step)

    def panel(self, step: int, picture: Tensor) -> None:
        from stenciltorch.canvas import Illustration
        from stenciltorch.files import write_illustration

        (self.folder / "panels").mkdir(exist_ok=True)
        write_illustration(
            self.folder / "panels" / f"{step:07d}.png", Illustration(picture.permute(1, 2, 0).numpy().copy())
        )
        self.board.add_image("panel", picture, step)

    def close(self) -> None:
        self.board.close()
