"""What exceeds its usual number now: stations and cells of resolution 7, the last day against twelve weeks.

The statistics stand in spatial.statistics.exceedance; here the counts are read, the answer is kept for a minute (two
hundred screens ask the same), and the words are made: with the threshold and the base rate, since a number that rings
without them says nothing (trust.md 10).
"""

import threading
import time
from collections import OrderedDict
from datetime import timedelta
from typing import Any

import numpy as np
from flask_login import current_user
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db.named import sql
from app.records.filters import Filter
from app.records.service import iso
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT
from spatial.statistics import exceedance

WEEKS = 12
#: Weeks over which the rule is replayed for the base rate.
REPLAYED_WEEKS = 4
FALSE_ALARMS_A_WEEK = 1.0
_PER_DAY = 3
_SECONDS = 60
_MOST_KEPT = 64
_kept: "OrderedDict[tuple[Any, ...], tuple[float, dict[str, Any]]]" = OrderedDict()
_lock = threading.Lock()


def current(session: Session, wanted: Filter, now_shift: int) -> dict[str, Any]:
    """Give the alarms of a filter's kinds, heads and jurisdiction; its window is not used.

    Parameters
    ----------
    now_shift : int
        The running shift: the day in question is it and the two before.
    """
    key = (tuple(current_user.jurisdictions), wanted.kinds, wanted.heads, wanted.stations, now_shift)
    with _lock:
        kept = _kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < _SECONDS:
            return kept[1]
    found = _made(session, wanted, now_shift)
    with _lock:
        _kept[key] = (time.monotonic(), found)
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """Forget what is kept: for tests, which change the past."""
    with _lock:
        _kept.clear()


def _made(session: Session, wanted: Filter, now_shift: int) -> dict[str, Any]:
    end = now_shift + 1
    days = WEEKS * 7
    first = end - (days + 1) * _PER_DAY
    binds = wanted.binds() | {
        "kinds": list(wanted.kinds or ("fir", "complaint", "incident")),
        "heads": list(wanted.heads) if wanted.heads is not None else None,
        "first": first,
        "end": end,
    }
    alarms: list[dict[str, Any]] = []
    rules: dict[str, dict[str, Any] | None] = {}
    daily: list[float] = []
    for level, paragraph in (("station", "control.by_station"), ("cell", "control.by_cell")):
        units, counts = _counts(session.execute(sql(paragraph), binds).all(), first, days + 1)
        if not len(units) or counts[:, :-1].sum() == 0:
            rules[level] = None
            continue
        if level == "station":
            daily = [round(value, 6) for value in counts.sum(axis=0).tolist()]
        rule = exceedance.exceed(counts[:, :-1], counts[:, -1], FALSE_ALARMS_A_WEEK)
        rung = exceedance.alarms_a_week(counts[:, :-1], REPLAYED_WEEKS * 7, FALSE_ALARMS_A_WEEK)
        rules[level] = {"units": len(units), "alpha": rule.alpha, "rang_a_week": round(rung, 2)}
        found = [
            {
                "level": level,
                "unit": units[at],
                "observed": round(float(counts[at, -1]), 6),
                "expected": round(float(rule.expected[at]), 3),
                "low": float(rule.low[at]),
                "high": float(rule.high[at]),
                "p": float(rule.p[at]),
            }
            for at in np.flatnonzero(rule.alarms())
        ]
        alarms += sorted(found, key=lambda alarm: alarm["p"])
    return {
        "alerts": _named(session, alarms),
        "rule": {
            "false_alarms_a_week": FALSE_ALARMS_A_WEEK,
            "weeks": WEEKS,
            "replayed_weeks": REPLAYED_WEEKS,
            "levels": rules,
        },
        # Each day is three shifts up to the running one; named by the day on which it ends.
        "series": {
            "days": [
                (shifts.shift_start(first + (day + 1) * _PER_DAY) - timedelta(seconds=1)).date().isoformat()
                for day in range(len(daily))
            ],
            "mass": daily,
        },
        "from": iso(shifts.shift_start(end - _PER_DAY)),
        "until": iso(shifts.shift_start(end)),
    }


def _counts(rows: Any, first: int, days: int) -> tuple[list[int], NDArray[np.float64]]:
    """Give the units and their records a day, shape (units, days), the newest day last."""
    units = sorted({row.unit for row in rows})
    places = {unit: at for at, unit in enumerate(units)}
    counts = np.zeros((len(units), days))
    for row in rows:
        counts[places[row.unit], (row.shift - first) // _PER_DAY] += row.mass / UNIT
    return units, counts


def _named(session: Session, alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [alarm["unit"] for alarm in alarms if alarm["level"] == "station"]
    stations = {row.id: row for row in session.execute(sql("control.stations"), {"ids": ids})} if ids else {}
    for alarm in alarms:
        unit = alarm.pop("unit")
        if alarm["level"] == "station":
            row = stations[unit]
            alarm |= {"code": row.code, "name": row.name, "name_ur": row.name_ur, "lat": row.lat, "lon": row.lon}
        else:
            lat, lon = h3cells.centre(unit)
            alarm |= {"cell": h3cells.to_hex(unit), "lat": lat, "lon": lon}
    return alarms
