"""The heat of each beat: this window, the usual, the change and the forecast, each with its interval.

The law of mass holds: the beats' sum + outside + coarse + unplaced + held back = all records of the filter. A record
counts in the beat where it happened, whoever recorded it within the area; what the area's stations recorded at a place
outside every beat of theirs is `outside`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.beats.areas import Area
from app.db.named import sql
from app.records.filters import ALWAYS, Filter, Window, parse_window, range_binds
from app.records.service import data_to, in_records, is_synthetic, iso
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT
from spatial.statistics import change as comparison

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The year before a window, in whole weeks: what is usual is measured on these.
USUAL_WEEKS = 52
USUAL_WINDOW = "-28d"


def with_window(wanted: Filter) -> Filter:
    """Give the filter with a window: the last four weeks where none was asked for."""
    return replace(wanted, window=parse_window(USUAL_WINDOW)) if wanted.window == ALWAYS else wanted


def heat(session: Session, area: Area, wanted: Filter, sees_protected: bool) -> dict[str, Any]:
    """Give the table of an area's beats, and what none of them holds."""
    wanted = with_window(replace(wanted, stations=area.stations, resolution=h3cells.BASE_RESOLUTION))
    hides = wanted.hides_protected(sees_protected)
    cells, masses, beside = cell_masses(session, area, wanted, hides)
    now = np.bincount(area.unit_of[np.searchsorted(area.cells, cells)], weights=masses, minlength=len(area.units))
    now = now.astype(np.int64)  # sums of integers below 2**53 are exact
    weekly, first = weekly_masses(session, area, wanted, hides)
    length = (wanted.window.end - wanted.window.first) / 21
    phi = comparison.dispersion(weekly / UNIT)
    usual = comparison.usual(weekly / UNIT, length, phi)
    change = comparison.change(now / UNIT, weekly / UNIT, length, phi)
    runs = published_runs(session, area, wanted)
    expected = forecasts(session, area, runs)
    shown = int(now.sum())
    outside = beside.get("placed", 0) - shown
    return {
        "area": area.as_json(),
        "units": [
            unit.as_json()
            | {
                "mass": in_records(int(now[index])),
                "usual": _interval(usual, index) if weekly.shape[1] else None,
                "change": _interval(change, index),
                "forecast": expected[index],
            }
            for index, unit in enumerate(area.units)
        ],
        "mass": in_records(shown),
        "outside": in_records(outside),
        "coarse": in_records(beside.get("coarse")),
        "unplaced": in_records(beside.get("unplaced")),
        "held_back": in_records(beside.get("held_back")),
        "total": in_records(shown + outside + sum(beside.get(name, 0) for name in ("coarse", "unplaced", "held_back"))),
        "window": wanted.window.as_json(),
        "usual_weeks": weekly.shape[1],
        "usual_from": shifts.week_start(first).date().isoformat() if weekly.shape[1] else None,
        "dispersion": round(phi, 3),
        "forecast": _said(runs),
        "data_to": iso(data_to(session)),
        "synthetic": is_synthetic(session, wanted.kinds),
    }


def _interval(found: Any, index: int) -> dict[str, float | None] | None:
    """Give one row of three arrays; None where there is no answer, and no bound where it is endless."""
    three = [float(part[index]) for part in found]
    if np.isnan(three[0]):
        return None
    names = ("value", "low", "high")
    return {name: None if not np.isfinite(part) else round(part, 6) for name, part in zip(names, three, strict=True)}


def cell_masses(session: Session, area: Area, wanted: Filter, hides: bool) -> tuple[Integers, Integers, dict[str, int]]:
    """Give the base cells of the area that hold mass, their masses, and what lies beside them by place."""
    rows = session.execute(
        sql("beats.cells"),
        wanted.binds() | wanted.window.weeks() | range_binds([(0, 0, 9), *area.ranges]) | {"hides_protected": hides},
    ).all()
    shown = [(row.cell, row.mass) for row in rows if row.place == "shown"]
    table = np.array(shown, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1], {row.place: row.mass for row in rows if row.place != "shown"}


