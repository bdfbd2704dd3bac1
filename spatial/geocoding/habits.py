"""How a writer of FIRs turns a place into "3 km north-east", and what such words say of the place.

A distance is measured in a straight line or along the road, rounded in the unit that is written, and a direction is
rounded to 4, 8 or 16 points.  Nobody has published how often which is done: the shares here are **beliefs**, kept
in :class:`Habits` so that a force can replace them and :mod:`spatial.geocoding.column4` can test what it costs if
they are wrong.  Whatever was *written* settles part of it: "2.5" was not rounded to whole kilometres, and
"north-east" was not written by someone who knows only four points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Steps = tuple[tuple[float, float], ...]
"""(Step in written units, share of the writers who round to it)."""

_KILOMETRE: Final = 1_000.0
_LARGE_UNIT_M: Final = 500.0
_RADII: Final = 512
_DETOURS: Final = 16
_TURNS: Final = 361


@dataclass(frozen=True)
class Habits:
    """The shares of each way of writing a distance and a direction.

    Parameters
    ----------
    near, middle, far, farthest : steps
        Rounding of kilometres and miles up to 5, up to 10, up to 20 and beyond; a share counts only where the number
        is a multiple of its step.
    metres : steps
        Rounding of metres, yards and feet, in hundreds of them.
    furlongs : steps
    road : float
        Share of distances that were measured along the road.
    detours : tuple of (float, float, float)
        (Low, high, share): how many times longer the road is than the straight line, even between the two.
    guess : float
        Standard deviation of a distance's error before rounding, as a share of it.
    four, sixteen : float
        Shares of those who know only four points, and who write sixteen; the rest write eight.
    blur_deg : float
        Standard deviation in degrees of the error of a direction before rounding.
    unsure : float
        Share of directions that say nothing, where the distance is next to none.
    thinning : float
        Places are taken to lie about the station with a density that falls as distance to this power: 0 is even
        over the ground, 1 even over distance.
    """

    near: Steps = ((0.5, 0.78), (1.0, 0.17), (0.25, 0.02), (0.1, 0.03))
    middle: Steps = ((1.0, 0.60), (0.5, 0.36), (0.1, 0.04))
    far: Steps = ((1.0, 0.60), (0.5, 0.12), (5.0, 0.28))
    farthest: Steps = ((1.0, 0.25), (5.0, 0.55), (10.0, 0.20))
    metres: Steps = ((1.0, 0.5), (0.5, 0.3), (5.0, 0.1), (0.1, 0.1))
    furlongs: Steps = ((1.0, 0.8), (0.5, 0.2))
    road: float = 0.35
    detours: tuple[tuple[float, float, float], ...] = ((1.2, 1.4, 0.85), (1.05, 1.6, 0.15))
    guess: float = 0.005
    four: float = 0.06
    sixteen: float = 0.02
    blur_deg: float = 1.0
    unsure: float = 0.15
    thinning: float = 1.0
    zero: Steps = ((0.5, 0.60), (1.0, 0.25), (2.0, 0.15))
    """What is written as "0 km": what lies within half a step of the station. Half of the last is written "0/1 km"."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Every region is looked up by the habits of its writers: thirty numbers are not to be hashed each time.
        return hash(tuple(getattr(self, one.name) for one in fields(self)))


BELIEVED: Final = Habits()


def stored(habits: Habits) -> dict[str, Any]:
    """Give habits as JSON has them."""
    return {one.name: getattr(habits, one.name) for one in fields(habits)}


def restored(values: Mapping[str, Any]) -> Habits:
    """Give habits that were stored; what was not known then is as believed, what is known no more is left out.

    Raises
    ------
    TypeError, ValueError
        If a value is no number or list of lists of numbers.
    """

    def number(value: Any) -> Any:
        return tuple(number(part) for part in value) if isinstance(value, list | tuple) else float(value)

    return Habits(**{one.name: number(values[one.name]) for one in fields(Habits) if one.name in values})


@dataclass(frozen=True, eq=False)
class Radial:
    """How likely each distance from the station is, per square metre, and which distances hold nearly all of it.

    ``metres`` and ``density`` have the shape (r,); the density is 0 at both ends.
    """

    metres: NDArray[np.float64]
    density: NDArray[np.float64]
    inner_m: float
    outer_m: float
    least_m2: float
    """Of a full ring, what any set that holds 95 % covers at least."""


@dataclass(frozen=True, eq=False)
class Angular:
    """How likely each turn away from the stated direction is, per degree: symmetric, shape (361,), -180 to 180."""

    density: NDArray[np.float64]
    reach_deg: float
    least_share: float
    """Of a full turn, what any set that holds 95 % covers at least."""


