"""What a training run is: frozen dataclasses, and how one setting is changed. No torch here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from stenciltorch.errors import ConfigError
from stenciltorch.synthesis.hints import HintRecipe
from stenciltorch.synthesis.masks import MaskRecipe
from stenciltorch.synthesis.sample import SynthesisRecipe

Settings = TypeVar("Settings")


def _check(fits: bool, reason: str) -> None:
    if not fits:
        raise ConfigError(f"{reason}.")


@dataclass(frozen=True)
class ShapeConfig:
    """Size of the studio net; see `networks.studio.StudioShape`."""

    encoder: tuple[int, int, int, int] = (32, 64, 96, 160)
    vector: int = 64
    rounds: int = 3


@dataclass(frozen=True)
class DataConfig:
    """Which crops are drawn.

    Args:
        crop: side of a training crop in pixels, a multiple of 32.
        procedural: share of samples drawn by the procedural generator instead of taken from pictures.
        smallest, largest: how much of the picture's short side a crop covers.
        unhinted: how much areas without a hint of their own count against hinted ones.
        asked_only: the net is to answer what is asked and leave the rest paper: flats without outlines, and white where
            neither a hint nor a kept part tells the colour. Areas that have a hinted colour, but no hint of their own,
            count nothing. Else it is to guess the whole picture, as the paper's.
        hatched: chance that a lineart gets hatching or screentone.
        collage: chance that a figure on blank paper is cut out and laid on something else.
    """

    crop: int = 192
    procedural: float = 0.25
    smallest: float = 0.35
    largest: float = 1.3
    unhinted: float = 0.3
    asked_only: bool = False
    hatched: float = 0.0
    collage: float = 0.0
    synthesis: SynthesisRecipe = field(default_factory=SynthesisRecipe)

    def __post_init__(self) -> None:
        _check(self.crop > 0 and self.crop % 32 == 0, f"data.crop must be a multiple of 32, found {self.crop}")
        _check(
            0 < self.smallest <= self.largest,
            f"data.smallest must be above 0 and at most data.largest, found {self.smallest} and {self.largest}",
        )
        for name in ("procedural", "unhinted", "hatched", "collage"):
            share = getattr(self, name)
            _check(0.0 <= share <= 1.0, f"data.{name} must be from 0 to 1, found {share}")


@dataclass(frozen=True)
class OptimConfig:
    """AdamW (paper 5), with warm-up, a plateau, and a linear decay over the last `decay` share of the steps.

    Args:
        batch: pictures in one step, over all processes together.
        clip: the largest norm of a gradient; 0 = any.
        ema: how much of themselves the averaged weights keep in a step; 0 = they are the present ones.
        epochs: if above 0, `steps` follows from it: one epoch draws as many pictures as the pack has for training.
    """

    steps: int = 20_000
    batch: int = 8
    rate: float = 1.5e-3
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 1e-2
    warmup: int = 200
    decay: float = 0.3
    clip: float = 1.0
    ema: float = 0.998
    epochs: float = 0.0

    def __post_init__(self) -> None:
        for name in ("steps", "batch"):
            count = getattr(self, name)
            _check(count >= 1, f"optim.{name} must be 1 or more, found {count}")
        for name in ("clip", "epochs"):
            number = getattr(self, name)
            _check(number >= 0, f"optim.{name} must be 0 or more, found {number}")
        for name in ("decay", "ema"):
            share = getattr(self, name)
            _check(0.0 <= share <= 1.0, f"optim.{name} must be from 0 to 1, found {share}")


@dataclass(frozen=True)
class LossConfig:
    """Weights of the objectives in `training.objectives`.

    Args:
        borders: how much more pixels count that lie beside another colour, where bleeding is seen.
        foreseen: of the cross-entropy of foreseen borders, over which colours flood.
    """

    flats: float = 2.0
    coarse: float = 1.0
    chroma: float = 1.0
    taste: float = 0.1
    borders: float = 0.0
    foreseen: float = 1.0


@dataclass(frozen=True)
class TaskConfig:
    """What is trained: `kind` is a key of `task.TASKS`. A task with settings of its own has a subclass."""

    kind: str = "studio"


TRAINED = ("all", "painting", "borders")


@dataclass(frozen=True)
class StudioConfig(TaskConfig):
    """Training of the studio net.

    Args:
        trained: `all`; or `painting`: what colour pays for its ways, while what looks at the drawing and what judges
            whether a hint was meant for a place stay as they are; or `borders`: what looks at the drawing learns where
            areas end, and is held to its other answers by the net that it was when it began.
    """

    trained: str = "all"

    def __post_init__(self) -> None:
        _check(self.trained in TRAINED, f"task.trained must be one of {', '.join(TRAINED)}, found {self.trained!r}")


@dataclass(frozen=True)
class TrainConfig:
    """All that decides what a run computes; equal configs and equal packs give equal weights.

    Args:
        shape, loss: of the studio net; other tasks keep their settings under `task`.
    """

    name: str = "studio"
    seed: int = 0
    task: TaskConfig = field(default_factory=StudioConfig)
    shape: ShapeConfig = field(default_factory=ShapeConfig)
    data: DataConfig = field(default_factory=DataConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def as_dict(self) -> dict[str, Any]:
        """The settings that this kind of task has."""
        whole = dataclasses.asdict(self)
        if self.task.kind != "studio":
            del whole["shape"], whole["loss"]
        return whole

    def settled(self, pictures: int) -> TrainConfig:
        """With its number of steps, for a pack of so many pictures for training."""
        optim = self.optim
        if not optim.epochs:
            return self
        steps = max(1, round(optim.epochs * pictures / optim.batch))
        return dataclasses.replace(self, optim=dataclasses.replace(optim, steps=steps))


def upgraded(stored: dict[str, Any]) -> dict[str, Any]:
    """Settings of an older run with those that were added since, at the values that it was run with."""
    optim = {"epochs": 0.0} | stored.get("optim", {})
    data = {"hatched": 0.0, "collage": 0.0} | stored.get("data", {})
    task = stored.get("task", {"kind": "studio"})
    if task["kind"] == "studio":
        task = {"trained": "all"} | task
    whole = stored | {"task": task, "optim": optim, "data": data}
    return whole | {"loss": {"foreseen": 0.0} | stored["loss"]} if "loss" in stored else whole


def fingerprint(config: dict[str, Any]) -> str:
    """sha256 of a resolved recipe (`TrainConfig.as_dict()`)."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()