def weekly_masses(session: Session, area: Area, wanted: Filter, hides: bool) -> tuple[Floats, int]:
    """Give each unit's mass in each whole week of the year before the window, shape (units, weeks), and the first week.

    Weeks before the first in which the area recorded anything at all are left out: before there was a system there was
    no usual.
    """
    end = shifts.week_of_shift(wanted.window.first)
    first = end - USUAL_WEEKS
    span = Window(shifts.first_shift_of_week(first), shifts.first_shift_of_week(end))
    rows = session.execute(
        sql("beats.weeks"),
        wanted.binds()
        | span.weeks(in_blocks=False)
        | range_binds(area.ranges)
        | {"hides_protected": hides, "units": list(area.owners)},
    ).all()
    found = np.zeros((len(area.units), USUAL_WEEKS))
    every = np.zeros(USUAL_WEEKS)
    for unit, week, mass, whole in rows:
        found[unit, week - first] += mass
        every[week - first] += whole
    begun = np.flatnonzero(every)
    skipped = int(begun[0]) if len(begun) else USUAL_WEEKS
    return found[:, skipped:], first + skipped


def published_runs(session: Session, area: Area, wanted: Filter) -> list[RowMapping]:
    """Give the published forecast of each head that covers the area; none where forecasting is switched off."""
    if not current_app.extensions["naqsha.settings"].forecasting:
        return []
    heads = None if wanted.heads is None else list(wanted.heads)
    asked = {"top": area.id, "heads": heads, "shift": wanted.shift, "now": datetime.now(UTC)}
    found = list(session.execute(sql("beats.runs"), asked).mappings())
    # One week in one sum: a head that was not forecast anew is left out, and the answer names those that are in.
    newest = max((row["week"] for row in found), default=0)
    return [row for row in found if row["week"] == newest]


def run_cells(session: Session, area: Area, runs: Sequence[RowMapping]) -> list[tuple[Integers, Floats, Floats, int]]:
    """Give for each run the cells under the area with rate and dispersion, and the run's resolution."""
    found = []
    for run in runs:
        above = np.unique(h3cells.parents(area.cells, run["resolution"]))
        rows = session.execute(sql("beats.run_cells"), {"runs": [run["id"]], "cells": above.tolist()}).all()
        cells = np.array([row.cell for row in rows], dtype=np.int64)
        order = np.argsort(cells)
        rates = np.array([row.rate for row in rows], dtype=float)
        dispersions = np.array([row.dispersion for row in rows], dtype=float)
        found.append((cells[order], rates[order], dispersions[order], run["resolution"]))
    return found


def forecasts(session: Session, area: Area, runs: Sequence[RowMapping]) -> list[dict[str, float] | None]:
    """Give what is expected in each unit: the parts of forecast cells that lie in it, by their base cells."""
    if not runs:
        return [None] * len(area.units)
    read = run_cells(session, area, runs)
    found: list[dict[str, float] | None] = []
    for unit in area.units:
        rates, dispersions, shares = [], [], []
        for cells, rate, dispersion, resolution in read:
            above, count = np.unique(h3cells.parents(unit.cells, resolution), return_counts=True)
            place = np.searchsorted(cells, above)
            known = (place < len(cells)) & (cells[np.minimum(place, len(cells) - 1)] == above if len(cells) else False)
            rates.append(rate[place[known]])
            dispersions.append(dispersion[place[known]])
            shares.append(count[known] / 7 ** (h3cells.BASE_RESOLUTION - resolution))
        mean, low, high = comparison.sum_interval(*(np.concatenate(part) for part in (rates, dispersions, shares)))
        found.append({"value": round(mean, 6), "low": low, "high": high})
    return found


def _said(runs: Sequence[RowMapping]) -> dict[str, Any] | None:
    """Give what the forecast column covers."""
    if not runs:
        return None
    return {
        "week_start": shifts.week_start(runs[0]["week"]).date().isoformat(),
        # A head without a run of the shift is forecast for all of the day.
        "shifts": sorted({"all" if run["shift"] is None else shifts.SHIFT_NAMES[run["shift"]] for run in runs}),
        "heads": [{"key": run["head"], "name": run["head_name"], "name_ur": run["head_name_ur"]} for run in runs],
        "runs": [run["id"] for run in runs],
    }


def outlines(session: Session, area: Area) -> list[str | None]:
    """Give each unit's outline as GeoJSON, in the order of the table."""
    asked = {"units": [unit.id for unit in area.units]}
    shapes = {row.id: row.shape for row in session.execute(sql("beats.areas"), asked)}
    return [shapes.get(unit.id) for unit in area.units]
