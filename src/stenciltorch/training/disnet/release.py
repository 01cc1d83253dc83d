"""A run of DisNet -> disnet.onnx and its card."""

from __future__ import annotations

import hashlib
import json
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch.export import Dim

from stenciltorch.errors import ModelError
from stenciltorch.export import store_half
from stenciltorch.networks.disnet import DisNet, DisNetGraph
from stenciltorch.runtime.folder import CONTRACT
from stenciltorch.synthesis.disnet import CARD, FILE, WORK_PIXELS
from stenciltorch.synthesis.judging import JUDGE_FILE
from stenciltorch.training.config import fingerprint
from stenciltorch.training.disnet.loop import averaged

PARITY_LEVELS = 1
"""Largest difference allowed between torch and onnxruntime, in levels of 255."""

SIZES = ((64, 64), (75, 130), (1, 33))
"""Sizes on which torch and onnxruntime are compared."""


def release_disnet(run: Path, folder: Path, licence: str, data: str) -> int:
    """Write the averaged weights of a run to `folder`; returns the largest difference from torch, in levels.

    Args:
        data: what it was trained on, for the card.

    Raises:
        ConfigError: there is no run.
        ModelError: onnxruntime computes something else than torch.
    """
    net, config, step = averaged(run)
    facts = {"model": "disnet", "licence": licence, "recipe": fingerprint(config), "data": data, "step": step}
    graph = DisNetGraph(_rounded(net))
    model = describe(store_half(to_onnx(graph)), facts)
    gap = parity(graph, model.SerializeToString())
    if gap > PARITY_LEVELS:
        raise ModelError(f"The exported network differs from torch by {gap} levels; it must not be shipped.")
    _write(folder, model.SerializeToString(), facts, config)
    (folder / JUDGE_FILE).unlink(missing_ok=True)  # it knows another network
    return gap


def _rounded(net: DisNet) -> DisNet:
    """The weights that the file will hold."""
    with torch.no_grad():
        for value in net.parameters():
            if value.numel() >= 64:
                value.copy_(value.half().float())
    return net


def to_onnx(graph: DisNetGraph) -> onnx.ModelProto:
    """The graph with free height and width."""
    picture = torch.zeros(96, 70, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            graph.eval(),
            (picture,),
            dynamo=True,
            opset_version=20,
            input_names=["picture"],
            output_names=["displacement"],
            dynamic_shapes={"picture": {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}},
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise ModelError("torch could not export DisNet.")
    return program.model_proto


def describe(model: onnx.ModelProto, facts: dict[str, object]) -> onnx.ModelProto:
    """Write who it is into the file, and nothing of the machine that it was made on."""
    own = {"contract": CONTRACT, "graph": "disnet", **facts}
    onnx.helper.set_model_props(model, {f"stenciltorch.{key}": str(value) for key, value in own.items()})
    model.doc_string, model.producer_name = "", "stenciltorch"
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.value_info[:]
    return model


def parity(graph: DisNetGraph, data: bytes) -> int:
    """Largest difference between torch and onnxruntime over several sizes, in levels."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    rng, gaps = np.random.default_rng(0), [0]
    for height, width in SIZES:
        picture = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
        with torch.no_grad():
            wanted = graph(torch.from_numpy(picture)).numpy()
        found = session.run(["displacement"], {"picture": picture})[0]
        gaps.append(int(np.abs(found.astype(int) - wanted.astype(int)).max()))
    return max(gaps)


def _write(folder: Path, data: bytes, facts: dict[str, object], config: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(data).hexdigest()
    card = {
        "name": "disnet",
        "contract": CONTRACT,
        "work_pixels": WORK_PIXELS,
        "files": {FILE: {"bytes": len(data), "sha256": digest}},
        **{key: value for key, value in facts.items() if key != "model"},
        "settings": config,
    }
    (folder / FILE).write_bytes(data)
    (folder / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
