"""Layers into one region: candidates that compete, a bearing that may or may not agree, and the areas that bound them.

Every part of a place's wording may be wrong: the name matched to a namesake, the direction turned round.  With ``u``
the density of a place of which nothing is known (one over the country it may lie in), a part that gives the density
``K`` and is right with chance ``p`` says of a point ``p K / u + (1 - p)``, and parts multiply::

    P(x)  ~  u * [sum of w K(x) / u + (1 - sum of w)] * [p B(x) / u + (1 - p)] * product of bounds(x)

Where name and bearing agree, their product outweighs everything else and narrows the region; where they
contradict each other it is next to nothing, and what is left are the name alone and the bearing alone, each with the
weight that it deserves.  So agreement is never a rule of its own: it is arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells, projection
from spatial.errors import InvalidGeometry
from spatial.geocoding.frame import Box, Frame, Lattice, lattice
from spatial.geocoding.layers import Bearing, Bound, Grid, Layer
from spatial.geocoding.lines import From
from spatial.geocoding.region import SMALLEST_ACCURACY_M, Region
from spatial.mass import apportion
from spatial.model import MOST_CELLS, Point

SLIVER: Final = 0.015
"""Of a region's mass so much may be left out, at its thin edges, for the sake of finer cells."""
FEWEST_SHARE: Final = 0.05
"""A candidate with less of the mass than this is not worth its cells."""
FLAT_M: Final = 80_000.0
NOTHING: Final = 1e-4
_FEW_CELLS: Final = 24
_BINS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Lump:
    """A candidate: where it puts the place, and the chance that it is the one meant.

    One that stands for whatever else may be meant does not lead: the region's point is never of it.
    """

    weight: float
    layer: Layer
    leads: bool = True


@dataclass(frozen=True, slots=True)
class Combination:
    """A region with how it came about.

    Parameters
    ----------
    region : Region
    shares : tuple of float
        Of the mass, what each lump holds, in the order given; 0 where one was dropped.
    agreed : float
        Share of the mass on which a lump and the bearing agree.
    name_only, bearing_only : float
        Shares on which only the one or only the other holds.
    within : float
        What the bounds left of the mass before it was made one again: 1 if they took nothing away.
    """

    region: Region
    shares: tuple[float, ...]
    agreed: float = 0.0
    name_only: float = 1.0
    bearing_only: float = 0.0
    within: float = 1.0


def combine(
    lumps: Sequence[Lump],
    *,
    bearing: Bearing | From | None = None,
    trust: float = 0.9,
    bounds: Sequence[Bound] = (),
    plausible_m2: float = 1e9,
) -> Combination | None:
    """Give the region that candidates, a bearing and bounding areas make together.

    Parameters
    ----------
    lumps : sequence of Lump
        Competing candidates. Their weights add up to at most 1; what is missing is the chance that none is meant,
        which only a bearing can place.
    bearing : Bearing or None
        A second layer, that holds beside every candidate.
    trust : float
        The chance that the bearing is right, 0 to 1.
    bounds : sequence of Bound
    plausible_m2 : float
        Square metres in which the place lies if nothing else is known.

    Returns
    -------
    Combination or None
        None if nothing is left: no lump and no bearing, or none within the bounds.

    Raises
    ------
    InvalidGeometry
        If it does not fit into 64 cells even at resolution 4.
    """
    kept = [(index, lump) for index, lump in enumerate(lumps) if lump.weight > 0.0]
    while kept or bearing is not None:
        found = _combined(kept, len(lumps), bearing, trust, tuple(bounds), plausible_m2)
        if found is None:
            return None
        shares = found.shares
        worth = [(index, lump) for index, lump in kept if shares[index] >= FEWEST_SHARE]
        # What is dropped may have made the others look thin, so they are weighed anew.
        if len(worth) == len(kept) or (not worth and bearing is None):
            return found
        kept = worth
    return None


