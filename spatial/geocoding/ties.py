"""The rung of places told by other named places: "between A and B", "the road from A to B at km 12", "3 km north of A".

Candidates for A and B are weighed together: of all Kot Lakhpats and Model Towns those two are meant that lie as far
from one another as people say such things of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from spatial.addresses import Bearing as Said
from spatial.addresses import Tie, without_bearing
from spatial.errors import InvalidGeometry
from spatial.geocoding import bearing as bearings
from spatial.geocoding import kilometres, names
from spatial.geocoding import region as regions
from spatial.geocoding.combine import Combination, Lump, combine
from spatial.geocoding.context import SETTLEMENTS, places_named
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.layers import Around, Bearing, Jurisdiction, Kernel, Layer
from spatial.geocoding.lines import Between, From, OnRoad, away_from
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.named import LEAK, TRUST_BEARING
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
FEWEST_CHANCE: Final = 0.3
"""A name less likely to be right is not known."""
EXACT: Final = 0.85
EXACT_CHANCE: Final = 0.6
"""The chance of a name that is a place's whole name, of which the text says nothing more."""
MOST_PAIRS: Final = 4
NEAR_ONE_M: Final = 400.0
"""Metres over which the density about one place falls to a third, where the other is not known: a belief."""
_SMALLEST_PLAUSIBLE_M2: Final = 5e6


Measured = Bearing | From
"""A distance and direction from a house or from a named place."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A place that a name may mean, with the chance that it does."""

    place: Place
    at: Point
    radius_m: float
    chance: float


def rung(
    query: Query, tie: Tie, station: StationArea | None, gazetteer: Gazetteer, reasons: list[Reason]
) -> Asking[Fix | None]:
    """Give the fix of a place told by other named places, None where these are not known; says why in ``reasons``.

    Asks for what names come to as it goes, so that this is looked up for many texts in one go.
    """
    if tie.kind == "along":
        return (yield from _along(query, tie, station, reasons))
    far = FARTHEST_ROAD_M if tie.kind == "road" else FARTHEST_M
    first = yield from meant(query, tie.first, tie.rest, station, gazetteer, far)
    second: list[Meant] = []
    if tie.second:
        second = yield from meant(query, tie.second, tie.rest, station, gazetteer, far)
    told: list[Reason] = []
    named = yield from _named_besides(query, tie, station)
    if named is not None and (station is None or tie.kind == "road"):
        return None  # the name leads, and how far it lies from somewhere else adds little
    if named is not None and station is not None:
        return _beside_name(tie, first, named, station, reasons)
    lumps = _lumps(tie, first, second, station, told)
    if not lumps:
        # Without a station nothing else is measured from.
        reasons.extend(reason for reason in told if station is not None or reason.code != "origin_unknown")
        return None
    score = sum(one.weight for one in lumps)
    found = _placed(tie, lumps, station)
    if found is None:
        reasons.append(Reason("place_too_large", {"name": (first or second)[0].place.name}))
        return None
    reasons.extend(told)
    if station is not None and tie.said is not None:
        reasons.extend(bearings.learned(station))
    best = (first or second)[0].place
    # Half-way along a long line little is known, however sure the names.
    sure = min(1.0, score) * (bearings.SCORE_BEARING if tie.kind != "between" else 0.8)
    return regions.fix_of(found.region, Method.BEARING if tie.said else Method.PLACE, sure, best.ref, reasons)


def _along(query: Query, tie: Tie, station: StationArea | None, reasons: list[Reason]) -> Asking[Fix | None]:
    """Give the fix of a kilometre of a road that names no ends, None where its town or its points are not known."""
    if tie.said is None or tie.said.distance_m < LEAST_ALONG_M:
        return None
    found = yield replace(query, text=tie.first, distance_m=None, direction=None), station
    ways = kilometres.ways(found, tie.said.distance_m) if found is not None else None
    if found is None or ways is None:
        return None
    lumps, middle, points = ways
    combined = _try(lumps, _bounds(station))
    if combined is None or combined.within < KEPT_ALONG:
        return None  # counted from another town than this
    params: dict[str, str | float] = {"name": tie.first, "distance_m": tie.said.distance_m, "points": points}
    reasons.append(Reason("along_road", params | {"lat": round(middle.lat, 4), "lon": round(middle.lon, 4)}))
    return regions.fix_of(combined.region, Method.BEARING, SCORE_ALONG, found.place.ref, reasons)


