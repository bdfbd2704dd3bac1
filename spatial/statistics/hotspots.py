"""Hotspots that were tested: Getis-Ord Gi* on H3 cells, with the false-discovery rate controlled.

Gi* asks of every cell whether the mass in it and its six neighbours is larger (or smaller) than that of seven cells
drawn at random from the whole area would be. esda computes it; what this module adds guards against its traps:

* esda's ``p_sim`` is one-sided, towards whichever side the cell fell on, and will become two-sided in a later
  version; worse, it counts ties on one side only, so that in a field of mostly zeros an empty neighbourhood, the
  commonest thing there is, gets the smallest p of all. Permutations are therefore drawn and counted here, ties on both
  sides, and esda is asked for z alone;
* row-standardised weights make esda's variance that of another statistic: weights are binary;
* its permutations compile for 17 to 45 s in every new process, and its ``n_jobs=-1`` would fork inside a web worker:
  neither is used;
* 999 permutations cannot give a p below 0.002, which under false-discovery control of a thousand cells is almost
  never enough: by default there are as many as the number of cells needs.

References: Ord and Getis (1995), Geographical Analysis 27; Benjamini and Hochberg (1995), JRSS B 57; Caldas de
Castro and Singer (2006), Geographical Analysis 38, for the two together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from spatial import cells as h3_cells
from spatial.errors import InvalidTest

FEWEST_CELLS: Final = 20
"""Below so many cells the permutations of seven say next to nothing."""

MOST_PERMUTATIONS: Final = 99_999
HOT: Final = 1
COLD: Final = -1


@dataclass(frozen=True, slots=True)
class Hotspots:
    """The answer of a test, a row a cell, in the order of the cells given.

    Parameters
    ----------
    cells : ndarray of int64, shape (c,)
    z : ndarray of float64, shape (c,)
        Standardised Gi*: positive where mass gathers. 0 everywhere if all masses are equal.
    p : ndarray of float64, shape (c,)
        Two-sided, from conditional permutation; never 0.
    q : ndarray of float64, shape (c,)
        Benjamini-Hochberg: the share of false discoveries if this cell and all with a smaller q are called hot or cold.
    flag : ndarray of int8, shape (c,)
        1 hot, -1 cold, 0 neither: ``q <= alpha``, and the side of z.
    seed, permutations : int
    alpha : float
    """

    cells: NDArray[np.int64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    flag: NDArray[np.int8]
    seed: int
    permutations: int
    alpha: float


def getis_ord(
    cells: Sequence[int] | NDArray[np.int64],
    masses: Sequence[int] | Sequence[float] | NDArray[np.int64] | NDArray[np.float64],
    *,
    seed: int,
    permutations: int | None = None,
    alpha: float = 0.05,
) -> Hotspots:
    """Test every cell of an area for being a hotspot or a coldspot.

    Parameters
    ----------
    cells : sequence of int, shape (c,)
        *All* cells of the area, of one resolution, unique: a cell without mass is evidence too, and leaving it out
        hides every hotspot.
    masses : sequence of int or float, shape (c,)
        Mass of each cell, 0 or more, in any unit.
    seed : int
        The same seed and data give the same answer on every machine.
    permutations : int or None
        None takes as many as let one cell alone pass: ``2 c / alpha``, 999 to 99,999.
    alpha : float
        The false-discovery rate to keep.

    Returns
    -------
    Hotspots

    Raises
    ------
    InvalidTest
        If there are fewer than 20 cells, repeated cells, negative or missing masses, or alpha is not in (0, 1).
    InvalidCell, MixedResolutions
        If the cells are not cells of one resolution.

    Notes
    -----
    Neighbours are the six of H3's first ring that are among ``cells``; they and the cell itself weigh 1. Edge
    cells have fewer neighbours, and their permutations draw as few. Ties count on both sides, so that a field of
    mostly zeros gives large p and not chance ones.
    """
    ids, values = _checked(cells, masses, permutations, alpha)
    count = len(ids)
    if permutations is None:
        permutations = min(MOST_PERMUTATIONS, max(999, math.ceil(2 * count / alpha) - 1))
    if np.ptp(values) == 0.0:
        ones = np.ones(count)
        flat = np.zeros(count, dtype=np.int8)
        return Hotspots(ids, np.zeros(count), ones, ones.copy(), flat, seed, permutations, alpha)
    neighbours = _neighbours(ids)
    z = _standardised(values, neighbours)
    p = _two_sided(values, neighbours, seed, permutations)
    q = benjamini_hochberg(p)
    flag = np.where(q <= alpha, np.sign(z), 0.0).astype(np.int8)
    return Hotspots(ids, z, p, q, flag, seed, permutations, alpha)


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the q-value of every p-value: the smallest false-discovery rate at which it would be called."""
    count = len(p)
    order = np.argsort(p, kind="stable")
    raised = p[order] * count / np.arange(1, count + 1)
    q = np.empty(count)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


