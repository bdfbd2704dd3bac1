"""Runs made and backtests run, as the forecaster's role.

How one forecast is made is `making`; what it reads, `reading`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import forecaster_session, worker_session
from app.forecasts import making, reading
from app.forecasts.errors import NoSuchHead, NothingToForecast, TooFarAhead, check_on
from app.forecasts.reading import Area
from app.records import mass
from forecasting.cube import Cube
from forecasting.errors import ForecastingError
from forecasting.ranking import ranks
from spatial import shifts

#: What is forecast where nothing is named: common, reported, and tied to a place.
HEADS = ("robbery", "burglary", "vehicle_theft", "vehicle_snatching", "dacoity", "theft")
DEFAULT_HEAD = HEADS[0]
#: Fewer records of a head in a year say nothing of single cells.
LEAST_RECORDS = 50
#: A forecast is served until so many days after its week.
DAYS_AFTER_WEEK = 3
#: Cells whose drivers are kept and that the API lists: a tenth of the area, but no more than these.
SHOWN_SHARE = 0.10
SHOWN_MOST = 500


@dataclass
class Outcome:
    """What a call of `run` made, and what it left with the reason."""

    runs: list[int] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON holds it."""
        return asdict(self)


def coming_week(now: datetime) -> int:
    """Give the week that begins next."""
    return shifts.week_of(now) + 1


def week_of_date(day: date) -> int:
    """Give the week that holds a local day."""
    return shifts.week_of(datetime(day.year, day.month, day.day, 12, tzinfo=shifts.ZONE))


def plan(
    session: Session, jurisdiction: str | None, heads: Sequence[str] | None, now: datetime
) -> list[tuple[str, list[str]]]:
    """Give the jurisdictions to forecast, each with its heads.

    Where none is named: each district with enough records, or the region where more than one of its districts has them
    (Karachi is seven districts and one city).
    """
    if jurisdiction is not None and heads is not None:
        return [(jurisdiction, list(heads))]
    week = shifts.week_of(now)
    rows = session.execute(
        sql("forecasts.busy"),
        {
            "kinds": list(reading.KINDS),
            "first_shift": shifts.first_shift_of_week(week - 52),
            "end_shift": shifts.first_shift_of_week(week),
        },
    ).mappings()
    counted: dict[str, dict[str, int]] = {}
    region_of: dict[str, str] = {}
    for row in rows:
        if row["head"] in (heads or HEADS):
            counted.setdefault(row["district"], {})[row["head"]] = row["records"]
            region_of[row["district"]] = row["region"] or row["district"]
    if jurisdiction is not None:
        return [(jurisdiction, [head for head in HEADS if any(head in found for found in counted.values())])]
    regions = list(region_of.values())
    sums: dict[str, dict[str, int]] = {}
    for district, found in counted.items():
        code = region_of[district] if regions.count(region_of[district]) > 1 else district
        for head, records in found.items():
            sums.setdefault(code, {})[head] = sums.get(code, {}).get(head, 0) + records
    wanted = heads or HEADS
    chosen = [
        (code, [head for head in wanted if found.get(head, 0) >= LEAST_RECORDS]) for code, found in sorted(sums.items())
    ]
    return [(code, enough) for code, enough in chosen if enough]


def heads_by_key(session: Session, keys: Sequence[str]) -> list[RowMapping]:
    """Give crime heads by their keys, in the order of the keys.

    Raises
    ------
    NoSuchHead
        If one is unknown, or protected: its places are never shown this finely.
    """
    rows = {row["key"]: row for row in session.execute(sql("forecasts.heads"), {"keys": list(keys)}).mappings()}
    if any(key not in rows or rows[key]["protected"] for key in keys):
        raise NoSuchHead
    return [rows[key] for key in keys]


def cubes(
    session: Session, area: Area, heads: Sequence[RowMapping], week: int, known_until: datetime, **asked: Any
) -> dict[str, tuple[Cube, dict[str, float]]]:
    """Give each head's cube of whole weeks before a date, with the records that no cell could hold."""
    end = min(week, shifts.week_of(known_until))
    first = end - making.HISTORY_WEEKS
    found = reading.pieces(session, area, [head["id"] for head in heads], date=known_until, weeks=(first, end), **asked)
    # The span begins where the jurisdiction's data do, the same for every head: years without a system are not years
    # without crime.
    begins = [int(part.columns["week"].min()) for part in found.values() if part.columns["week"].size]
    weeks = (max(first, min(begins, default=end)), end)
    return {
        head["key"]: (
            Cube.from_events(part.columns, area=area.study, weeks=weeks),
            {"coarse": part.coarse / 1e6, "unplaced": part.unplaced / 1e6},
        )
        for head in heads
        for part in (found[head["id"]],)
    }


