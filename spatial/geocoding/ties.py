"""The rung of places told by other named places: "between A and B", "the road from A to B at km 12", "3 km north of A".

Candidates for A and B are weighed together: of all Kot Lakhpats and Model Towns those two are meant that lie as far
from one another as people say such things of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from spatial.addresses import Bearing as Said
from spatial.addresses import Tie
from spatial.errors import InvalidGeometry
from spatial.geocoding import bearing as bearings
from spatial.geocoding import kilometres
from spatial.geocoding import region as regions
from spatial.geocoding.combine import Combination, Lump, combine
from spatial.geocoding.ends import FEWEST_CHANCE, Meant, in_town, meant, names_of
from spatial.geocoding.explain import written
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.layers import Around, Bearing, Extent, Jurisdiction, Kernel, Layer
from spatial.geocoding.lines import Between, From, OnRoad, away_from
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.named import LEAK, TRUST_BEARING, WEAK_ALONE, WEAK_BESIDE_STATION
from spatial.geocoding.names import Asking
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.model import Fix, Method, Point, Reason
from spatial.projection import distance_m

USUAL_BETWEEN_M: Final = {"landmark": 2_000.0, "street": 2_000.0, "neighbourhood": 3_000.0}
"""How far apart the two places are of which something is said to lie between: falls by a third with each."""
USUAL_BETWEEN_ELSEWHERE_M: Final = 8_000.0
USUAL_ROAD_M: Final = 60_000.0
"""How far apart the two ends are of a road that is named by them, as far as that is not said by the kilometres."""
LONGEST_DETOUR: Final = 1.6
FARTHEST_M: Final = 30_000.0
FARTHEST_ROAD_M: Final = 150_000.0
"""How far away a place may lie that a text measures from, or says to lie at an end of its road."""
LEAST_ALONG_M: Final = 2_000.0
"""Nearer to the middle of a town its kilometres say less than its addresses."""
KEPT_ALONG: Final = 0.15
"""With less of a kilometre in the station's area it was counted from elsewhere."""
SCORE_ALONG: Final = 0.4
FEWEST_BESIDES: Final = 0.1
"""A name beside a distance from another place leads, if it is so likely to be right."""
TRUST_ORIGIN: Final = 0.6
"""The chance that a distance from another place is right: such are read off maps or guessed."""
NAME_HOLDS: Final = 0.95
NINETY_BESIDE_STATION: Final = 0.35
MOST_PAIRS: Final = 4
NEAR_ONE_M: Final = 400.0
"""Metres over which the density about one place falls to a third, where the other is not known: a belief."""
FIT_BY_CHANCE: Final = 0.05
"""How well two places fit that are not meant: any two landmarks of a town of 500 square kilometres, on average."""
FIT_BY_CHANCE_ANYWHERE: Final = 0.002
"""The same where no station and no town is known and the namesakes lie all over the country: a belief."""
REACH_OF_STATION_M: Final = 15_000.0
"""About a station of which no area is known nine in ten of its places lie so near: a belief."""
OF_ONE: Final = ("origin_place", "between_one_known")
"""Reasons that name the place from which a region is told: it is the one that leads once areas had their say."""
_SMALLEST_PLAUSIBLE_M2: Final = 5e6


Measured = Bearing | From
"""A distance and direction from a house or from a named place."""
Ended = tuple[Lump, Meant]
"""A lump with the end from which it is told."""