def _named_besides(query: Query, tie: Tie, station: StationArea | None) -> Asking[LookUp | None]:
    """Give the place that a text names beside where it measures from ("Datta Khel, 35 km west of Miran Shah")."""
    rest = _names_of(tie.rest) if tie.kind in ("from", "road") else ""
    if not rest:
        return None
    found = yield replace(query, text=rest, distance_m=None, direction=None), station
    return found if found is not None and not found.is_core and found.score >= FEWEST_BESIDES else None


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
    told = [Reason("place_matched", {"name": place.name})]
    if found is not None and tie.said is not None:
        told.append(Reason("origin_place", _measure(tie.said) | {"name": first[0].place.name}))
    else:
        told.append(Reason("origin_unknown", {"name": tie.first}))
        found = _try(lumps, _bounds(station))
    if found is None:
        return None
    reasons.extend(told)
    return regions.fix_of(found.region, Method.PLACE, named.score, place.ref, reasons)


def meant(
    query: Query, name: str, rest: str, station: StationArea | None, gazetteer: Gazetteer, far_m: float, most: int = 5
) -> Asking[list[Meant]]:
    """Give the places that a name may mean, likeliest first, with what else the text names to tell them apart.

    Parameters
    ----------
    far_m : float
        How far from the station, or from what is known of the place, a settlement may lie that bears the very name.
    """
    asked = replace(query, text=name, distance_m=None, direction=None)
    if station is not None and (local := names.local_name(asked, gazetteer, station)) is not None:
        place = local[0]
        return [Meant(place, Point(place.lat, place.lon), place.radius_m or 150.0, 0.95)]
    context = ", ".join(part for part in (name, _names_of(rest)) if part)
    found = yield replace(asked, text=context), station
    if (found is None or found.is_core) and context != name:
        found = yield asked, station
    listed = _of_text(found, gazetteer, most) if found is not None and not found.is_core else []
    if sum(one.chance for one in listed) >= FEWEST_CHANCE:
        return listed
    # The town that a text is about tells nothing apart and is looked up no more; here it may be an end.
    return _of_name(name, asked, found, station, gazetteer, far_m)[:most] or listed


def _of_text(found: LookUp, gazetteer: Gazetteer, most: int) -> list[Meant]:
    """Give the places of a look-up, each once, with the chance that each is meant."""
    weight = found.weight
    # The score says whether the point is right at all; a line that is the whole name and nothing else is no accident.
    whole_name = found.product >= EXACT
    known = max(found.score, EXACT_CHANCE if whole_name else 0.0)
    listed: list[Meant] = []
    for one in (-weight).argsort(kind="stable").tolist():
        if len(listed) >= most or weight[one] < 0.02 or found.line(one) < 0:
            continue
        at = Point(float(found.measured.lat[found.row, one]), float(found.measured.lon[found.row, one]))
        if any(distance_m(at.lat, at.lon, other.at.lat, other.at.lon) < 300.0 for other in listed):
            continue
        place = gazetteer.index.place(found.place_of(one))
        listed.append(Meant(place, at, _radius_m(place), float(weight[one])))
    return _shared(listed, known)


def _of_name(
    name: str, query: Query, found: LookUp | None, station: StationArea | None, gazetteer: Gazetteer, far_m: float
) -> list[Meant]:
    """Give the settlements that bear exactly a name, anywhere in the country, the near and the large ones likelier."""
    index = gazetteer.index
    about = Point(station.lat, station.lon) if station is not None else None
    if about is None and found is not None:
        about = Point(found.lat, found.lon)
    if about is None and query.near_lat is not None and query.near_lon is not None:
        about = Point(query.near_lat, query.near_lon)
    listed = []
    for number in places_named(index, name).tolist():
        place = index.place(number)
        if place.kind not in (*SETTLEMENTS, "neighbourhood"):
            continue
        apart = distance_m(place.lat, place.lon, about.lat, about.lon) if about is not None else 0.0
        if apart > far_m:
            continue
        worth = math.log10(1_000.0 + place.population) * math.exp(-3.0 * apart / far_m)
        listed.append(Meant(place, Point(place.lat, place.lon), _radius_m(place), worth))
    listed.sort(key=lambda one: -one.chance)
    return _shared(listed, EXACT_CHANCE)


