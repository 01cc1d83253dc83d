"""The folder on this machine with weights that others trained: `NAME.safetensors`, and `NAME.json` that says where it
came from."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from stenciltorch.errors import ModelError
from stenciltorch.runtime.weights.catalogue import published

ENVIRONMENT = "STENCILTORCH_WEIGHTS"


@dataclass(frozen=True)
class Stored:
    """What NAME.json says.

    Args:
        file, file_sha256: the published file that these weights were taken from.
        checked: against what `file_sha256` was checked: `published`, `yours`, or `nothing`.
        sha256: of NAME.safetensors.
    """

    name: str
    file: str
    file_sha256: str
    checked: str
    sha256: str


def store_folder() -> Path:
    """$STENCILTORCH_WEIGHTS, else a folder of the user's own."""
    if chosen := os.environ.get(ENVIRONMENT):
        return Path(chosen)
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or str(Path.home())
    else:
        home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "stenciltorch" / "weights"


def sha256_of(path: Path) -> str:
    """Raises ModelError when the file cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error


def stored(name: str, folder: Path | None = None) -> Stored | None:
    """What is known of weights that are here; None when they are not."""
    about = (folder or store_folder()) / f"{name}.json"
    if not about.is_file() or not about.with_suffix(".safetensors").is_file():
        return None
    try:
        return Stored(**json.loads(about.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{about} is damaged; run `stenciltorch weights import {name} FILE` again.") from error


def find_weights(name: str, folder: Path | None = None) -> Path:
    """The checked safetensors file.

    Raises:
        ModelError: it is not here, or it was changed since it was put here.
    """
    entry, where = published(name), folder or store_folder()
    found = stored(name, where)
    if found is None:
        way = f"`stenciltorch weights fetch {name}`" if entry.url else f"get {entry.file} from {entry.page}"
        raise ModelError(
            f"The weights of {entry.title} are not in {where}; {way}, or `stenciltorch weights import {name} FILE`, "
            "or take our own features, which are the default."
        )
    path = where / f"{name}.safetensors"
    if sha256_of(path) != found.sha256:
        raise ModelError(
            f"{path} was changed since it was imported; run `stenciltorch weights import {name} FILE` again."
        )
    return path


def keep(about: Stored, data: bytes, folder: Path | None = None) -> Path:
    """Write weights and what is known of them, the weights first, each whole or not at all."""
    where = folder or store_folder()
    path = where / f"{about.name}.safetensors"
    try:
        where.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)
        _write(path, data)
        _write(path.with_suffix(".json"), (json.dumps(asdict(about), indent=2) + "\n").encode())
    except OSError as error:
        raise ModelError(
            f"{where} cannot be written ({error.strerror}); name another folder in {ENVIRONMENT}, or free some space."
        ) from error
    return path


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
