"""How records come to be registered, watched before a forecast learns from them: shocks by station, and delays.

The rules are pure (`forecasting.shocks`, `holding`, `nowcast`); here they meet the stations of an area, and what they
find becomes notes that the run carries to the map, the page and the card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts.reading import Area
from forecasting import nowcast, shocks
from forecasting.cube import Cube, relate
from forecasting.holding import Held, Registered, hold_out, registrations
from forecasting.model import Floats, Integers
from forecasting.shocks import BULK_LATE, BURST, STEP_UP, Shock
from spatial import cells as h3cells

#: A shock that was caught longer ago is told no more, though what it changed stays changed.
TOLD_WEEKS = 8
MOST_TOLD = 5
#: Where more than this share of a year's records lies in paused stations, the run as a whole is paused.
MOST_PAUSED = 0.5
#: Records a week that the rest of an area must have to tell what moves all of it: its own noise is then 15 %.
LEAST_REST = 40.0
#: Weeks at the end whose late reports a note tells.
LATE_WEEKS = 4


@dataclass(frozen=True)
class Stations:
    """The stations of an area, and whose each of its cells is: -1 for nobody's."""

    names: tuple[tuple[str, str], ...]
    group: Integers


@dataclass(frozen=True)
class Conditioned:
    """What a forecast may learn from, and what is to be told of it.

    Attributes
    ----------
    held : Cube
        The cube without its shocks.
    cube : Cube
        The same with its last weeks completed by what will still be registered.
    paused_cells : ndarray of bool, shape (c,)
        Cells of stations whose registration has left its usual level and not come back.
    paused : bool
        Whether so much is paused that the run as a whole must be.
    notes : list of dict
        Message codes with their parameters.
    facts : dict
        The same for the card.
    """

    held: Cube
    cube: Cube
    paused_cells: NDArray[np.bool_]
    paused: bool
    notes: list[dict[str, Any]]
    facts: dict[str, Any]


def stations_of(session: Session, area: Area) -> Stations:
    """Give the stations of an area by the cells whose centre lies in theirs; the area as one where none is drawn."""
    rows = session.execute(sql("forecasts.stations"), {"jurisdiction": area.code}).mappings().all()
    group = np.full(len(area.study), -1, dtype=np.int64)
    for number, row in enumerate(rows):
        own = np.array(h3cells.cells_of_polygon(shapely.from_wkb(bytes(row["area"])), area.resolution), dtype=np.int64)
        group[np.isin(area.study.cells, own)] = number
    if not (group >= 0).any():
        return Stations(((area.name, area.name),), np.zeros(len(area.study), dtype=np.int64))
    return Stations(tuple((row["name"], row["name_ur"] or row["name"]) for row in rows), group)


def watch(cubes: Mapping[str, Cube], stations: Stations) -> dict[str, list[list[Shock]]]:
    """Give the shocks of each head by station: its own, and those of all heads together, each told once.

    A station's one false alarm a year is shared out among its total, its late records and all its heads. What moves
    the rest of the area too (a feast, a season) is no station's shock.
    """
    count = len(stations.names)
    registered = {head: registrations(cube, stations.group, count) for head, cube in cubes.items()}
    all_heads = Registered(*(np.sum([each[part] for each in registered.values()], axis=0) for part in (0, 1)))
    of_all = shocks.watch(all_heads.all, exposure=_rest(all_heads.all), false_alarms_a_year=shocks.FALSE_ALARMS_TOTAL)
    late = shocks.watch_late(all_heads.late)
    share = shocks.FALSE_ALARMS_HEADS / max(len(cubes), 1)
    found = {}
    for head, each in registered.items():
        own = shocks.watch(each.all, exposure=_rest(each.all), false_alarms_a_year=share)
        found[head] = [_once(late[index], own[index], of_all[index]) for index in range(count)]
    return found


def _rest(registered: Floats) -> Floats:
    """Give what the other stations registered, as the exposure of each, shape (s, w).

    A rest that is small beside the station is noise and no measure of the season: such a station is watched by itself.
    """
    rest: Floats = registered.sum(axis=0)[None, :] - registered
    if not registered.shape[1]:
        return rest
    usual = rest.mean(axis=1, keepdims=True)
    steady = (
        (usual >= LEAST_REST)
        & (usual >= registered.mean(axis=1, keepdims=True))
        & np.all(rest > 0, axis=1, keepdims=True)
    )
    return np.where(steady, rest, 1.0)