def _combined(
    kept: list[tuple[int, Lump]],
    count: int,
    bearing: Bearing | From | None,
    trust: float,
    bounds: tuple[Bound, ...],
    plausible_m2: float,
) -> Combination | None:
    layers = [lump.layer for _, lump in kept]
    # The frame stands at the station where there is a bearing: its rings are drawn about it.
    at = bearing.centre if bearing is not None else max(kept, key=lambda pair: pair[1].weight)[1].layer.centre
    frame = Frame(at.lat, at.lon)
    boxes = [box for layer in layers for box in layer.boxes(frame)]
    weights = [lump.weight for _, lump in kept]
    whole = sum(weights)
    rest = max(0.0, 1.0 - whole) if bearing is not None else 0.0
    if bearing is not None and (rest > 0.0 or not kept):
        boxes += bearing.boxes(frame)
    u = 1.0 / plausible_m2
    left = [1.0]

    def field(drawn_in: Frame, east: Grid, north: Grid) -> Grid:
        """Give the chance of each lump with and without the bearing, then the bearing's alone; shape (rows, points)."""
        said = bearing.density(drawn_in, east, north) if bearing is not None else None
        rows = np.zeros((2 * len(layers) + 1, len(east)))
        for row, (layer, weight) in enumerate(zip(layers, weights, strict=True)):
            density = weight * layer.density(drawn_in, east, north)
            if said is None:
                rows[2 * row + 1] = density
            else:
                rows[2 * row] = density * said * (trust / u)
                rows[2 * row + 1] = density * (1.0 - trust)
        if said is not None:
            rows[-1] = said * (rest * trust if kept else 1.0)
        if bounds:
            live = np.flatnonzero(rows.any(axis=0))
            before = float(rows.sum())
            for bound in bounds:
                rows[:, live] *= bound.factor(drawn_in, east[live], north[live])
            left[0] = float(rows.sum()) / before if before > 0.0 else 0.0
        return rows

    words = bearing if not kept and isinstance(bearing, Bearing) else None
    behind = [row for row, (_, lump) in enumerate(kept) if not lump.leads]
    drawn = _draw(frame, boxes, field, words, bool(bounds), behind)
    if drawn is None:
        return None
    region, held = drawn
    parts = held / held.sum()
    shares = [0.0] * count
    for row, (index, _) in enumerate(kept):
        shares[index] = float(parts[2 * row] + parts[2 * row + 1])
    agreed = float(parts[0:-1:2].sum()) if kept else 0.0
    alone = float(parts[1:-1:2].sum()) if kept else 0.0
    return Combination(region, tuple(shares), agreed, alone, float(parts[-1]), left[0])


def _draw(
    frame: Frame,
    boxes: list[Box],
    field: Callable[[Frame, Grid, Grid], Grid],
    alone: Bearing | None,
    is_bounded: bool,
    behind: list[int],
) -> tuple[Region, NDArray[np.float64]] | None:
    """Give the region of a field and what each of its hypotheses holds, None if it is 0 everywhere."""
    level = _finest(boxes)
    if alone is not None and not is_bounded:
        while level > cells.COARSEST_SHOWN and alone.least_m2 > MOST_CELLS * cells.mean_area_m2(level):
            level -= 1
    while level >= cells.COARSEST_SHOWN:
        found = lattice(frame.lat, frame.lon, level)
        middles = found.middles(boxes)
        if alone is not None:
            # Half the cells of a ring's box do not touch it: asking at their middles first is worth it.
            middles = middles[alone.touches(frame, middles[:, 0], middles[:, 1], found.reach_m)]
        samples = found.closer if len(middles) <= _FEW_CELLS else found.samples
        east, north = (middles[:, axis, None] + samples[None, :, axis] for axis in (0, 1))
        grain = math.sqrt(found.area_m2 / len(samples))
        rows = field(Frame(frame.lat, frame.lon, grain), east.ravel(), north.ravel())
        by_point = (rows[0] if len(rows) == 1 else rows.sum(axis=0)).reshape(east.shape)
        by_cell = by_point.sum(axis=1)
        whole = float(by_cell.sum())
        if whole <= 0.0:
            return None
        order = np.argsort(-by_cell, kind="stable")
        needed = int(np.searchsorted(np.cumsum(by_cell[order]), (1.0 - SLIVER) * whole)) + 1
        if needed <= MOST_CELLS:
            # All of it if it fits, else all but the thinnest cells of the sliver.
            filled = int(np.count_nonzero(by_cell[order[:MOST_CELLS]] > NOTHING * whole))
            chosen = np.sort(order[: max(needed, filled)])
            if len(rows) == 1:
                lump, held = by_point[chosen], np.ones(1)
            else:
                here = rows.reshape(len(rows), *by_point.shape)[:, chosen]
                held = here.sum(axis=(1, 2))
                leading = _lumps(held)
                leading[behind] *= NOTHING
                lump = _lumps(here)[int(np.argmax(leading))]
            drawn = _Drawing(frame, level, found, east[chosen], north[chosen], middles[chosen], by_point[chosen])
            return _region(drawn, lump), held
        # A cell has seven children: pass over the resolutions that cannot do.
        level -= max(1, math.floor(math.log(needed / MOST_CELLS, 7.0)))
    raise InvalidGeometry("The region is too large for one fix.")


