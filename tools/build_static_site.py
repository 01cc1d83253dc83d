"""Write the studio as a folder of files that any web host can serve: no Python runs there.

    python tools/build_static_site.py public
    python tools/build_static_site.py public --model my-model

docs/static-hosting.md says what headers the host should send. The model that is copied is the one that
`stenciltorch studio` would use.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from stenciltorch.errors import StencilTorchError
from stenciltorch.runtime import find_model, open_model
from stenciltorch.studio.gallery import examples_folder
from stenciltorch.studio.security import HEADERS
from stenciltorch.studio.shelf import STATIC, site_files, site_texts


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
    texts |= {"_headers": headers_file(), ".nojekyll": ""}
    files |= {path: text.encode() for path, text in texts.items()}
    for path, content in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return sorted(files)


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
