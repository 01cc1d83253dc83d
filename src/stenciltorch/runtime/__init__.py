"""Find, verify and open the model's ONNX files."""

from stenciltorch.runtime.folder import ENVIRONMENT, find_model, fingerprint, read_manifest
from stenciltorch.runtime.model import Card, Graph, Model, Tensors, default_threads, open_model, tensor

__all__ = [
    "ENVIRONMENT",
    "Card",
    "Graph",
    "Model",
    "Tensors",
    "default_threads",
    "find_model",
    "fingerprint",
    "open_model",
    "read_manifest",
    "tensor",
]
