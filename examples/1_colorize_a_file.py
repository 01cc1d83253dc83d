"""Colour a drawing, following hints.

python examples/1_colorize_a_file.py                                  an example drawing -> ribbon-colored.png
python examples/1_colorize_a_file.py drawing.png painted.png          a first proposal, without hints
python examples/1_colorize_a_file.py drawing.png painted.png hints.json
"""

import sys
from pathlib import Path

from stenciltorch import OnnxColorizer, Stencil, files
from stenciltorch.hintfile import draw_hints, read_hint_file

DRAWINGS = Path(__file__).parent / "drawings"
EXAMPLE = (str(DRAWINGS / "ribbon-lineart.png"), "ribbon-colored.png", str(DRAWINGS / "ribbon-hints.json"))


def main(drawing: str, output: str, hint_file: str | None = None) -> None:
    stencil = Stencil.start(files.read_lineart(drawing))
    if hint_file:
        stencil = stencil.with_hints(draw_hints(read_hint_file(hint_file), stencil.size))
    painting = OnnxColorizer.load()(stencil)
    files.write_illustration(output, painting.illustration)
    print(f"{output}: {painting.size} pixels")


if __name__ == "__main__":
    main(*(sys.argv[1:] or EXAMPLE))
