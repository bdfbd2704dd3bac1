"""What the watch of registration can see: the chance that a change of some size shows in time, by how much is recorded.

A rule that is silent says nothing unless one knows what it would have said. What is detected: ``shocks``.
"""

import numpy as np
from scipy import stats

from forecasting.model import Floats
from forecasting.shocks import ALLOWANCE, BASELINE_WEEKS, PRIOR_FACTOR, statistic, threshold

#: The rise that has to be seen, in how many weekly cycles, and with what chance (trust.md).
RISE, WEEKS, CHANCE = 0.3, 2, 0.95
_MOST_RISE = 20.0
#: The chart learns its level and its factor from weeks that raised no alarm, so both come out a little low, and its
#: long windows add what the short ones miss: simulated, it sees as much as with so much of the true factor.
_AS_LEARNED = 0.9


def chance_seen(
    usual: float,
    rise: float = RISE,
    *,
    false_alarms_a_year: float = 1.0,
    factor: float = PRIOR_FACTOR,
    baseline_weeks: int = BASELINE_WEEKS,
) -> float:
    """Chance that a rise that begins now and stays is seen by ``shocks.watch`` within ``WEEKS`` weeks.

    Counts of a week are negative binomial about ``usual (1 + rise)`` with ``factor`` times its variance, and a little
    more, as the usual level itself is known from ``baseline_weeks`` only. The counts that pass the threshold in one
    week and in two follow from the statistic; the chance is summed over what the first week may bring.

    Parameters
    ----------
    usual : float
        Records a week before it.
    rise : float
        Share by which the level rises, above 0.
    false_alarms_a_year : float
        Those allowed of the series.
    factor : float
        Variance over mean of its weeks, at least 1.
    """
    if usual <= 0 or rise <= 0:
        return 0.0
    mean = usual * (1 + rise)
    spread = max(factor, 1.0 + 1e-9) * (1 + (1 + rise) * WEEKS / baseline_weeks)
    week = stats.nbinom(mean / (spread - 1), 1 / spread)
    most = int(week.ppf(1 - 1e-9)) + 1
    count = np.arange(2 * most + 2, dtype=float)
    alone = _least_beyond(count, usual, 1, false_alarms_a_year, factor, baseline_weeks)
    together = _least_beyond(count, usual, WEEKS, false_alarms_a_year, factor, baseline_weeks)
    first = np.arange(min(alone, most + 1))
    needed = np.clip(np.minimum(together - first, alone), 0, None)
    missed = float((week.pmf(first) * week.cdf(needed - 1)).sum())
    return float(np.clip(1 - missed, 0.0, 1.0))


def least_rise(
    usual: float,
    *,
    chance: float = CHANCE,
    false_alarms_a_year: float = 1.0,
    factor: float = PRIOR_FACTOR,
    baseline_weeks: int = BASELINE_WEEKS,
) -> float | None:
    """Smallest rise, to a hundredth, that is seen within ``WEEKS`` weeks with some chance; None beyond twentyfold."""
    low, high = 0, 25

    def seen(percent: int) -> bool:
        asked = {"false_alarms_a_year": false_alarms_a_year, "factor": factor}
        return chance_seen(usual, percent / 100, baseline_weeks=baseline_weeks, **asked) >= chance

    while not seen(high):
        low, high = high, 2 * high
        if high > 100 * _MOST_RISE:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle, high)
    return high / 100


def _least_beyond(
    count: Floats, usual: float, weeks: int, false_alarms_a_year: float, factor: float, baseline_weeks: int
) -> int:
    """Give the smallest count of some weeks that raises an alarm; beyond all that are asked about, their number."""
    before = np.full_like(count, usual * baseline_weeks)
    base, last = np.full_like(count, baseline_weeks), np.full_like(count, weeks)
    value = statistic(before, base, count, last, ALLOWANCE) / max(factor * _AS_LEARNED, 1.0)
    beyond = np.flatnonzero(value > threshold(false_alarms_a_year, weeks))
    return int(beyond[0]) if beyond.size else len(count)
