"""Pictures to overrule verdicts on: good ones, a dark one and a broken one."""

from __future__ import annotations

import numpy as np
from generated_pictures import WAYS, encode
from inline_engine import Inline

from stenciltorch.curation.config import CurateConfig
from stenciltorch.curation.curating import Curation


def make_art(folder, pictures):
    """`pictures` are the good ones."""
    folder.mkdir()
    for number, picture in enumerate(pictures):
        (folder / f"{number}.png").write_bytes(encode(picture))
    for name in ("dark", "cut-short"):
        (folder / f"{name}.png").write_bytes(WAYS[name][1](np.random.default_rng(1)))


def curate_art(home, pictures):
    """home/art and, curated from it, home/dataset."""
    make_art(home / "art", pictures)
    config = CurateConfig().with_setting("thresholds.least_side", "96")
    for _ in Curation(home / "art", home / "dataset", config, Inline()).run():
        pass
