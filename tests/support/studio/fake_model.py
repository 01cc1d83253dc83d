"""A model of three tiny graphs that keeps the contract of docs/architecture.md: hints spread a little over white.

Good enough to see that what the studio tells the model arrives, and that what comes back is shown. With a light it
darkens the picture from the side that the light comes from to the other.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

U8, F32, I64 = TensorProto.UINT8, TensorProto.FLOAT, TensorProto.INT64
REACH = 10
PICTURES = ("illustration", "colour", "flats")


class GraphBuilder:
    """Nodes in a row, each named after its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        name = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Any, kind: type = np.float32) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, kind), name))
        return name

    def unit(self, picture: str) -> str:
        return self.op("Div", self.op("Cast", picture, to=F32), self.constant(255.0))

    def bytes(self, unit: str, output: str) -> str:
        scaled = self.op("Round", self.op("Mul", unit, self.constant(255.0)))
        return self.op("Cast", self.op("Clip", scaled, self.constant(0.0), self.constant(255.0)), output=output, to=U8)

    def composite(self, flats: str, lighting: str | None = None) -> None:
        """flats (h, w, 3) unit, lighting (h, w, 1) -> the three pictures; base where the mask is 0."""
        colour = self.op("Mul", flats, lighting) if lighting else flats
        axis = self.constant([2], np.int64)
        ink = self.op("Unsqueeze", self.unit("lineart"), axis)
        share = self.op("Unsqueeze", self.unit("mask"), axis)
        lined = self.op("Mul", colour, ink)
        kept = self.op("Mul", self.unit("base"), self.op("Sub", self.constant(1.0), share))
        self.bytes(self.op("Add", self.op("Mul", lined, share), kept), "illustration")
        self.bytes(colour, "colour")
        self.bytes(flats, "flats")

    def save(
        self,
        path: Path,
        inputs: dict[str, tuple[int, list[Any]]],
        outputs: dict[str, tuple[int, list[Any]]],
        graph: str,
    ) -> None:
        info = {"inputs": inputs, "outputs": outputs}
        made = {
            part: [helper.make_tensor_value_info(name, *spec) for name, spec in specs.items()]
            for part, specs in info.items()
        }
        model = helper.make_model(
            helper.make_graph(self.nodes, graph, made["inputs"], made["outputs"], self.constants),
            opset_imports=[helper.make_opsetid("", 20)],
            ir_version=9,
        )
        helper.set_model_props(
            model, {"stenciltorch.contract": "1", "stenciltorch.graph": graph, "stenciltorch.model": "fake"}
        )
        onnx.checker.check_model(model)
        onnx.save(model, path)


GREY: tuple[int, list[Any]] = (U8, ["h", "w"])
RGB: tuple[int, list[Any]] = (U8, ["h", "w", 3])


LIGHTING: tuple[int, list[Any]] = (F32, [1, 1, "h", "w"])


def save_encoder(folder: Path, lit: bool) -> None:
    graph = GraphBuilder()
    graph.op("Mul", graph.unit("lineart"), graph.unit("mask"), output="seen")
    inputs = {"lineart": GREY, "mask": GREY, "base": RGB}
    graph.op("ReduceMean", graph.unit("base"), keepdims=0, output="mood")
    outputs: dict[str, tuple[int, list[Any]]] = {"seen": (F32, ["h", "w"]), "mood": (F32, [])}
    if lit:
        fall_of_light(graph)
        inputs["light"] = (F32, [3])
        outputs["lighting"] = LIGHTING
    graph.save(folder / "encoder.onnx", inputs, outputs, "encoder")


def fall_of_light(graph: GraphBuilder) -> None:
    """light (3,) -> lighting: what is left of the colours; 1 where it stands, less the farther from there."""
    shape = graph.op("Shape", "lineart")
    zero = graph.constant(0, np.int64)
    rows, width = (graph.op("Gather", shape, graph.constant(axis, np.int64)) for axis in (0, 1))
    around, right, below = (graph.op("Gather", "light", graph.constant(part, np.int64)) for part in range(3))
    down = graph.op("Unsqueeze", places(graph, rows, zero, rows), graph.constant([1], np.int64))
    across = graph.op("Unsqueeze", places(graph, width, zero, width), graph.constant([0], np.int64))
    lean = graph.op("Add", graph.op("Mul", across, right), graph.op("Mul", down, below))
    dark = graph.op("Mul", graph.op("Sub", around, lean), graph.constant(0.5))
    left = graph.op("Clip", graph.op("Sub", graph.constant(1.0), dark), graph.constant(0.0), graph.constant(1.0))
    graph.op("Unsqueeze", left, graph.constant([0, 1], np.int64), output="lighting")


