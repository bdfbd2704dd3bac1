"""Metres on the ground: distances, bearings and destinations. The only importer of ``pyproj``.

All are those of the WGS 84 ellipsoid. A shape drawn by bearing and distance about one point, as regions are, is the
same as one drawn in an azimuthal equidistant projection about that point and carried back to degrees.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyproj import Geod


@cache
def _ellipsoid() -> Geod:
    # Loaded where it is asked: the first answer of a cold process is due within two seconds, and most need no geodesic.
    from pyproj import Geod

    return Geod(ellps="WGS84")


def distance_m(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Give the metres between two points in degrees."""
    return float(_ellipsoid().inv(lon, lat, other_lon, other_lat)[2])


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
    _, _, metres = _ellipsoid().inv(np.full(count, lon), np.full(count, lat), points[:, 1], points[:, 0])
    return np.asarray(metres, dtype=np.float64)


def bearing_deg(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Give the direction from one point to another in degrees clockwise from north, 0 to 360."""
    return float(_ellipsoid().inv(lon, lat, other_lon, other_lat)[0]) % 360.0


def destination(lat: float, lon: float, bearing: float, distance: float) -> tuple[float, float]:
    """Give (latitude, longitude) at a distance in metres and a bearing in degrees from a point."""
    there_lon, there_lat, _ = _ellipsoid().fwd(lon, lat, bearing, distance)
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
    lons, lats, _ = _ellipsoid().fwd(np.full(count, lon), np.full(count, lat), bearings, distances)
    return np.column_stack([lats, lons])