def _checked(
    cells: Sequence[int] | NDArray[np.int64],
    masses: Sequence[int] | Sequence[float] | NDArray[np.int64] | NDArray[np.float64],
    permutations: int | None,
    alpha: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    ids = np.asarray(cells, dtype=np.int64)
    values = np.asarray(masses, dtype=np.float64)
    if ids.ndim != 1 or values.shape != ids.shape:
        raise InvalidTest("There must be one mass for each cell.")
    if len(ids) < FEWEST_CELLS:
        raise InvalidTest(f"A hotspot test needs at least {FEWEST_CELLS} cells.")
    if len(np.unique(ids)) != len(ids):
        raise InvalidTest("A cell is given twice.")
    if not np.isfinite(values).all() or (values < 0).any():
        raise InvalidTest("Masses must be numbers, 0 or more.")
    if not 0.0 < alpha < 1.0:
        raise InvalidTest("The false-discovery rate lies between 0 and 1.")
    if permutations is not None and not 99 <= permutations <= MOST_PERMUTATIONS:
        raise InvalidTest(f"A hotspot test takes 99 to {MOST_PERMUTATIONS} permutations.")
    h3_cells.one_resolution(ids.tolist())
    return ids, values


def _neighbours(ids: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """Give for every cell the places of its neighbours among the cells."""
    place = {cell: index for index, cell in enumerate(ids.tolist())}
    return [
        np.array(
            sorted(place[near] for near in h3_cells.disk(cell, 1) if near != cell and near in place), dtype=np.intp
        )
        for cell in ids.tolist()
    ]


def _standardised(values: NDArray[np.float64], neighbours: list[NDArray[np.intp]]) -> NDArray[np.float64]:
    # Imported late: esda brings numba, pandas and a second of start-up, which no other user of this wing needs.
    from esda import G_Local
    from libpysal.weights import W

    adjacency = {index: near.tolist() for index, near in enumerate(neighbours)}
    weights = W(adjacency, id_order=list(adjacency), silence_warnings=True)
    z = np.asarray(G_Local(values, weights, transform="B", star=True, permutations=0, n_jobs=1).Zs, dtype=np.float64)
    return np.nan_to_num(z, nan=0.0, posinf=0.0, neginf=0.0)


def _two_sided(
    values: NDArray[np.float64], neighbours: list[NDArray[np.intp]], seed: int, permutations: int
) -> NDArray[np.float64]:
    """Give twice the smaller share of permutations that are at least, or at most, what was observed.

    Conditional: a cell keeps its own mass, and its neighbours' are drawn without repeats from all the others.
    """
    count = len(values)
    widest = max(len(near) for near in neighbours)
    drawn = _draws(np.random.default_rng(seed), permutations, widest, count - 1)
    # Sums in another order differ in the last bit; what is that close is a tie.
    slack = 1e-9 * float(values.sum())
    p = np.ones(count)
    others = values[1:].copy()
    for index, near in enumerate(neighbours):
        if index:
            others[index - 1] = values[index - 1]
        if len(near):
            sums = others[drawn[: len(near)]].sum(axis=0)
            observed = values[near].sum()
            smaller = min(int((sums >= observed - slack).sum()), int((sums <= observed + slack).sum()))
            p[index] = min(1.0, 2.0 * (smaller + 1) / (permutations + 1))
    return p


def _draws(random: np.random.Generator, permutations: int, widest: int, among: int) -> NDArray[np.intp]:
    """Give rows of places below ``among``, shape (widest, permutations), no column with a repeat."""
    drawn = random.integers(0, among, size=(permutations, widest), dtype=np.intp)
    while True:
        row = np.sort(drawn, axis=1)
        repeated = np.flatnonzero((row[:, 1:] == row[:, :-1]).any(axis=1))
        if not len(repeated):
            return np.ascontiguousarray(drawn.T)
        drawn[repeated] = random.integers(0, among, size=(len(repeated), widest), dtype=np.intp)
