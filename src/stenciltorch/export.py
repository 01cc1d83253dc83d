"""StudioNet -> a model folder: three ONNX files with fp16-stored weights, model.json, and a parity check that
compares."""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.export import Dim

from stenciltorch.canvas import Hints, Light, Lineart, Mask
from stenciltorch.errors import ModelError
from stenciltorch.flooding import flood, survey
from stenciltorch.networks.graphs import (
    ENCODER_OUTPUTS,
    PAINTER_OUTPUTS,
    EncoderGraph,
    FinisherGraph,
    PainterGraph,
)
from stenciltorch.networks.studio import StudioNet

CONTRACT = 1
WORK_PIXELS = 768 * 768
PICTURES = ("illustration", "colour", "flats")
PARITY_LEVELS = 1
"""Largest difference allowed between torch and onnxruntime, in levels of 255."""
FLOAT_PARITY = 5e-3
"""The same for opaque tensors, as a share of a tensor's largest value or of 1."""


@dataclass(frozen=True)
class Card:
    """What a model file says of itself."""

    model: str
    licence: str
    recipe: str
    data: str
    step: int


@dataclass(frozen=True)
class Parity:
    """Largest and mean difference between torch and onnxruntime, in levels, over the sizes tried."""

    largest: int
    mean: float
    outside_mask: int
    sizes: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Graph:
    name: str
    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    request: dict[str, Tensor]