@lru_cache(maxsize=8_192)
def radial(
    metres: float,
    unit_m: float = _KILOMETRE,
    low_m: float | None = None,
    high_m: float | None = None,
    habits: Habits = BELIEVED,
) -> Radial:
    """Give what a written distance says of the straight distance from the station.

    Parameters
    ----------
    metres : float
        As written, in metres; 0 is "near".
    unit_m : float
        The unit in which it was written.
    low_m, high_m : float or None
        The two ends of a range.
    habits : Habits

    Returns
    -------
    Radial
        Its density is per square metre of a full ring, scaled to hold one in all.
    """
    intervals = _intervals(metres, unit_m, low_m, high_m, habits)
    curves = _curves_of(intervals, habits)
    distances = curves.metres
    shares = np.array([share for _, _, share in intervals])
    road = np.array([share for _, _, share in habits.detours]) @ (shares @ curves.roads)
    said = (1.0 - habits.road) * (shares @ curves.straight) + habits.road * road
    if metres > 0.0 and unit_m >= _LARGE_UNIT_M and low_m is None:
        said *= 1.0 - _written_as_nothing(distances, unit_m, habits)
    said /= max(said.max(), 1e-300)
    # Below a quarter of a kilometre the power law would run away.
    prior = np.maximum(distances, 250.0) ** -habits.thinning
    density = np.where(said > 1e-4, said * prior, 0.0)
    density[-1] = 0.0
    ring = density * distances
    whole = float(np.trapezoid(ring, distances)) * 2.0 * math.pi
    density /= whole
    held = np.flatnonzero(density)
    inner = float(distances[max(0, held[0] - 1)])
    outer = float(distances[min(_RADII - 1, held[-1] + 1)])
    areas = 2.0 * math.pi * distances * distances[1]
    return Radial(distances, density, inner, outer, _least(density, areas))


@lru_cache(maxsize=1_024)
def angular(direction: float | None, is_near: bool = False, habits: Habits = BELIEVED) -> Angular:
    """Give what a written direction says of the true one.

    Parameters
    ----------
    direction : float or None
        Degrees clockwise from north; None is any.
    is_near : bool
        Whether the distance is next to none, where a direction says less.
    habits : Habits
    """
    turns = np.abs(np.linspace(-180.0, 180.0, _TURNS))
    if direction is None:
        return Angular(np.full(_TURNS, 1.0 / 360.0), 180.0, 1.0)
    spread = max(habits.blur_deg, 0.25)
    density = np.zeros(_TURNS)
    for half_width, share in _sectors(direction, habits):
        density += share * _below((half_width - turns) / spread)
    density = np.where(density > 1e-3 * density.max(), density, 0.0)
    density /= density.sum()
    reach = float(turns[density > 0].max())
    if is_near:
        density = (1.0 - habits.unsure) * density + habits.unsure / _TURNS
        reach = 180.0
    return Angular(density, min(180.0, reach + 1.0), _least(density, np.full(_TURNS, 1.0 / _TURNS)))


def by_way(metres: float, unit_m: float, straight_m: float, habits: Habits = BELIEVED) -> NDArray[np.float64]:
    """Give the chance that a place so far from the station is written so, by each way of measuring, shape (1 + d,).

    The first measures in a straight line; the others along a road that is as much longer as each of ``habits.detours``.

    Parameters
    ----------
    metres, unit_m : float
        As written.
    straight_m : float
        The true distance in a straight line.
    habits : Habits
    """
    intervals = _intervals(metres, unit_m, None, None, habits)
    curves = _curves_of(intervals, habits)
    shares = np.array([share for _, _, share in intervals])
    at = round(straight_m / float(curves.metres[1]))
    if at >= _RADII - 1:
        return np.zeros(1 + len(habits.detours))
    return np.array([shares @ curves.straight[:, at], *(curves.roads[:, :, at] @ shares)])


def _least(density: NDArray[np.float64], sizes: NDArray[np.float64]) -> float:
    """Give the least size of a set that holds 95 % of a density."""
    order = np.argsort(-density)
    running = np.cumsum((density * sizes)[order])
    return float(sizes[order][: int(np.searchsorted(running, 0.95 * running[-1])) + 1].sum())


@dataclass(frozen=True, eq=False)
class _Curves:
    """How likely each interval of what was measured is at each distance: straight (i, r), by each road (d, i, r)."""

    metres: NDArray[np.float64]
    straight: NDArray[np.float64]
    roads: NDArray[np.float64]


def _curves_of(intervals: list[tuple[float, float, float]], habits: Habits) -> _Curves:
    lengths = tuple((low, high) for low, high, _ in habits.detours)
    return _curves(tuple((low, high) for low, high, _ in intervals), habits.guess, lengths)


