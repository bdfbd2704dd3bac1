"""Who registers how much each week, by station and head, and where that has left its usual level.

A small station's own counts show little, so each is also watched as part of what it belongs to: all its heads together,
its circle, its division, and the whole area. The rule is pure (`forecasting.shocks`); here it meets the stations of an
area. What follows from it for a forecast: `registration`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.db.named import sql
from app.forecasts.reading import DISCOVERIES, KINDS, Area
from forecasting import shocks
from forecasting.cube import Cube
from forecasting.holding import Registered, registrations
from forecasting.model import Floats, Integers
from forecasting.power import RISE, chance_seen, least_rise
from forecasting.shocks import BULK_LATE, BURST, STEP_UP, Shock
from spatial import cells as h3cells
from spatial import shifts

#: Records a week that the rest of an area must have to tell what moves all of it: its own noise is then 15 %.
LEAST_REST = 40.0
#: What is watched by itself has its season in it: a change of this share is none; of a whole area, whose counts are
#: large enough to show every feast, not one of twice as much.
SEASON, SEASON_OF_AREA = 0.15, 0.3
#: Of the false alarms that places of several stations have, so much is that of their totals; the rest their heads'.
_OF_TOTAL = 0.6
#: How much of a place's change must be left without its stations' own shocks, as a share of it and of the usual level.
LEAST_LEFT, LEAST_CHANGE = 0.25, 0.1


class Place(NamedTuple):
    """Several stations watched as one: a circle, a division, or the whole area."""

    name: str
    name_ur: str
    members: Integers
    is_area: bool


@dataclass(frozen=True)
class Stations:
    """The stations of an area, whose each of its cells is (-1: nobody's), and the places that they make up."""

    names: tuple[tuple[str, str], ...]
    group: Integers
    codes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Watched:
    """What the watch found.

    Attributes
    ----------
    own : dict
        By head, the shocks of each station: its own of that head and those of all its heads, each change once.
    pooled : dict
        By head, the shocks of places with the place: what no station of it shows by itself.
    sight : list of dict
        How much each station and place registers a week in all, and what change of it would be seen in time.
    """

    own: dict[str, list[list[Shock]]]
    pooled: dict[str, list[tuple[Place, Shock]]]
    sight: list[dict[str, Any]]


def stations_of(session: Session, area: Area) -> Stations:
    """Give the stations of an area by the cells whose centre lies in theirs; the area as one where none is drawn."""
    rows = session.execute(sql("forecasts.stations"), {"jurisdiction": area.code}).mappings().all()
    group = np.full(len(area.study), -1, dtype=np.int64)
    for number, row in enumerate(rows):
        own = np.array(h3cells.cells_of_polygon(shapely.from_wkb(bytes(row["area"])), area.resolution), dtype=np.int64)
        group[np.isin(area.study.cells, own)] = number
    if not (group >= 0).any():
        return Stations(((area.name, area.name),), np.zeros(len(area.study), dtype=np.int64))
    codes = tuple(row["code"] for row in rows)
    names = tuple((row["name"], row["name_ur"] or row["name"]) for row in rows)
    return Stations(names, group, codes, _places(session, area, codes))


def _places(session: Session, area: Area, codes: Sequence[str]) -> tuple[Place, ...]:
    """Give the places that hold several stations of an area, the smallest first, each set of stations once."""
    found: dict[tuple[int, ...], Place] = {}
    for row in session.execute(sql("forecasts.places"), {"jurisdiction": area.code}).mappings():
        members = tuple(index for index, code in enumerate(codes) if code in set(row["stations"]))
        if len(members) > 1:
            is_area = len(members) == len(codes)
            found[members] = Place(
                row["name"], row["name_ur"] or row["name"], np.array(members, dtype=np.int64), is_area
            )
    return tuple(sorted(found.values(), key=lambda place: (len(place.members), place.name)))


def read(
    session: Session, area: Area, stations: Stations, cubes: Mapping[str, Cube]
) -> tuple[dict[str, Registered], Registered]:
    """Give what each station registered in the weeks of some cubes: of each of their heads, and of all heads there are.

    Counted at the recording station, placed or not, by what was first believed: a pin that moves an old record
    registers nothing. Where an area's stations are not drawn there is only what its cells hold.
    """
    if not stations.codes:
        by_head = {head: registrations(cube, stations.group, len(stations.names)) for head, cube in cubes.items()}
        return by_head, total_of(by_head)
    weeks = next(iter(cubes.values())).weeks
    first, end = (int(weeks[0]), int(weeks[-1]) + 1) if len(weeks) else (0, 0)
    shape = (len(stations.codes), end - first)
    by_head = {head: Registered(np.zeros(shape), np.zeros(shape)) for head in cubes}
    total = Registered(np.zeros(shape), np.zeros(shape))
    number = {code: index for index, code in enumerate(stations.codes)}
    binds = {
        "jurisdiction": area.code,
        "kinds": list(KINDS),
        "discoveries": list(DISCOVERIES),
        "first": first,
        "end": end,
        "date": shifts.week_start(end),
        "late": shocks.LATE_WEEKS,
    }
    for row in session.execute(sql("forecasts.registered"), binds):
        if row.station not in number:
            continue
        at = (number[row.station], row.week - first)
        for each in (total, *([by_head[row.head]] if row.head in by_head else [])):
            each.all[at] += row.records
            each.late[at] += row.late
    return by_head, total


def total_of(by_head: Mapping[str, Registered]) -> Registered:
    """Give all heads together."""
    return Registered(*(np.sum([each[part] for each in by_head.values()], axis=0) for part in (0, 1)))


def watch(by_head: Mapping[str, Registered], total: Registered, stations: Stations) -> Watched:
    """Give the shocks of stations by head, those of places that no station shows alone, and what could be seen.

    A station's one false alarm a year is shared out among its total, its late records, its heads, and the
    places that it lies in. What moves the rest of the area too (a feast, a season) is no station's shock.
    """
    heads = max(len(by_head), 1)
    of_all, late = _look(total.all, total.all, shocks.FALSE_ALARMS_TOTAL), shocks.watch_late(total.late)
    own = {}
    for head, each in by_head.items():
        of_head = _look(each.all, each.all, shocks.FALSE_ALARMS_HEADS / heads, shocks.ALLOWANCE_HEADS)
        own[head] = [_once(late[index], of_head[index], of_all[index]) for index in range(len(stations.names))]
    levels = np.bincount([index for place in stations.places for index in place.members.tolist()], minlength=1).max()
    budget = shocks.FALSE_ALARMS_POOLED / max(int(levels), 1)
    clean = _cleaned(total.all, [[*late[index], *of_all[index]] for index in range(len(stations.names))])
    pooled_total = _pooled(total.all, clean, stations.places, _OF_TOTAL * budget, shocks.ALLOWANCE_HEADS)
    pooled = {}
    for head, each in by_head.items():
        held = _cleaned(each.all, own[head])
        alone = _pooled(each.all, held, stations.places, (1 - _OF_TOTAL) * budget / heads, 2 * shocks.ALLOWANCE_HEADS)
        pooled[head] = _each_once([*alone, *pooled_total])
    return Watched(own, pooled, _sight(total.all, stations, budget))


def _look(
    series: Floats,
    whole: Floats,
    false_alarms: float,
    drift: float = shocks.ALLOWANCE,
    season: float | Floats = SEASON,
) -> list[list[Shock]]:
    """Give the shocks of some series beside what the others of a whole registered."""
    exposure, steady = rest_of(series, whole)
    return shocks.watch(
        series, exposure=exposure, false_alarms_a_year=false_alarms, allowance=np.where(steady, drift, season)
    )


def rest_of(series: Floats, whole: Floats) -> tuple[Floats, np.ndarray]:
    """Give what the rest of a whole registered, as the exposure of each series, shape (s, w), and whether it tells.

    A rest that is small beside the series is noise and no measure of the season: such a series is watched by itself.
    """
    rest: Floats = np.maximum(whole.sum(axis=0)[None, :] - series, 0.0)
    if not series.size:
        return rest, np.zeros(len(series), dtype=bool)
    usual = rest.mean(axis=1)
    steady = (usual >= LEAST_REST) & (usual >= series.mean(axis=1)) & np.all(rest > 0, axis=1)
    return np.where(steady[:, None], rest, 1.0), steady


def _cleaned(registered: Floats, found: Sequence[Sequence[Shock]]) -> Floats:
    """Give registrations without the shocks that stations show alone: a place is watched for more than these."""
    clean = registered.copy()
    for index, each in enumerate(found):
        for shock in each:
            span = slice(shock.first_week, shock.end_week)
            if shock.kind == BULK_LATE:
                clean[index, span] = np.minimum(clean[index, span], np.median(registered[index]))
            elif 0 < shock.ratio < np.inf:
                clean[index, span] /= shock.ratio
            else:
                clean[index, span] = shock.usual
            if shock.kind in (STEP_UP, shocks.STEP_DOWN) and shock.ratio > 0:
                clean[index, shock.end_week :] /= shock.ratio
    return clean


def _pooled(
    registered: Floats, clean: Floats, places: Sequence[Place], false_alarms: float, drift: float
) -> list[tuple[Place, Shock]]:
    """Give the shocks of places with the place, but for those that the stations' own shocks explain."""
    if not places:
        return []
    series, without = (np.array([each[place.members].sum(axis=0) for place in places]) for each in (registered, clean))
    season = np.array([SEASON_OF_AREA if place.is_area else SEASON for place in places])
    found = _look(series, registered, false_alarms, drift, season)
    return [
        (place, shock)
        for place, each, came, left in zip(places, found, series, without, strict=True)
        for shock in each
        if _is_shared(shock, came, left)
    ]


def _is_shared(shock: Shock, came: Floats, left: Floats) -> bool:
    """Say whether a place's change is more than that of stations which show it by themselves.

    ``left`` is what it would have registered without their shocks: a quarter of the change must remain, and a tenth of
    the usual.
    """
    span = slice(shock.first_week, shock.end_week)
    usual = float(came[span].sum()) / shock.ratio if 0 < shock.ratio < np.inf else 0.0
    if usual <= 0:
        return True
    change, remains = shock.ratio - 1, float(left[span].sum()) / usual - 1
    return remains * change > 0 and abs(remains) >= max(LEAST_LEFT * abs(change), LEAST_CHANGE)


def _each_once(found: Sequence[tuple[Place, Shock]]) -> list[tuple[Place, Shock]]:
    """Give each change once: where a place and one that holds it both show it, the smaller one's."""
    kept: list[tuple[Place, Shock]] = []
    for place, shock in sorted(found, key=lambda each: len(each[0].members)):
        if not any(overlap(shock, other) and np.isin(smaller.members, place.members).all() for smaller, other in kept):
            kept.append((place, shock))
    return kept


def _once(late: Sequence[Shock], own: Sequence[Shock], of_all: Sequence[Shock]) -> list[Shock]:
    """Give a station's shocks of one head, each change once: bulk registration first, then the head's own.

    Of a bulk registration the late records are left out: it is not a burst to be levelled as well.
    """
    kept = list(late)
    for shock in [*own, *of_all]:
        rise = shock.kind in (BURST, STEP_UP)
        if not any(overlap(shock, other) and (other.kind != BULK_LATE or rise) for other in kept):
            kept.append(shock)
    return kept


def overlap(one: Shock, other: Shock) -> bool:
    """Say whether two shocks share a week."""
    return one.first_week < other.end_week and other.first_week < one.end_week


def _sight(total: Floats, stations: Stations, pooled_budget: float) -> list[dict[str, Any]]:
    """Give, for each station and place, how often a rise of 30 % would be seen in two weeks, and the least one seen."""
    rows = []
    recent = total[:, -shocks.BASELINE_WEEKS :]
    exposure, _ = rest_of(recent, recent)
    factors = shocks.factor_of(recent, exposure)
    for (name, name_ur), weeks, factor in zip(stations.names, recent, factors.tolist(), strict=True):
        # The area as one, where no station is drawn, is no station.
        one = 1 if stations.codes else 0
        rows.append(_seen(name, name_ur, one, weeks, factor, shocks.FALSE_ALARMS_TOTAL))
    for place in stations.places:
        if not place.is_area:  # the season is in the whole area's own counts: what it hides is no matter of chance
            weeks = recent[place.members].sum(axis=0, keepdims=True)
            around, _ = rest_of(weeks, recent)
            factor = float(shocks.factor_of(weeks, around)[0])
            rows.append(
                _seen(place.name, place.name_ur, len(place.members), weeks[0], factor, _OF_TOTAL * pooled_budget)
            )
    return rows


def _seen(name: str, name_ur: str, stations: int, weeks: Floats, factor: float, false_alarms: float) -> dict[str, Any]:
    usual = float(weeks.mean()) if weeks.size else 0.0
    asked = {"false_alarms_a_year": false_alarms, "factor": round(factor, 2), "baseline_weeks": max(len(weeks), 1)}
    least = least_rise(round(usual, 1), **asked)  # type: ignore[arg-type]
    return {
        "station": name,
        "station_ur": name_ur,
        "stations": stations,
        "a_week": round(usual, 1),
        "seen_of_100": round(100 * chance_seen(round(usual, 1), RISE, **asked)),  # type: ignore[arg-type]
        "least_percent": None if least is None else round(100 * least),
    }
