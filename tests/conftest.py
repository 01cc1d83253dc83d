"""What all tests share: one pace for the property tests, one way to give a command."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from stenciltorch.cli import main

SLOW = [HealthCheck.too_slow]

settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=SLOW)
settings.register_profile("thorough", parent=settings.get_profile("quick"), max_examples=1000)
settings.load_profile(os.environ.get("STENCILTORCH_TESTS", "quick"))


@pytest.fixture
def said(capsys):
    """Runs a command: exit code, lines on stdout, lines on stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run
