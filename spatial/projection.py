"""Metres on the ground: distances, destinations, discs and ring sectors. The only importer of ``pyproj``.

Distances and bearings are those of the WGS 84 ellipsoid. A shape drawn by bearing and distance from one
point, as here, is the same as one drawn in an azimuthal equidistant projection about that point and carried
back to degrees.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer

_ELLIPSOID: Final = Geod(ellps="WGS84")
_DEGREES_A_STEP: Final = 5.0


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Give the metres between two points in degrees."""
    return float(_ELLIPSOID.inv(lon, lat, other_lon, other_lat)[2])


def distances_m(lat: float, lon: float, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the metres from one point to many.

    Parameters
    ----------
    lat, lon : float
        Degrees.
    points : ndarray of float64, shape (n, 2)
        (Latitude, longitude) in degrees.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    count = len(points)
    _, _, metres = _ELLIPSOID.inv(np.full(count, lon), np.full(count, lat), points[:, 1], points[:, 0])
    return np.asarray(metres, dtype=np.float64)


def bearing_deg(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Give the direction from one point to another in degrees clockwise from north, 0 to 360."""
    return float(_ELLIPSOID.inv(lon, lat, other_lon, other_lat)[0]) % 360.0


def destination(lat: float, lon: float, bearing: float, distance: float) -> tuple[float, float]:
    """Give (latitude, longitude) at a distance in metres and a bearing in degrees from a point."""
    there_lon, there_lat, _ = _ELLIPSOID.fwd(lon, lat, bearing, distance)
    return float(there_lat), float(there_lon)


def destinations(
    lat: float, lon: float, bearings: NDArray[np.float64], distances: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give many points about one, by bearing in degrees and distance in metres.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        (Latitude, longitude) in degrees.
    """
    count = len(bearings)
    lons, lats, _ = _ELLIPSOID.fwd(np.full(count, lon), np.full(count, lat), bearings, distances)
    return np.column_stack([lats, lons])


def disc(lat: float, lon: float, radius_m: float) -> shapely.Polygon:
    """Give the disc about a point, as a polygon of (longitude, latitude)."""
    return shapely.Polygon(_arc(lat, lon, radius_m, 0.0, 360.0)[:-1])


def ring_sector(
    lat: float, lon: float, inner_m: float, outer_m: float, bearing: float, width_deg: float
) -> shapely.Polygon:
    """Give the part of a ring about a point that lies in one direction.

    Parameters
    ----------
    lat, lon : float
        Degrees.
    inner_m, outer_m : float
        Radii in metres; ``inner_m <= 0`` gives a sector of the disc.
    bearing : float
        Middle of the sector, degrees clockwise from north.
    width_deg : float
        Angle of the sector; 360 or more gives the whole ring.

    Returns
    -------
    shapely.Polygon
        Of (longitude, latitude), EPSG:4326.
    """
    if width_deg >= 360.0:
        ring = disc(lat, lon, outer_m)
        return ring.difference(disc(lat, lon, inner_m)) if inner_m > 0 else ring
    first, last = bearing - width_deg / 2.0, bearing + width_deg / 2.0
    outer = _arc(lat, lon, outer_m, first, last)
    inner = _arc(lat, lon, inner_m, first, last) if inner_m > 0 else [(lon, lat)]
    return shapely.Polygon([*outer, *reversed(inner)])


def to_local(lat: float, lon: float, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give (east, north) in metres of many points (latitude, longitude) in the plane that touches one point.

    Azimuthal equidistant: distances and directions from the touching point are true, those between other
    points nearly so within a district.
    """
    plane = Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={lat!r} +lon_0={lon!r} +datum=WGS84 +units=m", always_xy=True
    )
    east, north = plane.transform(points[:, 1], points[:, 0])
    return np.column_stack([east, north])


def _arc(lat: float, lon: float, radius_m: float, first: float, last: float) -> list[tuple[float, float]]:
    # A polygon inside its circle is smaller by the square of the step; the radius makes up for it.
    steps = max(1, math.ceil((last - first) / _DEGREES_A_STEP))
    angles = np.linspace(first, last, steps + 1)
    step = math.radians((last - first) / steps)
    fair = radius_m * math.sqrt(step / math.sin(step))
    around = destinations(lat, lon, angles, np.full(len(angles), fair))
    return [(east, north) for north, east in around.tolist()]
