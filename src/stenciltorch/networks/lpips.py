"""LPIPS on AlexNet, version 0.1 (Zhang et al. 2018): how different two pictures look to a network.

State dict keys are those of the published files: `features.N.weight` of AlexNet (Krizhevsky 2014, as torchvision has
it), `linN.model.1.weight` of the five linear heads.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

SHIFT = (-0.030, -0.088, -0.188)
SCALE = (0.458, 0.448, 0.450)
"""ImageNet's mean and deviation for pictures in [-1, 1]."""

WIDTHS = (64, 192, 384, 256, 256)
"""Channels of the five maps that are compared, each after its ReLU."""

TINY = 1e-10
"""Keeps the length of a pixel's features from being 0."""

SMALLEST = 31
"""Pixels a side that AlexNet's pools need."""


class AlexNetMaps(nn.Module):
    """AlexNet's convolutions; the classifier is not built."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.requires_grad_(False).eval()

    def forward(self, pictures: Float[Tensor, "batch 3 height width"]) -> list[Tensor]:
        """The five maps after their ReLUs."""
        found = []
        for layer in self.features:
            pictures = layer(pictures)
            if isinstance(layer, nn.ReLU):
                found.append(pictures)
        return found


class Head(nn.Module):
    """Weights the squared differences of one map's channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(nn.Identity(), nn.Conv2d(channels, 1, 1, bias=False))  # dropout while it was trained

    def forward(self, squares: Tensor) -> Tensor:
        result: Tensor = self.model(squares)
        return result


class Heads(nn.Module):
    """The five linear heads."""

    def __init__(self) -> None:
        super().__init__()
        self.lin0, self.lin1, self.lin2, self.lin3, self.lin4 = map(Head, WIDTHS)
        self.requires_grad_(False).eval()

    def forward(self, squares: list[Tensor]) -> list[Tensor]:
        heads = (self.lin0, self.lin1, self.lin2, self.lin3, self.lin4)
        return [head(square) for head, square in zip(heads, squares, strict=True)]


class Lpips(nn.Module):
    """Pictures in [-1, 1], 31 x 31 and larger -> one distance for each pair; 0 = looks the same."""

    def __init__(self, trunk: AlexNetMaps, heads: Heads) -> None:
        super().__init__()
        self.trunk, self.heads = trunk, heads
        self.register_buffer("shift", torch.tensor(SHIFT).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(SCALE).view(1, 3, 1, 1), persistent=False)
        self.shift: Tensor
        self.scale: Tensor

    def forward(
        self, found: Float[Tensor, "batch 3 height width"], true: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, " batch"]:
        maps = [self.trunk((pictures - self.shift) / self.scale) for pictures in (found, true)]
        squares = [(_unit(one) - _unit(other)) ** 2 for one, other in zip(*maps, strict=True)]
        return torch.stack([part.mean(dim=(1, 2, 3)) for part in self.heads(squares)]).sum(dim=0)


def _unit(maps: Tensor) -> Tensor:
    """Each pixel's features at length 1."""
    return maps / (maps.square().sum(dim=1, keepdim=True).sqrt() + TINY)
