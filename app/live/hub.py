"""One listener a process, fanned out to bounded queues: how a commit reaches every open screen.

PostgreSQL tells of new mass on `naqsha_live` (migrations/sql/0005/2_control.sql).  A thread of its own, started with
the first stream and so after the fork, takes each notice, keeps of it for each reader what lies in the reader's
scope, and puts it into the reader's queue.  A queue that is full is emptied and told to ask for everything: nobody
waits for a slow screen.

What does not belong here: records.  An event says kinds, cells of resolution 7 and a version; each screen asks again.
"""

import json
import logging
import select
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, Full, Queue
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db.named import sql

log = logging.getLogger(__name__)

CHANNEL = "naqsha_live"
HEARTBEAT_SECONDS = 20.0
#: How soon a stream ends after its sign-in has: trust.md A5 asks for five seconds.
ALIVE_SECONDS = 4.0
#: Events that a slow screen may be behind before it is told to ask for everything.
BEHIND = 32
#: Events that are kept for screens that come back after a cut.
KEPT = 512


@dataclass(frozen=True)
class Event:
    """Something that changed: `version` orders events; cells are None where anything may have changed."""

    version: int
    kinds: tuple[str, ...] = ()
    cells: tuple[str, ...] | None = None

    def frame(self) -> bytes:
        """Give the event as server-sent events write it."""
        body = json.dumps({"kinds": self.kinds, "cells": self.cells, "version": self.version})
        return f"id: {self.version}\nevent: data\ndata: {body}\n\n".encode()


@dataclass
class Notice:
    """What PostgreSQL told: by station its kinds and cells; None for all stations."""

    version: int
    stations: dict[int, tuple[tuple[str, ...], tuple[str, ...] | None]] | None

    @classmethod
    def read(cls, payload: str) -> "Notice":
        """Give the notice of a payload; of one that cannot be read, that anything may have changed."""
        try:
            told = json.loads(payload)
            at = told["at"]
            own = None
            if at is not None:
                own = {
                    int(each["s"]): (tuple(each["k"]), None if each["c"] is None else tuple(each["c"])) for each in at
                }
            return cls(int(told["v"]), own)
        except (ValueError, KeyError, TypeError):
            log.warning("a notice on %s could not be read", CHANNEL)
            return cls(0, None)

    def for_scope(self, scope: frozenset[int]) -> Event | None:
        """Give what of the notice lies in a reader's scope; None if nothing does."""
        if self.stations is None:
            return Event(self.version)
        own = [told for station, told in self.stations.items() if station in scope]
        if not own:
            return None
        kinds = tuple(sorted({kind for kinds, _ in own for kind in kinds}))
        if any(cells is None for _, cells in own):
            return Event(self.version, kinds)
        return Event(self.version, kinds, tuple(sorted({cell for _, cells in own for cell in cells or ()})))


@dataclass(eq=False)
class Screen:
    """One open stream: whose it is, which stations it hears of, and what waits to be sent."""

    token_hash: bytes
    scope: frozenset[int]
    waiting: "Queue[Event | None]" = field(default_factory=lambda: Queue(BEHIND))

    def put(self, event: Event | None) -> None:
        """Put an event in line; a line that is full becomes one word: ask for everything."""
        try:
            self.waiting.put_nowait(event)
        except Full:
            while True:
                try:
                    self.waiting.get_nowait()
                except Empty:
                    break
            self.waiting.put_nowait(None if event is None else Event(event.version))


class TooManyStreams(Exception):
    """This process has as many streams as it takes."""


