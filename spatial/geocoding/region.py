"""Regions with their weighted cells: discs, kernels, extents and station areas.

Every constant here is a first belief, to be calibrated on officers' pins by the geocoder's own evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from spatial.model import MOST_CELLS, Fix, Method, Point, Reason

LANDMARK_RADIUS_M: Final = 150.0
PLACE_RADIUS_M: Final = 1_000.0
# How far from a named thing something "near", "opposite" or "behind" it lies (domain knowledge, 100-300 m).
_RELATION_REACH_M: Final = {"near": 250.0, "opposite": 100.0, "behind": 100.0}
SMALLEST_ACCURACY_M: Final = 20.0
FEWEST_SAMPLES: Final = 64
MOST_SAMPLES: Final = 512
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
    metres = 111_320.0**2 * math.cos(math.radians(float(samples[0, 0])))
    return _region(resolution, found, weights, samples, polygon.area * metres)


def disc_region(lat: float, lon: float, radius_m: float) -> Region:
    """Give the disc about a point, every place in it as likely as any other.

    Raises
    ------
    InvalidGeometry
        If it is too large for 64 cells of resolution 4.
    """
    area = math.pi * radius_m**2
    order = sample_count(area)
    samples = projection.destinations(lat, lon, 360.0 * turns(order), radius_m * np.sqrt(steps(order)))
    return sampled_region(samples, area)


def kernel_region(lat: float, lon: float, accuracy_m: float) -> Region:
    """Give a measured point of poor accuracy as a normal distribution about it.

    ``accuracy_m`` is taken as the radius that holds 90 %, as everywhere in Naqsha; a source that means 68 % must
    be scaled (by 1.42) where it is mapped. A normal kernel and not an even disc: a measurement is likelier at its
    middle than at its rim, and has no edge.

    Raises
    ------
    InvalidGeometry
        If the distribution is too wide for 64 cells of resolution 4 (some 100 km).
    """
    deviation = accuracy_m / _NINETY_PERCENT
    area = math.pi * (_TAIL * deviation) ** 2
    order = sample_count(area)
    # Quantiles of the distance from the middle: every sample stands for the same share of the mass.
    within = 1.0 - math.exp(-0.5 * _TAIL**2)
    apart = deviation * np.sqrt(-2.0 * np.log1p(-within * steps(order)))
    region = sampled_region(projection.destinations(lat, lon, 360.0 * turns(order), apart), area)
    # The point is what was measured and its accuracy what was stated, not what sampling makes of them.
    return Region(Point(lat, lon), accuracy_m, region.resolution, region.cells, region.masses, area)


def sampled_region(samples: NDArray[np.float64], area_m2: float) -> Region:
    """Give a region from points that stand for an equal share of its mass each.

    Parameters
    ----------
    samples : ndarray of float64, shape (n, 2)
        (Latitude, longitude) in degrees, at least one.
    area_m2 : float
        Area that they fill, from which the finest resolution that may fit is known.

    Raises
    ------
    InvalidGeometry
        If they lie in more than 64 cells even at resolution 4.
    """
    level = cells.BASE_RESOLUTION
    while level > cells.COARSEST_SHOWN and area_m2 > MOST_CELLS * cells.mean_area_m2(level):
        level -= 1
    homes = cells.cells_of(samples, level)
    found, weights = np.unique(homes, return_counts=True)
    while len(found) > MOST_CELLS and level > cells.COARSEST_SHOWN:
        level -= 1
        homes = cells.parents(homes, level)
        found, weights = np.unique(homes, return_counts=True)
    if len(found) > MOST_CELLS:
        raise InvalidGeometry("The region is too large for one fix.")
    return _region(level, found.tolist(), weights.tolist(), samples, area_m2)


@lru_cache(maxsize=65_536)
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
    return disc_region(place.lat, place.lon, radius + reach)


def places_region(places: tuple[Place, ...], relation: str | None) -> Region:
    """Give a region spread over several candidates, an equal share for each.

    Raises
    ------
    InvalidGeometry
        If their cells do not fit into one fix.
    """
    regions = [place_region(place, relation) for place in places]
    resolution = min(region.resolution for region in regions)
    mass: dict[int, int] = {}
    while resolution >= cells.COARSEST_SHOWN:
        mass.clear()
        for region in regions:
            for cell, share in zip(region.cells, region.masses, strict=True):
                home = cells.parent(cell, resolution)
                mass[home] = mass.get(home, 0) + share
        if len(mass) <= MOST_CELLS:
            break
        resolution -= 1
    else:
        raise InvalidGeometry("The candidates lie too far apart for one fix.")
    found = sorted(mass)
    lat = sum(region.point.lat for region in regions) / len(regions)
    lon = sum(region.point.lon for region in regions) / len(regions)
    # The farthest candidate's own radius about its own centre: wide enough for nine tenths of each.
    reach = max(
        projection.distance_m(lat, lon, region.point.lat, region.point.lon) + region.accuracy_m for region in regions
    )
    shares = apportion([mass[cell] for cell in found])
    area = sum(region.area_m2 for region in regions)
    return Region(Point(lat, lon), reach, resolution, tuple(found), shares, area)


@lru_cache(maxsize=4_096)
def station_region(station: StationArea) -> Region | None:
    """Give a station's area as a region, None if the area is unknown or too large."""
    if station.area is None or station.area.is_empty:
        return None
    try:
        return polygon_region(station.area)
    except InvalidGeometry:
        return None


