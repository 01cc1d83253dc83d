"""An installed package of scorers, for tests: one that judges, one that keeps a diary and dies of poison."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from stenciltorch.canvas import Illustration

DIARY = "LITTLE_SCORERS_DIARY"
"""Environment variable: a file that gets one line for each picture that is scored."""
POISON = (1, 254, 3)
"""The colour of a top left corner that kills."""
SLEEPER = (3, 254, 1)
"""The colour of a top left corner that never comes to an end."""
ONCE = (1, 3, 254)
"""The colour of a top left corner that kills while its diary does not tell of it."""

Scorer = Callable[[Illustration], float]


def redness() -> Scorer:
    return lambda illustration: float(illustration.array[..., 0].mean() / 255)


def nothing() -> Scorer:
    return lambda illustration: float("nan")


def breaks() -> Scorer:
    raise RuntimeError("its weights are missing")


def diary() -> Scorer:
    return _write


def _write(illustration: Illustration) -> float:
    corner = tuple(illustration.array[0, 0].tolist())
    name = hashlib.sha256(illustration.array.tobytes()).hexdigest()
    diary = Path(os.environ[DIARY])
    known = corner == ONCE and diary.exists() and name in diary.read_text()
    with diary.open("ab", buffering=0) as stream:
        stream.write(f"{name} {os.getpid()}\n".encode())
    if corner == SLEEPER:
        time.sleep(3600)
    if corner == POISON or (corner == ONCE and not known):
        os.kill(os.getpid(), signal.SIGKILL)
    return float(np.float64(0.5))
