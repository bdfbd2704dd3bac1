"""The rung of given coordinates: which can be used, how far to trust them, and what is wrong with the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import shapely

from spatial.errors import InvalidGeometry
from spatial.geocoding import region as regions
from spatial.geocoding.coordinate_search import found_in
from spatial.geocoding.coordinate_text import precision_m, problem_of, read, step_of
from spatial.geocoding.gazetteer import StationArea
from spatial.model import Fix, Method, Reason

GPS_ACCURACY_M: Final = 20.0
# Up to half a base cell's edge a measurement is one cell; beyond, it is spread.
POOR_ACCURACY_M: Final = 100.0
AT_STATION_M: Final = 30.0
SCORE_COORDINATES: Final = 0.95
SCORE_COORDINATES_ELSEWHERE: Final = 0.7
SCORE_COORDINATES_AT_STATION: Final = 0.5
SCORE_COORDINATES_OTHER_DISTRICT: Final = 0.3
_GIVEN: Final = Reason("coordinates_given")


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Where a record's coordinates have to lie, as far as that is known.

    Parameters
    ----------
    country, district : shapely Polygon or MultiPolygon, or None
        (Longitude, latitude) in degrees, as :func:`outline` gives them. Without a country's outline its bounding box is
        used, which holds much of its neighbours; the district is the one that the record names.
    """

    country: Any = None
    district: Any = None


NO_LIMITS: Final = Limits()
DISTRICT_MARGIN_DEG: Final = 0.03
"""How far outside its district a point may lie: some 3 km, as districts' lines are not surveyed ones."""
COUNTRY_MARGIN_DEG: Final = 0.06
"""How far outside the country's line a point may lie: 6 km, within which all points of the gazetteer do."""
_FINEST_DEG: Final = 0.003


def outline(area: Any, margin_deg: float) -> Any:
    """Give an area drawn wider by a margin, without what is finer than its line is good for: asked of every record."""
    return area.simplify(_FINEST_DEG).buffer(margin_deg, quad_segs=2)


def rung(
    lat: float | None,
    lon: float | None,
    accuracy_m: float | None,
    station: StationArea | None,
    reasons: list[Reason],
    *,
    limits: Limits = NO_LIMITS,
    text: str | None = None,
) -> Fix | None:
    """Give the fix of given coordinates, None if there are none or they cannot be used; says why in ``reasons``.

    Parameters
    ----------
    lat, lon : float or None
        Degrees, as given: not yet checked.
    accuracy_m : float or None
        Radius that holds 90 % about them.
    station : StationArea or None
        The recording station.
    reasons : list of Reason
        Appended to.
    limits : Limits
    text : str or None
        Read for coordinates where none are given apart: some sources write them into the place.
    """
    step_m = 0.0
    if lat is None and lon is None:
        reading = (read(text) or found_in(text)) if text else None
        if reading is None:
            return None
        if reading.lat is None or reading.lon is None:
            given = _said(*reading.given) if reading.given is not None else {}
            code = reading.problem or "coordinates_not_numbers"
            reasons.append(_problem(code, reading.offered, {"text": text or "", **given}))
            return None
        lat, lon, step_m = reading.lat, reading.lon, reading.accuracy_m
        reasons.append(Reason("coordinates_in_text", {"lat": round(lat, 6), "lon": round(lon, 6)}))
    elif lat is None or lon is None:
        reasons.append(Reason("coordinates_incomplete"))
        return None
    else:
        problem, offered = problem_of(lat, lon)
        if problem is not None:
            reasons.append(_problem(problem, offered, _said(lat, lon)))
            return None
    if limits.country is not None and not shapely.contains_xy(regions.prepared(limits.country), lon, lat):
        reasons.append(Reason("coordinates_outside_country", {"lat": lat, "lon": lon}))
        return None
    if accuracy_m is None or not (math.isfinite(accuracy_m) and accuracy_m > 0):
        accuracy_m = max(GPS_ACCURACY_M, step_m or precision_m(step_of(lat, lon)))
        if accuracy_m > POOR_ACCURACY_M:
            reasons.append(Reason("coordinates_few_digits", {"accuracy_m": round(accuracy_m)}))
    if accuracy_m <= POOR_ACCURACY_M:
        region = regions.unit_region(lat, lon, accuracy_m)
        reasons.append(_GIVEN)
    else:
        try:
            region = regions.kernel_region(lat, lon, accuracy_m)
        except InvalidGeometry:
            reasons.append(Reason("coordinates_too_vague", {"accuracy_m": accuracy_m}))
            return None
        reasons.append(Reason("coordinates_given_vague", {"accuracy_m": accuracy_m}))
    score = min(SCORE_COORDINATES, _by_station(lat, lon, station, reasons))
    if limits.district is not None and not shapely.contains_xy(regions.prepared(limits.district), lon, lat):
        reasons.append(Reason("coordinates_outside_district", {"lat": lat, "lon": lon}))
        score = min(score, SCORE_COORDINATES_OTHER_DISTRICT)
    return regions.fix_of(region, Method.COORDINATES, score, None, reasons)


def _by_station(lat: float, lon: float, station: StationArea | None, reasons: list[Reason]) -> float:
    """Give the score that the recording station allows, and say why it is less."""
    if station is None:
        return SCORE_COORDINATES
    if is_at(station, lat, lon):
        # Typed in at the desk, the pin shows where the computer stands.
        reasons.append(Reason("coordinates_at_station", {"station": station.code}))
        return SCORE_COORDINATES_AT_STATION
    if station.area is not None and not shapely.contains_xy(regions.prepared(station.area), lon, lat):
        reasons.append(Reason("coordinates_outside_station_area", {"station": station.code}))
        return SCORE_COORDINATES_ELSEWHERE
    return SCORE_COORDINATES


def _problem(code: str, offered: tuple[float, float] | None, given: dict[str, str | float]) -> Reason:
    if offered is None:
        return Reason(code, given)
    return Reason(code, given | {"offered_lat": round(offered[0], 6), "offered_lon": round(offered[1], 6)})


def _said(lat: float = math.nan, lon: float = math.nan) -> dict[str, str | float]:
    return {"lat": lat, "lon": lon} if math.isfinite(lat + lon) else {}


def is_at(station: StationArea, lat: float, lon: float) -> bool:
    """Say whether a point is the station's own house."""
    # Flat earth is good enough for thirty metres, and this runs for every record with coordinates.
    north = (lat - station.lat) * 111_320.0
    east = (lon - station.lon) * 111_320.0 * math.cos(math.radians(lat))
    return north * north + east * east <= AT_STATION_M * AT_STATION_M
