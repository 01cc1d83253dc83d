"""The fixture that the browser's twin of `canvas.Light` is tested with is what Python answers."""

from __future__ import annotations

import json

import numpy as np
from studio.light_cases import FIXTURE, cases


def test_the_fixture_is_up_to_date() -> None:
    kept, made = json.loads(FIXTURE.read_text()), cases()
    names = ("angle", "strength")
    assert [[case[name] for name in names] for case in kept] == [[case[name] for name in names] for case in made]
    np.testing.assert_allclose([case["vector"] for case in kept], [case["vector"] for case in made], rtol=1e-6, atol=1e-16)
