"""Runs after they are made: published by a named officer, and scored when their week is known."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.models import ForecastRun
from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import forecaster_session, worker_session
from app.forecasts import making, reading
from app.forecasts.errors import Expired, NoOfficer, NoRun, NotADraft, check_on
from app.policy import Permission, permissions_of
from forecasting.backtest import MethodRun, score_week, summarise
from forecasting.cube import Cube, StudyArea
from forecasting.model import Forecast
from spatial import shifts
from spatial.mass import UNIT

#: Weeks after its own that a run waits for late registrations before it is scored.
WEEKS_TO_SETTLE = 1


def publish(session: Session, row: RowMapping, account: int, officer: str, *, now: datetime | None = None) -> None:
    """Publish a draft in an officer's name, withdraw what it replaces, and write it to the audit log.

    Raises
    ------
    Expired, NotADraft
    """
    moment = now or datetime.now(UTC)
    if row["expires_at"] <= moment:
        raise Expired
    run = session.get_one(ForecastRun, row["id"], with_for_update=True)  # of two officers one publishes
    if run.state != "draft":
        raise NotADraft
    run.state, run.published_at, run.published_by = "published", moment, account
    session.flush()
    session.execute(sql("forecasts.withdraw_others"), {"id": row["id"]})
    note(
        session,
        "forecast_published",
        "forecast_run",
        row["id"],
        detail={"officer": officer, "data_hash": row["data_hash"], "method": row["method"]},
    )


def publish_as(name: str, runs: list[int], *, now: datetime | None = None) -> list[int]:
    """Publish runs in the name of an account, from the command line; every draft that has not expired if none is named.

    Raises
    ------
    NoOfficer
        If there is no such account or its role may not publish.
    NoRun, Expired, NotADraft
    """
    check_on()
    moment = now or datetime.now(UTC)
    with worker_session() as session:
        officer = session.execute(sql("forecasts.officer"), {"name": name}).mappings().one_or_none()
        if officer is None or Permission.PUBLISH_FORECASTS not in permissions_of(officer["role"]):
            raise NoOfficer
        wanted = runs or list(session.execute(sql("forecasts.drafts"), {"now": moment}).scalars())
        for number in wanted:
            row = (
                session.execute(sql("forecasts.run_for_worker"), {"id": number, "now": moment}).mappings().one_or_none()
            )
            if row is None:
                raise NoRun
            publish(session, row, officer["id"], name, now=moment)
    return wanted


def score(*, again: bool = False, now: datetime | None = None, report: Report = quiet) -> list[dict[str, Any]]:
    """Score every run whose week is known by now, keep each outcome, and give them.

    A week counts as known a week after its end: late registrations still change it later, and ``again`` scores anew.
    """
    check_on()
    moment = now or datetime.now(UTC)
    with forecaster_session() as session:
        rows = (
            session.execute(
                sql("forecasts.unscored"),
                {"before_week": shifts.week_of(moment) - WEEKS_TO_SETTLE, "again": again, "now": moment},
            )
            .mappings()
            .all()
        )
        outcomes = []
        for done, row in enumerate(rows, start=1):
            outcome = _outcome(session, row, moment)
            session.execute(sql("forecasts.keep_outcome"), {"id": row["id"], "outcome": json.dumps(outcome)})
            outcomes.append({"run": row["id"], "jurisdiction": row["jurisdiction"], "head": row["head"], **outcome})
            report(done, len(rows), f"run {row['id']}: {row['jurisdiction']} {row['head']}")
    return outcomes


def _outcome(session: Session, row: RowMapping, moment: datetime) -> dict[str, Any]:
    """Give how well a run did, against its week as it is known now."""
    kept = session.execute(sql("forecasts.all_cells"), {"run": row["id"]}).all()
    # Cell ids are beyond a float's 53 bits, so they are read apart from the rates.
    cells = np.array([cell for cell, *_ in kept], dtype=np.int64)
    rate, low, high = np.array([numbers for _, *numbers in kept], dtype=float).T
    dispersion = np.full(rate.shape, row["parameters"]["dispersion"])
    place = reading.area_of(session, row["jurisdiction"], resolution=row["resolution"])
    area = reading.Area(place.id, place.code, place.name, row["resolution"], StudyArea(cells))
    head = session.execute(sql("forecasts.heads"), {"keys": [row["head"]]}).mappings().one()["id"]
    weeks = (row["week"], row["week"] + 1)
    came = reading.pieces(session, area, [head], date=moment, weeks=weeks, kinds=row["parameters"]["kinds"])[head]
    cube = Cube.from_events(came.columns, area=area.study, weeks=weeks)
    forecast = Forecast(
        row["method"], row["week"], area.study.cells, rate, low, high, row["parameters"]["family"], dispersion
    )
    scored = score_week(forecast, cube.observed(row["week"]), float(cube.outside[0]) / UNIT)
    summary = summarise(MethodRun(row["method"], [forecast], [scored], learned={}, seconds=0.0))
    return making.plain({"scored_at": moment.isoformat(), **summary})
