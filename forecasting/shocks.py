"""Shocks of registration: has a station changed what it records, rather than the town what happens in it?

Recorded crime moves when recording rules move: sixteen thousand old complaints entered in one month, a desk
that starts to write down what it used to turn away, a station that stops. A forecast learns each as if it were
crime. The rule here watches what is *registered* each week (by the week of registration, not of occurrence), by
station and head, and says when it left its usual level. What follows from it for a forecast: ``holding``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.errors import BadEvents
from forecasting.model import Floats, Integers

STEP_UP, STEP_DOWN, BURST, DIP, SILENT, BULK_LATE = "step_up", "step_down", "burst", "dip", "silent", "bulk_late"
#: Kinds of shock; ``shock.<kind>`` is the message key of each.
KINDS = (STEP_UP, STEP_DOWN, BURST, DIP, SILENT, BULK_LATE)

#: How many weeks at the end may have changed: two catch a clear step, eight a small station that fell silent.
LAST_WEEKS = (1, 2, 4, 8)
BASELINE_WEEKS = 52
#: Fewer weeks than this behind the last ones show no usual level.
LEAST_BASELINE = 8
#: A change that has lasted so long is the new level; until then it may still be a burst.
SETTLED_WEEKS = 8
#: Changes of a level beside the rest of its area within this share are drift, not registration: a station's, and that
#: of one head of it, whose share of the area drifts further (New York's pieces and heads do).
ALLOWANCE, ALLOWANCE_HEADS = 0.02, 0.05
#: A registration this many weeks after the fact is late.
LATE_WEEKS = 8
#: A station's one false alarm a year, shared out: its total, its late records, its heads together, and the places that
#: it is pooled with (circle, division, district) together. Its total gets most, since there power is.
FALSE_ALARMS_TOTAL, FALSE_ALARMS_LATE, FALSE_ALARMS_HEADS, FALSE_ALARMS_POOLED = 0.6, 0.05, 0.15, 0.2
#: Variance over mean of a station's weekly registrations beside the rest of its area, before it is measured: that of
#: New York's robberies, burglaries, assaults and thefts by pieces of the city is 1.1 to 1.4 at every level.
PRIOR_FACTOR = 1.25
#: Weeks that the prior counts for, and that the other series of the area count for where there are enough of them.
_PRIOR_WEEKS, _SHARED_WEEKS, _LEAST_SHARED = 26.0, 78.0, 8
_MOST_FACTOR = 4.0
#: The statistic that an unchanged series passes once a year, and by how much it falls with the rate's logarithm.
_THRESHOLD_AT_ONE, _FALL_BY_RATE = 6.0, 1.92
#: How much more is asked of a change seen in 1, 2, 4 or 8 weeks, and of a fall: most of the false alarms go where they
#: buy most, to a rise within two weeks. A station that stops is far beyond any threshold.
_MORE_BY_WEEKS = {1: 1.0, 2: 0.0, 4: 1.5, 8: 1.5}
_MORE_FOR_FALL = 3.0


@dataclass(frozen=True, slots=True)
class Shock:
    """One change of registration of one series.

    Attributes
    ----------
    kind : str
        One of ``KINDS``.
    first_week, end_week : int
        Half-open span of positions in the series that left the usual level; an open one ends with the series.
    caught_week : int
        Position of the week whose registrations gave it away.
    ratio : float
        What was registered in the span over what was usual.
    usual : float
        Usual records a week before it (per unit of exposure, where one was given).
    statistic : float
        Value of the rule when it was seen, below zero for a fall.
    is_open : bool
        Whether the series ended before it was over or ``SETTLED_WEEKS`` old.
    """

    kind: str
    first_week: int
    end_week: int
    caught_week: int
    ratio: float
    usual: float
    statistic: float
    is_open: bool

    @property
    def message(self) -> tuple[str, dict[str, float]]:
        """Message key and its parameters: weeks, percent above (below zero: below) the usual, usual records a week."""
        percent = round(100 * (min(self.ratio, 1e6) - 1))
        return f"shock.{self.kind}", {
            "weeks": float(self.end_week - self.first_week),
            "percent": float(percent),
            "usual": round(self.usual, 1),
        }


def threshold(false_alarms_a_year: float, last_weeks: int = 2) -> float:
    """Value of the statistic that an unchanged series passes so many times a year, for a rise in the last weeks.

    All windows and both signs together make up the rate; a fall has to pass ``_MORE_FOR_FALL`` more. The tail
    of a likelihood ratio is nearly exponential, so the threshold falls with the logarithm of the rate, whatever the
    level. Fitted to simulated series of 5 to 200 records a week (``tests/forecasting/test_shocks.py`` counts alarms).
    """
    return _THRESHOLD_AT_ONE - _FALL_BY_RATE * float(np.log(false_alarms_a_year)) + _MORE_BY_WEEKS[last_weeks]


def watch(
    registered: ArrayLike,
    *,
    exposure: ArrayLike | None = None,
    false_alarms_a_year: float = 1.0,
    allowance: ArrayLike = ALLOWANCE,
) -> list[list[Shock]]:
    """Shocks of each series, found week by week with nothing but the weeks before.

    A generalised likelihood-ratio chart: each week, the last 1, 2, 4 and 8 weeks are compared with the (at most) 52
    before them that are free of shocks, ``G = 2 (l(two levels) - l(one level)) / factor``, with ``l`` the
    Poisson likelihood of the two totals, "one level" allowing a ratio of ``1 +- allowance``, and ``factor``
    the variance over the mean of the baseline's weeks, shrunk to that of the other series. Beyond ``threshold`` a
    shock opens at the first of those weeks. It ends when two weeks are back at the usual level (a burst or dip), or
    after eight weeks, when it is the new level (a step). Hoehle and Paul (2008), "Count data regression charts for
    the monitoring of surveillance time series", Computational Statistics and Data Analysis 52; the factor as in
    Farrington, Andrews, Beale and Catchpole (1996), Journal of the Royal Statistical Society A 159.

    Power depends on the level alone: ``power.chance_seen`` gives it. A series that is too small should be pooled (all
    heads of the station, or the head over its circle and district).

    Parameters
    ----------
    registered : array_like, shape (s, w) or (w,)
        Records registered in each week, by series; fractions as they are.
    exposure : array_like, same shape, optional
        What else moves the series: the registrations of the rest of the area. Then season, feasts and trends that
        all share raise no alarm; but what all do together needs a second watch, of the area's total without one.
    false_alarms_a_year : float
        Of each series.
    allowance : float or array_like, shape (s,)
        Share by which a level may drift: more than none where there is no exposure to take the season out.

    Raises
    ------
    BadEvents
        If the shapes differ or a number is below zero or not finite.
    """
    counts = np.atleast_2d(np.asarray(registered, dtype=float))
    share = np.ones_like(counts) if exposure is None else np.atleast_2d(np.asarray(exposure, dtype=float))
    if share.shape != counts.shape or not np.all((counts >= 0) & (share >= 0) & np.isfinite(counts + share)):
        raise BadEvents("registrations and their exposure must have one shape, and no number below zero")
    # A mean exposure of 1 keeps the usual level in records a week.
    mean_share = share.mean(axis=1, keepdims=True) if share.size else share
    share = np.divide(share, mean_share, out=np.zeros_like(share), where=mean_share > 0)
    drift = np.broadcast_to(np.asarray(allowance, dtype=float), counts.shape[:1])
    chart = _Chart(counts, share, drift)
    for week in range(counts.shape[1]):
        chart.look(week, false_alarms_a_year)
        chart.follow(week)
    chart.close()
    return chart.found


def watch_late(late: ArrayLike, *, false_alarms_a_year: float = FALSE_ALARMS_LATE) -> list[list[Shock]]:
    """Bulk registration of old cases: bursts in the records registered ``LATE_WEEKS`` or more after the fact.

    The delay is the signature: a crime wave comes with the usual delays, a cleared backlog does not.

    Parameters
    ----------
    late : array_like, shape (s, w) or (w,)
        Late records by the week of their registration.
    """
    found = watch(late, false_alarms_a_year=false_alarms_a_year, allowance=0.25)
    return [
        [
            Shock(BULK_LATE, *(getattr(shock, name) for name in Shock.__slots__[1:]))
            for shock in shocks
            if shock.statistic > 0
        ]
        for shocks in found
    ]


def statistic(before: Floats, base: Floats, after: Floats, last: Floats, allowance: float | Floats) -> Floats:
    """Signed likelihood-ratio statistic of a change of level, any shape: above zero for a rise.

    Parameters
    ----------
    before, after : ndarray of float64
        Records of the baseline and of the last weeks.
    base, last : ndarray of float64
        Their exposures; where one is zero nothing can be said.
    allowance : float or ndarray
        Ratios from ``1 / (1 + allowance)`` to ``1 + allowance`` count as one level.
    """
    possible = (base > 0) & (last > 0)
    base, last = np.where(possible, base, 1.0), np.where(possible, last, 1.0)
    old, new = before / base, after / last
    ratio = np.where(new > old, 1 + allowance, 1 / (1 + allowance))
    within = np.divide(new, old, out=np.full_like(old, np.inf), where=old > 0)
    ratio = np.where(np.abs(np.log(np.maximum(within, 1e-12))) <= np.log1p(allowance), np.minimum(within, 2), ratio)
    common = (before + after) / (base + ratio * last)
    free = _log_likelihood(before, old * base) + _log_likelihood(after, new * last)
    bound = _log_likelihood(before, common * base) + _log_likelihood(after, common * ratio * last)
    value = np.where(possible, np.maximum(2 * (free - bound), 0), 0.0)
    return np.where(new > old, value, -value)


def _log_likelihood(records: Floats, mean: Floats) -> Floats:
    return np.where(records > 0, records * np.log(np.maximum(mean, 1e-300)), 0.0) - mean


def factor_of(registered: Floats, exposure: Floats) -> Floats:
    """Variance over mean of each series' weeks about its level, steadied as in the chart, shape (s,)."""
    if not registered.size:
        return np.full(len(registered), PRIOR_FACTOR)
    share = np.divide(exposure, exposure.mean(axis=1, keepdims=True), out=np.zeros_like(exposure), where=exposure > 0)
    base = share.sum(axis=1, keepdims=True)
    usual = np.divide(registered.sum(axis=1, keepdims=True), base, out=np.zeros_like(base), where=base > 0)
    return _factor(registered, usual * share, np.full(len(registered), registered.shape[1]))


