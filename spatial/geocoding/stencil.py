"""What a distance and direction mean about any station: points worked out once, then laid over each station's cells.

The same words mean the same about every house whose writers have the same habits.  So the density is asked for once, at
points a fraction of a cell apart, and a station only has to say which of its cells each point falls in, and which of
them its area holds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.combine import NOTHING, SLIVER
from spatial.geocoding.frame import Frame, lattice, scales, to_degrees
from spatial.geocoding.kernel import apportioned, as_regions
from spatial.geocoding.layers import Bearing, Jurisdiction
from spatial.geocoding.ragged import Ints, places_in, starts_of, sums
from spatial.geocoding.region import SMALLEST_ACCURACY_M, Region, prepared
from spatial.model import MOST_CELLS

Array = NDArray[np.float64]

FARTHEST_M: Final = 80_000.0
"""Beyond that the earth is not flat, and cells are no lattice."""
TOGETHER: Final = 16
"""So many are laid in one go: more are no quicker, and want more memory."""
_PER_CELL: Final = 12
_FEWEST: Final = 500
_LITTLE: Final = 0.3
"""Where an area leaves less of the words than this, their points stand half as far apart."""
_BINS: Final = 1_000
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

    @cached_property
    def evenness(self) -> float:
        """The sum of the squared shares: the more, the fewer points hold all of it."""
        return float((self.weight * self.weight).sum())

    @cached_property
    def held(self) -> float:
        """The sum of the shares."""
        return float(self.weight.sum())

    @cached_property
    def whole(self) -> Points:
        """All of its points as they are, which no area takes anything from."""
        return Points(self.east, self.north, self.weight, self.weight, self.each_m2, self.resolution)

    @cached_property
    def each_m2(self) -> Array:
        """The square metres for which each point stands, shape (n,)."""
        return np.full(len(self.weight), self.grain_m**2)


@dataclass(frozen=True, slots=True)
class Laid:
    """A distance and direction from a house, within the area that bounds it, if any.

    Parameters
    ----------
    words : spatial.geocoding.layers.Bearing
        Reaching at most :data:`FARTHEST_M`.
    bound : Jurisdiction or None
    """

    words: Bearing
    bound: Jurisdiction | None = None


@dataclass(frozen=True, eq=False)
class Points:
    """What counts about a house: points in metres, what each holds and for how much ground it stands; shapes (n,)."""

    east: Array
    north: Array
    weight: Array
    lead: Array
    """The weight of what leads: the region's point is its middle."""
    each_m2: Array
    resolution: int
    """The finest that may do."""

    @cached_property
    def spread(self) -> tuple[float, float, float, float]:
        """East and north of the middle, the metres about it that hold nine tenths, and the square metres of it all."""
        east, north, weight, lead = self.east, self.north, self.weight, self.lead
        # Added up one after the other, as a running sum does.
        whole = weight.cumsum()[-1]
        leading = whole if lead is weight else lead.cumsum()[-1]
        at_east, at_north = (east * lead).cumsum()[-1] / leading, (north * lead).cumsum()[-1] / leading
        area = whole * whole / (weight * weight / self.each_m2).cumsum()[-1]
        return float(at_east), float(at_north), _ninety(east - at_east, north - at_north, weight), float(area)


def lay_all(asked: Sequence[Laid]) -> list[tuple[Region, float] | None]:
    """Give the regions of distances and directions, many in one go; each as it would be alone, to the last bit.

    Parameters
    ----------
    asked : sequence of Laid

    Returns
    -------
    list of (Region, float) or None
        The region, and what the bound left of its mass; None if it left nothing, or if what it left does not fit into
        64 cells even at resolution 4.
    """
    found: list[tuple[Region, float] | None] = []
    for first in range(0, len(asked), TOGETHER):
        here = asked[first : first + TOGETHER]
        within = [laid_within(one.words, one.bound) for one in here]
        points = [points_of(*one[:2]) if one is not None else None for one in within]
        for one, region in zip(within, regions_of([one.words for one in here], points), strict=True):
            found.append((region, one[2]) if one is not None and region is not None else None)
    return found


# Many texts of a station say the same and name other places.
@lru_cache(maxsize=1_024)
def laid_within(words: Bearing, bound: Jurisdiction | None) -> tuple[Stencil, Array, float] | None:
    """Give the stencil of words, what a bound leaves of each point, and of all of them; None if it leaves nothing."""
    said = (words.distance_m, words.direction_deg, words.unit_m, words.low_m, words.high_m, words.habits)
    drawn = _stencil(*said, _finest(words.least_m2))
    weight, within = _bounded(drawn, words, bound)
    if within <= 0.0:
        return None
    # Of the ground, and not of the chance: where all lies outside an area that leaks, it is as wide as before.
    left = within**2 / float((weight * weight).sum()) * drawn.evenness if bound is not None else 1.0
    finer = _finest(words.least_m2 * left)
    if finer > drawn.resolution or left < _LITTLE:
        # What the area leaves is so little that finer cells do, or that too few points tell of it.
        drawn = _stencil(*said, finer, left < _LITTLE)
        weight, within = _bounded(drawn, words, bound)
    return (drawn, weight, within) if within > 0.0 else None


