"""How a run begins with the weights of another."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from stenciltorch.errors import ConfigError
from stenciltorch.training.checkpoint import State


def take_over(state: State, parts: Iterable[tuple[nn.Module, str]], refusal: str) -> None:
    """Load each module from the part of the checkpoint that goes with it.

    Raises:
        ConfigError: `refusal`, when a part is missing or holds another network.
    """
    try:
        for module, name in parts:
            module.load_state_dict(state.part(name))
    except RuntimeError as error:
        raise ConfigError(refusal) from error
