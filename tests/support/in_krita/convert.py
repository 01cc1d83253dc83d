"""Runs inside Krita: opens documents and writes what they show as PNG, all in one start."""

from krita import InfoObject, Krita


def __main__(arguments):
    """A document, where its picture goes, the next document ..."""
    Krita.instance().setBatchmode(True)
    for page, out in zip(arguments[::2], arguments[1::2], strict=True):
        document = Krita.instance().openDocument(page)
        document.setBatchmode(True)
        document.waitForDone()
        document.exportImage(out, InfoObject())
        document.close()
