"""DisNet at work: an illustration or a line drawing -> its height map (paper 3.2). No torch.

The map is 0 on the borders of regions and 255 along their middles. `DisNet.regions` cuts it, and lets the judge of
borders that lies beside the network (`judging`) say where colours know better.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from stenciltorch.canvas import Illustration, Regions, Size, UInt8Array
from stenciltorch.errors import ModelError
from stenciltorch.runtime.folder import FileFacts, check_contract, read_verified
from stenciltorch.runtime.model import Graph, default_threads, tensor
from stenciltorch.runtime.onnxfile import UINT8, OnnxFile, read_onnx
from stenciltorch.synthesis.arrays import Float32Array
from stenciltorch.synthesis.judging import BorderJudge, read_judge
from stenciltorch.synthesis.regions import extract_regions

PACKAGED = Path(__file__).resolve().parent / "weights"
"""The trained network, inside the installed package."""

FILE, CARD = "disnet.onnx", "model.json"

WORK_PIXELS = 768 * 768
"""Larger pictures are brought down to this many pixels first."""

_GIVEN, _ANSWER = ("picture", UINT8, 3), ("displacement", UINT8, 2)


class DisNet:
    """The opened network; call it with a picture. Can be pickled: the copy opens the same folder.

    Args:
        judge: of the borders between regions; without one heights alone decide.
    """

    def __init__(self, folder: Path, graph: Graph, judge: BorderJudge | None = None) -> None:
        self.folder = folder
        self.judge = judge
        self._graph = graph

    def regions(self, illustration: Illustration) -> Regions:
        """Every pixel in one region, 1..n; see `extract_regions`.

        Raises:
            ModelError: the network fails.
        """
        return extract_regions(illustration, source=self, judge=self.judge)

    def __call__(self, illustration: Illustration) -> Float32Array:
        """The height map float32 (H, W) in [0, 1].

        Raises:
            ModelError: the network fails.
        """
        small = _reduced(illustration.array)
        answer = self._graph.run({"picture": tensor(small)})["displacement"].numpy()
        height = np.asarray(answer, dtype=np.float32) * np.float32(1 / 255)
        if height.shape == illustration.size:
            return np.asarray(height, dtype=np.float32)
        wanted = (illustration.size.width, illustration.size.height)
        return np.asarray(cv2.resize(height, wanted, interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    def __reduce__(self) -> tuple[object, ...]:
        return open_disnet, (self.folder, self._graph.threads)


def is_packaged() -> bool:
    """Whether this installation holds trained weights."""
    return (PACKAGED / CARD).is_file()


def open_disnet(folder: Path | None = None, threads: int | None = None) -> DisNet:
    """Verify and open the network in `folder`, or the packaged one.

    Args:
        threads: all cores that this process may use when not given.

    Raises:
        ModelError: it is missing, damaged, foreign, or made for another contract.
    """
    place = PACKAGED if folder is None else Path(folder)
    path = place / FILE
    data = read_verified(path, _facts(place))
    outside = read_onnx(data, str(path))
    check_contract(outside.metadata.get("stenciltorch.contract"), str(path))
    _check_ports(outside, path)
    return DisNet(place, Graph(path, data, outside, threads or default_threads()), read_judge(place))


def _facts(folder: Path) -> FileFacts:
    """Bytes and sha256 of the network's file, as its card says."""
    card = folder / CARD
    try:
        facts = json.loads(card.read_text(encoding="utf-8"))
        file = facts["files"][FILE]
        check_contract(facts.get("contract"), str(card))
        return FileFacts(int(file["bytes"]), str(file["sha256"]).lower())
    except FileNotFoundError as error:
        raise ModelError(f"{card} is missing; name a folder with {FILE} and {CARD}, or use `classical`.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{card} cannot be used ({type(error).__name__}); get the network anew.") from error


def _check_ports(outside: OnnxFile, path: Path) -> None:
    given = [(port.name, port.element, port.axes) for port in outside.inputs]
    answers = [(port.name, port.element, port.axes) for port in outside.outputs]
    if given != [_GIVEN] or answers != [_ANSWER]:
        raise ModelError(
            f"{path} is no DisNet: it must turn `picture` uint8 (h, w, 3) into `displacement` uint8 (h, w), "
            f"found {given} and {answers}; export it with `stenciltorch disnet --release`."
        )


def _reduced(pixels: UInt8Array) -> UInt8Array:
    """At most WORK_PIXELS, by area averages."""
    size = Size.of(pixels)
    if size.pixels <= WORK_PIXELS:
        return pixels
    factor = (WORK_PIXELS / size.pixels) ** 0.5
    wanted = (max(1, int(size.width * factor)), max(1, int(size.height * factor)))
    return np.asarray(cv2.resize(pixels, wanted, interpolation=cv2.INTER_AREA), dtype=np.uint8)
