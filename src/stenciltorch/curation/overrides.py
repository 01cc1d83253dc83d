"""Verdicts by hand, in a file of their own: `overrides.jsonl`, one line each, the last one on a picture counts.

Lines are {"pixels": sha256 of the decoded pixels, "verdict": "keep" | "drop" | "rules", "note": ..., "path": ...}, so a
verdict follows its picture wherever it is moved, and stays when thresholds change. "rules" takes a verdict back.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import NamedTuple

from stenciltorch.errors import DatasetError

NAME = "overrides.jsonl"
KEEP, DROP, RULES = "keep", "drop", "rules"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Override(NamedTuple):
    """What a person decided on the picture with these pixels."""

    pixels: str
    verdict: str
    note: str = ""
    path: str = ""


def read_overrides(folder: Path) -> dict[str, Override]:
    """By pixels; without those that were taken back.

    Raises:
        DatasetError: a line that makes no sense, with its number.
    """
    file = folder / NAME
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found: dict[str, Override] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            override = _parse(line, f"{file}, line {number}")
            found[override.pixels] = override
    return {pixels: override for pixels, override in found.items() if override.verdict != RULES}


def _parse(line: str, place: str) -> Override:
    try:
        content = json.loads(line)
        override = Override(**content)
    except (ValueError, TypeError) as error:
        raise DatasetError(
            f'{place} is no verdict; expected {{"pixels": SHA256, "verdict": "keep" or "drop"}}, mend or remove it.'
        ) from error
    check(override, place)
    return override


def check(override: Override, place: str) -> None:
    """Raises DatasetError unless the picture and the verdict are what they should be."""
    if not isinstance(override.pixels, str) or not _SHA256.fullmatch(override.pixels):
        raise DatasetError(f"{place}: pixels must be 64 hexadecimal digits, found {str(override.pixels)[:80]!r}.")
    if override.verdict not in (KEEP, DROP, RULES):
        raise DatasetError(f"{place}: the verdict must be keep, drop or rules, found {str(override.verdict)[:80]!r}.")
    if not isinstance(override.note, str) or not isinstance(override.path, str):
        raise DatasetError(f"{place}: note and path must be text.")


def add_override(folder: Path, override: Override) -> None:
    """Append one line that is on the disk when this returns.

    Raises:
        DatasetError: see `check`.
    """
    check(override, "the verdict")
    line = json.dumps(override._asdict(), ensure_ascii=True) + "\n"
    with (folder / NAME).open("ab") as file:
        if file.tell() and not _ends_with_newline(folder / NAME):
            line = "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
