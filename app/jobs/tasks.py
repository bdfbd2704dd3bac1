"""What each task's name does: one table. A task takes a Report and JSON arguments and gives a JSON result."""

from collections.abc import Callable
from typing import Any

from app.access.retention import forget_old
from app.audit import sealer
from app.db.queue import Report
from app.db.session import worker_session
from app.forecasts import running as forecasts
from app.forecasts import scoring, weekly
from app.geocode import learning, redo
from app.hotspots import running as hotspots
from app.ingest import retention, uploads
from app.records import mass
from app.settings import Settings
from app.weekly import service as briefings

Task = Callable[..., Any]


def run_forecasts(report: Report, **arguments: Any) -> Any:
    """Forecast the coming week; gives the ids of the runs."""
    return forecasts.run(report=report, **arguments).as_dict()


def backtest_forecasts(report: Report, **arguments: Any) -> Any:
    """Score every method on past weeks; gives the scores, and keeps no run."""
    return {"backtests": forecasts.backtest(report=report, **arguments)}


def score_forecasts(report: Report, **arguments: Any) -> Any:
    """Score the runs whose week is known; gives how many got a new score."""
    return {"scored": len(scoring.score(report=report, **arguments))}


def ask_weekly_forecasts(_report: Report) -> Any:
    """Queue the week's forecasts, one job a province."""
    return {"jobs": weekly.ask_all()}


def run_hotspots(report: Report, **arguments: Any) -> Any:
    """Test the cells of a jurisdiction; gives the id of the run."""
    return hotspots.run(report=report, **arguments)


def redo_fixes(report: Report, run_id: int) -> Any:
    """Place records anew, or count what would change; gives the run with its counts."""
    return redo.run(run_id, report)


def learn_writers(report: Report) -> Any:
    """Learn how each station's writers round distances and directions; gives how many texts that rests on."""
    return learning.run(report)


def fold_rollups(_report: Report) -> Any:
    """Fold the deltas into the rollups."""
    with worker_session() as session:
        return {"folded": mass.fold(session)}


def seal_audit(_report: Report) -> Any:
    """Seal the lines of the audit log that have been committed."""
    return {"sealed": sealer.seal_now()}


def make_briefings(_report: Report) -> Any:
    """Make the commanders' briefings of the week."""
    return {"made": len(briefings.make_all())}


def purge_stays(_report: Report) -> Any:
    """Delete stays past their days."""
    return {"deleted": retention.purge_stays()}


def forget_sign_ins(_report: Report) -> Any:
    """Delete sign-ins that ended, and attempts, past their days."""
    return {"deleted": forget_old()}


#: Tasks that somebody asks for.
TASKS: dict[str, Task] = {
    "forecasts.run": run_forecasts,
    "forecasts.backtest": backtest_forecasts,
    "forecasts.score": score_forecasts,
    "hotspots.run": run_hotspots,
    uploads.TASK: uploads.run_delivery,
    redo.TASK: redo_fixes,
}
#: Tasks that the clock asks for, by their cron line (local to the machine, minutes first).
PERIODIC: dict[str, tuple[str, Task]] = {
    "records.fold": ("* * * * *", fold_rollups),
    "audit.seal": ("* * * * *", seal_audit),
    learning.TASK: ("20 3 * * *", learn_writers),
    "ingest.purge_stays": ("40 3 * * *", purge_stays),
    "access.forget": ("50 3 * * *", forget_sign_ins),
    # On Mondays before the commanders' day begins, of the week that has ended.
    "weekly.make": ("20 5 * * 1", make_briefings),
}


def clock(settings: Settings) -> dict[str, tuple[str, Task]]:
    """Give what the clock asks for on this node: the week's forecasts only where they are on and have their hour.

    What a week brought is scored every night, since late reports arrive every day.
    """
    if not settings.forecasting:
        return PERIODIC
    asked = PERIODIC | {"forecasts.score_nightly": ("10 4 * * *", score_forecasts)}
    if settings.forecast_weekly.strip():
        asked["forecasts.weekly"] = (settings.forecast_weekly, ask_weekly_forecasts)
    return asked