def _region(
    resolution: int, found: list[int], weights: list[int], samples: NDArray[np.float64], area_m2: float
) -> Region:
    lat, lon = samples.mean(axis=0).tolist()
    # A flat earth is right to a thousandth for what one fix can hold, and ten times as quick as the ellipsoid.
    east = (samples[:, 1] - lon) * (111_320.0 * math.cos(math.radians(lat)))
    north = (samples[:, 0] - lat) * 110_900.0
    ninety = float(np.quantile(np.hypot(east, north), 0.9))
    shares = apportion(weights)
    accuracy = max(SMALLEST_ACCURACY_M, ninety)
    return Region(Point(lat, lon), accuracy, resolution, tuple(found), shares, area_m2)


def sample_count(area_m2: float) -> int:
    """Give how many samples fill an area: some six for each base cell that it may have."""
    return int(min(MOST_SAMPLES, max(FEWEST_SAMPLES, 6.0 * area_m2 / cells.mean_area_m2(cells.BASE_RESOLUTION))))


@lru_cache(maxsize=1_024)
def steps(count: int) -> NDArray[np.float64]:
    """Give the middles of ``count`` equal parts of 0..1, shape (count,)."""
    return np.asarray((np.arange(count) + 0.5) / count, dtype=np.float64)


@lru_cache(maxsize=1_024)
def turns(count: int) -> NDArray[np.float64]:
    """Give ``count`` fractions of a turn, 0..1, evenly spread whatever their number, shape (count,)."""
    # Turns of the golden ratio, as a sunflower sets its seeds: even at every count, and the same every time.
    return np.asarray((np.arange(count) * ((math.sqrt(5.0) - 1.0) / 2.0)) % 1.0, dtype=np.float64)


def unit_region(lat: float, lon: float, accuracy_m: float) -> Region:
    """Give a well measured point: the whole unit on one base cell."""
    cell = cells.cell_of(lat, lon)
    return Region(Point(lat, lon), accuracy_m, cells.BASE_RESOLUTION, (cell,), (UNIT,), 0.0)


def fix_of(region: Region, method: Method, score: float, matched: str | None, reasons: Sequence[Reason]) -> Fix:
    """Give the fix that a region makes, with what it rests on."""
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


def _widened(extent: Any, reach_m: float, lat: float) -> Any:
    if not reach_m:
        return _polygons(_made_valid(extent))
    # A buffer in degrees is an ellipse on the ground; stretching the longitudes first makes it round.
    squeeze = math.cos(math.radians(lat))
    flat = shapely.transform(_made_valid(extent), lambda xy: xy * [squeeze, 1.0])
    return shapely.transform(flat.buffer(reach_m / 111_320.0), lambda xy: xy / [squeeze, 1.0])


def prepared(area: Any) -> Any:
    """Give the same geometry, indexed so that asking what it contains is quick."""
    # Asking again costs nothing.
    shapely.prepare(area)
    return area


def _made_valid(polygon: Any) -> Any:
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _polygons(geometry: Any) -> Any:
    """Give only the areas of a geometry: clipping leaves lines and points where edges touch."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.union_all(parts) if parts else shapely.Polygon()
