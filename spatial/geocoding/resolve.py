"""The ladder: the best fix that a record's coordinates, words, bearing and station allow.

Coordinates, then the names in the text (with a distance and direction where it gives them), then distance and
direction alone, then the station's area, then unplaced. Each rung that fails says why in a
:class:`~spatial.model.Reason`; the rung that holds says what it rests on.

The score of a named place is the chance that its point is right, calibrated on the development set
(:mod:`spatial.geocoding.calibration`); the scores of the other rungs are beliefs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, cast

from spatial.addresses import Bearing, Tie, beat_of, is_in_house, normalise, tied, unread_distance, without_bearing
from spatial.addresses.parse import parts
from spatial.geocoding import bearing, beside, coordinates, explain, kernel, names, origin, ties
from spatial.geocoding import region as regions
from spatial.geocoding.context import context_of
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.lookup import LookUp
from spatial.geocoding.named import WEAK_ALONE, WEAK_BESIDE_STATION, Named, place_named
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.geocoding.whereabouts import names_alone, town_named, whereabouts
from spatial.model import Fix, Method, Reason
from spatial.projection import distance_m

SCORE_STATION_AREA: Final = 0.85
"""That what a station recorded lies in its area, a belief; the score is the chance that it lies by its middle."""
_RIGHT_WITHIN_M: Final = 1_000.0
_FAR_TOWN_M: Final = 60_000.0
"""A town that far from a station, outside the districts about its own, is none that it writes about; a belief."""
SCORE_IN_HOUSE: Final = 0.9
HOUSE_M: Final = 100.0
"""How far about its point a station's house and its yard reach; both are beliefs."""
SCORE_LOCAL_NAME: Final = 0.9
"""Of a name that an officer's pin taught: he was there."""
WEAK_BESIDE_BEARING: Final = 0.5
"""A name less likely to be right than this gives way to a distance and direction from the station."""
LEAK_BEAT: Final = 0.02
LEAK_BEAT_DERIVED: Final = 0.08
"""By what the chance of a place outside the beat that its text names is multiplied; beliefs."""
Known = tuple[Fix | None, tuple[Reason, ...]]
"""The fix of a text's names, None where they give none, and why."""


def resolve(query: Query, gazetteer: Gazetteer) -> Fix:
    """Give the fix of a record: :func:`resolve_all` of one query."""
    return resolve_all([query], gazetteer)[0]


def resolve_all(queries: Sequence[Query], gazetteer: Gazetteer) -> list[Fix]:
    """Give the fixes of records: weighted cells, method, accuracy, score and the reasons for them.

    Never raises for what a record says: whatever cannot be used is a reason, and the last rung is *unplaced*. Many
    queries together are several times as quick as one after the other, and get the same fixes.

    Parameters
    ----------
    queries : sequence of Query
    gazetteer : Gazetteer

    Returns
    -------
    list of Fix, as long as ``queries``
    """
    climbs = [_begun(query, gazetteer) for query in queries]
    _by_ties([climb for climb in climbs if climb.tie is not None], gazetteer)
    for climb in climbs:
        if climb.may_name and climb.fix is None:
            _by_local_names(climb, gazetteer)
    _by_names([climb for climb in climbs if climb.may_name and climb.fix is None], gazetteer.index)
    # Drawn together, and remembered until each text's rung asks for its own.
    bearing.bearing_regions(
        [asked for climb in climbs if climb.fix is None and (asked := _measured(climb)) is not None]
    )
    return [_with_unread(climb, climb.fix or _without_name(climb, gazetteer.index)) for climb in climbs]


@dataclass(slots=True, eq=False)
class _Climb:
    """A query on its way down the ladder: its station, the reasons so far, and its fix once a rung holds.

    ``may_name`` says whether names are to be read in its text, and ``tie`` what ties it to some.
    """

    query: Query
    station: StationArea | None
    reasons: list[Reason]
    fix: Fix | None = None
    may_name: bool = False
    tie: Tie | None = None

    def take(self, known: Known) -> None:
        """Take what is known of the names in the text."""
        fix, why = known
        if fix is None:
            self.reasons.extend(why)
        elif self.reasons:
            self.fix = replace(fix, reasons=(*self.reasons, *why))
        else:
            self.fix = fix


def _begun(query: Query, gazetteer: Gazetteer) -> _Climb:
    """Give a query with the fix of its coordinates, or else whether names are to be read."""
    station = gazetteer.station(query.station) if query.station else None
    reasons: list[Reason] = []
    if station is not None and station.beats and query.text:
        query, station = in_beat(query, station, reasons)
    climb = _Climb(query, station, reasons)
    if query.station and station is None:
        climb.reasons.append(Reason("station_unknown", {"station": query.station}))
    if query.city and town_named(gazetteer.index, query.city) is None:
        climb.reasons.append(Reason("town_unknown", {"town": query.city}))
    climb.fix = coordinates.rung(
        query.lat,
        query.lon,
        query.accuracy_m,
        station,
        climb.reasons,
        limits=_limits(query, gazetteer),
        text=query.text,
    )
    if climb.fix is not None:
        return climb
    if station is not None and query.text and query.distance_m is None and is_in_house(query.text):
        climb.fix = _in_house(station, reasons)
        return climb
    tie = None
    if station is None:
        climb.query, climb.station, tie = origin.read(query, gazetteer, reasons)
        query = climb.query
    # Of "3 km north of PS" no word is a name, whether the station is known or not.
    climb.may_name = bool(query.text and without_bearing(query.text))
    climb.tie = tie or (tie_of(query) if climb.may_name else None)
    return climb


