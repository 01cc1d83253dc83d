"""Paintings <-> layered documents: Photoshop (PSD) and OpenRaster (ORA), written and read."""

from stenciltorch.layers.documents import SUFFIXES, Document, is_document, open_document, read_document
from stenciltorch.layers.drawings import Choice, stencil_of
from stenciltorch.layers.ora import encode_ora
from stenciltorch.layers.psd import encode_psd
from stenciltorch.layers.stack import Box, Group, Grouping, Layer, Stack, build_stack

__all__ = [
    "SUFFIXES",
    "Box",
    "Choice",
    "Document",
    "Group",
    "Grouping",
    "Layer",
    "Stack",
    "build_stack",
    "encode_ora",
    "encode_psd",
    "is_document",
    "open_document",
    "read_document",
    "stencil_of",
]