def points_of(drawn: Stencil, weight: Array, lead: Array | None = None) -> Points:
    """Give the points of a stencil that have some weight; without another lead, all of it leads."""
    if lead is None and weight is drawn.weight:
        return drawn.whole
    kept = np.flatnonzero(weight)
    if len(kept) == len(weight):
        return Points(
            drawn.east, drawn.north, weight, weight if lead is None else lead, drawn.each_m2, drawn.resolution
        )
    held = weight[kept]
    return Points(
        drawn.east[kept], drawn.north[kept], held, held if lead is None else lead[kept], drawn.each_m2[: len(kept)],
        drawn.resolution,
    )  # fmt: skip


def _bounded(drawn: Stencil, words: Bearing, bound: Jurisdiction | None) -> tuple[Array, float]:
    """Give each point's weight within a bound, and the sum of them before it is made one again."""
    if bound is None:
        return drawn.weight, 1.0
    is_in = is_inside(bound, words, drawn.east, drawn.north)
    if is_in.all():
        return drawn.weight, drawn.held + bound.leak * (1.0 - drawn.held)
    left = np.where(is_in, drawn.weight, 0.0)
    held = float(left.sum())
    beyond = bound.leak * (1.0 - held)
    if beyond <= _THIN * held:
        return left, held + beyond
    return np.where(left > 0.0, left, bound.leak * drawn.weight), held + beyond


def is_inside(bound: Jurisdiction, words: Bearing, east: Array, north: Array) -> NDArray[np.bool_]:
    """Give whether points in metres about the house of words lie in an area."""
    return np.asarray(shapely.contains_xy(_flat(bound, words.lat, words.lon), east, north))


@lru_cache(maxsize=2_048)
def _flat(bound: Jurisdiction, lat: float, lon: float) -> Any:
    """Give an area in metres about a house, always the same object for the same bound."""
    frame = Frame(lat, lon)

    def to_metres(points: Array) -> Array:
        return np.column_stack(frame.to_metres(points[:, 1], points[:, 0]))

    return prepared(shapely.transform(bound.polygon, to_metres))


def _finest(least_m2: float) -> int:
    level = cells.BASE_RESOLUTION
    while level > cells.COARSEST_SHOWN and least_m2 > MOST_CELLS * cells.mean_area_m2(level):
        level -= 1
    return level


@lru_cache(maxsize=4_096)
def _stencil(
    distance_m: float, direction: float | None, unit_m: float, low_m: float | None, high_m: float | None, habits: Any,
    resolution: int, is_close: bool = False,
) -> Stencil:  # fmt: skip
    words = Bearing(0.0, 0.0, distance_m, direction, unit_m, low_m, high_m, habits)
    frame = Frame(0.0, 0.0)
    west, south, east, north = words.boxes(frame)[0]
    # Small regions get as many points as large ones, though they have few cells.
    grain = math.sqrt(min(cells.mean_area_m2(resolution) / _PER_CELL, max(words.least_m2, 1.0) / _FEWEST))
    grain *= 0.5 if is_close else 1.0
    across = np.arange(west + 0.5 * grain, east, grain)
    along = np.arange(south + 0.5 * grain, north, grain)
    x, y = (axis.ravel() for axis in np.meshgrid(across, along))
    density = words.density(frame, x, y)
    kept = np.flatnonzero(density > 1e-4 * density.max())
    x, y, weight = x[kept], y[kept], density[kept] / density[kept].sum()
    return Stencil(x, y, weight, grain, resolution)


def regions_of(words: Sequence[Bearing], found: Sequence[Points | None]) -> list[Region | None]:
    """Give the regions of weighted points about the houses of words, None for each that does not fit into a fix."""
    there = [row for row, one in enumerate(found) if one is not None]
    drawn = _regions([words[row] for row in there], [one for one in found if one is not None])
    regions = dict(zip(there, drawn, strict=True))
    return [regions.get(row) for row in range(len(found))]


