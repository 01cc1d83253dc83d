"""The study's page: its own files, and those of the studio that give both one look."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from stenciltorch.studio.answers import Refusal
from stenciltorch.studio.gallery import files_inside
from stenciltorch.studio.shelf import MEDIA_TYPES, OTHER_MEDIA_TYPE
from stenciltorch.studio.shelf import STATIC as STUDIO

STATIC = Path(__file__).resolve().parent / "static"
SHARED = ("style/base.css", "ui/dom.js", "favicon.svg")
"""Files of the studio that the page uses."""
START_PAGE = "/index.html"


class Pages:
    """Answers GET for the page's files, which are read once."""

    def __init__(self, static: Path = STATIC, studio: Path = STUDIO) -> None:
        paths = {name: studio / name for name in SHARED} | files_inside(static)
        self._files = {f"/{name}": path.read_bytes() for name, path in paths.items()}
        self._marks = {name: f'"{hashlib.sha256(data).hexdigest()[:32]}"' for name, data in self._files.items()}

    def answer(self, request: Request) -> Response:
        path = START_PAGE if request.scope["path"] == "/" else request.scope["path"]
        if path not in self._files:
            raise Refusal(404, "not_found", "There is nothing at this address; / is the study.")
        headers = {"ETag": self._marks[path], "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        media_type = MEDIA_TYPES.get(Path(path).suffix, OTHER_MEDIA_TYPE)
        return Response(self._files[path], headers=headers, media_type=media_type)

    def closed(self) -> Response:
        """What somebody sees who has no invitation."""
        return Response(self._files["/closed.html"], 401, {"Cache-Control": "no-store"}, "text/html; charset=utf-8")
