"""A baseline's run -> a model folder that the studio opens and the evaluation measures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from stenciltorch.errors import ConfigError
from stenciltorch.export import Card
from stenciltorch.networks.baselines import (
    AlacganSystem,
    Generator,
    GraphSpec,
    PaintsChainer,
    PaintsChainerSystem,
    PaintsTorchSystem,
    System,
    Zhang2017,
    ZhangSystem,
    free_axes,
    graphs,
)
from stenciltorch.training import features
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.config import fingerprint
from stenciltorch.training.contract import Given, write_model
from stenciltorch.training.pack import pack_hash, read_pack

Task = dict[str, Any]


def _zhang(task: Task) -> System:
    return ZhangSystem(Zhang2017(task["width"]))


def _chained(task: Task) -> System:
    return PaintsChainerSystem(PaintsChainer(task["width"]))


def _alacgan(task: Task, kind: type[AlacganSystem]) -> System:
    return kind(Generator(task["width"], depth=task["depth"]), features.semantics(task["semantics"]))


BUILDERS: dict[str, Callable[[Task], System]] = {
    "zhang2017": _zhang,
    "paintschainer": _chained,
    "ci2018": partial(_alacgan, kind=AlacganSystem),
    "paintstorch2019": partial(_alacgan, kind=PaintsTorchSystem),
}


def system_of(state: State) -> System:
    """What a run has trained, ready to paint.

    Raises:
        ConfigError: it is no baseline's run.
        ModelError: the run was trained with published weights that are not here.
    """
    task: Task = state.config.get("task", {})
    kind = task.get("kind", "studio")
    if kind not in BUILDERS:
        raise ConfigError(f"This is a run of {kind!r}, expected one of {', '.join(sorted(BUILDERS))}.")
    try:
        system = BUILDERS[kind](task)
        network: Any = system.network
        network.load_state_dict(state.part("average"))
    except (KeyError, TypeError, RuntimeError) as error:
        raise ConfigError(
            f"The checkpoint does not hold the networks of {kind} in this version; "
            "export it with the StencilTorch that it was trained with."
        ) from error
    return system.eval()


def release_baseline(run: Path, model: Path, name: str | None, licence: str, pack: Path | None) -> int:
    """Export a run; returns the largest difference from torch, in levels.

    Raises:
        ConfigError: the folder holds no run of a baseline.
        ModelError: the exported files do not compute what torch computes.
    """
    state = load(run / LATEST)
    system = system_of(state)
    data = pack_hash(read_pack(pack)) if pack else state.data or "not recorded"
    card = Card(name or str(state.config["name"]), licence, fingerprint(state.config), data, state.step)
    return write_system(system, model, card)


def write_system(system: System, model: Path, card: Card) -> int:
    """Write a model folder; returns the largest difference from torch, in levels.

    Raises:
        ModelError: the exported files do not compute what torch computes; the folder stays as it was.
    """
    return write_model(partial(roomy_graphs, system), partial(free_axes, system), model, card, system.work_pixels)


def roomy_graphs(system: System, given: Given) -> list[GraphSpec]:
    """The three graphs for a request, doubled where a network would halve a side down to 1: torch's exporter takes a
    side of 1 for a constant."""
    if system.multiple <= min(given["lineart"].shape) < 2 * system.multiple:
        given = {name: value.repeat(2, 2, *[1] * (value.dim() - 2)) for name, value in given.items()}
    return graphs(system, given)
