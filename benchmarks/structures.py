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
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader

from stenciltorch import Illustration
from stenciltorch.canvas import Painting, Size, Stencil, UInt8Array
from stenciltorch.errors import StencilTorchError
from stenciltorch.evaluation.cases import Case, pack_pictures
from stenciltorch.evaluation.cases import Drawing as HintedDrawing
from stenciltorch.evaluation.suite import Measured, Plan, inked, measure
from stenciltorch.evaluation.summary import tally
from stenciltorch.files import read_illustration, write_illustration
from stenciltorch.networks.measure import count_macs, count_parameters
from stenciltorch.networks.pixels import extend_to_stride, from_unit, pad_to, pool_hints, to_unit
from stenciltorch.networks.studio import Coarse, Drawing, Painter, StudioNet, StudioShape, put_on_grid
from stenciltorch.scaling import reduce_stencil
from stenciltorch.training.config import OptimConfig
from stenciltorch.training.dataset import Batch, Examples, collate
from stenciltorch.training.rates import average_keep, learning_rate
from stenciltorch.training.recipes import recipe
from stenciltorch.training.tasks.studio import EPSILON, compute_losses

RESULTS = Path(__file__).resolve().parent / "results" / "structures.json"
PLAN = Plan(edits=4, passes=0, counts=(0, 8, 32), messy=False, mask=False, order=False, reaches=(6,))
SHOWN = (
    "stroke", "stroke_hit@5", "region_chroma", "bleed@6", "edit_locality", "psnr_paper", "psnr@8_hints",
    "psnr@32_hints",
)  # fmt: skip
SEED = 5
DRAWINGS = Path(__file__).resolve().parent.parent / "examples" / "drawings"
DRAWN = ("ribbon", "scarf", "mage")
SIDE = 448
"""The longer side of those drawings, in pixels."""


class Guessing(Painter):
    """Colour does not travel: what a hint means for its area is up to convolutions, which paint themselves."""

    def __init__(self, shape: StudioShape) -> None:
        super().__init__(shape)
        self.colour = nn.Conv2d(shape.painter[0], 3, 1)

    def forward(self, hints: Tensor, lineart: Tensor, drawing: Drawing) -> Coarse:
        wished, weight = pool_hints(hints, 1.0 - lineart)
        trust = self._trust(wished, weight, drawing)
        nothing = torch.zeros_like(weight).expand(-1, 4 * self.shape.heads, -1, -1)
        seen = torch.cat([nothing, weight * (wished - 0.5), weight], dim=1)
        flats = torch.sigmoid(self.colour(self._think(self._enter(seen, drawing.entry), drawing)))
        sure = (10.0 * trust.mean(dim=1, keepdim=True)).clamp(max=1.0)
        return Coarse(flats, torch.zeros_like(weight), sure)


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


