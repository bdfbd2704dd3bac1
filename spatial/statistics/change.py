"""Usual and change: what a window of some weeks usually holds, and how far this one is from it, with intervals.

Counts of crime scatter more than a Poisson count. The scatter is measured as a dispersion ``phi = variance / mean``
of the weekly sums of the year before (McCullagh & Nelder 1989, Generalized Linear Models, chapter 6: Pearson's
statistic over its degrees of freedom), pooled over the rows of a table, since one beat's weeks alone say little.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

#: Every interval of Naqsha holds nine tenths.
TAIL: Final = 0.05
#: A dispersion beyond this is a step in recording rather than scatter, and would hide every change.
MOST_DISPERSION: Final = 8.0


class Usual(NamedTuple):
    """What a window usually holds, in records, each of shape (n,)."""

    mean: Floats
    low: Floats
    high: Floats


class Change(NamedTuple):
    """The window against the usual, as a ratio less one (0.2 is a fifth more), each of shape (n,); NaN: no answer."""

    ratio: Floats
    low: Floats
    high: Floats


def dispersion(weekly: Floats) -> float:
    """Give the pooled dispersion of weekly sums, at least 1.

    Parameters
    ----------
    weekly : ndarray of float64, shape (n, w)
        Records of each row and week.
    """
    if weekly.shape[1] < 8:
        return 1.0
    means = weekly.mean(axis=1)
    # A row with less than a record in a quarter of its weeks adds chance and no measure.
    told = means >= 0.25
    if not told.any():
        return 1.0
    spread = weekly[told].var(axis=1, ddof=1)
    found = float(spread.sum() / means[told].sum())
    return min(max(found, 1.0), MOST_DISPERSION)


def usual(weekly: Floats, weeks: float, phi: float) -> Usual:
    """Give what a window of ``weeks`` weeks usually holds: mean of the weeks times their number, and nine tenths of it.

    The interval is that of a negative binomial with variance ``phi`` times its mean (a Poisson where ``phi`` is 1).

    Parameters
    ----------
    weekly : ndarray of float64, shape (n, w)
    weeks : float
        Length of the window in weeks, above 0.
    phi : float
        At least 1.
    """
    mean = weekly.mean(axis=1) * weeks if weekly.shape[1] else np.zeros(len(weekly))
    safe = np.maximum(mean, 1e-9)
    if phi <= 1.001:
        low, high = stats.poisson.ppf(TAIL, safe), stats.poisson.ppf(1 - TAIL, safe)
    else:
        size = safe / (phi - 1)
        low, high = (stats.nbinom.ppf(share, size, 1 / phi) for share in (TAIL, 1 - TAIL))
    return Usual(mean, np.where(mean > 0, low, 0.0), np.where(mean > 0, high, 0.0))


def change(now: Floats, weekly: Floats, weeks: float, phi: float) -> Change:
    """Give how far a window is from the usual, with a 90 % interval.

    Given their sum, the window's count is binomial with ``p = weeks * r / (weeks * r + w)`` where ``r`` is the ratio of
    the two rates (Przyborowski & Wilenski 1940, Biometrika 31). The interval of ``p`` is Jeffreys' (Brown, Cai &
    DasGupta 2001, Statistical Science 16), of counts divided by the dispersion.

    Parameters
    ----------
    now : ndarray of float64, shape (n,)
        Records of the window.
    weekly : ndarray of float64, shape (n, w)
        Records of each week before it.
    weeks, phi : float
        As in `usual`.

    Returns
    -------
    Change
        NaN in all three where neither the window nor the weeks before hold anything.
    """
    count = weekly.shape[1]
    before = weekly.sum(axis=1) if count else np.zeros(len(now))
    if not count:
        nothing = np.full(len(now), np.nan)
        return Change(nothing, nothing.copy(), nothing.copy())
    exposure = count / weeks
    a, b = now / phi + 0.5, before / phi + 0.5
    low, high = (stats.beta.ppf(share, a, b) for share in (TAIL, 1 - TAIL))
    low = np.where(now > 0, low, 0.0)
    high = np.where(before > 0, high, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(before > 0, now / before * exposure, np.inf) - 1
        parts = [share / (1 - share) * exposure - 1 for share in (low, high)]
    empty = (now <= 0) & (before <= 0)
    return Change(*(np.where(empty, np.nan, part) for part in (ratio, *parts)))


def sum_interval(rates: Floats, dispersions: Floats, shares: Floats) -> tuple[float, float, float]:
    """Give mean and 90 % interval of a sum of parts of forecast cells, taken as independent.

    A part ``w`` of a cell with rate ``m`` and variance ``m + d m^2`` has rate ``w m`` and variance
    ``w m + d (w m)^2`` (thinning of a gamma-Poisson count). The sum is read as the negative binomial with the same mean
    and variance.

    Parameters
    ----------
    rates, dispersions, shares : ndarray of float64, shape (c,)
        Expected records of each cell, its dispersion, and the part of the cell that counts (0 to 1).
    """
    parts = rates * shares
    mean = parts.sum(keepdims=True)
    low, high = interval(mean, mean + (dispersions * parts**2).sum())
    return float(mean[0]), float(low[0]), float(high[0])


def interval(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Give the 90 % intervals of counts with means and variances, shape (n,): negative binomial, or Poisson."""
    safe = np.maximum(mean, 1e-9)
    phi = np.maximum(variance / safe, 1 + 1e-4)
    bounds = [stats.nbinom.ppf(share, safe / (phi - 1), 1 / phi) for share in (TAIL, 1 - TAIL)]
    low, high = (np.where(mean > 0, bound, 0.0) for bound in bounds)
    return low, high
