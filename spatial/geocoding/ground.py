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
_UNKNOWN, _OUT, _IN, _EDGE = -1, 0, 1, 2


class Ground:
    """An area in metres about a house, over the cells of one resolution.

    Threads share it: what is known of a cell is written once, and never anything that is not known yet.

    Parameters
    ----------
    flat : shapely geometry
        The area in metres of the house's frame, prepared.
    cells : Lattice
    """

    __slots__ = ("_cells", "_corners", "_flat", "_known")

    def __init__(self, flat: Any, cells: Lattice) -> None:
        self._flat = flat
        self._cells = cells
        self._known = np.full(_WIDTH * _WIDTH, _UNKNOWN, dtype=np.int8)
        one, other = cells.basis
        third = [(one + other) / 3.0, (2.0 * other - one) / 3.0, (2.0 * one - other) / 3.0]
        points = np.array([*third, *(-point for point in third)])
        self._corners = points[np.argsort(np.arctan2(points[:, 1], points[:, 0]))]

    def holds(self, steps: NDArray[np.int64], east: Array, north: Array) -> NDArray[np.bool_]:
        """Give whether the area holds points in metres, whose cells are given as steps of the lattice, (2, n)."""
        if int(np.abs(steps).max(initial=0)) > _REACH:
            return np.asarray(shapely.contains_xy(self._flat, east, north))
        at = (steps[0] + _REACH) * _WIDTH + (steps[1] + _REACH)
        state = self._known[at]
        if int(state.min(initial=_OUT)) == _UNKNOWN:
            # Marked and found again: quicker than sorting thousands of points for some dozens of cells.
            is_new = np.zeros(len(self._known), dtype=np.bool_)
            is_new[at[state == _UNKNOWN]] = True
            self._learn(np.flatnonzero(is_new))
            state = self._known[at]
        found = state == _IN
        edge = np.flatnonzero(state == _EDGE)
        found[edge] = shapely.contains_xy(self._flat, east[edge], north[edge])
        return np.asarray(found)

    def _learn(self, cells: NDArray[np.int64]) -> None:
        """Remember of some cells whether the area holds all of them, nothing or a part."""
        steps = np.column_stack([cells // _WIDTH, cells % _WIDTH]) - _REACH
        middles = self._cells.origin + steps @ self._cells.basis
        # Whole cells and not their corners: a strip, a bend or a hole may lie between these.
        shapes = shapely.polygons(middles[:, None, :] + self._corners[None, :, :])
        is_held, is_touched = shapely.contains(self._flat, shapes), shapely.intersects(self._flat, shapes)
        self._known[cells] = np.where(is_held, _IN, np.where(is_touched, _EDGE, _OUT))


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
