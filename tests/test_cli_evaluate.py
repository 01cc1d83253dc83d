"""`stenciltorch evaluate` from pictures to reports."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import toy_cases as toy
from tiny_pack import make_art, make_pack

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.cli import main
from stenciltorch.evaluation.suite import Plan


@pytest.fixture(scope="module")
def art(tmp_path_factory):
    folder = tmp_path_factory.mktemp("art")
    drawings, hints = folder / "drawings", folder / "hints"
    drawings.mkdir()
    hints.mkdir()
    for name in ("ada", "ben"):
        files.write_lineart(drawings / f"{name}.png", toy.lineart())
        dabs = [{"at": [24, 24], "color": "#d25a50", "radius": 4}, {"at": [72, 24], "color": "#5078c8", "radius": 4}]
        (hints / f"{name}.json").write_text(json.dumps({"size": [96, 96], "dabs": dabs}))
    return drawings, hints


@pytest.fixture(autouse=True)
def _no_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("STENCILTORCH_WEIGHTS", str(tmp_path / "weights"))


def evaluate(*arguments):
    return main(["evaluate", *map(str, arguments)])


def report(out):
    return json.loads((out / "report.json").read_text())


@pytest.fixture(scope="module")
def measured(art, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STENCILTORCH_WEIGHTS", str(out / "weights"))
        assert evaluate("classical", "--data", art[0], "--hints", art[1], "--out", out) == 0
    return out


def test_the_three_reports(measured):
    facts = report(measured)
    assert (facts["pictures"], facts["hints"]) == (2, 4)
    figures = facts["contenders"]["classical"]["figures"]
    assert figures["stroke"]["mean"] == 0.0
    assert figures["edit_locality"]["mean"] == pytest.approx(1.0)
    missing = "not computed: weights missing"
    assert facts["not_computed"] == {"FID": missing, "LPIPS (AlexNet)": missing}
    assert re.fullmatch("[0-9a-f]{64}", facts["recipe_sha256"])
    assert "| stroke | less | 0 [0, 0] |" in (measured / "report.md").read_text()
    text = (measured / "report.md").read_text()
    assert f"| FID | less | {missing} |" in text
    assert "- For FID: `stenciltorch weights fetch fid-inception`." in text
    assert "`stenciltorch weights fetch alexnet`, then `stenciltorch weights import lpips-alex alex.pth`" in text
    page = (measured / "report.html").read_text()
    for address in re.findall("src='([^']*)'", page):
        assert (measured / address).is_file()
    assert page.count("<section") == 2
    assert "http" not in page


def test_one_and_two_processes_agree(measured, art, tmp_path):
    assert evaluate("classical", "--data", art[0], "--hints", art[1], "--out", tmp_path, "--processes", 2) == 0
    one, two = report(measured), report(tmp_path)
    assert one.pop("timing").keys() == two.pop("timing").keys() == {"classical"}
    assert one == two


def test_pictures_of_another_program(measured, art, tmp_path):
    """The classical pictures, handed in as files: the same figures, as far as one picture can tell."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for name in ("ada", "ben"):
        shown = files.read_illustration(measured / "cases" / name / "by-classical.png")
        files.write_illustration(theirs / f"{name}.png", shown)
    assert evaluate(theirs, "--data", art[0], "--hints", art[1], "--out", tmp_path / "out") == 0
    found = report(tmp_path / "out")["contenders"]["theirs"]["figures"]
    before = report(measured)["contenders"]["classical"]["figures"]
    assert found["region"] == before["region"]
    assert found["line_contrast"] == before["line_contrast"]
    assert "edit_locality" not in found


def test_worst_cases_come_first(art, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    files.write_illustration(theirs / "ada.png", toy.over_lines(toy.flats()))
    files.write_illustration(theirs / "ben.png", Illustration(np.full((96, 96, 3), 255, np.uint8)))
    assert evaluate(theirs, "--data", art[0], "--hints", art[1], "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert re.findall("data-name='([^']*)'", page) == ["ben", "ada"]


@pytest.mark.parametrize("kind", ["pack", "folder"])
def test_packs_and_folders_of_illustrations(kind, tmp_path, monkeypatch):
    data = make_pack(tmp_path) if kind == "pack" else make_art(tmp_path / "art")
    if kind == "pack":
        listing = json.loads((data / "pack.json").read_text())
        (data / "pack.json").write_text(json.dumps([row | {"split": "validation"} for row in listing]))
    monkeypatch.setattr(
        "stenciltorch.evaluation.suite.QUICK", Plan(edits=1, passes=1, counts=(), messy=False, order=False)
    )
    assert evaluate("classical", "--data", data, "--out", tmp_path / "out", "--limit", 1, "--quick") == 0
    figures = report(tmp_path / "out")["contenders"]["classical"]["figures"]
    assert figures["psnr"]["pictures"] == 1
    assert 5 < figures["psnr"]["mean"] < 100


