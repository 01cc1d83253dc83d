"""What in the studio net carries a hint through its area? Variants of it, each trained from nothing on one budget.

    python benchmarks/structures.py --pack PACK --out OUT [--steps 250] [--only shipped none ...]

Every variant sees the same examples in the same order (recipe `studio`) at the same rates. Measured in torch, without
light, on pictures held out by character. OUT gets the variants' weights (a variant whose weights lie there is not
trained again) and, below one another in structures.png, what they make of this project's own drawings, the dabs on top.
The figures go to --results.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from stenciltorch import Illustration
from stenciltorch.canvas import Hints, Lineart, Mask, Painting, Size, Stencil, UInt8Array
from stenciltorch.errors import StencilTorchError
from stenciltorch.evaluation.cases import Case, pack_pictures
from stenciltorch.evaluation.cases import Drawing as HintedDrawing
from stenciltorch.evaluation.suite import Measured, Plan, measure
from stenciltorch.evaluation.summary import tally
from stenciltorch.files import read_illustration, write_illustration
from stenciltorch.networks.blocks import SLOPE, Context, Fuse, stage
from stenciltorch.networks.graphs import EncoderGraph, PainterGraph
from stenciltorch.networks.measure import count_macs, count_parameters
from stenciltorch.networks.pixels import pool_hints
from stenciltorch.networks.studio import (
    DECADES,
    LEAST,
    TRUST,
    Coarse,
    Drawing,
    Encoder,
    Painter,
    Seen,
    StudioNet,
    StudioShape,
)
from stenciltorch.scaling import reduce_stencil
from stenciltorch.training.config import OptimConfig
from stenciltorch.training.dataset import Batch
from stenciltorch.training.place import Place
from stenciltorch.training.recipes import recipe
from stenciltorch.training.tasks.studio import StudioTask

RESULTS = Path(__file__).resolve().parent / "results" / "structures.json"
PLAN = Plan(edits=4, passes=0, counts=(0, 8, 32), messy=False, mask=False, order=False, reaches=(6,))
SHOWN = (
    "stroke", "stroke_hit@5", "region_chroma", "bleed@6", "edit_locality", "psnr_paper", "psnr@8_hints",
    "psnr@32_hints",
)  # fmt: skip
SEED = 5
DRAWINGS = Path(__file__).resolve().parent.parent / "examples" / "drawings"
DRAWN = ("ribbon", "scarf", "mage")
COARSEST = 64
"""Channels of a painter's convolutions at 1/8."""

LEEWAY = 1.5
"""How far they may move the logarithm of what has arrived."""

SIDE = 448
"""The longer side of those drawings, in pixels."""


class Convolving(Painter):
    """Three small blocks at 1/8 have a say in what is painted, by what they see round a cell."""

    def __init__(self, shape: StudioShape, first: int = 32, second: int = COARSEST) -> None:
        super().__init__(shape)
        self.enter = nn.Conv2d(TRUST + 8, first, 1)
        self.down = nn.Conv2d(first, second, 2, stride=2)
        self.think = stage(second, (1, 2, 4))
        self.fuse = Fuse(second, first)
        self.say = nn.Conv2d(first, 1, 1)
        nn.init.zeros_(self.say.weight)
        nn.init.zeros_(self.say.bias)  # type: ignore[arg-type]

    def forward(self, hints: Tensor, lineart: Tensor, drawing: Drawing, flooded: Tensor | None = None) -> Coarse:
        wished, weight = pool_hints(hints, 1.0 - lineart)
        trust = self._trust(wished, weight, drawing)
        travelled = self._travel(wished, weight, trust, drawing)
        features = self.ponder(travelled, wished, weight, drawing)
        painted = self._painted(travelled[:, 3:] * torch.exp(LEEWAY * torch.tanh(self.say(features))))
        flats = 1.0 + painted * (travelled[:, :3] - 1.0)
        return Coarse(flats, painted, (10.0 * trust).clamp(max=1.0))

    def ponder(self, travelled: Tensor, wished: Tensor, weight: Tensor, drawing: Drawing) -> Tensor:
        arrived = torch.log(travelled[:, 3:].clamp(min=LEAST)) / DECADES + 1.0
        hinted = [weight * (wished - 0.5), weight]
        entered = F.leaky_relu(self.enter(torch.cat([travelled[:, :3], arrived, *hinted, drawing.doubt], dim=1)), SLOPE)
        features: Tensor = self.fuse(self.think(self.down(entered)), entered)
        return features


class Guessing(Convolving):
    """Colour does not travel: what a hint means for its area is up to convolutions, which paint themselves."""

    def __init__(self, shape: StudioShape) -> None:
        super().__init__(shape)
        self.colour = nn.Conv2d(self.fuse.join.out_channels, 3, 1)

    def forward(self, hints: Tensor, lineart: Tensor, drawing: Drawing, flooded: Tensor | None = None) -> Coarse:
        wished, weight = pool_hints(hints, 1.0 - lineart)
        trust = self._trust(wished, weight, drawing)
        nothing = torch.zeros_like(weight).expand(-1, 4, -1, -1)
        flats = torch.sigmoid(self.colour(self.ponder(nothing, wished, weight, drawing)))
        return Coarse(flats, torch.zeros_like(weight), (10.0 * trust).clamp(max=1.0))


