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


def make(say: Say) -> None:
    """Fold, and make what a map of today needs and has not: forecasts of the coming week, hotspots of the last ones."""
    began = perf_counter()
    with worker_session() as session:
        mass.fold(session)
    say(f"changes folded in {perf_counter() - began:.1f} s")
    if database().settings.forecasting:
        began = perf_counter()
        if not _any("SELECT 1 FROM forecast_run WHERE expires_at > now() LIMIT 1"):
            # Whole days alone: a shift's forecasts take three times as long again, and a first look can do without.
            forecasts.run(shifts_of_day=(), report=lambda done, total, words: say(f"  {done}/{total} {words}"))
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
