"""The study's server over real sockets: the whole session, what is told, and what is refused."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from live_site import TOKEN
from study_site import Rater, answers_in, make_study, new_code, serving_study

from stenciltorch.errors import StencilTorchError
from stenciltorch.studio.answers import Refusal
from stenciltorch.study.assignment import MAIN, OPINION, PAIR
from stenciltorch.study.limits import Limits, Rate
from stenciltorch.study.protocol import read_frozen
from stenciltorch.study.server import POLICY
from stenciltorch.study.store import Store


def test_a_whole_session(site, study):
    rater = Rater(site)
    first = rater.enrol()
    assert first.status == 201
    count = rater.answer_all()
    assert count == first.json["total"] == len(answers_in(study))
    assert rater.question().json == {"done": True}


def test_what_raters_are_told_of_the_study(site):
    told = site.ask("/api/study").json
    assert told["title"] == "Which is better?"
    assert set(told) == {"title", "welcome", "contact", "questions", "minutes", "ties", "study"}
    assert told["questions"] == Rater(site).enrol().json["total"]


def test_nothing_that_is_sent_names_a_model_or_a_role(site, study, protocol):
    rater, sent = Rater(site), []
    asked = rater.enrol()
    while not asked.json["done"]:
        sent.append(asked.body.decode() + str(asked.headers))
        for picture in asked.json["pictures"]:
            shown = site.ask(picture)
            assert shown.body.startswith(b"\x89PNG")
            sent.append(str(shown.headers))
            assert "etag" not in shown.headers
            assert "last-modified" not in shown.headers
        asked = rater.answer(asked.json["position"], 1)
    text = "".join(sent) + site.ask("/api/study").body.decode()
    hashes = [sha for picture in protocol.pictures.values() for sha in picture.files.values()]
    for word in (*protocol.models, "golden", "repeat", "damaged", "drawing-", *(sha[:12] for sha in hashes)):
        assert word not in text


def test_the_shown_pictures_are_the_assigned_ones(site, study, protocol):
    rater = Rater(site)
    asked = rater.enrol().json
    store = Store(study, read_frozen(study)[1])
    rows = store.rows()
    store.close()
    while not asked["done"]:
        trial = rows[asked["position"]].trial
        files = protocol.pictures[trial.picture].files
        sides = [trial.left] if trial.right is None else [trial.left, trial.right]
        for side, picture in zip(sides, asked["pictures"], strict=True):
            kept = (study / "pictures" / f"{files[side][:40]}.png").read_bytes()
            assert site.ask(picture).body == kept
        asked = rater.answer(asked["position"], 1).json


def test_a_reload_goes_on_where_it_was(site):
    rater = Rater(site)
    asked = rater.enrol().json
    rater.answer(asked["position"], 3)
    again = Rater(site, rater.code).question().json
    assert again["position"] == 1
    assert Rater(site, rater.code).question().json == again


def test_a_lost_acknowledgement_is_made_good(site, study):
    rater = Rater(site)
    rater.enrol()
    first, second = rater.answer(0, 4), rater.answer(0, 4)
    assert (first.status, second.status) == (200, 200)
    assert first.json == second.json
    assert answers_in(study) == [(1, 0, 4)]
    assert rater.answer(0, 5).status == 409


def test_enrolling_again_goes_on(site, study):
    rater = Rater(site)
    assert rater.enrol().json == rater.enrol().json
    rater.answer(0, 4)
    assert rater.enrol().json["position"] == 1


def test_withdrawing(site, study):
    rater, other = Rater(site), Rater(site)
    for one in (rater, other):
        one.enrol()
        one.answer(0, 4)
    picture = rater.question().json["pictures"][0]
    assert rater.ask("/api/rater", "DELETE").json == {"deleted": 1}
    assert answers_in(study) == [(2, 0, 4)]
    assert rater.question().status == 404
    assert rater.ask("/api/rater", "DELETE").status == 404
    assert site.ask(picture).status == 404


def test_many_raters_at_once(tmp_path, models):
    """Every one gets a whole session, every acknowledged answer is kept once, and the assignment stays balanced."""
    study = make_study(tmp_path / "study", models)
    with serving_study(study) as site:

        def take_part(number):
            rater = Rater(site)
            assert rater.enrol().status == 201
            return rater.answer_all(lambda asked: 1 + (number + asked["position"]) % 2)

        with ThreadPoolExecutor(8) as pool:
            counts = list(pool.map(take_part, range(16)))
    kept = answers_in(study)
    assert len(kept) == sum(counts)
    assert Counter(rater for rater, *_ in kept) == dict(zip(range(1, 17), [counts[0]] * 16, strict=True))
    store = Store(study, read_frozen(study)[1])
    main = [row.trial for row in store.rows() if row.trial.role == MAIN]
    store.close()
    shown = Counter((trial.picture, trial.left) for trial in main if trial.block == OPINION)
    assert max(shown.values()) - min(shown.values()) <= 1
    pairs = Counter(frozenset((trial.left, trial.right)) for trial in main if trial.block == PAIR)
    assert max(pairs.values()) - min(pairs.values()) <= 1


def test_the_same_answer_from_several_tabs_at_once(site, study):
    rater = Rater(site)
    rater.enrol()
    with ThreadPoolExecutor(8) as pool:
        statuses = [told.status for told in pool.map(lambda _: rater.answer(0, 3), range(16))]
    assert statuses == [200] * 16
    assert answers_in(study) == [(1, 0, 3)]


def test_different_answers_at_once_keep_one(site, study):
    rater = Rater(site)
    rater.enrol()
    with ThreadPoolExecutor(5) as pool:
        told = list(pool.map(lambda value: (value, rater.answer(0, value).status), range(1, 6)))
    won = [value for value, status in told if status == 200]
    assert [status for _, status in told].count(409) == 4
    assert answers_in(study) == [(1, 0, won[0])]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ({"consent": True}, 422),
        ({"code": "short", "consent": True}, 422),
        ({"code": "K7QFM2XA9TRDPW4H"}, 422),
        ({"code": "K7QFM2XA9TRDPW4H", "consent": "yes"}, 422),
        ({"code": 7, "consent": True}, 422),
        ([], 400),
        ("x" * 5000, 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_nobody_is_enrolled_without_agreeing(site, study, content, status):
    told = Rater(site).ask("/api/raters", "POST", content)
    assert told.status == status
    assert told.json["detail"].endswith((".", "it.", "shown."))
    assert answers_in(study) == []


@pytest.mark.parametrize(
    "content",
    [{}, {"value": "4", "milliseconds": 1},
     {"value": True, "milliseconds": 1}, {"value": 4}, {"value": 4.5, "milliseconds": 1},
     {"value": 6, "milliseconds": 1}, {"value": -1, "milliseconds": 1}, {"value": 4, "milliseconds": -1},
     {"value": 4, "milliseconds": 10**12}, {"value": 0, "milliseconds": 1}],
    ids=str,
)  # fmt: skip
def test_answers_that_are_none(site, study, content):
    rater = Rater(site)
    rater.enrol()
    assert rater.ask("/api/answers/0", "PUT", content).status == 422
    assert answers_in(study) == []


def test_a_body_that_is_no_json(site):
    rater = Rater(site)
    rater.enrol()
    told = {"Authorization": f"Bearer {rater.code}", "Content-Type": "application/json"}
    assert site.ask("/api/answers/0", "PUT", told, b"{").status == 400
    assert site.ask("/api/answers/0", "PUT", told, b"[" * 2000).status == 400
    assert site.ask("/api/answers/0", "PUT", told | {"Content-Type": "text/plain"}, b"{}").status == 415


def test_a_screen_is_kept_only_when_it_looks_like_one(site, study):
    rater = Rater(site)
    rater.enrol()
    content = {"value": 3, "milliseconds": 5, "screen": "Mozilla/5.0 of Ann's phone"}
    assert rater.ask("/api/answers/0", "PUT", content).status == 200
    assert b"Ann" not in b"".join(path.read_bytes() for path in study.glob("answers.sqlite*"))


@pytest.mark.parametrize("path", ["/api/question", "/api/rater", "/api/answers/0"])
def test_a_code_is_needed(site, path):
    method = {"/api/rater": "DELETE", "/api/answers/0": "PUT"}.get(path, "GET")
    assert site.ask(path, method).status == 401
    assert Rater(site, new_code()).ask(path, method).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/protocol.json",
        "/answers.sqlite",
        "/../protocol.json",
        "/pictures/",
        "/picture/x",
        "/picture/../protocol.json",
        "/main.js/../../server.py",
        "/%2e%2e/protocol.json",
    ],
)
def test_no_file_of_the_study_can_be_fetched(site, path):
    told = site.get(path)
    assert told.status == 404
    assert b"models" not in told.body


def test_the_page_and_its_policy(site):
    told = site.ask("/")
    assert told.status == 200
    assert told.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    page = told.body.decode()
    assert not re.search(r"\son\w+=|style=|<style|<script(?![^>]*\ssrc=)|https?://", page)
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert site.ask(name).status == 200, name


def test_every_module_and_language_is_there(site):
    seen, wanted = set(), ["/main.js"]
    while wanted:
        path = wanted.pop()
        seen.add(path)
        told = site.ask(path)
        assert told.status == 200, path
        assert told.headers["Content-Type"].startswith("text/javascript")
        folder = path.rpartition("/")[0]
        for name in re.findall(r'from "([^"]+)"', told.body.decode()):
            full = (
                name if name.startswith("/") else re.sub(r"/[^/]+/\.\./", "/", f"{folder}/{name}".replace("/./", "/"))
            )
            wanted += [full] if full not in seen else []
    words = {tag: site.ask(f"/locales/{tag}.json").json for tag in ("en", "fr", "ja")}
    assert set(words["en"]) == set(words["fr"]) == set(words["ja"])
    for key, text in words["en"].items():
        fields = set(re.findall(r"\{\w+\}", text))
        assert all(set(re.findall(r"\{\w+\}", words[tag][key])) == fields for tag in ("fr", "ja")), key


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_other_sites_cannot_answer(site, study, headers):
    rater = Rater(site)
    rater.enrol()
    told = rater.ask("/api/answers/0", "PUT", {"value": 3, "milliseconds": 5}, **headers)
    assert told.status == 403
    assert answers_in(study) == []


def test_a_link_in_a_mail_leads_to_the_page_only(site):
    follows = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert site.ask("/", headers=follows).status == 200
    assert site.ask("/", headers=follows | {"Sec-Fetch-Dest": "iframe"}).status == 403
    assert site.ask("/api/study", headers=follows).status == 403


def test_other_machines_need_the_invitation(study):
    with serving_study(study, remote=True) as site:
        closed = site.ask("/")
        assert closed.status == 401
        assert b"invitation" in closed.body
        for path in ("/api/study", "/main.js", "/picture/x"):
            assert site.ask(path).status == 401
        assert Rater(site).enrol().status == 401
        assert site.ask(f"/?token={TOKEN}x").status == 401
        opened = site.ask(f"/?token={TOKEN}")
        assert (opened.status, opened.headers["Location"]) == (303, "/")
        cookie = opened.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert TOKEN not in cookie
        cookie = cookie.partition(";")[0]
        assert site.ask("/", headers={"Cookie": cookie}).status == 200
        assert (
            Rater(site).ask("/api/raters", "POST", {"code": new_code(), "consent": True}, Cookie=cookie).status == 201
        )


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def test_a_bucket_empties_and_fills_again():
    clock = Clock()
    limits, rate = Limits(clock), Rate(3, 0.5)
    for _ in range(3):
        limits.take(rate, "a")
    with pytest.raises(Refusal) as refused:
        limits.take(rate, "a")
    assert refused.value.status == 429
    assert refused.value.headers == {"Retry-After": "2"}
    limits.take(rate, "b")
    clock.seconds = 2.0
    limits.check(rate, "a")
    limits.take(rate, "a")
    with pytest.raises(Refusal):
        limits.check(rate, "a")


def test_buckets_do_not_gather_for_ever(monkeypatch):
    monkeypatch.setattr("stenciltorch.study.limits.MOST_KEYS", 50)
    clock = Clock()
    limits, rate = Limits(clock), Rate(2, 1.0)
    for client in range(500):
        clock.seconds += 1
        limits.take(rate, str(client))
    assert len(limits._levels) <= 51


def test_codes_cannot_be_guessed_in_haste(study):
    with serving_study(study, limits=Limits(Clock())) as site:
        statuses = [Rater(site).question().status for _ in range(22)]
    assert statuses == [404] * 20 + [429] * 2


def test_one_rater_cannot_flood(study):
    with serving_study(study, limits=Limits(Clock())) as site:
        rater = Rater(site)
        rater.enrol()
        statuses = Counter(rater.question().status for _ in range(35))
        assert statuses == {200: 30, 429: 5}
        assert Rater(site).enrol().status == 201


def test_a_failure_of_ours_is_not_told(study, monkeypatch):
    monkeypatch.setattr(Store, "next_question", lambda *_: 1 / 0)
    with serving_study(study) as site:
        told = Rater(site).enrol()
    assert told.status == 500
    assert "division" not in told.body.decode()
    assert json.loads(told.body)["error"] == "internal"


def test_errors_are_one_clear_sentence(site):
    for told in (site.ask("/nothing"), site.ask("/api/raters"), Rater(site).question()):
        assert set(told.json) == {"error", "detail"}
        assert told.json["detail"].endswith(".")
    assert issubclass(StencilTorchError, Exception)