def rung(
    query: Query, tie: Tie, station: StationArea | None, gazetteer: Gazetteer, reasons: list[Reason]
) -> Asking[Fix | None]:
    """Give the fix of a place told by other named places, None where these are not known; says why in ``reasons``.

    Asks for what names come to as it goes, so that this is looked up for many texts in one go.
    """
    query = in_town(query, tie.rest, gazetteer)
    if tie.kind == "along":
        return (yield from _along(query, tie, station, reasons))
    far = FARTHEST_ROAD_M if tie.kind == "road" else FARTHEST_M
    first = yield from meant(query, tie.first, tie.rest, station, gazetteer, far)
    second = (yield from meant(query, tie.second, tie.rest, station, gazetteer, far)) if tie.second else []
    # Names were looked up as they are compared; from here on they are told as the writer spelt them.
    text = query.text or ""
    tie = replace(tie, first=written(text, tie.first), second=written(text, tie.second) if tie.second else tie.second)
    told: list[Reason] = []
    named = yield from _named_besides(query, tie, station)
    if named is not None and (station is None or tie.kind == "road"):
        return None  # the name leads, and how far it lies from somewhere else adds little
    if named is not None and station is not None:
        return _beside_name(tie, first, named, station, reasons)
    is_anywhere = station is None and not (query.city or query.district or query.near_lat is not None)
    by_chance = FIT_BY_CHANCE_ANYWHERE if is_anywhere else FIT_BY_CHANCE
    lumps = _lumps(tie, first, second, station, by_chance, told)
    if not lumps:
        # Without a station nothing else is measured from.
        reasons.extend(reason for reason in told if station is not None or reason.code != "origin_unknown")
        return None
    # Half-way along a long line little is known, however sure the names.
    sure = min(1.0, sum(one.weight for one, _ in lumps)) * (bearings.SCORE_BEARING if tie.kind != "between" else 0.8)
    if sure < (WEAK_ALONE if station is None else WEAK_BESIDE_STATION):
        leading = max(lumps, key=lambda pair: pair[0].weight)[1].place
        reasons.append(Reason("name_weak", {"name": leading.name, "ref": leading.ref, "share": round(100.0 * sure)}))
        return None
    found = _placed(tie, lumps, station)
    shares = found.shares if found is not None else [one.weight for one, _ in lumps]
    best = lumps[max(range(len(lumps)), key=shares.__getitem__)][1].place
    if found is None:
        reasons.append(Reason("place_too_large", {"name": best.name, "ref": best.ref}))
        return None
    reasons.extend(
        replace(one, params={**one.params, "name": best.name, "ref": best.ref}) if one.code in OF_ONE else one
        for one in told
    )
    if station is not None and tie.said is not None:
        reasons.extend(bearings.learned(station))
    return regions.fix_of(found.region, Method.BEARING if tie.said else Method.PLACE, sure, best.ref, reasons)


def ends(query: Query, tie: Tie, station: StationArea | None, gazetteer: Gazetteer) -> Asking[list[Meant]]:
    """Give the places that the names of a tie may mean; none where it is no end that says where the place is."""
    query = in_town(query, tie.rest, gazetteer)
    if tie.kind == "along" or (yield from _named_besides(query, tie, station)) is not None:
        return []
    found: list[Meant] = []
    for name in (tie.first, tie.second):
        if name:
            far = FARTHEST_ROAD_M if tie.kind == "road" else FARTHEST_M
            found += yield from meant(query, name, tie.rest, station, gazetteer, far)
    return found


def _along(query: Query, tie: Tie, station: StationArea | None, reasons: list[Reason]) -> Asking[Fix | None]:
    """Give the fix of a kilometre of a road that names no ends, None where its town or its points are not known."""
    if tie.said is None or tie.said.distance_m < LEAST_ALONG_M:
        return None
    text = ", ".join(part for part in (tie.first, names_of(tie.rest)) if part)
    found = yield replace(query, text=text, distance_m=None, direction=None), station
    house = Point(station.lat, station.lon) if station is not None else None
    ways = kilometres.ways(found, tie.said.distance_m, house) if found is not None else None
    if found is None or ways is None:
        return None
    combined = _try(ways.lumps, _bounds(station))
    if combined is None or combined.within < KEPT_ALONG:
        return None  # counted from another town than this
    name = written(query.text or "", tie.first)
    params: dict[str, str | float] = {"name": name, "distance_m": tie.said.distance_m, "points": ways.points}
    code = "along_road_of_station" if ways.from_house else "along_road"
    reasons.append(Reason(code, params | {"lat": round(ways.middle.lat, 4), "lon": round(ways.middle.lon, 4)}))
    return regions.fix_of(combined.region, Method.BEARING, SCORE_ALONG, found.place.ref, reasons)


def _named_besides(query: Query, tie: Tie, station: StationArea | None) -> Asking[LookUp | None]:
    """Give the place that a text names beside where it measures from ("Datta Khel, 35 km west of Miran Shah")."""
    rest = names_of(tie.rest) if tie.kind in ("from", "road") else ""
    if not rest:
        return None
    found = yield replace(query, text=rest, distance_m=None, direction=None), station
    fewest = FEWEST_BESIDES if station is None else WEAK_BESIDE_STATION
    return found if found is not None and not found.is_core and found.score >= fewest else None


