"""The project's own drawings, one click away in the studio."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
LINEART = "-lineart.png"


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


def read_examples(folder: Path) -> list[Example]:
    """By name; none when the folder is missing."""
    drawings = sorted(path for path in folder.glob(f"*{LINEART}") if path.is_file())
    return [_example(folder, drawing.name.removesuffix(LINEART)) for drawing in drawings]


def index(examples: list[Example]) -> list[dict[str, object]]:
    """What /examples/index.json lists."""
    return [asdict(example) for example in examples]


def _example(folder: Path, name: str) -> Example:
    found = sorted(path.stem for path in folder.glob(f"{name}-hints*.json") if path.is_file())
    title = name.replace("-", " ").capitalize()
    return Example(name, title, f"{name}{LINEART}", tuple(f"{stem}.json" for stem in found))
