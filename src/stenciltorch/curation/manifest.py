"""All that is known of the pictures -> the manifest: one JSON object a line, by path, the same for the same pictures.

A line holds: path, sha256 (of the file; null if it was not read), pixels (sha256 of size and decoded pixels), bytes,
width, height, source, licence, author, artist, character, group, split (null if dropped), verdict (kept or dropped),
by (rules or hand), reasons, duplicate_of, measures, scores, versions. Memory holds some hundred bytes a picture.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stenciltorch.curation.config import CurateConfig
from stenciltorch.curation.drafts import DROPPED, KEPT, RULES, Records, draft, read_records, record
from stenciltorch.curation.duplicates import best_of_equal, bits_set, kept_of, related_pairs, same_look
from stenciltorch.curation.groups import Int64Array, Unions, common_splits
from stenciltorch.curation.metadata import Metadata
from stenciltorch.curation.overrides import Override
from stenciltorch.curation.store import Store
from stenciltorch.errors import DatasetError

NAME = "manifest.jsonl"
SUMMARY = "summary.json"
DRAFTS = "drafts"
"""Folder for what is only needed while the manifest is written."""


class Ruling(NamedTuple):
    """What comparing has shown of the picture on one line.

    Args:
        split: of a picture that stays.
        keeper: line of the picture that stays instead of this one, -1 if this one stays.
        bits: how far the two perceptual hashes are apart; -1 for equal pixels.
    """

    split: str
    keeper: int
    bits: int


def write_manifest(
    store: Store, folder: Path, config: CurateConfig, metadata: Metadata, overrides: Mapping[str, Override]
) -> dict[str, Any]:
    """Decide on every picture and replace the manifest and the summary in one step each; the summary."""
    workshop = folder / DRAFTS
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    groups = _write_drafts(store, workshop, config, metadata, overrides)
    records = read_records(workshop / "records")
    rulings = rule(records, groups, config)
    keepers = _paths_of(workshop / "lines", {ruling.keeper for ruling in rulings.values()} - {-1})
    summary = _write_final(workshop / "lines", folder / NAME, rulings, keepers)
    del records
    shutil.rmtree(workshop)
    replace_file(folder / SUMMARY, [json.dumps(summary, indent=2, sort_keys=True) + "\n"])
    return summary


def _write_drafts(
    store: Store, workshop: Path, config: CurateConfig, metadata: Metadata, overrides: Mapping[str, Override]
) -> list[str]:
    """Lines and records on disk; the names of the groups, by number."""
    groups: dict[str, int] = {}
    with (workshop / "lines").open("w", encoding="utf-8") as lines, (workshop / "records").open("wb") as records:
        for number, known in enumerate(store.known()):
            line = draft(known, metadata.of(known.path), overrides, config)
            if line["verdict"] == KEPT and not line["measures"]:
                line["verdict"], line["by"] = DROPPED, RULES
            lines.write(json.dumps(line, sort_keys=True) + "\n")
            if line["verdict"] == KEPT:
                group = groups.setdefault(line["group"], len(groups))
                records.write(record(number, line, known.result, group))
    return list(groups)


def rule(records: Records, groups: list[str], config: CurateConfig) -> dict[int, Ruling]:
    """A ruling for the line of every record."""
    if not len(records):
        return {}
    rank = _rank(records)
    equal = best_of_equal(np.asarray(records["pixels"]), rank)
    single = np.flatnonzero(equal == np.arange(len(records)))
    pairs = related_pairs(np.asarray(records["hash"])[single], config.duplicates.distance)
    pairs = single[pairs] if len(pairs) else np.zeros((0, 2), np.int64)
    alike = pairs[same_look(pairs, records["thumbnail"], config.duplicates)]
    keeper = kept_of(alike, rank, np.asarray(records["forced"]))
    splits = _splits(records, groups, pairs[(keeper[pairs] < 0).all(axis=1)], config)
    return _rulings(records, equal, keeper, splits)


def _rank(records: Records) -> Int64Array:
    """0 for the picture to keep before all others: decided by hand, larger, more bytes, first by path."""
    order = np.lexsort((records["line"], -records["bytes"], -records["area"], ~records["forced"]))
    rank = np.empty(len(records), dtype=np.int64)
    rank[order] = np.arange(len(records))
    return rank


def _splits(records: Records, groups: list[str], related: Int64Array, config: CurateConfig) -> list[str]:
    """The split of each group; groups with related pictures share one."""
    unions = Unions(len(groups))
    numbers = np.asarray(records["group"])
    unions.join(np.unique(numbers[related], axis=0).astype(np.int64))
    return common_splits(groups, unions.roots(), config.splits)


def _rulings(records: Records, equal: Int64Array, keeper: Int64Array, splits: list[str]) -> dict[int, Ruling]:
    owner = np.where(equal != np.arange(len(records)), equal, keeper)
    hashes, lines = np.asarray(records["hash"]), np.asarray(records["line"])
    bits = np.where(equal != np.arange(len(records)), -1, bits_set(hashes ^ hashes[owner]).astype(np.int64))
    keeper_lines = np.where(owner >= 0, lines[owner], -1)
    return {
        line: Ruling(splits[group], kept, apart)
        for line, group, kept, apart in zip(
            lines.tolist(), records["group"].tolist(), keeper_lines.tolist(), bits.tolist(), strict=True
        )
    }


def _paths_of(lines: Path, wanted: set[int]) -> dict[int, str]:
    with lines.open(encoding="utf-8") as stream:
        return {number: json.loads(line)["path"] for number, line in enumerate(stream) if number in wanted}


def _write_final(
    lines: Path, target: Path, rulings: Mapping[int, Ruling], keepers: Mapping[int, str]
) -> dict[str, Any]:
    summary = _Summary()

    def final() -> Iterator[str]:
        with lines.open(encoding="utf-8") as stream:
            for number, text in enumerate(stream):
                line = _ruled(json.loads(text), rulings.get(number), keepers)
                summary.count(line)
                yield json.dumps(line, sort_keys=True) + "\n"

    replace_file(target, final())
    return summary.as_dict()


def _ruled(line: dict[str, Any], ruling: Ruling | None, keepers: Mapping[int, str]) -> dict[str, Any]:
    if ruling is None:
        return line
    if ruling.keeper < 0:
        return line | {"split": ruling.split}
    near = {"reason": "near-duplicate", "value": ruling.bits} if ruling.bits >= 0 else {"reason": "duplicate"}
    reason = near | {"note": keepers[ruling.keeper]}
    return line | {
        "verdict": DROPPED,
        "by": RULES,
        "reasons": [*line["reasons"], reason],
        "duplicate_of": keepers[ruling.keeper],
    }


class _Summary:
    """Counts of a manifest."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.splits: Counter[str] = Counter()
        self.licences: Counter[str] = Counter()
        self.by_hand = 0

    def count(self, line: Mapping[str, Any]) -> None:
        self.verdicts[line["verdict"]] += 1
        self.by_hand += line["by"] != RULES
        if line["verdict"] == KEPT:
            self.splits[line["split"]] += 1
            self.licences[line["licence"] or "none stated"] += 1
        else:
            self.reasons.update(reason["reason"] for reason in line["reasons"])

    def as_dict(self) -> dict[str, Any]:
        return {
            "pictures": self.verdicts.total(),
            "kept": self.verdicts[KEPT],
            "dropped": self.verdicts[DROPPED],
            "by_hand": self.by_hand,
            "reasons": dict(sorted(self.reasons.items())),
            "splits": dict(sorted(self.splits.items())),
            "licences": dict(sorted(self.licences.items())),
        }


def replace_file(target: Path, parts: Iterator[str] | list[str]) -> None:
    """Write a text so that the file is the old one or the whole new one at any moment."""
    beside = target.with_name(f".{target.name}.tmp")
    with beside.open("w", encoding="utf-8") as stream:
        stream.writelines(parts)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(target)


def read_manifest(folder: Path) -> Iterator[dict[str, Any]]:
    """The manifest's lines, one by one.

    Raises:
        DatasetError: there is none, or a line makes no sense.
    """
    path = folder / NAME
    if not path.is_file():
        raise DatasetError(f"There is no {NAME} in {folder}; make one with `stenciltorch curate`.")
    with path.open(encoding="utf-8") as stream:
        for number, text in enumerate(stream, 1):
            try:
                line = json.loads(text)
                _ = line["path"], line["verdict"], line["reasons"]
            except (ValueError, TypeError, KeyError) as error:
                raise DatasetError(
                    f"{path}, line {number} is damaged; make the manifest again with `stenciltorch curate`."
                ) from error
            yield line