class Hub:
    """The streams of one process and the thread that feeds them.

    Parameters
    ----------
    engine : Engine
        Of the application's role; the hub takes one connection of its own out of its pool.
    most : int
        The most streams at a time.
    """

    def __init__(self, engine: Engine, most: int) -> None:
        self._engine = engine
        self._most = most
        self._screens: set[Screen] = set()
        self._kept: deque[Notice] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()
        self._was_listening = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._screens)

    def join(self, token_hash: bytes, scope: frozenset[int], last: int | None, version: int) -> Screen:
        """Give a new stream's queue, with what it missed since the event `last` already in it.

        Raises
        ------
        TooManyStreams
        """
        with self._lock:
            if self._closed or len(self._screens) >= self._most:
                raise TooManyStreams
            screen = Screen(token_hash, scope)
            self._screens.add(screen)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            for event in self._missed(scope, last, version):
                screen.put(event)
        # What commits from here on is heard: a screen asks for everything when its stream opens.
        self._listening.wait(2)
        return screen

    def _missed(self, scope: frozenset[int], last: int | None, version: int) -> Iterator[Event]:
        if last is None or last == version:
            return
        known = [notice.version for notice in self._kept]
        if last in known:
            for notice in list(self._kept)[known.index(last) + 1 :]:
                event = notice.for_scope(scope)
                if event is not None:
                    yield event
        else:  # too long ago, or another process's: anything may have changed
            yield Event(version)

    def leave(self, screen: Screen) -> None:
        """Take a stream out."""
        with self._lock:
            self._screens.discard(screen)

    def close(self) -> None:
        """End every stream: the process stops."""
        with self._lock:
            self._closed = True
            screens = list(self._screens)
        for screen in screens:
            screen.put(None)

    def tell(self, notice: Notice) -> None:
        """Hand a notice to every stream that it concerns."""
        with self._lock:
            self._kept.append(notice)
            screens = list(self._screens)
        for screen in screens:
            event = notice.for_scope(screen.scope)
            if event is not None:
                screen.put(event)

    def _run(self) -> None:
        pause = 0.5
        while not self._closed:
            try:
                self._listen()
                pause = 0.5
            except Exception:  # the database restarts, the network is cut: whatever it was, listen again
                log.warning("the live listener lost its connection; again in %.1f s", pause, exc_info=True)
                self._listening.clear()
                time.sleep(pause)
                pause = min(pause * 2, 15)

    def _listen(self) -> None:
        raw = self._engine.raw_connection()
        raw.detach()  # it is ours for good: the pool makes another
        connection: Any = raw.dbapi_connection
        try:
            connection.rollback()
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("LISTEN naqsha_live")
            if self._was_listening:  # nobody knows what was missed
                self.tell(Notice(0, None))
            self._was_listening = True
            self._listening.set()
            checked = time.monotonic()
            while not self._closed:
                ready, _, _ = select.select([connection], [], [], 1)
                if ready:
                    connection.poll()
                    while connection.notifies:
                        self.tell(Notice.read(connection.notifies.pop(0).payload))
                if time.monotonic() - checked > ALIVE_SECONDS:
                    checked = time.monotonic()
                    self._end_dead()
        finally:
            self._listening.clear()
            connection.close()

    def _end_dead(self) -> None:
        """End the streams whose sign-in has ended, was idle too long, or whose account was disabled."""
        with self._lock:
            screens = list(self._screens)
        if not screens:
            return
        hashes = sorted({screen.token_hash for screen in screens})
        with Session(self._engine) as session:
            alive = {bytes(found) for found in session.execute(sql("live.alive"), {"hashes": hashes}).scalars()}
        for screen in screens:
            if screen.token_hash not in alive:
                screen.put(None)


def frames(hub: Hub, screen: Screen) -> Iterator[bytes]:
    """Give a stream's bytes until it ends: events as they come, a heartbeat where none does."""
    try:
        yield b"retry: 3000\nevent: open\ndata: {}\n\n"
        while True:
            try:
                event = screen.waiting.get(timeout=HEARTBEAT_SECONDS)
            except Empty:
                yield b": beat\n\n"
                continue
            if event is None:
                yield b"event: end\ndata: {}\n\n"
                return
            yield event.frame()
    finally:
        hub.leave(screen)