class Deeper(nn.Module):
    """A level at 1/16 below the one at 1/8: as much again to compute, twice as far to see."""

    def __init__(self, fine: int, coarse: int = 96) -> None:
        super().__init__()
        self.down = nn.Conv2d(fine, coarse, 2, stride=2)
        self.think = stage(coarse, (1, 2, 1))
        self.fuse = Fuse(coarse, fine)

    def forward(self, features: Tensor) -> Tensor:
        brought: Tensor = self.fuse(self.think(self.down(features)), features)
        return brought


class Attention(nn.Module):
    """Every place of the coarsest level looks at every other one; changes nothing to begin with."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.look = nn.MultiheadAttention(width, 4, batch_first=True)
        nn.init.zeros_(self.look.out_proj.weight)

    def forward(self, features: Tensor) -> Tensor:
        tokens = self.norm(features.flatten(2).transpose(1, 2))
        seen: Tensor = self.look(tokens, tokens, tokens, need_weights=False)[0]
        return features + seen.transpose(1, 2).reshape(features.shape)


def fixed_prices() -> StudioNet:
    net = StudioNet()
    net.encoder.prices.requires_grad_(False)
    return net


def no_travel() -> StudioNet:
    net = StudioNet()
    net.painter = Guessing(net.shape)
    return net


def one_round() -> StudioNet:
    return StudioNet(replace(StudioShape(), rounds=1))


def convolving(*further: nn.Module) -> StudioNet:
    """With convolutions in the painter, and something more at their coarsest level."""
    net = StudioNet()
    painter = Convolving(net.shape)
    painter.think.extend(further)
    net.painter = painter
    return net


def convolutions() -> StudioNet:
    return convolving()


def deeper() -> StudioNet:
    return convolving(Deeper(COARSEST))


def attention() -> StudioNet:
    return convolving(Attention(COARSEST))


def pooling() -> StudioNet:
    return convolving(Context(COARSEST, StudioShape().vector))


def no_pooling() -> StudioNet:
    net = StudioNet()
    net.encoder.context = nn.Identity()  # type: ignore[assignment]
    return net


class WhereTheyAre(Encoder):
    """Pixels beside lines take their colour where they are."""

    def forward(self, lineart: Tensor, mask: Tensor, base: Tensor) -> Seen:
        seen = super().forward(lineart, mask, base)
        return seen._replace(displacement=torch.zeros_like(seen.displacement))


def no_refinement() -> StudioNet:
    net = StudioNet()
    net.encoder = WhereTheyAre(net.shape)
    return net


VARIANTS: dict[str, tuple[str, Callable[[], StudioNet]]] = {
    "untrained": ("the studio net, not trained at all", StudioNet),
    "shipped": ("the studio net", StudioNet),
    "fixed": ("prices by rule, not learned", fixed_prices),
    "none": ("no travel: convolutions paint", no_travel),
    "one-round": ("one round instead of three", one_round),
    "convolutions": ("convolutions in the painter", convolutions),
    "deeper": ("the same with a level at 1/16", deeper),
    "attention": ("the same with attention at 1/8", attention),
    "pooling": ("the same with global pooling", pooling),
    "no-pooling": ("without global pooling", no_pooling),
    "no-refinement": ("without refinement beside lines", no_refinement),
}


def train(net: StudioNet, pack: Path, optim: OptimConfig) -> StudioNet:
    """Returns the averaged net."""
    task = StudioTask(replace(recipe("studio"), optim=optim, seed=SEED), Place(), net)
    data = task.data(pack)
    order = range(optim.steps * optim.batch)
    batches = DataLoader(data.examples, optim.batch, sampler=order, num_workers=1, collate_fn=data.collate)  # type: ignore[arg-type]
    for number, batch in enumerate(batches):
        losses = task.step(Batch(*batch), number)
        if number % 50 == 0:
            say(f"  step {number} of {optim.steps}, loss {losses['total'].item():.3f}")
    assert isinstance(task.average, StudioNet)
    return task.average


class InTorch:
    """A net as a colorizer without light and floods, for one drawing at a time; `seconds`: what each stroke took."""

    def __init__(self, net: StudioNet) -> None:
        self.encoder, self.painter = EncoderGraph(net.eval()), PainterGraph(net)
        self.seconds: list[float] = []
        self._drawing: tuple[Stencil, tuple[Tensor, ...]] | None = None

    @torch.no_grad()
    def __call__(self, stencil: Stencil) -> Painting:
        lineart, mask, base, hints = (torch.from_numpy(part.array.copy()) for part in parts_of(stencil))
        if self._drawing is None or not same_drawing(self._drawing[0], stencil):
            self._drawing = stencil, self.encoder(lineart, mask, base)[:-2]
        began = time.process_time()
        dry = torch.zeros_like(hints)[::2, ::2]
        pictures = self.painter(hints, lineart, torch.zeros(3), dry, *self._drawing[1])[:3]
        self.seconds.append(time.process_time() - began)
        return Painting(*(Illustration(picture.numpy()) for picture in pictures))


def parts_of(stencil: Stencil) -> tuple[Lineart, Mask, Illustration, Hints]:
    return stencil.lineart, stencil.mask, stencil.base, stencil.hints


def same_drawing(one: Stencil, other: Stencil) -> bool:
    """Whatever the hints."""
    return parts_of(one)[:3] == parts_of(other)[:3]


def own_drawings() -> list[Stencil]:
    """This project's own, with their hints, small enough for nets that have seen small crops only."""
    stencils = []
    for name in DRAWN:
        case = HintedDrawing(DRAWINGS / f"{name}-lineart.png", DRAWINGS / f"{name}-hints.json").load()
        height, width = case.stencil.size
        scale = SIDE / max(height, width)
        stencils.append(reduce_stencil(case.stencil, Size(round(scale * height), round(scale * width))))
    return stencils


