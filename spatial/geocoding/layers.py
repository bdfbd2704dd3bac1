"""What each part of a place's wording says of it: densities over the ground, to be combined.

A *layer* gives how likely each point is, per square metre, holding one in all; a *bound* gives by what each point's
chance is multiplied, 1 where nothing speaks against it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.geocoding import nearness
from spatial.geocoding.frame import Box, Frame
from spatial.geocoding.habits import BELIEVED, Angular, Habits, Radial, angular, radial
from spatial.model import Point

Grid = NDArray[np.float64]

DEGREE_M: Final = 111_320.0
_DEGREES: Final = 180.0 / math.pi
# The radius of a round normal distribution that holds 90 % of it, in standard deviations.
NINETY: Final = math.sqrt(2.0 * math.log(10.0))
# Where its tail is cut: 97.8 % lies within.
TAIL: Final = 2.75
# Beyond so many scales an exponential is cut: 98.3 % of one over the ground lies within.
FADED: Final = 6.0
_HELD: Final = 1.0 - math.exp(-0.5 * TAIL**2)


class Layer(Protocol):
    """A density over the ground."""

    @property
    def centre(self) -> Point:
        """Where it stands, for the frame in which it is drawn."""

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""


class Bound(Protocol):
    """What a place is not likely to lie outside of."""

    def factor(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give by what the chance of each point is multiplied, 0 to 1."""


