"""What raters are asked: balanced, shuffled, repeated, checked."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stenciltorch.study.assignment import GOLDEN, MAIN, OPINION, PAIR, REPEAT, TRAINING, Usage, plan_session, spread
from stenciltorch.study.protocol import DAMAGED, Session
from stenciltorch.study.simulation import plan_sessions, rehearsal


def sessions(raters, seed=0, **chosen):
    settings = {"models": 4, "pictures": 10, "session": Session(5, 13)} | chosen
    protocol = rehearsal(**settings)
    return protocol, plan_sessions(protocol, raters, np.random.default_rng(seed))


@pytest.mark.parametrize("raters", [1, 3, 7, 20])
def test_pictures_are_rated_equally_often(raters):
    protocol, planned = sessions(raters)
    counts = Counter(
        (trial.picture, trial.left) for one in planned for trial in one if (trial.block, trial.role) == (OPINION, MAIN)
    )
    every = [counts[name, model] for name in protocol.rated for model in protocol.models]
    assert max(every) - min(every) <= 1
    assert sum(every) == raters * 5 * 4


def test_pairs_are_compared_equally_often():
    protocol, planned = sessions(30)
    usage = Usage.none()
    for one in planned:
        usage.add(one)
    of_models = Counter(dict.fromkeys({key[1:] for key in usage.pairs}, 0))
    for (_, *pair), count in usage.pairs.items():
        of_models[tuple(pair)] += count
    assert len(of_models) == 6
    assert max(of_models.values()) - min(of_models.values()) <= 1
    of_cells = [usage.pairs[name, *pair] for name in protocol.rated for pair in of_models]
    assert max(of_cells) - min(of_cells) <= 2


def test_sides_are_balanced_for_each_rater():
    _, planned = sessions(20, session=Session(0, 12))
    for one in planned:
        main = [trial for trial in one if trial.role == MAIN]
        assert sum(trial.left < trial.right for trial in main) == 6


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10), st.integers(0, 30), st.floats(0, 0.5), st.integers(2, 6), st.integers(0, 2**32))
def test_every_session_is_whole(pictures, pairs, repeats, models, seed):
    protocol = rehearsal(models, 10, Session(pictures, pairs, repeats))
    session = plan_session(protocol, Usage.none(), np.random.default_rng(seed))
    blocks = [trial.block for trial in session]
    assert blocks == sorted(blocks)
    for block, count in ((OPINION, pictures * models), (PAIR, pairs)):
        own = [trial for trial in session if trial.block == block]
        roles = Counter(trial.role for trial in own)
        assert roles[MAIN] == count
        assert roles[GOLDEN] == (3 if count else 0)
        assert roles[TRAINING] == (4 if count else 0)
        assert all(trial.role == TRAINING for trial in own[: roles[TRAINING]])
        assert abs(roles[REPEAT] - repeats * count) <= max(0.5, 1 + count / 100)
    for position, trial in enumerate(session):
        if trial.role == REPEAT:
            assert trial.repeats < position
            first = session[trial.repeats]
            assert (first.role, first.picture, first.block) == (MAIN, trial.picture, trial.block)
            asked = (first.left, first.right)
            assert asked == ((trial.right, trial.left) if trial.block == PAIR else (trial.left, None))
        if trial.block == PAIR:
            assert trial.left != trial.right
        assert (DAMAGED in (trial.left, trial.right)) <= (trial.role in (GOLDEN, TRAINING))


def test_versions_of_one_picture_stay_apart():
    _protocol, planned = sessions(10, session=Session(10, 0, 0.0), golden=0)
    for one in planned:
        main = [trial.picture for trial in one if trial.role == MAIN]
        assert not any(first == second for first, second in pairwise(main))


def test_versions_that_cannot_stay_apart_are_all_asked():
    _, planned = sessions(1, session=Session(1, 0))
    main = [trial for trial in planned[0] if trial.role == MAIN]
    assert len(spread(main, np.random.default_rng(0))) == 4


def test_repetitions_are_well_apart():
    _, planned = sessions(20, session=Session(10, 24))
    gaps = [at - trial.repeats for one in planned for at, trial in enumerate(one) if trial.role == REPEAT]
    assert len(gaps) == 20 * (4 + 2)
    assert min(gaps) > 3


def test_orders_differ_between_raters():
    _, planned = sessions(6, session=Session(10, 0))
    orders = {tuple((trial.picture, trial.left) for trial in one if trial.role == MAIN) for one in planned}
    assert len(orders) == 6


def test_places_in_the_order_do_not_depend_on_the_model():
    protocol, planned = sessions(60, session=Session(10, 0, 0.0))
    places = {model: [] for model in protocol.models}
    for one in planned:
        main = [trial for trial in one if trial.role == MAIN]
        for place, trial in enumerate(main):
            places[trial.left].append(place)
    middles = [np.mean(found) for found in places.values()]
    assert np.ptp(middles) < 2.0  # 600 places of 0 .. 39 each: standard error 0.47


def test_a_picture_that_was_asked_less_comes_first():
    protocol = rehearsal(3, 6, Session(2, 0))
    usage = Usage.none()
    usage.pictures.update(dict.fromkeys(protocol.rated, 4))
    rare = protocol.rated[3]
    usage.pictures[rare] = 1
    session = plan_session(protocol, usage, np.random.default_rng(0))
    assert rare in {trial.picture for trial in session if trial.role == MAIN}


def test_no_repeats_when_none_are_wanted():
    protocol = rehearsal(3, 6, Session(6, 6, 0.0))
    protocol = replace(protocol, golden=(), training=())
    session = plan_session(protocol, Usage.none(), np.random.default_rng(0))
    assert {trial.role for trial in session} == {MAIN}
