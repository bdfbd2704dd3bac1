"""Round regions whose inner half and outer tenth were both measured: most of the mass close, the rest far.

Errors of matched names have long tails: half of them lie within some hundred metres, a tenth several kilometres off.
One normal distribution cannot say both, so a region is two of them about one point, with the radii that hold 50 % and
90 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import Point

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


def round_region(
    lat: float, lon: float, fifty_m: float, ninety_m: float, others: Sequence[tuple[float, float, float]] = ()
) -> Region:
    """Give the region about a point, half of whose mass lies within ``fifty_m`` and nine tenths within ``ninety_m``.

    Candidates elsewhere that may as well be meant keep a lump of their own, a cell each, out of the inner mass; the
    radius grows where it must to hold nine tenths with them.

    Parameters
    ----------
    lat, lon : float
        Degrees (EPSG:4326).
    fifty_m, ninety_m : float
        Metres, above zero; at most some 100 km.
    others : sequence of (float, float, float)
        Latitude, longitude and share of belief of up to three other candidates; less than 1 in all.
    """
    inner, outer = deviations_m(fifty_m, ninety_m)
    level = cells.BASE_RESOLUTION
    while level > cells.COARSEST_SHOWN and _RINGS * _spacing_m(level) < _TAIL * ninety_m:
        level -= 1
    rings = min(_RINGS, math.ceil(_TAIL * ninety_m / _spacing_m(level)) + 1)
    home = cells.cell_of(lat, lon, level)
    found = cells.disk(home, rings)
    # About one point H3's cells are a lattice and come in the same order: their middles need not be asked one by one.
    offsets, points = _lattice(cells.parent(home, 3 if level > 4 else 2), level)
    home_lat, home_lon = cells.centre(home)
    east = (home_lon - lon) * (_EAST_M * math.cos(math.radians(lat))) + offsets[: len(found), 0]
    north = (home_lat - lat) * _NORTH_M + offsets[: len(found), 1]
    squared = (east[:, None] + points[:, 0]) ** 2 + (north[:, None] + points[:, 1]) ** 2
    density = _hill(squared, outer)
    if inner < outer:
        density = (1.0 - CORE) * density + CORE * _hill(squared, inner)
    density[squared > (_TAIL * ninety_m) ** 2] = 0.0
    weights = density.sum(axis=1)
    # What is narrower than the samples lies in the home cell, wherever they fall.
    if (grain := 0.3 * _spacing_m(level)) > inner:
        weights[0] = max(weights[0], CORE * (1.0 - inner / grain) * weights.sum() / (1.0 - CORE))
    if others:
        found, weights, ninety_m = _with_others(
            found, weights / weights.sum(), squared, (lat, lon), others, level, ninety_m
        )
    masses = apportioned(weights)
    chosen = [(found[cell], mass) for cell, mass in enumerate(masses.tolist()) if mass > 0]
    area = float(density.sum() ** 2 / (density**2).sum()) * cells.mean_area_m2(level) / len(points)
    return Region(
        Point(lat, lon), ninety_m, level, tuple(cell for cell, _ in chosen), tuple(mass for _, mass in chosen), area
    )


def _with_others(
    found: list[int],
    weights: NDArray[np.float64],
    squared: NDArray[np.float64],
    at: tuple[float, float],
    others: Sequence[tuple[float, float, float]],
    level: int,
    ninety_m: float,
) -> tuple[list[int], NDArray[np.float64], float]:
    """Give cells, weights and the radius of nine tenths once other candidates have their share of the inner mass."""
    moved = CORE * sum(share for _, _, share in others)
    weights = weights * (1.0 - moved)
    apart = np.sqrt(squared.mean(axis=1))
    for lat, lon, share in others:
        cell = cells.cell_of(lat, lon, level)
        if cell not in found:
            found, weights = [*found, cell], np.append(weights, 0.0)
            north = (lat - at[0]) * _NORTH_M
            apart = np.append(apart, math.hypot(north, (lon - at[1]) * _EAST_M * math.cos(math.radians(at[0]))))
        weights[found.index(cell)] += CORE * share
    order = np.argsort(apart, kind="stable")
    holds = int(np.searchsorted(np.cumsum(weights[order]), 0.9))
    return found, weights, max(ninety_m, float(apart[order[min(holds, len(order) - 1)]]))


def apportioned(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Divide the unit by largest remainder, as :func:`spatial.mass.apportion` does, in arrays."""
    exact = weights * (UNIT / weights.sum())
    # What holds less than a ten-thousandth is not worth its cell.
    exact = np.where(exact > 1e-4 * UNIT, exact, 0.0)
    exact *= UNIT / exact.sum()
    floors = np.floor(exact).astype(np.int64)
    short = UNIT - int(floors.sum())
    if short:
        floors[np.argsort(floors - exact, kind="stable")[:short]] += 1
    return floors


def _hill(squared: NDArray[np.float64], deviation: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(squared * (-0.5 / deviation**2)) / deviation**2)


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
