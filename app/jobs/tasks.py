"""What each task's name does: one table. A task takes a Report and JSON arguments and gives a JSON result."""

from collections.abc import Callable
from typing import Any

from app.audit import sealer
from app.db.queue import Report
from app.db.session import worker_session
from app.forecasts import running as forecasts
from app.hotspots import running as hotspots
from app.ingest import retention, uploads
from app.records import mass

Task = Callable[..., Any]


def run_forecasts(report: Report, **arguments: Any) -> Any:
    """Forecast the coming week; gives the ids of the runs."""
    return forecasts.run(report=report, **arguments).as_dict()


def run_hotspots(report: Report, **arguments: Any) -> Any:
    """Test the cells of a jurisdiction; gives the id of the run."""
    return hotspots.run(report=report, **arguments)


def fold_rollups(_report: Report) -> Any:
    """Fold the deltas into the rollups."""
    with worker_session() as session:
        return {"folded": mass.fold(session)}


def seal_audit(_report: Report) -> Any:
    """Seal the lines of the audit log that have been committed."""
    return {"sealed": sealer.seal_now()}


def purge_stays(_report: Report) -> Any:
    """Delete stays past their days."""
    return {"deleted": retention.purge_stays()}


#: Tasks that somebody asks for.
TASKS: dict[str, Task] = {
    "forecasts.run": run_forecasts,
    "hotspots.run": run_hotspots,
    uploads.TASK: uploads.run_delivery,
}
#: Tasks that the clock asks for, by their cron line (local to the machine, minutes first).
PERIODIC: dict[str, tuple[str, Task]] = {
    "records.fold": ("* * * * *", fold_rollups),
    "audit.seal": ("* * * * *", seal_audit),
    "ingest.purge_stays": ("40 3 * * *", purge_stays),
}
