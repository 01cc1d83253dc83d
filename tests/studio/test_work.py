"""One job at a time, a bounded queue, and nothing done for clients that have left."""

import asyncio
from threading import Event, Thread, current_thread

import pytest
from live_site import serving

from stenciltorch.canvas import Painting, Stencil
from stenciltorch.files import decode_illustration, decode_lineart
from stenciltorch.studio.answers import Refusal
from stenciltorch.studio.work import Gone, Worker


class Easel:
    """A colorizer that paints when it is told to."""

    def __init__(self):
        self.begun, self.go_on = Event(), Event()
        self.drawings = []
        self.stopped = 0

    def __call__(self, stencil, check):
        self.drawings.append(stencil.lineart)
        self.begun.set()
        try:
            while not self.go_on.wait(0.002):
                check(0.5)
        except Gone:
            self.stopped += 1
            raise
        return Painting(stencil.base, stencil.base, stencil.base)


class Client(Thread):
    """Sends one drawing and keeps the answer."""

    def __init__(self, site, **parts):
        super().__init__()
        self.site, self.parts, self.answer = site, parts, None
        self.start()

    def run(self):
        self.answer = self.site.colorize(**self.parts)


@pytest.fixture
def easel():
    return Easel()


@pytest.fixture
def site(easel, model):
    with serving(easel, model, waiting=2) as served:
        yield served
        easel.go_on.set()


def until(condition):
    """Wait for what another thread does; the test's own time limit ends it."""
    pause = Event()
    while not condition():
        pause.wait(0.002)


def test_busy(site, easel, parts):
    clients = [Client(site, lineart=parts["lineart"]) for _ in range(3)]
    until(lambda: site.worker.taken == 3)
    answer = site.colorize(lineart=parts["lineart"])
    assert (answer.status, answer.json["error"]) == (503, "busy")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert site.get("/health").status == 200
    assert site.get("/").status == 200
    easel.go_on.set()
    for client in clients:
        client.join()
        assert client.answer.status == 200
    assert len(easel.drawings) == 3
    assert site.colorize(lineart=parts["lineart"]).status == 200


def test_a_large_upload_is_told_that_all_is_busy(site, easel, parts):
    clients = [Client(site, lineart=parts["lineart"]) for _ in range(3)]
    until(lambda: site.worker.taken == 3)
    assert site.colorize(lineart=bytes(8 * 2**20)).status == 503
    easel.go_on.set()
    for client in clients:
        client.join()


def leave(site, parts):
    """Send a whole request, and a function that then closes the connection."""
    import socket

    from live_site import form

    content, kind = form(parts)
    head = f"POST /api/colorize HTTP/1.1\r\nHost: {site.host}\r\nAuthorization: Bearer {site.token}\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    connection.sendall(head.encode() + content)
    return connection.close


def test_a_client_that_leaves_the_queue_is_never_painted_for(site, easel, parts):
    first = Client(site, lineart=parts["lineart"])
    easel.begun.wait()
    leavers = [leave(site, {"lineart": parts["base"]}) for _ in range(2)]
    until(lambda: site.worker.taken == 3)
    for close in leavers:
        close()
    until(lambda: site.worker.taken == 1)
    easel.go_on.set()
    first.join()
    assert first.answer.status == 200
    assert site.colorize(lineart=parts["mask"]).status == 200
    kept = [decode_lineart(parts["lineart"]), decode_lineart(parts["mask"])]
    assert easel.drawings == kept


def test_a_client_that_leaves_stops_the_work(site, easel, parts):
    close = leave(site, parts)
    easel.begun.wait()
    close()
    until(lambda: easel.stopped)
    easel.go_on.set()
    assert site.colorize(**parts).status == 200
    assert len(easel.drawings) == 2


def test_a_client_that_leaves_while_it_sends(site, easel, parts):
    import socket

    head = f"POST /api/colorize HTTP/1.1\r\nHost: {site.host}\r\nAuthorization: Bearer {site.token}\r\n"
    head += "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900\r\n\r\n--b\r\n"
    connections = []
    for _ in range(3):
        connections.append(socket.create_connection(("127.0.0.1", site.port), timeout=30))
        connections[-1].sendall(head.encode())
    until(lambda: site.worker.taken == 3)
    for connection in connections:
        connection.close()
    until(lambda: site.worker.taken == 0)
    easel.go_on.set()
    assert site.colorize(**parts).status == 200
    assert len(easel.drawings) == 1


def test_answers_under_load_are_those_of_one_after_the_other(colorizer, model, parts):
    requests = [{"lineart": parts["lineart"], "base": parts["base"]}, parts, {"lineart": parts["mask"]}] * 4
    with serving(colorizer, model, waiting=20) as site:
        alone = [site.colorize(**request).body for request in requests[:3]] * 4
        clients = [Client(site, **request) for request in requests]
        for client in clients:
            client.join()
    assert [client.answer.body for client in clients] == alone
    assert len(set(alone)) == 3


async def never():
    await asyncio.Event().wait()


async def at_once():
    return None


def test_jobs_run_in_one_other_thread():
    async def ask():
        worker = Worker()
        names = [await worker.run(lambda check: current_thread().name, never()) for _ in range(3)]
        worker.close()
        return names

    names = asyncio.run(ask())
    assert len(set(names)) == 1
    assert names[0] != current_thread().name


def test_what_a_job_raises_passes_through():
    async def ask():
        worker = Worker()
        try:
            await worker.run(lambda check: 1 // 0, never())
        finally:
            worker.close()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask())


def test_nobody_waits():
    async def ask():
        worker, begun = Worker(), Event()

        def job(check):
            begun.set()
            while True:
                check(0.0)

        async def leaving():
            await asyncio.to_thread(begun.wait)

        try:
            await worker.run(job, leaving())
        finally:
            worker.close()

    with pytest.raises(Gone):
        asyncio.run(ask())


def test_closing_stops_what_is_at_work():
    worker, begun = Worker(), Event()

    def job(check):
        begun.set()
        while True:
            check(0.0)

    async def ask():
        running = asyncio.ensure_future(worker.run(job, never()))
        await asyncio.to_thread(begun.wait)
        await asyncio.to_thread(worker.close)
        await running

    with pytest.raises(Gone):
        asyncio.run(ask())


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "1"), (7.2, "8"), (1000.0, "60")])
def test_how_long_to_wait_is_what_the_last_took(seconds, told):
    times = iter([0.0, seconds])

    async def ask():
        worker = Worker(waiting=0, clock=lambda: next(times))
        await worker.run(lambda check: None, never())
        with worker.place(), worker.place():
            pass

    with pytest.raises(Refusal) as caught:
        asyncio.run(ask())
    assert caught.value.headers["Retry-After"] == told


def test_a_place_is_given_back_after_a_failure():
    worker = Worker(waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), worker.place():
            raise ZeroDivisionError
    with worker.place():
        pass


def test_the_easel_answers_the_base(site, easel, parts):
    easel.go_on.set()
    base = decode_illustration(parts["base"])
    assert decode_illustration(site.colorize(**parts).body) == base
    assert Stencil.start(easel.drawings[0]).lineart.size == base.size
