"""Which cells about a house an area holds: found out once a cell, so that only those on its edge are asked in full."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.geocoding.frame import Frame, Lattice, lattice
from spatial.geocoding.layers import Jurisdiction

Array = NDArray[np.float64]

_REACH: Final = 96
"""Cells in each direction that are remembered: 33 km at the base resolution."""
_WIDTH: Final = 2 * _REACH + 1
_FEWEST_CELLS: Final = 4.0
_ASKED, _UNKNOWN, _OUT, _IN, _EDGE = -2, -1, 0, 1, 2


class Ground:
    """An area in metres about a house, over the cells of one resolution.

    Parameters
    ----------
    flat : shapely geometry
        The area in metres of the house's frame, prepared.
    cells : Lattice
    """

    __slots__ = ("_cells", "_corners", "_flat", "_is_small", "_known")

    def __init__(self, flat: Any, cells: Lattice) -> None:
        self._flat = flat
        self._cells = cells
        self._known = np.full(_WIDTH * _WIDTH, _UNKNOWN, dtype=np.int8)
        # What is hardly wider than a cell may lie between a cell's middle and its corners.
        self._is_small = bool(flat.area < _FEWEST_CELLS * cells.area_m2)
        one, other = cells.basis
        third = [(one + other) / 3.0, (2.0 * other - one) / 3.0, (2.0 * one - other) / 3.0]
        points = [np.zeros(2), *third]
        self._corners = np.array([*points, *(-point for point in points[1:])])

    def holds(self, steps: NDArray[np.int64], east: Array, north: Array) -> NDArray[np.bool_]:
        """Give whether the area holds points in metres, whose cells are given as steps of the lattice, (2, n)."""
        if self._is_small or int(np.abs(steps).max(initial=0)) > _REACH:
            return np.asarray(shapely.contains_xy(self._flat, east, north))
        at = (steps[0] + _REACH) * _WIDTH + (steps[1] + _REACH)
        state = self._known[at]
        if int(state.min(initial=_OUT)) == _UNKNOWN:
            # Marked and found again: quicker than sorting thousands of points for some dozens of cells.
            self._known[at[state == _UNKNOWN]] = _ASKED
            self._learn(np.flatnonzero(self._known == _ASKED))
            state = self._known[at]
        found = state == _IN
        edge = np.flatnonzero(state == _EDGE)
        found[edge] = shapely.contains_xy(self._flat, east[edge], north[edge])
        return np.asarray(found)

    def _learn(self, cells: NDArray[np.int64]) -> None:
        """Remember of some cells whether all, none or some of their corners and middle lie in the area."""
        steps = np.column_stack([cells // _WIDTH, cells % _WIDTH]) - _REACH
        middles = self._cells.origin + steps @ self._cells.basis
        x, y = (middles[:, axis, None] + self._corners[None, :, axis] for axis in (0, 1))
        inside = shapely.contains_xy(self._flat, x.ravel(), y.ravel()).reshape(x.shape).sum(axis=1)
        whole = len(self._corners)
        self._known[cells] = np.where(inside == whole, _IN, np.where(inside == 0, _OUT, _EDGE))


@lru_cache(maxsize=1_024)
def ground(bound: Jurisdiction, lat: float, lon: float, resolution: int) -> Ground:
    """Give an area over the cells of a resolution about a house, always the same object for the same bound."""
    return Ground(_flat(bound, lat, lon), lattice(lat, lon, resolution))


@lru_cache(maxsize=2_048)
def _flat(bound: Jurisdiction, lat: float, lon: float) -> Any:
    frame = Frame(lat, lon)

    def to_metres(points: Array) -> Array:
        return np.column_stack(frame.to_metres(points[:, 1], points[:, 0]))

    flat = shapely.transform(bound.polygon, to_metres)
    shapely.prepare(flat)
    return flat
