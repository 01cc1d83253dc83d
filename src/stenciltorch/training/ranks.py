"""The processes that train together, one per GPU or per machine, as `torchrun` starts them.

Gradients are averaged by hand after each backward pass rather than by a wrapper around the modules: an adversarial
step has several graphs, one of them a gradient of a gradient, and all ranks must agree on when to stop anyway.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from stenciltorch.errors import ConfigError


@dataclass(frozen=True)
class Ranks:
    """This process among `count`; rank 0 alone writes files.

    Args:
        device: where tensors lie that are exchanged.
    """

    rank: int = 0
    count: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every rank the mean of all gradients, so that equal shares of a batch act like the whole.

        All ranks must have gradients for the same parameters, in the same order.
        """
        gradients = [value.grad for value in parameters if value.grad is not None]
        if self.count == 1 or not gradients:
            return
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.count
        parts = torch.split(flat, [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def mean(self, values: dict[str, Tensor]) -> dict[str, float]:
        """Scalars by name, averaged over the ranks."""
        if not values:
            return {}
        stacked = torch.stack([value.detach().float() for value in values.values()])
        if self.count > 1:
            dist.all_reduce(stacked)
            stacked /= self.count
        return dict(zip(values, stacked.tolist(), strict=True))

    def any(self, flag: bool) -> bool:
        """Whether it is true on at least one rank."""
        if self.count == 1:
            return flag
        raised = torch.tensor([float(flag)], device=self.device)
        dist.all_reduce(raised, op=dist.ReduceOp.MAX)
        return bool(raised.item())

    def share(self, value: Any) -> Any:
        """Rank 0's value on every rank."""
        if self.count == 1:
            return value
        held = [value]
        dist.broadcast_object_list(held, src=0)
        return held[0]

    def part(self, batch: int) -> slice:
        """This rank's positions within a batch.

        Raises:
            ConfigError: the batch cannot be shared out evenly.
        """
        each, left = divmod(batch, self.count)
        if left or not each:
            raise ConfigError(
                f"optim.batch is {batch}, which {self.count} processes cannot share evenly; "
                "choose a multiple of their number."
            )
        return slice(self.rank * each, (self.rank + 1) * each)


def join(device: str) -> tuple[Ranks, str]:
    """Meet the other processes that torchrun started, if it did; the device of this one comes with it.

    A GPU talks over NCCL, a processor over gloo.

    Raises:
        ConfigError: the others do not answer.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        return Ranks(device=device), device
    if device == "cuda":
        device = f"cuda:{os.environ.get('LOCAL_RANK', '0')}"
        torch.cuda.set_device(device)
    if not dist.is_initialized():
        try:
            _meet("gloo" if device == "cpu" else "cpu:gloo,cuda:nccl")
        except (RuntimeError, ValueError) as error:
            raise ConfigError(
                f"The {count} processes of this run did not find each other ({str(error).splitlines()[0]}); "
                "start them with torchrun, and check its --rdzv-endpoint."
            ) from error
    return Ranks(dist.get_rank(), count, device), device


def _meet(backend: str) -> None:
    """Start talking, under names of this try alone: after a restart torchrun's store still knows the dead ones.

    A module of torch, which torch itself imports sooner or later, keeps whatever group there is by then as default of
    its arguments. Such a group outlives `leave`, and so do its threads: one that frees a tensor while Python shuts down
    aborts the process. Hence it is imported while there is no group yet.
    """
    import_module("torch.distributed.nn.functional")
    store, rank, count = next(iter(dist.rendezvous("env://")))  # type: ignore[attr-defined]
    prefix = f"try{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}"
    own = dist.PrefixStore(prefix, store)  # type: ignore[attr-defined]
    dist.init_process_group(backend, store=own, rank=rank, world_size=count)


def leave() -> None:
    """Part from the others, if there are any."""
    if dist.is_available() and dist.is_initialized():
        dist.destroy_process_group()
