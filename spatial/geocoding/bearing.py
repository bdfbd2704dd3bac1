"""The rung of distance and direction from the station: a ring sector within the station's area."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import shapely

from spatial import projection
from spatial.addresses import parse_bearing
from spatial.errors import InvalidGeometry
from spatial.geocoding import region as regions
from spatial.geocoding.gazetteer import StationArea
from spatial.geocoding.region import FEWEST_SAMPLES, MOST_SAMPLES, Region, sample_count, sampled_region, steps, turns
from spatial.model import Fix, Method, Reason

# Up to so many metres, a stated distance is rounded to within plus or minus so many: half a kilometre's steps
# near the station, whole kilometres, then fives and tens, as people estimate.
_ROUNDING: Final = ((5_000.0, 250.0), (10_000.0, 500.0), (20_000.0, 1_000.0), (math.inf, 2_500.0))
# Distances are often measured along the road, which is so many times longer than the straight line: the true
# place may then be nearer, so the inner radius shrinks while the outer stays.
ROAD_DETOUR: Final = 1.3
# "0 km" and "0/1 km" mean near the station: a disc of so many metres.
NEAR_STATION_M: Final = 1_000.0
SECTOR_DEG: Final = 45.0
FINE_SECTOR_DEG: Final = 22.5

CUT_OFF_SHARE: Final = 0.1
# No station's area reaches so far; more is a slip of the pen or of the unit.
FARTHEST_M: Final = 300_000.0
SCORE_BEARING: Final = 0.7
SCORE_RING: Final = 0.6
SCORE_BEARING_CUT_OFF: Final = 0.4


def rung(
    text: str | None,
    distance: float | None,
    direction: float | None,
    station: StationArea | None,
    reasons: list[Reason],
) -> Fix | None:
    """Give the fix of a distance and direction from the station, None if there is none; says why in ``reasons``.

    Parameters
    ----------
    text : str or None
        Read for a distance and direction where none are given apart.
    distance : float or None
        Metres.
    direction : float or None
        Degrees clockwise from north.
    station : StationArea or None
        The recording station.
    reasons : list of Reason
        Appended to.
    """
    if distance is None and text:
        said = parse_bearing(text)
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
    found = bearing_region(station, float(distance), direction)
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
    return regions.fix_of(region, Method.BEARING, score, station.code, reasons)


@lru_cache(maxsize=16_384)
def bearing_region(station: StationArea, distance_m: float, direction_deg: float | None) -> tuple[Region, float] | None:
    """Give where something lies at a distance and direction from a station, within the station's area.

    Parameters
    ----------
    station : StationArea
    distance_m : float
        Less than 250 m means "near" and gives a disc.
    direction_deg : float or None
        None gives the whole ring.

    Returns
    -------
    (Region, float) or None
        The region and the share of it, 0 to 1, that was inside the area before clipping; None if none was.
    """
    inner, outer, first, width = bearing_sector(distance_m, direction_deg)
    area = math.pi * (outer**2 - inner**2) * width / 360.0
    has_area = station.area is not None and not station.area.is_empty
    inside, share = np.empty((0, 2)), 1.0
    for order in (sample_count(area), 16 * MOST_SAMPLES):
        radii = np.sqrt(inner**2 + (outer**2 - inner**2) * steps(order))
        inside = projection.destinations(station.lat, station.lon, first + width * turns(order), radii)
        if has_area:
            shapely.prepare(station.area)
            inside = inside[shapely.contains_xy(station.area, inside[:, 1], inside[:, 0])]
            share = len(inside) / order
        if len(inside) >= FEWEST_SAMPLES:
            break
    if not len(inside):
        return None
    try:
        return sampled_region(inside, area * share), share
    except InvalidGeometry:
        return None


def bearing_sector(distance_m: float, direction_deg: float | None) -> tuple[float, float, float, float]:
    """Give (inner radius in m, outer radius in m, first bearing, width in degrees) of what is meant by a bearing."""
    if distance_m < _ROUNDING[0][1]:
        return 0.0, NEAR_STATION_M, 0.0, 360.0
    half_width = rounding_m(distance_m)
    inner = max(0.0, distance_m / ROAD_DETOUR - half_width)
    if direction_deg is None:
        return inner, distance_m + half_width, 0.0, 360.0
    width = sector_deg(direction_deg)
    return inner, distance_m + half_width, direction_deg - width / 2.0, width


def rounding_m(distance_m: float) -> float:
    """Give by how many metres a stated distance may be rounded, up or down."""
    return next(half_width for up_to, half_width in _ROUNDING if distance_m <= up_to)


def sector_deg(direction_deg: float) -> float:
    """Give the width of a stated direction's sector: 45 degrees for the eight points, 22.5 for anything finer."""
    return SECTOR_DEG if abs((direction_deg + 22.5) % 45.0 - 22.5) < 1e-6 else FINE_SECTOR_DEG
