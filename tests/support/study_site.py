"""Little studies, and a study's server in a thread of the test or in a process of its own."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
from live_site import TOKEN, Site

from stenciltorch import files
from stenciltorch.canvas import Illustration
from stenciltorch.studio.security import Access
from stenciltorch.studio.server import address_of, listen, make_server
from stenciltorch.study.codes import ALPHABET, LENGTH
from stenciltorch.study.creation import Order, create
from stenciltorch.study.limits import Limits
from stenciltorch.study.protocol import Session, read_frozen
from stenciltorch.study.server import Api, create_app, utc_now
from stenciltorch.study.store import Store

MODELS = ("ours", "theirs", "other")
CREATED = "2026-01-01T00:00:00+00:00"


def paint_models(folder, models=MODELS, pictures=6, size=(30, 40)):
    """A folder of pictures for each model; every picture is different."""
    rng = np.random.default_rng(5)
    for model in models:
        (folder / model).mkdir(parents=True)
        for number in range(pictures):
            pixels = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            files.write_illustration(folder / model / f"drawing-{number}.png", Illustration(pixels))
    return {model: folder / model for model in models}


def make_study(folder, models, session=None, **settings):
    """A frozen study in `folder`."""
    session = session or Session(3, 6, 0.1)
    create(folder, Order("Which is better?", models, session=session, **settings), CREATED)
    return folder


def new_code():
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class Rater:
    """Asks and answers as the page does."""

    def __init__(self, site, code=None):
        self.site = site
        self.code = code or new_code()

    def ask(self, path, method="GET", content=None, **headers):
        told = {"Authorization": f"Bearer {self.code}"} | headers
        if content is not None:
            told |= {"Content-Type": "application/json"}
        return self.site.ask(path, method, told, None if content is None else json.dumps(content))

    def enrol(self):
        return self.ask("/api/raters", "POST", {"code": self.code, "consent": True})

    def question(self):
        return self.ask("/api/question")

    def answer(self, position, value, milliseconds=1500):
        content = {"value": value, "milliseconds": milliseconds, "screen": "390x844@3"}
        return self.ask(f"/api/answers/{position}", "PUT", content)

    def answer_all(self, value=lambda asked: 1 if asked["block"] == "pair" else 4):
        """From the open question to the end; how many answers were acknowledged."""
        asked, count = self.question().json, 0
        while not asked["done"]:
            told = self.answer(asked["position"], value(asked))
            assert told.status == 200, told.body
            asked, count = told.json, count + 1
        return count


class NoLimits(Limits):
    """Tests are faster than people."""

    def take(self, rate, client):
        pass

    check = take


@contextmanager
def serving_study(folder, remote=False, limits=None, clock=utc_now, named=()):
    """A `Site` while the block runs."""
    protocol, seal = read_frozen(folder)
    store = Store(folder, seal)
    listener = listen(port=0)
    address, port = address_of(listener)
    access = Access.of("0.0.0.0" if remote else address, port, TOKEN, named)
    api = Api(folder, protocol, store, limits or NoLimits(), clock)
    server = make_server(create_app(api, access))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Site(port)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        store.close()


@contextmanager
def served_process(folder, port=0):
    """The command itself in a process of its own: the process and a `Site`."""
    command = [sys.executable, "-m", "stenciltorch.cli", "study", "serve", str(folder), "--no-browser", "--port"]
    process = subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        first = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", first)
        assert found, first + process.stderr.read()
        yield process, Site(int(found[1]))
    finally:
        process.kill()
        process.communicate()


def answers_in(folder):
    """All answers in a study's database, as (rater, position, value)."""
    store = Store(Path(folder), read_frozen(Path(folder))[1])
    rows = [(row.rater, row.position, row.value) for row in store.rows() if row.value is not None]
    store.close()
    return rows
