"""What all tests share: one pace for the property tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow]

settings.register_profile("quick", max_examples=40, deadline=None, suppress_health_check=SLOW)
settings.register_profile("thorough", parent=settings.get_profile("quick"), max_examples=1000)
settings.load_profile(os.environ.get("STENCILTORCH_TESTS", "quick"))
