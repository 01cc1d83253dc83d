"""The fixture that the browser's twin of `files.levels` is tested with is what Python answers."""

from __future__ import annotations

import json

from studio.levels_cases import FIXTURE, cases


def test_the_fixture_is_up_to_date() -> None:
    assert json.loads(FIXTURE.read_text()) == cases()
