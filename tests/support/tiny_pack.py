"""A folder of little pictures with a manifest, for the tests of training."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import cv2
import numpy as np
from little_pictures import cartoon

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.training.config import TrainConfig, override
from stenciltorch.training.pack import build_pack
from stenciltorch.training.recipes import recipe

COLUMNS = ("file", "source", "sha256")


def write_manifest(art: Path, rows: list[tuple[str, str, str]]) -> None:
    with (art / "manifest.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerows([COLUMNS, *rows])


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_art(art: Path, names: tuple[str, ...] = ("ada", "ben", "cleo"), source: str = "sketchbook") -> Path:
    """One cartoon of 96 x 96 for each name, each with its own tint."""
    art.mkdir(parents=True, exist_ok=True)
    small = cv2.resize(cartoon().array, (96, 96), interpolation=cv2.INTER_AREA)
    rows = []
    for number, name in enumerate(names):
        tinted = np.roll(small, number, axis=2) - np.uint8(number // 3)
        files.write_illustration(art / f"{name}.png", Illustration(np.minimum(tinted, small.max())))
        rows.append((f"{name}.png", source, sha256_of(art / f"{name}.png")))
    write_manifest(art, rows)
    return art


def make_pack(folder: Path) -> Path:
    for _ in build_pack(make_art(folder / "art"), folder / "pack"):
        pass
    return folder / "pack"


def smoke(**changes: str) -> TrainConfig:
    """The recipe `smoke` with changes such as `optim__steps="6"`."""
    config = recipe("smoke")
    for name, value in changes.items():
        config = override(config, name.replace("__", "."), value)
    return config


def tiny_adversarial(name: str = "paper-guide", **changes: str) -> TrainConfig:
    """A recipe of the paper, as small as its networks can be."""
    config = recipe(name)
    small = {"task__features": "4", "task__critic_features": "8", "data__crop": "128", "optim__batch": "2"}
    for path, value in (small | {"optim__epochs": "0", "optim__steps": "4"} | changes).items():
        config = override(config, path.replace("__", "."), value)
    return config
