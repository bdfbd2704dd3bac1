"""Regions with their weighted cells: discs, ring sectors, extents and station areas.

Every constant here is a first belief, to be calibrated on officers' pins by the geocoder's own evaluation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial import cells, projection
from spatial.errors import InvalidGeometry
from spatial.geocoding.gazetteer import Place, StationArea
from spatial.mass import UNIT, apportion
from spatial.model import MOST_CELLS, Point

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

LANDMARK_RADIUS_M: Final = 150.0
PLACE_RADIUS_M: Final = 1_000.0
# How far from a named thing something "near", "opposite" or "behind" it lies (domain knowledge, 100-300 m).
_RELATION_REACH_M: Final = {"near": 250.0, "opposite": 100.0, "behind": 100.0}
SMALLEST_ACCURACY_M: Final = 20.0
# The radius of a round normal distribution that holds 90 % of it, in standard deviations.
_NINETY_PERCENT: Final = math.sqrt(2.0 * math.log(10.0))
# Where its tail is cut: 97.8 % lies within.
_TAIL: Final = 2.75


@dataclass(frozen=True, slots=True)
class Region:
    """Weighted cells of one resolution, with the centre of their mass and the radius that holds 90 % of it."""

    point: Point
    accuracy_m: float
    resolution: int
    cells: tuple[int, ...]
    masses: tuple[int, ...]
    area_m2: float


def polygon_region(polygon: Any) -> Region:
    """Give a polygon as a region in which every place is as likely as any other.

    Raises
    ------
    InvalidGeometry
        If it is empty, not a polygon, or too large for 64 cells of resolution 4.
    """
    resolution, found, weights, samples = cells.weighted_cover(polygon, MOST_CELLS)
    return _region(resolution, found, np.asarray(weights, dtype=np.float64), samples, np.ones(len(samples)), polygon)


def kernel_region(lat: float, lon: float, accuracy_m: float) -> Region:
    """Give a measured point of poor accuracy as a normal distribution about it.

    ``accuracy_m`` is taken as the radius that holds 90 %, as everywhere in Naqsha; a source that means 68 %
    must be scaled (by 1.42) where it is mapped. A normal kernel and not an even disc: a measurement is
    likelier at its middle than at its rim, and has no edge.

    Raises
    ------
    InvalidGeometry
        If the distribution is too wide for 64 cells of resolution 4 (some 100 km).
    """
    deviation = accuracy_m / _NINETY_PERCENT
    whole = projection.disc(lat, lon, _TAIL * deviation)
    resolution, found, counts, samples = cells.weighted_cover(whole, MOST_CELLS)
    density = np.exp(-0.5 * (projection.distances_m(lat, lon, samples) / deviation) ** 2)
    starts = np.cumsum([0, *counts[:-1]])
    region = _region(resolution, found, np.add.reduceat(density, starts), samples, density, whole)
    # The point is what was measured and its accuracy what was stated, not what sampling makes of them.
    return Region(Point(lat, lon), accuracy_m, region.resolution, region.cells, region.masses, region.area_m2)


@lru_cache(maxsize=8_192)
def place_region(place: Place, relation: str | None) -> Region:
    """Give where something lies that is in, near, opposite or behind a named place.

    Raises
    ------
    InvalidGeometry
        If the place is too large for a fix.
    """
    reach = _RELATION_REACH_M.get(relation or "", 0.0)
    if place.extent is not None and not place.extent.is_empty:
        return polygon_region(_widened(place.extent, reach, place.lat))
    usual = LANDMARK_RADIUS_M if place.is_landmark else PLACE_RADIUS_M
    radius = place.radius_m if place.radius_m is not None and place.radius_m > 0 else usual
    return polygon_region(projection.disc(place.lat, place.lon, radius + reach))


def places_region(places: tuple[Place, ...], relation: str | None) -> Region:
    """Give a region spread over several candidates, an equal share for each.

    Raises
    ------
    InvalidGeometry
        If their cells do not fit into one fix.
    """
    regions = [place_region(place, relation) for place in places]
    resolution = min(region.resolution for region in regions)
    while resolution >= cells.COARSEST_SHOWN:
        mass: dict[int, int] = {}
        for region in regions:
            for cell, share in zip(region.cells, region.masses, strict=True):
                home = cells.parent(cell, resolution)
                mass[home] = mass.get(home, 0) + share
        if len(mass) <= MOST_CELLS:
            found = sorted(mass)
            samples = cells.centres(found)
            weights = np.array([mass[cell] for cell in found], dtype=np.float64)
            joined = shapely.union_all([shapely.Point(place.lon, place.lat) for place in places]).envelope
            region = _region(resolution, found, weights, samples, weights, joined)
            area = sum(part.area_m2 for part in regions)
            half_a_cell = cells.edge_m(resolution) / 2
            return Region(region.point, region.accuracy_m + half_a_cell, resolution, region.cells, region.masses, area)
        resolution -= 1
    raise InvalidGeometry("The candidates lie too far apart for one fix.")


@lru_cache(maxsize=4_096)
def station_region(station: StationArea) -> Region | None:
    """Give a station's area as a region, None if the area is unknown or too large."""
    if station.area is None or station.area.is_empty:
        return None
    try:
        return polygon_region(station.area)
    except InvalidGeometry:
        return None


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
    shape = bearing_shape(station.lat, station.lon, distance_m, direction_deg)
    share = 1.0
    if station.area is not None and not station.area.is_empty:
        clipped = _polygons(shape.intersection(_made_valid(station.area)))
        if clipped.is_empty:
            return None
        share = min(1.0, clipped.area / shape.area)
        shape = clipped
    try:
        return polygon_region(shape), share
    except InvalidGeometry:
        return None


