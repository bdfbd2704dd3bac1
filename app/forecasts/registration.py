"""What a forecast may learn from: its data without shocks of registration, and with what is still to be registered.

What the watch found (`watching`) is held out, levelled or paused (`forecasting.holding`), the last weeks are completed
(`nowcast`), and all of it becomes notes that the run carries to the map, the page and the card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.forecasts.watching import Place, Stations, Watched, overlap
from forecasting import nowcast
from forecasting.cube import Cube, relate
from forecasting.holding import MOST_POOLED, hold_out
from forecasting.model import Floats
from forecasting.shocks import Shock

#: A shock that was caught longer ago is told no more, though what it changed stays changed.
TOLD_WEEKS = 8
MOST_TOLD = 5
#: Where more than this share of a year's records lies in paused stations, the run as a whole is paused.
MOST_PAUSED = 0.5
#: Weeks at the end whose late reports a note tells.
LATE_WEEKS = 4


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


def condition(cube: Cube, stations: Stations, watched: Watched, head: str) -> Conditioned:
    """Take shocks out of a cube, complete its last weeks, and say so.

    A circle's shock is levelled at each of its stations that has none of its own. One of the whole area distorts no
    place against another, so it is told and left; beyond half of the usual level it pauses the run.
    """
    own, pooled = watched.own[head], watched.pooled[head]
    shared: list[list[Shock]] = [[] for _ in own]
    for place, shock in pooled:
        for index in [] if place.is_area else place.members.tolist():
            if not any(overlap(shock, other) for other in [*own[index], *shared[index]]):
                shared[index].append(shock)
    held = hold_out(cube, stations.group, own, pooled=shared)
    paused_cells: NDArray[np.bool_] = np.asarray(np.isin(stations.group, held.paused), dtype=np.bool_)
    stopped_area = any(
        place.is_area and shock.is_open and not 1 / MOST_POOLED < shock.ratio < MOST_POOLED for place, shock in pooled
    )
    year = year_of(cube)
    paused = stopped_area or float(year[paused_cells].sum()) > MOST_PAUSED * float(year.sum())
    notes = _said(own, pooled, stations, len(cube.weeks))
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
        "shocks": sum(len(each) for each in own) + len(pooled),
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


def _said(
    own: Sequence[Sequence[Shock]], pooled: Sequence[tuple[Place, Shock]], stations: Stations, weeks: int
) -> list[dict[str, Any]]:
    """Give notes of the shocks that still matter, the strongest first, and how many more there are."""
    named = [(names, shock) for names, each in zip(stations.names, own, strict=True) for shock in each]
    named += [((place.name, place.name_ur), shock) for place, shock in pooled if not place.is_area]
    whole = [((place.name, place.name_ur), shock) for place, shock in pooled if place.is_area]
    notes = []
    for (english, urdu), shock in _recent(whole, weeks):
        code = "shock.area_up" if shock.statistic > 0 else "shock.area_down"
        notes.append({"code": code, "params": {**_params(shock), "station": english, "station_ur": urdu}})
    recent = _recent(named, weeks)
    for (english, urdu), shock in recent[:MOST_TOLD]:
        params = {**_params(shock), "station": english, "station_ur": urdu}
        notes.append({"code": shock.message[0], "params": params})
    if len(recent) > MOST_TOLD:
        notes.append({"code": "shock.more", "params": {"count": len(recent) - MOST_TOLD}})
    return notes


def _recent(named: Sequence[tuple[tuple[str, str], Shock]], weeks: int) -> list[tuple[tuple[str, str], Shock]]:
    """Give those that are open or were caught not long ago, the strongest first."""
    found = [each for each in named if each[1].is_open or each[1].caught_week >= weeks - TOLD_WEEKS]
    return sorted(found, key=lambda each: (-abs(each[1].statistic), each[0], each[1].first_week))


def _params(shock: Shock) -> dict[str, int]:
    said = {name: int(value) for name, value in shock.message[1].items() if name != "usual"}
    return said | {"percent": abs(said["percent"])}