def _shared(listed: list[Meant], known: float) -> list[Meant]:
    whole = sum(one.chance for one in listed)
    return [replace(one, chance=one.chance / whole * known) for one in listed] if whole > 0.0 else []


def _names_of(rest: str) -> str:
    """Give what is left of a text's rest once no distance is in it."""
    return without_bearing(rest).strip(" ,") if rest else ""


def _radius_m(place: Place) -> float:
    if place.extent is not None and not place.extent.is_empty:
        squeeze = math.cos(math.radians(place.lat))
        return math.sqrt(place.extent.area * squeeze / math.pi) * 111_320.0
    if place.radius_m is not None and place.radius_m > 0:
        return min(place.radius_m, 5_000.0)
    return 50.0 if place.is_landmark or place.kind == "street" else 500.0


def _lumps(
    tie: Tie, first: Sequence[Meant], second: Sequence[Meant], station: StationArea | None, told: list[Reason]
) -> list[Lump]:
    """Give the candidates for a tie as lumps, and tell in ``told`` what they are or why there are none."""
    habits = station.habits if station is not None and station.habits is not None else BELIEVED
    sure_first, sure_second = (sum(one.chance for one in names) >= FEWEST_CHANCE for names in (first, second))
    if tie.kind == "from":
        if not sure_first or tie.said is None:
            told.append(Reason("origin_unknown", {"name": tie.first}))
            return []
        told.append(Reason("origin_place", _measure(tie.said) | {"name": first[0].place.name}))
        return [Lump(one.chance, _away(one, tie.said, habits)) for one in first[:MOST_PAIRS]]
    params: dict[str, str | float] = {"first": tie.first, "second": tie.second}
    if sure_first and sure_second:
        lumps = [
            Lump(chance, Between(one.at, other.at, 0.5 * (one.radius_m + other.radius_m)))
            if tie.said is None
            else Lump(chance, OnRoad(one.at, other.at, tie.said.distance_m, habits))
            for chance, one, other in _pairs(tie, first, second)
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
        return [Lump(one.chance, _away(one, tie.said, replace(habits, road=0.9))) for one in first[:MOST_PAIRS]]
    if not (sure_first or sure_second):
        told.append(Reason("between_unknown", params))
        return []
    known, other = (first, tie.second) if sure_first else (second, tie.first)
    told.append(Reason("between_one_known", {"name": known[0].place.name, "other": other}))
    return [Lump(0.8 * one.chance, _about(one)) for one in known[:MOST_PAIRS]]


def _pairs(tie: Tie, first: Sequence[Meant], second: Sequence[Meant]) -> list[tuple[float, Meant, Meant]]:
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
    # How the belief is shared goes by the fit; how much there is by whether the names are right at all.
    return [(weight / whole * min(1.0, math.sqrt(known)), one, other) for weight, one, other in found[:MOST_PAIRS]]


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


def _measure(said: Said) -> dict[str, str | float]:
    found: dict[str, str | float] = {"distance_m": said.distance_m}
    if said.direction_deg is not None:
        found["direction_deg"] = said.direction_deg
    return found


def _placed(tie: Tie, lumps: list[Lump], station: StationArea | None) -> Combination | None:
    """Give the region of lumps, within the station's area and beside a distance from it, where the text has one too."""
    said = bearings.read(tie.rest, None, None) if station is not None and tie.rest else None
    if said is None or station is None:
        whole = sum(one.weight for one in lumps)
        return _try([Lump(one.weight / whole, one.layer) for one in lumps], _bounds(station))
    layer = bearings.layer(station, said)
    plausible = max(_SMALLEST_PLAUSIBLE_M2, math.pi * (1.5 * layer.reach_m) ** 2)
    return _try(lumps, _bounds(station), layer, TRUST_BEARING, plausible)


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
