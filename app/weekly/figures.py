"""Every number of a briefing, as one JSON object: what page, file and print are all made from.

The same for every reader who may have it: protected records count in sums and stand in no map, whoever asks.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.records.service import data_to, is_synthetic, iso
from app.weekly import ahead, weeks
from app.weekly.areas import Top
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT
from spatial.statistics import change as comparison
from spatial.statistics import emerging

Floats = NDArray[np.float64]

USUAL_WEEKS = 52
#: A station's registration is judged on this many weeks, and so is a cell's rise: one week says too little.
RECENT_WEEKS = 4
#: Complaints this old should have led to a FIR, where they ever will.
GAP_WEEKS = (4, 12)
#: How fast FIRs become known is read off these weeks, old enough to be known whole, recent enough to be alike.
LIKE_WEEKS = (4, 20)
LEAST_FIRS = 20
MOST_STATIONS = 30
MOST_EMERGING = 10
#: A source whose data end earlier than this is said to be stale.
STALE = timedelta(hours=26)


def figures(session: Session, top: Top, week: int, now: datetime) -> dict[str, Any]:
    """Give the figures of a briefing that looks back on a week and ahead to the next."""
    reaches = data_to(session)
    sums = _sums(session, top, week, _elapsed(session, top, week, min(reaches or now, now)))
    risk = ahead.risk(session, top, week + 1)
    scores = ahead.scores(session, top, week)
    late, gap = _late(session, top, week), _gap(session, top, week)
    first, last = weeks.days(week)
    coming = weeks.days(week + 1)
    found: dict[str, Any] = {
        "area": {
            "code": top.code,
            "level": top.level,
            "name": top.name,
            "name_ur": top.name_ur,
            "derived": top.derived,
        },
        "outline": top.outline,
        "week": weeks.name_of(week),
        "from": first,
        "to": last,
        "ahead": {"week": weeks.name_of(week + 1), "from": coming[0], "to": coming[1]},
        "running": now < shifts.week_start(week + 1),
        "data_to": iso(reaches),
        "synthetic": is_synthetic(session, None),
        **sums,
        "risk": risk,
        "scores": scores,
        "emerging": _emerging(session, top, week, sums["dispersion"]),
        "late": late,
        "gap": gap,
        "sources": _sources(session, now),
    }
    found["unknown"] = _unknown(found)
    return found


def _elapsed(session: Session, top: Top, week: int, until: datetime) -> float:
    """Give how much of a week can be known by now: the share of earlier weeks' FIRs that was known at the same point.

    So a week that still runs, and one whose FIRs are still being registered, are compared with their like. Where too
    few FIRs tell, the share of the week's days that the data reach.
    """
    start = shifts.week_start(week)
    asked = {
        "first_shift": shifts.first_shift_of_week(week - LIKE_WEEKS[1]),
        "end_shift": shifts.first_shift_of_week(week - LIKE_WEEKS[0]),
        "seconds": max((until - start).total_seconds(), 86_400),
        "stations": top.ids,
    }
    row = session.execute(sql("weekly.known"), asked).one()
    if row.every < LEAST_FIRS:
        return min(max((until - start) / timedelta(days=7), 1 / 7), 1.0)
    return min(max(row.known / row.every, 1 / 7), 1.0)


def _sums(session: Session, top: Top, week: int, elapsed: float) -> dict[str, Any]:
    """Give the week's records against the usual: in all, by head, by station; and what no map of them could show."""
    first = week - USUAL_WEEKS
    heads = list(session.execute(sql("forecasts.heads"), {"keys": None}).mappings())
    places = {row["id"]: index for index, row in enumerate(top.stations)}
    columns = {row["id"]: index for index, row in enumerate(heads)}
    by_station = np.zeros((len(places), USUAL_WEEKS + 1))
    by_head = np.zeros((len(heads), USUAL_WEEKS + 1))
    beside = {"placed": 0, "coarse": 0, "unplaced": 0}
    asked = {"first": first, "stop": week + 1, "stations": top.ids}
    for row in session.execute(sql("weekly.sums"), asked):
        by_station[places[row.station_id], row.week - first] += row.mass
        by_head[columns[row.head], row.week - first] += row.mass
        if row.week == week:
            beside[row.place] += row.mass
    begun = np.flatnonzero(by_station[:, :-1].sum(axis=0))
    start = int(begun[0]) if len(begun) else USUAL_WEEKS
    by_station, by_head = by_station[:, start:] / UNIT, by_head[:, start:] / UNIT
    # The stations are recorded apart from each other: their scatter is measured on them, the sum's on itself.
    phi = comparison.dispersion(by_station[:, :-1])
    whole = by_station.sum(axis=0, keepdims=True)
    told = [index for index, row in enumerate(top.stations) if row["level"] == "station" or by_station[index].any()]
    rows = [
        _named(top.stations[index])
        | {"district": top.stations[index]["district"], "district_ur": top.stations[index]["district_ur"]}
        | measured
        for index, measured in zip(told, _against(by_station[told], phi, elapsed), strict=True)
    ]
    rows.sort(key=_surprise)
    head_rows = [
        {"key": row["key"], "name": row["name"], "name_ur": row["name_ur"]} | measured
        for row, measured in zip(heads, _against(by_head, comparison.dispersion(by_head[:, :-1]), elapsed), strict=True)
    ]
    head_rows = [row for row in head_rows if row["mass"] > 0 or (row["usual"] and row["usual"]["value"] >= 0.5)]
    head_rows.sort(key=lambda row: -row["mass"])
    return {
        "total": _against(whole, comparison.dispersion(whole[:, :-1]), elapsed)[0]
        | {name: round(mass / UNIT, 6) for name, mass in beside.items()},
        "elapsed": round(elapsed, 4),
        "usual_weeks": int(by_station.shape[1] - 1),
        "dispersion": round(phi, 4),
        "heads": head_rows,
        "stations": rows[:MOST_STATIONS],
        "station_count": len(rows),
        "silent": [
            _named(top.stations[index])
            for index in told
            if by_station.shape[1] > 8 and by_station[index, -1] == 0 and by_station[index, :-1].mean() >= 2
        ],
    }


