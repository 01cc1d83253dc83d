"""One picture's line of the manifest as far as the picture alone decides it, and what must be compared with others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stenciltorch.curation import verdicts
from stenciltorch.curation.config import CurateConfig
from stenciltorch.curation.groups import group_of
from stenciltorch.curation.measures import Measures
from stenciltorch.curation.metadata import FIELDS
from stenciltorch.curation.overrides import DROP, KEEP, Override
from stenciltorch.curation.store import Known

KEPT, DROPPED = "kept", "dropped"
RULES, HAND = "rules", "hand"

RECORD = np.dtype(
    [
        ("line", "<i8"),
        ("pixels", "V16"),
        ("hash", "<u8"),
        ("area", "<i8"),
        ("bytes", "<i8"),
        ("group", "<i4"),
        ("forced", "?"),
        ("thumbnail", "u1", (192,)),
    ]
)
"""What is compared between kept pictures: `line` of the manifest, half of the pixels' sha256, perceptual hash, ..."""

Records = npt.NDArray[np.void]


def draft(
    known: Known, fields: Mapping[str, str], overrides: Mapping[str, Override], config: CurateConfig
) -> dict[str, Any]:
    """The manifest's line before duplicates and splits."""
    result = known.result
    reasons = _reasons(result, fields, config)
    line: dict[str, Any] = {"path": known.path, "sha256": result.get("sha256"), "pixels": result.get("pixels")}
    line |= {"bytes": result.get("bytes"), "width": None, "height": None}
    line |= {name: fields.get(name) for name in FIELDS}
    line |= {"group": None, "split": None, "duplicate_of": None, "scores": result.get("scores", {})}
    line["versions"] = result.get("versions", {})
    line["measures"] = measures = result.get("measures", {})
    if measures:
        line |= {"width": measures["width"], "height": measures["height"]}
        line["group"] = group_of(fields, str(result["pixels"]), config.splits)
    override = overrides.get(result.get("pixels") or "")
    return line | _verdict(reasons, override)


def _reasons(result: Mapping[str, Any], fields: Mapping[str, str], config: CurateConfig) -> list[verdicts.Reason]:
    if "problem" in result:
        return [verdicts.Reason(result["problem"], note=result.get("note"))]
    return [
        *verdicts.reasons_of(Measures(**result["measures"]), config.thresholds),
        *verdicts.reasons_of_scores(result["scores"], config.scorers),
        *verdicts.reasons_of_licence(fields.get("licence"), config.licences),
    ]


def _verdict(reasons: list[verdicts.Reason], override: Override | None) -> dict[str, Any]:
    """By hand where a hand has decided; the rules' reasons are told in any case."""
    told = [reason.as_dict() for reason in reasons]
    if override and override.verdict == DROP:
        return {"verdict": DROPPED, "by": HAND, "reasons": [{"reason": HAND, "note": override.note}, *told]}
    if override and override.verdict == KEEP:
        return {"verdict": KEPT, "by": HAND, "reasons": told}
    return {"verdict": DROPPED if told else KEPT, "by": RULES, "reasons": told}


def record(number: int, line: Mapping[str, Any], result: Mapping[str, Any], group: int) -> bytes:
    """The bytes of one `RECORD`."""
    entry = np.zeros(1, RECORD)
    entry["line"] = number
    entry["pixels"] = np.frombuffer(bytes.fromhex(result["pixels"])[:16], "V16")
    entry["hash"] = int(result["perceptual"], 16)
    entry["area"], entry["bytes"] = line["width"] * line["height"], line["bytes"]
    entry["group"], entry["forced"] = group, line["by"] == HAND
    entry["thumbnail"] = np.frombuffer(bytes.fromhex(result["thumbnail"]), np.uint8)
    return entry.tobytes()


def read_records(path: Path) -> Records:
    """All records, mapped from the disk: thumbnails are not held in memory."""
    if not os.path.getsize(path):  # noqa: PTH202
        return np.zeros(0, RECORD)
    return np.memmap(path, dtype=RECORD, mode="r")