def strip_of(stencils: list[Stencil], colorizer: InTorch) -> UInt8Array:
    """What became of the drawings, side by side."""
    return _side_by_side([colorizer(stencil).illustration.array for stencil in stencils])


def _side_by_side(pictures: list[UInt8Array]) -> UInt8Array:
    return np.concatenate(
        [np.pad(one, ((0, SIDE - len(one)), (0, 8), (0, 0)), constant_values=255) for one in pictures], axis=1
    )


def dabbed(stencil: Stencil) -> UInt8Array:
    drawn, hints = stencil.lineart.as_illustration().array, stencil.hints.array
    return np.where(hints[..., 3:] > 127, hints[..., :3], drawn)


def figures_of(measured: list[Measured]) -> dict[str, float]:
    found = tally(measured).estimates(resamples=1)
    return {name: found[name].mean for name in SHOWN if found.get(name) is not None}  # type: ignore[union-attr]


def painter_macs(net: StudioNet, side: int = 512) -> float:
    """Millions of multiply-accumulates for a stroke."""
    drawing, *_ = net.eval().encoder(*(torch.zeros(1, channels, side, side) for channels in (1, 1, 3)))
    given = (torch.zeros(1, 4, side, side), torch.zeros(1, 1, side, side), drawing)
    return count_macs(net.painter, *given) / 1e6


def run_variant(name: str, options: argparse.Namespace, cases: list[Case]) -> dict[str, float | str]:
    title, build = VARIANTS[name]
    torch.manual_seed(SEED)
    net, stored = build(), options.out / f"{name}.safetensors"
    steps = 0 if name == "untrained" else options.steps
    if stored.is_file():
        net.load_state_dict(load_file(stored))
    elif steps:
        say(f"{name}: {title}")
        optim = replace(recipe("studio").optim, steps=steps, batch=options.batch, warmup=50, ema=0.98)
        net = train(net, options.pack, optim)
        save_file(net.state_dict(), stored)
    colorizer = InTorch(net)
    row = figures_of([measure(case, colorizer, PLAN) for case in cases])
    write_illustration(options.out / f"{name}.png", Illustration(strip_of(own_drawings(), colorizer)))
    cost = {"painter_macs": painter_macs(net), "painter_seconds": float(np.median(colorizer.seconds))}
    return {"title": title, "steps": steps, "parameters": count_parameters(net)} | cost | row


def _cell(value: float | str | None) -> str:
    return "-" if value is None else f"{float(value):.3f}"


def table(rows: dict[str, dict[str, float | str]]) -> str:
    names = [*SHOWN, "painter_macs"]
    lines = ["| variant | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    lines.extend(
        f"| {row['title']} | " + " | ".join(_cell(row.get(name)) for name in names) + " |" for row in rows.values()
    )
    return "\n".join(lines)


def say(line: str) -> None:
    sys.stderr.write(f"structures: {line}\n")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", type=Path, required=True, help="training pack with a validation split")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights and strips")
    parser.add_argument("--results", type=Path, default=RESULTS, help="figures go here")
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=8, help="pictures to measure on (default: 8)")
    parser.add_argument("--only", nargs="+", choices=sorted(VARIANTS), help="these variants (default: all)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    torch.set_num_threads(1)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        cases = [source.load() for source in pack_pictures(options.pack, options.pictures)]
        rows, sheet = {}, [_side_by_side([dabbed(stencil) for stencil in own_drawings()])]
        for name in options.only or VARIANTS:
            rows[name] = run_variant(name, options, cases)
            sheet.append(np.asarray(read_illustration(options.out / f"{name}.png").array))
            write_illustration(options.out / "structures.png", Illustration(np.concatenate(sheet)))
            options.results.write_text(json.dumps(rows, indent=2) + "\n")
    except StencilTorchError as error:
        say(str(error))
        return 2
    print(table(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