def _named(row: RowMapping) -> dict[str, Any]:
    return {"code": row["code"], "name": row["name"], "name_ur": row["name_ur"]}


def _against(series: Floats, phi: float, elapsed: float) -> list[dict[str, Any]]:
    """Give each row's last week, as far as the data reach, against as much of the weeks before it."""
    now, weekly = series[:, -1], series[:, :-1]
    if not weekly.shape[1]:
        return [{"mass": round(float(mass), 6), "usual": None, "change": None} for mass in now]
    usual, change = comparison.usual(weekly, elapsed, phi), comparison.change(now, weekly, elapsed, phi)
    return [
        {"mass": round(float(now[row]), 6), "usual": three(usual, row), "change": three(change, row)}
        for row in range(len(now))
    ]


def three(found: Any, row: int) -> dict[str, float | None] | None:
    """Give value, low and high of one row; None where there is no answer, and no bound where it is endless."""
    parts = [float(part[row]) for part in found]
    if np.isnan(parts[0]):
        return None
    names = ("value", "low", "high")
    return {name: round(part, 6) if np.isfinite(part) else None for name, part in zip(names, parts, strict=True)}


def is_sure(change: dict[str, float | None] | None) -> bool:
    """Say whether a change leaves chance out."""
    if change is None or change["low"] is None:
        return False
    return change["low"] > 0 or (change["high"] is not None and change["high"] < 0)


def _surprise(row: dict[str, Any]) -> tuple[bool, float, str]:
    """Give the order of stations: sure changes first, then the busiest."""
    return (not is_sure(row["change"]), -row["mass"], row["code"])


