"""StencilTorch: iterative, user-guided colouring of line drawings.

from stenciltorch import Stencil, OnnxColorizer, files
painting = OnnxColorizer.load()(Stencil.start(files.read_lineart("drawing.png")))
files.write_illustration("painted.png", painting.illustration)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stenciltorch.canvas import (
    Colorizer,
    Hints,
    Illustration,
    Lineart,
    Mask,
    Painting,
    Palette,
    Regions,
    Size,
    Stencil,
)
from stenciltorch.errors import ConfigError, DatasetError, InputError, ModelError, StencilTorchError

if TYPE_CHECKING:
    from stenciltorch import files
    from stenciltorch.colorizer import OnnxColorizer

    __version__: str

__all__ = [
    "Colorizer",
    "ConfigError",
    "DatasetError",
    "Hints",
    "Illustration",
    "InputError",
    "Lineart",
    "Mask",
    "ModelError",
    "OnnxColorizer",
    "Painting",
    "Palette",
    "Regions",
    "Size",
    "Stencil",
    "StencilTorchError",
    "__version__",
    "files",
]


def __getattr__(name: str) -> Any:
    """What takes long to import is imported when first asked for."""
    if name == "OnnxColorizer":
        return import_module("stenciltorch.colorizer").OnnxColorizer
    if name == "files":
        return import_module("stenciltorch.files")
    if name == "__version__":
        return import_module("importlib.metadata").version("stenciltorch")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