def _finest(boxes: list[Box]) -> int:
    """Give the finest resolution worth trying: few regions fill more than a fifth of their box."""
    area = sum((east - west) * (north - south) for west, south, east, north in boxes)
    level = cells.BASE_RESOLUTION
    while level > cells.COARSEST_SHOWN and area > 5.0 * MOST_CELLS * cells.mean_area_m2(level):
        level -= 1
    return level


def _lumps(rows: Grid) -> Grid:
    """Give what each lump holds, with and without the bearing; the bearing alone is the last."""
    return np.concatenate([rows[0:-1:2] + rows[1:-1:2], rows[-1:]])


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The cells that were kept: their points and what each holds have the shape (c, s), their middles (c, 2)."""

    frame: Frame
    level: int
    lattice: Lattice
    east: Grid
    north: Grid
    middles: Grid
    weights: Grid


def _region(drawn: _Drawing, lump: Grid) -> Region:
    """Give the region of weighted points; its point lies in the heaviest lump, whose weights have the same shape."""
    east, north, weights = drawn.east, drawn.north, drawn.weights
    # Between two lumps there is nothing: the middle of the whole would be a place that nobody meant.
    whole = float(lump.sum())
    at_east, at_north = float((east * lump).sum()) / whole, float((north * lump).sum()) / whole
    apart = np.hypot(east - at_east, north - at_north)
    lats, lons = drawn.frame.to_degrees(np.array([at_east]), np.array([at_north]))
    point = Point(float(lats[0]), float(lons[0]))
    level, by_cell = drawn.level, weights.sum(axis=1)
    if float(np.abs(drawn.middles).max()) > FLAT_M:
        level, homes, masses, apart = _far_apart(drawn, point)
    else:
        homes, masses = _near_together(drawn, by_cell)
    shares = apportion(masses)
    kept = [(cell, share) for cell, share in zip(homes, shares, strict=True) if share > 0]
    total = float(by_cell.sum())
    area = total**2 / float((weights * weights).sum()) * drawn.lattice.area_m2 / weights.shape[1]
    return Region(
        point,
        max(SMALLEST_ACCURACY_M, radius_within(apart.ravel(), weights.ravel())),
        level,
        tuple(cell for cell, _ in kept),
        tuple(share for _, share in kept),
        area,
    )


def _near_together(drawn: _Drawing, weights: Grid) -> tuple[list[int], list[float]]:
    """Give the cells at a lattice's points, which the lattice knows well enough, with what each holds."""
    lats, lons = drawn.frame.to_degrees(drawn.middles[:, 0], drawn.middles[:, 1])
    homes = cells.cells_of(np.column_stack([lats, lons]), drawn.level).tolist()
    mass = dict(zip(homes, weights.tolist(), strict=True))
    if len(mass) < len(homes):
        mass = dict.fromkeys(homes, 0.0)
        for cell, weight in zip(homes, weights.tolist(), strict=True):
            mass[cell] += weight
    found = sorted(mass)
    return found, [mass[cell] for cell in found]


def _far_apart(drawn: _Drawing, point: Point) -> tuple[int, list[int], list[float], Grid]:
    """Do the same for lumps so far from one another that the earth is not flat between them: point by point."""
    at = np.column_stack(drawn.frame.to_degrees(drawn.east.ravel(), drawn.north.ravel()))
    level, weights = drawn.level, drawn.weights.ravel()
    homes = cells.cells_of(at, level)
    heavy = weights > 0.0
    while len(np.unique(homes[heavy])) > MOST_CELLS and level > cells.COARSEST_SHOWN:
        level -= 1
        homes = cells.parents(homes, level)
    found, inverse = np.unique(homes[heavy], return_inverse=True)
    if len(found) > MOST_CELLS:
        raise InvalidGeometry("The region is too large for one fix.")
    masses = np.bincount(inverse, weights=weights[heavy])
    return level, found.tolist(), masses.tolist(), projection.distances_m(point.lat, point.lon, at)


def radius_within(apart: Grid, weights: Grid) -> float:
    """Give the least distance within which nine tenths of the weight lie, to a thousandth of the farthest."""
    farthest = float(apart.max())
    if farthest <= 0.0:
        return 0.0
    bins = (apart * (_BINS / farthest)).astype(np.int64)
    running = np.cumsum(np.bincount(bins, weights=weights, minlength=_BINS + 1))
    return (int(np.searchsorted(running, 0.9 * running[-1])) + 1) * farthest / _BINS
