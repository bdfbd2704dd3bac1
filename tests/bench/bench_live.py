"""Live: two hundred open screens beside other requests: how soon a commit reaches every screen, and at what cost.

A server of its own (`app.web`, two processes) on a scratch node.  "Others" ask for a summary, cells and a page, one
after another; the same round is run with no stream, with two hundred that hear nothing, and with two hundred that each
ask again when a record is committed, once every two seconds, as the control desk does.
"""

import json
import os
import random
import selectors
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from sqlalchemy.orm import Session

from app.access import service as access
from app.db.cluster_place import INSTANCE, recorded
from tests import factories
from tests.bench.scratch import engine, scratch_node
from tests.bench.serving import OPENER, server
from tests.reference_set import CITY, GULBERG

SCREENS = 200
ROUNDS = 400
RECORDS = 400
PATHS = ("/api/summary?window=2026-10-01..2026-11-08", "/api/cells?resolution=8", "/map")


def percentile(seconds: list[float], share: float) -> float:
    """Give a percentile in milliseconds."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))] * 1000


@contextmanager
def own_server(database: str, instance: str) -> Iterator[int]:
    """Give the port of Naqsha's own server on a database."""
    cluster = recorded(INSTANCE)
    if cluster is not None:
        kept = {name: str(value) for name, value in vars(cluster).items()}
        with open(os.path.join(instance, "cluster.json"), "w", encoding="utf-8") as file:
            json.dump(kept, file)
    with server({"NAQSHA_ENV": "test", "NAQSHA_INSTANCE": instance, "NAQSHA_DATABASE_NAME": database}) as port:
        yield port


def ask(port: int, path: str, token: str) -> float:
    """Give the seconds that a request took."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    begun = time.perf_counter()
    with OPENER.open(request, timeout=30) as answer:
        answer.read()
    return time.perf_counter() - begun


class Screens:
    """Open streams read by one thread; each asks again when it hears of something, if told to."""

    def __init__(self, port: int, token: str, many: int) -> None:
        self.port, self.token, self.asks = port, token, False
        self.heard: dict[int, float] = {}
        self.opened: set[int] = set()
        self.refused = 0
        self._pool = ThreadPoolExecutor(8)
        self._last: dict[int, float] = {}
        self._stop = threading.Event()
        self._sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(many)]
        head = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        for each in self._sockets:
            each.sendall(head)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        watched = selectors.DefaultSelector()
        for number, each in enumerate(self._sockets):
            watched.register(each, selectors.EVENT_READ, number)
        while not self._stop.is_set():
            for key, _ in watched.select(0.2):
                got = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not got:
                    watched.unregister(key.fileobj)
                    continue
                if b"event: open" in got:
                    self.opened.add(key.data)
                if b"HTTP/1.1 503" in got:
                    self.refused += 1
                if b"event: data" in got:
                    now = time.perf_counter()
                    self.heard[key.data] = now
                    if self.asks and now - self._last.get(key.data, 0) > 2:
                        self._last[key.data] = now
                        self._pool.submit(self._again)

    def _again(self) -> None:
        time.sleep(random.random() * 0.2)  # the desk's own jitter
        with suppress(OSError):
            ask(self.port, "/api/control/records?after=999999999&limit=40", self.token)

    def close(self) -> None:
        """Close every stream."""
        self._stop.set()
        self._thread.join(5)
        for each in self._sockets:
            each.close()
        self._pool.shutdown(wait=True, cancel_futures=True)


def others(port: int, token: str) -> list[float]:
    """Give the seconds of the other requests, one after another."""
    for path in PATHS * 4:
        ask(port, path, token)
    return [ask(port, PATHS[number % len(PATHS)], token) for number in range(ROUNDS)]


def commit(database: str, station: str) -> float:
    """Commit a record and give when."""
    with Session(engine(database, "worker")) as session:
        factories.record(session, "fir", station)
        session.commit()
        return time.perf_counter()


def report() -> None:
    """Print the rows."""
    with scratch_node("live") as (app, database), app.app_context():
        with Session(engine(database, "worker")) as session:
            for _ in range(RECORDS):
                factories.record(session, "fir", random.choice((GULBERG, CITY)))
            session.commit()
            account = access.create_account(session, "bench", "commander", ["PK"])
            token = access.make_token(session, account.id)
            session.commit()
        with own_server(database, str(app.instance_path)) as port:
            alone = others(port, token)
            screens = Screens(port, token, SCREENS)
            end = time.monotonic() + 60
            while len(screens.opened) + screens.refused < SCREENS and time.monotonic() < end:
                time.sleep(0.1)
            idle = others(port, token)
            delays: list[float] = []
            for _ in range(10):
                screens.heard.clear()
                at = commit(database, GULBERG)
                time.sleep(2)
                delays += [moment - at for moment in screens.heard.values()]
            screens.asks = True
            stop = threading.Event()

            def busy() -> None:
                while not stop.wait(2):
                    commit(database, GULBERG)

            writer = threading.Thread(target=busy, daemon=True)
            writer.start()
            live = others(port, token)
            stop.set()
            writer.join()
            screens.close()
            again = others(port, token)
    print(f"{'streams open of 200, refused':40} {len(screens.opened)}, {screens.refused}")
    print(f"{'commit to event on a screen':40} p50 {percentile(delays, 0.5):6.1f} ms   "
          f"p99 {percentile(delays, 0.99):6.1f} ms   n {len(delays)}")  # fmt: skip
    for words, seconds in (("no stream", alone), ("200 streams, silent", idle),
                           ("200 streams, each asking again", live), ("no stream, after", again)):  # fmt: skip
        middle, worst = percentile(seconds, 0.5), percentile(seconds, 0.99)
        print(f"other requests, {words:32} p50 {middle:6.1f} ms   p99 {worst:6.1f} ms")
    base = max(percentile(alone, 0.99), percentile(again, 0.99))
    print(f"{'p99 ratio, silent and asking (reach 2)':40} {percentile(idle, 0.99) / base:.2f}, "
          f"{percentile(live, 0.99) / base:.2f}")  # fmt: skip


if __name__ == "__main__":
    report()
