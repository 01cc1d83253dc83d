"""Put ONNX Runtime Web into the studio's static files, from the npm package at one pinned version.

    python tools/vendor_onnxruntime_web.py            # the WASM build (kept in the repository)
    python tools/vendor_onnxruntime_web.py --webgpu   # also the WebGPU build (27 MB, never committed)
    python tools/vendor_onnxruntime_web.py --check    # only compare what is there with the pinned digests

The studio runs without Node; only this script needs npm, and only when the version changes.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.30.0"
TARGET = Path(__file__).parents[1] / "src/stenciltorch/studio/static/vendor/ort"
ARCHIVE_SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
WASM = {
    "ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
WEBGPU = {
    "ort.webgpu.bundle.min.mjs": "0730816731ce2cdfb06f273da065d4a1c7091eb9d1756a83b2916c8a89d015e2",
    "ort-wasm-simd-threaded.asyncify.mjs": "3d1c85995364bb643302fc6fd877a0c3ba5ae72401815e0f24828a53d9191e28",
    "ort-wasm-simd-threaded.asyncify.wasm": "39f9f0894d478800487ed9f7dbe92618498db320cf55c8e3d89adff8dce658da",
}


class VendorError(Exception):
    """A file that is missing or is not the pinned one."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def require(name: str, content: bytes, expected: str) -> bytes:
    found = digest(content)
    if found != expected:
        raise VendorError(f"{name}: sha256 is {found}, expected {expected}; nothing was changed.")
    return content


def fetch_archive(folder: Path) -> Path:
    """The npm package as npm hands it out, checked against the pinned digest."""
    subprocess.run(
        ["npm", "pack", "--silent", f"onnxruntime-web@{VERSION}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    archive = next(folder.glob("onnxruntime-web-*.tgz"))
    require(archive.name, archive.read_bytes(), ARCHIVE_SHA256)
    return archive


def unpack(archive: Path, wanted: dict[str, str], target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as package:
        for name, expected in wanted.items():
            member = package.extractfile(f"package/dist/{name}")
            if member is None:
                raise VendorError(f"onnxruntime-web {VERSION} has no dist/{name}.")
            (target / name).write_bytes(require(name, member.read(), expected))


def check(wanted: dict[str, str], target: Path) -> None:
    for name, expected in wanted.items():
        path = target / name
        if not path.is_file():
            raise VendorError(f"{path} is missing; run python tools/vendor_onnxruntime_web.py.")
        require(name, path.read_bytes(), expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--webgpu", action="store_true", help="also the WebGPU build")
    parser.add_argument("--check", action="store_true", help="compare only, change nothing")
    parser.add_argument("--target", type=Path, default=TARGET)
    options = parser.parse_args()
    wanted = WASM | (WEBGPU if options.webgpu else {})
    try:
        if options.check:
            check(wanted, options.target)
        else:
            with tempfile.TemporaryDirectory() as folder:
                unpack(fetch_archive(Path(folder)), wanted, options.target)
    except (VendorError, OSError, subprocess.CalledProcessError) as error:
        print(f"vendor_onnxruntime_web: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
