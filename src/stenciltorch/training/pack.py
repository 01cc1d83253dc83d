"""The training pack: a folder of pictures with regions and flats found once, so that training only crops and draws.

A pack is a folder of `NNNNN.npz` (illustration uint8 (H, W, 3), regions uint16 (H, W), colours uint8 (n + 1, 3): the
flat colour
of each region) and `pack.json`, which lists every picture with its source, character group, split and sampling weight.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.curation.measures import reduced
from stenciltorch.curation.preparing import (
    CLASSICAL,
    DEFAULT,
    LONGEST,
    RegionSource,
    flats_of,
    open_source,
    source_version,
)
from stenciltorch.curation.shards import is_shard_folder, read_index
from stenciltorch.errors import DatasetError, StencilTorchError

CUT_NOTE = "regions.txt"
"""Names what cut the pictures of a pack."""

HELD_OUT = 12
"""One character group in this many is kept for validation."""

KEPT_BACK = ("taisei/wriggle", "learntocoderpg/mala")
"""Groups kept for validation by choice, so that it has anime characters."""

SHARES = {
    "learntocoderpg": 0.10, "renpy": 0.06, "taisei": 0.10, "godot-vn": 0.03, "squishy-sachi": 0.02, "pc-running": 0.02,
    "peppercarrot-pages": 0.02, "gearhead-characters": 0.18, "gearhead": 0.07, "wesnoth": 0.08, "bad-moon-rising": 0.03,
    "robohash": 0.05, "dicebear": 0.06, "free-gophers": 0.03, "egonelbre-gophers": 0.02, "openmoji": 0.04,
}  # fmt: skip
"""How often each source is drawn: anime up, icons and gophers down. Other sources are left out, unless a manifest has
none of these: then all of its sources are drawn alike."""

LIMITS = {"openmoji": 300, "dicebear": 220, "robohash": 150, "gearhead-characters": 300}
"""At most this many pictures of a source are packed (they are compositions of the same parts)."""


SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True)
class Entry:
    """One picture of a pack."""

    id: str
    file: str
    source: str
    group: str
    split: str
    sha256: str


def character_of(source: str, file: str) -> str:
    """The character or motif a picture shows; pictures of one group never lie on both sides of a split."""
    stem = Path(file).stem
    if source in ("learntocoderpg", "taisei", "renpy", "pc-running", "godot-vn", "squishy-sachi"):
        last = stem.split("__")[0] if source == "taisei" else stem.split("__")[-1]
        return f"{source}/{re.split(r'[_0-9]', last, maxsplit=1)[0].lower()}"
    bare = re.sub(r"(_[0-9a-f]{6})?$", "", stem)
    bare = re.sub(r"(_variant\w*)?[_-]*\d*$", "", bare)
    return f"{source}/{bare.lower() or stem.lower()}"


def split_of(group: str) -> str:
    """train or validation, decided by the group's name alone, so that it never changes."""
    if group in KEPT_BACK:
        return "validation"
    if group.split("/")[0] in ("dicebear", "robohash", "openmoji", "gearhead-characters"):
        return "train"
    return "validation" if int(hashlib.sha256(group.encode()).hexdigest(), 16) % HELD_OUT == 0 else "train"


def read_manifest(art: Path) -> list[Entry]:
    """The pictures of `manifest.csv` (columns file, source, sha256, ...) that training uses, each once.

    Raises:
        DatasetError: there is no manifest, or it cannot be read.
    """
    rows = _rows(art)
    rows = [row for row in rows if row["source"] in SHARES] or rows
    entries: dict[str, Entry] = {}
    seen: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row["sha256"]):
        source, file, sha256 = row["source"], row["file"], row["sha256"]
        seen[source] = seen.get(source, 0) + 1
        if seen[source] <= LIMITS.get(source, 10**9):
            group = character_of(source, file)
            entries.setdefault(sha256, Entry(sha256[:16], file, source, group, split_of(group), sha256))
    return list(entries.values())


