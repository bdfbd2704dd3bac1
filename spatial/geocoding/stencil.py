"""What a distance and direction mean about any station: points worked out once, then laid over each station's cells.

The same words mean the same about every house whose writers have the same habits.  So the density is asked for once, at
points a fraction of a cell apart, and a station only has to say which of its cells each point falls in, and which of
them its area holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells
from spatial.errors import InvalidGeometry
from spatial.geocoding.combine import NOTHING, SLIVER, radius_within
from spatial.geocoding.frame import Frame, lattice
from spatial.geocoding.ground import ground
from spatial.geocoding.kernel import apportioned
from spatial.geocoding.layers import Bearing, Jurisdiction
from spatial.geocoding.region import SMALLEST_ACCURACY_M, Region
from spatial.model import MOST_CELLS, Point

Array = NDArray[np.float64]

FARTHEST_M: Final = 80_000.0
"""Beyond that the earth is not flat, and cells are no lattice."""
_PER_CELL: Final = 30
_FEWEST: Final = 1_000
_THIN: Final = 0.2 * SLIVER
"""What lies outside an area with less of the mass than this is not worth its points."""


@dataclass(frozen=True, eq=False)
class Stencil:
    """Points in metres east and north of a house, each with its share of what the words mean; shapes (n,)."""

    east: Array
    north: Array
    weight: Array
    grain_m: float
    resolution: int
    at: tuple[float, float, float]
    """East and north of the middle of all of it, and the metres about that which hold nine tenths."""
    area_m2: float


def lay(words: Bearing, bound: Jurisdiction | None) -> tuple[Region, float] | None:
    """Give the region of a distance and direction from a house, within the area that bounds it, if any.

    Parameters
    ----------
    words : spatial.geocoding.layers.Bearing
        Reaching at most :data:`FARTHEST_M`.
    bound : Jurisdiction or None

    Returns
    -------
    (Region, float) or None
        The region, and what the bound left of its mass; None if it left nothing.

    Raises
    ------
    InvalidGeometry
        If it does not fit into 64 cells even at resolution 4.
    """
    said = (words.distance_m, words.direction_deg, words.unit_m, words.low_m, words.high_m, words.habits)
    drawn = _stencil(*said, _finest(words.least_m2))
    steps = lattice(words.lat, words.lon, drawn.resolution).steps(drawn.east, drawn.north)
    if bound is None:
        return _region(drawn, words, steps, drawn.weight, drawn.at, drawn.area_m2), 1.0
    weight, within = _bounded(drawn, words, bound, steps)
    if within <= 0.0:
        return None
    finer = _finest(words.least_m2 * within)
    if finer > drawn.resolution:
        # What the area leaves is so little that finer cells do.
        drawn = _stencil(*said, finer)
        steps = lattice(words.lat, words.lon, finer).steps(drawn.east, drawn.north)
        weight, within = _bounded(drawn, words, bound, steps)
        if within <= 0.0:
            return None
    kept = np.flatnonzero(weight)
    if len(kept) < len(weight):
        drawn, steps, weight = _part(drawn, kept), steps[:, kept], weight[kept]
    at, area_m2 = _middle(drawn.east, drawn.north, weight), _area(weight, drawn.grain_m)
    return _region(drawn, words, steps, weight, at, area_m2), within


def _bounded(drawn: Stencil, words: Bearing, bound: Jurisdiction, steps: NDArray[np.int64]) -> tuple[Array, float]:
    """Give each point's weight within a bound, and the sum of them before it is made one again."""
    here = ground(bound, words.lat, words.lon, drawn.resolution)
    inside = drawn.weight * here.holds(steps, drawn.east, drawn.north)
    held = float(inside.sum())
    beyond = bound.leak * (1.0 - held)
    if beyond <= _THIN * held:
        return inside, held + beyond
    return np.where(inside > 0.0, inside, bound.leak * drawn.weight), held + beyond


def _finest(least_m2: float) -> int:
    level = cells.BASE_RESOLUTION
    while level > cells.COARSEST_SHOWN and least_m2 > MOST_CELLS * cells.mean_area_m2(level):
        level -= 1
    return level


