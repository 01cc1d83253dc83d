"""A model's trainable weights, beside its ONNX files: `weights.safetensors`, from which fine-tuning starts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from stenciltorch.errors import ModelError
from stenciltorch.training.checkpoint import LATEST, State, load

FILE = "weights.safetensors"
LARGE = 64
"""Arrays of so many values or more are stored as float16, as in the ONNX files."""


def write_weights(run: Path, model: Path) -> Path:
    """Put a run's averaged weights into the model folder that was exported from it.

    Raises:
        ConfigError: the folder holds no run.
    """
    state = load(run / LATEST)
    stored = {
        name: value.half() if value.is_floating_point() and value.numel() >= LARGE else value
        for name, value in state.part("average").items()
    }
    about = {"shape": json.dumps(state.config.get("shape")), "step": str(state.step)}
    temporary = model / f".{FILE}.tmp"
    try:
        temporary.write_bytes(save({name: value.contiguous() for name, value in stored.items()}, about))
        temporary.replace(model / FILE)
    finally:
        temporary.unlink(missing_ok=True)
    return model / FILE


def stored_weights(folder: Path) -> State:
    """Of a run, or of a model.

    Raises:
        ConfigError: the folder holds neither.
        ModelError: the model's weights are damaged.
    """
    return read_weights(folder) if (folder / FILE).is_file() else load(folder / LATEST)


def read_weights(model: Path) -> State:
    """The weights as a run's averaged ones.

    Raises:
        ModelError: the model comes without, or they are damaged.
    """
    path = model / FILE
    if not path.is_file():
        raise ModelError(
            f"{model} holds no {FILE}, so it cannot be trained further; export it again with this StencilTorch, or "
            "begin with a training run: --from RUN."
        )
    try:
        with safe_open(path, framework="pt") as opened:
            about: dict[str, str] = opened.metadata() or {}
            shape: dict[str, Any] = json.loads(about["shape"])
            tensors = {f"average.{name}": _full(opened.get_tensor(name)) for name in opened.keys()}  # noqa: SIM118
        return State(0, {"shape": {name: _tuple(value) for name, value in shape.items()}}, tensors)
    except (OSError, SafetensorError, KeyError, ValueError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error}); get the model anew.") from error


def _full(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() else value


def _tuple(value: object) -> object:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value
