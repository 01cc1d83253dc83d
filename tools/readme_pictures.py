"""Make the README's pictures: `python tools/readme_pictures.py` (the studio's needs playwright and a Chromium)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

from stenciltorch import Illustration, OnnxColorizer, Stencil
from stenciltorch.canvas import UInt8Array
from stenciltorch.files import read_lineart, write_illustration
from stenciltorch.hintfile import draw_hints, read_hint_file

ROOT = Path(__file__).resolve().parent.parent
DRAWINGS = ROOT / "examples" / "drawings"
IMAGES = ROOT / "docs" / "images"
SHOWN = (("ribbon", "hints"), ("scarf", "hints-2"), ("mage", "hints"), ("flowers", "hints-2"))
HEIGHT = 420
"""Of each picture of the sheet, in pixels."""


def pair(name: str, hints: str, colorizer: OnnxColorizer) -> UInt8Array:
    """A drawing with its dabs, above what the model makes of it."""
    lineart = read_lineart(DRAWINGS / f"{name}-lineart.png")
    sheet = draw_hints(read_hint_file(DRAWINGS / f"{name}-{hints}.json"), lineart.size)
    stencil = Stencil.start(lineart).with_hints(sheet)
    alpha = sheet.array[..., 3:] / 255.0
    dabbed = (stencil.base.array * (1 - alpha) + sheet.array[..., :3] * alpha).astype(np.uint8)
    return np.concatenate([small(dabbed), small(colorizer(stencil).illustration.array)])


def small(pixels: UInt8Array) -> UInt8Array:
    width = round(pixels.shape[1] * HEIGHT / pixels.shape[0])
    return np.asarray(cv2.resize(pixels, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def draw_sheet() -> None:
    colorizer = OnnxColorizer.load()
    columns = [pair(name, hints, colorizer) for name, hints in SHOWN]
    write_illustration(IMAGES / "examples.png", Illustration(np.ascontiguousarray(np.concatenate(columns, axis=1))))


def shoot_studio() -> None:
    """Start the studio, open it, wait for the first colouring, take a picture."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "stenciltorch.cli", "studio", "--no-browser", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = next(found[0] for line in server.stdout if (found := re.search(r"http://[^\s]+", line)))
        path = os.environ.get("STENCILTORCH_CHROMIUM") or shutil.which("chromium")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(address)
            page.wait_for_timeout(45_000)
            page.screenshot(path=str(IMAGES / "studio.png"))
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    draw_sheet()
    shoot_studio()
