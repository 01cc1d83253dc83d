"""A run's folder: it explains itself.

`config.json`, the settings; `run.json`, the versions, the data and the machine of each start; `latest.safetensors`,
all that going on needs; `metrics.jsonl`, `board/` (TensorBoard) and `panels/`, how it went.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from stenciltorch.canvas import Illustration
from stenciltorch.errors import ConfigError
from stenciltorch.files import write_illustration
from stenciltorch.training.pack import Entry, pack_hash


def git_revision(file: Path) -> str | None:
    """The commit that `file` is checked out at, with `+` if files were changed; None if it is in no checkout."""
    if _git(file, "ls-files", "--error-unmatch", file.name) is None:
        return None
    return _git(file, "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*")


def _git(file: Path, *words: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(file.parent), *words], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None if answer.returncode == 0 else None


def describe_data(pack: Path, entries: list[Entry]) -> dict[str, Any]:
    """What a run was trained on."""
    sources: dict[str, int] = {}
    for entry in entries:
        sources[entry.source] = sources.get(entry.source, 0) + 1
    held = sum(entry.split == "validation" for entry in entries)
    return {
        "pack": pack.name,
        "sha256": pack_hash(entries),
        "pictures": len(entries),
        "validation": held,
        "sources": dict(sorted(sources.items())),
    }


def describe_program(device: str, ranks: int) -> dict[str, Any]:
    """With what and where a run was started."""
    gpu = torch.cuda.get_device_name(device) if device != "cpu" else None
    return {
        "stenciltorch": version("stenciltorch"),
        "git": git_revision(Path(__file__)),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "device": gpu or "cpu",
        "processes": ranks,
    }


@dataclass(frozen=True)
class RunFolder:
    """Writes to it are made by rank 0 alone."""

    path: Path

    def begin(self, config: dict[str, Any], data: dict[str, Any], program: dict[str, Any], step: int) -> None:
        """Note the settings, and one more start in run.json."""
        notes = self.path / "run.json"
        starts = self._starts(notes)
        starts.append({"step": step, **program})
        _guarded(lambda: _write_json(self.path / "config.json", config), self.path)
        _guarded(lambda: _write_json(notes, {"data": data, "starts": starts}), self.path)

    def _starts(self, notes: Path) -> list[dict[str, Any]]:
        try:
            found = json.loads(notes.read_text(encoding="utf-8"))["starts"]
            return list(found)
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def log(self, row: dict[str, Any]) -> None:
        def append() -> None:
            with (self.path / "metrics.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")

        _guarded(append, self.path)

    def panel(self, step: int, picture: Tensor) -> None:
        """Store uint8 (3, rows, columns)."""
        folder = self.path / "panels"
        _guarded(lambda: folder.mkdir(exist_ok=True), self.path)
        write_illustration(folder / f"{step:07d}.png", Illustration(picture.permute(1, 2, 0).numpy().copy()))


class Writer:
    """metrics.jsonl, panels and, where it is installed, TensorBoard."""

    def __init__(self, folder: RunFolder) -> None:
        from torch.utils.tensorboard.writer import SummaryWriter

        self.folder = folder
        self.board = SummaryWriter(str(folder.path / "board"))

    def scalars(self, step: int, rate: float, losses: dict[str, float]) -> None:
        self.folder.log({"step": step, "rate": round(rate, 3), **losses})
        for name, value in losses.items():
            self.board.add_scalar(f"loss/{name}", value, step)

    def panel(self, step: int, picture: Tensor) -> None:
        self.folder.panel(step, picture)
        self.board.add_image("panel", picture, step)

    def close(self) -> None:
        self.board.close()


def make_folder(path: Path) -> None:
    _guarded(lambda: path.mkdir(parents=True, exist_ok=True), path)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(path)


def _guarded(write: Callable[[], object], folder: Path) -> None:
    """Raises ConfigError when the disk is full or the folder cannot be written."""
    try:
        write()
    except OSError as error:
        raise ConfigError(
            f"The run folder {folder} cannot be written ({error.strerror or error}); free some space or choose "
            "another folder: the run goes on from its last checkpoint."
        ) from error