def _beside_name(
    tie: Tie, first: Sequence[Meant], named: LookUp, station: StationArea, reasons: list[Reason]
) -> Fix | None:
    """Give the fix of a name with a distance from another place beside it, as with one from the station."""
    place = named.place
    ninety = NINETY_BESIDE_STATION * named.ninety_m
    lumps = [Lump(NAME_HOLDS, Kernel(named.lat, named.lon, ninety))]
    found = None
    if tie.said is not None and sum(one.chance for one in first) >= FEWEST_CHANCE:
        away = _away(first[0], tie.said, station.habits or BELIEVED)
        plausible = max(_SMALLEST_PLAUSIBLE_M2, math.pi * (1.5 * away.reach_m) ** 2)
        found = _try(lumps, _bounds(station), away, TRUST_ORIGIN, plausible)
    told = [Reason("place_matched", {"name": place.name, "ref": place.ref})]
    if found is not None and tie.said is not None:
        told.append(Reason("origin_place", _measure(tie.said) | _named(first[0])))
    else:
        told.append(Reason("origin_unknown", {"name": tie.first}))
        found = _try(lumps, _bounds(station))
    if found is None:
        return None
    reasons.extend(told)
    return regions.fix_of(found.region, Method.PLACE, named.score, place.ref, reasons)


def _lumps(
    tie: Tie, first: Sequence[Meant], second: Sequence[Meant], station: StationArea | None, by_chance: float,
    told: list[Reason],
) -> list[Ended]:  # fmt: skip
    """Give the candidates for a tie as lumps with their ends; ``told`` says what they are or why there are none."""
    habits = station.habits if station is not None and station.habits is not None else BELIEVED
    sure_first, sure_second = (sum(one.chance for one in names) >= FEWEST_CHANCE for names in (first, second))
    if tie.kind == "from":
        if not sure_first or tie.said is None:
            told.append(Reason("origin_unknown", {"name": tie.first}))
            return []
        told.append(Reason("origin_place", _measure(tie.said) | _named(first[0])))
        return [(Lump(one.chance, _away(one, tie.said, habits)), one) for one in first[:MOST_PAIRS]]
    params: dict[str, str | float] = {"first": tie.first, "second": tie.second}
    if sure_first and sure_second:
        lumps = [
            (Lump(chance, _line(tie, one, other, habits)), one)
            for chance, one, other in _pairs(tie, first, second, by_chance)
        ]
        if lumps:
            code = "between_places" if tie.said is None else "on_road_between"
            told.append(Reason(code, params | (_measure(tie.said) if tie.said else {})))
            return lumps
    if tie.said is not None:
        # The kilometres count from the first end: without it they say nothing.
        if not sure_first:
            told.append(Reason("road_start_unknown", params))
            return []
        told.append(Reason("road_end_unknown", params | _measure(tie.said)))
        away = replace(habits, road=0.9)
        return [(Lump(one.chance, _away(one, tie.said, away)), one) for one in first[:MOST_PAIRS]]
    if not (sure_first or sure_second):
        told.append(Reason("between_unknown", params))
        return []
    known, other = (first, tie.second) if sure_first else (second, tie.first)
    told.append(Reason("between_one_known", _named(known[0]) | {"other": other}))
    return [(Lump(0.8 * one.chance, _about(one)), one) for one in known[:MOST_PAIRS]]


def _line(tie: Tie, one: Meant, other: Meant, habits: Habits) -> Layer:
    if tie.said is None:
        return Between(one.at, other.at, 0.5 * (one.radius_m + other.radius_m))
    return OnRoad(one.at, other.at, tie.said.distance_m, habits)


