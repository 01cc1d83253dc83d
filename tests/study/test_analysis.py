"""From answers to a report: simulated raters with known opinions."""

import json
import re
import shutil
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from study_site import make_study

from stenciltorch.cli import main
from stenciltorch.errors import DatasetError
from stenciltorch.study.analysis import analyse, analyse_rows, judge
from stenciltorch.study.assignment import GOLDEN, MAIN, OPINION, PAIR, TRAINING
from stenciltorch.study.protocol import Session, read_frozen
from stenciltorch.study.report import as_html, as_json, as_markdown
from stenciltorch.study.screening import screen
from stenciltorch.study.simulation import World, answer, fill, plan_sessions, rehearsal, simulate
from stenciltorch.study.store import Store
from stenciltorch.study.tables import number, p_value, paper_table

WORLD = World((2.0, 2.6, 3.1, 3.7))
RUNS = 30


@pytest.fixture(scope="module")
def protocol():
    return rehearsal(4, 10, Session(10, 30), replicates=400)


@pytest.fixture(scope="module")
def sessions(protocol):
    return plan_sessions(protocol, 20, np.random.default_rng(0))


@pytest.fixture(scope="module")
def rows(protocol, sessions):
    return answer(sessions, protocol, replace(WORLD, careless=0.2), np.random.default_rng(6))[0]


@pytest.fixture(scope="module")
def analysis(rows, protocol):
    return analyse_rows(rows, protocol)


def test_the_known_order_is_found_and_intervals_cover_the_truth(protocol, sessions):
    """The full figures are those of benchmarks/study.py; this sees when something breaks."""
    tally = defaultdict(list)
    means, strengths = WORLD.mean_scores(), WORLD.strengths()
    for run in range(RUNS):
        rng = np.random.default_rng((1, run))
        made, people = answer(sessions, protocol, WORLD, rng)
        left_out = {verdict.rater for verdict in screen(made, protocol.screening) if verdict.broken}
        found = judge(made, protocol, left_out)
        trials = [row.trial for row in made if row.trial.role == MAIN and row.trial.block == PAIR]
        truths = {
            "mos": means, "strength": strengths, "won": WORLD.won_of(people, trials, protocol.models),
            "these_pictures": WORLD.mean_scores_of(people.of_rated(len(protocol.rated)), 4),
        }  # fmt: skip
        for part, names in (("opinions", ("mos", "these_pictures")), ("pairs", ("strength", "won"))):
            entries = found[part]["models"]
            order = [entry[names[0]]["value"] for entry in entries]
            tally[f"order {part}"].append(order == sorted(order))
            for name in names:
                for entry, truth in zip(entries, truths[name], strict=True):
                    tally[name].append(entry[name]["low"] <= truth <= entry[name]["high"])
    rates = {name: np.mean(values) for name, values in tally.items()}
    assert min(rates["order opinions"], rates["order pairs"]) >= 0.95
    covered = [rates[name] for name in ("mos", "these_pictures", "strength", "won")]
    assert min(covered) >= 0.88, rates
    assert 0.92 <= np.mean(covered) <= 0.98, rates


def test_the_truth_of_a_world_is_what_very_many_raters_say(protocol):
    rng = np.random.default_rng(0)
    sessions = plan_sessions(protocol, 2, rng) * 20
    said, won = defaultdict(list), defaultdict(list)
    for run in range(40):
        made, _ = answer(sessions, protocol, WORLD, np.random.default_rng((3, run)))
        for row in made:
            if row.trial.role == MAIN and row.trial.block == OPINION:
                said[row.trial.left].append(row.value)
            elif row.trial.role == MAIN:
                won[row.trial.left, row.trial.right].append({1: 1.0, 0: 0.5, 2: 0.0}[row.value])
    means = [np.mean(said[model]) for model in protocol.models]
    assert means == pytest.approx(WORLD.mean_scores(), abs=0.06)
    strengths = WORLD.strengths()
    assert strengths.sum() == pytest.approx(0, abs=1e-9)
    assert list(strengths) == sorted(strengths)
    first, last = protocol.models[0], protocol.models[-1]
    share = np.mean(won[last, first] + [1 - value for value in won[first, last]])
    chances = WORLD._chances(3, 0)
    assert share == pytest.approx(chances[0] + chances[2] / 2, abs=0.03)


