"""Shards: prepared pictures in tar files, with an index that says where each one lies.

A shard folder holds `train-00000-HASH.tar`, ... (and so for validation and test; each a WebDataset shard),
`index.jsonl` (one picture a line: key, split, shard, offset, size, and where it comes from: path, pixels, source,
licence, author, group), `shards.json` (settings, counts and the sha256 of each shard) and `quarantine.jsonl` (what
could not be prepared).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.curation.preparing import Prepared, parse_members
from stenciltorch.errors import DatasetError

INDEX = "index.jsonl"
LISTING = "shards.json"
QUARANTINE = "quarantine.jsonl"
END = b"\0" * 1024
"""What ends a tar."""

PLACE = np.dtype([("shard", "<i4"), ("offset", "<i8"), ("size", "<i8"), ("source", "<i4"), ("group", "<i4")])


def is_shard_folder(folder: Path) -> bool:
    return (folder / LISTING).is_file()


def read_listing(folder: Path) -> dict[str, Any]:
    """Raises DatasetError when the folder holds no shards."""
    path = folder / LISTING
    if not path.is_file():
        raise DatasetError(f"There is no {LISTING} in {folder}; make shards with `stenciltorch preprocess`.")
    try:
        listing = json.loads(path.read_text(encoding="utf-8"))
        _ = [shard["name"] for shard in listing["shards"]], listing["data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{path} is damaged ({error}); run `stenciltorch preprocess` again.") from error
    return dict(listing)


def read_index(folder: Path) -> Iterator[dict[str, Any]]:
    """The lines of the index, one by one.

    Raises:
        DatasetError: no index, or a line that makes no sense.
    """
    path = folder / INDEX
    try:
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                entry = json.loads(line)
                _ = entry["key"], entry["split"], entry["shard"], entry["offset"], entry["size"]
                yield entry
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(f"{path} is missing or damaged ({error}); run `stenciltorch preprocess` again.") from error


class ShardReader:
    """Pictures of one split by number, in the order of the index; some 28 bytes of memory a picture.

    May be pickled and used in several processes.

    Args:
        split: train, validation or test.

    Raises:
        DatasetError: no shards, or none for this split.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self.folder, self.split = folder, split
        self.shards = [str(shard["name"]) for shard in read_listing(folder)["shards"]]
        self.sources: list[str] = []
        self.groups: list[str] = []
        self.places = self._read_places()
        if not len(self.places):
            raise DatasetError(
                f"The shards in {folder} have no picture for {split}; curate more pictures, or another share for it."
            )

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: int) -> Prepared:
        place = self.places[number]
        data = self._read(int(place["shard"]), int(place["offset"]), int(place["size"]))
        return parse_members(data)

    def _read_places(self) -> npt.NDArray[np.void]:
        shards = {name: number for number, name in enumerate(self.shards)}
        sources: dict[str, int] = {}
        groups: dict[str, int] = {}
        places = np.fromiter(
            (
                (
                    shards.get(entry["shard"], -1),
                    entry["offset"],
                    entry["size"],
                    sources.setdefault(entry.get("source") or "", len(sources)),
                    groups.setdefault(entry.get("group") or "", len(groups)),
                )
                for entry in read_index(self.folder)
                if entry["split"] == self.split
            ),
            dtype=PLACE,
        )
        if (places["shard"] < 0).any():
            raise DatasetError(f"{self.folder / INDEX} names shards that are not there; run `stenciltorch preprocess`.")
        self.sources, self.groups = list(sources), list(groups)
        return places

    def _read(self, shard: int, offset: int, size: int) -> bytes:
        path = self.folder / self.shards[shard]
        try:
            with path.open("rb") as stream:
                stream.seek(offset)
                data = stream.read(size)
        except OSError as error:
            raise DatasetError(
                f"{path} cannot be read ({error.strerror}); run `stenciltorch preprocess` again."
            ) from error
        if len(data) != size:
            raise DatasetError(f"{path} is cut short; run `stenciltorch preprocess` again.")
        return data
