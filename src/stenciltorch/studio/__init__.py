"""The local server: it hands out the studio's files and paints for plug-ins and scripts (docs/api.md).

The studio itself runs in the page; the server never asks anything of another machine.
"""
