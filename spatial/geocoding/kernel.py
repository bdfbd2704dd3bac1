"""Round regions whose inner half and outer tenth were both measured: most of the mass close, the rest far.

Errors of matched names have long tails: half of them lie within some hundred metres, a tenth several kilometres off.
One normal distribution cannot say both, so a region is two of them about one point, with the radii that hold 50 % and
90 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spatial import cells
from spatial.geocoding.disks import CORE, EAST_M, NORTH_M, Round, deviations_m, disks, hills, radii_m, seat
from spatial.geocoding.region import Region
from spatial.mass import UNIT
from spatial.model import MOST_CELLS, Point

__all__ = ["CORE", "Round", "apportioned", "as_regions", "deviations_m", "radii_m", "round_regions"]


def round_regions(asked: Sequence[Round]) -> list[Region]:
    """Give round regions about points, all of them in one go."""
    if not asked:
        return []
    count = len(asked)
    drawn = disks(asked)
    level, squared, inner, outer = drawn.level, drawn.squared, drawn.inner, drawn.outer
    ninety = np.array([one.ninety_m for one in asked])
    density = np.where((inner < outer)[:, None, None], 1.0 - CORE, 1.0) * hills(squared, outer)
    double = np.flatnonzero(inner < outer)
    density[double] += CORE * hills(squared[double], inner[double])
    density[~drawn.reaches] = 0.0
    weights = np.zeros((count, MOST_CELLS))
    weights[:, : density.shape[1]] = density.sum(axis=2)
    # What is narrower than the samples lies in the home cell, wherever they fall.
    grain = 0.3 * drawn.spacing
    least = CORE * np.maximum(0.0, 1.0 - inner / grain) * weights.sum(axis=1) / (1.0 - CORE)
    weights[:, 0] = np.maximum(weights[:, 0], least)
    weights /= weights.sum(axis=1)[:, None]
    found = drawn.found()
    for row in [row for row, one in enumerate(asked) if one.others]:
        apart = np.sqrt(squared[row].mean(axis=1))
        ninety[row] = _with_others(asked[row], found[row], weights[row], apart, int(level[row]))
    masses = apportioned(weights)
    areas = density.sum(axis=(1, 2)) ** 2 / (density**2).sum(axis=(1, 2)) / density.shape[2]
    areas *= np.array([cells.mean_area_m2(at) for at in level.tolist()])
    at = np.array([(one.lat, one.lon) for one in asked])
    return as_regions(at, ninety, level, found, masses, areas)


def as_regions(
    at: NDArray[np.float64],
    ninety_m: NDArray[np.float64],
    level: NDArray[np.int64],
    found: NDArray[np.int64],
    masses: NDArray[np.int64],
    area_m2: NDArray[np.float64],
) -> list[Region]:
    """Give regions of arrays: points (n, 2) in degrees, cells and masses (n, c), the others (n,)."""
    held = masses > 0
    ends = np.cumsum(held.sum(axis=1)).tolist()
    kept, shares = found[held].tolist(), masses[held].tolist()
    said = zip(at.tolist(), ninety_m.tolist(), level.tolist(), [0, *ends], ends, area_m2.tolist(), strict=False)
    return [
        Region(Point(lat, lon), radius, one, tuple(kept[first:last]), tuple(shares[first:last]), area)
        for (lat, lon), radius, one, first, last, area in said
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
        before = filled
        at, filled = seat(found, filled, cells.cell_of(lat, lon, level))
        if filled > before:
            north, east = (lat - asked.lat) * NORTH_M, (lon - asked.lon) * EAST_M
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