def _in_house(station: StationArea, reasons: list[Reason]) -> Fix:
    """Give the fix of what happened in a station's house."""
    reasons.append(Reason("in_station_house", {"station": station.code}))
    region = regions.unit_region(station.lat, station.lon, HOUSE_M)
    return regions.fix_of(region, Method.PLACE, SCORE_IN_HOUSE, station.code, reasons)


def tie_of(query: Query) -> Tie | None:
    """Give what ties a record's place to other named places; a column that has the distance is from the station."""
    tie = tied(query.text) if query.text else None
    return tie if tie is None or query.distance_m is None or tie.kind != "from" else None


def _by_ties(climbs: Sequence[_Climb], gazetteer: Gazetteer) -> None:
    """Give the fixes of what is told by other places to those whose places are known."""
    asking = [
        ties.rung(climb.query, climb.tie, climb.station, gazetteer, climb.reasons) for climb in climbs if climb.tie
    ]
    for climb, fix in zip(climbs, names.answer_all(asking, gazetteer.index), strict=True):
        climb.fix = fix


def _by_local_names(climb: _Climb, gazetteer: Gazetteer) -> None:
    """Give the fix of a name that an officer's pin taught; no other name is read then."""
    if climb.station is None:
        return
    local = names.local_name(climb.query, gazetteer, climb.station)
    if local is not None:
        climb.fix = _by_local_name(climb.query, climb.station, *local, climb.reasons)
        climb.may_name = False


def in_beat(query: Query, station: StationArea, reasons: list[Reason]) -> tuple[Query, StationArea]:
    """Give a query whose text names a beat without those words, and the station with the beat's area for its own."""
    said = beat_of(query.text or "")
    if said is None:
        return query, station
    number, rest = said
    within = station_in(station, number)
    if within is None:
        reasons.append(Reason("beat_unknown", {"beat": number, "station": station.code}))
        return query, station
    reasons.append(Reason("beat_named", {"beat": number, "station": station.code}))
    return replace(query, text=rest or None), within


@lru_cache(maxsize=4_096)
def station_in(station: StationArea, number: str) -> StationArea | None:
    """Give a station whose area is that of one of its beats, always the same object; None if it has no such beat."""
    beat = next((one for one in station.beats if one.number == number), None)
    if beat is None:
        return None
    # A beat is soon mixed up with its neighbour: its area gives way even where somebody drew it.
    leak = LEAK_BEAT_DERIVED if beat.derived else LEAK_BEAT
    return replace(station, area=beat.area, derived=True, leak=leak, beat=number)


def _measured(climb: _Climb) -> tuple[StationArea, Bearing] | None:
    """Give the distance and direction of a record with the station that they are measured from."""
    query, station = climb.query, climb.station
    said = bearing.read(query.text, query.distance_m, query.direction) if station is not None else None
    return (station, said) if station is not None and said is not None else None


def _without_name(climb: _Climb, index: PlaceIndex) -> Fix:
    query, station, reasons = climb.query, climb.station, climb.reasons
    if station is not None and query.text and (town := _far_town(query, station, index)) is not None:
        reasons.append(Reason("text_names_far_town", {"town": town, "station": station.code}))
    return (
        bearing.rung(query.text, query.distance_m, query.direction, station, reasons)
        or _by_station(station, reasons)
        or Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, tuple(reasons))
    )


def _with_unread(climb: _Climb, fix: Fix) -> Fix:
    """Give a fix that says which distance in its text could not be used, where there is one."""
    query = climb.query
    if fix.method is Method.COORDINATES or not query.text or query.distance_m is not None or climb.tie is not None:
        return fix
    words = unread_distance(query.text)
    if words is None or any(part.kind == "road_km" for part in parts(query.text)):
        return fix
    return replace(fix, reasons=(*fix.reasons, Reason("distance_not_understood", {"words": words})))


def _far_town(query: Query, station: StationArea, index: PlaceIndex) -> str | None:
    """Give the town that a text names and that lies nowhere near its station: one of the two is wrong."""
    town, district = whereabouts(index, without_bearing(query.text or ""))
    if town is None and district is None:
        return None
    there = context_of(index, town, district)
    own = index.districts.get(normalise(station.district or ""), -1)
    if there.core < 0 or there.inside[own] or math.isnan(there.core_lat):
        return None
    apart = distance_m(station.lat, station.lon, there.core_lat, there.core_lon)
    return (town or district) if apart > _FAR_TOWN_M else None


def _limits(query: Query, gazetteer: Gazetteer) -> coordinates.Limits:
    """Give where the query's coordinates have to lie, of a gazetteer that knows the country's and districts' areas."""
    if not hasattr(gazetteer, "limits"):
        return coordinates.NO_LIMITS
    # Of coordinates that stand in the text only the country is asked for: few texts are such.
    return cast(coordinates.Limits, gazetteer.limits(query.district if query.lat is not None else None))