def _pairs(
    tie: Tie, first: Sequence[Meant], second: Sequence[Meant], by_chance: float
) -> list[tuple[float, Meant, Meant]]:
    """Give the likeliest pairs of candidates with the chance of each, weighed by how far apart they lie."""
    found = []
    for one in first:
        for other in second:
            apart = distance_m(one.at.lat, one.at.lon, other.at.lat, other.at.lon)
            fits = _fits(tie, one, other, apart)
            if fits > 0.0:
                found.append((one.chance * other.chance * fits, one, other))
    found.sort(key=lambda pair: -pair[0])
    whole = sum(weight for weight, _, _ in found)
    if whole <= 0.0:
        return []
    known = sum(one.chance for one in first) * sum(other.chance for other in second)
    # How the belief is shared goes by the fit; how much there is by whether the names are right at all, which two
    # places bear out that lie as near to one another as said: others seldom do. Ends of roads may lie anywhere.
    belief = whole / (whole + by_chance * (1.0 - known)) if tie.said is None else min(1.0, math.sqrt(known))
    return [(weight / whole * belief, one, other) for weight, one, other in found[:MOST_PAIRS]]


def _fits(tie: Tie, one: Meant, other: Meant, apart: float) -> float:
    if one.place is other.place or apart < 30.0:
        return 0.0
    if tie.said is None:
        usual = max(USUAL_BETWEEN_M.get(end.place.kind, USUAL_BETWEEN_ELSEWHERE_M) for end in (one, other))
        return math.exp(-max(0.0, apart - one.radius_m - other.radius_m) / usual)
    # A place on a road lies before its end, or little beyond.
    if tie.said.distance_m > LONGEST_DETOUR * apart + one.radius_m + other.radius_m:
        return 0.0
    return math.exp(-apart / USUAL_ROAD_M)


def _away(one: Meant, said: Said, habits: Habits) -> From:
    return away_from(
        one.at, one.radius_m, said.distance_m, said.direction_deg, said.unit_m, said.low_m, said.high_m,
        habits,
    )  # fmt: skip


def _about(one: Meant) -> Layer:
    return Around(one.at.lat, one.at.lon, one.radius_m, NEAR_ONE_M)


def _named(one: Meant) -> dict[str, str | float]:
    return {"name": one.place.name, "ref": one.place.ref}


def _measure(said: Said) -> dict[str, str | float]:
    found: dict[str, str | float] = {"distance_m": said.distance_m}
    if said.direction_deg is not None:
        found["direction_deg"] = said.direction_deg
    if said.low_m is not None and said.high_m is not None:
        found |= {"low_m": said.low_m, "high_m": said.high_m}
    return found


def _placed(tie: Tie, ended: Sequence[Ended], station: StationArea | None) -> Combination | None:
    """Give the region of lumps, within the station's area and beside a distance from it, where the text has one too."""
    lumps = [one for one, _ in ended]
    said = bearings.read(tie.rest, None, None) if station is not None and tie.rest else None
    if said is None or station is None:
        return _try([*lumps, _otherwise(ended, station)], _bounds(station))
    layer = bearings.layer(station, said)
    plausible = max(_SMALLEST_PLAUSIBLE_M2, math.pi * (1.5 * layer.reach_m) ** 2)
    return _try(lumps, _bounds(station), layer, TRUST_BEARING, plausible)


def _otherwise(ended: Sequence[Ended], station: StationArea | None) -> Lump:
    """Give where a place lies whose names mean none of the candidates, with the chance of that."""
    left = max(0.0, 1.0 - sum(one.weight for one, _ in ended))
    if station is not None and station.area is not None and not station.area.is_empty:
        return Lump(left, Extent(station.area), leads=False)
    if station is not None:
        return Lump(left, Kernel(station.lat, station.lon, REACH_OF_STATION_M), leads=False)
    likeliest, end = max(ended, key=lambda pair: pair[0].weight)
    return Lump(left, Kernel(likeliest.layer.centre.lat, likeliest.layer.centre.lon, end.ninety_m), leads=False)


def _bounds(station: StationArea | None) -> tuple[Jurisdiction, ...]:
    if station is None or station.area is None or station.area.is_empty:
        return ()
    return (Jurisdiction(station.area, max(LEAK, bearings.leak(station))),)


def _try(
    lumps: list[Lump], bounds: tuple[Jurisdiction, ...], layer: Measured | None = None, trust: float = 1.0,
    plausible_m2: float = 1e9,
) -> Combination | None:  # fmt: skip
    try:
        return combine(lumps, bearing=layer, trust=trust, bounds=bounds, plausible_m2=plausible_m2)
    except InvalidGeometry:
        return None
