"""Whether the newest count of many places exceeds what each usually has, with the false alarms of chance stated.

Each unit (a station, a cell) has a count a day.  Its usual rate is a gamma-Poisson estimate that leans on all units
where its own days are few (empirical Bayes: Clayton and Kaldor 1987, Biometrics 43, 671-681), times the share that
the day of the week has over all units.  The predictive distribution is negative binomial: it widens with what is not
known of the rate and with the units' pooled overdispersion.  An alarm is a count whose upper tail probability is at
most alpha, and alpha is set so that chance alone gives a stated number of alarms a week over all units (a Bonferroni
bound: at most, not about).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

#: Days of history below which nothing is said.
LEAST_DAYS = 28
#: Looks a week: the day is three shifts long and slides by one, so that looks overlap and the bound is cautious.
LOOKS_A_WEEK = 21
_DAYS = 7


class Exceedance(NamedTuple):
    """What each unit has and usually has; arrays of shape (units,), in records a day.

    `low` and `high` bound the middle nine tenths of the predictive distribution; `p` is the chance of at least
    `observed`.
    """

    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    p: NDArray[np.float64]
    alpha: float

    def alarms(self) -> NDArray[np.bool_]:
        """Give which units exceed."""
        found: NDArray[np.bool_] = self.p <= self.alpha
        return found


def alpha_of(units: int, false_alarms_a_week: float) -> float:
    """Give the tail probability at which chance gives at most so many alarms a week over so many units."""
    return false_alarms_a_week / (LOOKS_A_WEEK * max(units, 1))


def exceed(history: NDArray[np.float64], observed: NDArray[np.float64], false_alarms_a_week: float = 1.0) -> Exceedance:
    """Test the newest day of each unit against its own past.

    Parameters
    ----------
    history : array of shape (units, days)
        Records a day, the oldest first; the newest day is the one just before the observed one.  Masses may be
        fractions.
    observed : array of shape (units,)
        Records of the day in question.
    false_alarms_a_week : float
        How many alarms a week chance alone may give, over all units.

    Raises
    ------
    ValueError
        With fewer than `LEAST_DAYS` days, or shapes that do not match.
    """
    units, days = history.shape
    if days < LEAST_DAYS or observed.shape != (units,):
        raise ValueError(f"needs a history of at least {LEAST_DAYS} days for each of {units} units")
    share = _weekday_shares(history)
    exposure = share[np.arange(days) % _DAYS].sum()  # days of average kind
    sums = history.sum(axis=1)
    shape, rate = _prior(sums, exposure)
    own_shape, own_rate = shape + sums, rate + exposure
    mean = own_shape / own_rate * share[days % _DAYS]
    linear, square = _overdispersion(history, share)
    # What days scatter beyond Poisson, by the more cautious of two laws, and the rate's own uncertainty on top.
    variance = np.maximum(mean * linear, mean + square * mean**2) + mean**2 / own_shape
    size = mean**2 / np.maximum(variance - mean, 1e-9)
    chance = size / (size + mean)
    # A fraction of a record is no whole one: the count is taken down, which never makes an alarm of half a record.
    p = stats.nbinom.sf(np.floor(observed + 1e-6) - 1, size, chance)
    low, high = stats.nbinom.ppf(0.05, size, chance), stats.nbinom.ppf(0.95, size, chance)
    return Exceedance(mean, low, high, p, alpha_of(units, false_alarms_a_week))


def alarms_a_week(days: NDArray[np.float64], last: int, false_alarms_a_week: float = 1.0) -> float:
    """Give how often the rule would have rung: its alarms a week over the last days, each against the days before it.

    Parameters
    ----------
    days : array of shape (units, days)
        Records a day, the oldest first.
    last : int
        How many of the newest days to replay, each counted as three looks' worth of one.
    """
    rung = 0
    tried = 0
    for day in range(days.shape[1] - last, days.shape[1]):
        if day < LEAST_DAYS:
            continue
        rung += int(exceed(days[:, :day], days[:, day], false_alarms_a_week).alarms().sum())
        tried += 1
    return rung * _DAYS / tried if tried else 0.0


def _weekday_shares(history: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the weight of each day of the week over all units, on average one; by position modulo seven."""
    daily = history.sum(axis=0)
    sums = np.array([daily[day::_DAYS].mean() for day in range(_DAYS)])
    if sums.sum() <= 0:
        return np.ones(_DAYS)
    # Half a record a day of pull towards one: seven days of three records say nothing of Fridays.
    share: NDArray[np.float64] = (sums + 0.5) / (sums + 0.5).mean()
    return share


def _prior(sums: NDArray[np.float64], exposure: float) -> tuple[float, float]:
    """Give shape and rate of the gamma over units by moments; weak where units are alike or few."""
    rates = sums / exposure
    mean = max(float(rates.mean()), 1e-6)
    between = max(float(rates.var()) - mean / exposure, 1e-9)
    rate = float(np.clip(mean / between, 1e-3, exposure))  # never more weight than the unit's own days
    return mean * rate, rate


def _overdispersion(history: NDArray[np.float64], share: NDArray[np.float64]) -> tuple[float, float]:
    """Give how days scatter beyond Poisson, pooled: variance = linear * mean, and variance = mean + square * mean^2.

    Both by moments (Pearson's), over the units and days that have anything to tell; 1 and 0 where they tell nothing.
    """
    units, days = history.shape
    expected = history.mean(axis=1, keepdims=True) * share[np.arange(days) % _DAYS]
    told = expected > 0.05
    if told.sum() < days:
        return 1.0, 0.0
    lost = days / (days - 1)  # each unit's mean was taken from its own days
    squares, means = ((history - expected) ** 2)[told] * lost, expected[told]
    linear = float((squares / means).mean())
    square = float((squares - means).sum() / (means**2).sum())
    return max(1.0, linear), max(0.0, square)
