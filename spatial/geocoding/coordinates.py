"""The rung of given coordinates: which can be used, how far to trust them, and what is wrong with the rest."""

from __future__ import annotations

import math
from typing import Final

import shapely

from spatial.errors import InvalidGeometry
from spatial.geocoding import region as regions
from spatial.geocoding.gazetteer import StationArea
from spatial.model import Fix, Method, Reason

# South, north, west, east of Pakistan, with the disputed areas that it administers.
PAKISTAN: Final = (23.5, 37.2, 60.8, 77.9)
GPS_ACCURACY_M: Final = 20.0
# Up to half a base cell's edge a measurement is one cell; beyond, it is spread.
POOR_ACCURACY_M: Final = 100.0
AT_STATION_M: Final = 30.0
SCORE_COORDINATES: Final = 0.95
SCORE_COORDINATES_ELSEWHERE: Final = 0.7
SCORE_COORDINATES_AT_STATION: Final = 0.5


def rung(
    lat: float | None,
    lon: float | None,
    accuracy_m: float | None,
    station: StationArea | None,
    reasons: list[Reason],
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
    """
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        reasons.append(Reason("coordinates_incomplete"))
        return None
    refused = _refusal(lat, lon)
    if refused is not None:
        reasons.append(Reason(refused, {"lat": lat, "lon": lon} if math.isfinite(lat + lon) else {}))
        return None
    accuracy = accuracy_m
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
        elif station.area is not None and not shapely.contains_xy(regions.prepared(station.area), lon, lat):
            reasons.append(Reason("coordinates_outside_station_area", {"station": station.code}))
            score = SCORE_COORDINATES_ELSEWHERE
    return regions.fix_of(region, Method.COORDINATES, score, None, reasons)


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


def _is_at(station: StationArea, lat: float, lon: float) -> bool:
    # Flat earth is good enough for thirty metres, and this runs for every record with coordinates.
    north = (lat - station.lat) * 111_320.0
    east = (lon - station.lon) * 111_320.0 * math.cos(math.radians(lat))
    return north * north + east * east <= AT_STATION_M * AT_STATION_M