class FakeJudges:
    """In the place of the networks: features and distances that anybody can work out."""

    @staticmethod
    def inception(picture):
        means = picture.array.reshape(-1, 3).mean(axis=0)
        return {"fid": means, "fid-clean": 2 * means}

    @staticmethod
    def lpips(found, true):
        return float((found.array != true.array).any(axis=2).mean())


PROVENANCE = {"fid-inception": {"file": "net.pth", "file_sha256": "12ab", "checked": "published"}}


@pytest.mark.parametrize("weights", [False, True])
def test_the_papers_protocol(weights, tmp_path, monkeypatch, capsys):
    """Three regimes, every figure with its interval and the plain mean of the columns, and what it was made with."""
    if weights:
        monkeypatch.setattr("stenciltorch.evaluation.judges.lacking", dict)
        monkeypatch.setattr("stenciltorch.evaluation.running.open_judges", lambda *_: FakeJudges)
        monkeypatch.setattr("stenciltorch.evaluation.report.provenance", lambda _: PROVENANCE)
    monkeypatch.setattr("stenciltorch.evaluation.protocol.SIDE", 192)  # for speed
    art, out = make_art(tmp_path / "art", ("ada", "ben")), tmp_path / "out"
    assert evaluate("classical", "--data", art, "--out", out, "--protocol") == 0
    text = (out / "protocol.md").read_text()
    assert capsys.readouterr().out == text
    rows = dict(re.findall(r"\| classical \| ([^|]+) \| (.*) \|", text))
    cells = rows["psnr"].split(" | ")
    columns = [re.fullmatch(r"(\S+) \[(\S+), (\S+)\]", cell) for cell in cells[:3]]
    assert all(float(low) <= float(mean) <= float(high) for mean, low, high in (found.groups() for found in columns))
    assert float(cells[3]) == pytest.approx(np.mean([float(found[1]) for found in columns]), rel=1e-3)
    facts = json.loads((out / "protocol.json").read_text())
    assert facts["pictures"] == 2
    assert [len(digest) for digest in facts["recipes"].values()] == [64, 64, 64]
    own = [facts["figures"][regime]["classical"]["own-frechet"]["value"] for regime in ("none", "regular", "full")]
    assert own[0] > own[2] > 0
    if weights:
        assert {"FID", "FID-clean", "KID", "LPIPS (AlexNet)"} < set(rows)
        assert "- weights of fid-inception: net.pth, sha256 12ab (as published)" in text
        sets = facts["figures"]["full"]["classical"]
        assert sets["FID-clean"]["value"] == pytest.approx(4 * sets["FID"]["value"])
        assert 0 < sets["LPIPS (AlexNet)"]["mean"] < 1
    else:
        assert rows["FID"] == rows["LPIPS (AlexNet)"] == " | ".join(["not computed: weights missing"] * 4)
        assert "stenciltorch weights fetch fid-inception" in text


def test_one_picture_has_no_distance_between_sets(tmp_path, monkeypatch):
    monkeypatch.setattr("stenciltorch.evaluation.judges.lacking", dict)
    monkeypatch.setattr("stenciltorch.evaluation.running.open_judges", lambda *_: FakeJudges)
    art = make_art(tmp_path / "art", ("ada",))
    assert evaluate("classical", "--data", art, "--out", tmp_path / "out", "--quick") == 0
    facts = report(tmp_path / "out")
    assert facts["contenders"]["classical"]["sets"] == {}
    assert facts["not_computed"] == {"FID": "not computed: needs two pictures"}


def test_real_drawings_have_no_truth_to_compare_with(art, tmp_path, monkeypatch):
    monkeypatch.setattr("stenciltorch.evaluation.judges.lacking", dict)
    monkeypatch.setattr("stenciltorch.evaluation.running.open_judges", lambda *_: FakeJudges)
    assert evaluate("classical", "--data", art[0], "--hints", art[1], "--out", tmp_path / "out", "--quick") == 0
    reason = "not computed: no true pictures"
    assert report(tmp_path / "out")["not_computed"] == {"FID": reason, "LPIPS (AlexNet)": reason}