@lru_cache(maxsize=4_096)
def _stencil(
    distance_m: float, direction: float | None, unit_m: float, low_m: float | None, high_m: float | None, habits: Any,
    resolution: int,
) -> Stencil:  # fmt: skip
    words = Bearing(0.0, 0.0, distance_m, direction, unit_m, low_m, high_m, habits)
    frame = Frame(0.0, 0.0)
    west, south, east, north = words.boxes(frame)[0]
    # Small regions get as many points as large ones, though they have few cells.
    grain = math.sqrt(min(cells.mean_area_m2(resolution) / _PER_CELL, max(words.least_m2, 1.0) / _FEWEST))
    across = np.arange(west + 0.5 * grain, east, grain)
    along = np.arange(south + 0.5 * grain, north, grain)
    x, y = (axis.ravel() for axis in np.meshgrid(across, along))
    density = words.density(frame, x, y)
    kept = np.flatnonzero(density > 1e-4 * density.max())
    x, y, weight = x[kept], y[kept], density[kept] / density[kept].sum()
    return Stencil(x, y, weight, grain, resolution, _middle(x, y, weight), _area(weight, grain))


def _part(drawn: Stencil, kept: NDArray[np.int64]) -> Stencil:
    return Stencil(
        drawn.east[kept], drawn.north[kept], drawn.weight[kept], drawn.grain_m, drawn.resolution, drawn.at,
        drawn.area_m2,
    )  # fmt: skip


def _middle(x: Array, y: Array, weight: Array) -> tuple[float, float, float]:
    """Give the middle of weighted points, and the radius about it that holds nine tenths."""
    whole = float(weight.sum())
    # Sums, not products of vectors: those would wake the threads of a library for a few thousand numbers.
    east, north = float((x * weight).sum()) / whole, float((y * weight).sum()) / whole
    return east, north, radius_within(np.hypot(x - east, y - north), weight)


def _area(weight: Array, grain_m: float) -> float:
    return float(weight.sum()) ** 2 / float((weight * weight).sum()) * grain_m**2


def _region(
    drawn: Stencil, words: Bearing, steps: NDArray[np.int64], weight: Array, at: tuple[float, float, float],
    area_m2: float,
) -> Region:  # fmt: skip
    frame = Frame(words.lat, words.lon)
    level = drawn.resolution
    while level >= cells.COARSEST_SHOWN:
        found = lattice(words.lat, words.lon, level)
        if level < drawn.resolution:
            steps = found.steps(drawn.east, drawn.north)
        homes, by_cell = _gathered(steps, weight)
        order = np.argsort(-by_cell, kind="stable")
        running = np.cumsum(by_cell[order])
        needed = int(np.searchsorted(running, (1.0 - SLIVER) * running[-1])) + 1
        if needed <= MOST_CELLS:
            filled = int(np.count_nonzero(by_cell[order[:MOST_CELLS]] > NOTHING * running[-1]))
            chosen = order[: max(needed, filled)]
            middles = found.origin + homes[chosen] @ found.basis
            lats, lons = frame.to_degrees(middles[:, 0], middles[:, 1])
            kept, masses = _cells(np.column_stack([lats, lons]), by_cell[chosen], level)
            lat, lon = frame.to_degrees(np.array([at[0]]), np.array([at[1]]))
            return Region(
                Point(float(lat[0]), float(lon[0])), max(SMALLEST_ACCURACY_M, at[2]), level, kept, masses, area_m2
            )
        level -= max(1, math.floor(math.log(needed / MOST_CELLS, 7.0)))
    raise InvalidGeometry("The region is too large for one fix.")


def _gathered(steps: NDArray[np.int64], weight: Array) -> tuple[NDArray[np.int64], Array]:
    """Give the cells that hold any point, as steps of the lattice, with the weight of each."""
    least = steps.min(axis=1, keepdims=True)
    rows, columns = steps - least
    width = int(columns.max()) + 1
    by_place: Array = np.bincount(rows * width + columns, weights=weight).astype(np.float64, copy=False)
    held = np.flatnonzero(by_place)
    return np.column_stack([held // width, held % width]) + least.T, by_place[held]


def _cells(at: Array, weights: Array, level: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give the cells at points, in rising order, and their shares of the unit."""
    homes = cells.cells_of(at, level)
    if len(set(homes.tolist())) < len(homes):  # at a pentagon's side two steps may meet in one cell
        homes, inverse = np.unique(homes, return_inverse=True)
        weights = np.bincount(inverse, weights=weights).astype(np.float64, copy=False)
    order = np.argsort(homes)
    shares = apportioned(weights[order])
    held = shares > 0
    return tuple(homes[order][held].tolist()), tuple(shares[held].tolist())
