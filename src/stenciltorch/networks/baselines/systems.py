"""The four baselines as painters of stencils, in three steps; all pictures are floats in 0..1.

None of the four knows a mask or an earlier picture: each paints the whole drawing, and the mask decides afterwards
what is kept (`graphs`).
"""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.networks.baselines import alacgan, formats, lab, paintschainer, yuv, zhang2017

Lines = Float[Tensor, "batch 1 height width"]
Wishes = Float[Tensor, "batch 4 height width"]
Rgb = Float[Tensor, "batch 3 height width"]


class System(nn.Module):
    """One baseline.

    Sides of what `look` and `paint` are given must be multiples of `multiple`.
    """

    name: ClassVar[str]
    multiple: ClassVar[int]
    grain: ClassVar[int] = 1
    """What `look` returns has 1/grain of the drawing's sides."""
    work_pixels: ClassVar[int] = 512 * 512
    """Larger drawings are brought down to this many pixels, as the authors do; `finish` brings the colours up."""

    def look(self, lineart: Lines) -> Tensor:
        """What does not depend on hints, computed once per drawing."""
        raise NotImplementedError

    def paint(self, lineart: Lines, hints: Wishes, seen: Tensor) -> Tensor:
        """What `finish` makes a picture of, at the drawing's size."""
        raise NotImplementedError

    def finish(self, painted: Tensor, lineart: Lines) -> Rgb:
        """The picture; both parts may have been brought to another size."""
        raise NotImplementedError

    def forward(self, lineart: Lines, hints: Wishes) -> Rgb:
        """All three in a row."""
        return self.finish(self.paint(lineart, hints, self.look(lineart)), lineart)


class ZhangSystem(System):
    """The drawing keeps its lightness at any size; ab is painted at 256 x 256 and brought up, as published.

    On bare paper L is 100, which leaves little room for colour: pastels. The method was made for grey photographs.
    """

    name = "zhang2017"
    multiple = zhang2017.MULTIPLE
    work_pixels = 256 * 256

    def __init__(self, network: zhang2017.Zhang2017) -> None:
        super().__init__()
        self.network = network

    def look(self, lineart: Lines) -> Tensor:
        return formats.zhang_lightness(lineart.expand(-1, 3, -1, -1))

    def paint(self, lineart: Lines, hints: Wishes, seen: Tensor) -> Tensor:
        """ab in its own units."""
        colours: Tensor = self.network(formats.zhang_given(seen, formats.zhang_hints(hints))).colours
        return colours * zhang2017.SCALE

    def finish(self, painted: Tensor, lineart: Lines) -> Rgb:
        lightness = lab.to_lab(lineart.expand(-1, 3, -1, -1))[:, :1]
        return lab.to_rgb(torch.cat([lightness, painted], dim=1))


class PaintsChainerSystem(System):
    """The drafting and the painting U-Net in a row; the drawing at 1/4 size is all that hints do not change."""

    name = "paintschainer"
    multiple = paintschainer.MULTIPLE
    grain = paintschainer.SHARE

    def __init__(self, network: paintschainer.PaintsChainer) -> None:
        super().__init__()
        self.network = network

    def look(self, lineart: Lines) -> Tensor:
        return paintschainer.reduced(lineart * 255)

    def paint(self, lineart: Lines, hints: Wishes, seen: Tensor) -> Tensor:
        draft = self.network.draft(torch.cat([seen, formats.paintschainer_hints(hints)], dim=1))
        painted: Tensor = self.network.finish(lineart * 255, draft)
        return yuv.to_rgb(painted) / 255

    def finish(self, painted: Tensor, lineart: Lines) -> Rgb:
        return painted.clamp(0, 1)


class AlacganSystem(System):
    """F1 of the drawing is computed once, the generator runs for every stroke.

    Args:
        semantics: takes pictures in [-1, 1], answers 512 channels at 1/16 size.
    """

    name = "ci2018"
    multiple = alacgan.MULTIPLE
    grain = alacgan.MULTIPLE

    def __init__(self, network: alacgan.Generator, semantics: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.semantics = semantics

    def look(self, lineart: Lines) -> Tensor:
        features: Tensor = self.semantics((lineart * 2 - 1).expand(-1, 3, -1, -1))
        return features

    def paint(self, lineart: Lines, hints: Wishes, seen: Tensor) -> Tensor:
        painted: Tensor = self.network(lineart * 2 - 1, self.planes(hints), seen)
        return (painted + 1) / 2

    @staticmethod
    def planes(hints: Wishes) -> Tensor:
        return formats.ci_hints(hints)

    def finish(self, painted: Tensor, lineart: Lines) -> Rgb:
        return painted.clamp(0, 1)


class PaintsTorchSystem(AlacganSystem):
    """The same with the soft hints of PaintsTorch."""

    name = "paintstorch2019"

    @staticmethod
    def planes(hints: Wishes) -> Tensor:
        return formats.paintstorch_hints(hints)
