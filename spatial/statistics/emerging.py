"""Where the last weeks hold more than the weeks before give by chance: emerging hotspots, false discoveries held."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


class Rising(NamedTuple):
    """The test of each cell: one-sided p, Benjamini-Hochberg's q, and whether it is above usual; each of shape (n,)."""

    p: Floats
    q: Floats
    found: NDArray[np.bool_]


def rising(now: Floats, before: Floats, *, weeks_now: int, weeks_before: int, phi: float, alpha: float = 0.1) -> Rising:
    """Test whether each cell's rate rose.

    Given their sum, the window's count is binomial with ``p0 = weeks_now / (weeks_now + weeks_before)`` if the rate
    stayed (Przyborowski & Wilenski 1940, Biometrika 31); its upper tail is the regularised incomplete beta function,
    which also takes fractions of records. Counts are divided by the dispersion. Of the cells called rising at most a
    share ``alpha`` is expected to be chance (Benjamini & Hochberg 1995, JRSS B 57).

    Parameters
    ----------
    now, before : ndarray of float64, shape (n,)
        Records of each cell in the last weeks and in the weeks before them.
    weeks_now, weeks_before : int
    phi : float
        Dispersion, at least 1.
    alpha : float
    """
    count = len(now)
    if not count:
        return Rising(np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool))
    share = weeks_now / (weeks_now + weeks_before)
    a, b = np.maximum(now, 0) / phi, np.maximum(before, 0) / phi
    p = np.where(a > 0, special.betainc(np.maximum(a, 1e-12), b + 1, share), 1.0)
    order = np.argsort(p, kind="stable")
    ranked = p[order] * count / np.arange(1, count + 1)
    q = np.empty(count)
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    q = np.minimum(q, 1.0)
    return Rising(p, q, q <= alpha)