def _examples(height: int, width: int, seed: int = 0) -> dict[str, Tensor]:
    """A request to try; the mask has kept, open and soft parts. Seed 0: noise and a few dabs; seed 1: one line, no
    hints."""
    rng = np.random.default_rng(seed)
    hints = np.zeros((height, width, 4), np.uint8)
    for _ in range(6 * (1 - seed)):
        row, column = rng.integers(height), rng.integers(width)
        hints[row : row + 9, column : column + 9] = [*rng.integers(0, 256, 3), 255]
    lineart = np.where(rng.random((height, width)) < 0.05 * (1 - seed), 0, 255).astype(np.uint8)
    lineart[height // 2, : width // 2] = 0
    mask = np.full((height, width), 255, np.uint8)
    mask[: height // 3] = 0
    mask[height // 3 : height // 3 + 4] = 128
    arrays = {"lineart": lineart, "mask": mask, "hints": hints}
    arrays["base"] = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _flooded(heights: Tensor, given: dict[str, Tensor]) -> Tensor:
    drawing = survey(heights.numpy(), Lineart(given["lineart"].numpy()), Mask(given["mask"].numpy()))
    return torch.from_numpy(flood(drawing, Hints(given["hints"].numpy())))


def _graphs(net: StudioNet, height: int, width: int, seed: int = 0) -> list[_Graph]:
    """The three graphs with example inputs that fit together."""
    given = _examples(height, width, seed)
    request = {name: given[name] for name in ("lineart", "mask", "base")}
    light = torch.from_numpy(Light().vector)
    encoder, painter, finisher = EncoderGraph(net).eval(), PainterGraph(net).eval(), FinisherGraph().eval()
    with torch.no_grad():
        opaque = dict(zip(ENCODER_OUTPUTS, encoder(**request), strict=True))
        displaced = opaque.pop("displaced")
        del opaque["taste"]
        flooded = _flooded(opaque["heights"], given)
        wishes = {"hints": given["hints"], "lineart": given["lineart"], "light": light, "flooded": flooded}
        stroke = wishes | opaque
        answer = painter(**stroke)
    finish = {"displaced": displaced, **dict(zip(PAINTER_OUTPUTS, answer[3:], strict=True))}
    large = {name: _examples(3 * height // 2, 2 * width, seed)[name] for name in request}
    strip = {**large, "span": torch.tensor([5, 3 * height]), **finish}
    return [
        _Graph("encoder", encoder, request, ENCODER_OUTPUTS, request),
        _Graph("painter", painter, stroke, PICTURES + PAINTER_OUTPUTS, request),
        _Graph("finisher", finisher, strip, PICTURES, large),
    ]


def _free_axes(inputs: dict[str, Tensor]) -> dict[str, dict[int, object]]:
    """Which axes are free. What the encoder hands to the painter has sides that are multiples of one number."""
    down, across = Dim("down", min=1, max=512), Dim("across", min=1, max=512)
    cells = {
        "doubt": {2: 8 * down, 3: 8 * across},
        "rows_within": {1: 8 * down, 2: across},
        "rows_ends": {1: 8 * down, 2: across},
        "rows_between": {1: 8 * down, 3: across, 4: across},
        "columns_within": {1: 8 * across, 2: down},
        "columns_ends": {1: 8 * across, 2: down},
        "columns_between": {1: 8 * across, 3: down, 4: down},
        "kept": {2: 8 * down, 3: 8 * across},
        "relief": {2: 8 * down, 3: 8 * across},
        "places": {0: Dim.DYNAMIC, 1: Dim.DYNAMIC},
    }
    pictures = ("lineart", "mask", "base", "hints", "flooded", "heights")
    free: dict[str, dict[int, object]] = {}
    for name in inputs:
        own = {2: Dim.DYNAMIC, 3: Dim.DYNAMIC} if name in ("displaced", "share", "rest", *PAINTER_OUTPUTS) else {}
        free[name] = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC} if name in pictures else cells.get(name, own)
    return free


def _to_onnx(graph: _Graph) -> onnx.ModelProto:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            graph.module,
            (),
            kwargs=graph.inputs,
            dynamo=True,
            opset_version=20,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes=_free_axes(graph.inputs),
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise ModelError(f"torch could not export the {graph.name}.")
    return program.model_proto


HALF_MAX = 65504.0
"""The largest number that float16 holds."""


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep large weights as float16, where that loses nothing, and cast them to float32 when the file is opened: half
    the bytes, same arithmetic. What torch's exporter has folded into weights (a normalisation) stays float32."""
    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 64 or np.abs(values).max() > HALF_MAX:
            continue
        name, half = weight.name, values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = casts + list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def round_to_half(net: StudioNet) -> StudioNet:
    """The net with the weights that the files will hold, so that torch and onnxruntime compute the same."""
    with torch.no_grad():
        for value in net.parameters():
            if value.numel() >= 64:
                value.copy_(value.half().float())
    return net


def _describe(model: onnx.ModelProto, graph: str, card: Card) -> None:
    facts = {"contract": str(CONTRACT), "graph": graph, **{k: str(v) for k, v in asdict(card).items()}}
    onnx.helper.set_model_props(model, {f"stenciltorch.{key}": value for key, value in facts.items()})
    model.doc_string = ""
    model.producer_name = "stenciltorch"
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.value_info[:]


def export(net: StudioNet, folder: Path, card: Card) -> Parity:
    """Write encoder.onnx, painter.onnx, finisher.onnx and model.json, once they are compared with torch.

    Raises:
        ModelError: onnxruntime and torch differ by more than one level, or bytes outside the mask change; the folder
            stays as it was.
    """
    net = round_to_half(net.cpu().eval())
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="export-", dir=folder) as name:
        made = Path(name)
        _write(net, made, card)
        parity = check_parity(net, made)
        if parity.largest > PARITY_LEVELS or parity.outside_mask:
            raise ModelError(
                f"The exported model differs from torch by {parity.largest} levels (at most {PARITY_LEVELS} allowed) "
                f"and by {parity.outside_mask} outside the mask; it must not be shipped."
            )
        for file in sorted(made.iterdir()):
            file.replace(folder / file.name)
    return parity


def _write(net: StudioNet, folder: Path, card: Card) -> None:
    listing: dict[str, dict[str, object]] = {}
    for graph in _graphs(net, 96, 64):
        model = store_half(_to_onnx(graph))
        _describe(model, graph.name, card)
        onnx.checker.check_model(model)
        data = model.SerializeToString()
        (folder / f"{graph.name}.onnx").write_bytes(data)
        listing[f"{graph.name}.onnx"] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    about = {
        "name": card.model,
        "contract": CONTRACT,
        "work_pixels": WORK_PIXELS,
        **asdict(card),
        "files": listing,
    }
    (folder / "model.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def check_parity(
    net: StudioNet,
    folder: Path,
    sizes: tuple[tuple[int, int], ...] = ((96, 64), (75, 131), (1, 1), (40, 200), (320, 256)),
) -> Parity:
    """Run both on noise and on an almost empty page, at several sizes, and compare every output.

    Raises:
        ModelError: an opaque tensor that is not finite or not the one of torch.
    """
    sessions = {
        name: onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"])
        for name in ("encoder", "painter", "finisher")
    }
    gaps = [
        gap
        for height, width in sizes
        for seed in (0, 1)
        for graph in _graphs(net, height, width, seed)
        for gap in _gaps(graph, sessions[graph.name])
    ]
    return Parity(
        max(gap.largest for gap in gaps),
        sum(gap.mean for gap in gaps) / len(gaps),
        max(gap.outside_mask for gap in gaps),
        sizes,
    )


def _gaps(graph: _Graph, session: onnxruntime.InferenceSession) -> list[Parity]:
    """One comparison per picture of the graph, on the inputs that torch gets, so that errors do not add up."""
    feed = {port.name: graph.inputs[port.name].numpy() for port in session.get_inputs()}
    found = dict(zip([port.name for port in session.get_outputs()], session.run(None, feed), strict=True))
    with torch.no_grad():
        wanted = dict(zip(graph.outputs, graph.module(**graph.inputs), strict=True))
    for name, value in found.items():
        if not _alike(value, wanted[name].numpy()):
            raise ModelError(f"{graph.name}.onnx computes another {name!r} than torch; it must not be shipped.")
    return [_gap(graph, found[name], wanted[name].numpy(), name) for name in set(PICTURES) & set(graph.outputs)]


def _alike(found: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether opaque tensors agree, those in levels to one level; by how much pictures differ, `_gap` tells."""
    if found.dtype == np.uint8:
        return wanted.dtype == np.uint8 and bool(np.abs(found - wanted.astype(int)).max(initial=0) <= PARITY_LEVELS)
    tolerance = FLOAT_PARITY * max(1.0, float(np.abs(wanted).max(initial=0.0)))
    return bool(np.isfinite(found).all() and np.abs(found - wanted).max(initial=0.0) <= tolerance)


def _gap(graph: _Graph, found: np.ndarray, wanted: np.ndarray, name: str) -> Parity:
    gap = np.abs(found.astype(int) - wanted.astype(int))
    outside = 0
    if name == "illustration":
        kept = graph.request["mask"].numpy() == 0
        change = found[kept].astype(int) - graph.request["base"].numpy()[kept]
        outside = int(np.abs(change).max(initial=0))
    return Parity(int(gap.max()), float(gap.mean()), outside, ())
