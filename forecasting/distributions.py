"""Poisson and negative binomial predictive distributions, by mean and dispersion.

The negative binomial is the gamma-Poisson mixture: ``variance = rate + dispersion * rate ** 2``.
Mass is fractional. A fraction is read as a chance: a mass of 0.3 stands for one record here with
probability 0.3, so scores at a fractional mass lie linearly between those of its two neighbours.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betainc, gammaincc, gammaln, xlogy

from forecasting.model import Floats

#: Dispersions below this cannot be told from Poisson in weekly counts; the family is then Poisson.
LEAST_DISPERSION = 1e-3
_MOST_DISPERSION = 20.0
#: Powers of the rate tried in ``Spread``, none first.
_POWERS = (0.0, -0.5, -0.25, 0.25, 0.5, 0.75, 1.0)


def log_mass(count: Floats, rate: Floats, dispersion: Floats) -> Floats:
    """Log probability of whole counts, shape as broadcast. Counts may be any non-negative number."""
    count, rate, dispersion = np.broadcast_arrays(count, rate, dispersion)
    poisson = xlogy(count, rate) - rate - gammaln(count + 1)
    if not np.any(dispersion >= LEAST_DISPERSION):
        return poisson
    alpha = np.maximum(dispersion, LEAST_DISPERSION)
    shape = 1 / alpha
    negative_binomial = (
        gammaln(count + shape)
        - gammaln(shape)
        - gammaln(count + 1)
        + xlogy(count, alpha * rate)
        - (count + shape) * np.log1p(alpha * rate)
    )
    return np.where(dispersion >= LEAST_DISPERSION, negative_binomial, poisson)


def distribution(count: Floats, rate: Floats, dispersion: Floats) -> Floats:
    """Probability of at most ``count`` records (whole counts; 0 below zero)."""
    count, rate, dispersion = np.broadcast_arrays(np.asarray(count, dtype=float), rate, dispersion)
    result = np.where(count < 0, 0.0, chance_of_none(rate, dispersion))
    # Nearly every cell and week has no record; the special functions are for the others only.
    some = count > 0
    if np.any(some):
        count, rate, dispersion = count[some], rate[some], dispersion[some]
        shape = 1 / np.maximum(dispersion, LEAST_DISPERSION)
        result[some] = np.where(
            dispersion >= LEAST_DISPERSION,
            betainc(shape, count + 1, shape / (shape + rate)),
            gammaincc(count + 1, rate),
        )
    return result


def chance_of_none(rate: Floats, dispersion: Floats) -> Floats:
    """Probability of no record."""
    alpha = np.maximum(dispersion, LEAST_DISPERSION)
    return np.exp(np.where(dispersion >= LEAST_DISPERSION, -np.log1p(alpha * rate) / alpha, -rate))


def next_mass(mass: Floats, count: float, rate: Floats, dispersion: Floats) -> Floats:
    """Probability of ``count + 1`` records from that of ``count``."""
    # Poisson is the limit of no dispersion, so one recursion serves both (Panjer 1981, ASTIN Bulletin 12).
    alpha = np.where(dispersion >= LEAST_DISPERSION, dispersion, 0.0)
    return mass * rate * (1 + alpha * count) / ((1 + alpha * rate) * (count + 1))


def quantile(probability: float, rate: Floats, dispersion: Floats) -> Floats:
    """Least whole count whose distribution reaches ``probability``, shape of ``rate``.

    Bisection on the distribution itself, so that it agrees with ``distribution`` to the last bit.
    """
    rate = np.asarray(rate, dtype=float)
    dispersion = np.broadcast_to(np.asarray(dispersion, dtype=float), rate.shape)
    low = np.full(rate.shape, -1.0)
    high = np.ones(rate.shape)
    short = distribution(high, rate, dispersion) < probability
    while np.any(short):
        low[short] = high[short]
        high[short] *= 2
        short[short] = distribution(high[short], rate[short], dispersion[short]) < probability
    while np.any(wide := high - low > 1):
        middle = np.floor((low[wide] + high[wide]) / 2)
        reached = distribution(middle, rate[wide], dispersion[wide]) >= probability
        high[wide] = np.where(reached, middle, high[wide])
        low[wide] = np.where(reached, low[wide], middle)
    return high


def between_whole_counts(score: Callable[[Floats], Floats], mass: Floats) -> Floats:
    """A score of whole counts at fractional mass: linear between its two neighbours.

    ``score`` takes an array of whole counts of the shape of ``mass``.
    """
    below = np.floor(mass)
    part = mass - below
    lower = score(below)
    if not np.any(part):
        return lower
    return (1 - part) * lower + part * score(below + 1)


class Spread(NamedTuple):
    """Dispersion as a function of the rate: ``alpha * rate ** -power``.

    ``power`` 0 is the usual negative binomial, 1 the one whose variance is a multiple of the rate: form P of
    Greene (2008), "Functional forms for the negative binomial model for count data", Economics Letters 99.
    """

    alpha: float
    power: float = 0.0

    def at(self, rate: Floats) -> Floats:
        """Dispersion at each rate, shape of ``rate``; all zero, hence Poisson, where ``alpha`` is zero."""
        if self.alpha < LEAST_DISPERSION:
            return np.zeros_like(rate)
        grown = self.alpha * np.maximum(rate, np.finfo(float).tiny) ** -self.power
        return np.clip(grown, LEAST_DISPERSION, _MOST_DISPERSION)


def fit_spread(mass: Floats, rate: Floats, weight: Floats | None = None) -> Spread:
    """Maximum-likelihood spread of masses about their forecast rates; Poisson or plain where that does as well.

    One dispersion for all rates fits the many quiet cells and misses the few busy ones: a smooth map is wrong about
    its peaks in another measure than about its plains. Each further parameter is kept only if it raises the
    log likelihood by more than 1 (Akaike). ``weight`` says how many each stands for, where they were drawn from more.
    """
    return _fit(mass, rate, _POWERS, weight)


def fit_dispersion(mass: Floats, rate: Floats) -> float:
    """Maximum-likelihood dispersion of masses about their forecast rates, one for all rates; 0 if Poisson.

    Over-dispersion must earn its parameter: see ``fit_spread``.
    """
    return _fit(mass, rate, (0.0,)).alpha


def _fit(mass: Floats, rate: Floats, powers: tuple[float, ...], each: Floats | None = None) -> Spread:
    mass, rate = np.ravel(mass), np.ravel(rate)
    each = np.ones_like(rate) if each is None else np.ravel(each)
    mass, rate, each = mass[rate > 0], rate[rate > 0], each[rate > 0]
    if mass.size == 0 or not np.any(mass > 0):
        return Spread(0.0)
    count, level, weight = _gathered(mass, rate, each)
    poisson = float(weight @ log_mass(count, level, np.zeros(1)))
    bounds = (np.log(LEAST_DISPERSION), np.log(_MOST_DISPERSION))
    best, found = poisson + 1, Spread(0.0)
    for power in powers:

        def loss(log_alpha: float, power: float = power) -> float:
            return -float(weight @ log_mass(count, level, Spread(float(np.exp(log_alpha)), power).at(level)))

        at = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3})
        if -at.fun > best:
            # The first power tried is 0: another has to beat it by a parameter's worth.
            best, found = -at.fun + (1.0 if power == 0 else 0.0), Spread(float(np.exp(at.x)), power)
    return found


def _gathered(mass: Floats, rate: Floats, each: Floats) -> tuple[Floats, Floats, Floats]:
    """Whole counts, rates and weights that have the likelihood of masses, a fraction counting as a chance.

    Nearly all cells and weeks hold no record or one: they are gathered by rate in steps of 1 %, at the mean rate
    of each step, which changes the likelihood by less than can be seen and spares nearly all of its logarithms.
    """
    below = np.floor(mass)
    part = mass - below
    counts = np.concatenate([below, below[part > 0] + 1])
    rates = np.concatenate([rate, rate[part > 0]])
    weights = np.concatenate([each * (1 - part), (each * part)[part > 0]])
    small = counts <= 1
    step = np.floor(np.log(rates[small]) / 0.01).astype(np.int64)
    key = 2 * (step - step.min(initial=0)) + counts[small].astype(np.int64)
    total = np.bincount(key, weights=weights[small])
    mean = np.bincount(key, weights=weights[small] * rates[small])
    there = np.flatnonzero(total)
    return (
        np.concatenate([there % 2, counts[~small]]).astype(float),
        np.concatenate([mean[there] / total[there], rates[~small]]),
        np.concatenate([total[there], weights[~small]]),
    )
