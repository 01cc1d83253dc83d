"""A finished run -> a model folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stenciltorch.errors import ConfigError
from stenciltorch.export import Card, Parity, export
from stenciltorch.networks.studio import StudioNet, StudioShape
from stenciltorch.training.checkpoint import LATEST, State, load
from stenciltorch.training.config import fingerprint
from stenciltorch.training.pack import pack_hash, read_pack


def release(run: Path, model: Path, name: str | None, licence: str, pack: Path | None) -> Parity:
    """Export the averaged weights of a run.

    Raises:
        ConfigError: the folder holds no run.
        ModelError: the exported files do not compute what torch computes.
    """
    state = load(run / LATEST)
    data = pack_hash(read_pack(pack)) if pack else "not recorded"
    card = Card(name or str(state.config["name"]), licence, fingerprint(state.config), data, state.step)
    return export(averaged_net(state), model, card)


def _tuple(value: object) -> object:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value


def averaged_net(state: State) -> StudioNet:
    """The net with a run's averaged weights."""
    try:
        shape: dict[str, Any] = {name: _tuple(value) for name, value in state.config["shape"].items()}
        net = StudioNet(StudioShape(**shape))
        net.load_state_dict(state.part("average"))
    except (KeyError, TypeError, RuntimeError) as error:
        raise ConfigError(
            "The checkpoint does not hold a studio net of this version; "
            "export it with the StencilTorch that it was trained with."
        ) from error
    return net