REFUSALS = {
    "no model": (["nowhere"], r"'nowhere' is no model; give 'classical', 'default', a folder"),
    "twice": (["classical", "classical"], r"Two models are named 'classical'"),
    "no data": (["classical", "--data", "nowhere"], r"nowhere is not a folder"),
    "no drawings": (["classical", "--hints", "{empty}"], r"No file in .* is named like a drawing"),
    "no pictures": (["classical", "--data", "{empty}"], r"holds no pictures"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_are_one_sentence(refusal, art, tmp_path, capsys):
    arguments, message = REFUSALS[refusal]
    empty = tmp_path / "empty"
    empty.mkdir()
    arguments = [text.format(empty=empty) for text in arguments]
    if "--data" not in arguments:
        arguments += ["--data", str(art[0])]
    assert evaluate(*arguments, "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err.strip()
    assert re.search(message, said)
    assert len(said.splitlines()) == 1


def test_a_missing_and_a_wrong_sized_picture(art, tmp_path, capsys):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    files.write_illustration(theirs / "ada.png", Illustration.filled(toy.SIZE, 9))
    command = (theirs, "--data", art[0], "--hints", art[1], "--out", tmp_path / "out")
    assert evaluate(*command) == 2
    assert "has no picture for ben; expected ben.png" in capsys.readouterr().err
    files.write_illustration(theirs / "ben.png", Illustration(np.zeros((8, 9, 3), np.uint8)))
    assert evaluate(*command) == 2
    assert "has 9 x 8 pixels, expected 96 x 96" in capsys.readouterr().err


def test_drawings_and_hints_in_one_folder(art, tmp_path, capsys):
    """As in examples/drawings: NAME-lineart.png beside NAME-hints.json, and other pictures around."""
    files.write_lineart(tmp_path / "ada-lineart.png", toy.lineart())
    files.write_lineart(tmp_path / "ada-colour.png", toy.lineart())
    for name in ("ada-hints", "ada-hints-2", "zoe-hints"):
        (tmp_path / f"{name}.json").write_text((art[1] / "ada.json").read_text())
    assert evaluate("classical", "--data", tmp_path, "--hints", tmp_path, "--out", tmp_path / "out", "--quick") == 0
    assert "has no drawing zoe-hints; its hints are left out" in capsys.readouterr().err
    assert [path.name for path in sorted((tmp_path / "out" / "cases").iterdir())] == ["ada-hints", "ada-hints-2"]


def test_the_page_begins_with_the_figures(measured):
    page = (measured / "report.html").read_text()
    short, whole = (part.split("</table>")[0] for part in page.split("<table>")[1:])
    assert re.findall("<th scope='col'>([^<]*)</th>", short) == ["figure", "classical", "better", "asks"]
    assert "<th scope='row'>stroke</th><td class='value'>0 [0, 0]</td><td class=value>less</td>" in short
    assert (
        short.count("<tr>")
        < whole.count("<tr>")
        == len(re.findall(r"^\| ", (measured / "report.md").read_text(), re.M)) - 2
    )
    assert "FID: not computed: weights missing" in page


def test_hints_without_a_drawing_are_named(art, tmp_path, capsys):
    (tmp_path / "hints").mkdir()
    for name in ("ada", "zoe"):
        (tmp_path / "hints" / f"{name}.json").write_text((art[1] / "ada.json").read_text())
    assert evaluate("classical", "--data", art[0], "--hints", tmp_path / "hints", "--out", tmp_path / "out") == 0
    assert "has no drawing zoe; its hints are left out" in capsys.readouterr().err
    assert report(tmp_path / "out")["pictures"] == 1


def test_who_watches_sees_each_case_and_on_a_terminal_each_painting(tmp_path, monkeypatch, capsys):
    art = make_art(tmp_path / "art", ("ada", "ben"))
    asked = ("classical", "--data", art, "--quick", "--out", tmp_path / "out")
    assert evaluate(*asked) == 0
    assert capsys.readouterr().err.splitlines() == ["measured 1 of 2: ada", "measured 2 of 2: ben"]
    told = []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("rich.progress.Progress.update", lambda bar, task, **changed: told.append(changed))
    assert evaluate(*asked) == 0
    said = [changed["description"] for changed in told]
    assert said[:2] == ["ada: classical, painting 1", "ada: classical, painting 2"]
    assert [changed["completed"] for changed in told if "completed" in changed] == [1, 2]
    assert "ben: classical, painting 3" in said
