"""A studio with a tiny model, and a drawing."""

import numpy as np
import pytest
from fake_models import make_model
from live_site import serving

from stenciltorch.colorizer import OnnxColorizer

SIZE = (24, 36)


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def site(model):
    with serving(OnnxColorizer.load(model, threads=1), model) as served:
        yield served


@pytest.fixture
def address(site):
    return f"http://{site.host}"


@pytest.fixture(scope="module")
def lines():
    """RGBA: black frame and cross on white paper."""
    pixels = np.full((*SIZE, 4), 255, np.uint8)
    for place in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1], np.s_[:, 18]):
        pixels[place] = (0, 0, 0, 255)
    return pixels


@pytest.fixture(scope="module")
def dabs():
    """RGBA: the left half red, the right half blue, all of it."""
    pixels = np.zeros((*SIZE, 4), np.uint8)
    pixels[:, :18], pixels[:, 18:] = (200, 40, 40, 255), (40, 60, 200, 255)
    return pixels
