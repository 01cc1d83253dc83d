"""Train a model of your own, from pictures to a coloured drawing; needs pip install 'stenciltorch[train]'.

python examples/3_train_tiny.py [FOLDER] [STEPS]      writes art, pack, run, model and painted.png there

A few steps of a tiny net only show the way. For a model that is of use take the recipe `studio`, some thousands of
pictures and a day.
"""

import csv
import hashlib
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from stenciltorch import OnnxColorizer, Stencil, files
from stenciltorch.hintfile import draw_hints, read_hint_file
from stenciltorch.training.config import TrainConfig
from stenciltorch.training.pack import build_pack, read_pack
from stenciltorch.training.recipes import recipe
from stenciltorch.training.release import release
from stenciltorch.training.trainer import Schedule, train

DRAWINGS = Path(__file__).parent / "drawings"


def collect(art: Path) -> None:
    """Finished pictures and a manifest that says where each comes from."""
    art.mkdir(parents=True, exist_ok=True)
    with (art / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["file", "source", "sha256"])
        for picture in sorted(DRAWINGS.glob("*-illustration.png"))[:2]:
            shutil.copy(picture, art)
            table.writerow([picture.name, "examples", hashlib.sha256(picture.read_bytes()).hexdigest()])


def few_steps(steps: int) -> TrainConfig:
    config = recipe("smoke")
    return replace(config, optim=replace(config.optim, steps=steps))


def paint(model: Path, output: Path) -> None:
    stencil = Stencil.start(files.read_lineart(DRAWINGS / "ribbon-lineart.png"))
    stencil = stencil.with_hints(draw_hints(read_hint_file(DRAWINGS / "ribbon-hints.json"), stencil.size))
    files.write_illustration(output, OnnxColorizer.load(model)(stencil).illustration)


def main(folder: str = "", steps: str = "20") -> None:
    home = Path(folder or tempfile.mkdtemp(prefix="stenciltorch-"))
    collect(home / "art")
    for done, count in build_pack(home / "art", home / "pack"):
        print(f"packed {done} of {count}")
    print(f"{len(read_pack(home / 'pack'))} pictures to learn from")

    for progress in train(few_steps(int(steps)), home / "pack", home / "run", Schedule(log_every=5)):
        print(f"step {progress.step} of {progress.steps}: loss {progress.losses['total']:.3f}")

    parity = release(home / "run", home / "model", "tiny", "MIT", home / "pack")
    print(f"exported; differs from torch by at most {parity.largest} level of 255")
    paint(home / "model", home / "painted.png")
    print(f"painted {home / 'painted.png'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
