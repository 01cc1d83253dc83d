"""Inception-v3 as FID's reference runs it (Szegedy et al. 2015; Heusel et al. 2017): 2048 numbers for a picture.

State dict keys are those of the published file (`Conv2d_1a_3x3.conv.weight`, ... `Mixed_7c.branch_pool.bn.bias`). It
differs from the Inception-v3 of other libraries in three ways, which its weights were trained with: average pools do
not count the padded rim, the last block takes maxima instead of averages, and there are 1008 classes (not built here).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

SIDE = 299
"""Pictures are brought to this side, whatever their aspect."""

FEATURES = 2048

Pair = tuple[int, int]
"""Rows and columns."""


class Convolution(nn.Module):
    """Convolution, batch normalisation with the statistics of training, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: Pair, stride: int, padding: Pair) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001, track_running_stats=True)

    def forward(self, maps: Tensor) -> Tensor:
        result: Tensor = F.relu(self.bn(self.conv(maps)))
        return result


def _same(inputs: int, outputs: int, *kernel: int) -> Convolution:
    """Keeps the size."""
    rows, columns = kernel if len(kernel) == 2 else kernel * 2
    return Convolution(inputs, outputs, (rows, columns), 1, (rows // 2, columns // 2))


def _valid(inputs: int, outputs: int, side: int, stride: int = 1) -> Convolution:
    return Convolution(inputs, outputs, (side, side), stride, (0, 0))


def _average(maps: Tensor) -> Tensor:
    return F.avg_pool2d(maps, 3, stride=1, padding=1, count_include_pad=False)


def _largest(maps: Tensor) -> Tensor:
    return F.max_pool2d(maps, 3, stride=1, padding=1)


def _halved(maps: Tensor) -> Tensor:
    return F.max_pool2d(maps, 3, stride=2)


class BlockA(nn.Module):
    """35 x 35: 1x1, 5x5, two 3x3, pool."""

    def __init__(self, inputs: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = _same(inputs, 64, 1)
        self.branch5x5_1, self.branch5x5_2 = _same(inputs, 48, 1), _same(48, 64, 5)
        self.branch3x3dbl_1 = _same(inputs, 64, 1)
        self.branch3x3dbl_2, self.branch3x3dbl_3 = _same(64, 96, 3), _same(96, 96, 3)
        self.branch_pool = _same(inputs, pooled, 1)

    def forward(self, maps: Tensor) -> Tensor:
        five = self.branch5x5_2(self.branch5x5_1(maps))
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(maps)))
        return torch.cat([self.branch1x1(maps), five, double, self.branch_pool(_average(maps))], 1)


class BlockB(nn.Module):
    """35 x 35 to 17 x 17."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = _valid(inputs, 384, 3, 2)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = _same(inputs, 64, 1), _same(64, 96, 3)
        self.branch3x3dbl_3 = _valid(96, 96, 3, 2)

    def forward(self, maps: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(maps)))
        return torch.cat([self.branch3x3(maps), double, _halved(maps)], 1)


class BlockC(nn.Module):
    """17 x 17, with 7x7 taken apart into rows and columns."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.branch1x1 = _same(inputs, 192, 1)
        self.branch7x7_1, self.branch7x7_2 = _same(inputs, width, 1), _same(width, width, 1, 7)
        self.branch7x7_3 = _same(width, 192, 7, 1)
        self.branch7x7dbl_1, self.branch7x7dbl_2 = _same(inputs, width, 1), _same(width, width, 7, 1)
        self.branch7x7dbl_3, self.branch7x7dbl_4 = _same(width, width, 1, 7), _same(width, width, 7, 1)
        self.branch7x7dbl_5 = _same(width, 192, 1, 7)
        self.branch_pool = _same(inputs, 192, 1)

    def forward(self, maps: Tensor) -> Tensor:
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(maps)))
        double = self.branch7x7dbl_2(self.branch7x7dbl_1(maps))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(self.branch7x7dbl_3(double)))
        return torch.cat([self.branch1x1(maps), seven, double, self.branch_pool(_average(maps))], 1)


