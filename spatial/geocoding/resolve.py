"""The ladder: the best fix that a record's coordinates, words, bearing and station allow.

Coordinates, then an exact name, then distance and direction, then the station's area, then unplaced. Each
rung that fails says why in a :class:`~spatial.model.Reason`; the rung that holds says what it rests on. The
full geocoder (fuzzy names, streets, chaks) will add rungs between these.

A score is the believed chance that the true place lies in the region. The constants are first beliefs, to be
calibrated by ``flask geocode --evaluate``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import shapely

from spatial import projection
from spatial.addresses import parse_bearing, place_parts
from spatial.errors import InvalidGeometry
from spatial.geocoding import region as regions
from spatial.geocoding.gazetteer import Gazetteer, Place, StationArea
from spatial.geocoding.region import Region
from spatial.model import Fix, Method, Point, Reason

# South, north, west, east of Pakistan, with the disputed areas that it administers.
PAKISTAN: Final = (23.5, 37.2, 60.8, 77.9)
GPS_ACCURACY_M: Final = 20.0
# Up to half a base cell's edge a measurement is one cell; beyond, it is spread.
POOR_ACCURACY_M: Final = 100.0
AT_STATION_M: Final = 30.0
MOST_CANDIDATES: Final = 3
FARTHEST_CANDIDATES_M: Final = 3_000.0
CUT_OFF_SHARE: Final = 0.1
# No station's area reaches so far; more is a slip of the pen or of the unit.
FARTHEST_M: Final = 300_000.0

SCORE_COORDINATES: Final = 0.95
SCORE_COORDINATES_ELSEWHERE: Final = 0.7
SCORE_COORDINATES_AT_STATION: Final = 0.5
SCORE_PLACE: Final = 0.8
SCORE_LANDMARK: Final = 0.75
SCORE_ELSEWHERE: Final = 0.5
SCORE_CANDIDATES: Final = 0.6
SCORE_BEARING: Final = 0.7
SCORE_RING: Final = 0.6
SCORE_BEARING_CUT_OFF: Final = 0.4
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
    district : str or None
        Where names are looked up; the station's district if missing.
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
        _by_coordinates(query, station, reasons)
        or _by_name(query, station, gazetteer, reasons)
        or _by_bearing(query, station, reasons)
        or _by_station(station, reasons)
        or Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, tuple(reasons))
    )


def _by_coordinates(query: Query, station: StationArea | None, reasons: list[Reason]) -> Fix | None:
    lat, lon = query.lat, query.lon
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        reasons.append(Reason("coordinates_incomplete"))
        return None
    refused = _refusal(lat, lon)
    if refused is not None:
        reasons.append(Reason(refused, {"lat": lat, "lon": lon} if math.isfinite(lat + lon) else {}))
        return None
    accuracy = query.accuracy_m
    if accuracy is None or not (math.isfinite(accuracy) and accuracy > 0):
        accuracy = GPS_ACCURACY_M
    if accuracy <= POOR_ACCURACY_M:
        region = regions.unit_region(lat, lon, accuracy)
        reasons.append(Reason("coordinates_given"))
    else:
        try:
            region = regions.kernel_region(lat, lon, accuracy)
        except InvalidGeometry:
            reasons.append(Reason("coordinates_too_vague", {"accuracy_m": accuracy}))
            return None
        reasons.append(Reason("coordinates_given_vague", {"accuracy_m": accuracy}))
    score = SCORE_COORDINATES
    if station is not None:
        if _is_at(station, lat, lon):
            # Typed in at the desk, the pin shows where the computer stands.
            reasons.append(Reason("coordinates_at_station", {"station": station.code}))
            score = SCORE_COORDINATES_AT_STATION
        elif station.area is not None and not shapely.contains_xy(_prepared(station.area), lon, lat):
            reasons.append(Reason("coordinates_outside_station_area", {"station": station.code}))
            score = SCORE_COORDINATES_ELSEWHERE
    return _fix(Method.COORDINATES, region, score, None, reasons)


def _refusal(lat: float, lon: float) -> str | None:
    """Give why coordinates cannot be used, None if they can."""
    south, north, west, east = PAKISTAN
    if south <= lat <= north and west <= lon <= east:
        return None
    if not (math.isfinite(lat) and math.isfinite(lon)):
        return "coordinates_not_numbers"
    if lat == 0 and lon == 0:
        return "coordinates_zero"
    if south <= lon <= north and west <= lat <= east:
        # Told, not turned round in silence: the record's owner must mend his export.
        return "coordinates_swapped"
    return "coordinates_outside_country"


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
        area = _prepared(station.area)
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
        inside = any(shapely.contains_xy(_prepared(station.area), place.lon, place.lat) for place in chosen)
        if not inside:
            reasons.append(Reason("place_outside_station_area", {"name": first.name, "station": station.code}))
            score = min(score, SCORE_ELSEWHERE)
    return _fix(method, region, score, first.ref, reasons)


def _by_bearing(query: Query, station: StationArea | None, reasons: list[Reason]) -> Fix | None:
    distance, direction = query.distance_m, query.direction
    if distance is None and query.text:
        said = parse_bearing(query.text)
        if said is not None:
            distance = said.distance_m
            direction = said.direction_deg if direction is None else direction
    if distance is None:
        return None
    if not 0.0 <= distance <= FARTHEST_M:
        reasons.append(Reason("distance_impossible"))
        return None
    if direction is not None:
        direction = direction % 360.0 if math.isfinite(direction) else None
    if station is None:
        reasons.append(Reason("bearing_without_station"))
        return None
    found = regions.bearing_region(station, float(distance), direction)
    said_params: dict[str, str | float] = {"distance_m": float(distance), "station": station.code}
    if direction is not None:
        said_params["direction_deg"] = direction
    if found is None:
        reasons.append(Reason("bearing_outside_station_area", said_params))
        return None
    region, share = found
    score = SCORE_BEARING if direction is not None else SCORE_RING
    reasons.append(Reason("bearing" if direction is not None else "distance_only", said_params))
    if share < CUT_OFF_SHARE:
        reasons.append(Reason("bearing_mostly_outside_station_area", {"share": round(share, 3)}))
        score = SCORE_BEARING_CUT_OFF
    return _fix(Method.BEARING, region, score, station.code, reasons)


def _by_station(station: StationArea | None, reasons: list[Reason]) -> Fix | None:
    if station is None:
        return None
    region = regions.station_region(station)
    if region is None:
        reasons.append(Reason("station_area_unknown", {"station": station.code}))
        return None
    reasons.append(Reason("station_area", {"station": station.code}))
    return _fix(Method.STATION_AREA, region, SCORE_STATION_AREA, station.code, reasons)


def _fix(method: Method, region: Region, score: float, matched: str | None, reasons: list[Reason]) -> Fix:
    return Fix(
        method,
        Point(region.point.lat, region.point.lon),
        region.accuracy_m,
        region.resolution,
        region.cells,
        region.masses,
        score,
        matched,
        tuple(reasons),
    )


def _is_at(station: StationArea, lat: float, lon: float) -> bool:
    # Flat earth is good enough for thirty metres, and this runs for every record with coordinates.
    north = (lat - station.lat) * 111_320.0
    east = (lon - station.lon) * 111_320.0 * math.cos(math.radians(lat))
    return north * north + east * east <= AT_STATION_M * AT_STATION_M


def _prepared(area: shapely.Geometry) -> shapely.Geometry:
    # Preparing builds an index inside the geometry once; asking again costs nothing.
    shapely.prepare(area)
    return area
