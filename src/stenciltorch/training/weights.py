"""Published weights of others -> safetensors files with only what is used. Nothing that a file says is executed."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from stenciltorch.errors import ModelError
from stenciltorch.networks.faithful.features import Illustration2VecFront, Vgg16Relu22, load_published
from stenciltorch.runtime.protobuf import BYTES, FIXED32, Field, WireError, fields
from stenciltorch.runtime.weights.catalogue import Published
from stenciltorch.runtime.weights.store import Stored, keep, sha256_of

Weights = dict[str, Tensor]

CAFFE_LAYERS = {"conv1_1": 0, "conv2_1": 3, "conv3_1": 6, "conv3_2": 8, "conv4_1": 11, "conv4_2": 13}
"""Illustration2Vec's layers by their names in its files, and by their numbers in `Illustration2VecFront`."""


def import_weights(entry: Published, file: Path, sha256: str | None, folder: Path | None = None) -> Stored:
    """Check a published file, take from it what is used, and keep that.

    Args:
        sha256: what the user knows the file's to be; needed only where the file is not the one in the catalogue.

    Raises:
        ModelError: another file than expected, damaged, or of a kind that is not read.
    """
    found = sha256_of(file)
    checked = _checked(entry, file, found, sha256)
    module, _, name = entry.converter.partition(":")
    convert: Callable[[Weights], Weights] = getattr(import_module(module), name)
    data = save(convert(read_weights(file)))
    about = Stored(entry.name, file.name, found, checked, hashlib.sha256(data).hexdigest())
    keep(about, data, folder)
    return about


def _checked(entry: Published, file: Path, found: str, wanted: str | None) -> str:
    """Against what the file's sha256 was checked."""
    if wanted is not None and found != wanted.lower():
        raise ModelError(f"{file} has the sha256 {found}, not {wanted}; get the file anew.")
    if found == entry.sha256:
        return "published"
    if entry.sha256 and wanted is None:
        raise ModelError(
            f"{file} is not the published {entry.file} (sha256 {found[:12]}, expected {entry.sha256[:12]}); if you "
            f"trust it, say so with --sha256 {found}."
        )
    return "nothing" if wanted is None else "yours"


def read_weights(file: Path) -> Weights:
    """The arrays of a .caffemodel, .safetensors or PyTorch file by name.

    Raises:
        ModelError: damaged, or a PyTorch file that holds more than arrays.
    """
    try:
        if file.suffix == ".caffemodel":
            return read_caffemodel(file)
        if file.suffix == ".safetensors":
            return load_file(file)
        return _read_torch(file)
    except (OSError, SafetensorError, WireError, UnpicklingError, RuntimeError, ValueError, EOFError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
        raise ModelError(f"{file} cannot be read as weights ({reason}); get the file anew.") from error


def _read_torch(file: Path) -> Weights:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about other pickle protocols; what it cannot read it refuses
        state = torch.load(file, map_location="cpu", weights_only=True)
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ModelError(f"{file} holds no arrays by name; it is another kind of PyTorch file.")
    return {str(name): value for name, value in state.items()}


def read_caffemodel(file: Path) -> Weights:
    """`LAYER.0`, `LAYER.1`, ... of a Caffe network, in either of its two formats, without Caffe."""
    weights: Weights = {}
    for layer, blobs_key, name_key in _caffe_layers(memoryview(file.read_bytes())):
        blobs = [_blob(field.message()) for field in fields(layer) if field.key == blobs_key]
        names = [field.text() for field in fields(layer) if field.key == name_key]
        weights |= {f"{names[0]}.{number}": blob for number, blob in enumerate(blobs) if names}
    if not weights:
        raise ValueError("no layer has weights")
    return weights


def _caffe_layers(network: memoryview) -> Iterator[tuple[memoryview, int, int]]:
    """Each layer with the numbers of its fields `blobs` and `name`: V1LayerParameter (2), LayerParameter (100)."""
    for field in fields(network):
        if field.key == 2:
            yield field.message(), 6, 4
        elif field.key == 100:
            yield field.message(), 7, 1


def _blob(message: memoryview) -> Tensor:
    """A BlobProto: data in field 5, its shape in field 7 or, in older files, in the fields 1 to 4."""
    data, shape, old = bytearray(), list[int](), dict[int, int]()
    for field in fields(message):
        if field.key == 5:
            data += _floats(field)
        elif field.key == 7:
            shape = [number for part in fields(field.message()) if part.key == 1 for number in part.wholes()]
        elif field.key in (1, 2, 3, 4):
            old[field.key] = field.whole()
    values = np.frombuffer(bytes(data), "<f4").astype(np.float32)
    return torch.from_numpy(values.reshape(shape or [old.get(key, 1) for key in (1, 2, 3, 4)]))


def _floats(field: Field) -> bytes:
    """Packed, or one float in a field of its own."""
    if field.wire not in (BYTES, FIXED32):
        raise WireError(f"field {field.key} holds no floats")
    return bytes(field.payload)


def illustration2vec(weights: Weights) -> Weights:
    """F1's layers from the authors' Caffe file, or from a PyTorch conversion with layer numbers.

    The first layer expects blue first, as Caffe's pictures come; `Illustration2VecFront(channels="bgr")` feeds it so.
    """
    renamed = dict(weights)
    for layer, number in CAFFE_LAYERS.items():
        if f"{layer}.0" in weights:
            renamed[f"{number}.weight"] = weights[f"{layer}.0"]
            renamed[f"{number}.bias"] = weights[f"{layer}.1"].flatten()
    return _front(Illustration2VecFront(), renamed)


def vgg16(weights: Weights) -> Weights:
    """F2's layers from torchvision's file."""
    return _front(Vgg16Relu22(), weights)


def _front(network: nn.Module, weights: Weights) -> Weights:
    load_published(network, weights)
    return {name: value.contiguous() for name, value in network.state_dict().items()}