def _emerging(session: Session, top: Top, week: int, phi: float) -> list[dict[str, Any]]:
    """Give the cells that hold more in the last weeks than in the year before, the surest first."""
    turn = week + 1 - RECENT_WEEKS
    asked = {"first": turn - (USUAL_WEEKS - RECENT_WEEKS), "turn": turn, "stop": week + 1, "stations": top.ids}
    rows = session.execute(sql("weekly.cells"), asked).all()
    if not rows:
        return []
    now, before = (np.array([getattr(row, name) for row in rows]) / UNIT for name in ("now", "before"))
    length = USUAL_WEEKS - RECENT_WEEKS
    tested = emerging.rising(now, before, weeks_now=RECENT_WEEKS, weeks_before=length, phi=phi)
    found = [
        {
            "cell": h3cells.to_hex(rows[index].cell),
            "mass": round(float(now[index]), 6),
            "usual": round(float(before[index]) * RECENT_WEEKS / length, 6),
            "q": round(float(tested.q[index]), 5),
        }
        for index in np.argsort(tested.q, kind="stable")
        if tested.found[index] and now[index] >= 2
    ][:MOST_EMERGING]
    return ahead.named(session, found)


def _late(session: Session, top: Top, week: int) -> dict[str, Any]:
    """Give by station how late FIRs were registered in the last weeks."""
    asked = _span(week + 1 - RECENT_WEEKS, week + 1) | {"stations": top.ids}
    found = {row.station_id: row for row in session.execute(sql("weekly.late"), asked)}
    rows = [
        _named(station)
        | {
            "firs": found[station["id"]].firs,
            "late": found[station["id"]].late,
            "hours": round(float(found[station["id"]].hours or 0), 1),
        }
        for station in top.stations
        if station["id"] in found
    ]
    rows.sort(key=lambda row: (-row["late"] / row["firs"], -row["firs"], row["code"]))
    return {
        "weeks": RECENT_WEEKS,
        "firs": sum(row["firs"] for row in rows),
        "late": sum(row["late"] for row in rows),
        "rows": rows[:MOST_STATIONS],
    }


def _gap(session: Session, top: Top, week: int) -> dict[str, Any]:
    """Give by station how many complaints that are old enough led to a FIR, and in how many days."""
    asked = _span(week + 1 - GAP_WEEKS[1], week + 1 - GAP_WEEKS[0]) | {"stations": top.ids}
    found = {row.station_id: row for row in session.execute(sql("weekly.gap"), asked)}
    rows = [
        _named(station)
        | {
            "complaints": found[station["id"]].complaints,
            "became": found[station["id"]].became,
            "days": None if found[station["id"]].days is None else round(float(found[station["id"]].days), 1),
        }
        for station in top.stations
        if station["id"] in found
    ]
    rows.sort(key=lambda row: (row["became"] / row["complaints"], -row["complaints"], row["code"]))
    return {
        "weeks": list(GAP_WEEKS),
        "complaints": sum(row["complaints"] for row in rows),
        "became": sum(row["became"] for row in rows),
        "rows": rows[:MOST_STATIONS],
    }


def _span(first: int, stop: int) -> dict[str, datetime]:
    return {"start": shifts.week_start(first), "stop": shifts.week_start(stop)}


def _sources(session: Session, now: datetime) -> list[dict[str, Any]]:
    rows = session.execute(sql("lookup.sources")).mappings()
    return [
        {
            "key": row["key"],
            "name": row["name"],
            "synthetic": row["synthetic"],
            "data_to": iso(row["data_to"]),
            "stale": now.astimezone(UTC) - row["data_to"] > STALE,
        }
        for row in rows
        if row["data_to"] is not None
    ]


def _unknown(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what the page does not know, as codes that its templates say in words."""
    total, said = found["total"], []

    def say(code: str, **params: Any) -> None:
        said.append({"code": code, "params": params})

    if found["running"]:
        say("running")
    if found["usual_weeks"] < USUAL_WEEKS:
        say("short", weeks=found["usual_weeks"])
    if total["mass"]:
        say("unplaced", unplaced=total["unplaced"], coarse=total["coarse"], total=total["mass"])
    if found["silent"]:
        say("silent", stations=found["silent"])
    if found["risk"] is None:
        say("off" if not current_app.extensions["naqsha.settings"].forecasting else "no_forecast")
    else:
        say("heads", heads=found["risk"]["heads"], areas=found["risk"]["areas"])
    if not any(row["origin"] == "forecast" for row in found["scores"]):
        say("not_scored")
    if any(source["stale"] for source in found["sources"]):
        say("stale", sources=[source["name"] for source in found["sources"] if source["stale"]])
    say("late")
    say("reported")
    if found["area"]["derived"]:
        say("derived")
    return said
