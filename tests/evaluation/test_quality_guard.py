"""benchmarks/quality.py: a loss of quality ends with exit code 1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmark_modules import benchmark

from stenciltorch.evaluation.contenders import Contender
from stenciltorch.evaluation.suite import FIXED
from stenciltorch.runtime import find_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def quality():
    with benchmark("quality") as module:
        yield module


@pytest.fixture(scope="module")
def release(quality):
    return json.loads(quality.RELEASE.read_text())


def test_the_release_has_figures_to_guard(quality, release):
    guarded = set(quality.TOLERANCES)
    assert guarded <= set(release["validation"])


def test_equal_figures_are_no_loss(quality, release):
    assert quality.losses(release, release) == []
    assert quality.compare(release, quality.RELEASE) == 0


def changed(release, name, step):
    return {title: row | ({name: row[name] + step} if name in row else {}) for title, row in release.items()}


def test_a_loss_of_each_figure_is_seen(quality, release, capsys):
    for name, tolerance in quality.TOLERANCES.items():
        more = any(part in name for part in quality.HIGHER_IS_BETTER)
        for worse, lost in ((0.5 * tolerance, False), (1.1 * tolerance + 1e-3, True), (-1.0, False)):
            found = quality.losses(changed(release, name, -worse if more else worse), release)
            assert any(f": {name} was" in line for line in found) == lost, (name, worse)
    assert quality.compare(changed(release, "stroke", 1.0), quality.RELEASE) == 1
    assert "worse than the last release: validation: stroke was" in capsys.readouterr().err


def test_other_pictures_are_not_compared(quality, release, capsys):
    other = changed(release, "stroke", 9.0)
    other = {title: row | {"pictures": row["pictures"] + 1} for title, row in other.items()}
    assert quality.compare(other, quality.RELEASE) == 0
    assert "validation: not compared" in capsys.readouterr().err


def test_as_many_pictures_as_the_release_has(quality, release, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(quality, "pack_pictures", lambda pack, limit: asked.append(limit) or [])
    for extra in ([], ["--limit", "3"], ["--release", str(tmp_path / "none.json")]):
        quality.find_sets(quality.parse(["--pack", "any", *extra]))
    assert asked == [release["validation"]["pictures"], 3, None]


def test_no_release_is_said(quality, release, tmp_path, capsys):
    assert quality.compare(release, tmp_path / "none.json") == 0
    assert "no comparison: there is no" in capsys.readouterr().err


def test_sets_and_drawings_that_are_missing_are_named(quality, tmp_path, capsys):
    names = sorted(path.stem for path in (ROOT / "benchmarks" / "hints").glob("*.json"))
    (tmp_path / f"{names[0]}.png").touch()
    sets = quality.find_sets(quality.parse(["--art", str(tmp_path)]))
    assert [(one.title, len(one.sources)) for one in sets] == [("drawings", 12), ("linearts", 1)]
    said = capsys.readouterr().err
    assert "validation: left out; name a training pack with --pack" in said
    assert said.count("has no drawing") == len(names) - 1


def test_the_table_has_a_row_for_each_figure(quality, release):
    lines = quality.table(release).splitlines()
    assert len(lines) == 2 + len({name for row in release.values() for name in row})


@pytest.mark.timeout(900)
def test_the_default_model_is_as_good_as_the_last_release_says(quality, release, monkeypatch):
    """One painting of each of our drawings; the whole comparison is the benchmark's, by hand."""
    monkeypatch.delenv("STENCILTORCH_MODEL", raising=False)
    model = Contender("model", "model", find_model(None))
    rows = quality.measure_set(quality.Set("drawings", quality.drawings(), (model,), FIXED), 1, None)
    assert quality.comparable(rows["drawings"], release["drawings"]), "new drawings or hints: quality.py --keep"
    assert {"stroke", "region_chroma", "line_contrast"} <= set(rows["drawings"])
    assert quality.losses(rows, release) == []
