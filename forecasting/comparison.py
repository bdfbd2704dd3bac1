"""Is one method better than another, or was it luck? Paired bootstrap over weeks, and the choice by it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations

import numpy as np

from forecasting.backtest import MAIN_BUDGET, MethodRun
from forecasting.metrics import BUDGETS
from forecasting.model import Floats
from forecasting.registry import incumbent

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """Score of one method minus that of another, with its paired 90 % interval over weeks.

    The hit rate is at 5 % of the area: higher is better. Of all other scores lower is better.
    """

    score: str
    method: str
    against: str
    difference: float
    low: float
    high: float
    by_week: tuple[float, ...]

    @property
    def is_better(self) -> bool:
        """Whether the interval excludes zero on the good side."""
        return self.low > 0 if self.score == "hit_rate" else self.high < 0

    @property
    def is_worse(self) -> bool:
        """Whether the interval excludes zero on the bad side."""
        return self.high < 0 if self.score == "hit_rate" else self.low > 0


def _parts(run: MethodRun, score: str) -> tuple[Floats, Floats]:
    """Numerator and denominator of a score by week."""
    if score == "hit_rate":
        return run.column("captured")[:, BUDGETS.index(MAIN_BUDGET)], run.column("observed")
    return run.column({"poisson_deviance": "deviance"}.get(score, score)), run.column("cells")


def compare(one: MethodRun, other: MethodRun, score: str, *, seed: int, level: float = 0.9) -> Difference:
    """Paired bootstrap of a difference: whole weeks are drawn with replacement, the same for both methods.

    Parameters
    ----------
    score : {"hit_rate", "poisson_deviance", "log_score", "crps"}
    seed : int
        Seed of the draws; each comparison starts afresh from it, so that their order changes nothing.

    References
    ----------
    Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13.
    """
    above, below = _parts(one, score)
    other_above, _ = _parts(other, score)
    weeks = below.size
    draws = np.random.default_rng(seed).multinomial(weeks, np.full(weeks, 1 / weeks), size=RESAMPLES)
    gap = above - other_above
    total = draws @ below
    # A draw of weeks without a record says nothing of a hit rate: its difference is nought.
    samples = np.divide(draws @ gap, total, out=np.zeros(RESAMPLES), where=total > 0)
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return Difference(
        score=score,
        method=one.method,
        against=other.method,
        difference=float(gap.sum() / below.sum()) if below.sum() > 0 else 0.0,
        low=float(low),
        high=float(high),
        by_week=tuple(float(value) for value in np.divide(gap, below, out=np.zeros(weeks), where=below > 0)),
    )


def compare_all(runs: Sequence[MethodRun], *, seed: int) -> list[Difference]:
    """Every later method against every earlier one, by hit rate, Poisson deviance and log score."""
    return [
        compare(later, earlier, score, seed=seed)
        for earlier, later in combinations(runs, 2)
        for score in ("hit_rate", "poisson_deviance", "log_score")
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """The method to publish, and the comparisons that led to it."""

    method: str
    comparisons: tuple[Difference, ...]


class Ground(Enum):
    """Why a method is shown; whoever says it in words says one of these."""

    ONLY = "only"  # there was no other to choose from
    TOO_FEW = "too_few"  # nothing was compared: too few records
    HELD = "held"  # in place before any choice, and not beaten
    BETTER = "better"  # it beat what was in place


def ground_of(method: str, methods: Collection[str], compared: Collection[str]) -> Ground:
    """Give why a method was chosen among some, from those that were compared with what was in place (`choose`)."""
    if len(methods) == 1:
        return Ground.ONLY
    if not compared:
        return Ground.TOO_FEW
    return Ground.BETTER if method in compared else Ground.HELD


def choose(runs: Sequence[MethodRun], *, seed: int) -> Choice:
    """The rule to beat, unless another method beats it beyond doubt.

    ``runs`` go from the simplest on; that of the rule to beat (``registry.incumbent``) is in place first. Another takes
    the place of the one in it only if the paired interval of the log score, a proper score of the whole
    distribution, excludes that it is no better, and that of the hit rate does not exclude that it is no worse:
    a list of cells is what an officer sees of it.
    """
    held = incumbent([run.method for run in runs])
    best = next(run for run in runs if run.method == held)
    comparisons = []
    for run in runs:
        if run.method == held:
            continue
        comparisons.append(compare(run, best, "log_score", seed=seed))
        if comparisons[-1].is_better:
            comparisons.append(compare(run, best, "hit_rate", seed=seed))
            if not comparisons[-1].is_worse:
                best = run
    return Choice(best.method, tuple(comparisons))