@dataclass(frozen=True)
class Kernel:
    """A round normal distribution about a point, of which ``ninety_m`` metres hold 90 %."""

    lat: float
    lon: float
    ninety_m: float

    @property
    def centre(self) -> Point:
        """The point that it lies about."""
        return Point(self.lat, self.lon)

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        return [_square(frame, self.lat, self.lon, TAIL * self.ninety_m / NINETY)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        deviation = math.hypot(self.ninety_m / NINETY, 0.5 * frame.grain_m)
        squared = _apart_squared(frame, self.lat, self.lon, east, north) / deviation**2
        hill = np.exp(-0.5 * squared) / (2.0 * math.pi * deviation**2 * _HELD)
        return np.where(squared <= TAIL**2, hill, 0.0)


@dataclass(frozen=True)
class Around:
    """A place about a point by its distance alone: even up to ``core_m``, then falling by a third every ``fade_m``."""

    lat: float
    lon: float
    core_m: float
    fade_m: float = 0.0

    @property
    def centre(self) -> Point:
        """The point that it lies about."""
        return Point(self.lat, self.lon)

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        return [_square(frame, self.lat, self.lon, self.core_m + FADED * self.fade_m)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        apart = np.sqrt(_apart_squared(frame, self.lat, self.lon, east, north))
        # Never narrower than can be seen from the points that are asked.
        fade = max(self.fade_m, 0.5 * frame.grain_m) if self.core_m < 2.0 * frame.grain_m else self.fade_m
        return _fading(apart - self.core_m, fade) / nearness.held(self.core_m, fade)


@dataclass(frozen=True, eq=False)
class Extent:
    """A place in a named area, even over it, and falling by a third every ``fade_m`` metres outside.

    Parameters
    ----------
    polygon : shapely Polygon or MultiPolygon
        (Longitude, latitude) in degrees, not empty.
    fade_m : float
    """

    polygon: Any
    fade_m: float = 0.0

    @property
    def centre(self) -> Point:
        """A point inside it."""
        inside = self.polygon.representative_point()
        return Point(inside.y, inside.x)

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        west, south, east, north = self.polygon.bounds
        x, y = frame.to_metres(np.array([south, south, north, north]), np.array([west, east, west, east]))
        edge = FADED * self.fade_m + 1.0
        return [(x.min() - edge, y.min() - edge, x.max() + edge, y.max() + edge)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        lats, lons = frame.to_degrees(east, north)
        squeeze = math.cos(math.radians(frame.lat))
        area = self.polygon.area * squeeze * DEGREE_M**2
        if area < 4.0 * frame.grain_m**2:
            # Too small to be met by the points that are asked: as a point with a fade.
            at = self.centre
            return Around(at.lat, at.lon, math.sqrt(area / math.pi), self.fade_m).density(frame, east, north)
        inside = _contains(self.polygon, lons, lats)
        if self.fade_m <= 0.0:
            return np.where(inside, 1.0 / area, 0.0)
        flat = shapely.transform(self.polygon, lambda xy: xy * [squeeze, 1.0])
        shapely.prepare(flat)
        weight = np.where(inside, 1.0, 0.0)
        outside = np.flatnonzero(~inside)
        gaps = shapely.distance(flat, shapely.points(lons[outside] * squeeze, lats[outside])) * DEGREE_M
        weight[outside] = _fading(gaps, self.fade_m)
        return weight / (area + self.fade_m * flat.length * DEGREE_M + 2.0 * math.pi * self.fade_m**2)


@dataclass(frozen=True)
class Bearing:
    """A place at a written distance and direction from a station.

    Parameters
    ----------
    lat, lon : float
        Of the station's house.
    distance_m : float
        As written, in metres; 0 is "near".
    direction_deg : float or None
        Clockwise from north; None is any.
    unit_m, low_m, high_m
        As in :class:`spatial.addresses.Bearing`.
    habits : Habits
    """

    lat: float
    lon: float
    distance_m: float
    direction_deg: float | None = None
    unit_m: float = 1_000.0
    low_m: float | None = None
    high_m: float | None = None
    habits: Habits = BELIEVED

    @property
    def centre(self) -> Point:
        """The point that it lies about."""
        return Point(self.lat, self.lon)

    @property
    def reach_m(self) -> float:
        """The farthest distance that the words allow."""
        return self._far.outer_m

    @cached_property
    def _far(self) -> Radial:
        return radial(self.distance_m, self.unit_m, self.low_m, self.high_m, self.habits)

    @cached_property
    def _turned(self) -> Angular:
        return angular(self.direction_deg, self.distance_m <= 0.0, self.habits)

    def boxes(self, frame: Frame) -> list[Box]:
        """Give what holds all of it, in metres of a frame."""
        east, north = self._house(frame)
        far, turn = self._far, self._turned.reach_deg
        low_x, low_y, high_x, high_y = _sector_box(far.inner_m, far.outer_m, self.direction_deg or 0.0, turn)
        return [(east + low_x, north + low_y, east + high_x, north + high_y)]

    def density(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance per square metre at points in metres of a frame."""
        far, turned = self._far, self._turned
        x, y = self._from_house(frame, east, north)
        apart = np.hypot(x, y)
        found = _read(far.density, apart * (1.0 / far.metres[1]) + 0.5)
        if self.direction_deg is not None:
            off = (np.arctan2(x, y) * _DEGREES + (180.5 - self.direction_deg)) % 360.0
            # Both tables hold one in all; a full ring at one distance has 360 degrees.
            found = found * _read(turned.density, off) * 360.0
        return found

    @property
    def least_m2(self) -> float:
        """Square metres that any region of it has at least."""
        return self._far.least_m2 * self._turned.least_share

    def touches(self, frame: Frame, east: Grid, north: Grid, reach_m: float) -> NDArray[np.bool_]:
        """Give whether anything within ``reach_m`` metres of points may be meant."""
        far = self._far
        x, y = self._from_house(frame, east, north)
        apart = np.hypot(x, y)
        found = (apart >= far.inner_m - reach_m) & (apart <= far.outer_m + reach_m)
        turn = self._turned.reach_deg
        if self.direction_deg is None or turn >= 179.0:
            return np.asarray(found)
        off = np.abs((np.degrees(np.arctan2(x, y)) - self.direction_deg + 180.0) % 360.0 - 180.0)
        slack = np.degrees(np.arcsin(np.minimum(1.0, reach_m / np.maximum(apart, 1.0))))
        return np.asarray(found & ((off <= turn + slack) | (apart <= reach_m)))

    def _from_house(self, frame: Frame, east: Grid, north: Grid) -> tuple[Grid, Grid]:
        at_east, at_north = self._house(frame)
        return (east - at_east, north - at_north) if at_east or at_north else (east, north)

    def _house(self, frame: Frame) -> tuple[float, float]:
        if frame.lat == self.lat and frame.lon == self.lon:
            return 0.0, 0.0
        east, north = frame.to_metres(np.array([self.lat]), np.array([self.lon]))
        return float(east[0]), float(north[0])


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """The area in which a station or a beat works, as a bound.

    Parameters
    ----------
    polygon : shapely Polygon or MultiPolygon
    leak : float
        By what the chance outside is multiplied. A station writes down what happened in its area, but an area that was
        derived and not drawn by anybody is wrong at its edges.
    """

    polygon: Any
    leak: float

    def factor(self, frame: Frame, east: Grid, north: Grid) -> Grid:
        """Give 1 inside and the leak outside."""
        lats, lons = frame.to_degrees(east, north)
        return np.where(_contains(self.polygon, lons, lats), 1.0, self.leak)


@lru_cache(maxsize=8_192)
def _sector_box(inner: float, outer: float, direction: float, turn: float) -> Box:
    """Give the box about a ring's sector, of ``turn`` degrees to either side of a direction, its centre at 0, 0."""
    if turn >= 135.0:
        return -outer, -outer, outer, outer
    first = direction - turn
    # The arc's highest point may lie between its ends: where it crosses an axis.
    degrees = [first, first + 2.0 * turn]
    degrees += [axis for axis in range(-360, 721, 90) if first < axis < first + 2.0 * turn]
    x = [radius * math.sin(math.radians(angle)) for angle in degrees for radius in (inner, outer)]
    y = [radius * math.cos(math.radians(angle)) for angle in degrees for radius in (inner, outer)]
    return min(x), min(y), max(x), max(y)


def _read(table: Grid, at: Grid) -> Grid:
    """Give a table's nearest values; its last is for everything beyond its end."""
    return np.asarray(table[np.minimum(at.astype(np.int64), len(table) - 1)])


def _apart_squared(frame: Frame, lat: float, lon: float, east: Grid, north: Grid) -> Grid:
    if frame.lat == lat and frame.lon == lon:
        return np.asarray(east * east + north * north)
    x, y = frame.to_metres(np.array([lat]), np.array([lon]))
    return np.asarray((east - x[0]) ** 2 + (north - y[0]) ** 2)


def _square(frame: Frame, lat: float, lon: float, half_m: float) -> Box:
    x, y = frame.to_metres(np.array([lat]), np.array([lon]))
    return float(x[0]) - half_m, float(y[0]) - half_m, float(x[0]) + half_m, float(y[0]) + half_m


def _fading(beyond: Grid, fade: float) -> Grid:
    """Give 1 up to an edge and an exponential fall beyond it, cut where next to nothing is left."""
    if fade < 1e-3:
        return (beyond <= 0.0).astype(np.float64)
    return np.where(beyond <= FADED * fade, np.exp(-np.maximum(beyond, 0.0) / fade), 0.0)


def _contains(polygon: Any, lons: Grid, lats: Grid) -> NDArray[np.bool_]:
    shapely.prepare(polygon)
    return np.asarray(shapely.contains_xy(polygon, lons, lats))
