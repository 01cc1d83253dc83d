"""The front end's pure modules, tested by Node's own runner."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_pure_modules() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    files = sorted(str(path) for path in (ROOT / "tests/browser/unit").glob("*.test.mjs"))
    assert files
    done = subprocess.run([node, "--test", *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