def _once(late: Sequence[Shock], own: Sequence[Shock], of_all: Sequence[Shock]) -> list[Shock]:
    """Give a station's shocks of one head, each change once: bulk registration first, then the head's own.

    Of a bulk registration the late records are left out: it is not a burst to be levelled as well.
    """
    kept = list(late)
    for shock in [*own, *of_all]:
        rise = shock.kind in (BURST, STEP_UP)
        if not any(_overlap(shock, other) and (other.kind != BULK_LATE or rise) for other in kept):
            kept.append(shock)
    return kept


def _overlap(one: Shock, other: Shock) -> bool:
    return one.first_week < other.end_week and other.first_week < one.end_week


def condition(cube: Cube, stations: Stations, found: Sequence[Sequence[Shock]]) -> Conditioned:
    """Take shocks out of a cube, complete its last weeks, and say so."""
    held = hold_out(cube, stations.group, found)
    paused_cells: NDArray[np.bool_] = np.asarray(np.isin(stations.group, held.paused), dtype=np.bool_)
    year = year_of(cube)
    paused = float(year[paused_cells].sum()) > MOST_PAUSED * float(year.sum())
    notes = _said(held, stations, len(cube.weeks))
    if held.held_out > 0:
        notes.append({"code": "held_out", "params": {"records": round(held.held_out)}})
    if paused:
        notes.append({"code": "paused.run", "params": {}})
    elif paused_cells.any():
        stopped = {"cells": int(paused_cells.sum()), "stations": len(held.paused)}
        notes.append({"code": "paused.cells", "params": stopped})
    if not len(cube.weeks):
        return Conditioned(held.cube, held.cube, paused_cells, False, notes, {})
    delay = nowcast.learn_delay(held.cube)
    completed = nowcast.complete(held.cube, delay)
    expected = nowcast.nowcast(held.cube, delay)
    missing = float((expected.expected - expected.known)[-LATE_WEEKS:].sum())
    facts = {
        "shocks": len(held.shocks),
        "held_out_records": held.held_out,
        "paused_stations": len(held.paused),
        "reporting_delay": {
            "learned_from_records": delay.records,
            "completeness_by_week": [round(float(share), 4) for share in delay.completeness[:LATE_WEEKS]],
            "known_of_last_4_weeks": float(expected.known[-LATE_WEEKS:].sum()),
            "still_expected": missing if completed is not held.cube else 0.0,
            "low": float(expected.low[-LATE_WEEKS:].sum()),
            "high": float(expected.high[-LATE_WEEKS:].sum()),
        },
    }
    return Conditioned(held.cube, completed, paused_cells, paused, notes, facts)


def year_of(cube: Cube) -> Floats:
    """Give the records of each cell in the last year, shape (c,)."""
    year: Floats = cube.records[:, -52:].sum(axis=1)
    return year


def related(conditioned: Mapping[str, Conditioned]) -> dict[str, Conditioned]:
    """Give every head the others to borrow from, as they are without their shocks, and completed."""
    held = relate({head: each.held for head, each in conditioned.items()})
    completed = relate({head: each.cube for head, each in conditioned.items()})
    return {
        head: replace(each, held=held[head], cube=held[head] if each.cube is each.held else completed[head])
        for head, each in conditioned.items()
    }


def late_note(facts: Mapping[str, Any], effect: float) -> list[dict[str, Any]]:
    """Give the note of late registration: what is known of the last weeks, what is expected still, and its effect.

    ``effect`` is the forecast with it over the forecast without it, minus 1; below a hundredth nothing is said.
    """
    if abs(effect) < 0.01:
        return []
    delay = facts["reporting_delay"]
    known = round(delay["known_of_last_4_weeks"])
    params = {"known": known, "missing": round(delay["still_expected"]), "percent": round(100 * effect)}
    return [{"code": "nowcast", "params": params}]


def _said(held: Held, stations: Stations, weeks: int) -> list[dict[str, Any]]:
    """Give notes of the shocks that still matter, the strongest first, and how many more there are."""
    recent = [
        (group, shock) for group, shock in held.shocks if shock.is_open or shock.caught_week >= weeks - TOLD_WEEKS
    ]
    recent.sort(key=lambda each: (-abs(each[1].statistic), each[0], each[1].first_week))
    notes = []
    for group, shock in recent[:MOST_TOLD]:
        code, params = shock.message
        english, urdu = stations.names[group]
        said = {name: int(value) for name, value in params.items() if name != "usual"}
        said["percent"] = abs(said["percent"])
        notes.append({"code": code, "params": {**said, "station": english, "station_ur": urdu}})
    if len(recent) > MOST_TOLD:
        notes.append({"code": "shock.more", "params": {"count": len(recent) - MOST_TOLD}})
    return notes
