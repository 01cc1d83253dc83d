"""The fixture that the browser's twin of `canvas.Light` is tested with is what Python answers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from studio.light_cases import FIXTURE, cases


def test_the_fixture_is_up_to_date() -> None:
    kept, made = json.loads(FIXTURE.read_text()), cases()
    assert [_asked(case) for case in kept] == [_asked(case) for case in made]
    vectors = [[case["vector"] for case in listed] for listed in (kept, made)]
    np.testing.assert_allclose(*vectors, rtol=1e-6, atol=1e-16)


def _asked(case: dict[str, Any]) -> tuple[float, float]:
    return case["angle"], case["strength"]
