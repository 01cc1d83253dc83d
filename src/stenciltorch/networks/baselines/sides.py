"""What the baselines refuse: sides that do not halve, and widths that do not divide."""

from __future__ import annotations

import torch
from torch import Tensor

from stenciltorch.errors import ConfigError, InputError


def require_multiple(picture: Tensor, name: str, multiple: int) -> None:
    """Raises InputError unless both sides are multiples. Not checked while exporting."""
    if torch.compiler.is_exporting():
        return
    height, width = picture.shape[-2:]
    if height % multiple or width % multiple or not height or not width:
        raise InputError(
            f"The sides of the {name} must be multiples of {multiple}, found {width} x {height}; pad or scale it."
        )


def require_width(width: int, multiple: int) -> None:
    """Raises ConfigError unless a network of this width can be built."""
    if width < multiple or width % multiple:
        raise ConfigError(f"width must be a positive multiple of {multiple}, found {width}.")