class Still(nn.Module):
    """In the place of `Context`: nothing sums up the picture."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return features, features.new_zeros(len(features), self.length)


def fixed_prices() -> StudioNet:
    net = StudioNet()
    net.encoder.prices.requires_grad_(False)
    return net


def no_travel() -> StudioNet:
    net = StudioNet()
    net.painter = Guessing(net.shape)
    return net


def one_way() -> StudioNet:
    return StudioNet(replace(StudioShape(), heads=1))


def one_round() -> StudioNet:
    return StudioNet(replace(StudioShape(), rounds=1))


def attention() -> StudioNet:
    net = StudioNet()
    net.painter.down3 = nn.Sequential(*net.painter.down3, Attention(net.shape.painter[2]))
    return net


def no_pooling() -> StudioNet:
    net = StudioNet()
    net.encoder.context = net.painter.context = Still(net.shape.vector)  # type: ignore[assignment]
    return net


def no_painter_pooling() -> StudioNet:
    net = StudioNet()
    net.painter.context = Still(net.shape.vector)  # type: ignore[assignment]
    return net


def no_refinement() -> StudioNet:
    """Pixels beside lines take their colour where they are."""
    net = StudioNet()
    nn.init.zeros_(net.encoder.reach)
    net.encoder.reach.requires_grad_(False)
    net.encoder.nudge.requires_grad_(False)
    return net


VARIANTS: dict[str, tuple[str, Callable[[], StudioNet]]] = {
    "shipped": ("the studio net", StudioNet),
    "fixed": ("prices by rule, not learned", fixed_prices),
    "none": ("no travel: convolutions paint", no_travel),
    "one-way": ("one way instead of two", one_way),
    "one-round": ("one round instead of three", one_round),
    "attention": ("with attention at 1/16", attention),
    "no-pooling": ("without global pooling", no_pooling),
    "no-painter-pooling": ("global pooling in the encoder only", no_painter_pooling),
    "no-refinement": ("without refinement beside lines", no_refinement),
}


def train(net: StudioNet, pack: Path, optim: OptimConfig) -> StudioNet:
    """Returns the averaged net."""
    config = replace(recipe("studio"), optim=optim)
    examples = Examples(pack, config.data, SEED, "train", optim.steps, optim.batch)
    order = range(optim.steps * optim.batch)
    batches: DataLoader[Batch] = DataLoader(examples, optim.batch, sampler=order, num_workers=1, collate_fn=collate)  # type: ignore[arg-type]
    parameters = [value for value in net.parameters() if value.requires_grad]
    betas = (optim.beta1, optim.beta2)
    optimizer = torch.optim.AdamW(parameters, lr=optim.rate, betas=betas, eps=EPSILON, weight_decay=optim.weight_decay)
    average = torch.optim.swa_utils.AveragedModel(
        net, avg_fn=lambda old, new, count: old + (new - old) * (1.0 - average_keep(int(count), optim.ema))
    )
    net.train()
    for number, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(number, optim)
        loss = compute_losses(net, Batch(*batch), config.loss)["total"]
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, optim.clip)
        optimizer.step()
        average.update_parameters(net)
        if number % 50 == 0:
            say(f"  step {number} of {optim.steps}, loss {loss.item():.3f}")
    assert isinstance(average.module, StudioNet)
    return average.module


class InTorch:
    """A net as a colorizer that remembers the last drawing."""

    def __init__(self, net: StudioNet) -> None:
        self.net = net.eval()
        self.seconds: list[float] = []
        self._key: bytes = b""

    @torch.no_grad()
    def __call__(self, stencil: Stencil) -> Painting:
        lineart, mask, base = (_padded(part.array) for part in (stencil.lineart, stencil.mask, stencil.base))
        key = b"".join(part.array.tobytes() for part in (stencil.lineart, stencil.mask, stencil.base))
        if key != self._key:
            self._drawing, self._displacement, _ = self.net.encoder(lineart, mask, base)
            self._key = key
        hints = pad_to(to_unit(torch.from_numpy(stencil.hints.array.copy())), 0.0, *lineart.shape[-2:])
        began = time.process_time()
        coarse = self.net.painter(hints, lineart, self._drawing)
        self.seconds.append(time.process_time() - began)
        return _painting(coarse, self._displacement, hints, stencil)


def _padded(pixels: np.ndarray) -> Tensor:
    return to_unit(extend_to_stride(torch.from_numpy(pixels.copy())))


def _painting(coarse: Coarse, displacement: Tensor, hints: Tensor, stencil: Stencil) -> Painting:
    flats, _ = put_on_grid(coarse, coarse.flats, displacement, hints)
    height, width = stencil.lineart.size
    colour = Illustration(from_unit(flats)[:height, :width].contiguous().numpy())
    return Painting(inked(colour, stencil.lineart), colour, colour)


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
    drawing, _, _ = net.eval().encoder(*(torch.zeros(1, channels, side, side) for channels in (1, 1, 3)))
    given = (torch.zeros(1, 4, side, side), torch.zeros(1, 1, side, side), drawing)
    return count_macs(net.painter, *given) / 1e6


def run_variant(name: str, options: argparse.Namespace, cases: list[Case]) -> dict[str, float | str]:
    title, build = VARIANTS[name]
    torch.manual_seed(SEED)
    net, stored = build(), options.out / f"{name}.safetensors"
    if stored.is_file():
        net.load_state_dict(load_file(stored))
    else:
        say(f"{name}: {title}")
        optim = replace(recipe("studio").optim, steps=options.steps, batch=options.batch, warmup=50, ema=0.98)
        net = train(net, options.pack, optim)
        save_file(net.state_dict(), stored)
    colorizer = InTorch(net)
    row = figures_of([measure(case, colorizer, PLAN) for case in cases])
    write_illustration(options.out / f"{name}.png", Illustration(strip_of(own_drawings(), colorizer)))
    cost = {"painter_macs": painter_macs(net), "painter_seconds": float(np.median(colorizer.seconds))}
    return {"title": title, "steps": options.steps, "parameters": count_parameters(net)} | cost | row


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
