"""One node: a line drawing and colour hints in; the coloured picture, its colours without lines, and its flats out.

ComfyUI's pictures are float tensors (batch, height, width, 3) in 0..1, its masks (batch, height, width).
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .client import ADDRESS, ClientError, colorize

PICTURES = ("illustration", "colour", "flats")
FROM = "Where light comes from, in degrees: 0 above, 90 right, -90 left."
STRENGTH = "How strong light and shade are; 0 leaves flat colours."


class StencilTorchColorize:
    """Asks the studio on this machine for every picture of the batch."""

    CATEGORY = "image/StencilTorch"
    DESCRIPTION = "Colour a line drawing, following hints; runs in the StencilTorch studio on this machine."
    FUNCTION = "run"
    RETURN_TYPES = ("IMAGE", "IMAGE", "IMAGE")
    RETURN_NAMES = PICTURES

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"lineart": ("IMAGE",)},
            "optional": {
                "hints": ("IMAGE", {"tooltip": "Colours, where hints_mask is 1."}),
                "hints_mask": ("MASK", {"tooltip": "1 where hints holds a wish."}),
                "mask": ("MASK", {"tooltip": "1 where to paint, 0 where base stays."}),
                "base": ("IMAGE", {"tooltip": "The picture so far."}),
                "palette": ("STRING", {"default": "", "tooltip": "A .gpl, .aco, .ase or .json file to keep to."}),
                "address": ("STRING", {"default": ADDRESS}),
                "token": ("STRING", {"default": "", "tooltip": "Default: the variable STENCILTORCH_TOKEN."}),
                "light": ("FLOAT", {"default": -45.0, "min": -180.0, "max": 180.0, "step": 5.0, "tooltip": FROM}),
                "shade": ("FLOAT", {"default": 1.0, "min": 0.0, "max": 2.0, "step": 0.05, "tooltip": STRENGTH}),
            },
        }

    def run(
        self, lineart, hints=None, hints_mask=None, mask=None, base=None, palette="", address=ADDRESS, token="",
        light=None, shade=None,
    ):  # fmt: skip
        """Three batches of pictures; shorter batches are repeated from their start."""
        if (hints is None) != (hints_mask is None):
            raise ClientError("hints and hints_mask belong together: connect both or neither.")
        answers = []
        for number in range(len(lineart)):
            parts = {"lineart": _png(lineart[number]), "output": "all", **_texts(light=light, shade=shade)}
            if hints is not None:
                parts["hints"] = _png(_with_alpha(_pick(hints, number), _pick(hints_mask, number)))
            if mask is not None:
                parts["mask"] = _png(_pick(mask, number))
            if base is not None:
                parts["base"] = _png(_pick(base, number))
            if palette.strip():
                parts["palette"] = _read(palette.strip())
            answers.append(_pictures(colorize(address, token, parts)[0]))
        return tuple(torch.stack([answer[name] for answer in answers]) for name in PICTURES)


def _texts(**numbers):
    """Parts of the request for the numbers that are given."""
    return {name: str(number) for name, number in numbers.items() if number is not None}


def _pick(batch, number):
    return batch[number % len(batch)]


def _with_alpha(picture, mask):
    if picture.shape[:2] != mask.shape:
        raise ClientError(f"hints is {tuple(picture.shape[:2])} but hints_mask {tuple(mask.shape)}; use one size.")
    return torch.cat([picture[..., :3], mask.to(picture)[..., None]], dim=-1)


def _png(values):
    pixels = (values.detach().cpu().float().clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _pictures(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: _tensor(archive.read(f"{name}.png")) for name in PICTURES}


def _tensor(png):
    with Image.open(io.BytesIO(png)) as image:
        return torch.from_numpy(np.asarray(image.convert("RGB"), np.float32) / 255)


def _read(path):
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ClientError(f"The palette {path} cannot be read ({error.strerror}); choose another.") from error


NODE_CLASS_MAPPINGS = {"StencilTorchColorize": StencilTorchColorize}
NODE_DISPLAY_NAME_MAPPINGS = {"StencilTorchColorize": "StencilTorch: colour a line drawing"}
