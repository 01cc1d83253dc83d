"""Contact sheets: what was kept and what was dropped, one sheet a reason, as PNG and on one page of HTML.

Which pictures a sheet shows is drawn by their hashes: the same pictures for the same manifest.
"""

from __future__ import annotations

import heapq
import html
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np

from stenciltorch import files
from stenciltorch.canvas import Illustration, UInt8Array
from stenciltorch.curation.drafts import KEPT
from stenciltorch.curation.manifest import read_manifest, replace_file
from stenciltorch.curation.measures import reduced
from stenciltorch.errors import InputError

FOLDER = "sheets"
CELL = 128
"""px of a picture on a sheet."""
CAPTION = 14
COLUMNS = 8
PAPER, INK = 245, (60, 60, 60)

_STYLE = """body{font:15px/1.4 system-ui,sans-serif;margin:2em;color:#222;background:#f5f5f5}
img{max-width:100%;image-rendering:auto}h2{margin:1.6em 0 .3em}table{border-collapse:collapse}
td{padding:.1em .8em .1em 0;font-size:13px;vertical-align:top}summary{cursor:pointer}"""


def write_sheets(source: Path, folder: Path, most: int) -> None:
    """`sheets/index.html` and one PNG for the pictures that were kept and for every reason; older sheets go."""
    sheets, counts = _choose(read_manifest(folder), most)
    target, beside = folder / FOLDER, folder / f".{FOLDER}.tmp"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for name, lines in sheets.items():
        files.write_illustration(beside / f"{name}.png", contact_sheet(source, name, lines))
    replace_file(beside / "index.html", [page(source, sheets, counts)])
    shutil.rmtree(target, ignore_errors=True)
    beside.rename(target)


def sheet_names(line: Mapping[str, Any]) -> list[str]:
    """The sheets that a line of the manifest belongs on."""
    if line["verdict"] == KEPT:
        return ["kept-by-hand"] if line["by"] == "hand" else [KEPT]
    return sorted({reason["reason"] for reason in line["reasons"]})


def _choose(lines: Iterable[dict[str, Any]], most: int) -> tuple[dict[str, list[dict[str, Any]]], dict[str, int]]:
    """At most `most` lines for each sheet, those of the lowest hashes, and how many there are of each."""
    heaps: dict[str, list[tuple[int, str, str]]] = {}
    counts: dict[str, int] = {}
    for line in lines:
        place = -int((line["pixels"] or line["sha256"] or "0")[:12], 16)
        entry = (place, line["path"], json.dumps(line))
        for name in sheet_names(line):
            heap = heaps.setdefault(name, [])
            counts[name] = counts.get(name, 0) + 1
            (heapq.heappush if len(heap) < most else heapq.heappushpop)(heap, entry)
    order = sorted(heaps, key=lambda name: (not name.startswith(KEPT), name))
    return {name: [json.loads(entry[2]) for entry in sorted(heaps[name], reverse=True)] for name in order}, counts


def contact_sheet(source: Path, name: str, lines: list[dict[str, Any]]) -> Illustration:
    """The pictures in rows of `COLUMNS`, each with the value that decided."""
    rows = -(-len(lines) // COLUMNS)
    sheet = np.full((max(1, rows) * (CELL + CAPTION), COLUMNS * CELL, 3), PAPER, np.uint8)
    for place, line in enumerate(lines):
        top, left = place // COLUMNS * (CELL + CAPTION), place % COLUMNS * CELL
        _paste(sheet[top : top + CELL, left : left + CELL], thumbnail(source / line["path"], CELL - 6))
        at = (left + 3, top + CELL + CAPTION - 4)
        cv2.putText(sheet, _caption(name, line), at, cv2.FONT_HERSHEY_SIMPLEX, 0.33, INK, 1, cv2.LINE_AA)
    return Illustration(sheet)


def thumbnail(path: Path, side: int) -> UInt8Array:
    """The picture at most `side` px a side; a crossed box if it cannot be read."""
    try:
        return reduced(files.read_illustration(path).array, side)
    except InputError:
        crossed = np.full((side, side, 3), 225, np.uint8)
        cv2.line(crossed, (0, 0), (side - 1, side - 1), (190, 60, 60), 2, cv2.LINE_AA)
        cv2.line(crossed, (side - 1, 0), (0, side - 1), (190, 60, 60), 2, cv2.LINE_AA)
        return crossed


def _paste(cell: UInt8Array, picture: UInt8Array) -> None:
    top = (cell.shape[0] - picture.shape[0]) // 2
    left = (cell.shape[1] - picture.shape[1]) // 2
    cell[top : top + picture.shape[0], left : left + picture.shape[1]] = picture


def _caption(name: str, line: Mapping[str, Any]) -> str:
    reason = next((reason for reason in line["reasons"] if reason["reason"] == name), None)
    told = f"{reason['value']:g}" if reason and "value" in reason else Path(line["path"]).name
    return told.encode("ascii", "replace").decode()[:20]


def page(source: Path, sheets: Mapping[str, list[dict[str, Any]]], counts: Mapping[str, int]) -> str:
    """HTML without scripts; the pictures' names link to the files where they lie."""
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact sheets</title>'
    parts = [f"{head}<style>{_STYLE}</style></head><body><h1>Contact sheets</h1>"]
    for name, lines in sheets.items():
        title = html.escape(name)
        parts.append(f"<h2>{title}: {counts[name]}</h2><p>{len(lines)} of them:</p>")
        parts.append(f'<img src="{quote(name)}.png" alt="{title}"><details><summary>Names and values</summary><table>')
        parts.extend(_row(source, line) for line in lines)
        parts.append("</table></details>")
    return "".join(parts) + "</body></html>\n"


def _row(source: Path, line: Mapping[str, Any]) -> str:
    told = "; ".join(_told(reason) for reason in line["reasons"]) or "kept"
    path = line["path"].encode("utf-8", "replace").decode()
    link = quote((source / line["path"]).resolve().as_posix().encode("utf-8", "surrogateescape"))
    return f'<tr><td><a href="file://{link}">{html.escape(path)}</a></td><td>{html.escape(told)}</td></tr>'


def _told(reason: Mapping[str, Any]) -> str:
    """ "too-small 120 (limit 256)" or "duplicate: a/b.png"."""
    text = str(reason["reason"])
    if "value" in reason:
        text += f" {reason['value']:g}"
    if "limit" in reason:
        text += f" (limit {reason['limit']:g})"
    return f"{text}: {reason['note']}" if reason.get("note") else text
