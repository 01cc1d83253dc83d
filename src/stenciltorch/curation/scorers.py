"""Scorers that others install: taste, unsafe content, or anything else that gives a picture a number.

A package offers one under the entry point group `stenciltorch.scorers`: a function without arguments that loads
whatever is needed, once in each worker, and answers a function `Illustration -> float`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points

from stenciltorch.canvas import Illustration
from stenciltorch.errors import ConfigError

GROUP = "stenciltorch.scorers"

Scorer = Callable[[Illustration], float]


def find(name: str) -> EntryPoint:
    """The installed scorer of this name.

    Raises:
        ConfigError: none, or several.
    """
    found = entry_points(group=GROUP, name=name)
    if len(found) != 1:
        offered = ", ".join(sorted({point.name for point in entry_points(group=GROUP)})) or "none"
        state = "is offered by several packages" if found else "is not installed"
        raise ConfigError(f"The scorer {name!r} {state}; installed scorers: {offered}.")
    return found[name]


def version_of(name: str) -> str:
    """Package and version that offer a scorer: another version means that pictures are scored again."""
    package = find(name).dist
    return f"{package.name} {package.version}" if package else "unknown"


def load(names: Iterable[str]) -> dict[str, Scorer]:
    """The scorers by name, ready to use."""
    return {name: _load(name) for name in names}


def _load(name: str) -> Scorer:
    try:
        scorer: Scorer = find(name).load()()
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError(f"The scorer {name!r} cannot be loaded ({error}); mend or remove its package.") from error
    return scorer


def score(scorers: dict[str, Scorer], illustration: Illustration) -> dict[str, float]:
    """Raises ConfigError when a scorer answers anything but a number."""
    scores = {}
    for name, scorer in scorers.items():
        value = float(scorer(illustration))
        if not math.isfinite(value):
            raise ConfigError(f"The scorer {name!r} answered {value}; it must answer a finite number.")
        scores[name] = round(value, 6)
    return scores
