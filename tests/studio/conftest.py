"""A tiny model, a drawing, and a server that paints with it."""

from io import BytesIO

import numpy as np
import pytest
from fake_models import make_model
from live_site import serving
from PIL import Image

from stenciltorch.colorizer import OnnxColorizer


def png(pixels):
    buffer = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"), work_pixels=600)


@pytest.fixture(scope="session")
def colorizer(model):
    return OnnxColorizer.load(model, threads=1)


@pytest.fixture(scope="session")
def parts():
    """Files of one request, 30 x 20 pixels."""
    rng = np.random.default_rng(4)
    hints = rng.integers(0, 256, (20, 30, 4))
    hints[..., 3] *= rng.integers(0, 2, (20, 30))
    return {
        "lineart": png(rng.integers(0, 256, (20, 30))),
        "hints": png(hints),
        "mask": png(rng.integers(-255, 256, (20, 30)).clip(0)),
        "base": png(rng.integers(0, 256, (20, 30, 3))),
    }


@pytest.fixture(scope="module")
def site(colorizer, model):
    with serving(colorizer, model) as served:
        yield served
