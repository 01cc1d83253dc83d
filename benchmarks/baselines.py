"""What the four earlier systems cost, next to the paper's generator; and Zhang et al. 2017 as its authors trained it.

python benchmarks/baselines.py                    # parameters and multiply-accumulates at 512 x 512
python benchmarks/baselines.py --published MODEL   # imported weights of Zhang 2017 -> a model folder
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import nn

from stenciltorch.errors import StencilTorchError
from stenciltorch.networks.baselines import AlacganCritic, Generator, PaintsChainer, Sketcher, Zhang2017
from stenciltorch.networks.baselines.zhang2017 import Hinted
from stenciltorch.networks.measure import count_macs, count_parameters


def plane(channels: int, share: int = 1) -> torch.Tensor:
    return torch.empty(1, channels, 512 // share, 512 // share)


def rows() -> dict[str, tuple[nn.Module, tuple[object, ...]]]:
    """Each network and inputs of its size, on the meta device."""
    semantics = plane(512, 16)
    return {
        "Zhang 2017, both heads": (Zhang2017(), (Hinted(plane(1), plane(2), plane(1)),)),
        "PaintsChainer": (PaintsChainer(), (plane(1), plane(3, 4))),
        "Ci 2018, PaintsTorch 2019: generator": (Generator(), (plane(1), plane(4, 4), semantics)),
        "the same: critic": (AlacganCritic(), (plane(3), semantics)),
        "PaintsTorch 2019: second generator": (Sketcher(), (plane(3), plane(4, 4), semantics)),
    }


def table() -> str:
    lines = ["| network | parameters | GMAC at 512 x 512 |", "|---|---|---|"]
    with torch.device("meta"):
        for name, (network, inputs) in rows().items():
            lines.append(f"| {name} | {count_parameters(network):,} | {count_macs(network, *inputs) / 1e9:.2f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--published", type=Path, metavar="MODEL", help="write the published Zhang 2017 here")
    options = parser.parse_args()
    if options.published is None:
        print(table())
        return 0
    from stenciltorch.training.baselines.published import release_published

    try:
        levels = release_published(options.published)
    except (StencilTorchError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.published}: written; differs from torch by at most {levels} level of 255")
    return 0


if __name__ == "__main__":
    sys.exit(main())
