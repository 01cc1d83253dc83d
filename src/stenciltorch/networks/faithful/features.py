"""The frozen feature extractors F1 and F2 (paper 3.3): architecture only, no weights are shipped.

Both keep the names of the published weights, so that those can be loaded with `load_published`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from stenciltorch.errors import ConfigError, ModelError

MEAN_BGR = (164.76139251, 167.47864617, 181.13838569)
"""Of Illustration2Vec's training pictures in 0..255, blue first."""

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)

I2V_LAYERS: tuple[int | Literal["pool"], ...] = (64, "pool", 128, "pool", 256, 256, "pool", 512, 512)
VGG_LAYERS: tuple[int | Literal["pool"], ...] = (64, 64, "pool", 128, 128)


class Illustration2VecFront(nn.Sequential):
    """F1: the first 15 layers of Illustration2Vec (Saito and Matsui 2015), up to conv4_2.

    Its parameters are frozen. State dict keys are the layer numbers of the usual PyTorch
    conversion (`0.weight`, `3.weight`, ... `13.bias`).

    Deviation: the published weights expect blue first. As the authors built it red comes first,
    while the means stay in the published order: harmless for grey linearts, red and blue change places in
    coloured parts of the composite. `channels="bgr"` feeds them as published.

    Args:
        channels: "rgb", as the authors built it, or "bgr", as the weights were trained.
    """

    def __init__(self, channels: Literal["rgb", "bgr"] = "rgb") -> None:
        if channels not in ("rgb", "bgr"):
            raise ConfigError(f"channels must be 'rgb' or 'bgr', found {channels!r}.")
        super().__init__(*_layers(I2V_LAYERS))
        self.channels = channels
        self.register_buffer("mean", _per_channel(MEAN_BGR), persistent=False)
        self.mean: Tensor
        self.requires_grad_(False)

    def forward(
        self, picture: Float[Tensor, "batch 3 height width"]
    ) -> Float[Tensor, "batch 512 height//16 width//16"]:
        """Features of a picture in [-1, 1], halved by averaging before the first layer."""
        halved = F.avg_pool2d(picture, 2)
        ordered = halved.flip(1) if self.channels == "bgr" else halved
        features = (ordered + 1) * 127.5 - self.mean
        for layer in self:
            features = layer(features)
        return features


class Vgg16Relu22(nn.Module):
    """F2: VGG16 up to relu2_2 (Simonyan and Zisserman 2015), for the content loss (Eq. 8).

    Its parameters are frozen; gradients pass through to the picture. State dict keys are
    torchvision's (`features.0.weight`, ... `features.7.bias`).
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(*_layers(VGG_LAYERS))
        self.register_buffer("mean", _per_channel(IMAGENET_MEAN), persistent=False)
        self.register_buffer("deviation", _per_channel(IMAGENET_DEVIATION), persistent=False)
        self.mean: Tensor
        self.deviation: Tensor
        self.requires_grad_(False)

    def forward(self, picture: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 128 height//2 width//2"]:
        """Features of a picture in [-1, 1], after ImageNet's normalisation."""
        unit = (picture + 1) / 2
        result: Tensor = self.features((unit - self.mean) / self.deviation)
        return result


def load_published(network: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load the published weights of a whole network into its front; further layers are ignored.

    Raises:
        ModelError: a layer of the front is missing or has another shape; nothing is loaded then.
    """
    wanted = network.state_dict()
    for name, current in wanted.items():
        if name not in state:
            raise ModelError(f"These are not weights of {_title(network)}: {name} is missing.")
        if state[name].shape != current.shape:
            raise ModelError(
                f"These are not weights of {_title(network)}: {name} is "
                f"{tuple(state[name].shape)}, expected {tuple(current.shape)}."
            )
    network.load_state_dict({name: state[name] for name in wanted})


def _title(network: nn.Module) -> str:
    return type(network).__name__


def _layers(widths: tuple[int | Literal["pool"], ...]) -> Iterator[nn.Module]:
    """3x3 convolutions, each with its ReLU, and halvings; three channels in."""
    channels = 3
    for width in widths:
        if width == "pool":
            yield nn.MaxPool2d(2)
            continue
        yield nn.Conv2d(channels, width, 3, padding=1)
        yield nn.ReLU(inplace=True)
        channels = width


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
