"""The kilometres of a road that names no ends: "13 km Raiwind Road, Lahore".

The road's own points in the index, its streets and the addresses on it, say where it runs; the kilometres say where on
it. They are counted from the middle of the town, from where the road begins or, beside a station, from its house:
nobody writes which, so all are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.geocoding.combine import Lump
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.lines import OnRoad
from spatial.geocoding.lookup import LookUp
from spatial.model import Point
from spatial.projection import distance_m

SAME_NAME: Final = 0.8
"""A line that is the road's name and little else is a point of the road."""
NEAREST_M: Final = 1_000.0
"""Nearer to the town's middle a road's point does not show which way it leaves."""
MOST_WAYS: Final = 2
FROM_STATION: Final = 0.5
"""The chance that the kilometres of a station's text count from its house, as those of column 4 are to: a belief."""
FROM_TOWN: Final = 0.5
"""The chance that others count from the town's middle and not from where the road begins: a belief."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a road's kilometre may be.

    Parameters
    ----------
    lumps : list of Lump
    middle : Point
        Of the town.
    points : int
        How many points of the road are known.
    from_house : bool
        Whether they are counted from the station's house, too.
    """

    lumps: list[Lump]
    middle: Point
    points: int
    from_house: bool


def ways(found: LookUp, distance_m_said: float, house: Point | None = None) -> Ways | None:
    """Give where a road's kilometre may be, None where the town or the road is not known.

    Parameters
    ----------
    found : LookUp
        Of the road's name in its town.
    distance_m_said : float
        Metres along the road.
    house : Point, optional
        Of the station that wrote the text.
    """
    middle = _middle(found)
    if middle is None:
        return None
    points = _points(found)
    if not points:
        return None
    beginning = min(points, key=lambda at: distance_m(middle.lat, middle.lon, at.lat, at.lon))
    if house is not None and _nearest_m(house, points) > distance_m_said:
        house = None  # the road is not known to pass so near
    others = 1.0 - FROM_STATION if house is not None else 1.0
    starts = [(FROM_TOWN * others, middle), ((1.0 - FROM_TOWN) * others, beginning)]
    if house is not None:
        starts.append((FROM_STATION, house))
    lumps = [
        Lump(weight * share, layer)
        for weight, start in starts
        for share, layer in _from(start, points, distance_m_said)
    ]  # fmt: skip
    return Ways(lumps, middle, len(points), house is not None) if lumps else None


def _nearest_m(house: Point, points: Sequence[Point]) -> float:
    return min(distance_m(house.lat, house.lon, at.lat, at.lon) for at in points)


def _from(start: Point, points: Sequence[Point], distance_m_said: float) -> list[tuple[float, OnRoad]]:
    """Give the likeliest ways on which a road leaves its beginning, with the chance of each."""
    away = [(distance_m(start.lat, start.lon, at.lat, at.lon), at) for at in points]
    known = [(apart, at) for apart, at in away if apart >= NEAREST_M]
    # The point that lies about as far as is said shows best which way the road goes there.
    known.sort(key=lambda pair: abs(math.log(pair[0] / (0.9 * distance_m_said))))
    chosen = known[:MOST_WAYS]
    whole = sum(1.0 / (1.0 + rank) for rank in range(len(chosen)))
    return [
        (1.0 / (1.0 + rank) / whole, OnRoad(start, at, distance_m_said, BELIEVED))
        for rank, (_, at) in enumerate(chosen)
    ]


def _middle(found: LookUp) -> Point | None:
    """Give the middle of the town that a text is about: the candidate that no line stands for."""
    lines = found.measured.lines[found.row]
    there = found.measured.is_there[found.row]
    for one in np.flatnonzero((lines < 0) & there).tolist():
        return Point(float(found.measured.lat[found.row, one]), float(found.measured.lon[found.row, one]))
    return None


def _points(found: LookUp) -> list[Point]:
    return [
        Point(float(found.measured.lat[found.row, one]), float(found.measured.lon[found.row, one]))
        for one in range(len(found.weight))
        if found.line(one) >= 0 and bool(found.measured.is_there[found.row, one]) and found.product_of(one) >= SAME_NAME
    ]
