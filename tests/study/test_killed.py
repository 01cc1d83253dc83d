"""An acknowledged answer survives the sudden end of the server's process."""

import http.client
import os
import random
import signal
import threading

import pytest
from study_site import Rater, answers_in, make_study, served_process

from stenciltorch.study.codes import key_of
from stenciltorch.study.protocol import Session, read_frozen
from stenciltorch.study.store import Store

ROUNDS = 4
GONE = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_no_acknowledged_answer_is_lost(tmp_path, models):
    study = make_study(tmp_path / "study", models, Session(4, 24), training=1)
    codes, acknowledged = {}, {}
    for turn in range(ROUNDS):
        with served_process(study) as (process, site):
            raters = [Rater(site, codes.get(number)) for number in range(4)]
            codes |= {number: rater.code for number, rater in enumerate(raters)}
            threads = [threading.Thread(target=keep_answering, args=(rater, acknowledged)) for rater in raters]
            for thread in threads:
                thread.start()
            wait_for(acknowledged, 12 * (turn + 1) + random.randrange(8), threads)
            process.send_signal(signal.SIGKILL)
            for thread in threads:
                thread.join()
            assert process.wait() == -signal.SIGKILL
        kept = answers_by_code(study, acknowledged)
        assert sum(map(len, kept.values())) >= 12 * (turn + 1)
        for code, given in acknowledged.items():
            assert {position: kept[code].get(position) for position in given} == given


def answers_by_code(study, codes):
    """What the database has of each rater, by position."""
    seal = read_frozen(study)[1]
    store = Store(study, seal)
    numbers = {code: store.find(key_of(code, seal)) for code in codes}
    store.close()
    kept = answers_in(study)
    return {code: {at: value for rater, at, value in kept if rater == number} for code, number in numbers.items()}


def keep_answering(rater, acknowledged):
    """Until the server is gone; what it acknowledged."""
    given = acknowledged.setdefault(rater.code, {})
    try:
        asked = rater.enrol()
        while asked.status in (200, 201) and not asked.json["done"]:
            position = asked.json["position"]
            value = 1 + (position + ord(rater.code[0])) % 2
            asked = rater.answer(position, value)
            assert asked.status == 200
            given[position] = value
    except GONE:
        return


def wait_for(acknowledged, count, threads):
    while sum(map(len, acknowledged.values())) < count and any(thread.is_alive() for thread in threads):
        threading.Event().wait(0.005)
