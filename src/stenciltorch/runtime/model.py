"""A verified model, ready to run: three graphs that hosts call by name (docs/architecture.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime

from stenciltorch.errors import ModelError
from stenciltorch.runtime.folder import (
    CONTRACT,
    GRAPHS,
    Manifest,
    check_contract,
    read_manifest,
    read_verified,
)
from stenciltorch.runtime.onnxfile import FLOAT, INT64, UINT8, OnnxFile, Port, read_onnx

Tensors = Mapping[str, onnxruntime.OrtValue]
"""Values by the names that the graphs give them."""

LIGHT = {"light": (FLOAT, 1)}
PICTURES = {"lineart": (UINT8, 2), "mask": (UINT8, 2), "base": (UINT8, 3), "hints": (UINT8, 3)}
HEIGHTS = {"heights": (UINT8, 2)}
ANSWERS = {"illustration": (UINT8, 3), "colour": (UINT8, 3), "flats": (UINT8, 3)}
_GIVEN = {
    "encoder": {name: PICTURES[name] for name in ("lineart", "mask", "base")} | LIGHT,
    "painter": PICTURES | LIGHT | {"flooded": (UINT8, 3)},
    "finisher": {name: PICTURES[name] for name in ("lineart", "mask", "base")} | {"span": (INT64, 1)},
}
_MADE_FROM = {"flooded": "heights"}
"""What the host makes of an opaque tensor."""

_QUIET = 4
"""onnxruntime's log level for fatal errors only: what fails is raised, and a library does not print."""


def default_threads() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def tensor(array: npt.NDArray[np.generic]) -> onnxruntime.OrtValue:
    """The array's own memory as an onnxruntime value; nothing is copied."""
    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))


class Graph:
    """One graph. Its onnxruntime session is made when it first runs."""

    def __init__(self, path: Path, data: bytes, outside: OnnxFile, threads: int) -> None:
        self.path = path
        self.outside = outside
        self.threads = threads
        self._data: bytes | None = data
        self._session: onnxruntime.InferenceSession | None = None
        self._lock = Lock()

    def asks_for(self, name: str) -> bool:
        """Whether a value of this name is among the graph's inputs."""
        return any(port.name == name for port in self.outside.inputs)

    def run(self, values: Tensors) -> dict[str, onnxruntime.OrtValue]:
        """All outputs by name. Of `values`, those that the graph asks for are taken.

        Raises:
            ModelError: onnxruntime refuses the graph or fails in it.
        """
        session = self.open()
        wanted = {port.name: values[port.name] for port in self.outside.inputs}
        names = [port.name for port in self.outside.outputs]
        try:
            answers = session.run_with_ort_values(names, wanted)
        except Exception as error:  # onnxruntime's errors share no base but this
            raise ModelError(
                f"{self.path} failed while running ({_reason(error)}); try `stenciltorch model check`."
            ) from error
        return dict(zip(names, answers, strict=True))

    def open(self) -> onnxruntime.InferenceSession:
        """The session, made once.

        Raises:
            ModelError: onnxruntime cannot use the file.
        """
        with self._lock:
            if self._session is None:
                self._session = self._make_session()
                self._data = None
            return self._session

    def _make_session(self) -> onnxruntime.InferenceSession:
        try:
            session = onnxruntime.InferenceSession(
                self._data, session_options(self.threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors share no base but this
            raise ModelError(f"onnxruntime cannot use {self.path} ({_reason(error)}); get the model anew.") from error
        session.disable_fallback()
        return session


def session_options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _QUIET
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.force_spinning_stop", "1")  # threads wait busily within a run only
    return options


def _reason(error: Exception) -> str:
    """The first line of a message, short enough for one sentence."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")


@dataclass(frozen=True)
class Card:
    """What the model says of itself."""

    name: str
    licence: str
    recipe: str
    data: str
    step: str
    contract: int
    work_pixels: int


@dataclass(frozen=True)
class Model:
    """A model folder that passed every check."""

    folder: Path
    card: Card
    encoder: Graph
    painter: Graph
    finisher: Graph
    threads: int


def open_model(folder: Path, threads: int | None = None) -> Model:
    """Verify a model folder; sessions are made at the first run.

    Args:
        folder: holds model.json and the three ONNX files.
        threads: for each graph; all cores that this process may use when not given.

    Raises:
        ModelError: anything is missing, damaged, foreign, refused, or made for another contract.
    """
    if threads is not None and threads < 1:
        raise ModelError(f"threads must be 1 or more, found {threads}.")
    count = threads or default_threads()
    manifest = read_manifest(folder)
    graphs = {name: _open_graph(folder / f"{name}.onnx", name, manifest, count) for name in GRAPHS}
    _check_handover(graphs["painter"], graphs["encoder"])
    _check_handover(graphs["finisher"], graphs["encoder"], graphs["painter"])
    return Model(folder, _card(manifest, graphs["painter"].outside), **graphs, threads=count)


def _open_graph(path: Path, name: str, manifest: Manifest, threads: int) -> Graph:
    data = read_verified(path, manifest.files[path.name])
    outside = read_onnx(data, str(path))
    check_contract(outside.metadata.get("stenciltorch.contract"), str(path))
    role = outside.metadata.get("stenciltorch.graph")
    if role != name:
        raise ModelError(f"{path} holds the graph {str(role)[:40]!r}, expected {name!r}; get the model anew.")
    _check_ports(outside.inputs, _GIVEN[name], str(path))
    if name == "encoder":
        _check_ports(outside.outputs, HEIGHTS, str(path))
    else:
        _check_answers(outside.outputs, str(path))
    return Graph(path, data, outside, threads)


def _check_ports(ports: tuple[Port, ...], known: Mapping[str, tuple[int, int]], path: str) -> None:
    for port in ports:
        if port.name in known and (port.element, port.axes) != known[port.name]:
            element, axes = known[port.name]
            raise ModelError(
                f"{path}: {port.name} has ONNX type {port.element} and {port.axes} axes, expected type "
                f"{element} and {axes} axes (contract {CONTRACT}); "
                "export the model again."
            )


def _check_answers(outputs: tuple[Port, ...], path: str) -> None:
    missing = ANSWERS.keys() - {port.name for port in outputs}
    if missing:
        raise ModelError(
            f"{path} does not answer {', '.join(sorted(missing))} (contract {CONTRACT}); export the model again."
        )
    _check_ports(outputs, ANSWERS, path)


def _check_handover(later: Graph, *earlier: Graph) -> None:
    """Every opaque input of a graph is an output of one that runs before it."""
    offered = {port.name for graph in earlier for port in graph.outside.outputs}
    given = _GIVEN[later.path.stem]
    asked = [_MADE_FROM.get(port.name, port.name) for port in later.outside.inputs]
    for name in asked:
        if name not in offered and name not in given:
            names = " nor ".join(graph.path.name for graph in earlier)
            raise ModelError(
                f"{later.path} asks for {name!r}, which {'neither ' * (len(earlier) > 1)}{names} answers; "
                "export the model again."
            )


def _card(manifest: Manifest, outside: OnnxFile) -> Card:
    def fact(key: str) -> str:
        return outside.metadata.get(f"stenciltorch.{key}", "unknown")

    return Card(
        manifest.name,
        fact("licence"),
        fact("recipe"),
        fact("data"),
        fact("step"),
        CONTRACT,
        manifest.work_pixels,
    )
