"""Two round distributions about a point, over the disk of cells in which the point lies.

About one point H3's cells are a lattice: their middles need not be asked one by one, and the cells of many points stand
in one array.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells
from spatial.model import MOST_CELLS

CORE: Final = 0.6
"""The share of the inner distribution."""
_RINGS: Final = 4
"""61 cells at most."""
_TAIL: Final = 1.28
"""In radii of 90 %: where the outer distribution is cut."""
_LEAST: Final = 0.4
"""Of the distance between cells: the tail is not cut nearer, or it might fall between the places."""
_ROUND: Final = math.sqrt(math.log(2.0) / math.log(10.0))
"""The radius of 50 % in that of 90 %, for one normal distribution."""
_TURNS: Final = 12
"""More change nothing that can be measured."""
MOST_PARENTS: Final = 8
"""Of so many cells the children fit into one fix, with three other candidates."""
PLACES: Final = 7
"""In a cell."""
NORTH_M: Final = 110_900.0
EAST_M: Final = 111_320.0
"""Of a degree, for an earth that is flat enough about one point."""


def deviations_m(fifty_m: float, ninety_m: float) -> tuple[float, float]:
    """Give the standard deviations of the inner and the outer distribution; equal where one of them will do."""
    if fifty_m >= _ROUND * ninety_m:
        one = ninety_m / math.sqrt(2.0 * math.log(10.0))
        return one, one
    outer = ninety_m / math.sqrt(2.0 * math.log((1.0 - CORE) / 0.1))
    beyond = 1.0 - math.exp(-0.5 * (fifty_m / outer) ** 2)
    inside = (0.5 - (1.0 - CORE) * beyond) / CORE
    return min(outer, fifty_m / math.sqrt(-2.0 * math.log(1.0 - inside))), outer


def radii_m(inner: float, outer: float) -> tuple[float, float]:
    """Give the radii that hold half and nine tenths, of which :func:`deviations_m` makes two standard deviations.

    They do so where the inner one is less than two thirds of the outer one.
    """
    fifty = inner
    for _ in range(_TURNS):
        # Half of all, less what the outer distribution has within.
        inside = (0.5 - (1.0 - CORE) * (1.0 - math.exp(-0.5 * (fifty / outer) ** 2))) / CORE
        fifty = inner * math.sqrt(-2.0 * math.log(1.0 - inside))
    return fifty, outer * math.sqrt(2.0 * math.log((1.0 - CORE) / 0.1))


@dataclass(frozen=True, slots=True)
class Round:
    """A round region to be made: half of its mass lies within ``fifty_m`` and nine tenths within ``ninety_m``.

    Parameters
    ----------
    lat, lon : float
        Degrees (EPSG:4326).
    fifty_m, ninety_m : float
        Metres, above zero; at most some 100 km.
    others : sequence of (float, float, float)
        Latitude, longitude and share of belief of up to three other candidates; less than 1 in all. They keep a lump of
        their own, a cell each, out of the inner mass; the radius grows where it must to hold nine tenths with them.
    """

    lat: float
    lon: float
    fifty_m: float
    ninety_m: float
    others: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True, slots=True)
class Disks:
    """Cells about points and places in them: of *n* points, *c* cells each, *s* places a cell.

    Parameters
    ----------
    level : ndarray of int64, shape (n,)
        Resolutions.
    spacing : ndarray of float64, shape (n,)
        Metres between the middles of cells that touch.
    cells : ndarray of int64, shape (n, c)
    east, north, squared : ndarray of float64, shape (n, c, s)
        Metres from the points, and the square of the distance; the first place of a cell is its middle.
    inner, outer : ndarray of float64, shape (n,)
        Standard deviations in metres of the two distributions.
    tail : ndarray of float64, shape (n,)
        Metres from the points at which they are cut.
    reaches : ndarray of bool, shape (n, c, s)
        Whether a place lies within the cut tail, in a cell that counts.
    """

    level: NDArray[np.int64]
    spacing: NDArray[np.float64]
    cells: NDArray[np.int64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    squared: NDArray[np.float64]
    inner: NDArray[np.float64]
    outer: NDArray[np.float64]
    tail: NDArray[np.float64]
    reaches: NDArray[np.bool_]

    def of(self, rows: NDArray[np.int64]) -> Disks:
        """Give the same of some of the points."""
        return Disks(*(getattr(self, name)[rows] for name in Disks.__slots__))

    def found(self) -> NDArray[np.int64]:
        """Give the cells with 0 where there is room for more; shape (n, MOST_CELLS)."""
        found = np.zeros((len(self.cells), MOST_CELLS), dtype=np.int64)
        found[:, : self.cells.shape[1]] = self.cells
        return found


def disks(asked: Sequence[Round]) -> Disks:
    """Give the disks of cells on which round regions lie, ring by ring, at the finest resolution that will do."""
    lat, lon, ninety = (np.array([getattr(one, name) for one in asked]) for name in ("lat", "lon", "ninety_m"))
    level = np.array([level_of(one) for one in ninety.tolist()])
    spacing = np.array([_spacing_m(one) for one in level.tolist()])
    rings = np.minimum(_RINGS, np.ceil(_TAIL * ninety / spacing).astype(np.int64) + 1)
    home = [cells.cell_of(one.lat, one.lon, at) for one, at in zip(asked, level.tolist(), strict=True)]
    middles = cells.centres(home)
    offsets, points = _lattices(home, level.tolist())
    east = ((middles[:, 1] - lon) * (EAST_M * np.cos(np.radians(lat))))[:, None] + offsets[:, :, 0]
    north = ((middles[:, 0] - lat) * NORTH_M)[:, None] + offsets[:, :, 1]
    counts = np.arange(east.shape[1]) <= (3 * rings * (rings + 1))[:, None]
    deviations = np.array([deviations_m(one.fifty_m, one.ninety_m) for one in asked])
    tail = np.maximum(_TAIL * ninety, _LEAST * spacing)
    return _placed(level, cells.disks(home, _RINGS), east, north, points, deviations, tail, counts)


def level_of(ninety_m: float) -> int:
    """Give the finest resolution at which a disk reaches far enough for a radius of 90 %, or the coarsest there is."""
    for level in range(cells.BASE_RESOLUTION, cells.COARSEST_SHOWN, -1):
        if _RINGS * _spacing_m(level) >= _TAIL * ninety_m:
            return level
    return cells.COARSEST_SHOWN


def finer(drawn: Disks, kept: NDArray[np.bool_]) -> Disks:
    """Give the children of some of the cells, at the next resolution.

    Parameters
    ----------
    drawn : Disks
    kept : ndarray of bool, shape (n, c)
        The cells whose children are asked for: one of each point at least, and no more than ``MOST_PARENTS``.
    """
    level = drawn.level + 1
    # As wide for one point as for many, so that sums run over as many numbers and round alike.
    most = MOST_PARENTS
    # Those kept first, in their order; what comes after them fills the array.
    order = np.argsort(~kept, axis=1, kind="stable")[:, :most]
    counts = np.take_along_axis(kept, order, axis=1)
    wider = np.take_along_axis(drawn.cells, order, axis=1)
    # The least of a cell's descendants is the one in its middle, and the others lie about it.
    middle = [
        cells.descendants_range(cell, at)[0]
        for row, at in zip(wider.tolist(), level.tolist(), strict=True)
        for cell in row
    ]
    found = cells.disks(middle, 1).reshape(len(level), -1)
    offsets, points = _lattices(middle[::most], level.tolist())
    east, north = (
        np.take_along_axis(along[:, :, 0], order, axis=1)[:, :, None] + offsets[:, None, :7, axis]
        for axis, along in enumerate((drawn.east, drawn.north))
    )
    east, north = (along.reshape(found.shape) for along in (east, north))
    deviations = np.stack([drawn.inner, drawn.outer], axis=1)
    return _placed(level, found, east, north, points, deviations, drawn.tail, np.repeat(counts, 7, axis=1))


def _placed(
    level: NDArray[np.int64],
    found: NDArray[np.int64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    points: NDArray[np.float64],
    deviations: NDArray[np.float64],
    tail: NDArray[np.float64],
    counts: NDArray[np.bool_],
) -> Disks:
    """Give cells of known middles, (n, c), with the places in them, of which ``points`` (n, s, 2) says how they lie."""
    at_east, at_north = (east[:, :, None] + points[:, None, :, 0], north[:, :, None] + points[:, None, :, 1])
    squared = at_east**2 + at_north**2
    reaches = (squared <= (tail**2)[:, None, None]) & counts[:, :, None]
    spacing = np.array([_spacing_m(one) for one in level.tolist()])
    return Disks(level, spacing, found, at_east, at_north, squared, deviations[:, 0], deviations[:, 1], tail, reaches)


def seat(found: NDArray[np.int64], filled: int, cell: int) -> tuple[int, int]:
    """Give where a cell stands among the first ``filled`` of ``found``, put behind them if new, and their number."""
    same = np.flatnonzero(found[:filled] == cell)
    if len(same):
        return int(same[0]), filled
    found[filled] = cell
    return filled, filled + 1


def hills(squared: NDArray[np.float64], deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give round normal distributions at squared distances (n, c, s), but for a factor that all share."""
    variance = (deviations**2)[:, None, None]
    return np.asarray(np.exp(squared * (-0.5 / variance)) / variance)


