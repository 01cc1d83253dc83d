"""The project's files make sense to anyone who has only the project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOCAL_PATH = re.compile(r"(?<![\w.~/:$}-])/(?:work|root|home|Users)/[\w.]")
"""A path on somebody's machine."""
HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb" + r"ian\.org/debian"])
)
"""Where packages come from is the business of each machine's own set-up."""
PEOPLE = re.compile("|".join(["C" + "EO", "sub" + "-?agent", "COM" + r"MON\.md", "issues" + " show"]))
"""Who did the work, and by which notes, is the business of the history."""


def tracked() -> list[Path]:
    """Files under version control; those that others made are left out."""
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if answer.returncode:
        pytest.skip("not a checkout")
    paths = [ROOT / name for name in answer.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and "vendor" not in path.parts]


def found(pattern: re.Pattern[str]) -> list[str]:
    places = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if pattern.search(line):
                places.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return places


@pytest.mark.parametrize("pattern", [LOCAL_PATH, HOSTS, PEOPLE], ids=["local paths", "hosts", "people"])
def test_no_file_mentions(pattern: re.Pattern[str]) -> None:
    assert found(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (LOCAL_PATH, "open('/ho" + "me/ann/drawing.png')"),
        (LOCAL_PATH, "see /wo" + "rk/notes.md"),
        (HOSTS, "https://py" + "pi.org/simple"),
        (PEOPLE, "as the C" + "EO said"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


@pytest.mark.parametrize("line", ["docs/work/plan.md", "~/home/x", "https://example.net/home/x", "$HOME/root/a"])
def test_the_patterns_leave_other_paths_alone(line: str) -> None:
    assert not LOCAL_PATH.search(line)