class _Chart:
    """The chart of every series at once: where each regime began, and which shock is open."""

    def __init__(self, counts: Floats, share: Floats, allowance: Floats) -> None:
        self.counts, self.share, self.allowance = counts, share, allowance
        series = counts.shape[0]
        self.found: list[list[Shock]] = [[] for _ in range(series)]
        self._clean: NDArray[np.bool_] = np.ones(counts.shape, dtype=bool)
        self._regime: Integers = np.zeros(series, dtype=np.int64)
        self._first: Integers = np.full(series, -1, dtype=np.int64)
        self._caught: Integers = np.full(series, -1, dtype=np.int64)
        self._usual, self._factor, self._value = np.zeros(series), np.ones(series), np.zeros(series)

    def look(self, week: int, false_alarms_a_year: float) -> None:
        """Open a shock in each series without one whose last weeks differ beyond the threshold."""
        quiet = np.flatnonzero(self._first < 0)
        best = np.zeros(quiet.size)  # how far beyond the threshold
        for last in LAST_WEEKS:
            edge = week - last + 1
            start = max(edge - BASELINE_WEEKS, 0)
            if edge - start < LEAST_BASELINE or not quiet.size:
                continue
            used = self._clean[quiet, start:edge] & (np.arange(start, edge) >= self._regime[quiet, None])
            weeks = used.sum(axis=1)
            counts, share = self.counts[quiet, start:edge] * used, self.share[quiet, start:edge] * used
            before, base = counts.sum(axis=1), share.sum(axis=1)
            now = self._clean[quiet, edge : week + 1]
            after, exposed = ((each[quiet, edge : week + 1] * now).sum(axis=1) for each in (self.counts, self.share))
            usual = np.divide(before, base, out=np.zeros_like(before), where=base > 0)
            factor = _factor(counts, usual[:, None] * share, weeks)
            value = statistic(before, base, after, exposed, self.allowance[quiet]) / factor
            beyond = np.abs(value) - threshold(false_alarms_a_year, last) - np.where(value < 0, _MORE_FOR_FALL, 0.0)
            # A span that begins in an older burst would only find that again.
            better = (weeks >= LEAST_BASELINE) & now[:, 0] & (beyond > best)
            best = np.where(better, beyond, best)
            here = quiet[better]
            self._first[here], self._caught[here] = edge, week
            self._usual[here], self._factor[here], self._value[here] = usual[better], factor[better], value[better]

    def follow(self, week: int) -> None:
        """Close each open shock whose last two weeks are as usual, or that has become the new level."""
        for index in np.flatnonzero((self._first >= 0) & (self._caught < week)):
            first, age = int(self._first[index]), week - int(self._first[index]) + 1
            if int(self._caught[index]) == week - 1:
                continue
            if age > 2 and self._near(int(index), week - 1, week + 1):
                end = week - 1
                while end - 1 > first and self._near(int(index), end - 1, end):
                    end -= 1
                self._end(int(index), end, is_open=False)
                self._clean[index, first:end] = False
            elif age >= 2 * SETTLED_WEEKS or (age >= SETTLED_WEEKS and self._stays(int(index), week)):
                self._end(int(index), week + 1, is_open=False, settled=True)
                self._regime[index] = first

    def _near(self, index: int, start: int, end: int) -> bool:
        """Whether the weeks of a span add up to the usual, within its 90 % interval."""
        came = float(self.counts[index, start:end].sum())
        mean = float(self._usual[index] * self.share[index, start:end].sum())
        return bool(abs(came - mean) <= 1.64 * np.sqrt(self._factor[index] * mean) + 0.5)

    def _stays(self, index: int, week: int) -> bool:
        """Whether each of the last two weeks lies nearer to the shock's level than to the usual one."""
        first, usual = int(self._first[index]), self._usual[index]
        exposed = float(self.share[index, first : week + 1].sum())
        level = float(self.counts[index, first : week + 1].sum()) / exposed if exposed > 0 else usual
        middle = (level + usual) / 2 * self.share[index, week - 1 : week + 1]
        beyond = self.counts[index, week - 1 : week + 1] - middle
        return bool(np.all(beyond > 0) if level > usual else np.all(beyond < 0))

    def close(self) -> None:
        """End what is still open with the series."""
        for index in np.flatnonzero(self._first >= 0):
            self._end(int(index), self.counts.shape[1], is_open=True)

    def _end(self, index: int, end: int, *, is_open: bool, settled: bool = False) -> None:
        first, usual = int(self._first[index]), float(self._usual[index])
        came, mean = (float(each[index, first:end].sum()) for each in (self.counts, self.share))
        rise = self._value[index] > 0
        kind = (STEP_UP if rise else STEP_DOWN) if settled else (BURST if rise else DIP)
        silent = not rise and not self.counts[index, max(first, end - 2) : end].any()
        self.found[index].append(
            Shock(
                kind=SILENT if silent else kind,
                first_week=first,
                end_week=end,
                caught_week=int(self._caught[index]),
                ratio=came / (usual * mean) if usual * mean > 0 else float("inf"),
                usual=usual,
                statistic=float(self._value[index]),
                is_open=is_open,
            )
        )
        self._first[index] = -1


def _factor(counts: Floats, mean: Floats, weeks: Integers) -> Floats:
    """Variance over mean of the baseline's weeks, steadied by that of the other series, never below 1, shape (s,)."""
    pearson = np.divide((counts - mean) ** 2, mean, out=np.zeros_like(mean), where=mean > 0).sum(axis=1)
    freedom = np.maximum(weeks - 1, 0)
    prior, prior_weeks = PRIOR_FACTOR, _PRIOR_WEEKS
    telling = (freedom >= LEAST_BASELINE) & (mean.sum(axis=1) >= weeks)
    if telling.sum() >= _LEAST_SHARED:
        # The median: a few stations that did change must not make all of them look restless.
        shared = float(np.median(pearson[telling] / freedom[telling]))
        prior, prior_weeks = float(np.clip(shared, 1.0, _MOST_FACTOR)), _SHARED_WEEKS
    factor = (pearson + prior_weeks * prior) / (freedom + prior_weeks)
    return np.maximum(factor, 1.0)
