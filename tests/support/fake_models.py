"""Tiny models that follow the contract of docs/architecture.md, so that hosts can be tested without weights.

The fake paints the hint's colour where there is a hint and white elsewhere, darkened by a tenth as "shade",
with the lines over it.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import parser

HEADER = '<ir_version: 8, opset_import: ["": 18]>'

ENCODER = """
encoder (uint8[h, w] lineart, uint8[h, w] mask, uint8[h, w, 3] base)
    => (float[h, w] {opaque}, float[h, w] open)
<float full = {{255}}>
{{
    light = Cast <to = 1> (lineart)
    {opaque} = Div (light, full)
    levels = Cast <to = 1> (mask)
    open = Div (levels, full)
}}
"""

_INK = """
    light = Unsqueeze (paper, last)
    shade = Mul (flat, tenth)
    inked = Mul (shade, light)
    share = Unsqueeze (openness, last)
    painted = Mul (inked, share)
    levels = Cast <to = 1> (base)
    closed = Sub (one, share)
    kept = Mul (levels, closed)
    sum = Add (painted, kept)
    rounded = Add (sum, half)
    illustration = Cast <to = 2> (rounded)
    colour = Cast <to = 2> (shade)
    flats = Cast <to = 2> (flat)
"""

PAINTER = (
    """
painter (uint8[h, w, 4] hints, uint8[h, w] lineart, uint8[h, w] mask, uint8[h, w, 3] base,
         float[h, w] {opaque}, float[h, w] open)
    => (uint8[h, w, 3] illustration, uint8[h, w, 3] colour, uint8[h, w, 3] flats, float[h, w, 3] {field})
<int64[1] last = {{-1}}, int64[2] parts = {{3, 1}}, uint8 nothing = {{0}},
 float full = {{255}}, float tenth = {{0.9}}, float one = {{1}}, float half = {{0.5}}>
{{
    paper = Identity ({opaque})
    openness = Identity (open)
    rgb, alpha = Split <axis = 2> (hints, parts)
    wished = Greater (alpha, nothing)
    wish = Cast <to = 1> (rgb)
    flat = Where (wished, wish, full)
"""
    + _INK
    + """
    {field} = Identity (flat)
}}
"""
)

FINISHER = (
    """
finisher (uint8[r, W] lineart, uint8[r, W] mask, uint8[r, W, 3] base, int64[2] span, float[h, w, 3] {field})
    => (uint8[r, W, 3] illustration, uint8[r, W, 3] colour, uint8[r, W, 3] flats)
<int64[1] last = {{-1}}, int64 start = {{0}}, int64 step = {{1}}, int64 two = {{2}},
 float full = {{255}}, float tenth = {{0.9}}, float one = {{1}}, float half = {{0.5}}>
{{
    ink = Cast <to = 1> (lineart)
    paper = Div (ink, full)
    opened = Cast <to = 1> (mask)
    openness = Div (opened, full)
    first = Gather (span, start)
    height = Gather (span, step)
    shape = Shape (lineart)
    rows = Gather (shape, start)
    width = Gather (shape, step)
    small = Shape ({field})
    small_height = Gather (small, start)
    small_width = Gather (small, step)
    down = Range (start, rows, step)
    below = Add (down, first)
    twice_below = Mul (below, two)
    centre_down = Add (twice_below, step)
    scaled_down = Mul (centre_down, small_height)
    twice_height = Mul (height, two)
    row = Div (scaled_down, twice_height)
    across = Range (start, width, step)
    twice_across = Mul (across, two)
    centre_across = Add (twice_across, step)
    scaled_across = Mul (centre_across, small_width)
    twice_width = Mul (width, two)
    column = Div (scaled_across, twice_width)
    band = Gather <axis = 0> ({field}, row)
    flat = Gather <axis = 1> (band, column)
"""
    + _INK
    + "}}\n"
)

SOURCES = {"encoder": ENCODER, "painter": PAINTER, "finisher": FINISHER}


def make_graph(graph, opaque="paper_seen", field="field", **facts):
    """One graph as an onnx.ModelProto; `facts` change or (None) remove its stenciltorch metadata."""
    model = parser.parse_model(HEADER + SOURCES[graph].format(opaque=opaque, field=field))
    card = {"contract": "1", "graph": graph, "model": "fake", "licence": "CC0-1.0", "recipe": "none"}
    card |= {"data": "0" * 64, "step": "0"} | facts
    props = {f"stenciltorch.{key}": value for key, value in card.items() if value is not None}
    onnx.helper.set_model_props(model, props)
    return model


def make_model(folder, work_pixels=768 * 768, opaque="paper_seen", field="field"):
    """A whole model folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for graph in SOURCES:
        onnx.checker.check_model(model := make_graph(graph, opaque, field), full_check=True)
        (folder / f"{graph}.onnx").write_bytes(model.SerializeToString())
    list_files(folder, work_pixels=work_pixels)
    return folder


def replace_graph(folder, graph, data):
    """Put other bytes in place of a graph, with a model.json that agrees."""
    (folder / f"{graph}.onnx").write_bytes(data)
    about = json.loads((folder / "model.json").read_text())
    list_files(folder, work_pixels=about["work_pixels"])


def list_files(folder, **changes):
    """Write a model.json that describes the files in the folder."""
    files = {}
    for path in sorted(folder.glob("*.onnx")):
        data = path.read_bytes()
        files[path.name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    about = {"name": "fake", "contract": 1, "work_pixels": 768 * 768, "files": files} | changes
    (folder / "model.json").write_text(json.dumps(about))


def fake_flats(hints, size):
    """What the fake answers as flats at `size` for hints at the working size: nearest samples."""
    flat = np.where(hints[..., 3:] > 0, hints[..., :3], 255).astype(np.uint8)
    rows = (2 * np.arange(size[0]) + 1) * flat.shape[0] // (2 * size[0])
    columns = (2 * np.arange(size[1]) + 1) * flat.shape[1] // (2 * size[1])
    return flat[rows][:, columns]
