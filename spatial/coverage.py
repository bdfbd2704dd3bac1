"""Where patrols cover most: places by maximal coverage, shared among patrols and put into an order of visits.

Places are the centres of cells. A visit covers every cell whose centre lies within its reach. Maximal coverage is the
location problem of Church & ReVelle 1974 (Papers of the Regional Science Association 32), solved by spopt. Everything
here is deterministic: one thread, a fixed seed, and ties broken by the order of the cells.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np
import pulp
from numpy.typing import NDArray

from spatial import cells as h3cells
from spatial.errors import SpatialError
from spatial.mass import UNIT

with warnings.catch_warnings():
    # spopt warns at import of packages of its own that it would rather have; none of them is used here.
    warnings.simplefilter("ignore")
    from spopt.locate import MCLP

Floats = NDArray[np.float64]

EARTH_M: Final = 6_371_008.8
#: The cells that would cover most alone: stating the problem costs by their number, and worse ones are not chosen.
MOST_CANDIDATES: Final = 160
MOST_PLACES: Final = 60


class NoPlan(SpatialError):
    """No plan fits: the time is too short for one visit with the way there and back."""


class TooManyPlaces(SpatialError):
    """A plan has at most 60 places. Give fewer patrols, less time, or more minutes a place."""


class Pace(NamedTuple):
    """How patrols move: km/h on the road, minutes at a place, and how much longer a road is than the straight line."""

    speed_kmh: float
    minutes_a_place: float
    road_factor: float

    def minutes(self, metres: float, places: int) -> float:
        """Give the minutes of a tour of so many metres in straight lines with so many visits."""
        return metres * self.road_factor / 1000 / self.speed_kmh * 60 + places * self.minutes_a_place


class Tour(NamedTuple):
    """One patrol's visits in their order: indices of places, metres in straight lines, minutes with the visits."""

    places: tuple[int, ...]
    metres: float
    minutes: float


class Plan(NamedTuple):
    """The places that cover most within the time, a tour a patrol, and the mass that they cover of all."""

    cells: tuple[int, ...]
    tours: tuple[Tour, ...]
    covered: int
    total: int


def metres_between(first: Floats, second: Floats) -> Floats:
    """Give the metres between points of (latitude, longitude) in degrees, shapes (n, 2) and (m, 2), as (n, m).

    Equirectangular about the mean latitude: within a district the error stays under a metre in a thousand.
    """
    if not len(first) or not len(second):
        return np.zeros((len(first), len(second)))
    middle = math.radians(float(np.concatenate([first[:, 0], second[:, 0]]).mean()))
    scale = np.array([1.0, math.cos(middle)]) * math.radians(1) * EARTH_M
    gap = first[:, None, :] * scale - second[None, :, :] * scale
    return np.hypot(gap[..., 0], gap[..., 1])


def covered_by(points: Floats, cells: Sequence[int], reach_m: float) -> NDArray[np.bool_]:
    """Say of each cell whether a visit at any of the points (n, 2) covers it; shape (c,)."""
    if not len(points) or not len(cells):
        return np.zeros(len(cells), dtype=bool)
    return np.asarray((metres_between(points, h3cells.centres(cells)) <= reach_m).any(axis=0))


class Sites:
    """Cells to choose from, with what a visit at each would cover: the problem is stated once, then solved by count."""

    def __init__(
        self,
        cells: Sequence[int],
        masses: Sequence[int],
        *,
        reach_m: float,
        locked: Sequence[int] = (),
        excluded: Collection[int] = (),
    ) -> None:
        """State the problem.

        Parameters
        ----------
        cells : sequence of int
            Cells of one resolution where a visit may be.
        masses : sequence of int
            Their masses; what is 0 asks for nothing.
        reach_m : float
        locked, excluded : cells that must and must not be chosen; a locked one need not be among ``cells``.
        """
        order = sorted((cell, mass) for cell, mass in zip(cells, masses, strict=True) if mass > 0)
        asked, weights = [cell for cell, _ in order], np.array([mass for _, mass in order], dtype=np.int64)
        self.locked = sorted(set(locked))
        barred = set(excluded) | set(self.locked)
        free = [cell for cell in sorted(cells) if cell not in barred]
        near = metres_between(h3cells.centres(asked), h3cells.centres(free)) <= reach_m
        reached = weights @ near
        most = np.lexsort((np.arange(len(free)), -reached))[:MOST_CANDIDATES]
        self.candidates = self.locked + [free[index] for index in sorted(most) if reached[index] > 0]
        self._reach_m = reach_m
        self._asked, self._weights = asked, weights
        self._model: MCLP | None = None

    def best(self, count: int) -> tuple[int, ...]:
        """Give the ``count`` cells whose visits cover most, the locked ones among them, in rising order.

        Fewer are given where fewer cover everything.
        """
        if count <= len(self.locked) or len(self.candidates) <= count:
            return tuple(sorted(self.candidates[:count]))
        model = self._stated()
        for constraint in model.problem.constraints.values():
            # The one equation over all places: how many.
            if constraint.sense == pulp.LpConstraintEQ and len(constraint) == len(self.candidates):
                constraint.changeRHS(count)
        model = model.solve(pulp.HiGHS(msg=False, threads=1, random_seed=0, gapRel=0.0), results=False)
        used = [variable.varValue > 0.5 for variable in model.fac_vars]
        return tuple(sorted(cell for cell, is_used in zip(self.candidates, used, strict=True) if is_used))

    def _stated(self) -> MCLP:
        if self._model is None:
            cost = metres_between(h3cells.centres(self._asked), h3cells.centres(self.candidates))
            touched = (cost <= self._reach_m).any(axis=1)
            fixed = np.array([1] * len(self.locked) + [0] * (len(self.candidates) - len(self.locked)))
            self._model = MCLP.from_cost_matrix(
                cost[touched],
                self._weights[touched] / UNIT,
                self._reach_m,
                max(len(self.locked), 1),
                predefined_facilities_arr=fixed if self.locked else None,
            )
        return self._model


