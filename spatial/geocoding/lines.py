"""Densities of places told by two named places or by a distance from one: between them, along the road, away from it.

No set of places so told is public: every share and breadth here is a **belief**, stated where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from spatial.geocoding.frame import Box, Frame
from spatial.geocoding.habits import BELIEVED, Habits, Radial, radial
from spatial.geocoding.layers import Bearing, Grid
from spatial.geocoding.region import steps, turns
from spatial.model import Point

BREADTH: Final = 0.15
"""Standard deviation to either side of the line between two places, as a share of their distance: a capsule as broad
as a third of its length holds nine tenths."""
LEAST_BREADTH_M: Final = 40.0
ENDS: Final = 0.08
"""Standard deviation of where "between" ends, as a share of the distance: it may lie beside or behind either place."""
ROAD_BREADTH: Final = 0.16
"""Standard deviation of a road's distance from the straight line, as a share of the geometric mean of the distances to
its two ends: half-way, a twelfth of the line. An arc that is a tenth longer than its line strays by a fifth at most."""
BEYOND_BREADTH: Final = 0.35
"""The same for each metre beyond the farther of the two points."""
ROAD_LEAST_M: Final = 200.0
_REACH: Final = 3.0
_WITHIN: Final = 13
"""So many points stand for a place that has an extent."""


@dataclass(frozen=True)
class Between:
    """A place between two others: a capsule about the straight line, even along it.

    Parameters
    ----------
    first, second : Point
    radius_m : float
        How far the two places themselves reach, which softens ends and sides.
    """

    first: Point
    second: Point
    radius_m: float = 0.0

    @property
    def centre(self) -> Point:
        """The middle between them."""
        return Point(0.5 * (self.first.lat + self.second.lat), 0.5 * (self.first.lon + self.second.lon))

    def _spreads(self, apart: float) -> tuple[float, float]:
        side = math.hypot(BREADTH * apart + LEAST_BREADTH_M, 0.5 * self.radius_m)
        return side, math.hypot(ENDS * apart + 0.5 * LEAST_BREADTH_M, 0.5 * self.radius_m)

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        (west, south), (east, north), apart = _ends(frame, self.first, self.second)
        edge = _REACH * max(self._spreads(apart))
        return [(min(west, east) - edge, min(south, north) - edge, max(west, east) + edge, max(south, north) + edge)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        start, end, apart = _ends(frame, self.first, self.second)
        side, tip = (math.hypot(one, 0.5 * frame.grain_m) for one in self._spreads(apart))
        along, across = _turned(start, end, apart, east, north)
        inside = _step(along / tip) - _step((along - apart) / tip)
        hill = np.exp(-0.5 * (across / side) ** 2) / (side * math.sqrt(2.0 * math.pi))
        return np.asarray(inside * hill / max(apart, tip))


@dataclass(frozen=True)
class OnRoad:
    """A place on the road from one place to another, so many metres of road from the first.

    Parameters
    ----------
    first, second : Point
    distance_m : float
    habits : Habits
        How the distance was rounded, and how much longer roads are than lines.
    """

    first: Point
    second: Point
    distance_m: float
    habits: Habits = BELIEVED

    @property
    def centre(self) -> Point:
        """The place that the road begins at."""
        return self.first

    @property
    def reach_m(self) -> float:
        """The farthest straight distance from the beginning that the words allow."""
        return self._radial().outer_m

    def _radial(self) -> Radial:
        # Kilometres of a road are measured along it: a straight road is as long as its line.
        return radial(self.distance_m, habits=_by_road(self.habits))

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        (x, y), (to_x, to_y), apart = _ends(frame, self.first, self.second)
        far = self._radial()
        edge = _REACH * self._breadth(np.array([min(far.outer_m, 0.5 * apart), far.outer_m]), apart).max()
        ways = [(to_x - x) / apart, (to_y - y) / apart]
        xs = [x + ways[0] * at for at in (far.inner_m, far.outer_m)]
        ys = [y + ways[1] * at for at in (far.inner_m, far.outer_m)]
        return [(min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        start, end, apart = _ends(frame, self.first, self.second)
        along, across = _turned(start, end, apart, east, north)
        far = self._radial()
        at = np.minimum((np.maximum(along, 0.0) / far.metres[1] + 0.5).astype(np.int64), len(far.metres) - 1)
        # The tables are per square metre of a ring; on a road it is metres along that count.
        lengthwise = far.density[at] * far.metres[at] * 2.0 * math.pi
        side = np.hypot(self._breadth(along, apart), 0.5 * frame.grain_m)
        hill = np.exp(-0.5 * (across / side) ** 2) / (side * math.sqrt(2.0 * math.pi))
        return np.asarray(np.where(along > 0.0, lengthwise * hill, 0.0))

    def _breadth(self, along: Grid, apart: float) -> Grid:
        rest = np.maximum(apart - along, 0.0)
        # Beyond the last point that is known the road goes on, more or less as it went.
        beyond = np.maximum(along - apart, 0.0)
        return np.asarray(
            ROAD_BREADTH * np.sqrt(np.maximum(along, 0.0) * rest) + ROAD_LEAST_M + BEYOND_BREADTH * beyond
        )


@dataclass(frozen=True)
class From:
    """A distance and direction from a named place, whose extent counts: from any point of it alike.

    Parameters
    ----------
    words : tuple of spatial.geocoding.layers.Bearing
        The same words about points that stand for the place.
    """

    words: tuple[Bearing, ...]

    @property
    def centre(self) -> Point:
        """The middle of the place."""
        return self.words[0].centre

    @property
    def reach_m(self) -> float:
        """The farthest distance that the words allow."""
        return self.words[0].reach_m

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        found = [one.boxes(frame)[0] for one in self.words]
        wests, souths, easts, norths = zip(*found, strict=True)
        return [(min(wests), min(souths), max(easts), max(norths))]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        total = np.zeros(len(east))
        for one in self.words:
            total += one.density(frame, east, north)
        return np.asarray(total / len(self.words))


def away_from(
    at: Point, radius_m: float, distance_m: float, direction: float | None, unit_m: float, low_m: float | None,
    high_m: float | None, habits: Habits,
) -> From:  # fmt: skip
    """Give the density of what lies at a distance and direction from a place of some radius."""
    middle = Bearing(at.lat, at.lon, distance_m, direction, unit_m, low_m, high_m, habits)
    if radius_m < 100.0:
        return From((middle,))
    frame = Frame(at.lat, at.lon)
    apart = radius_m * np.sqrt(steps(_WITHIN))
    angle = 2.0 * math.pi * turns(_WITHIN)
    lats, lons = frame.to_degrees(apart * np.sin(angle), apart * np.cos(angle))
    points: Sequence[tuple[float, float]] = list(zip(lats.tolist(), lons.tolist(), strict=True))
    return From((middle, *(replace(middle, lat=lat, lon=lon) for lat, lon in points)))


@lru_cache(maxsize=512)
def _by_road(habits: Habits) -> Habits:
    """Give habits of who measures along the road, on roads that may be nearly straight."""
    return replace(habits, road=1.0, detours=((1.0, 1.15, 0.6), (1.15, 1.4, 0.4)), zero=((0.5, 1.0), (2.0, 0.0)))


def _ends(frame: Frame, first: Point, second: Point) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Give both ends in metres of a frame, and how far apart they are, never quite nothing."""
    x, y = frame.to_metres(np.array([first.lat, second.lat]), np.array([first.lon, second.lon]))
    return (float(x[0]), float(y[0])), (float(x[1]), float(y[1])), max(1.0, float(np.hypot(x[1] - x[0], y[1] - y[0])))


def _turned(
    start: tuple[float, float], end: tuple[float, float], apart: float, east: Grid, north: Grid
) -> tuple[Grid, Grid]:
    """Give how far along the line each point lies, and how far to its side."""
    way = ((end[0] - start[0]) / apart, (end[1] - start[1]) / apart)
    x, y = east - start[0], north - start[1]
    return x * way[0] + y * way[1], x * way[1] - y * way[0]


def _step(deviations: Grid) -> Grid:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(1.702 * deviations, -60.0, 60.0))))
