"""Runs scored when their week is known, beside the plain rules, and again as late reports arrive, with the date."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import forecaster_session
from app.forecasts import keeping, making, reading
from app.forecasts.errors import check_on
from forecasting.backtest import MethodRun, score_week, summarise
from forecasting.cube import Cube, StudyArea
from forecasting.model import Family, Floats, Forecast, Integers
from spatial import shifts
from spatial.mass import UNIT

#: Weeks after its own that a run waits for late registrations before it is scored, and in which it is scored again.
WEEKS_TO_SETTLE = 1
WEEKS_OF_LATE_REPORTS = 12


def score(*, again: bool = False, now: datetime | None = None, report: Report = quiet) -> list[dict[str, Any]]:
    """Score every run whose week is known by now, keep each score with its date, and give the new ones.

    A week counts as known a week after its end. Late registrations still change it: what was scored before is scored
    anew for twelve weeks, and a new score is kept where a number differs. With ``again`` every run is, in any case.
    """
    check_on()
    moment = now or datetime.now(UTC)
    week = shifts.week_of(moment)
    with forecaster_session() as session:
        rows = (
            session.execute(
                sql("forecasts.to_score"),
                {
                    "before_week": week - WEEKS_TO_SETTLE,
                    "again_from": 0 if again else week - WEEKS_OF_LATE_REPORTS,
                    "now": moment,
                },
            )
            .mappings()
            .all()
        )
    outcomes: list[dict[str, Any]] = []
    done = 0
    for _, members in groupby(rows, key=_read_together):
        group = list(members)
        with forecaster_session() as session:
            for row, outcome in _scored(session, group, moment, again):
                done += 1
                if outcome is not None:
                    outcomes.append(outcome)
                report(done, len(rows), f"run {row['id']}: {row['jurisdiction']} {row['head']}")
    return outcomes


def _read_together(row: RowMapping) -> tuple[Any, ...]:
    """Give what runs have in common whose weeks are read at once."""
    return row["jurisdiction"], row["resolution"], row["shift"], tuple(row["parameters"]["kinds"])


def _scored(
    session: Session, rows: Sequence[RowMapping], moment: datetime, again: bool
) -> Iterator[tuple[RowMapping, dict[str, Any] | None]]:
    """Score runs of one area and part of the day; an outcome is None where nothing has changed since the last."""
    one = rows[0]
    weeks = (min(row["week"] for row in rows), max(row["week"] for row in rows) + 1)
    place = reading.area_of(session, one["jurisdiction"], resolution=one["resolution"])
    heads = sorted({row["head_id"] for row in rows})
    kinds = one["parameters"]["kinds"]
    came = reading.pieces(session, place, heads, date=moment, weeks=weeks, kinds=kinds, shift=one["shift"])
    for row in rows:
        yield row, _outcome(session, row, place, came[row["head_id"]], moment, again)


def _outcome(
    session: Session, row: RowMapping, place: reading.Area, came: reading.Pieces, moment: datetime, again: bool
) -> dict[str, Any] | None:
    """Score one run and what stood beside it; keeps the sums and gives the run's own outcome."""
    own = _shown(session, row)
    cells = own.cells
    forecasts = [own, *_rivals(session, row, cells)]
    wanted = came.columns["week"] == row["week"]
    columns = {name: column[wanted] for name, column in came.columns.items()}
    week = (row["week"], row["week"] + 1)
    cube = Cube.from_events(columns, area=place.study if _same(place, cells) else StudyArea(cells), weeks=week)
    observed, outside = cube.observed(row["week"]), float(cube.outside[0]) / UNIT
    runs = [
        MethodRun(each.method, [each], [score_week(each, observed, outside)], learned={}, seconds=0.0)
        for each in forecasts
    ]
    summary = making.plain(summarise(runs[0]))
    if not again and row["outcome"] is not None and {name: row["outcome"].get(name) for name in summary} == summary:
        return None
    outcome = {"scored_at": moment.isoformat(), **summary}
    session.execute(sql("forecasts.keep_outcome"), {"id": row["id"], "outcome": json.dumps(outcome)})
    keeping.add_scores(
        session,
        row["id"],
        row["jurisdiction_id"],
        runs,
        origin="forecast",
        shown=row["method"],
        day=moment.astimezone(shifts.ZONE).date(),
    )
    return {"run": row["id"], "jurisdiction": row["jurisdiction"], "head": row["head"], **outcome}


def _same(place: reading.Area, cells: Integers) -> bool:
    """Say whether an area has not changed since a run: its cells are then known already."""
    return np.array_equal(place.study.cells, cells)


def _shown(session: Session, row: RowMapping) -> Forecast:
    """Give a run's forecast as it was kept."""
    kept = session.execute(sql("forecasts.all_cells"), {"run": row["id"]}).all()
    # Cell ids are beyond a float's 53 bits, so they are read apart from the rates.
    cells = np.array([cell for cell, *_ in kept], dtype=np.int64)
    rate, low, high, dispersion = np.array([numbers for _, *numbers in kept], dtype=float).T
    return Forecast(row["method"], row["week"], cells, rate, low, high, row["parameters"]["family"], dispersion)


def _rivals(session: Session, row: RowMapping, cells: Integers) -> Iterator[Forecast]:
    """Give what the plain rules forecast for the same cells; no score of theirs reads an interval, and none is kept."""
    for rival in session.execute(sql("forecasts.rivals"), {"run": row["id"]}).mappings():
        rate: Floats = np.array(rival["rates"], dtype=float)
        dispersion: Floats = np.array(rival["dispersions"], dtype=float)
        family: Family = "negative_binomial" if dispersion.any() else "poisson"
        yield Forecast(rival["method"], row["week"], cells, rate, rate, rate, family, dispersion)
