"""The database: durable, exact about duplicates, and forgetful when asked."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from study_site import make_study, new_code

from stenciltorch.errors import DatasetError, InputError
from stenciltorch.study.assignment import MAIN, OPINION, plan_session
from stenciltorch.study.codes import key_of, normalised
from stenciltorch.study.protocol import read_frozen
from stenciltorch.study.replies import FullError, Given, OutOfTurnError, UnknownRaterError
from stenciltorch.study.store import Store

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def enrol(store, protocol):
    import numpy as np

    def enrolled(now=NOW):
        key = key_of(new_code(), store.seal)
        store.enrol(
            key, protocol, lambda rater, usage: plan_session(protocol, usage, np.random.default_rng(rater)), now
        )
        return key

    return enrolled


def answer_all(store, key, now=NOW):
    while (asked := store.next_question(key, now)) is not None:
        store.answer(key, asked.position, Given(1), now)


def test_every_commit_is_synced(store, study):
    assert store.settings() == ("wal", 2)
    assert (study / "answers.sqlite-wal").exists()


def test_questions_come_in_order_and_end(store, enrol):
    key, seen = enrol(), []
    while (asked := store.next_question(key, NOW)) is not None:
        seen.append(asked.position)
        store.answer(key, asked.position, Given(1, 900, "390x844@3"), NOW)
    assert seen == list(range(asked_in_all(store)))
    row = store.rows()[0]
    assert (row.value, row.milliseconds, row.screen, row.answered) == (1, 900, "390x844@3", "2026-01-02T03:04:05+00:00")


def asked_in_all(store):
    return len(store.rows())


def test_a_question_says_nothing_of_models_or_roles(store, enrol, protocol):
    key = enrol()
    asked = store.next_question(key, NOW)
    assert set(vars(asked)) == {
        "position", "total", "block", "practice", "pictures", "context", "picture",
    }  # fmt: skip
    told = " ".join(asked.pictures)
    assert not any(model in told for model in protocol.models)
    assert not any(
        sha in told or told in sha for picture in protocol.pictures.values() for sha in picture.files.values()
    )


def test_opaque_names_are_never_used_twice(store, enrol):
    for _ in range(3):
        enrol()
    link = store._link
    names = [row[0] for row in link.execute("SELECT token FROM shown")]
    assert len(names) == len(set(names)) > 60
    assert min(map(len, names)) >= 20


def test_a_repeated_answer_changes_nothing(store, enrol):
    key = enrol()
    store.answer(key, 0, Given(2, 100), NOW)
    store.answer(key, 0, Given(2, 999), NOW + timedelta(minutes=1))
    rows = [row for row in store.rows() if row.value is not None]
    assert [(row.position, row.value, row.milliseconds) for row in rows] == [(0, 2, 100)]


def test_the_first_answer_stands(store, enrol):
    key = enrol()
    store.answer(key, 0, Given(2), NOW)
    with pytest.raises(OutOfTurnError, match="first answer stands"):
        store.answer(key, 0, Given(3), NOW)
    assert store.rows()[0].value == 2


@pytest.mark.parametrize("position", [1, 5, 999])
def test_no_question_is_answered_before_its_turn(store, enrol, position):
    key = enrol()
    with pytest.raises(OutOfTurnError, match="Another question is open"):
        store.answer(key, position, Given(2), NOW)


@pytest.mark.parametrize("value", [0, 6, -1])
def test_scores_are_from_1_to_5(store, enrol, value):
    key = enrol()
    with pytest.raises(InputError, match="one of 1, 2, 3, 4, 5, found"):
        store.answer(key, 0, Given(value), NOW)
    assert store.rows()[0].value is None


def test_pairs_have_three_answers_or_two(store, enrol):
    key = enrol()
    while (asked := store.next_question(key, NOW)).block == OPINION:
        store.answer(key, asked.position, Given(3), NOW)
    with pytest.raises(InputError, match="one of 0, 1, 2, found 5"):
        store.answer(key, asked.position, Given(5), NOW)
    with pytest.raises(InputError, match="one of 1, 2, found 0"):
        store.answer(key, asked.position, Given(0, ties=False), NOW)
    store.answer(key, asked.position, Given(0), NOW)


def test_enrolling_twice_is_enrolling_once(store, protocol, enrol):
    key = enrol()
    before = store.rows()
    store.enrol(key, protocol, lambda rater, usage: pytest.fail("planned again"), NOW)
    assert store.rows() == before


def test_nobody_knows_an_unknown_code(store, enrol):
    enrol()
    for attempt in (lambda: store.next_question("0" * 64, NOW), lambda: store.withdraw("0" * 64)):
        with pytest.raises(UnknownRaterError):
            attempt()


def test_enough_is_enough(tmp_path, models):
    study = make_study(tmp_path / "few", models, most_raters=2)
    protocol, seal = read_frozen(study)
    store = Store(study, seal)
    for name in "ab":
        store.enrol(name, protocol, lambda rater, usage: [], NOW)
    with pytest.raises(FullError):
        store.enrol("c", protocol, lambda rater, usage: [], NOW)
    store.enrol("a", protocol, lambda rater, usage: [], NOW)
    store.withdraw("a")
    store.enrol("c", protocol, lambda rater, usage: [], NOW)
    store.close()


def test_withdrawing_deletes_everything_of_one_rater_only(store, enrol, study):
    leaves, stays = enrol(), enrol()
    answer_all(store, leaves)
    answer_all(store, stays)
    kept = [row for row in store.rows() if row.rater == 2]
    tokens = [row[0] for row in store._link.execute("SELECT token FROM shown WHERE rater = 1")]
    count = store.withdraw(leaves)
    assert count == len(kept)
    assert store.rows() == kept
    assert (store.enrolled(), store.withdrawn()) == (1, 1)
    assert store.picture(tokens[0]) is None
    with pytest.raises(UnknownRaterError):
        store.next_question(leaves, NOW)
    content = b"".join(path.read_bytes() for path in study.glob("answers.sqlite*"))
    assert leaves.encode() not in content
    assert not any(token.encode() in content for token in tokens)
    assert stays.encode() in content


def test_the_code_itself_is_never_kept(store, protocol, study):
    code = new_code()
    store.enrol(key_of(code, store.seal), protocol, lambda rater, usage: [], NOW)
    content = b"".join(path.read_bytes() for path in study.glob("answers.sqlite*"))
    assert code.encode() not in content


def test_who_stays_away_is_not_counted_on(store, enrol):
    enrol(NOW - timedelta(hours=3))
    early = enrol(NOW)
    seen = []
    key = key_of(new_code(), store.seal)
    store.enrol(key, read_frozen_protocol(store), lambda rater, usage: seen.append(usage) or [], NOW)
    of_early = {row.trial.picture for row in store.rows() if row.rater == 2 and row.trial.role == MAIN
                and row.trial.block == OPINION}  # fmt: skip
    assert dict(seen[0].pictures) == dict.fromkeys(of_early, 1)
    assert store.find(early) == 2


def read_frozen_protocol(store):
    from pathlib import Path

    path = store._link.execute("PRAGMA database_list").fetchone()[2]
    return read_frozen(Path(path).parent)[0]


def test_what_was_answered_counts_for_ever(store, enrol):
    key = enrol(NOW - timedelta(hours=5))
    answer_all(store, key, NOW - timedelta(hours=5))
    seen = []
    store.enrol("x", read_frozen_protocol(store), lambda rater, usage: seen.append(usage) or [], NOW)
    assert sum(seen[0].pairs.values()) == 6
    assert sum(seen[0].pictures.values()) == 3


def test_a_session_is_enrolled_whole_or_not_at_all(store, protocol):
    def fail(rater, usage):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.enrol("key", protocol, fail, NOW)
    assert store.enrolled() == 0
    with pytest.raises(UnknownRaterError):
        store.find("key")


def test_a_missing_database(study):
    (study / "answers.sqlite").unlink()
    with pytest.raises(DatasetError, match="is missing"):
        Store(study, read_frozen(study)[1])


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 40, b""])
def test_a_foreign_database(study, content):
    (study / "answers.sqlite").write_bytes(content)
    with pytest.raises(DatasetError, match=r"cannot be (read|opened)"):
        Store(study, read_frozen(study)[1])


def test_the_database_enforces_what_the_code_promises(store, enrol):
    enrol()
    row = "INSERT INTO answer VALUES (1, 0, 3, 0, '', '')"
    store._link.execute(row)
    with pytest.raises(sqlite3.IntegrityError):
        store._link.execute(row)
    with pytest.raises(sqlite3.IntegrityError):
        store._link.execute("INSERT INTO answer VALUES (1, 9999, 3, 0, '', '')")


@pytest.mark.parametrize(
    "typed", ["k7qf-m2xa-9trd-pw4h", "K7QFM2XA9TRDPW4H", " K7QF M2XA 9TRD PW4H ", "K7QF-M2XA-9TRD-PW4H"]
)
def test_a_code_is_read_however_it_is_typed(typed):
    assert normalised(typed) == "K7QFM2XA9TRDPW4H"


def test_letters_that_look_like_digits():
    assert normalised("OIL0-OIL0-OIL0-OIL0") == "0110" * 4


@pytest.mark.parametrize(
    "typed", ["", "K7QF", "K7QF-M2XA-9TRD-PW4", "K7QF-M2XA-9TRD-PW4HX", "U" * 16, "é" * 16, "x" * 10_000]
)
def test_no_code(typed):
    with pytest.raises(InputError, match="A code has 16 letters and digits"):
        normalised(typed)
