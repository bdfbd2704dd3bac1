"""Prints are made beside the web process: bounded, in turn, and again after a printer has died."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app import printing

PAGE = "<!doctype html><html lang='en'><head><title>A page</title></head><body><p>{}</p></body></html>"


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Iterator[printing._Printer]:
    """Give a printer of the test's own, ended after it."""
    own = printing._Printer()
    monkeypatch.setattr(printing, "_printer", own)
    yield own
    if own._pool is not None:
        own._pool.shutdown(cancel_futures=True)


def _print(words: str) -> bytes:
    return printing.pdf(PAGE.format(words), styles=[], language="en", title="A page")


def test_prints_asked_for_at_once_each_get_their_own(printer: printing._Printer) -> None:
    with ThreadPoolExecutor(3) as threads:
        one, other, again = threads.map(_print, ("one", "another", "one"))
    assert one.startswith(b"%PDF-") and one == again != other
    assert printer._pool is not None and os.getpid() not in printer._pool._processes  # not in this process


def test_a_printer_that_died_is_started_again(printer: printing._Printer) -> None:
    assert _print("before")
    assert printer._pool is not None
    (process,) = printer._pool._processes.values()
    process.kill()
    while not printer._pool._broken:  # until the pool has heard of it
        time.sleep(0.01)
    assert _print("after").startswith(b"%PDF-")


def test_a_print_that_takes_too_long_fails_alone(printer: printing._Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _print("before")
    assert printer._pool is not None
    (process,) = printer._pool._processes.values()
    long = "word " * 400_000  # some minutes of WeasyPrint's
    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr(printing, "PRINT_SECONDS", 1)
        late = threads.submit(_print, long)
        while not late.running() or not printer._pool._pending_work_items:
            time.sleep(0.01)
        patch.setattr(printing, "PRINT_SECONDS", 60)
        behind = threads.submit(_print, "behind it")
        with pytest.raises(printing.PrintFailed):
            late.result()
        assert behind.result().startswith(b"%PDF-")
    assert list(printer._pool._processes.values()) == [process] and process.is_alive()


def test_more_than_the_printer_takes_are_refused(printer: printing._Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    go, begun = threading.Event(), threading.Semaphore(0)

    def slow(*_words: object) -> bytes:
        begun.release()
        go.wait(30)
        return b"%PDF-"

    monkeypatch.setattr(printer, "_submit", slow)
    with ThreadPoolExecutor(printing.MOST_AT_ONCE) as threads:
        waiting = [threads.submit(_print, str(number)) for number in range(printing.MOST_AT_ONCE)]
        for _ in waiting:
            assert begun.acquire(timeout=30)
        with pytest.raises(printing.PrinterBusy):
            _print("one too many")
        go.set()
        assert [each.result() for each in waiting] == [b"%PDF-"] * printing.MOST_AT_ONCE
    assert _print("room again") == b"%PDF-"