def test_careless_raters_are_left_out(protocol, sessions):
    made, people = answer(sessions, protocol, replace(WORLD, careless=0.4), np.random.default_rng(2))
    found = {verdict.rater: bool(verdict.broken) for verdict in screen(made, protocol.screening)}
    careless = [found[at + 1] for at in np.flatnonzero(people.careless)]
    honest = [found[at + 1] for at in np.flatnonzero(~people.careless)]
    assert len(careless) >= 5
    assert np.mean(careless) >= 0.8
    assert np.mean(honest) <= 0.1


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("answered", lambda row: replace(row, value=None, milliseconds=None) if row.position > 20 else row),
        ("seconds", lambda row: replace(row, milliseconds=90)),
        ("golden", lambda row: replace(row, value=5) if row.trial.role == GOLDEN and row.trial.right is None
         else replace(row, value=0) if row.trial.role == GOLDEN else row),
        ("repeat_difference", lambda row: replace(row, value=6 - row.value if row.value != 3 else 5)
         if row.trial.role == "repeat" and row.trial.block == OPINION else row),
    ],
)  # fmt: skip
def test_each_rule_finds_its_breaker(protocol, sessions, rule, change):
    world = replace(WORLD, noise=0.1, qualities=(1.6, 1.8, 4.4, 4.6))
    made = answer(sessions, protocol, world, np.random.default_rng(0))[0]
    made = [change(row) if row.rater == 3 else row for row in made]
    found = {verdict.rater: verdict.broken for verdict in screen(made, protocol.screening)}
    assert rule in found[3]
    assert not any(broken for rater, broken in found.items() if rater != 3)


def test_too_few_checks_are_not_judged_by(protocol, sessions):
    made = [row for row in answer(sessions, protocol, WORLD, np.random.default_rng(0))[0] if row.rater == 1]
    kept = [row for row in made if row.trial.role in (MAIN, TRAINING)] + [
        row for row in made if row.trial.role == GOLDEN
    ][:3]
    (verdict,) = screen(kept, protocol.screening)
    assert (verdict.golden, verdict.repeat_difference, verdict.repeat_agreement) == (None, None, None)
    assert verdict.broken == ()


def test_practice_golden_and_repeated_answers_do_not_count(protocol, sessions):
    made = answer(sessions, protocol, WORLD, np.random.default_rng(0))[0]
    spoilt = [row if row.trial.role == MAIN else replace(row, value=1) for row in made]
    assert judge(made, protocol, ()) == judge(spoilt, protocol, ())


def test_the_analysis_repeats_itself(rows, protocol, analysis):
    assert as_json(analyse_rows(rows, protocol)) == as_json(analysis)


def test_sides_do_not_matter_to_strengths(protocol, sessions):
    made = answer(sessions, protocol, WORLD, np.random.default_rng(0))[0]
    turned = [_turned(row) if row.trial.block == PAIR and row.position % 2 else row for row in made]
    one, other = (judge(some, protocol, ())["pairs"]["models"] for some in (made, turned))
    for first, second in zip(one, other, strict=True):
        assert first["won"]["value"] == pytest.approx(second["won"]["value"])


def _turned(row):
    trial = replace(row.trial, left=row.trial.right, right=row.trial.left)
    return replace(row, trial=trial, value={1: 2, 2: 1, 0: 0}[row.value])


def test_the_report_says_it_all(analysis):
    text = as_markdown(analysis)
    for entry in analysis.opinions["models"]:
        assert f"| {entry['model']} | {number(entry['mos']['value'])} |" in text
    assert "rules were frozen with the protocol" in text
    assert f"{analysis.raters['answered']} answered, {analysis.raters['counted']} count" in text
    for verdict in analysis.raters["left_out"]:
        assert re.search(rf"^\| {verdict['rater']} \| \w", text, re.MULTILINE)
    assert analysis.raters["left_out"]
    assert "With nobody left out" in text


def test_the_page_is_whole_and_harmless(rows, protocol):
    nasty = replace(protocol, title="<script>alert(1)</script> & more")
    page = as_html(analyse_rows(rows, nasty))
    assert "<script" not in page
    assert page.count("<svg") == page.count("</svg>") == 4
    assert not re.search(r"(src|href)=", page)
    import xml.etree.ElementTree as tree

    for plot in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert "nan" not in plot
        tree.fromstring(plot)


