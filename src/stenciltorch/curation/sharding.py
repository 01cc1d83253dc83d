"""`preprocess`: a curated dataset -> shards. Each picture is prepared once, however often the run is killed.

The shards' bytes depend on the manifest and the settings alone: not on workers, engines or interruptions. A shard holds
the pictures whose keys lie in one range, by key, which is a random order.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from stenciltorch.curation.drafts import KEPT
from stenciltorch.curation.engines import Engine
from stenciltorch.curation.inspection import tool_versions
from stenciltorch.curation.manifest import read_manifest, replace_file
from stenciltorch.curation.plan import Piece, Place, Plan
from stenciltorch.curation.pool import Outcome
from stenciltorch.curation.preparing import DEFAULT, LONGEST, Preparer, Wanted, check_source
from stenciltorch.curation.shards import END, INDEX, LISTING, QUARANTINE, is_shard_folder, read_index
from stenciltorch.errors import DatasetError

PARTS = "parts"
"""Folder of prepared pictures that no shard holds yet."""
PER_SHARD = 1000
TOLD = ("path", "pixels", "source", "licence", "author", "group")
"""Columns of the manifest that the index repeats."""


class Step(NamedTuple):
    """Where a run stands: `stage` is preparing or packing."""

    stage: str
    done: int
    of: int


@dataclass
class Sharding:
    """One run.

    Args:
        dataset: folder made by `curate`.
        source: folder that the manifest's paths are relative to.
        folder: the shards; made if it is not there.
        per_shard: pictures of a shard, about.
        listing: what `shards.json` says, once `run` has ended.
    """

    dataset: Path
    source: Path
    folder: Path
    longest: int = LONGEST
    regions: str = DEFAULT
    engine: Engine = field(default_factory=Engine)
    per_shard: int = PER_SHARD
    listing: dict[str, Any] = field(default_factory=dict)

    def run(self) -> Iterator[Step]:
        """Prepare what is not prepared yet, then pack; may be stopped and begun again at any moment.

        Raises:
            DatasetError: no manifest, or folders that cannot be used.
            ConfigError: no such source of regions or engine.
        """
        check_source(self.regions)
        preparer = Preparer(str(self.source.resolve()), self.longest, self.regions)
        running = self.engine.of(preparer)
        _make(self.folder)
        with closing(Plan(self.folder)) as plan:
            plan.begin(self._wanted(preparer), self._held())
            if not plan.total():
                raise DatasetError(f"The manifest in {self.dataset} keeps no picture; curate with other thresholds.")
            todo = (wanted for wanted in plan.missing() if not self._part(wanted.key).exists())
            yield from self._prepare(plan, running.run(todo))
            yield from self._pack(plan)

    def _wanted(self, preparer: Preparer) -> Iterator[tuple[Wanted, str, dict[str, Any]]]:
        for line in read_manifest(self.dataset):
            if line["verdict"] == KEPT:
                wanted = Wanted(preparer.key_of(line["pixels"]), line["path"], line["pixels"])
                yield wanted, line["split"], {name: line[name] for name in TOLD}

    def _held(self) -> Iterator[tuple[str, Place]]:
        """What the last shards hold, as far as they are still whole."""
        if not is_shard_folder(self.folder):
            return
        sizes: dict[str, int] = {}
        for entry in read_index(self.folder):
            name = str(entry["shard"])
            if name not in sizes:
                shard = self.folder / name
                sizes[name] = shard.stat().st_size if shard.is_file() else 0
            if entry["offset"] + entry["size"] <= sizes[name]:
                yield entry["key"], Place(name, entry["offset"], entry["size"])

    def _prepare(self, plan: Plan, outcomes: Iterator[Outcome]) -> Iterator[Step]:
        of = plan.total()
        for done, outcome in enumerate(outcomes, 1):
            if outcome.failure is None:
                _write_part(self._part(outcome.task.key), outcome.value)
            else:
                plan.fail(outcome.task.key, outcome.failure, outcome.note)
            yield Step("preparing", done, of)

    def _part(self, key: str) -> Path:
        return self.folder / PARTS / key[:2] / key

    def _pack(self, plan: Plan) -> Iterator[Step]:
        """New shards beside the old ones, then index and listing, then the old ones go."""
        shards: list[dict[str, Any]] = []
        beside = self.folder / f".{INDEX}.tmp"
        with beside.open("w", encoding="utf-8") as index:
            for split, count in plan.counts().items():
                of = -(-count // self.per_shard)
                for number in range(of):
                    pieces = plan.pieces(split, *key_range(number, of))
                    shards.append(self._pack_shard(f"{split}-{number:05d}", split, pieces, index))
                    yield Step("packing", len(shards), 0)
            index.flush()
            os.fsync(index.fileno())
        failures = plan.failures()
        replace_file(self.folder / QUARANTINE, [json.dumps(row, sort_keys=True) + "\n" for row in failures])
        self.listing = self._listing(plan, shards, len(failures))
        beside.replace(self.folder / INDEX)
        replace_file(self.folder / LISTING, [json.dumps(self.listing, indent=2, sort_keys=True) + "\n"])
        self._clean({str(shard["name"]) for shard in shards})

    def _pack_shard(self, stem: str, split: str, pieces: list[Piece], index: IO[str]) -> dict[str, Any]:
        """Write one shard, named by its content, and its lines of the index; what the listing says of it."""
        writing = self.folder / ".shard.tmp"
        digest, offset, places = hashlib.sha256(), 0, []
        with writing.open("wb") as stream:
            for piece in pieces:
                data = self._bytes_of(piece)
                stream.write(data)
                digest.update(data)
                places.append((offset, len(data)))
                offset += len(data)
            stream.write(END)
            digest.update(END)
            stream.flush()
            os.fsync(stream.fileno())
        name = f"{stem}-{digest.hexdigest()[:12]}.tar"
        writing.replace(self.folder / name)
        for piece, (start, size) in zip(pieces, places, strict=True):
            line = {"key": piece.key, "split": split, "shard": name, "offset": start, "size": size}
            index.write(json.dumps(line | piece.told, sort_keys=True) + "\n")
        facts = {"name": name, "split": split, "pictures": len(pieces), "bytes": offset + len(END)}
        return facts | {"sha256": digest.hexdigest()}

    def _bytes_of(self, piece: Piece) -> bytes:
        if piece.place is None:
            return self._part(piece.key).read_bytes()
        with (self.folder / piece.place.shard).open("rb") as stream:
            stream.seek(piece.place.offset)
            return stream.read(piece.place.size)

    def _listing(self, plan: Plan, shards: list[dict[str, Any]], failed: int) -> dict[str, Any]:
        digest = hashlib.sha256()
        for key in plan.all_keys():
            digest.update(key.encode() + b"\n")
        return {
            "version": 1,
            "longest": self.longest,
            "regions": self.regions,
            "pictures": sum(shard["pictures"] for shard in shards),
            "quarantined": failed,
            "data": digest.hexdigest(),
            "versions": tool_versions(),
            "shards": shards,
        }

    def _clean(self, wanted: set[str]) -> None:
        """Remove shards that the index no longer names, and the parts, which the shards now hold."""
        for shard in self.folder.glob("*-?????-????????????.tar"):
            if shard.name not in wanted:
                shard.unlink()
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)


def key_range(number: int, of: int) -> tuple[str, str]:
    """First key of a shard, and the first key after it: shard `number` of `of` equal ranges."""
    low = f"{(number << 32) // of:08x}"
    return low, f"{((number + 1) << 32) // of:08x}" if number + 1 < of else "g"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{folder} cannot be made a folder ({error.strerror}); name another.") from error


def _write_part(target: Path, data: bytes) -> None:
    """Whole or not there; what a power cut may take is prepared again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.tmp")
    beside.write_bytes(data)
    beside.replace(target)
