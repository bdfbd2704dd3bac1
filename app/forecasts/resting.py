"""No cell is listed for more than four weeks on end without a named officer's renewal (trust.md F10).

The rule is pure (`forecasting.renewal`). It is asked twice: when a run is made, for its draft, and when it is
published, since only published lists were anybody's list and another may have come in between.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.errors import InvalidFilter
from forecasting.model import Integers
from forecasting.renewal import MOST_WEEKS, NEEDS_RENEWAL, RENEWED_WEEKS, Listing, Renewal, list_week
from spatial.cells import from_hex, to_hex
from spatial.errors import SpatialError

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
        renewals=renewals(session, series, week),
        station=groups,
    )


def lists(session: Session, series: Series, week: int) -> dict[int, list[int]]:
    """Give the published lists of a series in the weeks before a week."""
    rows = session.execute(sql("forecasts.lists"), {**_key(series), "week": week, "weeks": MOST_WEEKS})
    return {row.week: row.cells for row in rows}


def renewals(session: Session, series: Series, week: int) -> list[Renewal]:
    """Give the renewals of a series that may hold in a week."""
    binds = {**_key(series), "week": week, "weeks": RENEWED_WEEKS}
    del binds["resolution"]
    rows = session.execute(sql("forecasts.renewals"), binds)
    return [Renewal(row.cell, row.week, row.officer, row.reason) for row in rows]


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
        renewals=renewals(session, row, row["week"]),
    )
    rest = [item.cell for item in ranked.left_off if item.why == NEEDS_RENEWAL]
    session.execute(sql("forecasts.rest"), {"run": row["id"], "cells": rest})
    return len(rest)


def renew(
    session: Session, row: RowMapping, cells: Sequence[str], reason: str, account: int, officer: str
) -> list[str]:
    """Renew resting cells of a run in an officer's name, from its week on; gives those that were.

    Raises
    ------
    InvalidFilter
        If one is no cell, or none of them rests in this run, or the reason says nothing.
    """
    if len(reason.strip()) < 3:
        raise InvalidFilter("A renewal needs a reason, in a few words.")
    try:
        wanted = [from_hex(cell) for cell in cells]
    except SpatialError:
        raise InvalidFilter("A cell has 15 hexadecimal digits.") from None
    done = list(
        session.execute(
            sql("forecasts.add_renewal"),
            {"run": row["id"], "cells": wanted, "account": account, "officer": officer, "reason": reason.strip()},
        ).scalars()
    )
    if not done:
        raise InvalidFilter("None of these cells rests in this forecast.")
    settle(session, row)
    # The officer's words stay with the renewal: the log holds ids, and words may name people.
    note(session, "forecast_renewed", "forecast_run", row["id"], detail={"officer": officer, "cells": len(done)})
    return [to_hex(cell) for cell in done]
