"""Downloading one published file: from addresses on a list only, checked by size and sha256, resumable."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from stenciltorch.errors import ModelError
from stenciltorch.runtime.weights.catalogue import Published
from stenciltorch.runtime.weights.store import sha256_of

BLOCK = 2**20
OFFLINE = "STENCILTORCH_OFFLINE"

HOSTS = frozenset(
    {
        "download.pytorch.org",
        "github.com",  # releases, which redirect to one of the next two
        "objects.githubusercontent.com",
        "release-assets.githubusercontent.com",
    }
)


@dataclass(frozen=True)
class Allowed:
    """Which addresses may be asked, redirections included."""

    hosts: frozenset[str] = HOSTS
    schemes: frozenset[str] = frozenset({"https"})
    seconds: float = 30.0

    def check(self, url: str) -> None:
        """Raises ModelError for any other address."""
        parts = urlsplit(url)
        if parts.scheme not in self.schemes or parts.hostname not in self.hosts:
            raise ModelError(
                f"{parts.scheme}://{parts.hostname} is not an address that weights are fetched from; nothing was done."
            )


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, allowed: Allowed) -> None:
        self.allowed = allowed

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        self.allowed.check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _ignore(done: int, whole: int) -> None:
    """No bar is shown."""


def fetch(
    entry: Published,
    folder: Path,
    allowed: Allowed | None = None,
    progress: Callable[[int, int], None] = _ignore,
) -> Path:
    """The file of a catalogue entry in `folder`, whole and checked. What an earlier try left is gone on with.

    Raises:
        ModelError: no address or checksum is known, the address is not allowed, nobody answers, or it is another file.
    """
    if not entry.url or not entry.sha256 or not entry.bytes:
        raise ModelError(
            f"No checksum of {entry.file} is published that could be checked; get it from {entry.page} and run "
            f"`stenciltorch weights import {entry.name} FILE --sha256 HEX`."
        )
    allowed = allowed or Allowed()
    allowed.check(entry.url)
    if os.environ.get(OFFLINE):
        raise _unreachable(entry, f"{OFFLINE} is set")
    part, whole = folder / f"{entry.file}.part", folder / entry.file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(part) as stream:
            _download(entry, entry.url, entry.bytes, stream, allowed, progress)
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise _unreachable(entry, str(getattr(error, "reason", error))) from error
    except OSError as error:
        raise ModelError(f"{part} cannot be written ({error.strerror}); free some space and try again.") from error
    _verify(part, entry)
    part.replace(whole)
    return whole


def _unreachable(entry: Published, reason: str) -> ModelError:
    return ModelError(
        f"{entry.url} could not be fetched ({reason}); try again later, or get the file on another machine and run "
        f"`stenciltorch weights import {entry.name} FILE`."
    )


@contextmanager
def _alone(part: Path) -> Iterator[IO[bytes]]:
    """The unfinished file, open at its end for this process alone."""
    with part.open("ab") as stream:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ModelError(f"Another process is fetching {part.stem}; wait for it.") from error
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def _download(
    entry: Published, url: str, size: int, stream: IO[bytes], allowed: Allowed, progress: Callable[[int, int], None]
) -> None:
    """Append what is missing; begin again where the server does not know how to go on."""
    have = stream.tell()
    if have >= size:
        return
    opener = urllib.request.build_opener(_Redirects(allowed))
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with opener.open(request, timeout=allowed.seconds) as answer:
        if have and not _continues(answer, have):
            stream.truncate(0)
            have = 0
        while block := answer.read(BLOCK):
            have += len(block)
            if have > size:
                stream.truncate(0)
                raise ModelError(f"{url} sends more than the {size} bytes of {entry.file}; nothing was kept.")
            stream.write(block)
            progress(have, size)
    if have < size:
        raise ConnectionError(f"the connection ended after {have} of {size} bytes")


def _continues(answer: Any, have: int) -> bool:
    return answer.status == 206 and str(answer.headers.get("Content-Range", "")).startswith(f"bytes {have}-")


def _verify(part: Path, entry: Published) -> None:
    """Raises ModelError, and deletes the file, when it is not the published one."""
    found, size = sha256_of(part), part.stat().st_size
    if found != entry.sha256 or size != entry.bytes:
        part.unlink()
        raise ModelError(
            f"What came from {entry.url} is not {entry.file} (sha256 {found[:12]}, expected {str(entry.sha256)[:12]}); "
            "it was deleted. Try again, or import the file from elsewhere."
        )
