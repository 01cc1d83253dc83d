"""From a folder to a manifest."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from generated_pictures import WAYS, draw, encode, make_pictures
from inline_engine import Inline

from stenciltorch.curation.config import CurateConfig, ScorerRule, Splits
from stenciltorch.curation.curating import Curation, source_of
from stenciltorch.curation.engines import Engine
from stenciltorch.curation.manifest import NAME, SUMMARY, read_manifest
from stenciltorch.curation.overrides import DROP, KEEP, RULES, Override, add_override
from stenciltorch.errors import ConfigError, DatasetError

CONFIG = CurateConfig().with_setting("thresholds.least_side", "96")
DIARY = (ScorerRule("diary", most=1.0),)


def rng(seed):
    return np.random.default_rng(seed)


def curate(source, folder, config=CONFIG, engine=None, **more):
    curation = Curation(source, folder, config, engine or Inline(), **more)
    stages = [progress.stage for progress in curation.run()]
    lines = {line["path"]: line for line in read_manifest(folder)}
    return lines, stages.count("inspecting"), curation


def put(root, path, data):
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


@pytest.fixture
def art(tmp_path):
    """Three artists with two pictures each."""
    for number, name in enumerate(["ada/1", "ada/2", "ben/1", "ben/2", "cleo/1", "cleo/2"]):
        put(tmp_path / "art", f"{name}.png", encode(draw(rng(number))))
    return tmp_path / "art"


def verdicts(lines):
    return {path: [reason["reason"] for reason in line["reasons"]] for path, line in lines.items()}


# the whole


def test_exactly_the_broken_are_quarantined_each_with_its_reason(tmp_path, scorers):
    """A sixth is broken in ten ways, and one picture kills its worker; killed in the middle and begun again, the
    result is that of a run without a kill, and no picture that was done is looked at again."""
    made = make_pictures(tmp_path / "art", 120, 20, more=("poison",))
    command = [sys.executable, "-m", "stenciltorch.cli", "curate", str(tmp_path / "art"), str(tmp_path / "dataset")]
    command += ["--set", "thresholds.least_side=96", "--drop-above", "diary=1", "--workers", "2", "--sheet", "0"]
    killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while killed.poll() is None and looks(scorers).total() < 40:
        time.sleep(0.02)
    assert killed.poll() is None
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    before = looks(scorers)
    again = subprocess.run(command, capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (0, "")
    repeated = [name for name, count in looks(scorers).items() if count > 1 and before[name]]
    assert len(repeated) <= 2 + 1, "those that the two workers held, and the poison"
    scorers.unlink()
    config = replace(CONFIG, scorers=DIARY)
    lines, _, _ = curate(tmp_path / "art", tmp_path / "whole", config, Engine("local", 2))
    assert verdicts(lines) == {entry.path: [entry.reason] if entry.reason else [] for entry in made}
    for name in (NAME, SUMMARY):
        assert (tmp_path / "dataset" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert f"{tmp_path / 'dataset'}: 121 pictures, 100 kept (" in again.stdout


def looks(diary):
    """How often each picture was scored."""
    return Counter(line.split()[0] for line in diary.read_text().splitlines()) if diary.exists() else Counter()


def test_a_line_of_the_manifest(tmp_path, art):
    put(art, "ada/1.json", b'{"licence": "CC0-1.0", "author": "Ada", "source": "example.org/1", "character": "Bo"}')
    lines, _, curation = curate(art, tmp_path / "dataset", layout=("artist",), general={"licence": "CC-BY-4.0"})
    line = lines["ada/1.png"]
    assert {
        key: line[key] for key in ("licence", "author", "source", "artist", "character", "group", "verdict", "by")
    } == {
        "licence": "CC0-1.0",
        "author": "Ada",
        "source": "example.org/1",
        "artist": "ada",
        "character": "Bo",
        "group": "artist:ada",
        "verdict": "kept",
        "by": "rules",
    }
    assert (line["width"], line["height"], line["reasons"], line["duplicate_of"]) == (128, 144, [], None)
    assert len(line["sha256"]) == len(line["pixels"]) == 64
    assert line["measures"]["height"] == 144
    assert {"stenciltorch", "numpy", "Pillow", "ImageHash"} <= set(line["versions"])
    assert lines["ben/1.png"]["licence"] == "CC-BY-4.0"
    assert curation.summary["licences"] == {"CC-BY-4.0": 5, "CC0-1.0": 1}
    assert source_of(tmp_path / "dataset") == art


def test_again_only_what_is_new_is_inspected(tmp_path, art):
    first, inspected, _ = curate(art, tmp_path / "dataset")
    assert inspected == 6
    again, inspected, _ = curate(art, tmp_path / "dataset")
    assert (inspected, again) == (0, first)
    put(art, "dora/1.png", encode(draw(rng(77))))
    put(art, "ada/1.png", encode(draw(rng(78))))
    (art / "ben" / "1.png").unlink()
    changed, inspected, _ = curate(art, tmp_path / "dataset")
    assert inspected == 2
    assert set(changed) - set(first) == {"dora/1.png"}
    assert set(first) - set(changed) == {"ben/1.png"}
    assert changed["ada/1.png"]["pixels"] != first["ada/1.png"]["pixels"]


def test_other_thresholds_need_no_other_look(tmp_path, art):
    curate(art, tmp_path / "dataset")
    stricter = CONFIG.with_setting("thresholds.least_side", "129")
    lines, inspected, curation = curate(art, tmp_path / "dataset", stricter)
    assert inspected == 0
    assert curation.summary["reasons"] == {"too-small": 6}
    assert {line["split"] for line in lines.values()} == {None}


def test_a_new_scorer_needs_another_look(tmp_path, art, scorers):
    curate(art, tmp_path / "dataset")
    strict = replace(CONFIG, scorers=(ScorerRule("redness", most=0.0),))
    lines, inspected, curation = curate(art, tmp_path / "dataset", strict)
    assert inspected == 6
    assert curation.summary["reasons"] == {"redness": 6}
    reason = lines["ada/1.png"]["reasons"][0]
    assert reason["limit"] == 0
    assert reason["value"] == pytest.approx(draw(rng(0))[..., 0].mean() / 255, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", r"The scorer 'missing' is not installed; installed scorers: .*redness"),
        ("breaks", r"The scorer 'breaks' cannot be loaded \(its weights are missing\)"),
        ("nothing", r"The scorer 'nothing' answered nan; it must answer a finite number"),
    ],
)
def test_scorers_that_do_not_work(tmp_path, art, scorers, name, sentence):
    with pytest.raises(ConfigError, match=sentence):
        curate(art, tmp_path / "dataset", replace(CONFIG, scorers=(ScorerRule(name),)))


# duplicates and splits


def test_duplicates_are_dropped_for_the_best(tmp_path, art):
    picture = draw(rng(50), (288, 256))
    put(art, "ada/large.png", encode(picture))
    put(art, "ben/copy.png", encode(picture) + b"trailing")
    put(art, "cleo/small.jpg", encode(np.ascontiguousarray(picture[::2, ::2]), ".jpg"))
    lines, _, _ = curate(art, tmp_path / "dataset")
    assert (lines["ben/copy.png"]["verdict"], lines["ada/large.png"]["verdict"]) in [
        ("kept", "dropped"),
        ("dropped", "kept"),
    ]
    best = next(path for path in ("ben/copy.png", "ada/large.png") if lines[path]["verdict"] == "kept")
    other = {"ben/copy.png", "ada/large.png"} - {best}
    assert lines[other.pop()]["reasons"] == [{"reason": "duplicate", "note": best}]
    assert lines["cleo/small.jpg"]["reasons"][0]["reason"] == "near-duplicate"
    assert lines["cleo/small.jpg"]["duplicate_of"] == best


def test_related_pictures_never_lie_on_both_sides(tmp_path, art):
    """The same drawing in other colours by two artists, whose own splits differ."""
    splits = Splits(test=0.5)
    picture = draw(rng(60))
    tinted = (0.6 * picture + 0.4 * picture[..., ::-1]).astype(np.uint8)
    for number in range(8):
        put(art, f"artist{number}/own.png", encode(draw(rng(100 + number))))
    config = replace(CONFIG, splits=splits)
    alone, _, _ = curate(art, tmp_path / "dataset", config)
    test = next(path for path, line in alone.items() if line["split"] == "test").split("/")[0]
    train = next(path for path, line in alone.items() if line["split"] == "train").split("/")[0]
    put(art, f"{test}/drawing.png", encode(picture))
    put(art, f"{train}/drawing.png", encode(tinted))
    lines, _, _ = curate(art, tmp_path / "dataset", config)
    assert lines[f"{test}/drawing.png"]["verdict"] == lines[f"{train}/drawing.png"]["verdict"] == "kept"
    joined = {line["split"] for path, line in lines.items() if path.split("/")[0] in (test, train)}
    assert joined == {"train"}
    sides = {}
    for line in lines.values():
        sides.setdefault(line["group"], set()).add(line["split"])
    assert all(len(found) == 1 for found in sides.values())


# verdicts by hand


def test_a_hand_overrules_and_takes_back(tmp_path, art):
    folder = tmp_path / "dataset"
    put(art, "ada/dark.png", WAYS["dark"][1](rng(3)))
    lines, _, _ = curate(art, folder)
    add_override(folder, Override(lines["ada/dark.png"]["pixels"], KEEP, "a night scene"))
    add_override(folder, Override(lines["ben/1.png"]["pixels"], DROP, "not mine"))
    (art / "ada" / "dark.png").rename(art / "cleo" / "night.png")
    lines, _, curation = curate(art, folder)
    night, dropped = lines["cleo/night.png"], lines["ben/1.png"]
    assert (night["verdict"], night["by"], night["reasons"][0]["reason"]) == ("kept", "hand", "too-dark")
    assert (dropped["verdict"], dropped["by"]) == ("dropped", "hand")
    assert dropped["reasons"] == [{"reason": "hand", "note": "not mine"}]
    assert dropped["split"] is None
    assert curation.summary["by_hand"] == 2
    add_override(folder, Override(dropped["pixels"], RULES))
    lines, _, _ = curate(art, folder)
    assert (lines["ben/1.png"]["verdict"], lines["ben/1.png"]["by"]) == ("kept", "rules")


def test_a_verdict_that_makes_no_sense(tmp_path, art):
    folder = tmp_path / "dataset"
    curate(art, folder)
    (folder / "overrides.jsonl").write_text('{"pixels": "x", "verdict": "keep"}\n')
    with pytest.raises(
        DatasetError, match=r"overrides\.jsonl, line 1: pixels must be 64 hexadecimal digits, found 'x'"
    ):
        curate(art, folder)
    (folder / "overrides.jsonl").write_text("\nkeep everything\n")
    with pytest.raises(DatasetError, match="line 2 is no verdict"):
        curate(art, folder)


# odd folders


def test_what_is_not_looked_at(tmp_path, art):
    put(art, "notes.txt", b"hello")
    put(art, ".hidden.png", encode(draw(rng(1))))
    put(art, ".git/x.png", encode(draw(rng(1))))
    (art / "loop").symlink_to(art)
    lines, inspected, _ = curate(art, art / "dataset")
    assert inspected == 6
    assert not any("loop" in path or "hidden" in path for path in lines)
    assert curate(art, art / "dataset")[1] == 0


def test_odd_names(tmp_path, art):
    odd = os.fsdecode(b'ada/\xff "quoted" \xe3\x81\x82.png')
    put(art, odd, encode(draw(rng(9))))
    lines, _, _ = curate(art, tmp_path / "dataset", sheet=8)
    assert lines[odd]["verdict"] == "kept"
    assert (tmp_path / "dataset" / "sheets" / "index.html").exists()


def test_folders_that_cannot_be_used(tmp_path, art):
    with pytest.raises(DatasetError, match="missing is not a folder; name the folder that holds the pictures"):
        curate(tmp_path / "missing", tmp_path / "dataset")
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetError, match="file cannot be made a folder"):
        curate(art, tmp_path / "file")
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "state.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(DatasetError, match=r"state\.sqlite cannot be used"):
        curate(art, folder)


def test_manifests_that_cannot_be_read(tmp_path, art):
    with pytest.raises(DatasetError, match=r"There is no manifest\.jsonl in .*; make one with `stenciltorch curate`"):
        list(read_manifest(tmp_path))
    curate(art, tmp_path / "dataset")
    manifest = tmp_path / "dataset" / NAME
    manifest.write_text(manifest.read_text()[:-30])
    with pytest.raises(DatasetError, match="line 6 is damaged"):
        list(read_manifest(tmp_path / "dataset"))


def test_an_empty_folder(tmp_path):
    (tmp_path / "art").mkdir()
    lines, inspected, curation = curate(tmp_path / "art", tmp_path / "dataset")
    assert (lines, inspected, curation.summary["pictures"]) == ({}, 0, 0)


def test_contact_sheets_show_what_was_kept_and_dropped(tmp_path, art):
    put(art, "ada/dark.png", WAYS["dark"][1](rng(3)))
    put(art, "ada/cut.png", WAYS["cut-short"][1](rng(3)))
    curate(art, tmp_path / "dataset", sheet=4)
    sheets = tmp_path / "dataset" / "sheets"
    assert {path.name for path in sheets.iterdir()} == {"index.html", "kept.png", "too-dark.png", "broken.png"}
    page = (sheets / "index.html").read_text()
    assert "<h2>kept: 6</h2><p>4 of them:</p>" in page
    assert "too-dark" in page
    assert "ada/dark.png" in page
    before = {path.name: path.read_bytes() for path in sheets.iterdir()}
    shutil.rmtree(sheets)
    curate(art, tmp_path / "dataset", sheet=4)
    assert {path.name: path.read_bytes() for path in sheets.iterdir()} == before


def test_the_summary_is_the_manifest_counted(tmp_path, art):
    put(art, "ada/dark.png", WAYS["dark"][1](rng(3)))
    lines, _, curation = curate(art, tmp_path / "dataset")
    stored = json.loads((tmp_path / "dataset" / SUMMARY).read_text())
    assert stored == curation.summary
    assert stored["kept"] == sum(line["verdict"] == "kept" for line in lines.values()) == 6
    assert sum(stored["splits"].values()) == 6


def test_two_runs_on_one_folder_do_not_mix(tmp_path, art):
    """The second says so, and works once the first has ended."""
    folder = tmp_path / "dataset"
    first = Curation(art, folder, CONFIG, Inline()).run()
    next(first)
    with pytest.raises(DatasetError, match=r"state\.sqlite cannot be used \(database is locked\); end the other run"):
        curate(art, folder)
    first.close()
    assert len(curate(art, folder)[0]) == 6
