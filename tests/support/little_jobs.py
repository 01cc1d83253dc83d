"""Functions for workers, for tests of the engines: one for each thing that can happen to a picture."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stenciltorch.canvas import Illustration, Regions
from stenciltorch.errors import ConfigError


@dataclass(frozen=True)
class Job:
    """Writes every task into a diary, then does what the task's name says; answers the task and its process."""

    diary: str

    def __call__(self, task: str) -> tuple[str, int]:
        known = task in diary_of(self.diary)
        with Path(self.diary).open("ab", buffering=0) as stream:
            stream.write(f"{task}\n".encode())
        if task.startswith("poison") or (task.startswith("unlucky") and not known):
            os.kill(os.getpid(), signal.SIGKILL)
        if task.startswith("crash"):
            os.abort()
        if task.startswith("sleep"):
            time.sleep(3600)
        if task.startswith("fail"):
            raise ValueError("no such colour")
        if task.startswith("refuse"):
            raise ConfigError("The scorer is not installed.")
        return task, os.getpid()


def diary_of(diary: str | Path) -> list[str]:
    path = Path(diary)
    return path.read_text().split() if path.exists() else []


def _die() -> None:
    os._exit(3)


class Unborn:
    """Ends every process that it is sent to."""

    def __call__(self, task: str) -> str:
        return task

    def __reduce__(self) -> tuple[object, ...]:
        return _die, ()


def four_columns(illustration: Illustration) -> Regions:
    """A source of regions, for `--regions little_jobs:four_columns`."""
    labels = np.ones(illustration.size, np.int32)
    for number in range(4):
        labels[:, number * illustration.size.width // 4 :] = number + 1
    return Regions(labels)
