"""Runs inside Krita: the plug-in colours documents through a studio, as its docker does, but without a window."""

import importlib
import json
import sys
from pathlib import Path

from krita import InfoObject, Krita, Selection
from PyQt5.QtWidgets import QApplication

MASK = (5, 4, 25, 16)
"""Left, top, width and height of what is selected."""


def __main__(arguments):
    """A folder with job.json; the answers go there too."""
    folder = Path(arguments[0])
    job = json.loads((folder / "job.json").read_text())
    sys.path.insert(0, job["plugins"])
    window = Krita.instance().openWindow()  # without one, no layer is ever active
    for name, selected in (("whole", False), ("selected", True)):
        try:
            told = coloured(job, folder / f"{name}.png", selected, window)
        except Exception as error:  # told to the test, which Krita would not do
            told = {"error": f"{type(error).__name__}: {error}"}
        (folder / f"{name}.json").write_text(json.dumps(told))


def coloured(job, out, selected, window):
    """The layers of the group that the plug-in made; `out` is the page with it on top."""
    parts, codec = (importlib.import_module(f"stenciltorch.{name}") for name in ("work", "client")), codec_of()
    work, client = parts
    document = page_of(job, codec, selected, window)
    request = work.request_of(document, codec, "hints")
    answer, _ = client.colorize(job["address"], job["token"], request)
    group = work.insert_answer(document, codec, answer)
    document.waitForDone()
    told = {
        "group": group.name(),
        "layers": [[node.name(), node.type(), node.blendingMode(), node.visible()] for node in group.childNodes()],
        "top": document.rootNode().childNodes()[-1].name(),
    }
    document.setBatchmode(True)
    document.exportImage(str(out), InfoObject())
    document.close()
    return told


def codec_of():
    return importlib.import_module("stenciltorch.docker").QtCodec


def page_of(job, codec, selected, window):
    """A new page with a layer of lines, which is active, and one of hints."""
    lines, width, height = codec.decode(Path(job["lines"]).read_bytes())
    document = Krita.instance().createDocument(width, height, "page", "RGBA", "U8", "", 72.0)
    window.addView(document)
    for name, data in (("ink", lines), ("hints", codec.decode(Path(job["hints"]).read_bytes())[0])):
        layer = document.createNode(name, "paintlayer")
        document.rootNode().addChildNode(layer, None)
        layer.setPixelData(data, 0, 0, width, height)
    if selected:
        selection = Selection()
        selection.select(*MASK, 255)
        document.setSelection(selection)
    document.refreshProjection()
    document.waitForDone()
    QApplication.processEvents()
    document.setActiveNode(document.nodeByName("ink"))
    QApplication.processEvents()
    return document
