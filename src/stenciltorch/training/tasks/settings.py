"""What recipes say of our own tasks beside data and optimiser. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from stenciltorch.errors import ConfigError
from stenciltorch.training.config import TaskConfig
from stenciltorch.training.tasks.kinds import Adversarial, Content, Semantics


@dataclass(frozen=True)
class SemanticConfig(TaskConfig):
    """Training of our own feature extractor.

    Args:
        groups: classes that the characters and motifs of a pack are spread over, by their names.
        group_weight: how much telling them counts against telling colours.
    """

    kind: str = "semantic"
    groups: int = 256
    group_weight: float = 0.2


@dataclass(frozen=True)
class AdversarialConfig(TaskConfig):
    """The paper's method (3.3).

    Args:
        features: f of generator and guide.
        critic_features: f of the critic.
        normalise: batch normalisation in generator and guide. Never in the critic: the penalty is on the slope of each
            picture's own score.
        guide: train a guide beside the generator (Eq. 9).
        semantics: F1; `own` (networks/semantic.py) or `illustration2vec`.
        content: F2; `own`, `vgg16` as in the paper, or `critic`, the critic's own maps (feature matching).
        adversarial: `hinge` (Eq. 7) or `plain`, -D.
        adversarial_weight, guide_weight, penalty_weight, drift_weight: Eqs. 6, 11.
        chunk: pictures in one pass of a process; 0 = its whole share of the batch. Less memory, the same gradients.
    """

    kind: str = "adversarial"
    features: int = 32
    critic_features: int = 32
    normalise: bool = False
    guide: bool = False
    semantics: str = "own"
    content: str = "own"
    adversarial: str = "hinge"
    adversarial_weight: float = 1e-4
    guide_weight: float = 1.0
    penalty_weight: float = 10.0
    drift_weight: float = 1e-3
    chunk: int = 0

    def __post_init__(self) -> None:
        for name, kinds in (("semantics", Semantics), ("content", Content), ("adversarial", Adversarial)):
            _check_kind(f"task.{name}", getattr(self, name), get_args(kinds))
        for name in ("adversarial_weight", "guide_weight", "penalty_weight", "drift_weight", "chunk"):
            if getattr(self, name) < 0:
                raise ConfigError(f"task.{name} must be 0 or more, found {getattr(self, name)}.")


def _check_kind(name: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise ConfigError(f"{name} must be one of {', '.join(known)}, found {found!r}.")
