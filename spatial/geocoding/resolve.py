"""The ladder: the best fix that a record's coordinates, words, bearing and station allow.

Coordinates, then the names in the text (with a distance and direction where it gives them), then distance and
direction alone, then the station's area, then unplaced. Each rung that fails says why in a
:class:`~spatial.model.Reason`; the rung that holds says what it rests on.

The score of a named place is the chance that its point is right, calibrated on the development set
(:mod:`spatial.geocoding.calibration`); the scores of the other rungs are beliefs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, cast

import numpy as np
import shapely

from spatial.addresses import without_bearing
from spatial.errors import InvalidGeometry
from spatial.geocoding import bearing, coordinates, explain, kernel, names
from spatial.geocoding import region as regions
from spatial.geocoding.combine import Lump, combine
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.geocoding.index import PlaceIndex
from spatial.geocoding.layers import NINETY, Extent, Jurisdiction, Kernel
from spatial.geocoding.named import LEAK, Named, place_named
from spatial.geocoding.names import LookUp
from spatial.geocoding.query import Query
from spatial.geocoding.reference import Gazetteer
from spatial.model import Fix, Method, Reason

SCORE_STATION_AREA: Final = 0.85
SCORE_LOCAL_NAME: Final = 0.9
"""Of a name that an officer's pin taught: he was there."""
WEAK_BESIDE_STATION: Final = 0.2
"""A name less likely to be right than this gives way to the station's own area."""
WEAK_BESIDE_BEARING: Final = 0.5
"""A name less likely to be right than this gives way to a distance and direction from the station."""
WEAK_ALONE: Final = 0.1
"""A text without city, district and station is placed only by a name at least so likely to be right."""
NAME_HOLDS: Final = 0.95
"""The share of mass that a name's own region gets beside the station's area."""
NINETY_BESIDE_STATION: Final = 0.35
FIFTY_BESIDE_STATION: Final = 0.7
"""By what a name's radii shrink where the station is known, whose area shuts out the far mistakes in them: measured on
the development set with a square about each true point as its station's area, of which 97 % of the circles held it."""
MOST_CANDIDATES: Final = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean, for somebody who chooses.

    Parameters
    ----------
    place : Place
    lat, lon : float
        Where it would put the record; degrees.
    score : float
        Its share of belief among all candidates, 0 to 1.
    reasons : tuple of Reason
    """

    place: Place
    lat: float
    lon: float
    score: float
    reasons: tuple[Reason, ...]


def resolve(query: Query, gazetteer: Gazetteer) -> Fix:
    """Give the fix of a record: weighted cells, method, accuracy, score and the reasons for them.

    Never raises for what a record says: whatever cannot be used is a reason, and the last rung is *unplaced*.

    Parameters
    ----------
    query : Query
    gazetteer : Gazetteer

    Returns
    -------
    Fix
    """
    reasons: list[Reason] = []
    station = gazetteer.station(query.station) if query.station else None
    if query.station and station is None:
        reasons.append(Reason("station_unknown", {"station": query.station}))
    return (
        coordinates.rung(
            query.lat,
            query.lon,
            query.accuracy_m,
            station,
            reasons,
            limits=_limits(query, gazetteer),
            text=query.text,
        )
        or _by_name(query, station, gazetteer, reasons)
        or bearing.rung(query.text, query.distance_m, query.direction, station, reasons)
        or _by_station(station, reasons)
        or Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, tuple(reasons))
    )


def _limits(query: Query, gazetteer: Gazetteer) -> coordinates.Limits:
    """Give where the query's coordinates have to lie, of a gazetteer that knows districts' areas."""
    if query.lat is None or not query.district or not hasattr(gazetteer, "limits"):
        return coordinates.NO_LIMITS
    return cast(coordinates.Limits, gazetteer.limits(query.district))


def candidates(query: Query, gazetteer: Gazetteer, most: int = MOST_CANDIDATES) -> list[Candidate]:
    """Give the places that a text may mean, likeliest first, each place once; local names of the station before all.

    Parameters
    ----------
    query : Query
    gazetteer : Gazetteer
    most : int
    """
    station = gazetteer.station(query.station) if query.station else None
    found: list[Candidate] = []
    if station is not None and query.text:
        local = names.local_name(query, gazetteer, station)
        if local is not None:
            place = local[0]
            found.append(
                Candidate(place, place.lat, place.lon, SCORE_LOCAL_NAME, (Reason("local_name", {"name": place.name}),))
            )
    looked = names.look_up(query, gazetteer.index, station)
    if looked is None:
        return found
    weight, measured = looked.choice.weight, looked.measured
    seen: set[int] = set()
    for number in np.argsort(-weight, kind="stable").tolist():
        place_number = int(measured.places[number])
        if place_number in seen or measured.lines[number] < 0:
            continue
        seen.add(place_number)
        place = looked.index.place(place_number)
        why = (explain.how(looked, number),)
        found.append(
            Candidate(place, float(measured.lat[number]), float(measured.lon[number]), float(weight[number]), why)
        )
        if len(found) >= most:
            break
    return found


def _by_name(query: Query, station: StationArea | None, gazetteer: Gazetteer, reasons: list[Reason]) -> Fix | None:
    if not query.text or (station is not None and not without_bearing(query.text)):
        return None
    if station is not None:
        local = names.local_name(query, gazetteer, station)
        if local is not None:
            return _by_local_name(query, station, *local, reasons)
    fix, why = _by_known_name(query, station, gazetteer.index)
    reasons.extend(why)
    return fix if fix is None else replace(fix, reasons=tuple(reasons))


@lru_cache(maxsize=8_192)
def _by_known_name(
    query: Query, station: StationArea | None, index: PlaceIndex
) -> tuple[Fix | None, tuple[Reason, ...]]:
    """Give the fix of a name of the country's gazetteer, and why: the same texts come again and again."""
    reasons: list[Reason] = []
    return _by_index(query, station, index, reasons), tuple(reasons)


