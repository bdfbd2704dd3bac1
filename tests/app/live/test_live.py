"""Live streams: a commit is told at once, to whom it concerns and nobody else; a stream ends with its sign-in."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import service as accounts
from app.live import hub as hubs
from app.live.hub import Event, Hub, Notice, Screen, TooManyStreams
from tests import factories
from tests.factories import SignedInClient
from tests.reference_set import CITY, CLIFTON, GULBERG

SignIn = Callable[..., SignedInClient]
STALLED = 10


class Stream:
    """A client's open stream, read in a thread of its own."""

    def __init__(self, client: FlaskClient, last: str | None = None) -> None:
        headers = {"Last-Event-ID": last} if last else {}
        self.answer = client.get("/live", headers=headers, buffered=False)
        assert self.answer.status_code == 200, self.answer.text
        assert self.answer.mimetype == "text/event-stream" and self.answer.headers["Cache-Control"] == "no-store"
        self.lines: list[tuple[float, str]] = []
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait(lambda: any("event: open" in frame for _, frame in self.lines))

    def _read(self) -> None:
        for piece in self.answer.response:
            self.lines.append((time.monotonic(), piece.decode() if isinstance(piece, bytes) else piece))
        self.over.set()

    def wait(self, condition: Callable[[], object], seconds: float = STALLED) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.lines
            time.sleep(0.01)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(frame.split("data: ")[1]) for _, frame in self.lines if "event: data" in frame]


@pytest.fixture
def opened(app: APIFlask) -> Iterator[Callable[..., Stream]]:
    streams: list[Stream] = []

    def make(client: FlaskClient, last: str | None = None) -> Stream:
        streams.append(Stream(client, last))
        return streams[-1]

    yield make
    hub = app.extensions.pop("naqsha.live", None)
    if hub is not None:
        hub.close()
        for stream in streams:
            assert stream.over.wait(STALLED)
        hub._thread.join(STALLED)


def commit(worker: Session, kind: str = "fir", station: str = GULBERG, **more: Any) -> tuple[int, float]:
    """Give the id of a new record and when it was committed."""
    record = factories.record(worker, kind, station, **more)
    worker.commit()
    return record, time.monotonic()