def override(config: Settings, path: str, value: str) -> Settings:
    """One setting changed, e.g. `override(config, "optim.rate", "1e-4")`.

    Raises:
        ConfigError: no such setting, or a value of the wrong type.
    """
    return _override(config, path, value, path)


def _override(config: Settings, path: str, value: str, whole: str) -> Settings:
    """`path` from this part on; `whole` is what the user wrote."""
    name, _, rest = path.partition(".")
    known = {known.name for known in dataclasses.fields(config)}  # type: ignore[arg-type]
    if name not in known:
        raise ConfigError(f"There is no setting {name!r}; known here: {', '.join(sorted(known))}.")
    current = getattr(config, name)
    if rest:
        if not dataclasses.is_dataclass(current):
            raise ConfigError(f"The setting {name!r} has no part {rest!r}.")
        changed: object = _override(current, rest, value, whole)
    else:
        changed = _parse(current, value, whole)
    return dataclasses.replace(config, **{name: changed})  # type: ignore[type-var]


def _parse(current: object, value: str, path: str) -> object:
    if isinstance(current, str):
        return value
    try:
        parsed = json.loads(value, parse_constant=str)
    except json.JSONDecodeError:
        parsed = value
    fitted = _fit(current, parsed)
    if fitted is None:
        raise ConfigError(f"The setting {path} takes {_kind(current)}, found {value!r}.")
    return fitted


def _fit(current: object, parsed: object) -> object:
    """The value in the type of the current one; None when it does not fit."""
    if isinstance(current, tuple) and isinstance(parsed, list):
        fitted = tuple(map(_fit, current, parsed)) if len(parsed) == len(current) else (None,)
        return None if None in fitted else fitted
    if isinstance(current, float) and type(parsed) is int:
        return float(parsed)
    return parsed if type(parsed) is type(current) else None


def _kind(current: object) -> str:
    """What a setting takes, in words."""
    if isinstance(current, tuple):
        return f"{len(current)} values like {json.dumps(current)}"
    if dataclasses.is_dataclass(current):
        return f"no value itself but has parts ({', '.join(part.name for part in dataclasses.fields(current))})"
    return {int: "a whole number", float: "a number", bool: "true or false"}[type(current)]


__all__ = [
    "DataConfig",
    "HintRecipe",
    "LossConfig",
    "MaskRecipe",
    "OptimConfig",
    "ShapeConfig",
    "StudioConfig",
    "SynthesisRecipe",
    "TaskConfig",
    "TrainConfig",
    "fingerprint",
    "override",
    "upgraded",
]
