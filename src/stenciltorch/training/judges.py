"""Networks with published weights that judge paintings: FID's Inception, and LPIPS on AlexNet (docs/metrics.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from stenciltorch.canvas import Illustration
from stenciltorch.errors import InputError
from stenciltorch.networks.faithful.features import load_published
from stenciltorch.networks.inception import FidInception, as_clean, as_usual, published_layers
from stenciltorch.networks.lpips import SMALLEST, AlexNetMaps, Heads, Lpips
from stenciltorch.runtime.weights import find_weights

Vector = npt.NDArray[np.float64]

WAYS = {"fid": as_usual, "fid-clean": as_clean}
"""How a picture is brought to Inception's size."""


class InceptionJudge:
    """FID's 2048 numbers for a picture, for each way of bringing it to size.

    Args:
        threads: of torch while it looks.

    Raises:
        ModelError: the weights are not here, or were changed.
    """

    def __init__(self, threads: int = 1, folder: Path | None = None) -> None:
        self.threads, self.network = threads, FidInception()
        load_published(self.network, published_layers(load_file(find_weights("fid-inception", folder))))

    def __call__(self, picture: Illustration) -> dict[str, Vector]:
        """float64 (2048,) each, by the names of WAYS."""
        with _quietly(self.threads):
            ready = torch.cat([bring(_bytes(picture)) for bring in WAYS.values()])
            found = self.network(ready).double().numpy()
        return dict(zip(WAYS, found, strict=True))


class LpipsJudge:
    """LPIPS (AlexNet, version 0.1) between two pictures, both at their own size.

    Raises:
        ModelError: the weights are not here, or were changed.
    """

    def __init__(self, threads: int = 1, folder: Path | None = None) -> None:
        trunk, heads = AlexNetMaps(), Heads()
        load_published(trunk, load_file(find_weights("alexnet", folder)))
        load_published(heads, load_file(find_weights("lpips-alex", folder)))
        self.threads, self.network = threads, Lpips(trunk, heads)

    def __call__(self, found: Illustration, true: Illustration) -> float | None:
        """0 = looks the same; None below 31 px a side.

        Raises:
            InputError: the sizes differ.
        """
        if found.size != true.size:
            raise InputError(f"The pictures have {found.size} and {true.size} pixels; compare pictures of one size.")
        if min(found.size) < SMALLEST:
            return None
        with _quietly(self.threads):
            pair = (_bytes(picture) / 127.5 - 1 for picture in (found, true))
            return float(self.network(*pair))


def _bytes(picture: Illustration) -> Tensor:
    return torch.tensor(picture.array).permute(2, 0, 1)[None].float()


@contextmanager
def _quietly(threads: int) -> Iterator[None]:
    """No gradients, and this number of threads for the time being: figures must not depend on the machine's cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)


def fid_inception(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The layers up to the last maps, from the file that FID's PyTorch ports load; its classes are left out."""
    return _taken(FidInception(), published_layers(weights))


def alexnet(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The convolutions, from torchvision's file."""
    return _taken(AlexNetMaps(), weights)


def lpips_alex(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The five linear heads, from the authors' `alex.pth` of version 0.1."""
    return _taken(Heads(), weights)


def _taken(network: nn.Module, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    load_published(network, weights)
    return {name: value.contiguous() for name, value in network.state_dict().items()}
