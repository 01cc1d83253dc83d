"""One picture file -> what is known of it: the function that every engine runs, once a picture."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from stenciltorch import files
from stenciltorch.curation import measures, scorers
from stenciltorch.curation.config import fingerprint as named
from stenciltorch.curation.fingerprints import fingerprint
from stenciltorch.errors import InputError

TOOLS = ("stenciltorch", "numpy", "opencv-python-headless", "Pillow", "ImageHash")
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True)
class Inspector:
    """Measures pictures; sent to every worker.

    Args:
        root: folder that paths are relative to.
        scorer_names: scorers of `scorers.GROUP` to ask.
    """

    root: str
    scorer_names: tuple[str, ...] = ()

    @cached_property
    def _scorers(self) -> dict[str, scorers.Scorer]:
        return scorers.load(self.scorer_names)

    def __getstate__(self) -> dict[str, Any]:
        """Without the scorers: each worker loads its own."""
        return {"root": self.root, "scorer_names": self.scorer_names}

    def __call__(self, path: str) -> dict[str, Any]:
        """Everything that can be known of the file alone, as a JSON object.

        Either `problem` (a word of `verdicts.UNREADABLE`) with `note`, or `measures`, `scores` and fingerprints.
        """
        data = b""
        try:
            data = files.read_bytes(Path(self.root) / path)
            illustration = files.decode_illustration(data, path)
        except files.PictureTooLargeError as error:
            return self._unreadable("too-large", error, data)
        except InputError as error:
            return self._unreadable("broken" if _is_picture(data) else "not-a-picture", error, data)
        prints = fingerprint(illustration)
        return self._known(data) | {
            "pixels": prints.pixels,
            "perceptual": prints.perceptual,
            "thumbnail": prints.thumbnail,
            "measures": asdict(measures.measure(illustration)),
            "scores": scorers.score(self._scorers, illustration),
        }

    def _unreadable(self, problem: str, error: Exception, data: bytes) -> dict[str, Any]:
        return self._known(data) | {"problem": problem, "note": str(error)}

    def _known(self, data: bytes) -> dict[str, Any]:
        sha256 = hashlib.sha256(data).hexdigest() if data else None
        return {"sha256": sha256, "bytes": len(data), "versions": tool_versions()}

    @property
    def fingerprint(self) -> str:
        """Changes when the same file would be measured otherwise."""
        return named([measures.VERSION, {name: scorers.version_of(name) for name in self.scorer_names}])


@cache
def tool_versions() -> dict[str, str]:
    return {tool: version(tool) for tool in TOOLS}


def _is_picture(data: bytes) -> bool:
    """Begins like a format that is read, so that something must have happened to it."""
    return data.startswith(_SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
