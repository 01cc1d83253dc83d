"""The guide network (paper 3.3, Eq. 9), as the authors built it."""

from __future__ import annotations

from stenciltorch.networks.faithful.blocks import require_features
from stenciltorch.networks.faithful.generator import Decoder

GUIDE_FINE_DILATIONS = (1, 2, 1)


class Guide(Decoder):
    """A second decoder that paints the flats from the generator's stage 5; used in training only.

    Its own weights, the generator's skip connections, tanh at the end; the target is the
    illustration reduced to 25 colours (paper 3.2).

    Deviation: the paper gives it the architecture of the generator's decoder. As the authors
    built it the last stage has three blocks (dilations 1, 2, 1) instead of five, and the bottom
    stage is the generator's own.

    Args:
        features: f of the generator it guides.
        normalise: batch normalisation everywhere.
    """

    def __init__(self, features: int = 32, *, normalise: bool = False) -> None:
        require_features(features, 4)
        super().__init__(features, GUIDE_FINE_DILATIONS, normalise=normalise)
