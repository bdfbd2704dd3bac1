"""The ladder: the best fix that a record's coordinates, words, bearing and station allow.

Coordinates, then an exact name, then distance and direction, then the station's area, then unplaced. Each
rung that fails says why in a :class:`~spatial.model.Reason`; the rung that holds says what it rests on. The
full geocoder (fuzzy names, streets, chaks) will add rungs between these.

A score is the believed chance that the true place lies in the region. The constants are first beliefs, to be
calibrated by ``flask geocode --evaluate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import shapely

from spatial import projection
from spatial.addresses import place_parts
from spatial.errors import InvalidGeometry
from spatial.geocoding import bearing, coordinates
from spatial.geocoding import region as regions
from spatial.geocoding.gazetteer import Gazetteer, Place, StationArea
from spatial.geocoding.region import Region
from spatial.model import Fix, Method, Reason

MOST_CANDIDATES: Final = 3
FARTHEST_CANDIDATES_M: Final = 3_000.0

SCORE_PLACE: Final = 0.8
SCORE_LANDMARK: Final = 0.75
SCORE_ELSEWHERE: Final = 0.5
SCORE_CANDIDATES: Final = 0.6
SCORE_STATION_AREA: Final = 0.85


@dataclass(frozen=True, slots=True)
class Query:
    """What a record says about its place; everything may be missing.

    Parameters
    ----------
    text : str or None
        Place of occurrence in any script; a distance and direction in it count where none are given apart.
    lat, lon : float or None
        Degrees (EPSG:4326), as given: not yet checked.
    accuracy_m : float or None
        Radius that holds 90 % about the coordinates.
    station : str or None
        Code of the recording station.
    city : str or None
    district : str or None
        Where names are looked up; the station's district if missing.
    near_lat, near_lon : float or None
        Degrees: a point that the place is thought to be near, such as the caller's; never a fix by itself.
    distance_m : float or None
    direction : float or None
        Degrees clockwise from north, from the station.
    """

    text: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    station: str | None = None
    district: str | None = None
    distance_m: float | None = None
    direction: float | None = None
    city: str | None = None
    near_lat: float | None = None
    near_lon: float | None = None


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
        coordinates.rung(query.lat, query.lon, query.accuracy_m, station, reasons, text=query.text)
        or _by_name(query, station, gazetteer, reasons)
        or bearing.rung(query.text, query.distance_m, query.direction, station, reasons)
        or _by_station(station, reasons)
        or Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, tuple(reasons))
    )


def _by_name(query: Query, station: StationArea | None, gazetteer: Gazetteer, reasons: list[Reason]) -> Fix | None:
    if not query.text:
        return None
    district = query.district or (station.district if station is not None else None)
    for part in place_parts(query.text):
        if part.relation == "limits":
            continue
        candidates = list(gazetteer.places(part.key, district))
        if not candidates:
            continue
        chosen = _choose(part.key, candidates, station, reasons)
        if not chosen:
            continue
        try:
            region = (
                regions.place_region(chosen[0], part.relation)
                if len(chosen) == 1
                else regions.places_region(tuple(chosen), part.relation)
            )
        except InvalidGeometry:
            reasons.append(Reason("place_too_large", {"name": chosen[0].name}))
            continue
        area = regions.station_region(station) if station is not None else None
        if area is not None and region.area_m2 > area.area_m2:
            # "Lahore" says less than which of Lahore's stations wrote the FIR.
            reasons.append(Reason("place_wider_than_station", {"name": chosen[0].name}))
            continue
        return _named(chosen, part.relation, region, station, reasons)
    return None


def _choose(key: str, candidates: list[Place], station: StationArea | None, reasons: list[Reason]) -> list[Place]:
    """Give the candidates to spread over: one, or a few close together; none if the name is too ambiguous."""
    if len(candidates) == 1:
        return candidates
    if station is not None and station.area is not None:
        area = regions.prepared(station.area)
        within = [place for place in candidates if shapely.contains_xy(area, place.lon, place.lat)]
        if 0 < len(within) < len(candidates):
            reasons.append(Reason("name_narrowed_by_station", {"name": key, "candidates": len(candidates)}))
            candidates = within
            if len(candidates) == 1:
                return candidates
    wide = max(candidates, key=lambda place: place.extent.area if place.extent is not None else 0.0)
    if wide.extent is not None and all(
        shapely.contains_xy(wide.extent, place.lon, place.lat) for place in candidates if place is not wide
    ):
        # The same neighbourhood twice: as an area, and as a point inside it.
        return [wide]
    apart = [
        projection.distance_m(one.lat, one.lon, other.lat, other.lon) for one, other in combinations(candidates[:4], 2)
    ]
    if len(candidates) <= MOST_CANDIDATES and max(apart) <= FARTHEST_CANDIDATES_M:
        reasons.append(Reason("name_spread", {"name": key, "candidates": len(candidates)}))
        return candidates
    reasons.append(Reason("name_ambiguous", {"name": key, "candidates": len(candidates)}))
    return []


def _named(
    chosen: list[Place],
    relation: str | None,
    region: Region,
    station: StationArea | None,
    reasons: list[Reason],
) -> Fix:
    first = chosen[0]
    method = Method.LANDMARK if first.is_landmark else Method.PLACE
    score = SCORE_LANDMARK if first.is_landmark else SCORE_PLACE
    code = "landmark_matched" if first.is_landmark else "place_matched"
    reasons.append(Reason(code, {"name": first.name, "relation": relation or "in"}))
    if len(chosen) > 1:
        score = min(score, SCORE_CANDIDATES)
    if station is not None and station.area is not None:
        inside = any(shapely.contains_xy(regions.prepared(station.area), place.lon, place.lat) for place in chosen)
        if not inside:
            reasons.append(Reason("place_outside_station_area", {"name": first.name, "station": station.code}))
            score = min(score, SCORE_ELSEWHERE)
    return regions.fix_of(region, method, score, first.ref, reasons)


def _by_station(station: StationArea | None, reasons: list[Reason]) -> Fix | None:
    if station is None:
        return None
    region = regions.station_region(station)
    if region is None:
        reasons.append(Reason("station_area_unknown", {"station": station.code}))
        return None
    reasons.append(Reason("station_area", {"station": station.code}))
    return regions.fix_of(region, Method.STATION_AREA, SCORE_STATION_AREA, station.code, reasons)