def test_the_json_is_plain(analysis):
    told = json.loads(as_json(analysis))
    assert {"study", "raters", "opinions", "pairs", "unscreened"} == set(told)
    best = told["opinions"]["models"][-1]
    assert best["model"] == told["study"]["plan"]["compared"]
    assert "difference" not in best
    assert sum(best["scores"]) == best["answers"]
    assert 0 < told["opinions"]["agreement"] < 1


def test_the_papers_table_in_form(analysis):
    head, lines = paper_table(analysis)
    assert head[:4] == ("Model", "MOS ↑", "STD ↓ (pictures)", "p ↓ (Welch, pictures)")
    assert [line[0] for line in lines] == ["model-0", "model-1", "model-2", "model-3"]
    assert lines[-1][3] == "—"
    assert all(re.fullmatch(r"\d\.\d{2}", line[1]) for line in lines)
    assert all(re.fullmatch(r"0\.\d{3}|\d\.\de−\d+", line[3]) for line in lines[:-1])


@pytest.mark.parametrize(
    ("value", "text"), [(None, "—"), (float("nan"), "—"), (0.0342, "0.034"), (6.04e-23, "6.0e−23"), (1.0, "1.000")]
)
def test_how_p_is_told(value, text):
    assert p_value(value) == text


def test_a_study_without_pairs_or_without_opinions():
    for session, part in ((Session(8, 0), "pairs"), (Session(0, 20), "opinions")):
        protocol = rehearsal(3, 8, session, replicates=100)
        made, _ = simulate(protocol, World((2, 3, 4)), 8, np.random.default_rng(0))
        found = analyse_rows(made, protocol)
        assert "no answers" in getattr(found, part)["not_computed"]
        other = found.opinions if part == "pairs" else found.pairs
        assert len(other["models"]) == 3
        assert "Not computed" in as_markdown(found)
        assert as_html(found)


def test_a_model_that_wins_every_pair(protocol):
    made, _ = simulate(protocol, World((1.0, 1.5, 2.0, 30.0), tie=-50), 8, np.random.default_rng(0))
    found = analyse_rows(made, protocol).pairs
    assert "won or lost every comparison" in found["strengths_not_computed"]
    assert found["models"][3]["won"] is None or found["models"][3]["won"]["value"] == 1
    assert as_html(analyse_rows(made, protocol))


def test_one_rater_is_no_study(protocol):
    made, _ = simulate(protocol, WORLD, 1, np.random.default_rng(0))
    assert "at least 2 raters" in analyse_rows(made, protocol).opinions["not_computed"]


@pytest.fixture
def filled(tmp_path, models):
    study = make_study(tmp_path / "study", models, Session(4, 12))
    fill(study, 12, 0.0, 1)
    return study


def test_a_changed_protocol_is_not_analysed(filled):
    path = filled / "protocol.json"
    path.write_text(path.read_text().replace('"golden": 0.6', '"golden": 0.0'))
    with pytest.raises(DatasetError, match="was changed after it was frozen"):
        analyse(filled)


def test_answers_of_another_protocol_are_not_analysed(filled, tmp_path, models):
    other = make_study(tmp_path / "other", models, Session(4, 12), seed=3)
    shutil.copy(filled / "answers.sqlite", other / "answers.sqlite")
    with pytest.raises(DatasetError, match="belongs to another protocol"):
        analyse(other)


def test_nobody_has_answered_yet(study):
    with pytest.raises(DatasetError, match="Nobody has answered"):
        analyse(study)


def test_simulated_answers_are_marked_everywhere(filled, capsys):
    found = analyse(filled)
    assert found.study["simulated"] is True
    assert "SIMULATED" in as_markdown(found)
    assert "SIMULATED" in as_html(found)
    assert main(["study", "serve", str(filled), "--no-browser"]) == 2
    assert "holds simulated answers" in capsys.readouterr().err


def test_people_and_simulated_raters_do_not_mix(study):
    from datetime import UTC, datetime

    protocol, seal = read_frozen(study)
    store = Store(study, seal)
    store.enrol("key", protocol, lambda rater, usage: [], datetime.now(UTC))
    store.close()
    with pytest.raises(DatasetError, match="People take part"):
        fill(study, 3, 0.0, 0)
