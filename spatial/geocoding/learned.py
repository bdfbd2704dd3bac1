"""What several pins under one name say of the place: where it is, how far it reaches, whether they mean one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from spatial.projection import distance_m, distances_m

ONE_PIN_M: Final = 150.0
"""Metres about a single pin that hold the place: as for a landmark, since one event was at one spot of it."""
SMALLEST_M: Final = 60.0
_FARTHEST_M: Final = 400.0
_HOLDS: Final = 0.9


def middle(points: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Give the middle of pins (latitude, longitude) and the radius in metres that holds the place.

    The radius is the larger of what holds nine tenths of the pins and of a single pin's radius shrunk by the square
    root of their number: many pins close together make a small place, pins far apart a wide one.

    Parameters
    ----------
    points : sequence of (float, float)
        Latitude and longitude in degrees (EPSG:4326); close together, so that their mean is their middle.

    Raises
    ------
    ValueError
        If there is no pin.
    """
    if not points:
        raise ValueError("A place is learned from at least one pin.")
    array = np.asarray(points, dtype=np.float64)
    lat, lon = (float(value) for value in array.mean(axis=0))
    reach = float(np.quantile(distances_m(lat, lon, array), _HOLDS, method="higher"))
    return lat, lon, max(SMALLEST_M, reach, ONE_PIN_M / math.sqrt(len(points)))


def is_same(place: tuple[float, float], radius_m: float, pin: tuple[float, float]) -> bool:
    """Say whether a pin under a place's name means that place, rather than another place of the same name.

    It does within three of the place's radii, and within 400 m whatever the radius: two officers seldom pin the same
    bazaar closer to one another than that.
    """
    return distance_m(*place, *pin) <= max(_FARTHEST_M, 3.0 * radius_m)
