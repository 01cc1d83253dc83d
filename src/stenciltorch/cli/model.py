"""`stenciltorch model`: what model is used, and whether it works."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from stenciltorch.cli.options import add_common, add_model

if TYPE_CHECKING:
    from stenciltorch.canvas import Size, Stencil
    from stenciltorch.colorizer import OnnxColorizer
    from stenciltorch.runtime import Model


def add_parser(commands: Any) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        "model",
        help="show or check the model that colours",
        description="Show or check the model that colours.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    info = actions.add_parser(
        "info", help="name, licence, recipe and files", description="What the model says of itself."
    )
    info.set_defaults(run=run_info)
    info.add_argument("--json", action="store_true", help="print JSON")
    check = actions.add_parser(
        "check",
        help="verify the files and paint test pictures",
        description="Verify the files, then paint random pictures and compare what must not change.",
    )
    check.set_defaults(run=run_check)
    for action in (info, check):
        add_model(action)
        add_common(action)
    return parser


def run_info(options: argparse.Namespace) -> int:
    from stenciltorch.runtime import find_model, open_model

    facts = _facts(open_model(find_model(options.model), options.threads))
    if options.json:
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
    else:
        width = max(len(key) for key in facts)
        sys.stdout.writelines(f"{key:<{width}}  {value}\n" for key, value in facts.items())
    return 0


def _facts(model: Model) -> dict[str, object]:
    graphs = (model.encoder, model.painter, model.finisher)
    files = {graph.path.name: graph.path.stat().st_size for graph in graphs}
    return asdict(model.card) | {"folder": str(model.folder), "threads": model.threads} | files


def run_check(options: argparse.Namespace) -> int:
    from stenciltorch.canvas import Size
    from stenciltorch.colorizer import OnnxColorizer

    colorizer = OnnxColorizer.load(options.model, options.threads)
    larger = 1 + colorizer.model.card.work_pixels // 512
    for size in (Size(1, 1), Size(37, 53), Size(512, larger)):
        check_answer(colorizer, random_stencil(size))
    sys.stdout.write(f"{colorizer.model.card.name} in {colorizer.model.folder} works\n")
    return 0


def random_stencil(size: Size) -> Stencil:
    """Noise in every part, always the same; about half of the mask is 0."""
    import numpy as np

    from stenciltorch.canvas import Hints, Illustration, Lineart, Mask, Stencil

    rng = np.random.default_rng(0)
    mask = rng.integers(-255, 256, size).clip(0).astype(np.uint8)
    return Stencil(
        Lineart(rng.integers(0, 256, size, dtype=np.uint8)),
        Hints(rng.integers(0, 256, (*size, 4), dtype=np.uint8)),
        Mask(mask),
        Illustration(rng.integers(0, 256, (*size, 3), dtype=np.uint8)),
    )


def check_answer(colorizer: OnnxColorizer, stencil: Stencil) -> None:
    """Paint, and hold the answer against the contract.

    Raises:
        ModelError: another size, or bytes that change where the mask is 0.
    """
    from stenciltorch.errors import ModelError

    painting = colorizer(stencil)
    if {painting.illustration.size, painting.colour.size, painting.flats.size} != {stencil.size}:
        raise ModelError(f"{colorizer.model.folder} answers {painting.size} pixels to {stencil.size}; export it again.")
    kept = stencil.mask.array == 0
    changed = int((painting.illustration.array[kept] != stencil.base.array[kept]).sum())
    if changed:
        raise ModelError(
            f"{colorizer.model.folder} changes {changed} bytes outside the mask of a drawing of "
            f"{stencil.size} pixels; export it again."
        )
