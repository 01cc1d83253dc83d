"""Our own small feature extractor: F1's default, and the content loss's where VGG16 is not at hand.

It was trained on this project's own pictures (`training/tasks/semantic.py`): from a lineart, partly painted or not,
it tells which colours lie in each square of 16 x 16 pixels and what is drawn. Its weights are part of the package.
"""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

CHANNELS = 512
"""Of the semantic map, as many as Illustration2Vec's."""

WIDTHS = (24, 48, 96, 160)
"""Channels at 1/2, 1/4, 1/8 and 1/16."""

SLOPE = 0.1


class Residual(nn.Module):
    """Depth-wise 3x3, expansion by two and back, added to its input."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.Conv2d(width, 2 * width, 1),
            nn.LeakyReLU(SLOPE, inplace=True),
            nn.Conv2d(2 * width, width, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = features + self.body(features)
        return result


def _halving(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(SLOPE, inplace=True),
    )


class SemanticFront(nn.Module):
    """Picture to semantic map; any sides that are multiples of 16.

    Takes RGB in [-1, 1]. What the whole picture shows is added to every place of the map.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = WIDTHS
        self.to_half = _halving(3, half)
        self.to_quarter = nn.Sequential(_halving(half, quarter), Residual(quarter, 1))
        self.to_eighth = nn.Sequential(_halving(quarter, eighth), Residual(eighth, 1), Residual(eighth, 2))
        self.to_sixteenth = nn.Sequential(
            _halving(eighth, sixteenth),
            Residual(sixteenth, 1),
            Residual(sixteenth, 2),
            Residual(sixteenth, 4),
            Residual(sixteenth, 1),
        )
        self.whole = nn.Linear(sixteenth, sixteenth)
        self.out = nn.Conv2d(sixteenth, CHANNELS, 1)

    def forward(
        self, picture: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch 512 height//16 width//16"]:
        """Features from 0 up."""
        features = self.to_sixteenth(self.to_eighth(self.to_quarter(self.to_half(picture))))
        whole = self.whole(features.mean(dim=(2, 3)))
        result: Tensor = F.relu(self.out(features + whole[:, :, None, None]))
        return result

    def maps(self, picture: Float[Tensor, "batch 3 height width"]) -> list[Tensor]:
        """The maps at 1/2, 1/4 and 1/8, for a content loss."""
        half = self.to_half(picture)
        quarter = self.to_quarter(half)
        return [half, quarter, self.to_eighth(quarter)]


def frozen(network: nn.Module) -> nn.Module:
    """Without gradients for its weights, and with the statistics that it was trained with."""
    return network.requires_grad_(False).eval()