def _by_index(query: Query, station: StationArea | None, index: PlaceIndex, reasons: list[Reason]) -> Fix | None:
    found = names.look_up(query, index, station)
    if found is None:
        reasons.append(Reason("name_unknown"))
        return None
    if station is not None and (found.is_core or found.score < WEAK_BESIDE_STATION):
        # What is left is the town: which of its stations wrote the record says more.
        reasons.extend(explain.refused(found))
        return None
    if found.score < WEAK_ALONE and not (query.city or query.district):
        reasons.extend(explain.refused(found))
        return None
    if station is not None and _gives_way(query, station, found):
        if found.place.ref != station.code:  # the distance's own beginning is no name that was refused
            reasons.extend(explain.refused(found))
        return None
    reasons.extend(explain.chosen(found, station))
    place = found.place
    method = Method.LANDMARK if place.is_landmark and not (found.is_address or found.is_core) else Method.PLACE
    at = found.choice
    if station is None:
        region = kernel.round_region(at.lat, at.lon, found.fifty_m, found.ninety_m, found.lumps())
        return regions.fix_of(region, method, found.score, place.ref, reasons)
    return _beside_station(query, station, found, method, reasons)


def _gives_way(query: Query, station: StationArea, found: LookUp) -> bool:
    """Say whether a distance and direction from the station say more than the name that was found.

    "3 km north of PS Mughalpura" names where the distance begins; a name that is sooner wrong than right would only
    spread over the country what the distance and direction put within a kilometre.
    """
    if bearing.read(query.text, query.distance_m, query.direction) is None:
        return False
    return station.code in (found.place.ref, found.fullest.ref) or found.score < WEAK_BESIDE_BEARING


def _beside_station(
    query: Query, station: StationArea, found: LookUp, method: Method, reasons: list[Reason]
) -> Fix | None:
    """Give the fix of a name with what the station's area and a distance and direction from it say."""
    place, at = found.place, found.choice
    said = bearing.read(query.text, query.distance_m, query.direction)
    try:
        if said is not None:
            here = replace(place, lat=at.lat, lon=at.lon, extent=None, radius_m=None)
            one = Named(NAME_HOLDS, here, None, NINETY_BESIDE_STATION * found.ninety_m)
            combined = place_named([one], station, said, reasons)
        else:
            combined = combine(_lumps(found, station), bounds=_bounds(station))
    except InvalidGeometry:
        combined = None
    if combined is None:
        reasons.append(Reason("place_too_large", {"name": place.name}))
        return None
    region, score = combined.region, found.score
    if station.area is not None and not shapely.contains_xy(regions.prepared(station.area), at.lon, at.lat):
        reasons.append(Reason("place_outside_station_area", {"name": place.name, "station": station.code}))
    return regions.fix_of(region, method, score, place.ref, reasons)


def _lumps(found: LookUp, station: StationArea) -> list[Lump]:
    at = found.choice
    ninety = NINETY_BESIDE_STATION * found.ninety_m
    inner, outer = kernel.deviations_m(min(FIFTY_BESIDE_STATION * found.fifty_m, 0.6 * ninety), ninety)
    others, core = found.lumps(), inner * NINETY
    lumps = [
        Lump(NAME_HOLDS * kernel.CORE * (1.0 - sum(share for _, _, share in others)), Kernel(at.lat, at.lon, core)),
        Lump(NAME_HOLDS * (1.0 - kernel.CORE), Kernel(at.lat, at.lon, outer * NINETY)),
        *(Lump(NAME_HOLDS * kernel.CORE * share, Kernel(lat, lon, core)) for lat, lon, share in others),
    ]
    if station.area is not None and not station.area.is_empty:
        lumps.append(Lump(1.0 - NAME_HOLDS, Extent(station.area)))
    return lumps


def _bounds(station: StationArea) -> tuple[Jurisdiction, ...]:
    if station.area is None or station.area.is_empty:
        return ()
    return (Jurisdiction(station.area, max(LEAK, bearing.leak(station))),)


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
    reasons.append(Reason("station_area", {"station": station.code}))
    return regions.fix_of(region, Method.STATION_AREA, SCORE_STATION_AREA, station.code, reasons)
