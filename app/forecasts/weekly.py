"""What the clock does: the week's forecasts as one job a province, and the scores of the weeks behind."""

from datetime import UTC, datetime, timedelta

from app.db import queue
from app.db.session import forecaster_session, worker_session
from app.forecasts.errors import check_on
from app.forecasts.planning import plan
from spatial import shifts

#: Until so many days into a week that week is forecast, from what was known at its start; later, the coming one.
DAYS_BACK = 3


def week_to_forecast(now: datetime) -> int:
    """Give the week that the clock's runs are for: the one that has just begun, or from Thursday on the coming one."""
    return shifts.week_of(now + timedelta(days=7 - DAYS_BACK))


def ask_all(*, now: datetime | None = None) -> list[int]:
    """Queue one job a province that has data, each with its progress, and give their ids.

    Raises
    ------
    SwitchedOff
    """
    check_on()
    moment = now or datetime.now(UTC)
    with forecaster_session() as session:
        planned = plan(session, None, None, moment)
    week = week_to_forecast(moment)
    provinces = sorted({each.province for each in planned if each.province is not None})
    with worker_session() as session:
        return [
            queue.defer(session, "forecasts.run", lock="forecasts", within=[province], week=week)
            for province in provinces
        ]
