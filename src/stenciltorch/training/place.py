"""Where a run computes, how exactly, and with whom."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from stenciltorch.errors import ConfigError
from stenciltorch.training.ranks import Ranks

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True)
class Numerics:
    """How tensors are computed; none of it changes what is computed beyond rounding.

    Args:
        precision: of convolutions and matrix products; auto is bfloat16 on a GPU that has it, else float32.
        channels_last: lay pictures out pixel by pixel, which convolutions on GPUs like.
        compile: have torch compile the networks.
    """

    precision: Precision = "auto"
    channels_last: bool = False
    compile: bool = False

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ConfigError(f"precision must be one of {', '.join(get_args(Precision))}, found {self.precision!r}.")


@dataclass
class Place:
    """What a task is built with.

    Args:
        halfway: set while a step's updates are incomplete; nothing is saved then.
    """

    device: str = "cpu"
    ranks: Ranks = field(default_factory=Ranks)
    numerics: Numerics = field(default_factory=Numerics)
    halfway: bool = False

    @property
    def kind(self) -> str:
        """`cuda` or `cpu`."""
        return self.device.partition(":")[0]

    def settle(self, module: nn.Module) -> nn.Module:
        """The module on its device and in its layout; batch statistics are those of all ranks where GPUs can."""
        if self.ranks.count > 1 and self.kind == "cuda":
            module = nn.SyncBatchNorm.convert_sync_batchnorm(module)  # type: ignore[no-untyped-call]
        layout = torch.channels_last if self.numerics.channels_last else torch.preserve_format
        return module.to(device=self.device, memory_format=layout)  # type: ignore[call-overload, no-any-return]

    def compiled(self, module: nn.Module) -> nn.Module:
        """The module to call, compiled if so wished; its weights stay those of `module`."""
        return cast(nn.Module, torch.compile(module)) if self.numerics.compile else module

    def autocast(self) -> AbstractContextManager[None]:
        """The precision for forward passes."""
        precision = self.numerics.precision
        able = self.kind == "cuda" and torch.cuda.is_bf16_supported()
        wanted = precision == "bfloat16" or (precision == "auto" and able)
        return torch.autocast(self.kind, torch.bfloat16, enabled=wanted)

    def descend(self, loss: Tensor, optimizer: Optimizer, clip: float) -> Tensor:
        """One update against the gradient of `loss`, averaged over the ranks; returns the gradient's norm.

        Weights stay as they are when the norm is not finite.

        Args:
            clip: the largest norm that is not scaled down; 0 = any.
        """
        return self.descend_all([loss], optimizer, clip)

    def descend_all(self, losses: Iterable[Tensor], optimizer: Optimizer, clip: float) -> Tensor:
        """The same for a sum of losses whose graphs are made one after the other, to save memory."""
        parameters = trained_by(optimizer)
        optimizer.zero_grad(set_to_none=True)
        for loss in losses:
            loss.backward()  # type: ignore[no-untyped-call]
        self.ranks.average_gradients(parameters)
        norm = nn.utils.clip_grad_norm_(parameters, clip if clip > 0 else float("inf"))
        self.halfway = True
        if torch.isfinite(norm):
            optimizer.step()
        return norm


def trained_by(optimizer: Optimizer) -> list[nn.Parameter]:
    return [value for group in optimizer.param_groups for value in group["params"]]


def set_rate(optimizer: Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


@torch.no_grad()
def follow(average: Iterable[Tensor], current: Iterable[Tensor], keep: float) -> None:
    """Running averages move towards the present values and keep the share `keep` of themselves."""
    for mean, value in zip(average, current, strict=True):
        mean.lerp_(value, 1.0 - keep)
