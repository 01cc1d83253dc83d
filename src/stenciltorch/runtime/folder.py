"""A model folder on disk: where it is found, and whether it is what its model.json says."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stenciltorch.errors import ModelError

CONTRACT = 1
"""The version of docs/architecture.md's model contract that this package speaks."""
ENVIRONMENT = "STENCILTORCH_MODEL"
GRAPHS = ("encoder", "painter", "finisher")
MANIFEST = "model.json"
MAX_FILE_BYTES = 128 * 2**20
MAX_MANIFEST_BYTES = 2**20
MAX_WORK_PIXELS = 4096 * 4096
PACKAGED = Path(__file__).resolve().parent.parent / "models"
"""The default model, inside the installed package."""

_ELSEWHERE = f"give a model folder with --model FOLDER or in the environment variable {ENVIRONMENT}"


@dataclass(frozen=True)
class FileFacts:
    """What model.json says of one file."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """model.json."""

    name: str
    work_pixels: int
    files: Mapping[str, FileFacts]


def find_model(path: Path | None = None) -> Path:
    """The model folder: `path`, else the environment variable STENCILTORCH_MODEL, else the packaged default.

    Raises:
        ModelError: there is no model there.
    """
    chosen = os.environ.get(ENVIRONMENT)
    if path is not None:
        return _checked(Path(path), "The model folder")
    if chosen:
        return _checked(Path(chosen), f"The model folder in {ENVIRONMENT}")
    if not (PACKAGED / MANIFEST).is_file():
        raise ModelError(f"This installation of StencilTorch holds no default model; {_ELSEWHERE}.")
    return PACKAGED


def fingerprint(manifest: Manifest) -> str:
    """sha256 over the sha256 of the graphs: the same for the same weights, whatever the model is called."""
    return hashlib.sha256("".join(manifest.files[f"{graph}.onnx"].sha256 for graph in GRAPHS).encode()).hexdigest()


def _checked(folder: Path, title: str) -> Path:
    if not folder.exists():
        raise ModelError(f"{title}, {folder}, does not exist; {_ELSEWHERE}.")
    if not folder.is_dir():
        raise ModelError(f"{title}, {folder}, is a file; give the folder that holds {MANIFEST}.")
    if not (folder / MANIFEST).is_file():
        raise ModelError(f"{title}, {folder}, holds no {MANIFEST}; {_ELSEWHERE}.")
    return folder


def read_manifest(folder: Path) -> Manifest:
    """Raises ModelError when model.json is missing, damaged or made for another contract."""
    data = _read(folder / MANIFEST, MAX_MANIFEST_BYTES)
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, "it is not JSON") from error
    if not isinstance(facts, dict):
        raise _damaged(folder, "it is not a JSON object")
    check_contract(facts.get("contract"), str(folder / MANIFEST))
    return _parse(facts, folder)


def check_contract(found: object, name: str) -> None:
    """Raises ModelError unless `found` is this package's contract, as a number or as text."""
    if found is None:
        raise ModelError(f"{name} names no StencilTorch contract, so it is another program's model; {_ELSEWHERE}.")
    if isinstance(found, bool) or str(found) != str(CONTRACT):
        raise ModelError(
            f"{name} is made for model contract {str(found)[:20]} but this StencilTorch speaks {CONTRACT}; "
            "install the StencilTorch that the model was made for, or take another model."
        )


def _parse(facts: dict[str, Any], folder: Path) -> Manifest:
    name, work_pixels, files = facts.get("name"), facts.get("work_pixels"), facts.get("files")
    if not isinstance(name, str) or not name:
        raise _damaged(folder, "it has no name")
    if type(work_pixels) is not int or not 1 <= work_pixels <= MAX_WORK_PIXELS:
        raise _damaged(folder, f"work_pixels must be a whole number from 1 to {MAX_WORK_PIXELS}, found {work_pixels}")
    if not isinstance(files, dict):
        raise _damaged(folder, "it lists no files")
    return Manifest(name, work_pixels, {f"{graph}.onnx": _facts(files, graph, folder) for graph in GRAPHS})


def _facts(files: dict[str, Any], graph: str, folder: Path) -> FileFacts:
    entry = files.get(f"{graph}.onnx")
    size, digest = (entry.get("bytes"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
    if type(size) is not int or not isinstance(digest, str):
        raise _damaged(folder, f"it does not say the bytes and sha256 of {graph}.onnx")
    return FileFacts(size, digest.lower())


def _damaged(folder: Path, reason: str) -> ModelError:
    return ModelError(f"{folder / MANIFEST} cannot be used: {reason}; get the model anew.")


def read_verified(path: Path, facts: FileFacts) -> bytes:
    """The file's bytes, once their number and sha256 agree with model.json.

    Raises:
        ModelError: missing, unreadable, too large, or not the file that model.json describes.
    """
    data = _read(path, MAX_FILE_BYTES)
    if len(data) != facts.bytes:
        raise ModelError(f"{path} has {len(data)} bytes but its {MANIFEST} says {facts.bytes}; get the model anew.")
    digest = hashlib.sha256(data).hexdigest()
    if digest != facts.sha256:
        raise ModelError(
            f"{path} is not the file that its {MANIFEST} describes (sha256 {digest[:12]}, "
            f"expected {facts.sha256[:12]}); get the model anew."
        )
    return data


def _read(path: Path, limit: int) -> bytes:
    """All bytes of a plain file of at most `limit`."""
    try:
        if not path.is_file():
            raise ModelError(f"{path} is missing; get the model anew.")
        with path.open("rb") as file:
            _check_bytes(os.fstat(file.fileno()).st_size, limit, path)
            return file.read(limit)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}; check the file's permissions.") from error


def _check_bytes(count: int, limit: int, path: Path) -> None:
    if count > limit:
        raise ModelError(
            f"{path} is larger than {limit // 2**20} MiB, the most that is read; it is no StencilTorch model."
        )
