"""Render the drawings' layers: `python tools/render_drawings.py [name ...]`; needs `pip install resvg-py`
(and, for small files, `pyoxipng`).

Beside each `examples/drawings/<name>.svg` it writes `-lineart`, `-flats`, `-colour` and `-illustration` PNG files.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parents[1] / "examples" / "drawings"
GROUPS = ("flats", "shade", "light", "line")
VIEWS = {"flats": ("flats",), "colour": ("flats", "shade", "light"), "illustration": GROUPS}


def only(svg: str, groups: tuple[str, ...]) -> str:
    """The SVG with no other group than these (groups do not nest)."""
    for group in set(GROUPS) - set(groups):
        svg = re.sub(rf'<g id="{group}".*?</g>\n?', "", svg, count=1, flags=re.DOTALL)
    return svg


def rasterise(svg: str) -> Image.Image:
    """Straight RGBA at the SVG's own size."""
    from resvg_py import svg_to_bytes

    return Image.open(io.BytesIO(svg_to_bytes(svg_string=svg, skip_system_fonts=True))).convert("RGBA")


def lineart(svg: str) -> Image.Image:
    """Black on white, whatever the ink's colour: 255 less the coverage."""
    alpha = np.asarray(rasterise(only(svg, ("line",))))[..., 3]
    return Image.fromarray(255 - alpha)


def view(svg: str, groups: tuple[str, ...]) -> Image.Image:
    """These layers on white, RGB."""
    page = Image.new("RGBA", (picture := rasterise(only(svg, groups))).size, "white")
    page.alpha_composite(picture)
    return page.convert("RGB")


def views(svg: str) -> dict[str, Image.Image]:
    """Every picture of a drawing by the ending of its name."""
    return {"lineart": lineart(svg)} | {name: view(svg, groups) for name, groups in VIEWS.items()}


def squeeze(target: Path) -> None:
    """Smaller, same pixels; left as it is where pyoxipng is not installed."""
    if importlib.util.find_spec("oxipng"):
        keep = {f"{kind}_reduction": False for kind in ("bit_depth", "color_type", "palette", "grayscale")}
        importlib.import_module("oxipng").optimize(target, level=4, **keep)


def render(source: Path) -> None:
    for ending, picture in views(source.read_text(encoding="utf-8")).items():
        target = source.with_name(f"{source.stem}-{ending}.png")
        picture.save(target, optimize=True)
        squeeze(target)


if __name__ == "__main__":
    for source in sorted(FOLDER.glob("*.svg")):
        if not sys.argv[1:] or source.stem in sys.argv[1:]:
            render(source)
