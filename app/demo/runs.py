"""The demonstration's runs: rollups folded, next week forecast and published in the demonstration commander's name."""

from collections.abc import Callable
from time import perf_counter

from sqlalchemy import text

from app.db.session import database, worker_session
from app.forecasts import publishing
from app.forecasts import running as forecasts
from app.hotspots import running as hotspots
from app.hotspots import service as hotspot_runs
from app.records import mass

Say = Callable[[str], None]
COMMANDER = "commander"
PLAIN_METHODS = ("last_year", "decayed_mean", "smoothed_decayed_mean")


def make(say: Say) -> None:
    """Fold, and make what a map of today needs and has not: forecasts of the coming week, hotspots of the last ones."""
    began = perf_counter()
    with worker_session() as session:
        mass.fold(session)
    say(f"changes folded in {perf_counter() - began:.1f} s")
    if database().settings.forecasting:
        began = perf_counter()
        if not _any("SELECT 1 FROM forecast_run WHERE expires_at > now() LIMIT 1"):
            # A first look must not wait a quarter of an hour: whole days alone, and the plain methods where the
            # settings name none.  Each run says among which methods it chose.
            methods = None if database().settings.forecast_methods else PLAIN_METHODS
            forecasts.run(
                shifts_of_day=(), methods=methods, report=lambda done, total, words: say(f"  {done}/{total} {words}")
            )
        if _any("SELECT 1 FROM forecast_run WHERE expires_at > now() AND state = 'draft' LIMIT 1"):
            published = publishing.publish_as(COMMANDER, [])
            say(f"{len(published)} forecasts published in {perf_counter() - began:.1f} s")
    if not _any("SELECT 1 FROM hotspot_run WHERE made_at > now() - interval '7 days' LIMIT 1"):
        began = perf_counter()
        made = hotspots.run(report=lambda done, total, words: say(f"  {done}/{total} {words}"))
        hotspot_runs.publish_as(COMMANDER, [run["run"] for run in made["runs"]])
        say(f"{len(made['runs'])} hotspot maps tested and published in {perf_counter() - began:.1f} s")


def _any(question: str) -> bool:
    with worker_session() as session:
        return session.execute(text(question)).first() is not None