def spread_colour(graph: GraphBuilder) -> str:
    """hints -> (1, 3, h, w) unit: the mean of hint colours within `REACH` pixels, white where there are none."""
    planes = graph.op(
        "Transpose", graph.op("Unsqueeze", graph.unit("hints"), graph.constant([0], np.int64)), perm=[0, 3, 1, 2]
    )
    alpha = graph.op(
        "Slice", planes, graph.constant([3], np.int64), graph.constant([4], np.int64), graph.constant([1], np.int64)
    )
    colours = graph.op(
        "Slice", planes, graph.constant([0], np.int64), graph.constant([3], np.int64), graph.constant([1], np.int64)
    )
    heavy = graph.op("Concat", graph.op("Mul", colours, alpha), alpha, axis=1)
    size = 2 * REACH + 1
    across = graph.op("AveragePool", heavy, kernel_shape=[1, size], pads=[0, REACH, 0, REACH])
    pooled = graph.op("AveragePool", across, kernel_shape=[size, 1], pads=[REACH, 0, REACH, 0])
    least = graph.constant(0.003)
    weight = graph.op(
        "Slice", pooled, graph.constant([3], np.int64), graph.constant([4], np.int64), graph.constant([1], np.int64)
    )
    sums = graph.op(
        "Slice", pooled, graph.constant([0], np.int64), graph.constant([3], np.int64), graph.constant([1], np.int64)
    )
    return graph.op("Div", graph.op("Add", sums, least), graph.op("Add", weight, least), output="coarse")


def to_rows(graph: GraphBuilder, planes: str) -> str:
    return graph.op("Transpose", graph.op("Squeeze", planes, graph.constant([0], np.int64)), perm=[1, 2, 0])


def save_painter(folder: Path, lit: bool) -> None:
    graph = GraphBuilder()
    graph.composite(to_rows(graph, spread_colour(graph)), to_rows(graph, "lighting") if lit else None)
    inputs = {"hints": (U8, ["h", "w", 4]), "lineart": GREY, "mask": GREY, "base": RGB, "seen": (F32, ["h", "w"])}
    inputs |= {"lighting": LIGHTING} if lit else {}
    outputs = dict.fromkeys(PICTURES, RGB) | {"coarse": (F32, [1, 3, "h", "w"])}
    graph.save(folder / "painter.onnx", inputs, outputs, "painter")


def places(graph: GraphBuilder, length: str, first: str, full: str) -> str:
    """-1 .. 1 across `full` for the pixels first, first + 1, ..."""
    zero, one = graph.constant(0, np.int64), graph.constant(1, np.int64)
    steps = graph.op("Cast", graph.op("Range", zero, length, one), to=F32)
    centre = graph.op("Add", graph.op("Add", steps, graph.op("Cast", first, to=F32)), graph.constant(0.5))
    share = graph.op("Div", centre, graph.op("Cast", full, to=F32))
    return graph.op("Sub", graph.op("Mul", share, graph.constant(2.0)), graph.constant(1.0))


def save_finisher(folder: Path, lit: bool) -> None:
    graph = GraphBuilder()
    shape = graph.op("Shape", "lineart")
    rows, width = (graph.op("Gather", shape, graph.constant(axis, np.int64)) for axis in (0, 1))
    first, full = (graph.op("Gather", "span", graph.constant(place, np.int64)) for place in (0, 1))
    down = graph.op("Unsqueeze", places(graph, rows, first, full), graph.constant([1], np.int64))
    across = graph.op(
        "Unsqueeze", places(graph, width, graph.constant(0, np.int64), width), graph.constant([0], np.int64)
    )
    last = graph.constant([2], np.int64)
    grid = graph.op(
        "Concat", *(graph.op("Unsqueeze", graph.op("Expand", part, shape), last) for part in (across, down)), axis=2
    )
    grid = graph.op("Unsqueeze", grid, graph.constant([0], np.int64))

    def sampled(field: str) -> str:
        found = graph.op("GridSample", field, grid, mode="linear", padding_mode="border", align_corners=0)
        return to_rows(graph, found)

    graph.composite(sampled("coarse"), sampled("lighting") if lit else None)
    strip: tuple[int, list[Any]] = (U8, ["r", "W"])
    inputs = {
        "lineart": strip,
        "mask": strip,
        "base": (U8, ["r", "W", 3]),
        "span": (I64, [2]),
        "coarse": (F32, [1, 3, "h", "w"]),
    }
    inputs |= {"lighting": LIGHTING} if lit else {}
    graph.save(folder / "finisher.onnx", inputs, {name: (U8, ["r", "W", 3]) for name in PICTURES}, "finisher")


def save_model(folder: Path, work_pixels: int = 768 * 768, lit: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for save in (save_encoder, save_painter, save_finisher):
        save(folder, lit)
    files = {
        path.name: {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}
        for path in sorted(folder.glob("*.onnx"))
    }
    card = {"name": "fake", "contract": "1", "work_pixels": work_pixels, "files": files}
    (folder / "model.json").write_text(json.dumps(card))
    return folder
