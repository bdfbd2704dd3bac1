"""Universal Transverse Mercator of the WGS 84 ellipsoid, northern half: eastings and northings to degrees and back.

Series of Krüger to the sixth order in the third flattening (Karney 2011, "Transverse Mercator with an accuracy of a
few nanometers", equations 7-36): within a micrometre inside a zone.  Written out because a projection object costs
more than the whole of a coordinate's check, and reading must not depend on a database of grids.
"""

from __future__ import annotations

import math
from typing import Final

ZONES: Final = (41, 42, 43)
"""The zones of Pakistan: 60-66, 66-72 and 72-78 degrees east."""
EASTINGS: Final = (160_000.0, 840_000.0)
NORTHINGS: Final = (2_590_000.0, 4_130_000.0)
"""Metres that occur in Pakistan, in any of its zones."""

_SCALE: Final = 0.9996
_FALSE_EAST: Final = 500_000.0
_F: Final = 1.0 / 298.257223563
_N: Final = _F / (2.0 - _F)
_A: Final = 6_378_137.0 / (1.0 + _N) * (1.0 + _N**2 / 4.0 + _N**4 / 64.0)
_ALPHA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 5 * _N**3 / 16,
    13 * _N**2 / 48 - 3 * _N**3 / 5,
    61 * _N**3 / 240,
)
_BETA: Final = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96,
    _N**2 / 48 + _N**3 / 15,
    17 * _N**3 / 480,
)
_DELTA: Final = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3,
    7 * _N**2 / 3 - 8 * _N**3 / 5,
    56 * _N**3 / 15,
)


def to_degrees(easting: float, northing: float, zone: int) -> tuple[float, float]:
    """Give (latitude, longitude) in degrees of an easting and northing in metres, north of the equator."""
    xi = northing / (_SCALE * _A)
    eta = (easting - _FALSE_EAST) / (_SCALE * _A)
    for order, beta in enumerate(_BETA, 1):
        xi, eta = (
            xi - beta * math.sin(2 * order * northing / (_SCALE * _A)) * math.cosh(_eta(easting, order)),
            eta - beta * math.cos(2 * order * northing / (_SCALE * _A)) * math.sinh(_eta(easting, order)),
        )
    chi = math.asin(math.sin(xi) / math.cosh(eta))
    phi = chi + sum(delta * math.sin(2 * order * chi) for order, delta in enumerate(_DELTA, 1))
    lon = math.degrees(math.atan2(math.sinh(eta), math.cos(xi))) + central_meridian(zone)
    return math.degrees(phi), lon


def from_degrees(lat: float, lon: float, zone: int) -> tuple[float, float]:
    """Give (easting, northing) in metres of a point in degrees, north of the equator."""
    sine = math.sin(math.radians(lat))
    root = 2.0 * math.sqrt(_N) / (1.0 + _N)
    t = math.sinh(math.atanh(sine) - root * math.atanh(root * sine))
    turn = math.radians(lon - central_meridian(zone))
    xi = math.atan2(t, math.cos(turn))
    eta = math.atanh(math.sin(turn) / math.hypot(1.0, t))
    east, north = eta, xi
    for order, alpha in enumerate(_ALPHA, 1):
        east += alpha * math.cos(2 * order * xi) * math.sinh(2 * order * eta)
        north += alpha * math.sin(2 * order * xi) * math.cosh(2 * order * eta)
    return _FALSE_EAST + _SCALE * _A * east, _SCALE * _A * north


def central_meridian(zone: int) -> float:
    """Give the longitude in degrees about which a zone is drawn."""
    return 6.0 * zone - 183.0


def zone_of(lon: float) -> int:
    """Give the zone of a longitude in degrees."""
    return int(math.floor((lon + 180.0) / 6.0)) + 1


def _eta(easting: float, order: int) -> float:
    return 2 * order * (easting - _FALSE_EAST) / (_SCALE * _A)
