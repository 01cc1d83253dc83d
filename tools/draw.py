"""Write the project's drawings: `python tools/draw.py [name ...]` -> SVG and hints under examples/drawings."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from drawing.hints import write_hints

FOLDER = Path(__file__).parents[1] / "examples" / "drawings"
NAMES = ("ribbon", "scarf", "cat", "mage", "flowers", "window")


def write(name: str) -> None:
    """One drawing, from `drawing/art/<name>.py`."""
    art = importlib.import_module(f"drawing.art.{name}")
    sheet = art.draw()
    sheet.save(FOLDER, name, art.TITLE)
    write_hints(sheet, art.WISHES, art.OTHER, FOLDER, name)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or NAMES:
        write(chosen)