@lru_cache(maxsize=4_096)
def _curves(
    intervals: tuple[tuple[float, float], ...], guess: float, detours: tuple[tuple[float, float], ...]
) -> _Curves:
    """Give what does not depend on the shares: every station has its own, and this is nearly all of the work."""
    top = max(high for _, high in intervals) * (1.0 + 4.0 * guess)
    distances = np.linspace(0.0, top, _RADII)
    # What is measured is the straight line times a detour; each detour stands for its share of the writers.
    steps = (np.arange(_DETOURS) + 0.5) / _DETOURS
    factors = np.concatenate([[1.0], *(low + (high - low) * steps for low, high in detours)])
    found = _inside(intervals, distances * factors[:, None], guess, 0.5 * top / _RADII)
    roads = found[1:].reshape(len(detours), _DETOURS, *found.shape[1:]).mean(axis=1)
    return _Curves(distances, found[0], roads)


def _inside(
    intervals: tuple[tuple[float, float], ...], measured: NDArray[np.float64], guess: float, least_m: float
) -> NDArray[np.float64]:
    """Give the chance that what was measured, shape (n, r), came to each interval; shape (n, i, r)."""
    spread = np.maximum(guess * measured, least_m)
    edges = sorted({edge for interval in intervals for edge in interval if edge > 0.0})
    # One after the other: all in one array would be many times as large as what the processor has at hand.
    below = {edge: _below((edge - measured) / spread) for edge in edges}
    found = np.empty((len(measured), len(intervals), measured.shape[1]))
    for row, (low, high) in enumerate(intervals):
        np.subtract(below[high], below[low] if low > 0.0 else 0.0, out=found[:, row])
    return found


def _intervals(
    metres: float, unit_m: float, low_m: float | None, high_m: float | None, habits: Habits
) -> list[tuple[float, float, float]]:
    """Give (low, high, share) in metres of the measured distances that may have been written so."""
    if low_m is not None and high_m is not None:
        half = min(0.5 * (high_m - low_m), 0.25 * unit_m) if low_m > 0 else 0.0
        return [(max(0.0, low_m - half), high_m + half, 1.0)]
    value = metres / unit_m
    if metres < 1e-6:
        scale = unit_m if unit_m >= _LARGE_UNIT_M else _KILOMETRE
        return [(0.0, 0.5 * step * scale, share) for step, share in habits.zero[:-1]]
    steps, scale = _steps(value, unit_m, habits)
    fitting = [(step * scale, share) for step, share in steps if _is_multiple(value, step * scale)]
    if not fitting:
        # More digits than anybody rounds to: an instrument's number.
        fitting = [(_last_digit(value), 1.0)]
    return [(max(0.0, (value - 0.5 * step) * unit_m), (value + 0.5 * step) * unit_m, share) for step, share in fitting]


def _written_as_nothing(distances: NDArray[np.float64], unit_m: float, habits: Habits) -> NDArray[np.float64]:
    """Give the share of writers to whom a distance is next to none, so that they do not write a number."""
    found = np.zeros(len(distances))
    for step, share in habits.zero:
        # The mean detour will do: the edge is soft anyway.
        found += share * (distances <= 0.5 * step * unit_m / (1.0 + 0.3 * habits.road))
    return np.minimum(found, 0.98)


def _steps(value: float, unit_m: float, habits: Habits) -> tuple[Steps, float]:
    if unit_m < 100.0:
        return habits.metres, 100.0
    if unit_m < _LARGE_UNIT_M:
        return habits.furlongs, 1.0
    if value <= 5.0:
        return habits.near, 1.0
    return (habits.middle if value <= 10.0 else habits.far if value <= 20.0 else habits.farthest), 1.0


def _is_multiple(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6


def _last_digit(value: float) -> float:
    return next((10.0**-places for places in range(4) if _is_multiple(value, 10.0**-places)), 0.001)


def _sectors(direction: float, habits: Habits) -> list[tuple[float, float]]:
    """Give (half width in degrees, share) of the sectors that may have been called by a direction."""
    off = direction % 360.0
    if _is_multiple(off, 90.0):
        return [(45.0, habits.four), (22.5, 1.0 - habits.four - habits.sixteen), (11.25, habits.sixteen)]
    if _is_multiple(off, 45.0):
        return [(22.5, 1.0 - habits.sixteen), (11.25, habits.sixteen)]
    return [(11.25, 1.0)] if _is_multiple(off, 22.5) else [(5.0, 0.5), (11.25, 0.5)]


def _below(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of a normal distribution below each number of deviations, an array that is written over."""
    # The logistic curve that is nearest to the normal distribution: a hundredth off, and much quicker.
    deviations *= -1.702
    np.minimum(np.maximum(deviations, -60.0, out=deviations), 60.0, out=deviations)
    np.exp(deviations, out=deviations)
    deviations += 1.0
    return np.divide(1.0, deviations, out=deviations)
