"""Stand-ins for Krita's Document, Node and Selection: the calls that the plug-in makes, as Krita's manual has them."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image


class PillowCodec:
    """PNG <-> BGRA."""

    @staticmethod
    def encode(bgra, width, height):
        pixels = np.frombuffer(bgra, np.uint8).reshape(height, width, 4)[..., [2, 1, 0, 3]]
        buffer = BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "PNG")
        return buffer.getvalue()

    @staticmethod
    def decode(png):
        with Image.open(BytesIO(png)) as image:
            pixels = np.asarray(image.convert("RGBA"))[..., [2, 1, 0, 3]]
        return pixels.tobytes(), pixels.shape[1], pixels.shape[0]


class Selection:
    def __init__(self, levels):
        self.levels = levels

    def pixelData(self, left, top, width, height):
        return self.levels[top : top + height, left : left + width].tobytes()


class Node:
    """A layer (BGRA on the whole page), a group, or a transparency mask."""

    def __init__(self, document, name, kind):
        self.document, self._name, self.kind = document, name, kind
        self.children, self.blending, self.visible, self.selection = [], "normal", True, None
        self.pixels = np.zeros((document.height(), document.width(), 4), np.uint8)

    def name(self):
        return self._name

    def childNodes(self):
        """The lowest first."""
        return list(self.children)

    def addChildNode(self, child, above):
        assert above is None  # then Krita puts it on top
        self.children.append(child)
        return True

    def setPixelData(self, data, left, top, width, height):
        assert len(data) == 4 * width * height
        self.pixels[top : top + height, left : left + width] = np.frombuffer(data, np.uint8).reshape(height, width, 4)
        return True

    def projectionPixelData(self, left, top, width, height):
        return self.pixels[top : top + height, left : left + width].tobytes()

    def setBlendingMode(self, mode):
        self.blending = mode

    def setVisible(self, visible):
        self.visible = visible

    def setSelection(self, selection):
        self.selection = selection


class Document:
    def __init__(self, size, model="RGBA", depth="U8", version=(5, 2)):
        self.version = version
        self._size, self._model, self._depth = size, model, depth
        self.root, self.active, self.chosen, self.refreshed = Node(self, "root", "grouplayer"), None, None, 0
        self.projection = np.full((*size, 4), 255, np.uint8)

    def add(self, name, pixels):
        """A layer on top, RGBA."""
        node = Node(self, name, "paintlayer")
        node.pixels[:] = pixels[..., [2, 1, 0, 3]]
        self.root.children.append(node)
        return node

    def height(self):
        return self._size[0]

    def width(self):
        return self._size[1]

    def colorModel(self):
        return self._model

    def colorDepth(self):
        return self._depth

    def rootNode(self):
        return self.root

    def activeNode(self):
        return self.active

    def selection(self):
        return self.chosen

    def pixelData(self, left, top, width, height):
        return self.projection[top : top + height, left : left + width, [2, 1, 0, 3]].tobytes()

    def createNode(self, name, kind):
        return Node(self, name, kind)

    def createGroupLayer(self, name):
        return Node(self, name, "grouplayer")

    def __getattr__(self, name):
        """Krita 5.1 has no createTransparencyMask."""
        if name == "createTransparencyMask" and self.version >= (5, 2):
            return lambda mask: Node(self, mask, "transparencymask")
        raise AttributeError(name)

    def refreshProjection(self):
        self.refreshed += 1


def flattened(node):
    """A group's colours (0..255) and coverage (0..1), with normal, multiply and screen."""
    size = (node.document.height(), node.document.width())
    colour, alpha = np.zeros((*size, 3)), np.zeros((*size, 1))
    for child in node.children:
        if not child.visible or child.kind == "transparencymask":
            continue
        if child.blending == "erase":
            alpha = alpha * (1 - child.pixels[..., 3:] / 255)
            continue
        if child.kind == "grouplayer":
            above, cover = flattened(child)
        else:
            above, cover = child.pixels[..., 2::-1].astype(float), child.pixels[..., 3:] / 255
        mixed = {
            "normal": above,
            "multiply": above * colour / 255,
            "screen": above + colour - above * colour / 255,
        }[child.blending]
        painted = (1 - alpha) * above + alpha * mixed
        total = cover + alpha * (1 - cover)
        colour = np.divide(
            cover * painted + alpha * (1 - cover) * colour, total, out=np.zeros_like(colour), where=total > 0
        )
        alpha = total
    masks = [child for child in node.children if child.kind == "transparencymask"]
    for mask in masks:
        alpha = alpha * mask.selection.levels[..., None] / 255
    return colour, alpha
