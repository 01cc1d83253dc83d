"""Lights as vectors, for the browser's twin of `canvas.Light`.

Writes the fixture anew:  PYTHONPATH=tests/support python -m studio.light_cases
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stenciltorch.canvas import Light

FIXTURE = Path(__file__).parents[2] / "fixtures/light.json"
ANGLES = (0.0, -45.0, 45.0, 90.0, -90.0, 135.0, -135.0, 180.0, 270.0, 33.3, -1234.5, 1e-3)
STRENGTHS = (0.0, 0.1, 0.55, 1.0, 1.9, 2.0)


def cases() -> list[dict[str, Any]]:
    return [_case(Light(angle, strength)) for angle in ANGLES for strength in STRENGTHS]


def _case(light: Light) -> dict[str, Any]:
    return {"angle": light.angle, "strength": light.strength, "vector": light.vector.tolist()}


if __name__ == "__main__":
    lines = (json.dumps(case) for case in cases())
    FIXTURE.write_text("[" + ",\n".join(lines) + "]\n")
