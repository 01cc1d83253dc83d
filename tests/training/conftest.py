"""One small pack for all tests of training, and one thread, so that sums are taken in one order."""

from __future__ import annotations

import pytest
import torch
from tiny_pack import make_pack


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    return make_pack(tmp_path_factory.mktemp("training"))
