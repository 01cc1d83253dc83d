"""The page on which verdicts are overruled by hand (paper 3.1: "manually filtered"), as a site without a socket.

It only adds lines to `overrides.jsonl`; who may ask is decided by whoever serves it.
"""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.curation.manifest import NAME, read_manifest
from stenciltorch.curation.overrides import DROP, KEEP, RULES, Override, add_override, read_overrides
from stenciltorch.curation.sheets import sheet_names, thumbnail
from stenciltorch.errors import DatasetError

PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("review.html", "text/html"),
    "/review.js": ("review.js", "text/javascript"),
    "/review.css": ("review.css", "text/css"),
}
AT_ONCE = 60
"""Pictures of one answer."""
SIDE, LARGE_SIDE = 320, 1280
"""px of a picture on the page, and of one that is looked at alone."""
MOST_BODY = 16_384
NO_STORE = {"Cache-Control": "no-store"}


class Lines:
    """The manifest's lines by number and by sheet; 16 bytes of memory a picture."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._starts = array("q")
        self.sheets: dict[str, array[int]] = {}
        for number, line in enumerate(read_manifest(folder)):
            for name in sheet_names(line):
                self.sheets.setdefault(name, array("q")).append(number)
        with self._path.open("rb") as stream:
            start = 0
            for text in stream:
                self._starts.append(start)
                start += len(text)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> dict[str, Any]:
        with self._path.open("rb") as stream:
            stream.seek(self._starts[number])
            return dict(json.loads(stream.readline()))


class Review:
    """The answers."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        self.lines = Lines(folder)
        self.overrides = read_overrides(folder)

    def routes(self) -> list[Route]:
        pages = [Route(path, self.file, methods=["GET"]) for path in FILES]
        return [
            *pages,
            Route("/api/sheets", self.sheets, methods=["GET"]),
            Route("/api/pictures", self.pictures, methods=["GET"]),
            Route("/api/picture/{number:int}", self.picture, methods=["GET"]),
            Route("/api/verdicts", self.judge, methods=["POST"]),
        ]

    async def file(self, request: Request) -> Response:
        name, kind = FILES[request.url.path]
        return Response((PAGE / name).read_bytes(), media_type=kind, headers=NO_STORE)

    async def sheets(self, request: Request) -> Response:
        order = sorted(self.lines.sheets, key=lambda name: (not name.startswith("kept"), name))
        sheets = [{"name": name, "count": len(self.lines.sheets[name])} for name in order]
        return JSONResponse({"sheets": sheets, "overruled": len(self.overrides)}, headers=NO_STORE)

    async def pictures(self, request: Request) -> Response:
        numbers = self.lines.sheets.get(request.query_params.get("sheet", ""))
        start = request.query_params.get("from", "0")
        if numbers is None or not start.isdecimal():
            return _refuse(404, "There is no such sheet; /api/sheets lists them.")
        chosen = numbers[int(start) : int(start) + AT_ONCE]
        pictures = [self._told(number) for number in chosen]
        return JSONResponse({"of": len(numbers), "at_once": AT_ONCE, "pictures": pictures}, headers=NO_STORE)

    def _told(self, number: int) -> dict[str, Any]:
        line = self.lines[number]
        override = self.overrides.get(line["pixels"] or "")
        told = {name: line[name] for name in ("path", "pixels", "verdict", "by", "reasons", "group", "licence")}
        told["path"] = line["path"].encode("utf-8", "replace").decode()
        return told | {"number": number, "overruled": override.verdict if override else None}

    def picture(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        if number >= len(self.lines):
            return _refuse(404, "There is no such picture.")
        side = LARGE_SIDE if "large" in request.query_params else SIDE
        pixels = thumbnail(self.source / self.lines[number]["path"], side)
        return Response(files.encode_illustration(Illustration(pixels)), media_type="image/png", headers=NO_STORE)

    async def judge(self, request: Request) -> Response:
        """{"number", "verdict": "keep" | "drop" | "rules", "note"} -> one line of `overrides.jsonl`."""
        body = await _body(request)
        number = body.get("number") if isinstance(body, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(self.lines):
            return _refuse(422, 'Expected {"number": N, "verdict": "keep", "drop" or "rules"}.')
        line = self.lines[number]
        if not line["pixels"]:
            return _refuse(422, "This file has no pixels that could be kept.")
        try:
            override = Override(line["pixels"], body.get("verdict"), body.get("note", ""), line["path"])
            add_override(self.folder, override)
        except DatasetError as error:
            return _refuse(422, str(error))
        self._remember(override)
        return JSONResponse(self._told(number) | {"by_hand": len(self.overrides)}, headers=NO_STORE)

    def _remember(self, override: Override) -> None:
        if override.verdict in (KEEP, DROP):
            self.overrides[override.pixels] = override
        elif override.verdict == RULES:
            self.overrides.pop(override.pixels, None)


def create_site(source: Path, folder: Path) -> Starlette:
    """The page and its API for one dataset."""
    return Starlette(routes=Review(source, folder).routes())


async def _body(request: Request) -> Any:
    """The JSON that was sent; None for anything else."""
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BODY:
            return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _refuse(status: int, detail: str) -> Response:
    return JSONResponse({"error": "refused", "detail": detail}, status, headers=NO_STORE)