def tour_of(start: Floats, points: Floats) -> tuple[tuple[int, ...], float]:
    """Give a short order of visits from the start and back, and its metres in straight lines.

    Nearest neighbour, then 2-opt until nothing is gained (Croes 1958, Operations Research 6): within a few per cent of
    the shortest for the dozen places that one patrol has.

    Parameters
    ----------
    start : ndarray, shape (2,)
    points : ndarray, shape (n, 2)
    """
    count = len(points)
    every = np.concatenate([start[None, :], points])
    far = metres_between(every, every)
    order, left = [0], list(range(1, count + 1))
    while left:
        order.append(min(left, key=lambda index: (far[order[-1], index], index)))
        left.remove(order[-1])
    order.append(0)
    gained = True
    while gained:
        gained = False
        for i in range(1, count):
            for j in range(i + 1, count + 1):
                old = far[order[i - 1], order[i]] + far[order[j], order[j + 1]]
                new = far[order[i - 1], order[j]] + far[order[i], order[j + 1]]
                if new < old - 1e-6:
                    order[i : j + 1] = reversed(order[i : j + 1])
                    gained = True
    metres = float(sum(far[a, b] for a, b in zip(order, order[1:], strict=False)))
    return tuple(index - 1 for index in order[1:-1]), metres


def shared_tours(start: Floats, points: Floats, patrols: int, pace: Pace) -> tuple[Tour, ...]:
    """Give each patrol its tour: places shared by their bearing from the start, the longest tour as short as found.

    The sweep of Gillett & Miller 1974 (Operations Research 22): places sorted by bearing are cut into runs of equal
    length, from every place as the first.
    """
    count = len(points)
    if not count:
        return tuple(Tour((), 0.0, 0.0) for _ in range(patrols))
    bearing = np.arctan2(points[:, 0] - start[0], points[:, 1] - start[1])
    swept = [int(index) for index in np.lexsort((np.arange(count), bearing))]
    sizes = [count // patrols + (1 if patrol < count % patrols else 0) for patrol in range(patrols)]
    best = (math.inf, math.inf, list[Tour]())
    for turn in range(count if patrols > 1 else 1):
        turned, tours, at = swept[turn:] + swept[:turn], [], 0
        for size in sizes:
            own = turned[at : at + size]
            at += size
            order, metres = tour_of(start, points[own])
            tours.append(Tour(tuple(own[index] for index in order), metres, pace.minutes(metres, size)))
        measure = (max(tour.minutes for tour in tours), sum(tour.metres for tour in tours))
        if measure < (best[0] - 1e-9, best[1]):
            best = (*measure, tours)
    return tuple(best[2])


def plan(
    cells: Sequence[int],
    masses: Sequence[int],
    *,
    start: tuple[float, float],
    patrols: int,
    minutes: float,
    reach_m: float,
    pace: Pace,
    locked: Sequence[int] = (),
    excluded: Collection[int] = (),
) -> Plan:
    """Give the most places whose tours fit the time, and the tours.

    The number of places is found by halving: with more places tours only become longer.

    Parameters
    ----------
    cells, masses, reach_m, locked, excluded
        As in `Sites`.
    start : tuple of float
        (Latitude, longitude) in degrees from where every patrol starts and to which it returns.
    patrols : int
    minutes : float
        Time of each patrol, the ways between places included.

    Raises
    ------
    NoPlan
        If not even the locked places, or one place, fit the time.
    TooManyPlaces
    """
    most = patrols * int(minutes // pace.minutes_a_place)
    least = max(len(set(locked)), 1)
    if most > MOST_PLACES:
        raise TooManyPlaces
    sites = Sites(cells, masses, reach_m=reach_m, locked=locked, excluded=excluded)
    weights = np.array(masses, dtype=np.int64)
    found: Plan | None = None
    low, high = least, most
    while low <= high:
        count = (low + high) // 2
        chosen = sites.best(count)
        points = h3cells.centres(chosen)
        tours = shared_tours(np.array(start), points, patrols, pace)
        if chosen and max(tour.minutes for tour in tours) <= minutes:
            covered = int(weights[covered_by(points, cells, reach_m)].sum())
            found = Plan(chosen, tours, covered, int(weights.sum()))
            low = count + 1
        else:
            high = count - 1
    if found is None:
        raise NoPlan
    return found
