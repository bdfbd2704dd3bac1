"""A real browser before a real server: Chromium, gunicorn, and a copy of a database filled once a run.

Every page is watched: a request to another origin, a breach of the content policy or an error in a script fails the
test, unless it said that it would cause one. A failed test leaves its picture in test-results/.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from app.db.cluster import database_url, drop_database
from app.db.cluster_place import INSTANCE, recorded
from app.db.session import Database
from app.settings import Settings
from tests.browser import world
from tests.browser.watch import Watch
from tests.chromium import launch
from tests.conftest import EXTERNAL, make_database

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "test-results"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SECONDS = 60
"""How long a condition may take: swiftshader draws with the processor, and the processor is shared."""
expect.set_options(timeout=SECONDS * 1000)


class Place(NamedTuple):
    """A filled database and the instance folder with its keys."""

    database: str
    instance: Path


@pytest.fixture(scope="session")
def filled(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a database with a year of records, a forecast and a hotspot test: copy it, never write to it."""
    from app.factory import create_app

    place = Place(f"{template_database}_browser", tmp_path_factory.mktemp("browser"))
    if not EXTERNAL:  # the server finds the private cluster through its instance folder
        cluster = recorded(INSTANCE)
        assert cluster is not None
        kept = {name: str(value) for name, value in vars(cluster).items()}
        (place.instance / "cluster.json").write_text(json.dumps(kept))
    make_database(place.database, template_database)
    try:
        app = create_app(Settings(env="test", instance=place.instance, database_name=place.database))
        try:
            world.fill(app, place.instance, datetime.now(UTC))
        finally:
            database: Database = app.extensions["naqsha.database"]
            database.dispose()
        yield place
    finally:
        drop_database(place.database)


@pytest.fixture(scope="module")
def place(filled: Place) -> Iterator[Place]:
    """Give the module's own copy of the filled database."""
    mine = Place(f"{filled.database}_{os.urandom(2).hex()}", filled.instance)
    make_database(mine.database, filled.database)
    yield mine
    drop_database(mine.database)


@pytest.fixture(scope="module")
def worker(place: Place) -> Iterator[Session]:
    """Give a session as the worker's role on the module's database."""
    engine = create_engine(database_url(EXTERNAL, "worker", place.database), poolclass=NullPool)
    with Session(engine) as session:
        yield session


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[str]:
    """Give the origin of gunicorn on a free port, which it inherits bound, so that nobody can take it in between."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = ["--config", "python:app.web", "--workers", "1", "--threads", "64"]  # a live screen takes one
        command = [sys.executable, "-m", "gunicorn", *options, "--bind", f"fd://{listener.fileno()}"]
        settings = {
            "NAQSHA_ENV": "test",
            "NAQSHA_INSTANCE": str(place.instance),
            "NAQSHA_DATABASE_NAME": place.database,
        }
        log = place.instance / "web.log"
        with log.open("ab") as sink:
            child = subprocess.Popen(
                [*command, "app.factory:create_app()"],
                cwd=ROOT, env=os.environ | settings, pass_fds=[listener.fileno()], stdout=sink, stderr=sink,
            )  # fmt: skip
        try:
            _await(origin, child, log)
            yield origin
        finally:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()
            child.wait()


def _await(origin: str, child: subprocess.Popen[bytes], log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and child.poll() is None:
        # The socket is bound already, so the question waits in its line until a worker takes it.
        with suppress(OSError), opener.open(f"{origin}/healthz", timeout=30):
            return
    raise AssertionError(log.read_text(errors="replace")[-3000:])


# The plugin's own fixtures last the session, and with them an event loop that no later asyncio test of the same process
# could live beside. These end with the module.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Give Playwright for this module."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Give the machine's own Chromium."""
    started = launch(playwright)
    yield started
    started.close()


@pytest.fixture
def watch(server: str) -> Iterator[Watch]:
    """Give the watch over this test's pages, which is read when the test has passed."""
    watching = Watch(server)
    yield watching
    assert not watching.faults(), "\n".join(watching.faults())


def _context(browser: Browser, server: str, **options: Any) -> BrowserContext:
    usual = {
        "base_url": server, "viewport": DESK, "locale": "en-GB", "timezone_id": "Asia/Karachi", "color_scheme": "dark",
        "reduced_motion": "reduce", "device_scale_factor": 0.5,  # a quarter of the pixels for the processor to draw
    }  # fmt: skip
    context = browser.new_context(**(usual | options))
    context.set_default_timeout(SECONDS * 1000)
    return context


def _picture(request: pytest.FixtureRequest, context: BrowserContext) -> None:
    """Keep what a failed test saw."""
    report = request.node.stash.get(_REPORT, None)
    for number, page in enumerate(context.pages if report is not None and report.failed else ()):
        PICTURES.mkdir(exist_ok=True)
        name = re.sub(r"[^\w-]+", "_", request.node.nodeid.rpartition("/")[2])
        with suppress(Exception):
            page.screenshot(path=PICTURES / f"{name}_{number}.png", timeout=5000)


