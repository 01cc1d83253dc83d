"""Colour dabs and strokes as an artist would place them, written beside each drawing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

import shapely
from shapely.geometry.base import BaseGeometry

from drawing.sheet import Sheet

Point = tuple[float, float]


@dataclass(frozen=True)
class Wishes:
    """Where the artist dabs and strokes: points with a radius; the colour is the flat found there."""

    dabs: Sequence[tuple[float, float, float]]
    strokes: Sequence[tuple[Sequence[Point], float]]


def flat_areas(sheet: Sheet) -> dict[str, BaseGeometry]:
    """What is seen of each flat colour."""
    areas: dict[str, BaseGeometry] = {}
    nearer: BaseGeometry = shapely.Polygon()
    for part in reversed([part for part in sheet.parts if part.flat]):
        shown = part.where.difference(nearer).buffer(0.05)
        areas[str(part.flat)] = shown.union(areas.get(str(part.flat), shapely.Polygon()))
        nearer = nearer.union(part.where)
    return areas


def hint_text(sheet: Sheet, wishes: Wishes, recolour: Mapping[str, str]) -> str:
    """The hints as JSON; each flat colour is named as `recolour` says, else as it is.

    Raises:
        ValueError: a hint leaves its flat colour.
    """
    areas = flat_areas(sheet)
    dabs = [
        {
            "at": [right, down],
            "color": _named(areas, shapely.Point(right, down).buffer(radius), recolour),
            "radius": radius,
        }
        for right, down, radius in wishes.dabs
    ]
    strokes = [
        {
            "points": [list(point) for point in points],
            "color": _named(areas, shapely.LineString(points).buffer(radius), recolour),
            "radius": radius,
        }
        for points, radius in wishes.strokes
    ]
    rows = [f'  "dabs": [{_rows(dabs)}]', f'  "strokes": [{_rows(strokes)}]']
    return f'{{\n  "size": [{sheet.height}, {sheet.width}],\n' + ",\n".join(rows) + "\n}\n"


def _rows(hints: Sequence[object]) -> str:
    return "\n    " + ",\n    ".join(json.dumps(hint) for hint in hints) + "\n  " if hints else ""


def _named(areas: Mapping[str, BaseGeometry], spot: BaseGeometry, recolour: Mapping[str, str]) -> str:
    for colour, where in areas.items():
        if where.contains(spot):
            return recolour.get(colour, colour)
    middle = spot.representative_point()
    raise ValueError(f"The hint at {middle.x:.0f}, {middle.y:.0f} leaves its flat colour; move it or make it smaller.")


def write_hints(sheet: Sheet, wishes: Wishes, other: Mapping[str, str], folder: FilePath, name: str) -> None:
    for suffix, recolour in (("", {}), ("-2", other)):
        text = hint_text(sheet, wishes, recolour)
        (folder / f"{name}-hints{suffix}.json").write_text(text, encoding="utf-8")
