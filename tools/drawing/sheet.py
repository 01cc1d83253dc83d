"""A sheet of parts in paint order, written as one SVG with the groups `flats`, `shade`, `light` and `line`.

Every layer comes from the same outlines. What a nearer part hides is cut away from the lines and shades behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from drawing.colour import shadow
from drawing.curves import Path
from drawing.ink import Nib, area, stroke

INK = Nib(4.2, shadow=0.28)
FINE = Nib(2.6, lift_in=26, lift_out=60, tip=0.2)
HAIR = Nib(2.8, lift_in=8, lift_out=90, tip=0.12)


@dataclass(frozen=True)
class Stain:
    """Something laid over the flats: where, and with what SVG paint."""

    where: BaseGeometry
    paint: str
    opacity: float = 1.0


@dataclass
class Part:
    """One thing of one colour: its area, and what is drawn on it."""

    name: str
    where: BaseGeometry
    data: str
    flat: str | None
    hides: bool = True
    lines: list[BaseGeometry] = field(default_factory=list)
    shades: list[Stain] = field(default_factory=list)
    lights: list[Stain] = field(default_factory=list)

    def ink(self, path: Path, nib: Nib = INK) -> Part:
        """A line that may leave the part, such as its outline."""
        self.lines.append(stroke(path, nib))
        return self

    def line(self, *paths: Path, nib: Nib = FINE) -> Part:
        """Lines that stay on the part."""
        room = self.where.buffer(0.5)
        self.lines.extend(stroke(path, nib).intersection(room) for path in paths)
        return self

    def black(self, where: BaseGeometry) -> Part:
        """A filled spot of ink."""
        self.lines.append(where)
        return self

    def shade(self, *where: BaseGeometry, paint: str | None = None, depth: float = 1.0, opacity: float = 1.0) -> Part:
        tone = paint or shadow(self.flat or "#808080", depth)
        self.shades.extend(Stain(each, tone, opacity) for each in where)
        return self

    def light(self, *where: BaseGeometry, paint: str = "#ffffff", opacity: float = 1.0) -> Part:
        self.lights.extend(Stain(each, paint, opacity) for each in where)
        return self

    def away_side(self, right: float, down: float) -> BaseGeometry:
        """The rim of the part that a copy of it, moved by (-right, -down), leaves bare."""
        return self.where.difference(shapely.affinity.translate(self.where, -right, -down))


def moved(where: BaseGeometry, right: float, down: float) -> BaseGeometry:
    return shapely.affinity.translate(where, right, down)


class Sheet:
    """The drawing: parts from the farthest to the nearest.

    Args:
        width, height: canvas in pixels.
        ink: colour of the lines.
    """

    def __init__(self, width: int, height: int, ink: str = "#2b1c28") -> None:
        self.width, self.height, self.ink_colour = width, height, ink
        self.parts: list[Part] = []
        self.paints: list[str] = []

    def part(
        self, name: str, outline: Path | BaseGeometry, flat: str | None, nib: Nib | None = INK, hides: bool = True
    ) -> Part:
        """Lay the next nearer part; `nib` inks its whole outline, None leaves it bare."""
        if isinstance(outline, Path):
            part = Part(name, area(outline), outline.data(), flat, hides)
            if nib:
                part.ink(outline, nib)
        else:
            part = Part(name, outline, geometry_data(outline), flat, hides)
        self.parts.append(part)
        return part

    def __getitem__(self, name: str) -> Part:
        return next(part for part in self.parts if part.name == name)

    def glow(self, centre: tuple[float, float], radius: float, colour: str, strength: float = 1.0) -> str:
        """A paint that fades from the centre outwards."""
        place = f'cx="{centre[0]}" cy="{centre[1]}" r="{radius}"'
        return self._gradient("radialGradient", place, colour, strength, 0.0)

    def fade(
        self, start: tuple[float, float], end: tuple[float, float], colour: str, strong: float, weak: float = 0.0
    ) -> str:
        """A paint that fades along a line."""
        place = f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"'
        return self._gradient("linearGradient", place, colour, strong, weak)

    def _gradient(self, kind: str, place: str, colour: str, strong: float, weak: float) -> str:
        name = f"paint-{len(self.paints) + 1}"
        stops = "".join(
            f'<stop offset="{offset}" stop-color="{colour}" stop-opacity="{opacity}"/>'
            for offset, opacity in ((0, strong), (1, weak))
        )
        self.paints.append(f'<{kind} id="{name}" gradientUnits="userSpaceOnUse" {place}>{stops}</{kind}>')
        return f"url(#{name})"

    def _unhidden(self) -> list[BaseGeometry]:
        """For each part, all that lies nearer."""
        covers: list[BaseGeometry] = []
        nearer: BaseGeometry = shapely.Polygon()
        for part in reversed(self.parts):
            covers.append(nearer)
            if part.hides:
                nearer = nearer.union(part.where)
        return covers[::-1]

    def svg(self, title: str) -> str:
        covers = self._unhidden()
        page = shapely.box(-8, -8, self.width + 8, self.height + 8)
        groups = [
            f'<g id="flats" fill-rule="evenodd">\n{self._flats()}</g>',
            f'<g id="shade" fill-rule="evenodd">\n{self._stains("shades", covers)}</g>',
            f'<g id="light" fill-rule="evenodd">\n{self._stains("lights", covers)}</g>',
            f'<g id="line" fill-rule="evenodd" fill="{self.ink_colour}">\n{self._lines(covers, page)}</g>',
        ]
        frame = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>\n<title>{title}</title>\n'
        licence = "<metadata>SPDX-License-Identifier: CC0-1.0. Drawn for StencilTorch.</metadata>\n"
        defs = "<defs>\n" + "\n".join(self.paints) + "\n</defs>\n" if self.paints else ""
        return head + licence + defs + "\n".join(groups) + "\n</svg>\n"

    def _flats(self) -> str:
        return "".join(
            f'<path id="{part.name}" fill="{part.flat}" d="{part.data}"/>\n' for part in self.parts if part.flat
        )

    def _stains(self, kind: str, covers: Sequence[BaseGeometry]) -> str:
        rows = []
        for part, cover in zip(self.parts, covers, strict=True):
            room = part.where.difference(cover)
            for stain in getattr(part, kind):
                where = stain.where.intersection(room)
                faint = f' fill-opacity="{stain.opacity}"' if stain.opacity < 1 else ""
                if data := geometry_data(where):
                    rows.append(f'<path class="{part.name}" fill="{stain.paint}"{faint} d="{data}"/>\n')
        return "".join(rows)

    def _lines(self, covers: Sequence[BaseGeometry], page: BaseGeometry) -> str:
        rows = []
        for part, cover in zip(self.parts, covers, strict=True):
            strokes = shapely.union_all(part.lines).intersection(page).difference(cover)
            if data := geometry_data(strokes):
                rows.append(f'<path class="{part.name}" d="{data}"/>\n')
        return "".join(rows)

    def save(self, folder: FilePath, name: str, title: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.svg").write_text(self.svg(title), encoding="utf-8")


def geometry_data(where: BaseGeometry, tolerance: float = 0.04) -> str:
    """The `d` attribute of areas; holes included, slivers left out."""
    rings = []
    for piece in shapely.get_parts(shapely.simplify(where, tolerance)):
        if piece.geom_type == "Polygon" and piece.area > 0.4:
            rings.extend([piece.exterior, *piece.interiors])
        elif piece.geom_type.startswith(("Multi", "GeometryCollection")):
            rings.extend(
                ring for part in piece.geoms if part.geom_type == "Polygon" for ring in (part.exterior, *part.interiors)
            )
    return "".join(_ring_data(np.asarray(ring.coords)[:-1]) for ring in rings)


def _ring_data(points: np.ndarray) -> str:
    words = [f"{first:.1f}".removesuffix(".0") + "," + f"{second:.1f}".removesuffix(".0") for first, second in points]
    return "M" + " ".join(words) + "Z"
