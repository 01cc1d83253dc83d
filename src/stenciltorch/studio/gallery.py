"""The project's own drawings, one click away in the studio."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
LINEART = "-lineart.png"
HINTS = ".json"


@dataclass(frozen=True)
class Example:
    """One drawing: names of files in the examples' folder.

    Args:
        hints: hint files (docs/hints.md), each a way to colour it; the first is the one to begin with.
    """

    name: str
    title: str
    lineart: str
    hints: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return (self.lineart, *self.hints)


def examples_folder(package: Path = PACKAGE) -> Path:
    """Where the drawings are: inside an installed package, else in the source checkout that runs."""
    packaged = package / "examples"
    return packaged if packaged.is_dir() else package.parents[2] / "examples" / "drawings"


def files_inside(folder: Path) -> dict[str, Path]:
    """Files below a folder by their relative path with /, without hidden ones and links that lead out of it."""
    root = folder.resolve()
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {
        name: path
        for name, path in found.items()
        if not any(part.startswith(".") for part in name.split("/")) and path.resolve().is_relative_to(root)
    }


def read_examples(folder: Path) -> list[Example]:
    """By name; none when the folder is missing."""
    names = list(files_inside(folder))
    return [_example(name.removesuffix(LINEART), names) for name in names if name.endswith(LINEART)]


def index(examples: list[Example]) -> list[dict[str, object]]:
    """What /examples/index.json lists."""
    return [asdict(example) for example in examples]


def _example(name: str, names: list[str]) -> Example:
    hints = [found for found in names if found.startswith(f"{name}-hints") and found.endswith(HINTS)]
    hints.sort(key=lambda found: found.removesuffix(HINTS))
    title = name.replace("-", " ").capitalize()
    return Example(name, title, f"{name}{LINEART}", tuple(hints))
