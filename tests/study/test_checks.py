"""Questions of the study's own whose answers are known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from study_site import MODELS, Rater, make_study, serving_study

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.cli import main
from stenciltorch.errors import ConfigError, DatasetError, InputError
from stenciltorch.study.assignment import GOLDEN, OPINION, PAIR, Trial
from stenciltorch.study.checks import Asked, read_checks
from stenciltorch.study.protocol import BETTER, DAMAGED, SHOWN, WORSE, Check, Session, check_pictures, read_frozen
from stenciltorch.study.replies import FIRST, NEITHER, SECOND, right_answer
from stenciltorch.study.screening import screen
from stenciltorch.study.simulation import World, rehearsal, simulate
from stenciltorch.study.store import Store

GOOD = {"picture": "good.png", "scores": [4, 5]}
PAIRED = {"better": "good.png", "worse": "bad.png", "beside": "drawing.png"}


@pytest.fixture
def write(tmp_path):
    """Three pictures and a file of questions about them."""
    rng = np.random.default_rng(9)
    for name in ("good", "bad", "drawing"):
        picture = Illustration(rng.integers(0, 256, (20, 26, 3), dtype=np.uint8))
        files.write_illustration(tmp_path / f"{name}.png", picture)

    def write(*entries):
        path = tmp_path / "checks.json"
        path.write_text(json.dumps(entries))
        return path

    return write


def test_what_the_file_says(write, tmp_path):
    asked = read_checks(write(GOOD, PAIRED))
    assert asked == [
        Asked({SHOWN: tmp_path / "good.png"}, None, (4, 5)),
        Asked({BETTER: tmp_path / "good.png", WORSE: tmp_path / "bad.png"}, tmp_path / "drawing.png"),
    ]


def test_they_are_frozen_with_their_pictures(write, tmp_path, models):
    study = make_study(tmp_path / "study", models, checks=write(GOOD, PAIRED))
    protocol = read_frozen(study)[0]
    first, second = protocol.checks.values()
    assert (first.size, first.scores, first.context) == ((26, 20), (4, 5), None)
    assert (set(second.files), second.scores) == ({BETTER, WORSE}, None)
    check_pictures(study, protocol)
    kept = study / "pictures" / f"{second.files[WORSE][:40]}.png"
    assert files.read_illustration(kept) == files.read_illustration(tmp_path / "bad.png")
    kept.unlink()
    with pytest.raises(DatasetError, match="missing or was changed"):
        check_pictures(study, protocol)


def questions(rater):
    """All that a rater is asked, answered."""
    asked = rater.question().json
    while not asked["done"]:
        yield asked
        asked = rater.answer(asked["position"], 1 if asked["block"] == "pair" else 4).json


def test_every_rater_meets_each_once(write, tmp_path, models):
    """Through the server: the picture itself, by a name that says nothing, and its own size."""
    study = make_study(tmp_path / "study", models, golden=0, checks=write(GOOD, PAIRED))
    protocol, seal = read_frozen(study)
    with serving_study(study) as site:
        for _ in range(3):
            rater = Rater(site)
            rater.enrol()
            own = [asked for asked in questions(rater) if asked["size"] == [26, 20]]
            assert sorted(len(asked["pictures"]) for asked in own) == [1, 2]
            assert all("check" not in json.dumps(asked) and not asked["practice"] for asked in own)
        (alone,) = (asked for asked in own if len(asked["pictures"]) == 1)
        assert rater.ask(alone["pictures"][0]).body == (tmp_path / "good.png").read_bytes()
    store = Store(study, seal)
    golden = [row.trial for row in store.rows() if row.trial.role == GOLDEN]
    store.close()
    assert (
        sorted((trial.picture, trial.block) for trial in golden) == [("check/1", OPINION)] * 3 + [("check/2", PAIR)] * 3
    )
    assert protocol.rated == read_frozen(make_study(tmp_path / "plain", models, golden=0))[0].rated


OWN = Check((9, 9), {SHOWN: ""}, None, (3, 4))


@pytest.mark.parametrize(
    ("left", "right", "value", "check", "wanted"),
    [
        *((SHOWN, None, value, OWN, 3 <= value <= 4) for value in range(1, 6)),
        (BETTER, WORSE, FIRST, Check((9, 9), {}), True),
        (BETTER, WORSE, SECOND, Check((9, 9), {}), False),
        (WORSE, BETTER, SECOND, Check((9, 9), {}), True),
        (WORSE, BETTER, NEITHER, Check((9, 9), {}), False),
        (DAMAGED, None, 2, None, True),
        (DAMAGED, None, 3, None, False),
    ],
)
def test_which_answers_are_right(left, right, value, check, wanted):
    trial = Trial(PAIR if right else OPINION, GOLDEN, "any", left, right)
    assert right_answer(trial, value, 2, check) is wanted


def test_who_misses_them_is_left_out_and_who_looks_is_not():
    checks = {f"check/{number}": replace(OWN, scores=(4, 5)) for number in range(3)}
    checks |= {f"check/{number}": Check((9, 9), {BETTER: "", WORSE: ""}) for number in range(3, 6)}
    protocol = replace(rehearsal(3, 8, Session(4, 8), golden=0), checks=checks)
    world = World((2.0, 3.0, 4.0), careless=0.4)
    rows, people = simulate(protocol, world, 60, np.random.default_rng(4))
    found = {verdict.rater: verdict for verdict in screen(rows, protocol.screening, protocol.checks)}
    missed = np.array(["golden" in found[rater + 1].broken for rater in range(60)])
    assert missed[people.careless].mean() > 0.7
    assert not missed[~people.careless].any()
    assert all(verdict.golden is not None for verdict in found.values())


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "holds no list of questions"),
        ([GOOD, {"picture": "good.png"}], "Question 2 of .* expected .*scores"),
        (["good.png"], "Question 1 of .* expected"),
        ([GOOD | {"right": 5}], "Question 1 of .* expected"),
        ([{"better": 3, "worse": "bad.png"}], "what is no file name"),
        ([GOOD | {"scores": [5, 4]}], r"expected \[LEAST, MOST\] from 1 to 5"),
        ([GOOD | {"scores": [0, 4]}], r"calls the scores \[0, 4\] right"),
        ([GOOD | {"scores": 4}], "calls the scores 4 right"),
        ([GOOD | {"scores": [True, 4]}], r"calls the scores \[true, 4\] right"),
        ([GOOD | {"scores": [1, 5]}], "takes any score for right"),
    ],
    ids=str,
)
def test_files_that_say_something_else(write, entries, words):
    with pytest.raises(InputError, match=words):
        read_checks(write(*entries))


def test_a_file_that_is_none(tmp_path):
    (tmp_path / "broken.json").write_text("[{]")
    for name in ("missing.json", "broken.json"):
        with pytest.raises(InputError, match=f"{name} cannot be read as JSON"):
            read_checks(tmp_path / name)


def test_pictures_that_cannot_be_asked_about(write, tmp_path, models):
    files.write_illustration(tmp_path / "bad.png", Illustration(np.zeros((9, 9, 3), np.uint8)))
    with pytest.raises(DatasetError, match=r"good\.png \(26 x 20\) and .*bad\.png \(9 x 9\) differ in size"):
        make_study(tmp_path / "study", models, checks=write(PAIRED))
    with pytest.raises(InputError, match=r"nowhere\.png"):
        make_study(tmp_path / "study", models, checks=write(GOOD | {"picture": "nowhere.png"}))
    assert not (tmp_path / "study").exists()


@pytest.mark.parametrize(("session", "entry"), [(Session(0, 4), GOOD), (Session(3, 0), PAIRED)])
def test_questions_that_would_never_be_asked(write, tmp_path, models, session, entry):
    with pytest.raises(ConfigError, match="The checks ask"):
        make_study(tmp_path / "study", models, session=session, checks=write(entry))


def test_from_the_command_line(write, tmp_path, models, capsys):
    named = [f"--model={name}={models[name]}" for name in MODELS]
    options = ["--title", "T", "--golden", "0", "--pictures", "3", "--pairs", "6", "--checks", str(write(GOOD, PAIRED))]
    study = str(tmp_path / "study")
    assert main(["study", "create", study, *named, *options]) == 0
    assert "2 questions whose answers are known" in capsys.readouterr().out
    assert main(["study", "simulate", study, "--raters", "5"]) == 0
    assert main(["study", "analyse", study]) == 0
    assert capsys.readouterr().err == ""
