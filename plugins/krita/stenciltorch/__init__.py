"""StencilTorch for Krita: registers the docker when Krita loads the plug-in."""

from importlib.util import find_spec

if find_spec("krita"):
    from .docker import register

    register()