def _by_names(climbs: Sequence[_Climb], index: PlaceIndex) -> None:
    """Give the fixes of names of the country's gazetteer to those who have one, and to the others why not."""
    asked = {(climb.query, climb.station): climb for climb in climbs}
    # The same texts come again and again.
    known = {key: found for key in asked if (found := index.answers.get(key)) is not None}
    new = [key for key in asked if key not in known]
    known.update(zip(new, _known(new, index), strict=True))
    for climb in climbs:
        climb.take(known[climb.query, climb.station])
    index.answers.update((key, known[key]) for key in new)


def _known(asked: Sequence[names.Asked], index: PlaceIndex) -> list[Known]:
    """Give the fixes of names, with why."""
    known: list[Known] = []
    round_ones: list[tuple[int, LookUp, Method, tuple[Reason, ...]]] = []
    by_station: dict[int, beside.Chosen] = {}
    for (query, station), found in zip(asked, names.look_up(asked, index), strict=True):
        reasons: list[Reason] = []
        if found is None:
            reasons.append(Reason("name_unknown"))
        elif not _is_refused(query, station, found, reasons):
            reasons.extend(explain.chosen(found, station, query.text or ""))
            is_landmark = found.place.is_landmark and not (found.is_address or found.is_core)
            method = Method.LANDMARK if is_landmark else Method.PLACE
            if station is None:
                round_ones.append((len(known), found, method, tuple(reasons)))
            else:
                by_station[len(known)] = beside.Chosen(query, station, found, method, reasons)
        known.append((None, tuple(reasons)))
    drawn = kernel.round_regions(
        [kernel.Round(one.lat, one.lon, one.fifty_m, one.ninety_m, one.lumps()) for _, one, _, _ in round_ones]
    )
    for region, (place, found, method, why) in zip(drawn, round_ones, strict=True):
        known[place] = regions.fix_of(region, method, found.score, found.place.ref, why), why
    known_there = beside.fixes(list(by_station.values()))
    for place, there in zip(by_station, known_there, strict=True):
        known[place] = there
    return known


def _is_refused(query: Query, station: StationArea | None, found: LookUp, reasons: list[Reason]) -> bool:
    """Say whether what is known beside the names says more than they do; says so in ``reasons``."""
    if station is None:
        if found.score >= WEAK_ALONE or found.in_town or found.is_core:
            return False
    elif not (found.score < WEAK_BESIDE_STATION or (found.is_core and not _is_finer(query, station, found))):
        if not _gives_way(query, station, found):
            return False
        if found.place.ref == station.code:  # the distance's own beginning is no name that was refused
            return True
    # What is left beside a station is the town: which of its stations wrote the record says more.
    reasons.extend(explain.refused(found))
    return True


def _is_finer(query: Query, station: StationArea, found: LookUp) -> bool:
    """Say whether a town that a text names alone says more than the area of a station that has a whole tehsil."""
    if (
        station.area is None
        or station.area.is_empty
        or names_alone(found.index, without_bearing(query.text or "")) is None
    ):
        return False
    west, south, east, north = station.area.bounds
    return found.ninety_m < 0.25 * distance_m(south, west, north, east)


def _gives_way(query: Query, station: StationArea, found: LookUp) -> bool:
    """Say whether a distance and direction from the station say more than the name that was found.

    "3 km north of PS Mughalpura" names where the distance begins; a name that is sooner wrong than right would only
    spread over the country what the distance and direction put within a kilometre.
    """
    if bearing.read(query.text, query.distance_m, query.direction) is None:
        return False
    return station.code in (found.place.ref, found.fullest.ref) or found.score < WEAK_BESIDE_BEARING


def _by_local_name(
    query: Query, station: StationArea, place: Place, relation: str | None, reasons: list[Reason]
) -> Fix | None:
    """Give the fix of a name that an officer's pin taught."""
    reasons.append(Reason("local_name", {"name": place.name}))
    said = bearing.read(query.text, query.distance_m, query.direction)
    combined = place_named([Named(1.0, place, relation)], station, said, reasons)
    if combined is None:
        return None
    return regions.fix_of(combined.region, Method.PLACE, SCORE_LOCAL_NAME, place.ref, reasons)


def _by_station(station: StationArea | None, reasons: list[Reason]) -> Fix | None:
    if station is None:
        return None
    region = regions.station_region(station)
    if region is None:
        reasons.append(Reason("station_area_unknown", {"station": station.code}))
        return None
    if station.beat is not None:
        reasons.append(Reason("beat_area", {"beat": station.beat, "station": station.code}))
    else:
        reasons.append(Reason("station_area", {"station": station.code}))
    # A point is right within a kilometre, as those of names are judged: of a wide area its middle is seldom that.
    near = min(1.0, math.pi * _RIGHT_WITHIN_M**2 / region.area_m2)
    return regions.fix_of(region, Method.STATION_AREA, SCORE_STATION_AREA * near, station.code, reasons)
