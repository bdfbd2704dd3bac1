"""Desks: how soon a cold browser shows something useful, and how soon a changed filter changes the map.

Real Chromium (software drawing) before gunicorn as `make run` serves it, on loopback, with the demonstration.
The pages mark the moments themselves (static/js/marks.js).  Needs the demonstration (`make run` loads it).
Run: ``python -m tests.bench.bench_desks [desk ...]``.
"""

import gzip
import re
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright
from sqlalchemy.orm import Session

from app.access import service as access
from app.settings import Settings
from tests.bench.scratch import engine
from tests.bench.serving import server
from tests.chromium import launch

#: desk -> whose it is in the demonstration
READERS = {
    "map": "commander",
    "beats": "planner",
    "control": "control",
    "pins": "station",
    "weekly": "planner",
    "forecasts": "commander",
}
COLD = 5
FILTERS = 24
#: Milliseconds between a map and the next filter: in a row, where the numbers of the last filter may still be drawn,
#: and by a hand that rests on the map.
IN_A_ROW, AT_REST = 400, 2500
SECONDS = 60_000
VIEW = {"width": 1440, "height": 900}


def sign_in(role: str) -> str:
    """Give the session token of the demonstration's account of a role."""
    settings = Settings()
    with Session(engine(settings.database_name, "worker")) as session:
        token = access.open_session(session, access.account_id(session, role), hours=2)
        session.commit()
        return token


@contextmanager
def cold(browser: Browser, origin: str, token: str) -> Iterator[BrowserContext]:
    """Give a context with an empty cache, signed in."""
    context = browser.new_context(base_url=origin, viewport=VIEW, locale="en-GB", timezone_id="Asia/Karachi")
    context.set_default_timeout(SECONDS)
    context.add_cookies([{"name": access.COOKIE, "value": token, "url": origin}])
    yield context
    context.close()


def mark(page: Page, name: str) -> float:
    """Give when a mark was set, in milliseconds from the start of the navigation."""
    return float(
        page.evaluate(
            """async (name) => {
              const end = performance.now() + 60000;
              for (;;) {
                const [found] = performance.getEntriesByName(name);
                if (found) return found.startTime;
                if (performance.now() > end) throw new Error(`no mark ${name}`);
                await new Promise((done) => setTimeout(done, 20));
              }
            }""",
            name,
        )
    )


def weigh(page: Page) -> dict[str, int]:
    """Count gzipped bytes of scripts and styles of a page, by address, as its answers come."""
    sizes: dict[str, int] = {}

    def heard(answer: Response) -> None:
        if re.search(r"/static/.*\.(?:m?js|css)(?:\?|$)", answer.url):
            sizes[answer.url.split("?")[0]] = len(gzip.compress(answer.body()))

    page.on("response", heard)
    return sizes


def load(browser: Browser, origin: str, token: str, desk: str) -> tuple[float, float | None, int, int]:
    """Give useful and map in milliseconds, the requests and the bytes on the wire of a cold load."""
    with cold(browser, origin, token) as context:
        page = context.new_page()
        page.goto(f"/{desk}", wait_until="commit")
        useful = mark(page, "useful")
        drawn = mark(page, "map") if desk in ("map", "beats", "control", "pins") else None
        requests, wire = page.evaluate(
            """() => {
              const all = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
              return [all.length, all.reduce((sum, each) => sum + each.transferSize, 0)];
            }"""
        )
        return useful, drawn, requests, wire


def filters(page: Page, pause: int) -> list[float]:
    """Give the milliseconds of each changed filter until its map: windows, heads and shifts in turn."""
    windows = [f"-{days}d" for days in (7, 91, 28, 14, 56, 182)]
    heads = ["robbery", "", "burglary,theft", "murder"]
    found: list[float] = []
    for window, head in list(product(windows, heads))[:FILTERS]:
        took = page.evaluate(
            """async ([window, heads]) => {
              performance.clearMeasures("filter");
              const { set } = await import("/static/js/state.js");
              set({ window, heads });
              const end = performance.now() + 60000;
              for (;;) {
                const [found] = performance.getEntriesByName("filter");
                if (found) return found.duration;
                if (performance.now() > end) throw new Error("no map after a filter");
                await new Promise((done) => setTimeout(done, 10));
              }
            }""",
            [window, head],
        )
        found.append(float(took))
        page.wait_for_timeout(pause)
    return found


def percentile(values: list[float], share: float) -> float:
    """Give a percentile of values."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def measure(browser: Browser, origin: str, desk: str) -> None:
    """Print the row of a desk."""
    token = sign_in(READERS[desk])
    load(browser, origin, token, desk)  # the server's caches, not the browser's
    loads = [load(browser, origin, token, desk) for _ in range(COLD)]
    useful = [each[0] for each in loads]
    drawn = [each[1] for each in loads if each[1] is not None]
    with cold(browser, origin, token) as context:
        page = context.new_page()
        sizes = weigh(page)
        page.goto(f"/{desk}")
        mark(page, "useful")
        if drawn:
            mark(page, "map")
        page.wait_for_timeout(1500)
        weight = sum(sizes.values())
        with_filters = desk in ("map", "beats", "control")
        changes = {pause: filters(page, pause) for pause in (IN_A_ROW, AT_REST) if with_filters}
    row = f"{desk:10} useful p50 {statistics.median(useful):6.0f} max {max(useful):6.0f} ms"
    if drawn:
        row += f"   map p50 {statistics.median(drawn):6.0f} max {max(drawn):6.0f} ms"
    for pause, took in changes.items():
        p50, p95 = statistics.median(took), percentile(took, 0.95)
        row += f"   filter, {pause / 1000:g} s apart, p50 {p50:5.0f} p95 {p95:5.0f} ms"
    print(f"{row}   {loads[0][2]} requests, {loads[0][3] / 1000:.0f} kB   scripts and styles {weight / 1000:.0f} kB")


def report(desks: list[str] | None = None) -> None:
    """Print a row a desk."""
    with server() as port, sync_playwright() as started:
        browser = launch(started)
        for desk in desks or list(READERS):
            measure(browser, f"http://127.0.0.1:{port}", desk)
        browser.close()


if __name__ == "__main__":
    report(sys.argv[1:])
