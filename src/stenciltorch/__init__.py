"""StencilTorch: iterative, user-guided colouring of line drawings.

    from stenciltorch import OnnxColorizer, Stencil, files

    stencil = Stencil.start(files.read_lineart("drawing.png"))
    files.write_illustration("painted.png", OnnxColorizer.load()(stencil).illustration)

Every name is imported when it is first asked for: numpy, Pillow and onnxruntime take long to load.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stenciltorch import files
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
    from stenciltorch.colorizer import OnnxColorizer
    from stenciltorch.errors import ConfigError, DatasetError, InputError, ModelError, StencilTorchError

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
    if name == "__version__":
        return import_module("importlib.metadata").version("stenciltorch")
    if name == "files":
        return import_module("stenciltorch.files")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "errors" if name.endswith("Error") else "colorizer" if name == "OnnxColorizer" else "canvas"
    return getattr(import_module(f"stenciltorch.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
