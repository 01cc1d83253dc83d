"""Who drew a picture, what it shows, and under which licence: from tables, JSON files beside pictures, and folders.

For one picture, the first that states a field wins: `NAME.json` or `NAME.png.json` beside it; the nearest table
(`metadata.csv`, `metadata.jsonl`, `manifest.csv` with a column `file`) above it; the nearest `metadata.json` of a
folder; the names of the folders, if their meaning is given; what holds for the whole source.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from stenciltorch.errors import ConfigError

FIELDS = ("source", "licence", "author", "artist", "character")
ALIASES = {"license": "licence", "url": "source", "characters": "character"}
TABLES = ("manifest.csv", "metadata.csv", "metadata.jsonl")
FOLDER_FILE = "metadata.json"
FILE_COLUMNS = ("file", "path", "filename")


class Metadata:
    """Answers what is known of a picture.

    Args:
        root: the source folder.
        described: what tables state of a path (`Store.description`).
        layout: what the folders of each level name, such as ("artist", "character").
        general: fields of pictures that nothing else states.
        notices: receives a sentence for every file that cannot be read.
    """

    def __init__(
        self,
        root: Path,
        described: Callable[[str], dict[str, str]],
        layout: tuple[str, ...] = (),
        general: Mapping[str, str] | None = None,
        notices: list[str] | None = None,
    ) -> None:
        self.root, self.layout = root, layout
        self.general = dict(general or {})
        self.notices = [] if notices is None else notices
        self._described = described
        self._of_folder = lru_cache(maxsize=256)(self._read_folder)

    def of(self, path: str) -> dict[str, str]:
        """Fields of `FIELDS`, and `folder`: the path's folders."""
        parts = PurePosixPath(path).parts[:-1]
        named = {name: part for name, part in zip(self.layout, parts, strict=False) if name}
        folder = {"folder": "/".join(parts)} if parts else {}
        inherited = self._of_folder("/".join(parts))
        return folder | self.general | named | inherited | self._described(path) | self._beside(path)

    def _beside(self, path: str) -> dict[str, str]:
        picture = self.root / path
        found: dict[str, str] = {}
        for sidecar in (picture.with_suffix(".json"), picture.with_name(picture.name + ".json")):
            if sidecar.name != FOLDER_FILE and sidecar.is_file():
                found |= self._read(sidecar)
        return found

    def _read_folder(self, folder: str) -> dict[str, str]:
        """What `metadata.json` of this folder and of those above it state, the nearest first."""
        above = {} if folder in ("", ".") else self._of_folder(str(PurePosixPath(folder).parent))
        here = self.root / folder / FOLDER_FILE
        return above | (self._read(here) if here.is_file() else {})

    def _read(self, path: Path) -> dict[str, str]:
        try:
            content = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            self.notices.append(f"{path} cannot be read ({error}); what it says of its picture is not known.")
            return {}
        return fields_of(content) if isinstance(content, dict) else {}


def fields_of(content: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are used, under their usual name; of a list the first entry."""
    found: dict[str, str] = {}
    for key, value in content.items():
        name = ALIASES.get(str(key).casefold(), str(key).casefold())
        value = value[0] if isinstance(value, list) and value else value
        if name in FIELDS and isinstance(value, str | int) and str(value).strip():
            found.setdefault(name, str(value).strip())
    return found


def read_table(table: Path, notices: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(path relative to the table's folder, fields) of every row that names a file; rows are read one by one."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = _json_rows(stream) if table.suffix == ".jsonl" else csv.DictReader(stream)
            for row in rows:
                name = next((row[column] for column in FILE_COLUMNS if row.get(column)), None)
                if isinstance(name, str):
                    yield PurePosixPath(name.replace("\\", "/")).as_posix(), fields_of(row)
    except (OSError, ValueError, csv.Error) as error:
        notices.append(f"{table} cannot be read to its end ({error}); what it says from there on is not known.")


def _json_rows(stream: Any) -> Iterator[dict[str, Any]]:
    for line in stream:
        row = json.loads(line) if line.strip() else {}
        if isinstance(row, dict):
            yield row


def read_layout(text: str) -> tuple[str, ...]:
    """ "artist/character" -> ("artist", "character"); "-" stands for a level without meaning.

    Raises:
        ConfigError: a level means nothing that is known.
    """
    levels = tuple("" if level == "-" else level for level in text.split("/"))
    unknown = [level for level in levels if level and level not in FIELDS]
    if unknown:
        raise ConfigError(f"Folders can name {', '.join(FIELDS)} or - for nothing; found {unknown[0]!r}.")
    return levels
