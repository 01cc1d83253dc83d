"""Any system as a model folder: three ONNX files by the model contract (docs/architecture.md), compared with torch.

The studio net has an exporter of its own (`export.py`); this one takes whatever has the three graphs.
"""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from stenciltorch.errors import ModelError
from stenciltorch.export import Card, store_half
from stenciltorch.runtime.folder import CONTRACT

OPSET = 20
LEVELS = 1
"""Largest difference allowed between torch and onnxruntime, in levels of 255."""
TOLERANCE = 5e-3
"""The same for opaque tensors, as a share of a tensor's largest value or of 1."""
SIZES = ((96, 64), (75, 131), (1, 1))
LARGE = 64
"""Weights of so many values or more are stored as float16; statistics of normalisations are not."""


class Graph(Protocol):
    """One of the three graphs, with inputs that fit it."""

    @property
    def name(self) -> str: ...
    @property
    def module(self) -> nn.Module: ...
    @property
    def inputs(self) -> dict[str, Tensor]: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...


Given = Mapping[str, Tensor]
"""`lineart`, `mask`, `base` and `hints` as uint8."""
Graphs = Callable[[Given], Iterable[Graph]]
FreeAxes = Callable[[str], dict[int, Any]]
"""By the name of an input: its axes that are free."""


def write_model(graphs: Graphs, free: FreeAxes, folder: Path, card: Card, work_pixels: int) -> int:
    """Write a model folder; returns the largest difference from torch, in levels.

    Args:
        graphs: the three graphs for a request. Their weights are rounded to what the files hold.

    Raises:
        ModelError: onnxruntime does not compute what torch computes; the folder stays as it was.
    """
    for graph in graphs(request(*SIZES[0])):
        _round(graph.module)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="export-", dir=folder) as name:
        made = Path(name)
        files = {graph.name: _write(graph, free, made, card) for graph in graphs(request(*SIZES[0]))}
        levels = max(_gap(graph, made) for size in SIZES for graph in graphs(request(*size)))
        if levels > LEVELS:
            raise ModelError(f"The exported model differs from torch by {levels} levels; it must not be shipped.")
        about = {"name": card.model, "contract": CONTRACT, "work_pixels": work_pixels, **asdict(card)}
        listing = {f"{name}.onnx": facts for name, facts in files.items()}
        (made / "model.json").write_text(json.dumps({**about, "files": listing}, indent=2) + "\n", encoding="utf-8")
        for file in sorted(made.iterdir()):
            file.replace(folder / file.name)
    return levels


def request(height: int, width: int) -> dict[str, Tensor]:
    """Noise and a few dabs; the upper third is kept, the edge is soft."""
    rng = np.random.default_rng(0)
    hints = np.zeros((height, width, 4), np.uint8)
    hints[::7, ::5] = rng.integers(0, 256, 4)
    mask = np.full((height, width), 255, np.uint8)
    mask[: height // 3] = 0
    mask[height // 3 : height // 3 + 4] = 128
    arrays = {
        "lineart": np.where(rng.random((height, width)) < 0.05, 0, 255).astype(np.uint8),
        "mask": mask,
        "base": rng.integers(0, 256, (height, width, 3)).astype(np.uint8),
        "hints": hints,
    }
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


@torch.no_grad()
def _round(module: nn.Module) -> None:
    for value in module.parameters():
        if value.numel() >= LARGE:
            value.copy_(value.half().float())


def _write(graph: Graph, free: FreeAxes, folder: Path, card: Card) -> dict[str, object]:
    model = store_half(to_onnx(graph, free))
    facts = {"contract": CONTRACT, "graph": graph.name, **asdict(card)}
    onnx.helper.set_model_props(model, {f"stenciltorch.{key}": str(value) for key, value in facts.items()})
    model.doc_string, model.producer_name = "", "stenciltorch"
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]  # stack traces of the machine that exported it
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    data = model.SerializeToString()
    (folder / f"{graph.name}.onnx").write_bytes(data)
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def to_onnx(graph: Graph, free: FreeAxes) -> onnx.ModelProto:
    """Raises ModelError when torch cannot export it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about itself
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            graph.module.eval(),
            (),
            kwargs=graph.inputs,
            dynamo=True,
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_shapes={name: free(name) for name in graph.inputs},
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise ModelError(f"torch could not export the {graph.name}.")
    return program.model_proto


def _gap(graph: Graph, folder: Path) -> int:
    """Levels between torch and onnxruntime over the graph's pictures.

    Raises:
        ModelError: an opaque tensor differs, or a byte outside the mask is not the base's.
    """
    session = onnxruntime.InferenceSession(str(folder / f"{graph.name}.onnx"), providers=["CPUExecutionProvider"])
    feed = {port.name: graph.inputs[port.name].numpy() for port in session.get_inputs()}
    found = dict(zip([port.name for port in session.get_outputs()], session.run(None, feed), strict=True))
    with torch.no_grad():
        wanted = dict(zip(graph.outputs, graph.module(**graph.inputs), strict=True))
    levels = 0
    for name, value in found.items():
        gap = np.abs(value.astype(np.float64) - wanted[name].numpy())
        if value.dtype == np.uint8:
            levels = max(levels, int(gap.max()))
        elif gap.max() > TOLERANCE * max(1.0, float(wanted[name].abs().max())):
            raise ModelError(f"{graph.name}.onnx computes another {name!r} than torch; it must not be shipped.")
    if "illustration" in found:
        kept = feed["mask"] == 0
        if not np.array_equal(found["illustration"][kept], feed["base"][kept]):
            raise ModelError(f"{graph.name}.onnx changes pixels outside the mask; it must not be shipped.")
    return levels