def test_a_commit_is_told_within_a_second_and_says_no_record(
    client: FlaskClient, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    sign_in(client, "control")
    stream = opened(client)
    record, at = commit(worker, place_text="a private place")
    stream.wait(lambda: stream.events())
    told = next(moment for moment, frame in stream.lines if "event: data" in frame)
    assert told - at < 1, told - at
    (event,) = stream.events()
    assert set(event) == {"kinds", "cells", "version"} and event["kinds"] == ["fir"]
    assert all(len(cell) == 15 and cell.startswith("87") for cell in event["cells"]) and event["cells"]
    said = "".join(frame for _, frame in stream.lines)
    assert str(record) not in said.replace(str(event["version"]), "") and "private" not in said


def test_what_is_not_committed_is_not_told(
    client: FlaskClient, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    sign_in(client, "control")
    stream = opened(client)
    factories.record(worker, "fir", GULBERG)
    worker.flush()
    time.sleep(0.5)
    worker.rollback()
    commit(worker, "complaint")
    stream.wait(lambda: stream.events())
    assert [event["kinds"] for event in stream.events()] == [["complaint"]]


def test_nobody_hears_of_another_station(
    app: APIFlask, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    clients = {code: app.test_client() for code in (GULBERG, CITY, CLIFTON)}
    for code, each in clients.items():
        sign_in(each, "station", code)
    streams = {code: opened(each) for code, each in clients.items()}
    commit(worker, station=GULBERG)
    commit(worker, station=CLIFTON)
    streams[GULBERG].wait(lambda: streams[GULBERG].events())
    streams[CLIFTON].wait(lambda: streams[CLIFTON].events())
    time.sleep(0.3)
    assert {code: len(stream.events()) for code, stream in streams.items()} == {GULBERG: 1, CITY: 0, CLIFTON: 1}


def test_without_the_scope_everybody_would_hear(
    app: APIFlask, sign_in: SignIn, worker: Session, opened: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: it is the scope that keeps them apart."""
    monkeypatch.setattr(Notice, "for_scope", lambda self, scope: Event(self.version))
    client = app.test_client()
    sign_in(client, "station", CLIFTON)
    stream = opened(client)
    commit(worker, station=GULBERG)
    stream.wait(lambda: stream.events())


def test_a_stay_says_no_cell(
    client: FlaskClient, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    sign_in(client, "control")
    stream = opened(client)
    commit(worker, "stay")
    stream.wait(lambda: stream.events())
    assert stream.events()[0]["cells"] == []


def test_a_pin_and_a_bulk_load_are_told(
    client: FlaskClient, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    sign_in(client, "control")
    record, _ = commit(worker)
    stream = opened(client)
    worker.execute(text("UPDATE mass SET known_until = now() WHERE record_id = :id"), {"id": record})
    worker.commit()
    stream.wait(lambda: len(stream.events()) == 1)
    worker.execute(
        text("""INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells,
                  cell_upto, keys, shifts, shift_mass, known_at, known_until)
                SELECT m.record_id, m.fix_id, m.station_id, m.kind, m.head_id, m.discovery, m.protected, m.resolution,
                  m.cells, m.cell_upto, m.keys, m.shifts, m.shift_mass, m.known_at, now()
                FROM mass m CROSS JOIN generate_series(1, 5000) WHERE m.record_id = :id"""),
        {"id": record},
    )
    worker.commit()
    stream.wait(lambda: len(stream.events()) == 2)
    assert stream.events()[1]["cells"] is None  # too many: ask for everything


def test_a_screen_that_comes_back_is_told_what_it_missed(
    app: APIFlask, sign_in: SignIn, worker: Session, opened: Callable[..., Stream]
) -> None:
    first, second = app.test_client(), app.test_client()
    sign_in(first, "control")
    sign_in(second, "control")
    stream = opened(first)
    commit(worker)
    stream.wait(lambda: stream.events())
    version = str(stream.events()[0]["version"])
    commit(worker, "complaint")
    stream.wait(lambda: len(stream.events()) == 2)
    back = opened(second, last=version)
    back.wait(lambda: back.events())
    assert [event["kinds"] for event in back.events()] == [["complaint"]]
    # One that this process has never heard of: anything may have changed.
    lost = opened(second, last="1")
    lost.wait(lambda: lost.events())
    assert lost.events()[0]["cells"] is None


def test_a_stream_ends_within_seconds_of_its_sign_in(
    app: APIFlask, sign_in: SignIn, worker: Session, opened: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "ALIVE_SECONDS", 0.2)
    stays, goes, disabled = (sign_in(app.test_client(), "control") for _ in range(3))
    streams = [opened(who.client) for who in (stays, goes, disabled)]
    goes.client.post("/sign-out", headers=goes.csrf)
    accounts.disable_account(worker, disabled.account_id)
    worker.commit()
    assert streams[1].over.wait(5) and streams[2].over.wait(5)
    assert not streams[0].over.is_set()
    assert "event: end" in streams[1].lines[-1][1]
    assert goes.client.get("/live").status_code == 401


def test_too_many_streams_are_refused_with_the_way_on(
    app: APIFlask, client: FlaskClient, sign_in: SignIn, opened: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller = app.extensions["naqsha.settings"].model_copy(update={"live_streams": 1})
    monkeypatch.setitem(app.extensions, "naqsha.settings", smaller)
    sign_in(client, "control")
    opened(client)
    answer = client.get("/live")
    assert answer.status_code == 503 and answer.mimetype == "application/problem+json"
    assert "30 seconds" in answer.get_json()["detail"] and answer.headers["Retry-After"]


def test_the_listener_comes_back_after_a_cut(
    client: FlaskClient, sign_in: SignIn, worker: Session, superuser: Session, opened: Callable[..., Stream]
) -> None:
    sign_in(client, "control")
    stream = opened(client)
    cut = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE query = 'LISTEN naqsha_live' AND datname = current_database()"""
    assert superuser.execute(text(cut)).scalar_one() == 1
    superuser.commit()
    # Nobody knows what was missed: the screen is told to ask for everything, and hears again from then on.
    stream.wait(lambda: stream.events())
    assert stream.events()[0]["cells"] is None
    commit(worker)
    stream.wait(lambda: len(stream.events()) == 2)


def test_a_slow_screen_keeps_nobody_waiting_and_no_memory() -> None:
    screen = Screen(b"", frozenset({1}))
    for version in range(1000):
        screen.put(Event(version, ("fir",), ("87",)))
    assert screen.waiting.qsize() <= hubs.BEHIND
    seen = []
    while True:
        try:
            seen.append(screen.waiting.get_nowait())
        except Empty:
            break
    assert any(event is not None and event.cells is None for event in seen) and seen[-1].version == 999


@pytest.mark.parametrize("payload", ["", "{", "null", '{"v": 1}', '{"v": "x", "at": []}', '{"v": 1, "at": [{"s": 1}]}'])
def test_a_notice_that_cannot_be_read_means_anything(payload: str) -> None:
    notice = Notice.read(payload)
    assert notice.for_scope(frozenset()) == Event(0)


def test_a_hub_that_stops_takes_nobody() -> None:
    hub = Hub(None, 5)  # type: ignore[arg-type]
    hub.close()
    with pytest.raises(TooManyStreams):
        hub.join(b"", frozenset(), None, 0)


def test_who_may_not_see_the_map_hears_nothing(client: FlaskClient, sign_in: SignIn) -> None:
    assert client.get("/live").status_code == 401
    sign_in(client, "auditor")
    assert client.get("/live").status_code == 403
