"""Scorers that are installed like any other package, and folders of pictures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SCORERS = Path(__file__).parents[1] / "support" / "scorers"


@pytest.fixture
def scorers(monkeypatch, tmp_path):
    """The package `little-scorers` is installed, here and in workers; answers its diary."""
    monkeypatch.syspath_prepend(str(SCORERS))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SCORERS), os.environ.get("PYTHONPATH", "")]))
    diary = tmp_path / "diary"
    monkeypatch.setenv("LITTLE_SCORERS_DIARY", str(diary))
    return diary
