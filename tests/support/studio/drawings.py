"""A drawing for the tests: a house of clear regions, with hints."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 384


def draw_house(side: int = SIDE) -> Image.Image:
    scale = side / 384
    page = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(page)

    def points(*places: tuple[int, int]) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in places]

    width = max(2, round(3 * scale))
    pen.rectangle(points((90, 180), (294, 330)), outline=0, width=width)
    pen.line(points((70, 184), (192, 70), (314, 184), (70, 184)), fill=0, width=width, joint="curve")
    pen.rectangle(points((120, 215), (170, 260)), outline=0, width=width)
    pen.rectangle(points((215, 240), (262, 330)), outline=0, width=width)
    pen.ellipse(points((300, 30), (356, 86)), outline=0, width=width)
    pen.line(points((0, 330), (384, 330)), fill=0, width=width)
    return page


def save_examples(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    draw_house().save(folder / "house-lineart.png")
    dabs = [
        {"at": [192, 140], "color": "#c8503c", "radius": 10},
        {"at": [192, 200], "color": "#f0dcb4", "radius": 10},
        {"at": [328, 58], "color": "#ffd24a", "radius": 8},
    ]
    (folder / "house-hints.json").write_text(json.dumps({"size": [SIDE, SIDE], "dabs": dabs}))
    return folder