def _regions(words: Sequence[Bearing], weighed: Sequence[Points]) -> list[Region | None]:
    if not weighed:
        return []
    count = len(weighed)
    east, north, ninety, area = np.array([one.spread for one in weighed]).T
    at = _to_degrees(words, np.arange(count), east, north)
    level = np.array([one.resolution for one in weighed])
    homes, masses = np.zeros((count, MOST_CELLS), dtype=np.int64), np.zeros((count, MOST_CELLS))
    left = np.arange(count)
    while len(left):
        asked, levels = [words[row] for row in left.tolist()], level[left]
        needed, of, middles, held = _cells(asked, levels, [weighed[row] for row in left.tolist()])
        fits = needed <= MOST_CELLS
        kept = fits[of]
        homes[left], masses[left] = _homes(asked, levels, of[kept], middles[kept], held[kept])
        # A cell has seven children: pass over the resolutions that cannot do.
        steps = np.floor(np.log(np.maximum(needed, MOST_CELLS + 1) / MOST_CELLS) / math.log(7.0)).astype(np.int64)
        level[left] -= np.where(fits, 0, np.maximum(1, steps))
        left = left[~fits & (level[left] >= cells.COARSEST_SHOWN)]
    fits = level >= cells.COARSEST_SHOWN
    masses[~fits, 0] = 1.0
    drawn = as_regions(at, np.maximum(SMALLEST_ACCURACY_M, ninety), level, homes, apportioned(masses), area)
    return [region if is_there else None for region, is_there in zip(drawn, fits.tolist(), strict=True)]


def _ninety(east: Array, north: Array, weight: Array) -> float:
    """Give the distance within which nine tenths of a weight lie, to a thousandth of the farthest."""
    apart = np.hypot(east, north)
    farthest = max(float(apart.max()), 1e-6)
    running = np.bincount((apart * (_BINS / farthest)).astype(np.int64), weight, _BINS + 1).cumsum()
    return (int(running.searchsorted(0.9 * running[-1])) + 1) * farthest / _BINS


def _cells(words: Sequence[Bearing], level: Ints, weighed: Sequence[Points]) -> tuple[Ints, Ints, Array, Array]:
    """Give how many cells each text needs, and the heaviest: whose they are, their middles in metres, their weights."""
    grids = [lattice(one.lat, one.lon, at) for one, at in zip(words, level.tolist(), strict=True)]
    tables, shapes = [], []
    for grid, one in zip(grids, weighed, strict=True):
        first, second = grid.steps(one.east, one.north)
        row, column, last = int(first.min()), int(second.min()), int(second.max())
        width = last - column + 1
        # Row by row of each text's own table, one table after the other.
        first -= row
        first *= width
        first += second
        first -= column
        tables.append(np.bincount(first.astype(np.int64), one.weight))
        shapes.append((row, column, width))
    by_place, (row, column, width) = np.concatenate(tables), np.array(shapes).T
    sizes = np.array([len(table) for table in tables])
    starts = np.cumsum(sizes) - sizes
    held = np.flatnonzero(by_place)
    of = np.repeat(np.arange(len(words)), sizes)[held]
    order = np.lexsort((-by_place[held], of))
    held, of = held[order], of[order]
    place = places_in(of, starts_of(of))
    table = np.zeros((len(words), int(place.max()) + 1))
    table[of, place] = by_place[held]
    running = np.cumsum(table, axis=1)
    needed = (running < (1.0 - SLIVER) * running[:, -1:]).sum(axis=1) + 1
    # All of it if it fits, else all but the thinnest cells of the sliver.
    filled = (table[:, :MOST_CELLS] > NOTHING * running[:, -1:]).sum(axis=1)
    chosen = place < np.maximum(needed, filled)[of]
    held, of = held[chosen], of[chosen]
    step, across = held - starts[of], width[of]
    at = np.stack([step // across + row[of], step % across + column[of]], axis=1)
    basis, origin = np.array([one.basis for one in grids]), np.array([one.origin for one in grids])
    return needed, of, origin[of] + (at[:, :, None] * basis[of]).sum(axis=1), by_place[held]


def _homes(words: Sequence[Bearing], level: Ints, of: Ints, middles: Array, held: Array) -> tuple[Ints, Array]:
    """Give the cells at middles in metres, in rising order, with what each holds; shapes (texts, MOST_CELLS)."""
    at = _to_degrees(words, of, middles[:, 0], middles[:, 1])
    found = np.zeros(len(of), dtype=np.int64)
    levels = level[of]
    for one in set(levels.tolist()):
        found[levels == one] = cells.cells_of(at[levels == one], one)
    order = np.lexsort((found, of))
    of, found, held = of[order], found[order], held[order]
    # At a pentagon's side two steps may meet in one cell.
    is_new = np.ones(len(of), dtype=np.bool_)
    is_new[1:] = (found[1:] != found[:-1]) | (of[1:] != of[:-1])
    held = sums(np.cumsum(is_new) - 1, held, int(is_new.sum()))
    of, found = of[is_new], found[is_new]
    homes, masses = np.zeros((len(words), MOST_CELLS), dtype=np.int64), np.zeros((len(words), MOST_CELLS))
    place = places_in(of, starts_of(of))
    homes[of, place], masses[of, place] = found, held
    return homes, masses


def _to_degrees(words: Sequence[Bearing], of: Ints, east: Array, north: Array) -> Array:
    """Give (latitude, longitude) of points in metres about the houses of texts, shape (n, 2)."""
    house = np.array([(one.lat, one.lon, *scales(one.lat)) for one in words])[of]
    return np.stack(to_degrees(house.T, east, north), axis=1)
