"""A flat piece of country about a point, and the cells that lie on it as a lattice.

Placing by layers asks for a density at a thousand points a text.  Asking H3 for the cell of each would take longer
than everything else; but about one point its cells are a lattice, so their middles can be written down at once and
only the few that are kept are asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells

Box = tuple[float, float, float, float]
"""West, south, east, north in metres of a :class:`Frame`."""

# Of the WGS 84 ellipsoid.
_EQUATOR_M: Final = 6_378_137.0
_FLATTENED: Final = 0.00669437999014


# Into how many parts a cell's edge is cut: a written distance has edges half a kilometre apart at any resolution,
# and cells whose mass is guessed from too few points look heavier than they are just where they are chosen.
_PARTS: Final = {9: 5, 8: 7}
_PARTS_COARSE: Final = 11


@dataclass(frozen=True, slots=True)
class Frame:
    """Metres east and north of a point in degrees (EPSG:4326); true to a thousandth within 100 km of it.

    ``grain_m`` is how far apart the points are at which a density is asked for. Nothing narrower than that can be seen:
    a layer that is has to be drawn as wide, or it would fall between the points.
    """

    lat: float
    lon: float
    grain_m: float = 0.0

    def to_metres(
        self, lats: NDArray[np.float64], lons: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give (east, north) of points in degrees."""
        north, per_radian = scales(self.lat)
        # A degree of longitude is as long as half-way between the two latitudes.
        middle = np.cos(np.radians(0.5 * (np.asarray(lats) + self.lat)))
        return (np.asarray(lons) - self.lon) * middle * per_radian, (np.asarray(lats) - self.lat) * north

    def to_degrees(
        self, east: NDArray[np.float64], north: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give (latitude, longitude) of points in metres."""
        about = np.array([self.lat, self.lon, *scales(self.lat)])
        return to_degrees(about, np.asarray(east), np.asarray(north))


def to_degrees(
    about: NDArray[np.float64], east: NDArray[np.float64], north: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give (latitude, longitude) of points in metres about one point, or each about its own.

    Parameters
    ----------
    about : ndarray, shape (4,) or (4, n)
        Latitude and longitude, and :func:`scales` there.
    east, north : ndarray, shape (n,)
    """
    lat, lon, northward, per_radian = about
    lats = lat + north / northward
    middle = np.cos(np.radians(0.5 * (lats + lat)))
    return lats, lon + east / (middle * per_radian)


@lru_cache(maxsize=65_536)
def scales(lat: float) -> tuple[float, float]:
    """Give the metres of a degree of latitude, and of a degree of longitude at the equator's circle."""
    squared = 1.0 - _FLATTENED * math.sin(math.radians(lat)) ** 2
    northward = math.radians(_EQUATOR_M * (1.0 - _FLATTENED) / squared**1.5)
    return northward, math.radians(_EQUATOR_M / math.sqrt(squared))


@dataclass(frozen=True, eq=False)
class Lattice:
    """The cells of one resolution about a frame's origin, as points of a plane lattice.

    A middle that it gives is within a thirtieth of a cell's edge of the true one at 10 km (resolution 9), a ninth at
    50 km (resolution 7): far enough inside the cell to find it.
    """

    origin: NDArray[np.float64]
    basis: NDArray[np.float64]
    parts: int

    @cached_property
    def area_m2(self) -> float:
        """Of a cell."""
        return float(abs(np.linalg.det(self.basis)))

    @cached_property
    def samples(self) -> NDArray[np.float64]:
        """Points in a cell about its middle, in metres, shape (s, 2), each for an equal share of it."""
        return np.asarray(_hexagon(self.parts) @ self.basis)

    @cached_property
    def closer(self) -> NDArray[np.float64]:
        """The same, more of them, for a region of few cells."""
        return np.asarray(_hexagon(max(self.parts, 8)) @ self.basis)

    @property
    def reach_m(self) -> float:
        """How far a cell's corners lie from its middle."""
        return math.sqrt(self.area_m2 / 2.598)

    @cached_property
    def turns(self) -> list[float]:
        """What turns metres into steps: of the first step by metre east, by metre north, and at 0, 0; of the second."""
        (a, b), (c, d) = self.basis.tolist()
        x, y = self.origin.tolist()
        turned = a * d - b * c
        return [one / turned for one in (d, -c, y * c - x * d, -b, a, x * b - y * a)]

    def steps(self, east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the cell that each point in metres lies in, as its whole steps from the origin's, shape (2, n)."""
        by_east, by_north, at_origin, second_by_east, second_by_north, second_at_origin = self.turns
        found = np.empty((2, len(east)))
        i, j = found
        first, second = east * by_east, east * second_by_east
        first += north * by_north
        second += north * second_by_north
        first += at_origin
        second += second_at_origin
        np.rint(first, out=i)
        np.rint(second, out=j)
        first -= i
        second -= j
        # Steps stand 60 degrees apart: only along the one that is farther off may the next cell be nearer.
        is_first = np.abs(first) >= np.abs(second)
        far = np.where(is_first, first, second)
        far += 0.5 * np.where(is_first, second, first)
        np.rint(far, out=far)
        np.add(i, far, out=i, where=is_first)
        np.add(j, far, out=j, where=~is_first)
        return found

    def middles(self, boxes: list[Box]) -> NDArray[np.float64]:
        """Give the middles of all cells that touch any of the boxes, in metres, shape (c, 2)."""
        parts = [self._indexes(box) for box in boxes]
        if len(parts) == 1:
            indexes = parts[0]
        else:
            joined = np.concatenate(parts)
            _, kept = np.unique(joined[:, 0] * 2_000_003 + joined[:, 1], return_index=True)
            indexes = joined[kept]
        return np.asarray(self.origin + indexes @ self.basis)

    def _indexes(self, box: Box) -> NDArray[np.int64]:
        west, south, east, north = box
        (a, b), (c, d) = self.basis.tolist()
        x, y = self.origin.tolist()
        turned = a * d - b * c
        # A box is a parallelogram in the lattice's own steps, so its corners bound the steps.
        corners = [(at_x - x, at_y - y) for at_x in (west, east) for at_y in (south, north)]
        first = [(d * e - c * n) / turned for e, n in corners]
        second = [(a * n - b * e) / turned for e, n in corners]
        i = np.arange(math.floor(min(first)) - 1, math.ceil(max(first)) + 2)[:, None]
        j = np.arange(math.floor(min(second)) - 1, math.ceil(max(second)) + 2)[None, :]
        at_x, at_y = x + i * a + j * c, y + i * b + j * d
        edge = self.reach_m
        rows, columns = np.nonzero(
            (at_x >= west - edge) & (at_x <= east + edge) & (at_y >= south - edge) & (at_y <= north + edge)
        )
        return np.column_stack([i[rows, 0], j[0, columns]])


@lru_cache(maxsize=32_768)
def lattice(lat: float, lon: float, resolution: int) -> Lattice:
    """Give the lattice of a resolution's cells about a point in degrees."""
    frame = Frame(lat, lon)
    home = cells.cell_of(lat, lon, resolution)
    around = cells.centres([home, *(cell for cell in cells.disk(home, 1) if cell != home)])
    east, north = frame.to_metres(around[:, 0], around[:, 1])
    at = np.column_stack([east, north])
    origin, steps = at[0], at[1:] - at[0]
    steps = steps[np.argsort(np.arctan2(steps[:, 1], steps[:, 0]))]
    half = len(steps) // 2
    # Opposite neighbours together, so that what bends over the cell cancels out.
    basis = np.stack([(steps[0] - steps[half]) / 2.0, (steps[1] - steps[1 + half]) / 2.0])
    return Lattice(origin, basis, _PARTS.get(resolution, _PARTS_COARSE))


@lru_cache(maxsize=4)
def _hexagon(parts: int) -> NDArray[np.float64]:
    """Give some ``parts`` squared points even over a cell, about its middle, in units of the lattice's two steps."""
    # So many times as fine a lattice, half a step off, so that its points balance about the middle.
    steps = (np.arange(-parts, parts + 1) + 0.5) / parts
    points = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    neighbours = np.array([(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)], dtype=np.float64)

    def squared(middle: NDArray[np.float64]) -> NDArray[np.float64]:
        # The two steps stand 60 degrees apart.
        a, b = (points - middle).T
        return np.asarray(a * a + a * b + b * b)

    home = squared(np.zeros(2))
    return points[np.all([home < squared(other) for other in neighbours], axis=0)]