class BlockD(nn.Module):
    """17 x 17 to 8 x 8."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3_1, self.branch3x3_2 = _same(inputs, 192, 1), _valid(192, 320, 3, 2)
        self.branch7x7x3_1, self.branch7x7x3_2 = _same(inputs, 192, 1), _same(192, 192, 1, 7)
        self.branch7x7x3_3, self.branch7x7x3_4 = _same(192, 192, 7, 1), _valid(192, 192, 3, 2)

    def forward(self, maps: Tensor) -> Tensor:
        seven = self.branch7x7x3_2(self.branch7x7x3_1(maps))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(seven))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(maps)), seven, _halved(maps)], 1)


class BlockE(nn.Module):
    """8 x 8; the last one of the two takes maxima where the first averages, as its weights were trained."""

    def __init__(self, inputs: int, last: bool) -> None:
        super().__init__()
        self.last = last
        self.branch1x1 = _same(inputs, 320, 1)
        self.branch3x3_1 = _same(inputs, 384, 1)
        self.branch3x3_2a, self.branch3x3_2b = _same(384, 384, 1, 3), _same(384, 384, 3, 1)
        self.branch3x3dbl_1, self.branch3x3dbl_2 = _same(inputs, 448, 1), _same(448, 384, 3)
        self.branch3x3dbl_3a, self.branch3x3dbl_3b = _same(384, 384, 1, 3), _same(384, 384, 3, 1)
        self.branch_pool = _same(inputs, 192, 1)

    def forward(self, maps: Tensor) -> Tensor:
        three = self.branch3x3_1(maps)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(maps))
        pooled = self.branch_pool(_largest(maps) if self.last else _average(maps))
        parts = [self.branch3x3_2a(three), self.branch3x3_2b(three)]
        parts += [self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double)]
        return torch.cat([self.branch1x1(maps), *parts, pooled], 1)


MIXED = tuple(f"Mixed_{part}" for part in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"))


class FidInception(nn.Module):
    """Pictures of 299 x 299 in [-1, 1] -> the means of the last maps."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3, self.Conv2d_2a_3x3 = _valid(3, 32, 3, 2), _valid(32, 32, 3)
        self.Conv2d_2b_3x3 = _same(32, 64, 3)
        self.Conv2d_3b_1x1, self.Conv2d_4a_3x3 = _valid(64, 80, 1), _valid(80, 192, 3)
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = BlockA(192, 32), BlockA(256, 64), BlockA(288, 64)
        self.Mixed_6a = BlockB(288)
        self.Mixed_6b, self.Mixed_6c = BlockC(768, 128), BlockC(768, 160)
        self.Mixed_6d, self.Mixed_6e = BlockC(768, 160), BlockC(768, 192)
        self.Mixed_7a = BlockD(768)
        self.Mixed_7b, self.Mixed_7c = BlockE(1280, last=False), BlockE(2048, last=True)
        self.requires_grad_(False).eval()

    def forward(self, pictures: Float[Tensor, "batch 3 299 299"]) -> Float[Tensor, "batch 2048"]:
        maps = _halved(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(pictures))))
        maps = _halved(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(maps)))
        for name in MIXED:
            maps = self.get_submodule(name)(maps)
        return maps.mean(dim=(2, 3))


def published_layers(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The file's arrays with the count of batches, which older files lack and nothing reads, filled in."""
    with torch.device("meta"):
        names = [name for name in FidInception().state_dict() if name.endswith("num_batches_tracked")]
    return {name: torch.zeros((), dtype=torch.long) for name in names} | dict(weights)


def as_usual(bytes_rgb: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 299 299"]:
    """Values 0..255 -> what most published figures were computed on: bilinear without a low-pass filter."""
    unit = F.interpolate(bytes_rgb / 255, (SIDE, SIDE), mode="bilinear", align_corners=False)
    return 2 * unit - 1


def as_clean(bytes_rgb: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 299 299"]:
    """Values 0..255 -> bicubic over the source pixels that each new one covers, unrounded (Parmar et al. 2022)."""
    small = F.interpolate(bytes_rgb, (SIDE, SIDE), mode="bicubic", align_corners=False, antialias=True)
    return (small - 128) / 128
