"""The files that may be fetched. A URL's path is looked up in a list of them and never becomes a path on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from stenciltorch.errors import InputError
from stenciltorch.runtime.folder import GRAPHS, MANIFEST
from stenciltorch.studio.answers import DETAILS, Refusal
from stenciltorch.studio.gallery import examples_folder, files_inside, index, read_examples
from stenciltorch.synthesis.disnet import FILE as REGIONS_FILE
from stenciltorch.synthesis.disnet import PACKAGED as REGIONS

STATIC = Path(__file__).resolve().parent / "static"
START_PAGE = "/index.html"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Said here, because what a system's own table says differs from one to the next."""
OTHER_MEDIA_TYPE = "application/octet-stream"


def site_files(static: Path, model: Path, examples: Path) -> dict[str, Path]:
    """Every file of the site by the path of its URL; the region network where it is installed.

    Args:
        static: the front end; hidden files and links that lead out of it are left out.
        model: a model folder; model.json and the graphs, nothing else that lies there.
        examples: drawings with their hints; nothing else that lies there.
    """
    files = {f"/{name}": path for name, path in files_inside(static).items()}
    names = (MANIFEST, *(f"{graph}.onnx" for graph in GRAPHS))
    files |= {f"/models/{name}": model / name for name in names}
    if (REGIONS / REGIONS_FILE).is_file():
        files[f"/shapes/{REGIONS_FILE}"] = REGIONS / REGIONS_FILE
    drawings = [name for example in read_examples(examples) for name in example.files]
    return files | {f"/examples/{name}": examples / name for name in drawings}


def site_texts(examples: Path) -> dict[str, str]:
    """Files of the site that are written when asked for, by the path of their URL."""
    return {"/examples/index.json": json.dumps(index(read_examples(examples)), ensure_ascii=False)}


class Shelf:
    """Answers GET and HEAD for the site's files.

    Args:
        model: a model folder that has been verified.

    Raises:
        InputError: the front end is not there.
    """

    def __init__(self, model: Path, static: Path = STATIC, examples: Path | None = None) -> None:
        self._folders = (static, model, examples or examples_folder())
        self._files: Mapping[str, Path] = site_files(*self._folders)
        self._marks: dict[Path, tuple[tuple[int, int], str]] = {}
        if START_PAGE not in self._files:
            raise InputError(f"The studio's page is missing from {static}; install StencilTorch anew.")

    def answer(self, request: Request) -> Response:
        """Runs in a thread: it reads files."""
        path = START_PAGE if request.scope["path"] == "/" else request.scope["path"]
        text = site_texts(self._folders[2]).get(path)
        if text is not None:
            return self._answer_text(request, text.encode(), path)
        try:
            return self._answer_file(request, self._find(path), path)
        except OSError as error:
            raise _missing() from error

    def _find(self, path: str) -> Path:
        """Looks at the folders again before it gives up: a developer's files come and go."""
        if path not in self._files:
            self._files = site_files(*self._folders)
        if path not in self._files:
            raise _missing()
        return self._files[path]

    def _answer_text(self, request: Request, content: bytes, path: str) -> Response:
        headers = _headers(f'"{hashlib.sha256(content).hexdigest()[:32]}"')
        if _is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=media_type(path))

    def _answer_file(self, request: Request, file: Path, path: str) -> Response:
        facts = file.stat()
        headers = _headers(self._mark(file, (facts.st_mtime_ns, facts.st_size)))
        if _is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(file, headers=headers, media_type=media_type(path), stat_result=facts)

    def _mark(self, file: Path, version: tuple[int, int]) -> str:
        """The ETag, by content: installers give the files of all versions one time."""
        known = self._marks.get(file)
        if known is None or known[0] != version:
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            known = self._marks[file] = (version, f'"{digest[:32]}"')
        return known[1]


def media_type(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    return MEDIA_TYPES.get(suffix, OTHER_MEDIA_TYPE if suffix else MEDIA_TYPES[".txt"])


def _headers(mark: str) -> dict[str, str]:
    """Kept by the browser, asked about each time: an upgrade shows at once."""
    return {"ETag": mark, "Cache-Control": "no-cache"}


def _is_known(request: Request, mark: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return mark in (part.strip().removeprefix("W/") for part in known.split(","))


def _missing() -> Refusal:
    return Refusal(404, "not_found", DETAILS[404])
