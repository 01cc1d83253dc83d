"""What training needs of a picture, found once: regions, flat colours and palette, as members of a tar (paper 3.2).

For a picture with the key K: K.png (illustration), K.regions.png (16 bits, 0 = none, 1..n), K.json (flat colour of each
region as six hexadecimal digits, palette most used first, size). That is a sample of WebDataset.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from stenciltorch import files
from stenciltorch.canvas import Illustration, Regions, UInt8Array
from stenciltorch.curation.config import fingerprint as named
from stenciltorch.curation.fingerprints import pixel_hash
from stenciltorch.curation.measures import reduced
from stenciltorch.errors import ConfigError, DatasetError, InputError
from stenciltorch.synthesis.disnet import FILE, PACKAGED, open_disnet
from stenciltorch.synthesis.flats import FlatTable, flat_table
from stenciltorch.synthesis.judging import JUDGE_FILE
from stenciltorch.synthesis.regions import extract_regions

VERSION = 1
"""Raised when pictures would be prepared otherwise, so that all are prepared again."""
LONGEST = 640
"""Pictures are brought down to this longest side, in pixels."""
MOST_REGIONS = 65_535

RegionSource = Callable[[Illustration], Regions]
CLASSICAL, DISNET = "classical", "disnet"
SOURCES = (CLASSICAL, DISNET)
"""Where regions come from, by name; "module:function" names any other."""
DEFAULT = DISNET


class Wanted(NamedTuple):
    """A picture to prepare: its place in the source, and what its pixels must hash to."""

    key: str
    path: str
    pixels: str


@dataclass(frozen=True)
class Preparer:
    """Prepares pictures; sent to every worker.

    Args:
        root: folder that paths are relative to.
        longest: px of the longer side at most.
        regions: a name of `SOURCES`, or "module:function" that can be imported in the workers.
    """

    root: str
    longest: int = LONGEST
    regions: str = DEFAULT

    @cached_property
    def _source(self) -> RegionSource:
        return open_source(self.regions)

    @cached_property
    def _settings(self) -> list[Any]:
        return [VERSION, self.longest, self.regions, source_version(self.regions)]

    def __getstate__(self) -> dict[str, Any]:
        return {"root": self.root, "longest": self.longest, "regions": self.regions}

    def __call__(self, wanted: Wanted) -> bytes:
        """The members of the picture's sample, without the end of a tar.

        Raises:
            Exception: the picture cannot be read, or is another one than when it was curated.
        """
        try:
            illustration = files.read_illustration(Path(self.root) / wanted.path)
        except InputError as error:  # one picture is no reason to stop the run
            raise ValueError(str(error)) from error
        if pixel_hash(illustration) != wanted.pixels:
            raise ValueError(f"{wanted.path} has changed since it was curated; curate again")
        return members(wanted.key, Illustration(reduced(illustration.array, self.longest)), self._source)

    def key_of(self, pixels: str) -> str:
        """Names the result: another picture or another setting has another key."""
        return named([*self._settings, pixels]) + named(pixels)


def open_source(name: str) -> RegionSource:
    """The function that finds regions, ready to use on one core.

    Raises:
        ConfigError: no such function; ModelError: DisNet's weights cannot be used.
    """
    if name == CLASSICAL:
        return extract_regions
    if name == DISNET:
        return open_disnet(threads=1).regions
    module, _, function = name.partition(":")
    try:
        source: RegionSource = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigError(
            f"There is no source of regions {name!r}; expected {', '.join(SOURCES)} or MODULE:FUNCTION ({error})."
        ) from error
    return source


def check_source(name: str) -> None:
    """Raises what `open_source` raises."""
    open_source(name)


def source_version(name: str) -> str:
    """Changes when a source of this name would find other regions."""
    if name != DISNET:
        return ""
    files_of = [PACKAGED / file for file in (FILE, JUDGE_FILE) if (PACKAGED / file).is_file()]
    weights = b"".join(file.read_bytes() for file in files_of)
    return hashlib.sha256(weights).hexdigest()[:16]


def members(key: str, illustration: Illustration, source: RegionSource) -> bytes:
    """The tar members of one prepared picture; the same bytes for the same pixels."""
    regions = source(illustration)
    if regions.size != illustration.size or regions.count > MOST_REGIONS:
        raise ValueError(f"the regions are {regions.size} with {regions.count} labels, the picture {illustration.size}")
    colours, palette = flats_of(illustration, regions)
    facts = {
        "colours": _hex(colours),
        "palette": _hex(palette.array),
        "height": illustration.size.height,
        "width": illustration.size.width,
    }
    return b"".join(
        (
            _member(f"{key}.png", files.encode_illustration(illustration)),
            _member(f"{key}.regions.png", _encode_regions(regions)),
            _member(f"{key}.json", json.dumps(facts, sort_keys=True).encode()),
        )
    )


def flats_of(illustration: Illustration, regions: Regions) -> FlatTable:
    """The flat colours that training reads, the same every time."""
    return flat_table(illustration, regions, rng=np.random.default_rng(0))


class Prepared(NamedTuple):
    """One prepared picture: uint8 (H, W, 3), uint16 (H, W), and the flat colour of each label uint8 (n + 1, 3)."""

    illustration: UInt8Array
    regions: np.ndarray[Any, np.dtype[np.uint16]]
    colours: UInt8Array


def parse_members(data: bytes) -> Prepared:
    """The opposite of `members`.

    Raises:
        DatasetError: these are not the members of one picture.
    """
    try:
        found = dict(_members_of(data))
        regions = cv2.imdecode(np.frombuffer(found["regions.png"], np.uint8), cv2.IMREAD_UNCHANGED)
        colours = bytes.fromhex("".join(json.loads(found["json"])["colours"]))
        illustration = files.decode_illustration(found["png"]).array
        labels = np.asarray(regions, dtype=np.uint16)
        if labels.shape != illustration.shape[:2]:
            raise ValueError(f"{labels.shape} labels for {illustration.shape[:2]} pixels")
        return Prepared(illustration, labels, np.frombuffer(colours, np.uint8).reshape(-1, 3))
    except (tarfile.TarError, KeyError, ValueError, TypeError, InputError, cv2.error) as error:
        raise DatasetError(
            f"A picture of a shard is damaged ({error}); run `stenciltorch preprocess` again."
        ) from error


def _members_of(data: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", format=tarfile.USTAR_FORMAT) as archive:
        return [
            (member.name.partition(".")[2], stream.read())
            for member in archive
            if (stream := archive.extractfile(member)) is not None
        ]


def _member(name: str, data: bytes) -> bytes:
    """Header, content, padding; nothing of the machine or the moment."""
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.mtime = len(data), 0o644, 0
    padding = -len(data) % tarfile.BLOCKSIZE
    return header.tobuf(tarfile.USTAR_FORMAT) + data + b"\0" * padding


def _encode_regions(regions: Regions) -> bytes:
    done, data = cv2.imencode(".png", regions.array.astype(np.uint16))
    if not done:
        raise ValueError("the regions cannot be written as PNG")
    return bytes(data)


def _hex(colours: UInt8Array) -> list[str]:
    return [bytes(colour).hex() for colour in colours]