def _lattices(home: Sequence[int], level: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give how the disks about cells lie, (n, c, 2), and the places in a cell, (n, s, 2), in metres."""
    # Within a wide cell the disks come in the same order and lie alike.
    found = [_lattice(cells.parent(cell, 3 if at > 4 else 2), at) for cell, at in zip(home, level, strict=True)]
    return np.array([one for one, _ in found]), np.array([one for _, one in found])


@lru_cache(maxsize=16)
def _spacing_m(level: int) -> float:
    """Give the metres from the middle of a cell to those beside it."""
    return math.sqrt(cells.mean_area_m2(level) * 2.0 / math.sqrt(3.0))


@lru_cache(maxsize=4_096)
def _lattice(parent: int, level: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the metres east and north from a cell's middle to those of the disk about it, and seven points of a cell.

    Taken from the middle of the wider cell ``parent``; within that they differ by less than a tenth of a cell.
    """
    lat, lon = cells.centre(parent)
    home = cells.cell_of(lat, lon, level)
    lat, lon = cells.centre(home)
    middles = cells.centres(cells.disk(home, _RINGS))
    offsets = np.column_stack([
        (middles[:, 1] - lon) * (EAST_M * math.cos(math.radians(lat))), (middles[:, 0] - lat) * NORTH_M,
    ])  # fmt: skip
    # The middle, and a ring of six towards the neighbours that halves what is left.
    return offsets, np.concatenate([[[0.0, 0.0]], 0.36 * offsets[1:7]])
