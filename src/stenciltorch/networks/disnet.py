"""DisNet: a residual network that regresses the height map of a picture's regions (paper 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class DisNetShape:
    """Widths at 1/2, 1/4, ... of the picture's size."""

    widths: tuple[int, ...] = (16, 32, 64, 96, 128)

    @property
    def stride(self) -> int:
        """Sides that the network takes are multiples of this."""
        return int(2 ** len(self.widths))


class Residual(nn.Module):
    """Two 3 x 3 convolutions and an identity; the second starts at zero, so that a new block changes nothing."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        change: Tensor = self.second(F.relu(self.first(features)))
        return F.relu(features + change)


class DisNet(nn.Module):
    """Residual encoder and decoder with skips; the first and last step fold 2 x 2 pixels into channels."""

    def __init__(self, shape: DisNetShape | None = None) -> None:
        super().__init__()
        self.shape = shape or DisNetShape()
        widths = self.shape.widths
        pairs = list(pairwise(widths))
        self.stem = nn.Conv2d(12, widths[0], 3, padding=1)
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 3, stride=2, padding=1) for fine, coarse in pairs)
        self.encode = nn.ModuleList(Residual(width) for width in widths)
        self.up = nn.ModuleList(nn.Conv2d(coarse, fine, 1) for fine, coarse in pairs)
        self.decode = nn.ModuleList(Residual(width) for width in widths[:-1])
        self.head = nn.Conv2d(widths[0], 4, 3, padding=1)
        nn.init.constant_(self.head.bias, 0.5)  # type: ignore[arg-type]

    def forward(self, picture: Tensor) -> Tensor:
        """(batch, 3, height, width) in [-1, 1], sides multiples of `shape.stride` -> height map
        (batch, 1, height, width), about [0, 1].
        """
        features = F.relu(self.stem(F.pixel_unshuffle(picture, 2)))
        skips: list[Tensor] = []
        for encode, down in zip(self.encode, [*self.down, None], strict=True):
            features = encode(features)
            if down is not None:
                skips.append(features)
                features = F.relu(down(features))
        for decode, up, skip in reversed(list(zip(self.decode, self.up, skips, strict=True))):
            coarse = F.interpolate(up(features), scale_factor=2.0, mode="nearest")
            features = decode(F.relu(skip + coarse))
        return F.pixel_shuffle(self.head(features), 2)


class DisNetGraph(nn.Module):
    """The same with eight-bit ends and free size: what is exported (docs/architecture.md)."""

    def __init__(self, net: DisNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, picture: Tensor) -> Tensor:
        """uint8 (h, w, 3) -> uint8 (h, w), 0 on borders .. 255 along the middle of regions."""
        height, width = picture.shape[0], picture.shape[1]
        stride = self.net.shape.stride
        unit = picture.permute(2, 0, 1).unsqueeze(0).to(torch.float32) * (2.0 / 255.0) - 1.0
        padded = F.pad(unit, (0, (-width) % stride, 0, (-height) % stride), mode="constant", value=0.0)
        field = self.net(padded)[0, 0, :height, :width]
        levels: Tensor = (field.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8)
        return levels
