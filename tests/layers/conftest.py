"""Stacks with and without a mask."""

import pytest
from little_paintings import made_painting

from stenciltorch.canvas import Hints
from stenciltorch.layers import build_stack


@pytest.fixture(params=[False, True], ids=["open", "masked"])
def made(request):
    return made_painting(1, soft_mask=request.param)


@pytest.fixture(params=["colour", "region"])
def stack(request, made):
    stencil, painting = made
    return build_stack(stencil, painting, by=request.param)


@pytest.fixture
def nothing(made):
    return Hints.filled(made[0].size)
