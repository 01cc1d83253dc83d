"""StencilTorch for ComfyUI: this folder goes into ComfyUI's custom_nodes."""

from .stenciltorch_nodes.nodes import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
