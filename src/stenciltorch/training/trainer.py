"""The training loop: resumable, on one process or many. It yields `Progress` and prints nothing."""

from __future__ import annotations

import json
import math
import signal
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from stenciltorch.errors import ConfigError, DatasetError
from stenciltorch.training import ranks as together
from stenciltorch.training.checkpoint import (
    LATEST,
    State,
    load,
    load_optimizer,
    optimizer_tensors,
    remove_leftovers,
    save,
)
from stenciltorch.training.config import TrainConfig, upgraded
from stenciltorch.training.pack import pack_hash, read_pack
from stenciltorch.training.place import Numerics, Place
from stenciltorch.training.positions import Shares
from stenciltorch.training.runfolder import RunFolder, Writer, describe_data, describe_program, make_folder
from stenciltorch.training.task import Task, build_task, to_device
from stenciltorch.training.warmstart import stored_weights

PATIENCE = 5
"""Steps in a row whose losses or gradients are no numbers, before a run stops."""


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
    """When to write, when to stop early, and how to compute.

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
    numerics: Numerics = field(default_factory=Numerics)


def choose_device(wanted: str) -> str:
    """Raises ConfigError when a GPU is asked for and there is none."""
    found = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and found != "cuda":
        raise ConfigError("torch finds no GPU here; train with --device cpu, or install a torch for your GPU.")
    return found if wanted == "auto" else wanted


def _leave_signals_alone(_: int) -> None:
    """Processes that draw samples end with the one that trains, which alone decides what Ctrl-C means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _never() -> bool:
    return False


def train(
    config: TrainConfig,
    pack: Path,
    folder: Path,
    schedule: Schedule,
    start: Path | State | None = None,
    stop: Callable[[], bool] = _never,
) -> Iterator[Progress]:
    """Begin or go on with the run in `folder`, if new from the weights of `start`, another run's folder or state.

    Under torchrun all processes call this with the same arguments; rank 0 alone writes and yields.

    Args:
        stop: asked after every step; a run that is told to stop is saved, and can be gone on with.
    """
    if schedule.threads:
        torch.set_num_threads(schedule.threads)
    trainer = Trainer(config, pack, folder, schedule)
    if start and trainer.step == 0:
        trainer.begin_with(start)
    yield from trainer.run(stop=stop)


