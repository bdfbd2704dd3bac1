"""Who is watched more than what they report would warrant, and for whom the forecast errs more: by area alone.

Groups are properties of places (deprivation fifth, rural or urban, katchi abadi, settlement), never of persons, and
serve to measure harm, never to forecast (trust.md F8, F9).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.comparison import RESAMPLES
from forecasting.errors import BadEvents
from forecasting.model import Floats, Integers

#: Exposure ratios inside this band are even enough; error rates may differ by so much.
LEAST_RATIO, MOST_RATIO, MOST_GAP = 0.8, 1.25, 0.05


class Interval(NamedTuple):
    """A figure and its 90 % interval; nan where there is nothing to divide by."""

    value: float
    low: float
    high: float

    def within(self, low: float, high: float) -> bool:
        """Whether the whole interval lies in a band."""
        return bool(low <= self.low and self.high <= high)


@dataclass(frozen=True, slots=True)
class GroupExposure:
    """How much one group's places are listed beside what their victims report.

    Attributes
    ----------
    group : int
        Its number.
    listed_per_1000, reported_per_1000 : float
        Listed cell-weeks, and records reported by victims, per 1,000 residents over all weeks.
    ratio : Interval
        Listings per report of the group over listings per report of the whole area: 1 is even.
    """

    group: int
    listed_per_1000: float
    reported_per_1000: float
    ratio: Interval

    @property
    def is_even(self) -> bool:
        """Whether the ratio lies within 0.8 to 1.25, with its interval."""
        return self.ratio.within(LEAST_RATIO, MOST_RATIO)


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """Errors of the list in one group's places.

    Attributes
    ----------
    misses : Interval
        Share of its records that fell outside listed cells.
    false_alarms : Interval
        Share of its listed cell-weeks in which nothing was recorded.
    miss_gap, false_alarm_gap : Interval
        The group's less those of all other places.
    """

    group: int
    misses: Interval
    false_alarms: Interval
    miss_gap: Interval
    false_alarm_gap: Interval

    @property
    def is_equal(self) -> bool:
        """Whether both gaps are at most 5 points either way, interval included."""
        return self.miss_gap.within(-MOST_GAP, MOST_GAP) and self.false_alarm_gap.within(-MOST_GAP, MOST_GAP)


def exposure(
    listed: Floats, reported: Floats, group: Integers, residents: Floats, *, seed: int = 0
) -> list[GroupExposure]:
    """Exposure of each group of places, with intervals.

    ``ratio_g = (listed_g / reported_g) / (listed / reported)``; residents cancel out of it and are needed for the
    two rates that make it readable. Intervals are bootstraps over whole weeks, paired between groups.

    Parameters
    ----------
    listed : ndarray of float64, shape (c, w)
        Share of each cell on each week's list, 0 to 1.
    reported : ndarray of float64, shape (c, w)
        Records reported by victims in those weeks (never those that patrols discovered).
    group : ndarray of int64, shape (c,)
        Group of each cell, from 0; below zero for none.
    residents : ndarray of float64, shape (c,)
    """
    _check(listed, reported, group)
    if residents.shape != group.shape:
        raise BadEvents("residents and groups must have one length")
    lists, reports = _by_group(listed, group), _by_group(reported, group)
    people = _by_group(residents[:, None], group)[:, 0]
    draws = _draws(listed.shape[1], seed)
    ratio = _ratio(_ratio(lists @ draws, reports @ draws), _ratio(listed.sum(0) @ draws, reported.sum(0) @ draws))
    return [
        GroupExposure(
            group=index,
            listed_per_1000=_per_1000(lists[index].sum(), people[index]),
            reported_per_1000=_per_1000(reports[index].sum(), people[index]),
            ratio=_interval(ratio[index]),
        )
        for index in range(len(lists))
    ]


def errors(listed: Floats, recorded: Floats, group: Integers, *, seed: int = 0) -> list[GroupErrors]:
    """Misses and false alarms of each group of places, and their gaps to all other places.

    Parameters
    ----------
    listed, recorded : ndarray of float64, shape (c, w)
        Share of each cell on each week's list, and what was recorded there.
    group : ndarray of int64, shape (c,)
        Group of each cell, from 0; below zero for none.
    """
    _check(listed, recorded, group)
    parts = {
        "records": recorded,
        "missed": recorded * (1 - listed),
        "listings": listed,
        "empty": listed * (recorded == 0),
    }
    draws = _draws(listed.shape[1], seed)
    of = {name: _by_group(values, group) @ draws for name, values in parts.items()}
    total = {name: values.sum(axis=0) @ draws for name, values in parts.items()}
    found = []
    for index in range(len(of["records"])):
        own = {name: values[index] for name, values in of.items()}
        rest = {name: total[name] - own[name] for name in own}
        misses, alarms = (_ratio(own[a], own[b]) for a, b in (("missed", "records"), ("empty", "listings")))
        other_misses, other_alarms = (
            _ratio(rest[a], rest[b]) for a, b in (("missed", "records"), ("empty", "listings"))
        )
        found.append(
            GroupErrors(
                group=index,
                misses=_interval(misses),
                false_alarms=_interval(alarms),
                miss_gap=_interval(misses - other_misses),
                false_alarm_gap=_interval(alarms - other_alarms),
            )
        )
    return found


def _by_group(values: Floats, group: Integers) -> Floats:
    """Sums over the cells of each group, shape (g, w)."""
    total = np.zeros((int(group.max(initial=-1)) + 1, values.shape[1]))
    inside = group >= 0
    np.add.at(total, group[inside], values[inside])
    return total


def _draws(weeks: int, seed: int) -> Floats:
    """How often each week counts: once in the first column, by lot in the others, shape (w, 1 + resamples)."""
    lots = np.random.default_rng(seed).multinomial(weeks, np.full(weeks, 1 / weeks), size=RESAMPLES)
    return np.concatenate([np.ones((weeks, 1)), lots.T], axis=1)


def _interval(values: Floats) -> Interval:
    """The figure itself, first, and the 90 % interval of its resamples."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or not drawn.size:
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.quantile(drawn, [0.05, 0.95])
    return Interval(float(values[0]), float(low), float(high))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 0)


def _per_1000(number: float, people: float) -> float:
    return 1000 * float(number) / float(people) if people > 0 else float("nan")


def _check(listed: Floats, records: Floats, group: Integers) -> None:
    if listed.ndim != 2 or listed.shape != records.shape or listed.shape[0] != group.shape[0] or not listed.shape[1]:
        raise BadEvents("lists and records must be of the same cells and weeks, at least one week")
