"""`stenciltorch study`: what it does and says."""

import csv
import json
import re
import subprocess
import sys

import pytest
from study_site import Rater, answers_in, make_study, serving_study

from stenciltorch.cli import main
from stenciltorch.study import server
from stenciltorch.study.protocol import Session, read_frozen


@pytest.fixture
def said(capsys):
    def run(*arguments):
        code = main(["study", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def options(models):
    return [f"--model={name}={folder}" for name, folder in models.items()]


def test_from_pictures_to_a_report(said, tmp_path, models):
    study = tmp_path / "study"
    code, out, err = said("create", study, "--title", "Which?", "--pictures", 4, "--pairs", 12, *options(models))
    assert (code, err) == (0, "")
    assert read_frozen(study)[1] in out
    assert said("simulate", study, "--raters", 10, "--seed", 2)[0] == 0
    code, out, err = said("analyse", study, "-o", tmp_path / "found")
    assert (code, err) == (0, "")
    assert "10 raters count (SIMULATED)" in out
    assert json.loads((tmp_path / "found.json").read_text())["study"]["title"] == "Which?"
    assert "# Which?" in (tmp_path / "found.md").read_text()
    assert (tmp_path / "found.html").read_text().startswith("<!doctype html>")


def test_the_exported_table(said, tmp_path, study):
    with serving_study(study) as site:
        rater = Rater(site)
        rater.enrol()
        rater.answer(0, 4)
    code, out, _ = said("export", study, "-o", tmp_path / "answers.csv")
    assert (code, "1 answers" in out) == (0, True)
    text = (tmp_path / "answers.csv").read_text()
    first = next(csv.DictReader(text.splitlines()))
    assert (first["rater"], first["position"], first["value"], first["role"]) == ("1", "0", "4", "training")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first["answered"])
    assert rater.code not in text


def test_withdrawing_for_a_rater_who_asks(said, study):
    with serving_study(study) as site:
        rater = Rater(site)
        rater.enrol()
        rater.answer(0, 4)
    grouped = "-".join(rater.code[at : at + 4] for at in range(0, 16, 4)).lower()
    assert said("withdraw", study, "--code", grouped)[:2] == (0, "1 answers deleted\n")
    assert answers_in(study) == []
    assert said("withdraw", study, "--code", grouped)[0] == 2


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr(server, "serve", lambda api, access, listener: (calls.append(access), listener.close()))
    monkeypatch.delenv("STENCILTORCH_TOKEN", raising=False)
    return calls


def test_serving_on_this_machine(said, study, served):
    code, out, err = said("serve", study, "--no-browser", "--port", 0)
    assert (code, err) == (0, "")
    assert re.search(r"Study: http://127\.0\.0\.1:\d+/\n0 people take part so far\.\n", out)
    assert not served[0].remote


def test_serving_other_machines_says_so(said, study, served):
    code, out, err = said("serve", study, "--no-browser", "--port", 0, "--host", "0.0.0.0")
    assert code == 0
    assert re.search("WARNING.*other machines.*not encrypted", err)
    assert re.search(r"Invitation for people elsewhere: http://THIS-MACHINE:\d+/\?token=[\w-]{32}\n", out)
    assert served[0].remote


def test_the_port_that_was_taken(said, study, served):
    from stenciltorch.studio.server import address_of, listen

    with listen(port=0) as taken:
        code, _, err = said("serve", study, "--no-browser", "--port", address_of(taken)[1])
    assert code == 2
    assert "in use" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", "new", "--title", "T", "--model", "nameless"], "expected NAME=FOLDER, found 'nameless'"),
        (["create", "new", "--title", "T", "--model", "(damaged)=x"], "expected NAME=FOLDER"),
        (["create", "new", "--title", "T", "--model", "a=x", "--model", "a=y"], "have the same name"),
        (["create", "new", "--title", "T", "--model", "a=x", "--model", "b=y"], "is not a folder"),
        (["create", "new", "--title", "T", "--model", "a=x", "--repeats", "2"], "expected a number from 0 to 1"),
        (["serve", "nowhere"], "is not a study"),
        (["analyse", "nowhere"], "is not a study"),
        (["simulate", "nowhere"], "is not a study"),
        (["withdraw", "nowhere", "--code", "x"], "is not a study"),
        ([], "ACTION"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_line(said, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = said(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_help_costs_neither_numpy_nor_the_server():
    script = "import sys; from stenciltorch.cli import main; main(['study', 'create', '--help']); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "--golden" in told
    assert not {"numpy", "scipy", "starlette", "uvicorn", "PIL"} & set(told.split())


def test_ties_can_be_left_out(tmp_path, models):
    study = make_study(tmp_path / "study", models, Session(0, 6, ties=False))
    with serving_study(study) as site:
        assert site.ask("/api/study").json["ties"] is False
        rater = Rater(site)
        rater.enrol()
        assert rater.answer(0, 0).status == 422
        assert rater.answer(0, 2).status == 200
