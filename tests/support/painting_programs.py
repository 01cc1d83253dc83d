"""Krita and GIMP, run without anyone at the screen.

Their first start fills a home with brushes and patterns, which takes many times longer than any work here; so that home
is kept in pytest's cache, once a run in it has come to its end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS = 240
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/games"
"""Without this environment's own Python, which Krita would take for its own."""
IN_KRITA = Path(__file__).parent / "in_krita"


def needs(*programs):
    missing = [program for program in programs if not shutil.which(program, path=SYSTEM_PATH)]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def run(config, program, *command):
    """Run a program of the family `program` to its end; skips the test where that takes too long.

    Args:
        config: pytest's; its cache holds the home.

    Returns:
        What it said.
    """
    with _home(config, program) as home:
        with (home / "said").open("wb") as said:
            _wait(_start(home, command, said), program)
        return (home / "said").read_text("utf-8", "replace")


@contextmanager
def _home(config, program):
    """For one run at a time; begun anew where the last run in it came to no end."""
    import fcntl  # not on Windows, where these programs are not found either

    homes = config.cache.mkdir("painting-programs") if hasattr(config, "cache") else Path(tempfile.mkdtemp())
    with (homes / f"{program}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = homes / program
        whole = home / "whole"
        if not whole.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o700)
        whole.unlink(missing_ok=True)
        yield home
        whole.touch()


def _start(home, command, said):
    settings = {"XDG_RUNTIME_DIR": str(home), "HOME": str(home), "PYTHONPATH": str(IN_KRITA), "PATH": SYSTEM_PATH}
    settings |= {"XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data")}
    streams = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, env=os.environ | settings, start_new_session=True, **streams)


def _wait(program, name):
    try:
        program.wait(SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        pytest.skip(f"{name} took more than {SECONDS} s on this machine")


def run_in_krita(config, script, *arguments):
    """`__main__` of a module in in_krita, in a Krita of its own; what Krita said."""
    return run(config, "krita", "xvfb-run", "-a", "kritarunner", "-s", script, *map(str, arguments))
