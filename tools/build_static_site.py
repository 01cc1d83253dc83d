"""Write the studio as a folder of files that any web host can serve: no Python runs there.

    python tools/build_static_site.py public
    python tools/build_static_site.py public --model my-model

docs/static-hosting.md says what headers the host should send. The model that is copied is the one that
`stenciltorch studio` would use.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

from stenciltorch.errors import StencilTorchError
from stenciltorch.runtime import find_model, open_model
from stenciltorch.studio.gallery import examples_folder
from stenciltorch.studio.security import HEADERS
from stenciltorch.studio.shelf import STATIC, site_files, site_texts

WORKER = "offline/service-worker.js"
KEPT_WHEN_USED = ("asyncify", "webgpu", "ThirdPartyNotices", WORKER)
"""Parts of the names of files that visitors do not need for painting without a network."""


def build(target: Path, model: Path | None) -> list[str]:
    """The paths that were written, below `target`.

    Raises:
        ModelError: there is no model, or it cannot be trusted.
    """
    folder = open_model(find_model(model)).folder
    files = {
        path.removeprefix("/"): file.read_bytes()
        for path, file in site_files(STATIC, folder, examples_folder()).items()
    }
    texts = {path.removeprefix("/"): text for path, text in site_texts(examples_folder()).items()}
    files |= {path: text.encode() for path, text in texts.items()}
    files["index.html"] = offered_offline(files["index.html"])
    files["service-worker.js"] = service_worker(files)
    files |= {"_headers": headers_file().encode(), ".nojekyll": b""}
    for path, content in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return sorted(files)


def offered_offline(page: bytes) -> bytes:
    """The start page, told that it has a service worker; the local server's has none."""
    return page.replace(b"<html ", b'<html data-offline="service-worker.js" ', 1)


def service_worker(files: dict[str, bytes]) -> bytes:
    """Knows every file by its sha256; a changed file makes another version."""
    marks = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    version = hashlib.sha256(json.dumps(marks).encode()).hexdigest()[:16]
    later = [path for path in marks if any(part in path for part in KEPT_WHEN_USED)]
    site = json.dumps({"version": version, "files": marks, "later": later}, indent=1)
    return b"self.site = " + site.encode() + b";\n\n" + files[WORKER]


def headers_file() -> str:
    """In the form that several static hosts read: a path, then its headers."""
    lines = [f"  {name}: {value}" for name, value in (HEADERS | {"Cache-Control": "no-cache"}).items()]
    return "\n".join(["/*", *lines, ""])


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Write the studio as static files.")
    parser.add_argument("target", type=Path, metavar="FOLDER", help="a new or empty folder")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="model folder (default: as for studio)")
    parser.add_argument("--replace", action="store_true", help="delete the folder first if it is there")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    target: Path = options.target
    if options.replace and (target / ".nojekyll").is_file():
        shutil.rmtree(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        print(f"{target} is not an empty folder that this tool has made; name a new one.", file=sys.stderr)
        return 2
    try:
        written = build(target, options.model)
    except StencilTorchError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{target}: {len(written)} files, {sum((target / path).stat().st_size for path in written):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
