"""Round regions whose inner half and outer tenth were both measured: most of the mass close, the rest far.

Errors of matched names have long tails: half of them lie within some hundred metres, a tenth several kilometres off.
One normal distribution cannot say both, so a region is two of them about one point, with the radii that hold 50 % and
90 %.
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
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import MOST_CELLS, Point

CORE: Final = 0.6
"""The share of the inner distribution."""
_RINGS: Final = 4
"""61 cells at most."""
_TAIL: Final = 1.28
"""In radii of 90 %: where the outer distribution is cut."""
_ROUND: Final = math.sqrt(math.log(2.0) / math.log(10.0))
"""The radius of 50 % in that of 90 %, for one normal distribution."""
_NORTH_M: Final = 110_900.0
_EAST_M: Final = 111_320.0


def deviations_m(fifty_m: float, ninety_m: float) -> tuple[float, float]:
    """Give the standard deviations of the inner and the outer distribution; equal where one of them will do."""
    if fifty_m >= _ROUND * ninety_m:
        one = ninety_m / math.sqrt(2.0 * math.log(10.0))
        return one, one
    outer = ninety_m / math.sqrt(2.0 * math.log((1.0 - CORE) / 0.1))
    beyond = 1.0 - math.exp(-0.5 * (fifty_m / outer) ** 2)
    inside = (0.5 - (1.0 - CORE) * beyond) / CORE
    return min(outer, fifty_m / math.sqrt(-2.0 * math.log(1.0 - inside))), outer


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


def round_regions(asked: Sequence[Round]) -> list[Region]:
    """Give round regions about points, all of them in one go."""
    if not asked:
        return []
    count = len(asked)
    lat, lon, ninety = (np.array([getattr(one, name) for one in asked]) for name in ("lat", "lon", "ninety_m"))
    deviations = np.array([deviations_m(one.fifty_m, one.ninety_m) for one in asked])
    inner, outer = deviations[:, 0], deviations[:, 1]
    levels = np.arange(cells.COARSEST_SHOWN, cells.BASE_RESOLUTION + 1)
    spacings = np.array([_spacing_m(level) for level in levels.tolist()])
    # The finest at which the disk reaches far enough, or the coarsest there is.
    level = levels[np.maximum(0, (_RINGS * spacings >= _TAIL * ninety[:, None]).sum(axis=1) - 1)]
    spacing = spacings[level - cells.COARSEST_SHOWN]
    rings = np.minimum(_RINGS, np.ceil(_TAIL * ninety / spacing).astype(np.int64) + 1)
    home = [cells.cell_of(one.lat, one.lon, at) for one, at in zip(asked, level.tolist(), strict=True)]
    middles = cells.centres(home)
    # About one point H3's cells are a lattice and come in the same order: their middles need not be asked one by one.
    lattices = [
        _lattice(cells.parent(cell, 3 if at > 4 else 2), at) for cell, at in zip(home, level.tolist(), strict=True)
    ]
    offsets, points = (np.array([pair[part] for pair in lattices]) for part in (0, 1))
    east = ((middles[:, 1] - lon) * (_EAST_M * np.cos(np.radians(lat))))[:, None] + offsets[:, :, 0]
    north = ((middles[:, 0] - lat) * _NORTH_M)[:, None] + offsets[:, :, 1]
    squared = (east[:, :, None] + points[:, None, :, 0]) ** 2 + (north[:, :, None] + points[:, None, :, 1]) ** 2
    density = np.where((inner < outer)[:, None, None], 1.0 - CORE, 1.0) * _hills(squared, outer)
    double = np.flatnonzero(inner < outer)
    density[double] += CORE * _hills(squared[double], inner[double])
    density[squared > ((_TAIL * ninety) ** 2)[:, None, None]] = 0.0
    density[np.arange(density.shape[1]) > (3 * rings * (rings + 1))[:, None]] = 0.0
    weights = np.zeros((count, MOST_CELLS))
    weights[:, : density.shape[1]] = density.sum(axis=2)
    # What is narrower than the samples lies in the home cell, wherever they fall.
    grain = 0.3 * spacing
    least = CORE * np.maximum(0.0, 1.0 - inner / grain) * weights.sum(axis=1) / (1.0 - CORE)
    weights[:, 0] = np.maximum(weights[:, 0], least)
    weights /= weights.sum(axis=1)[:, None]
    found = np.zeros((count, MOST_CELLS), dtype=np.int64)
    found[:, : density.shape[1]] = cells.disks(home, _RINGS)
    for row in [row for row, one in enumerate(asked) if one.others]:
        apart = np.sqrt(squared[row].mean(axis=1))
        ninety[row] = _with_others(asked[row], found[row], weights[row], apart, int(level[row]))
    masses = apportioned(weights)
    areas = density.sum(axis=(1, 2)) ** 2 / (density**2).sum(axis=(1, 2)) / density.shape[2]
    areas *= np.array([cells.mean_area_m2(at) for at in level.tolist()])
    held = masses > 0
    ends = np.cumsum(held.sum(axis=1)).tolist()
    kept, shares = found[held].tolist(), masses[held].tolist()
    return [
        Region(Point(one.lat, one.lon), radius, at, tuple(kept[first:last]), tuple(shares[first:last]), area)
        for one, radius, at, first, last, area in zip(
            asked, ninety.tolist(), level.tolist(), [0, *ends], ends, areas.tolist(), strict=False
        )
    ]


def _with_others(
    asked: Round, found: NDArray[np.int64], weights: NDArray[np.float64], apart: NDArray[np.float64], level: int
) -> float:
    """Give other candidates their share of the inner mass, in place; gives the radius of nine tenths with them.

    Parameters
    ----------
    asked : Round
    found : ndarray of int64, shape (MOST_CELLS,)
        The disk's cells, and room for three.
    weights : ndarray of float64, shape (MOST_CELLS,)
        What they hold, 1 in all.
    apart : ndarray of float64, shape (cells of the disk,)
        Metres from the point.
    level : int
    """
    weights *= 1.0 - CORE * sum(share for _, _, share in asked.others)
    filled = len(apart)
    metres = np.append(apart, np.zeros(len(found) - filled))
    for lat, lon, share in asked.others:
        cell = cells.cell_of(lat, lon, level)
        same = np.flatnonzero(found[:filled] == cell)
        at = int(same[0]) if len(same) else filled
        if at == filled:
            filled += 1
            found[at] = cell
            north, east = (lat - asked.lat) * _NORTH_M, (lon - asked.lon) * _EAST_M
            metres[at] = math.hypot(north, east * math.cos(math.radians(asked.lat)))
        weights[at] += CORE * share
    order = np.argsort(metres[:filled], kind="stable")
    holds = int(np.searchsorted(np.cumsum(weights[order]), 0.9))
    return max(asked.ninety_m, float(metres[order[min(holds, filled - 1)]]))


def apportioned(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Divide the unit along the last axis by largest remainder, as :func:`spatial.mass.apportion` does, in arrays."""
    exact = weights * (UNIT / weights.sum(axis=-1, keepdims=True))
    # What holds less than a ten-thousandth is not worth its cell.
    exact[exact <= 1e-4 * UNIT] = 0.0
    exact *= UNIT / exact.sum(axis=-1, keepdims=True)
    floors = np.floor(exact).astype(np.int64)
    short = UNIT - floors.sum(axis=-1, keepdims=True)
    order = np.argsort(floors - exact, axis=-1, kind="stable")
    more = np.take_along_axis(floors, order, axis=-1) + (np.arange(weights.shape[-1]) < short)
    np.put_along_axis(floors, order, more, axis=-1)
    return floors


def _hills(squared: NDArray[np.float64], deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    variance = (deviations**2)[:, None, None]
    return np.asarray(np.exp(squared * (-0.5 / variance)) / variance)


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
        (middles[:, 1] - lon) * (_EAST_M * math.cos(math.radians(lat))), (middles[:, 0] - lat) * _NORTH_M,
    ])  # fmt: skip
    # The middle, and a ring of six towards the neighbours that halves what is left.
    return offsets, np.concatenate([[[0.0, 0.0]], 0.36 * offsets[1:7]])
