"""A run's state on disk: one safetensors file, written to a temporary name and renamed, so that a kill leaves the
old one whole."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from stenciltorch.errors import ConfigError

LATEST = "latest.safetensors"


@dataclass
class State:
    """All that the next step depends on: the step's number, the settings, every tensor by name, and the data.

    Args:
        data: sha256 of the pack's listing (`pack.pack_hash`); empty in runs of before it was recorded.
    """

    step: int
    config: dict[str, Any]
    tensors: dict[str, Tensor] = field(default_factory=dict)
    data: str = ""

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors under `prefix.`, without it."""
        cut = len(prefix) + 1
        return {name[cut:]: value for name, value in self.tensors.items() if name.startswith(f"{prefix}.")}


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as flat tensors `number.key`."""
    flat: dict[str, Tensor] = {}
    for number, values in optimizer.state_dict()["state"].items():
        for key, value in values.items():
            flat[f"{number}.{key}"] = torch.as_tensor(value).detach().clone()
    return flat


def load_optimizer(optimizer: torch.optim.Optimizer, flat: dict[str, Tensor]) -> None:
    current = optimizer.state_dict()
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in flat.items():
        number, key = name.split(".", 1)
        state.setdefault(int(number), {})[key] = value
    optimizer.load_state_dict({"state": state, "param_groups": current["param_groups"]})


def save(path: Path, state: State) -> None:
    """Write atomically; the file or its predecessor survives a kill at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    settings = json.dumps(state.config, sort_keys=True)
    metadata = {"step": str(state.step), "config": settings, "data": state.data}
    tensors = {name: value.detach().cpu().contiguous().clone() for name, value in state.tensors.items()}
    try:
        save_file(tensors, temporary, metadata=metadata)
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except (OSError, SafetensorError) as error:
        temporary.unlink(missing_ok=True)
        raise ConfigError(
            f"The checkpoint {path} could not be written ({error}); free some space and start again: "
            "the run goes on from the last one."
        ) from error


def _sync_folder(folder: Path) -> None:
    """Have the new name on the disk, too, where folders can be synchronised."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def remove_leftovers(folder: Path) -> None:
    """Delete what killed processes left half written. No other process may be saving here."""
    for left in folder.glob(f"{LATEST}.*.tmp"):
        left.unlink(missing_ok=True)


def load(path: Path) -> State:
    """Raises ConfigError when the file is missing or no checkpoint of ours."""
    try:
        with safe_open(path, framework="pt") as stored:
            metadata = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        return State(int(metadata["step"]), json.loads(metadata["config"]), tensors, metadata.get("data", ""))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ConfigError(f"{path} is not a checkpoint of StencilTorch ({error}).") from error
