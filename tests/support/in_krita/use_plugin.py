"""Runs inside Krita: the plug-in colours documents through a studio, piece by piece and by its docker's button."""

import importlib
import json
import sys
import time
from pathlib import Path

from krita import InfoObject, Krita, Selection
from PyQt5.QtWidgets import QApplication

MASK = (5, 4, 25, 16)
"""Left, top, width and height of what is selected."""
PATIENCE = 60
"""Seconds."""


def __main__(arguments):
    """A folder with job.json; the answers go there too."""
    folder = Path(arguments[0])
    job = json.loads((folder / "job.json").read_text())
    sys.path.insert(0, job["plugins"])
    window = Krita.instance().openWindow()  # without one, no layer is ever active
    for name, act, selected in (("whole", by_hand, False), ("selected", by_hand, True), ("docker", by_docker, False)):
        try:
            told = coloured(job, folder / f"{name}.png", act, page_of(job, codec_of(), selected, window))
        except Exception as error:  # told to the test, which Krita would not do
            told = {"error": f"{type(error).__name__}: {error}"}
        (folder / f"{name}.json").write_text(json.dumps(told))


def coloured(job, out, act, document):
    """The layers of the group that the plug-in made; `out` is the page with it on top."""
    news = act(job, document)
    document.waitForDone()
    group = document.rootNode().childNodes()[-1]
    layers = [[node.name(), node.type(), node.blendingMode(), node.visible()] for node in group.childNodes()]
    document.setBatchmode(True)
    document.exportImage(str(out), InfoObject())
    document.close()
    return {"group": group.name(), "layers": layers, "news": news}


def by_hand(job, document):
    """What the docker does, one thing after another."""
    work, client = (importlib.import_module(f"stenciltorch.{name}") for name in ("work", "client"))
    answer, notices = client.colorize(job["address"], job["token"], work.request_of(document, codec_of(), "hints"))
    work.insert_answer(document, codec_of(), answer)
    return " ".join(notices)


def by_docker(job, document):
    """Its button, pressed."""
    docker = importlib.import_module("stenciltorch.docker").StencilTorchDocker()
    docker._address.setText(job["address"])
    docker._token.setText(job["token"])
    docker.canvasChanged(None)
    docker._button.click()
    end = time.monotonic() + PATIENCE
    while not docker._button.isEnabled() and time.monotonic() < end:
        QApplication.processEvents()
    return docker._news.text()


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