class Trainer:
    """One run in one folder; see `runfolder`."""

    def __init__(self, config: TrainConfig, pack: Path, folder: Path, schedule: Schedule) -> None:
        self.folder, self.schedule, self.pack = folder, schedule, pack
        ranks, device = together.join(choose_device(schedule.device))
        self.place = Place(device, ranks, schedule.numerics)
        entries = read_pack(pack)
        self.config = config.settled(sum(entry.split == "train" for entry in entries))
        ranks.part(self.config.optim.batch)
        torch.manual_seed(config.seed)
        self.task: Task = build_task(self.config, self.place)
        self.data = self.task.data(pack)
        self.data_hash = pack_hash(entries)
        self.step = 0
        self._missed = 0
        self._sums: dict[str, float] = {}
        self._resume()
        if ranks.leads:
            about = describe_data(pack, entries)
            RunFolder(folder).begin(self.config.as_dict(), about, describe_program(device, ranks.count), self.step)

    def _resume(self) -> None:
        """Rank 0 reads; the others get it from there, since they may not see its disk."""
        state: State | None = None
        if self.place.ranks.leads:
            make_folder(self.folder)
            remove_leftovers(self.folder)
            latest = self.folder / LATEST
            state = load(latest) if latest.exists() else None
        state = self.place.ranks.share(state)
        if state is not None:
            self._check_same(state)
            self._take(state)

    def _take(self, state: State) -> None:
        try:
            for name, module in self.task.modules.items():
                module.load_state_dict(state.part(name))
            for name, optimizer in self.task.optimizers.items():
                load_optimizer(optimizer, state.part(name))
        except (RuntimeError, ValueError) as error:
            raise ConfigError(
                f"The run in {self.folder} holds another version's net; go on with the StencilTorch that it was "
                "started with, or use another folder."
            ) from error
        self.step = state.step

    def _check_same(self, state: State) -> None:
        mine, stored = json.loads(json.dumps(self.config.as_dict())), upgraded(state.config)
        if state.data and state.data != self.data_hash:
            raise ConfigError(
                f"The run in {self.folder} was trained on other pictures (sha256 {state.data[:12]}, this pack has "
                f"{self.data_hash[:12]}); name the pack that it was started with, or use another folder."
            )
        if stored != mine:
            changed = sorted(key for key in mine.keys() | stored.keys() if stored.get(key) != mine.get(key))
            raise ConfigError(
                f"The run in {self.folder} was started with other settings ({', '.join(changed)}); "
                "use another folder, or the same settings."
            )

    def begin_with(self, start: Path | State) -> None:
        """Take the weights of another run, or of a model that comes with its own; rank 0 reads them.

        Raises:
            ConfigError: there are none, or they do not fit.
            ModelError: the model's are damaged.
        """
        ranks = self.place.ranks
        read = stored_weights(start) if isinstance(start, Path) and ranks.leads else start
        state: State = ranks.share(read)
        self.task.begin_with(state)

    def state(self) -> State:
        """All that is stored."""
        tensors: dict[str, Tensor] = {}
        for part, module in self.task.modules.items():
            tensors |= {f"{part}.{name}": value for name, value in module.state_dict().items()}
        for part, optimizer in self.task.optimizers.items():
            tensors |= {f"{part}.{name}": value for name, value in optimizer_tensors(optimizer).items()}
        return State(self.step, self.config.as_dict(), tensors, self.data_hash)

    def save(self) -> None:
        """Write the checkpoint, unless an update is incomplete or a weight is no number."""
        if not self.place.ranks.leads or self.place.halfway:
            return
        state = self.state()
        if not self._missed or all(bool(torch.isfinite(value).all()) for value in state.tensors.values()):
            save(self.folder / LATEST, state)

    def train_step(self, batch: Any) -> dict[str, float]:
        """One step of the task.

        Raises:
            ConfigError: the GPU's memory is too small.
        """
        try:
            losses = self.task.step(to_device(batch, self.place.device), self.step)
        except torch.OutOfMemoryError as error:
            raise ConfigError(
                "The GPU's memory ran out; make each pass smaller, e.g. with --set task.chunk=4 (paper's recipes), "
                "--set data.crop=256 or --set optim.batch=8."
            ) from error
        self.step += 1
        self.place.halfway = False
        return self.place.ranks.mean(losses)

    def _batches(self) -> DataLoader[Any]:
        optim, ranks = self.config.optim, self.place.ranks
        return DataLoader(
            self.data.examples,  # type: ignore[arg-type]
            batch_sampler=Shares(self.step, optim.steps, optim.batch, ranks.part(optim.batch)),
            collate_fn=self.data.collate,
            num_workers=self.schedule.workers,
            prefetch_factor=4 if self.schedule.workers else None,
            pin_memory=self.place.kind == "cuda",
            worker_init_fn=_leave_signals_alone,
        )

    def _drawn(self) -> Iterator[Any]:
        """The batches. What can go wrong while samples are drawn becomes one sentence.

        Raises:
            ConfigError: a process that draws samples was killed.
            DatasetError: a file of the pack is missing or damaged.
        """
        batches = iter(self._batches())
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (OSError, EOFError, BadZipFile, zlib.error) as error:
                raise DatasetError(
                    f"A picture of the pack {self.pack} cannot be read ({str(error).strip().splitlines()[-1]}); delete "
                    "that file, if it is there, and run `stenciltorch pack` again."
                ) from error
            except RuntimeError as error:
                if "DataLoader worker" not in str(error):
                    raise
                raise ConfigError(
                    "A process that draws samples was killed, perhaps for want of memory; take fewer with --workers "
                    "and start again: the run goes on."
                ) from error
            yield batch

    def run(self, clock: Callable[[], float] = time.monotonic, stop: Callable[[], bool] = _never) -> Iterator[Progress]:
        """Train until the steps are done, the time is up or `stop` says so; the state is saved on every exit, also on
        an exception, unless that came in the middle of an update.

        Raises:
            ConfigError: the losses are no numbers any more, or the folder cannot be written.
        """
        begun, first = clock(), self.step
        writer = Writer(RunFolder(self.folder)) if self.place.ranks.leads else None
        try:
            for batch in self._drawn():
                self._add(self.train_step(batch))
                spent = clock() - begun
                over = bool(self.schedule.minutes) and spent > 60 * self.schedule.minutes
                over = self.place.ranks.any(over or stop())
                yield from self._report(batch, writer, first, spent, over)
                if over:
                    return
        finally:
            if writer:
                writer.close()
            self.save()

    def _report(self, batch: Any, writer: Writer | None, first: int, spent: float, over: bool) -> Iterator[Progress]:
        """What is due after this step, on rank 0."""
        saved = self.step % self.schedule.save_every == 0
        if not writer:
            return
        if self.step % self.schedule.panel_every == 0:
            writer.panel(self.step, self.task.panel(to_device(batch, self.place.device)))
        if saved:
            self.save()
        if over or self.step % self.schedule.log_every == 0 or self.step == self.config.optim.steps:
            progress = self._progress(first, spent, saved)
            writer.scalars(progress.step, progress.rate, progress.losses)
            yield progress

    def _add(self, losses: dict[str, float]) -> None:
        """Keep running averages.

        Raises:
            ConfigError: no numbers for `PATIENCE` steps.
        """
        self._missed = 0 if all(map(math.isfinite, losses.values())) else self._missed + 1
        if self._missed >= PATIENCE:
            spoiled = sorted(name for name, value in losses.items() if not math.isfinite(value))
            raise ConfigError(
                f"The losses are no numbers any more since step {self.step - PATIENCE} ({', '.join(spoiled)}). "
                f"{self.folder / LATEST} holds the weights from before; begin a new run from it with "
                f"--from {self.folder} and a lower rate, e.g. --set optim.rate=1e-5."
            )
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
