"""Get what the tests in a browser need, where it is missing: a Chromium (Playwright's own) and axe-core (by npm).

    python tools/set_up_browser.py

Tests whose tool cannot be had are skipped, saying so; so this never fails, it tells.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
INSTALLED = ("chromium", "google-chrome")
MOST_SECONDS = 600


def has_chromium() -> bool:
    """One that was named, the system's, or Playwright's own."""
    if os.environ.get("STENCILTORCH_CHROMIUM") or any(shutil.which(name) for name in INSTALLED):
        return True
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return False
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own.exists() or any(own.parents[2].glob("chromium_headless_shell-*"))


def run(command: list[str]) -> bool:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=MOST_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def get_chromium() -> str:
    """What to tell; empty when all is well."""
    if has_chromium() or run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]):
        return ""
    return (
        "No Chromium was found and none could be downloaded: tests in a browser will be skipped. "
        "Install Chromium, or name one in STENCILTORCH_CHROMIUM."
    )


def get_axe() -> str:
    """What to tell; empty when all is well."""
    npm = shutil.which("npm")
    if AXE.is_file() or (npm and run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"])):
        return ""
    reason = "npm could not fetch it" if npm else "there is no Node"
    return f"axe-core is missing and {reason}: the accessibility tests will be skipped."


def main() -> None:
    for told in (get_chromium(), get_axe()):
        if told:
            print(told, file=sys.stderr)


if __name__ == "__main__":
    main()
