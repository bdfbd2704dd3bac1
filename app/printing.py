"""PDF from our own templates and style sheets, with our own fonts and nothing from any network.

A print takes seconds of processor time, so it is made in a process of its own beside each web process, at low priority
and one at a time: threads that answer maps go on.  What does not belong here: what is printed.  The rooms make the
words; this file knows WeasyPrint.
"""

import hashlib
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from app.errors import Unavailable
from app.settings import ROOT

STATIC = ROOT / "static"
#: Prints that one web process takes at a time, the one that is being made included; each keeps a thread waiting.
MOST_AT_ONCE = 6
#: What one print may take, and how long a request waits for its turn and its print.
PRINT_SECONDS, WAIT_SECONDS = 60, 100
_NICE = 5
#: How long a print that is out of time may go on where it cannot be interrupted, before its process is ended.
_LAST_SECONDS = 10


class PrinterBusy(Unavailable):
    """Other prints are being made. Try again in a moment."""


class PrintFailed(Unavailable):
    """The print could not be made. Try again; if it fails again, tell the administrator."""


class _Printer:
    """The printing process of this process: started by the first print, again where it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def make(self, document: str, styles: tuple[str, ...], language: str, title: str) -> bytes:
        if not self._places.acquire(blocking=False):
            raise PrinterBusy
        try:
            return self._submit(document, styles, language, title)
        finally:
            self._places.release()

    def _submit(self, *words: Any) -> bytes:
        pool = self._running()
        try:
            try:
                asked = pool.submit(_make_in_time, PRINT_SECONDS, *words)
            except BrokenProcessPool:  # it died while nothing was printed
                pool = self._running(instead_of=pool)
                asked = pool.submit(_make_in_time, PRINT_SECONDS, *words)
            return asked.result(WAIT_SECONDS)
        except TooSlow:
            asked.cancel()
            raise PrinterBusy from None
        except _OutOfTime as error:
            raise PrintFailed from error
        except BrokenProcessPool as error:
            self._running(instead_of=pool)
            raise PrintFailed from error

    def _running(self, instead_of: ProcessPoolExecutor | None = None) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None or self._pool is instead_of:
                # Spawned, not forked: a fork would copy the locks that this process's threads hold.
                self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (os.getpid(),))
            return self._pool


_printer = _Printer()
os.register_at_fork(after_in_child=lambda: globals().update(_printer=_Printer()))


def pdf(document: str, *, styles: Sequence[str], language: str, title: str) -> bytes:
    """Give the PDF of an HTML document.

    Parameters
    ----------
    document : str
        A whole HTML document without any address in it.
    styles : sequence of str
        Style sheets under static/css, in their order.
    language, title : str
        For the PDF's own description.

    Raises
    ------
    PrinterBusy, PrintFailed
    """
    return _printer.make(document, tuple(styles), language, title)


def _begin(parent: int) -> None:
    """Begin the printing process: behind everything else, and never longer than the process that it prints for."""
    os.nice(_NICE)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(2)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


class _OutOfTime(Exception):
    """A print has taken all the time it may."""


def _give_up(_signal: int, _frame: Any) -> None:
    # Raised, so that the prints behind this one keep their printer; ended only where no Python runs that could raise.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_LAST_SECONDS)
    raise _OutOfTime


def _make_in_time(seconds: int, *words: Any) -> bytes:
    """Give the PDF, or give up after so many seconds."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(seconds)
    try:
        return make(*words)
    finally:
        signal.alarm(0)


def make(document: str, styles: tuple[str, ...], language: str, title: str) -> bytes:
    """Give the PDF of an HTML document; runs in the printing process."""
    # Slow to import, and most processes never print.
    from weasyprint import HTML

    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    made = HTML(string=document, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher())
    # The identifier would else be drawn by chance: the same document shall give the same bytes.
    identifier = hashlib.sha256(f"{title}{language}{document}".encode()).hexdigest()[:32].encode()
    fonts, sheets = _sheets(styles)
    body: bytes = made.write_pdf(stylesheets=sheets, font_config=fonts, pdf_identifier=identifier)
    return body


@cache
def _sheets(names: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """Give the fonts and the style sheets, made once: taking the fonts out of their boxes costs more than a page."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheets = []
    for name in ("print-fonts.css", *names):
        path = STATIC / "css" / name
        text = path.read_text(encoding="utf-8")
        sheets.append(CSS(string=text, base_url=path.as_uri(), url_fetcher=_fetcher(), font_config=fonts))
    return fonts, sheets


@cache
def _fetcher() -> Any:
    """Give what WeasyPrint reads files through: those under static/, and no other address whatever its scheme."""
    from weasyprint.urls import URLFetcher, url_is_absolute

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            prefix = STATIC.as_uri() + "/"
            if not url_is_absolute(url) or not url.startswith(prefix):
                raise ValueError(f"not a file of ours: {url[:80]}")
            inside = Path(STATIC, url.removeprefix(prefix)).resolve()
            if STATIC.resolve() not in inside.parents:
                raise ValueError(f"not a file of ours: {url[:80]}")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=["file"])
