"""docs/data.md says what docs/data/sources.csv lists, and tools/check_sources.py finds what differs from it."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from stenciltorch.training.pack import SHARES, character_of, read_manifest, split_of

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "docs" / "data" / "sources.csv"
TOOL = ROOT / "tools" / "check_sources.py"
DOCUMENT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
ART = ROOT.parent / "shared" / "art" / "train"

with SOURCES.open(newline="", encoding="utf-8") as table:
    ROWS = list(csv.DictReader(table))


def table_after(heading: str) -> dict[str, list[str]]:
    """The first table of a section: first cell -> the other cells."""
    section = DOCUMENT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {row[0]: row[1:] for row in cells}


def digest_of(hashes: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def test_files_train_validation_and_groups_are_those_of_the_list():
    files = Counter(row["source"] for row in ROWS)
    groups = {(row["source"], character_of(row["source"], row["file"])) for row in ROWS}
    split = Counter((row["source"], split_of(character_of(row["source"], row["file"]))) for row in ROWS)
    kept = Counter(source for source, group in groups if split_of(group) == "train")
    stated = {source: [int(cell) for cell in cells[1:5]] for source, cells in table_after("The pictures").items()}
    assert stated == {
        source: [files[source], split[source, "train"], split[source, "validation"], kept[source]] for source in files
    }


def test_draws_are_the_shares_of_training():
    stated = {source: cells[5] for source, cells in table_after("The pictures").items()}
    assert stated == {source: f"{100 * share / sum(SHARES.values()):.1f} %" for source, share in SHARES.items()}


def test_totals_are_those_of_the_list():
    validation = sum(split_of(character_of(row["source"], row["file"])) == "validation" for row in ROWS)
    hashes = [row["sha256"] for row in ROWS]
    assert f"**{len(ROWS):,} files**" in DOCUMENT
    assert f"{len(set(hashes)):,} of them distinct" in DOCUMENT
    assert f"**{len(ROWS) - validation:,} files train, {validation} files validate.**" in DOCUMENT
    assert digest_of(hashes) in DOCUMENT
    assert digest_of(sorted(set(hashes))) in DOCUMENT


def test_the_shipped_model_learned_from_this_list():
    model = json.loads((ROOT / "src/stenciltorch/models/model.json").read_text())
    hashes = [row["sha256"] for row in ROWS]
    assert model["data"] in {digest_of(hashes), digest_of(sorted(set(hashes)))}


def test_every_licence_repository_and_author_is_named_with_its_source():
    stated = table_after("Licences and attributions")
    listed = {(row["source"], row["repository"], row["licence"], row["author"]) for row in ROWS}
    assert {(source, *cells) for source, cells in stated.items()} == listed


def test_every_row_can_be_attributed():
    for row in ROWS:
        assert all(row[column] for column in ("file", "source", "repository", "path", "licence", "author")), row


def test_the_list_is_a_manifest_that_training_takes_whole(tmp_path):
    shutil.copy(SOURCES, tmp_path / "manifest.csv")
    assert {entry.sha256 for entry in read_manifest(tmp_path)} == {row["sha256"] for row in ROWS}


@pytest.mark.skipif(not (ART / "manifest.csv").is_file(), reason="the pictures are not here")
def test_the_list_has_what_training_selects():
    assert {entry.sha256 for entry in read_manifest(ART)} == {row["sha256"] for row in ROWS}


# --- tools/check_sources.py ---


@pytest.fixture
def folder(tmp_path):
    """Three files and the list of them."""
    pictures = tmp_path / "pictures"
    rows = ["file,sha256"]
    for name in ("a/one.webp", "a/two.webp", "b/three.webp"):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        (pictures / name).write_bytes(name.encode())
        rows.append(f"{name},{hashlib.sha256(name.encode()).hexdigest()}")
    (tmp_path / "list.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return pictures


def check(pictures: Path, *more: str) -> tuple[int, list[str], list[str]]:
    command = [sys.executable, "-W", "error", TOOL, pictures, "--list", pictures.parent / "list.csv", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_a_folder_as_listed_passes(folder):
    (folder / "manifest.csv").write_text("file\n")
    (folder / ".hidden").write_text("")
    assert check(folder) == (0, [f"{folder}: 3 pictures listed, all as listed"], [])


def test_what_is_missing_changed_and_extra_gets_one_line_each(folder):
    (folder / "a/one.webp").unlink()
    (folder / "a/two.webp").write_bytes(b"other")
    (folder / "b/four.webp").write_bytes(b"")
    found, listed = hashlib.sha256(b"other").hexdigest()[:12], hashlib.sha256(b"a/two.webp").hexdigest()[:12]
    problems = [
        "missing: a/one.webp",
        f"changed: a/two.webp (sha256 is {found}..., listed is {listed}...)",
        "extra: b/four.webp",
    ]
    assert check(folder) == (1, [*problems, f"{folder}: 3 pictures listed, 3 not as listed"], [])
    assert check(folder, "--allow-extra")[1][:-1] == problems[:2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("file,sha256\n", "lists no picture"),
        ("", "lists no picture"),
        ("name\nx\n", "line 2: file must be a path inside the folder, found ''"),
        (f"file,sha256\n../x.webp,{'0' * 64}\n", "line 2: file must be a path inside the folder, found '../x.webp'"),
        (f"file,sha256\n/x.webp,{'0' * 64}\n", "line 2: file must be a path inside the folder, found '/x.webp'"),
        ("file,sha256\nx.webp,12\n", "line 2: sha256 must have 64 hexadecimal digits, found '12'"),
        (f"file,sha256\nx.webp,{'0' * 64}\nx.webp,{'1' * 64}\n", "line 3: x.webp is listed twice"),
    ],
)
def test_a_list_that_makes_no_sense_is_one_line(folder, content, reason):
    (folder.parent / "list.csv").write_text(content)
    code, printed, errors = check(folder)
    assert (code, printed, len(errors)) == (2, [], 1)
    assert reason in errors[0]


def test_a_list_in_another_encoding_is_one_line(folder):
    (folder.parent / "list.csv").write_bytes(b"file,sha256\n\xff\xfe\n")
    code, _, errors = check(folder)
    assert (code, len(errors)) == (2, 1)
    assert "cannot be read" in errors[0]


def test_no_folder_is_one_line(folder):
    missing = folder / "none"
    done = subprocess.run([sys.executable, TOOL, missing], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"There is no folder {missing}; name the one that holds the pictures.\n"


def test_the_tool_takes_the_project_list_by_default():
    specification = importlib.util.spec_from_file_location("check_sources", TOOL)
    assert specification is not None
    assert specification.loader is not None
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    assert tool.read_list(tool.LISTING) == {row["file"]: row["sha256"] for row in ROWS}
