"""How good a forecast was. Ties are averaged: a cut through cells of equal rate takes its share of each.

Breaking ties by position would favour one corner of the map, and cells without history are all ties.
All arrays have shape (c,): rates in records per week, observed mass in records (fractional mass as it is).
A share that has nothing to divide by is nan, never a made-up number.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from forecasting.distributions import (
    between_whole_counts,
    chance_of_none,
    distribution,
    log_mass,
    next_mass,
)
from forecasting.errors import BadBudget
from forecasting.model import Floats

#: Shares of the area at which rankings are scored.
BUDGETS = (0.01, 0.02, 0.05, 0.10)


def budget_shares(rate: Floats, budget: float) -> Floats:
    """Share of each cell that the budget takes, 0..1, shape (c,): 1 above the cut, 0 below, ties evenly.

    The budget is ``budget * c`` cells, a part of a cell included.

    Raises
    ------
    BadBudget
        If the budget is not above 0 and at most 1.
    """
    if not 0 < budget <= 1:
        raise BadBudget(f"a budget of {budget} is not a share of the area", budget=budget)
    if not rate.size:
        return np.zeros(0)
    cells = budget * rate.size
    cut = np.sort(rate)[::-1][min(int(np.ceil(cells - 1e-9)), rate.size) - 1]
    above, tied = rate > cut, rate == cut
    return above + tied * (cells - np.count_nonzero(above)) / np.count_nonzero(tied)


def captured(rate: Floats, observed: Floats, budget: float) -> float:
    """Expected records inside the budget's best-ranked cells."""
    return float(budget_shares(rate, budget) @ observed)


def hit_rate(rate: Floats, observed: Floats, budget: float, outside: float = 0.0) -> float:
    """Share of all records that lie in the budget's cells; ``outside`` ones lie beyond the area, missed."""
    return _ratio(captured(rate, observed, budget), float(observed.sum()) + outside)


def pai(rate: Floats, observed: Floats, budget: float, outside: float = 0.0) -> float:
    """Predictive accuracy index: hit rate over share of area (Chainey, Tompson and Uhlig 2008)."""
    return hit_rate(rate, observed, budget, outside) / budget


def pei(rate: Floats, observed: Floats, budget: float) -> float:
    """Predictive efficiency index: hits over those of the best ranking of that week (Hunt 2016)."""
    return _ratio(captured(rate, observed, budget), captured(observed, observed, budget))


def poisson_deviance(rate: Floats, observed: Floats) -> Floats:
    """Poisson deviance of each cell, ``2 (y log(y / m) - y + m)``; infinite where the impossible happened."""
    quotient = np.divide(observed, rate, out=np.full_like(rate, np.inf), where=rate > 0)
    return 2 * (xlogy(observed, np.where(observed > 0, quotient, 1)) - observed + rate)


def log_score(rate: Floats, dispersion: Floats, observed: Floats) -> Floats:
    """Minus log probability of what was observed, each cell: the lower, the better; a proper score."""
    return between_whole_counts(lambda count: -log_mass(count, rate, dispersion), observed)


def crps(rate: Floats, dispersion: Floats, observed: Floats) -> Floats:
    """Continuous ranked probability score of each cell, ``sum_k (F(k) - [y <= k]) ** 2``: lower is better."""
    if not rate.size:
        return np.zeros(0)
    least = np.floor(observed)
    part = observed - least
    total = np.zeros(rate.shape)
    there = np.arange(rate.size)
    count, mass = 0.0, chance_of_none(rate, dispersion)
    below = mass.copy()
    while there.size:
        # The indicator of a fractional mass is that of its lower neighbour with chance 1 - part.
        reached, reached_next, chance = least[there] <= count, least[there] + 1 <= count, part[there]
        total[there] += (1 - chance) * (below - reached) ** 2 + chance * (below - reached_next) ** 2
        mass = next_mass(mass, count, rate[there], dispersion[there])
        below = below + mass
        count += 1
        # The tail beyond is at most its first term times a few: it is dropped once that cannot be seen.
        more = (mass > 1e-7) | ~reached_next | (count <= rate[there])
        there, mass, below = there[more], mass[more], below[more]
    return total


def coverage(rate: Floats, dispersion: Floats, observed: Floats, level: float = 0.9) -> Floats:
    """Chance of each cell to lie in the central interval, randomised for small counts.

    A count is a step of the distribution, so the plain interval of a rare event covers nearly always. The
    randomised probability integral transform (Czado, Gneiting and Held 2009, Biometrics 65) is uniform
    between ``F(y - 1)`` and ``F(y)`` if the forecast is right; this is the chance that it falls within the
    level, worked out instead of drawn, so that it needs no seed. Its mean is the level.
    """
    low, high = (1 - level) / 2, (1 + level) / 2

    def chance(count: Floats) -> Floats:
        bottom = distribution(count - 1, rate, dispersion)
        top = distribution(count, rate, dispersion)
        inside = np.maximum(np.minimum(top, high) - np.maximum(bottom, low), 0)
        width = top - bottom
        # A step too small for floating point lies in a tail, outside the interval.
        return np.divide(inside, width, out=np.zeros_like(width), where=width > 0)

    return between_whole_counts(chance, observed)


def plain_coverage(low: Floats, high: Floats, observed: Floats) -> Floats:
    """Whether each observation lies in the interval as it is shown, 0 or 1."""
    return ((low <= observed) & (observed <= high)).astype(float)


class CalibrationRow(NamedTuple):
    """One band of rates: how much was expected there and how much came."""

    rate_from: float
    rate_to: float
    cell_weeks: int
    expected: float
    observed: float


def calibration_table(rate: Floats, observed: Floats, bands: int = 10) -> list[CalibrationRow]:
    """Expected and observed records in bands of rising rate with about equal expectation.

    Equal rates are never parted, so there may be fewer bands than asked for.
    """
    if not rate.size:
        return []
    values, inverse = np.unique(rate, return_inverse=True)
    cell_weeks = np.bincount(inverse, minlength=values.size)
    expected = values * cell_weeks
    came = np.bincount(inverse, weights=observed, minlength=values.size)
    total = expected.sum()
    middle = np.cumsum(expected) - expected / 2
    band = np.minimum((middle / total * bands).astype(int), bands - 1) if total > 0 else np.zeros(values.size, int)
    return [
        CalibrationRow(
            float(values[band == which].min()),
            float(values[band == which].max()),
            int(cell_weeks[band == which].sum()),
            float(expected[band == which].sum()),
            float(came[band == which].sum()),
        )
        for which in np.unique(band)
    ]


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
