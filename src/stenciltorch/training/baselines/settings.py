"""What recipes say of the baselines beside data and optimiser. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from stenciltorch.errors import ConfigError
from stenciltorch.training.config import TaskConfig
from stenciltorch.training.tasks.kinds import Semantics

Lines = Literal["xdog", "varied"]
BaselineContent = Literal["own", "vgg16"]


@dataclass(frozen=True)
class BaselineConfig(TaskConfig):
    """What all four share.

    Args:
        width: channels of the first convolution of the painting network, or its f.
        lines: `xdog`, the paper's lineart with a sigma of 0.3, 0.4 or 0.5; or `varied`, the styles of the studio net.
    """

    width: int = 64
    lines: str = "xdog"

    def __post_init__(self) -> None:
        _check_kind("task.lines", self.lines, get_args(Lines))
        if self.width < 1:
            raise ConfigError(f"task.width must be 1 or more, found {self.width}.")
        for name in ("classify", "draft", "whole", "again", "empty", "own_draft"):
            share = getattr(self, name, 0.0)
            if not 0.0 <= share <= 1.0:
                raise ConfigError(f"task.{name} must be from 0 to 1, found {share}.")
        for name in (name for name in vars(self) if name.endswith("_weight")):
            if getattr(self, name) < 0:
                raise ConfigError(f"task.{name} must be 0 or more, found {getattr(self, name)}.")


@dataclass(frozen=True)
class Zhang2017Config(BaselineConfig):
    """Zhang et al. 2017.

    Args:
        classify: share of the steps in which the classification trains the trunk; the regression does in the rest.
        class_weight, regress_weight: of the two losses.
        again: chance of one more patch, after each.
        whole: chance that all colours are given.
        largest: side of the largest patch, in pixels.
    """

    kind: str = "zhang2017"
    classify: float = 0.5
    class_weight: float = 10.0
    regress_weight: float = 10.0
    again: float = 0.875
    whole: float = 0.01
    largest: int = 9

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.largest < 1 or self.again >= 1:
            raise ConfigError(
                f"task.largest must be 1 or more and task.again below 1, found {self.largest} and {self.again}."
            )


@dataclass(frozen=True)
class PaintsChainerConfig(BaselineConfig):
    """PaintsChainer.

    Args:
        draft: share of the steps that train the drafting U-Net; the rest trains the painting one on its drafts.
        adversarial_weight, line_weight: of the critic's and the line net's opinion of a draft; L1 counts once.
        points: a crowded map has up to so many points.
        own_draft: share of the colour planes that the painting U-Net is given as the draft has them; the rest is true.
    """

    kind: str = "paintschainer"
    width: int = 32
    lines: str = "varied"
    draft: float = 0.5
    adversarial_weight: float = 1.0
    line_weight: float = 10.0
    points: int = 128
    own_draft: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.points <= 16:
            raise ConfigError(f"task.points must be above 16, found {self.points}.")


@dataclass(frozen=True)
class Ci2018Config(BaselineConfig):
    """Ci et al. 2018.

    Args:
        depth: blocks at the generator's bottom.
        critic_width: f of the critic.
        semantics: F1; `own` or `illustration2vec` as published.
        content: F2; `own` or `vgg16` as published.
        adversarial_weight, penalty_weight, drift_weight: of the critic's opinion; of slope and drift of the critic.
        empty: share of the examples without hints.
    """

    kind: str = "ci2018"
    depth: int = 20
    critic_width: int = 64
    semantics: str = "own"
    content: str = "own"
    adversarial_weight: float = 1e-4
    penalty_weight: float = 10.0
    drift_weight: float = 1e-3
    empty: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kind("task.semantics", self.semantics, get_args(Semantics))
        _check_kind("task.content", self.content, get_args(BaselineContent))
        if not 1 <= self.depth <= 20:
            raise ConfigError(f"task.depth must be from 1 to 20, found {self.depth}.")


@dataclass(frozen=True)
class PaintsTorch2019Config(Ci2018Config):
    """PaintsTorch.

    Args:
        sketch_weight: of the lines that the second generator finds in the painting.
        strokes: a hint map has fewer than so many.
    """

    kind: str = "paintstorch2019"
    sketch_weight: float = 1.0
    strokes: int = 120

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.strokes < 1:
            raise ConfigError(f"task.strokes must be 1 or more, found {self.strokes}.")


def _check_kind(name: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise ConfigError(f"{name} must be one of {', '.join(known)}, found {found!r}.")
