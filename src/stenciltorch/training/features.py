"""The frozen feature extractors of a run: F1 for generator and critic, F2 for the content loss (paper 3.3)."""

from __future__ import annotations

from pathlib import Path

from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn

from stenciltorch.errors import ModelError
from stenciltorch.networks.faithful.features import Illustration2VecFront, Vgg16Relu22, load_published
from stenciltorch.networks.semantic import SemanticFront, frozen
from stenciltorch.runtime.weights import find_weights

OWN = Path(__file__).resolve().parents[1] / "networks" / "semantic.safetensors"
"""Our own extractor's weights, part of the package."""


class OwnContent(nn.Module):
    """A picture as its own pixels and our extractor's maps at 1/2, 1/4 and 1/8.

    Deviation from Eq. 8, which takes VGG16's relu2_2: no weights that others trained are needed.
    """

    def __init__(self, front: SemanticFront) -> None:
        super().__init__()
        self.front = front

    def forward(self, picture: Float[Tensor, "batch 3 height width"]) -> list[Tensor]:
        return [picture, *self.front.maps(picture)]


class Vgg16Content(nn.Module):
    """Eq. 8's features: relu2_2 of VGG16."""

    def __init__(self, front: Vgg16Relu22) -> None:
        super().__init__()
        self.front = front

    def forward(self, picture: Float[Tensor, "batch 3 height width"]) -> list[Tensor]:
        return [self.front(picture)]


def own_front() -> SemanticFront:
    """Raises ModelError when the package's file is missing or damaged."""
    front = SemanticFront()
    try:
        front.load_state_dict({name: value.float() for name, value in load_file(OWN).items()})
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{OWN} is missing or damaged; install StencilTorch again.") from error
    frozen(front)
    return front


def semantics(kind: str) -> nn.Module:
    """F1 with its weights.

    Raises:
        ModelError: they are not there.
    """
    if kind == "own":
        return own_front()
    front = Illustration2VecFront(channels="bgr")
    load_published(front, load_file(find_weights("illustration2vec")))
    return frozen(front)


def content(kind: str) -> nn.Module:
    """F2 with its weights; not for `critic`, whose maps are the run's own."""
    if kind == "own":
        return frozen(OwnContent(own_front()))
    front = Vgg16Relu22()
    load_published(front, load_file(find_weights("vgg16")))
    return frozen(Vgg16Content(front))