@pytest.fixture
def contexts(
    browser: Browser, server: str, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Give `contexts(**options)`: a watched browser context, closed after the test, pictured if it fails."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = _context(browser, server, **options)
        watch.follow(context)
        opened.append(context)
        return context

    yield make
    for context in opened:
        _picture(request, context)
        context.close()


@pytest.fixture(scope="module")
def desks() -> Iterator[dict[str, BrowserContext]]:
    """Give the contexts kept from test to test, one a role: a cache that is warm saves most of a page's start."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def desk(
    desks: dict[str, BrowserContext],
    browser: Browser,
    server: str,
    worker: Session,
    watch: Watch,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[str], BrowserContext]]:  # fmt: skip
    """Give `desk(role)`: the kept context of a role, watched, and left as a new one would be."""
    used: list[BrowserContext] = []

    def sit(role: str) -> BrowserContext:
        if role not in desks:
            desks[role] = _context(browser, server)
            desks[role].add_cookies([_cookie(server, world.cookie_of(worker, role))])
        if desks[role] not in used:
            used.append(desks[role])
            watch.follow(desks[role])
        return desks[role]

    yield sit
    for context in used:
        _picture(request, context)
        context.set_offline(False)
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
            with suppress(Error):
                page.evaluate("localStorage.clear()")
            page.close()
        for name in ("lang", "theme"):
            context.clear_cookies(name=name)
        watch.leave(context)


def _cookie(server: str, token: str) -> Any:
    from app.access.service import COOKIE

    return {"name": COOKIE, "value": token, "url": server}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try once more where time ran out, and only there: a busy machine is slow once, a fault is there twice."""
    for item in (one for one in items if one.path.is_relative_to(Path(__file__).parent)):
        item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError", "did not come true"]))


_REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep the report of the test itself where its fixtures find it."""
    report = yield
    if report.when == "call":
        item.stash[_REPORT] = report
    return report


@pytest.fixture
def signed_in(
    contexts: Callable[..., BrowserContext], desk: Callable[[str], BrowserContext], worker: Session, server: str
) -> Callable[..., Page]:
    """Give `signed_in(role, jurisdiction=None, **options)`: an empty page of somebody signed in, without the form."""

    def make(role: str = "commander", jurisdiction: str | None = None, **options: Any) -> Page:
        if jurisdiction is None and not options:
            return desk(role).new_page()
        context = contexts(**options)
        context.add_cookies([_cookie(server, world.cookie_of(worker, role, jurisdiction))])
        return context.new_page()

    return make


@pytest.fixture
def open_map(signed_in: Callable[..., Page]) -> Callable[..., Page]:
    """Give `open_map(query, role, **options)`: the map page, drawn to its end."""

    def make(query: str = "", role: str = "commander", **options: Any) -> Page:
        page = signed_in(role, **options)
        page.goto(f"/map{query}")
        drawn(page)
        return page

    return make


def until(page: Page, condition: str) -> None:
    """Wait until an expression of the page's is true; Playwright's own waiting is an `eval`, which is refused."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
          const end = performance.now() + {SECONDS * 1000};
          const look = () => {{
            let found = false;
            try {{ found = {condition}; }} catch {{ /* not there yet */ }}
            if (found) done();
            else if (performance.now() > end) fail(new Error({condition!r} + " did not come true"));
            else setTimeout(look, 25);
          }};
          look();
        }})"""
    )


def drawn(page: Page) -> None:
    """Wait until the map has drawn what its filters ask for."""
    page.wait_for_selector("body.map-ready #map:not(.loading)")
    until(page, "naqsha.map.loaded() && naqsha.map.areTilesLoaded()")


def cells(page: Page) -> dict[str, float]:
    """Give the cells on the screen with their mass, as the map drew them."""
    found: list[dict[str, Any]] = page.evaluate("naqsha.visibleCells()")
    return {each["cell"]: each["mass"] for each in found}


def within_reach(page: Page, layer: str = "cells") -> dict[str, list[float]]:
    """Give the centre of each drawn cell that lies free, as pixels on the page, the heaviest first."""
    found: dict[str, list[float]] = page.evaluate(
        """async (layer) => {
          const cells = naqsha.visibleCells(layer).map((each) => each.cell).slice(0, 60);
          const answer = await fetch(`/api/shapes?cells=${cells}`);
          const free = {};
          const box = document.getElementById("map").getBoundingClientRect();
          for (const { cell, centre } of (await answer.json()).shapes) {
            const at = naqsha.map.project(centre);
            const [x, y] = [box.left + at.x, box.top + at.y];
            if (document.elementFromPoint(x, y)?.matches("#map canvas")) free[cell] = [x, y];
          }
          return free;
        }""",
        layer,
    )
    return found