def run(
    *,
    jurisdiction: str | None = None,
    heads: Sequence[str] | None = None,
    week: int | None = None,
    now: str | datetime | None = None,
    report: Report = quiet,
) -> Outcome:
    """Forecast a week for one jurisdiction or all that have data, and keep each run as a draft.

    A week that has begun is forecast from what was known at its start; the coming one from what is known now.

    Raises
    ------
    SwitchedOff, NoSuchHead, TooFarAhead, reading.NoSuchJurisdiction, reading.AreaTooSmall
    """
    check_on()
    moment = _moment(now)
    target = coming_week(moment) if week is None else week
    known_until = min(moment, shifts.week_start(target))
    outcome = Outcome()
    if target > coming_week(moment):
        raise TooFarAhead
    with forecaster_session() as session:
        if heads:
            heads_by_key(session, heads)
        asked = plan(session, jurisdiction, heads, moment)
        known = {code: heads_by_key(session, keys) for code, keys in asked}
    total = sum(len(keys) for _, keys in asked)
    done = 0
    for code, _ in asked:
        report(done, total, f"{code}: reading")
        with forecaster_session() as session:
            area = reading.area_of(session, code)
            found = cubes(session, area, known[code], target, known_until)
        with worker_session() as session:
            synthetic = bool(
                session.execute(
                    sql("forecasts.has_synthetic"), {"kinds": list(reading.KINDS), "jurisdiction": code}
                ).scalar()
            )
        with worker_session() as session:
            mass.ensure_cells(session, area.study.cells.tolist())
        for head in known[code]:
            done += 1
            try:
                cube, left_out = found[head["key"]]
                number, line = _make(area, head, target, known_until, synthetic, cube, left_out)
            except (ForecastingError, NothingToForecast) as error:
                outcome.left[f"{code} {head['key']}"] = str(error)
                report(done, total, f"{code} {head['key']}: {error}")
            else:
                outcome.runs.append(number)
                report(done, total, line)
    return outcome


def _make(
    area: Area,
    head: RowMapping,
    week: int,
    known_until: datetime,
    synthetic: bool,
    cube: Cube,
    left_out: dict[str, float],
) -> tuple[int, str]:
    """Make and keep one run; gives its id and a line about it."""
    if float(cube.records.sum()) < LEAST_RECORDS:
        raise NothingToForecast
    facts = {
        "jurisdiction": area.code,
        "resolution": area.resolution,
        "kinds": list(reading.KINDS),
        "discoveries": list(reading.DISCOVERIES),
        "known_until": known_until.isoformat(),
        "synthetic": synthetic,
    }
    made = making.make_forecast(cube, week, head["key"], left_out=left_out, facts=facts)
    expires_at = min(
        shifts.week_start(week + 1) + timedelta(days=DAYS_AFTER_WEEK),
        datetime.fromisoformat(made.card["expires_on"]).replace(tzinfo=shifts.ZONE),
    )
    with forecaster_session() as session:
        number = session.execute(
            sql("forecasts.add_run"),
            {
                "jurisdiction_id": area.id,
                "head_id": head["id"],
                "week": week,
                "resolution": area.resolution,
                "method": made.forecast.method,
                "known_until": known_until,
                "data_hash": made.data_hash,
                "parameters": json.dumps(made.parameters),
                "scores": json.dumps(made.scores),
                "card": json.dumps(made.card),
                "has_synthetic": synthetic,
                "expires_at": expires_at,
            },
        ).scalar_one()
        session.execute(sql("forecasts.add_cells"), {"run": number, **cell_columns(made)})
    hit_rate = made.scores["methods"][made.forecast.method]["hit_rate"]["0.05"]
    shown = "no records to score on" if hit_rate is None else f"{hit_rate:.1%} of records in 5 % of the area"
    return int(number), f"{area.code} {head['key']}: run {number}, {made.forecast.method}, {shown}"


def cell_columns(made: making.Made) -> dict[str, list[Any]]:
    """Give the columns of forecast_cell; the drivers of the cells that are listed, none of the others."""
    forecast = made.forecast
    rank = ranks(forecast.rate)
    shown = rank <= shown_count(len(forecast.cells))
    drivers = [
        json.dumps(
            [
                {"code": part.code, "share": round(part.share, 6), "params": dict(part.params)}
                for part in forecast.drivers(cell)
            ]
        )
        if wanted
        else "[]"
        for cell, wanted in zip(forecast.cells.tolist(), shown.tolist(), strict=True)
    ]
    return {
        "cells": forecast.cells.tolist(),
        "rates": forecast.rate.tolist(),
        "lows": forecast.low.tolist(),
        "highs": forecast.high.tolist(),
        "ranks": rank.tolist(),
        "drivers": drivers,
    }


def shown_count(cells: int) -> int:
    """Give how many cells of an area are listed."""
    return min(SHOWN_MOST, int(np.ceil(cells * SHOWN_SHARE)))


def backtest(
    *,
    jurisdiction: str | None = None,
    heads: Sequence[str] | None = None,
    weeks: int = making.MOST_WEEKS,
    now: datetime | None = None,
    report: Report = quiet,
) -> list[dict[str, Any]]:
    """Give the scores of every method on the last weeks, and keep nothing."""
    check_on()
    moment = _moment(now)
    target = coming_week(moment)
    rows: list[dict[str, Any]] = []
    with forecaster_session() as session:
        for code, keys in plan(session, jurisdiction, heads, moment):
            area = reading.area_of(session, code)
            found = cubes(session, area, heads_by_key(session, keys), target, moment)
            for key, (cube, _) in found.items():
                try:
                    examination = making.examine(cube, target, test_weeks=weeks)
                except ForecastingError as error:
                    rows.append({"jurisdiction": code, "head": key, "error": str(error)})
                    continue
                rows.append(
                    {
                        "jurisdiction": code,
                        "head": key,
                        "published": examination.choice.method,
                        "cells": len(area.study),
                        "resolution": area.resolution,
                        **examination.scores,
                    }
                )
                report(len(rows), None, f"{code} {key}")
    return rows


def _moment(now: str | datetime | None) -> datetime:
    if isinstance(now, str):
        return datetime.fromisoformat(now)
    return now or datetime.now(UTC)