def _rows(art: Path) -> list[dict[str, str]]:
    manifest = art / "manifest.csv"
    if not manifest.is_file():
        raise DatasetError(f"There is no manifest.csv in {art}; name the folder that holds it.")
    try:
        with manifest.open(newline="", encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{manifest} cannot be read ({error}); it must be a table in UTF-8.") from error
    for number, row in enumerate(rows, start=1):
        if not row.get("file") or not row.get("source") or not SHA256.fullmatch(row.get("sha256") or ""):
            raise DatasetError(
                f"{manifest}: picture {number} needs a file, a source and a sha256 of 64 hexadecimal digits; "
                "add what is missing."
            )
    return rows


def prepare(illustration: Illustration, find: RegionSource) -> dict[str, np.ndarray]:
    """Regions, as `find` sees them, and flat colours of one picture, at most LONGEST pixels long."""
    small = Illustration(reduced(illustration.array, LONGEST))
    regions = find(small)
    return {
        "illustration": small.array,
        "regions": regions.array.astype(np.uint16),
        "colours": flats_of(small, regions).colours,
    }


def build_pack(art: Path, pack: Path, regions: str | None = None) -> Iterator[tuple[int, int]]:
    """Prepare every picture that is not in the pack yet; yields (done, all). Pictures that cannot be read are left
    out.

    Args:
        regions: a name that `open_source` knows; None goes on as the pack was begun, a new one with `DEFAULT`.

    Raises:
        DatasetError: there is no manifest, or the pack was begun with other regions.
        ConfigError: there is no such source of regions.
    """
    entries = read_manifest(art)
    find = open_source(_settled_source(pack, regions))
    kept: list[Entry] = []
    for done, entry in enumerate(entries, start=1):
        try:
            _prepare_file(art / entry.file, pack / f"{entry.id}.npz", find)
            kept.append(entry)
        except StencilTorchError:
            pass
        yield done, len(entries)
    listing = json.dumps([asdict(entry) for entry in kept], indent=0)
    temporary = pack / "pack.json.tmp"
    temporary.write_text(listing, encoding="utf-8")
    temporary.replace(pack / "pack.json")


def _settled_source(pack: Path, regions: str | None) -> str:
    """The source of regions of all pictures of this pack, which its `regions.txt` names with its version."""
    note = pack / CUT_NOTE
    begun = note.read_text(encoding="utf-8").strip() if note.is_file() else _unnoted(pack)
    name = regions or (begun.split()[0] if begun else DEFAULT)
    wanted = f"{name} {source_version(name)}".strip()
    if begun and begun != wanted:
        raise DatasetError(
            f"The pictures in {pack} were cut by {begun!r}, now {wanted!r} is asked for; "
            "name a new folder for the pack, or ask for the same regions."
        )
    pack.mkdir(parents=True, exist_ok=True)
    note.write_text(wanted + "\n", encoding="utf-8")
    return name


def _unnoted(pack: Path) -> str:
    """Packs of before there was a choice were cut by colours."""
    return CLASSICAL if any(pack.glob("*.npz")) else ""


def _prepare_file(picture: Path, target: Path, find: RegionSource) -> None:
    if target.exists():
        return
    arrays = prepare(files.read_illustration(picture), find)
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    temporary.replace(target)


def read_pack(pack: Path) -> list[Entry]:
    """The pictures of a pack, or of a folder of shards."""
    if is_shard_folder(pack):
        return [_entry_of(line) for line in read_index(pack)]
    listing = pack / "pack.json"
    if not listing.is_file():
        raise DatasetError(f"There is no pack.json in {pack}; make a pack with `stenciltorch pack`.")
    try:
        return [Entry(**row) for row in json.loads(listing.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise DatasetError(f"{listing} is damaged ({error}); make the pack again with `stenciltorch pack`.") from error


def _entry_of(line: dict[str, Any]) -> Entry:
    source, group = line.get("source") or "", line.get("group") or ""
    return Entry(line["key"], line["path"], source, group, line["split"], line["pixels"])


def pack_hash(entries: list[Entry]) -> str:
    """sha256 over the pictures' own hashes: names the data that a model was trained on."""
    return hashlib.sha256("\n".join(sorted(entry.sha256 for entry in entries)).encode()).hexdigest()
