"""No cell is listed for more than four weeks on end without a named officer's renewal (trust.md F10).

The rule is pure (`forecasting.renewal`). It is asked twice: when a run is made, for its draft, and when it is
published, since only published lists were anybody's list and another may have come in between.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.renewals.service import renewals_of
from forecasting.model import Integers
from forecasting.renewal import MOST_WEEKS, NEEDS_RENEWAL, RENEWED_WEEKS, Listing, list_week

#: Something with jurisdiction_id, head_id, shift and resolution: a run's row, or what becomes one.
Series = Mapping[str, Any] | RowMapping


def listing(
    session: Session, series: Series, week: int, forecast: Any, budget: float, station: Integers | None
) -> Listing:
    """Give what a run lists, and what its rank would have listed but a rule keeps off.

    Where a cell is no station's, no station's share is capped.
    """
    groups = None if station is None or (station < 0).any() else station
    return list_week(
        week,
        forecast.cells,
        forecast.rate,
        budget,
        history=lists(session, series, week),
        renewals=renewals_of(session, forecast.cells.tolist(), week - RENEWED_WEEKS + 1, week),
        station=groups,
    )


def lists(session: Session, series: Series, week: int) -> dict[int, list[int]]:
    """Give the published lists of a series in the weeks before a week."""
    rows = session.execute(sql("forecasts.lists"), {**_key(series), "week": week, "weeks": MOST_WEEKS})
    return {row.week: row.cells for row in rows}


def _key(series: Series) -> dict[str, Any]:
    return {name: series[name] for name in ("jurisdiction_id", "head_id", "shift", "resolution")}


def settle(session: Session, row: RowMapping) -> int:
    """Let those cells of a run rest that must, by the lists published so far; gives how many."""
    found = session.execute(sql("forecasts.listed"), {"run": row["id"]}).all()
    cells = np.array([each.cell for each in found], dtype=np.int64)
    if not cells.size:
        return 0
    ranked = list_week(
        row["week"],
        cells,
        np.arange(len(cells), 0, -1, dtype=float),
        1.0,
        history=lists(session, row, row["week"]),
        renewals=renewals_of(session, cells.tolist(), row["week"] - RENEWED_WEEKS + 1, row["week"]),
    )
    rest = [item.cell for item in ranked.left_off if item.why == NEEDS_RENEWAL]
    session.execute(sql("forecasts.rest"), {"run": row["id"], "cells": rest})
    return len(rest)
