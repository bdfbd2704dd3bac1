"""Runs kept: the row, its cells with their drivers, the rivals beside it, and the sums of its backtest's weeks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts import making, resting
from app.forecasts.planning import Series
from app.forecasts.registration import Conditioned, late_note
from forecasting import stability
from forecasting.backtest import MethodRun, WeekScore
from forecasting.model import Floats, Forecast, Integers
from forecasting.ranking import ranks
from forecasting.renewal import AREA_FULL, NEEDS_RENEWAL, Listing
from spatial import shifts

#: A forecast is served until so many days after its week.
DAYS_AFTER_WEEK = 3
#: Cells that are listed, with their drivers: a tenth of the area, but no more than these.
SHOWN_SHARE = 0.10
SHOWN_MOST = 500


def examination(session: Session, series: Series, week: int, methods: Sequence[str]) -> making.Examination | None:
    """Give the examination of an earlier run of a series that still holds; None where there is none."""
    scores = session.execute(
        sql("forecasts.last_examination"),
        {
            "jurisdiction_id": series.area.id,
            "head_id": series.head["id"],
            "shift": series.shift,
            "resolution": series.area.resolution,
            "week": week,
            # Not all series of a country in the same week: they take turns.
            "weeks": making.CHOICE_HOLDS_WEEKS + (series.area.id + series.head["id"]) % making.CHOICE_HOLDS_WEEKS,
        },
    ).scalar()
    return None if scores is None else making.Examination.kept(scores, methods)


def keep(
    session: Session,
    series: Series,
    made: making.Made,
    week: int,
    known_until: datetime,
    *,
    synthetic: bool,
    account: int | None,
    conditioned: Conditioned,
    sight: Sequence[Mapping[str, Any]],
    station: Integers,
    year: Floats,
) -> int:
    """Keep a run as a draft, and give its id."""
    forecast = made.forecast
    budget = shown_count(len(forecast.cells)) / len(forecast.cells)
    key = {
        "jurisdiction_id": series.area.id,
        "head_id": series.head["id"],
        "shift": series.shift,
        "resolution": series.area.resolution,
    }
    listing = resting.listing(session, key, week, forecast, budget, station)
    said = [*conditioned.notes, *late_note(conditioned.facts, made.late_effect)]
    marks = stability.examine(forecast.rate, station, budget, records_a_year=year)
    full = sum(item.why == AREA_FULL for item in listing.left_off)
    if full:
        said.append({"code": AREA_FULL, "params": {"cells": full}})
    expires_at = min(
        shifts.week_start(week + 1) + timedelta(days=DAYS_AFTER_WEEK),
        datetime.fromisoformat(made.card["expires_on"]).replace(tzinfo=shifts.ZONE),
    )
    number = int(
        session.execute(
            sql("forecasts.add_run"),
            {
                **key,
                "week": week,
                "method": forecast.method,
                "known_until": known_until,
                "data_hash": made.data_hash,
                "parameters": json.dumps(made.parameters),
                "scores": json.dumps(made.scores),
                "card": json.dumps(made.card),
                "notes": json.dumps({"said": said, "sight": sight}),
                "paused": conditioned.paused,
                "has_synthetic": synthetic,
                "expires_at": expires_at,
                "made_by": account,
            },
        ).scalar_one()
    )
    session.execute(
        sql("forecasts.add_cells"),
        {
            "run": number,
            "jurisdiction_id": series.area.id,
            **cell_columns(forecast, listing, marks, conditioned.paused_cells),
        },
    )
    session.execute(sql("forecasts.rest"), {"run": number, "cells": _resting(listing)})
    for rival in made.rivals:
        session.execute(
            sql("forecasts.add_rival"),
            {
                "run": number,
                "method": rival.method,
                "rates": rival.rate.tolist(),
                "dispersions": rival.dispersion.tolist(),
            },
        )
    add_scores(
        session,
        number,
        series.area.id,
        made.examination.runs,
        origin="backtest",
        shown=made.forecast.method,
        day=known_until.astimezone(shifts.ZONE).date(),
    )
    if made.examination.runs:
        session.execute(sql("scores.drop_older_backtests"), {"run": number})
    return number


def add_scores(
    session: Session, run: int, jurisdiction: int, runs: Sequence[MethodRun], *, origin: str, shown: str, day: date
) -> None:
    """Keep the sums of the weeks of methods beside a run; what was scored on the same day before gives way."""
    rows = [
        {
            "run": run,
            "jurisdiction_id": jurisdiction,
            "method": each.method,
            "origin": origin,
            "shown": each.method == shown,
            "scored_on": day,
            **_sums(score),
        }
        for each in runs
        for score in each.scores
    ]
    if rows:
        session.execute(sql("scores.add"), rows)


def _sums(score: WeekScore) -> dict[str, Any]:
    columns = asdict(score)
    columns.pop("plain_covered")
    return columns | {"captured": list(score.captured), "best": list(score.best)}


def _resting(listing: Listing) -> list[int]:
    return [item.cell for item in listing.left_off if item.why == NEEDS_RENEWAL]


def cell_columns(
    forecast: Forecast, listing: Listing, marks: stability.Stability, paused: NDArray[np.bool_]
) -> dict[str, list[Any]]:
    """Give the columns of forecast_cell; the drivers of the cells that are listed or rest, none of the others."""
    rank = ranks(forecast.rate)
    listed = np.isin(forecast.cells, [*listing.cells.tolist(), *_resting(listing)])
    drivers = [
        json.dumps(
            [
                {"code": part.code, "share": round(part.share, 6), "params": dict(part.params)}
                for part in forecast.drivers(cell)
            ]
        )
        if wanted
        else "[]"
        for cell, wanted in zip(forecast.cells.tolist(), listed.tolist(), strict=True)
    ]
    return {
        "cells": forecast.cells.tolist(),
        "rates": forecast.rate.tolist(),
        "lows": forecast.low.tolist(),
        "highs": forecast.high.tolist(),
        "dispersions": forecast.dispersion.tolist(),
        "ranks": rank.tolist(),
        "listed": listed.tolist(),
        # On the list, and off it if this area reported less than the others: or the other way round.
        "unstable": ((marks.listed & ~marks.firm) | marks.may_enter).tolist(),
        "unknown": marks.unknown.tolist(),
        "paused": paused.tolist(),
        "drivers": drivers,
    }


def shown_count(cells: int) -> int:
    """Give how many cells of an area are listed at most."""
    return min(SHOWN_MOST, int(np.ceil(cells * SHOWN_SHARE)))