def bearing_shape(lat: float, lon: float, distance_m: float, direction_deg: float | None) -> shapely.Polygon:
    """Give the disc, ring or ring sector that a distance and direction mean, of (longitude, latitude)."""
    half_width = rounding_m(distance_m)
    if distance_m < _ROUNDING[0][1]:
        return projection.disc(lat, lon, NEAR_STATION_M)
    inner = max(0.0, distance_m / ROAD_DETOUR - half_width)
    width = 360.0 if direction_deg is None else sector_deg(direction_deg)
    return projection.ring_sector(lat, lon, inner, distance_m + half_width, direction_deg or 0.0, width)


def rounding_m(distance_m: float) -> float:
    """Give by how many metres a stated distance may be rounded, up or down."""
    return next(half_width for up_to, half_width in _ROUNDING if distance_m <= up_to)


def sector_deg(direction_deg: float) -> float:
    """Give the width of a stated direction's sector: 45 degrees for the eight points, 22.5 for anything finer."""
    return SECTOR_DEG if abs((direction_deg + 22.5) % 45.0 - 22.5) < 1e-6 else FINE_SECTOR_DEG


def _region(
    resolution: int,
    found: list[int],
    weights: NDArray[np.float64],
    samples: NDArray[np.float64],
    sample_weights: NDArray[np.float64],
    outline: Any,
) -> Region:
    shares = apportion(weights.tolist())
    kept = [(cell, share) for cell, share in zip(found, shares, strict=True) if share > 0]
    lat, lon = np.average(samples, axis=0, weights=sample_weights).tolist()
    apart = projection.distances_m(lat, lon, samples)
    order = np.argsort(apart, kind="stable")
    running = np.cumsum(sample_weights[order])
    ninety = float(apart[order][int(np.searchsorted(running, 0.9 * running[-1]))])
    metres = 111_320.0**2 * math.cos(math.radians(lat))
    return Region(
        Point(lat, lon),
        max(SMALLEST_ACCURACY_M, ninety),
        resolution,
        tuple(cell for cell, _ in kept),
        tuple(share for _, share in kept),
        outline.area * metres,
    )


def unit_region(lat: float, lon: float, accuracy_m: float) -> Region:
    """Give a well measured point: the whole unit on one base cell."""
    cell = cells.cell_of(lat, lon)
    return Region(Point(lat, lon), accuracy_m, cells.BASE_RESOLUTION, (cell,), (UNIT,), 0.0)


def _widened(extent: Any, reach_m: float, lat: float) -> Any:
    if not reach_m:
        return _polygons(_made_valid(extent))
    # A buffer in degrees is an ellipse on the ground; stretching the longitudes first makes it round.
    squeeze = math.cos(math.radians(lat))
    flat = shapely.transform(_made_valid(extent), lambda xy: xy * [squeeze, 1.0])
    return shapely.transform(flat.buffer(reach_m / 111_320.0), lambda xy: xy / [squeeze, 1.0])


def _made_valid(polygon: Any) -> Any:
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _polygons(geometry: Any) -> Any:
    """Give only the areas of a geometry: clipping leaves lines and points where edges touch."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()
