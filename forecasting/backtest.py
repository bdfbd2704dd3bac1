"""Rolling one-week-ahead forecasts of weeks that were not seen, and their scores.

Parameters are learned once, before the first test week; each later week only brings newer data. What a
forecast sees is what was known by the start of its week (``Cube.as_known``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting import metrics
from forecasting.cube import Cube
from forecasting.errors import TooShort
from forecasting.forecasters.base import Forecaster
from forecasting.model import Floats, Forecast
from forecasting.registry import METHODS
from forecasting.registry import make as registered
from spatial.mass import UNIT

#: The share of area on which methods are compared and coverage is watched.
MAIN_BUDGET = 0.05


@dataclass(frozen=True, slots=True)
class WeekScore:
    """Sums of one week, from which the scores of any set of weeks follow; all in records or cells."""

    week: int
    cells: int
    observed: float
    outside: float
    expected: float
    captured: tuple[float, ...]
    best: tuple[float, ...]
    deviance: float
    log_score: float
    crps: float
    covered: float
    plain_covered: float
    top_cells: float
    top_covered: float


@dataclass(frozen=True)
class MethodRun:
    """One method's forecasts (without drivers, for time and memory) and scores over the test weeks."""

    method: str
    forecasts: list[Forecast]
    scores: list[WeekScore]
    learned: dict[str, object]
    seconds: float
    calibration: list[metrics.CalibrationRow] = field(default_factory=list)

    def column(self, name: str) -> Floats:
        """One sum of every week, shape (weeks,) or (weeks, budgets)."""
        return np.array([getattr(score, name) for score in self.scores], dtype=float)


def score_week(forecast: Forecast, observed: Floats, outside: float = 0.0) -> WeekScore:
    """Scores of one forecast against what came; ``outside`` records fell beyond the area and are missed."""
    rate, dispersion = forecast.rate, forecast.dispersion
    top = metrics.budget_shares(rate, MAIN_BUDGET)
    covered = metrics.coverage(rate, dispersion, observed)
    return WeekScore(
        week=forecast.week,
        cells=rate.size,
        observed=float(observed.sum()) + outside,
        outside=outside,
        expected=float(rate.sum()),
        captured=tuple(metrics.captured(rate, observed, budget) for budget in metrics.BUDGETS),
        best=tuple(metrics.captured(observed, observed, budget) for budget in metrics.BUDGETS),
        deviance=float(metrics.poisson_deviance(rate, observed).sum()),
        log_score=float(metrics.log_score(rate, dispersion, observed).sum()),
        crps=float(metrics.crps(rate, dispersion, observed).sum()),
        covered=float(covered.sum()),
        plain_covered=float(metrics.plain_coverage(forecast.low, forecast.high, observed).sum()),
        top_cells=float(top.sum()),
        top_covered=float(top @ covered),
    )


def rolling(
    cube: Cube,
    weeks: Sequence[int],
    methods: Sequence[str] = tuple(METHODS),
    *,
    make: Callable[[str], Forecaster] = registered,
    stopwatch: Callable[[], float] = lambda: 0.0,
) -> list[MethodRun]:
    """Forecast each week from what was known by its start, with every method.

    Parameters
    ----------
    cube : Cube
        Must reach to the last of the weeks.
    weeks : sequence of int
        Rising week indexes inside the cube, the first later than the cube's first.
    methods : sequence of str
        Names in the registry.
    make : callable
        Makes a forecaster by name; the registry's by default.
    stopwatch : callable, optional
        Seconds so far: this wing has no clock of its own.

    Raises
    ------
    TooShort
        If a week lies outside the cube or nothing precedes the first.
    """
    first = int(cube.weeks[0]) if len(cube.weeks) else 0
    if not weeks or weeks[0] <= first or weeks[-1] >= cube.end:
        raise TooShort(f"weeks {list(weeks)[:1]}..{list(weeks)[-1:]} do not follow data in {first}..{cube.end}")
    forecasters = {name: make(name) for name in methods}
    forecasts: dict[str, list[Forecast]] = {name: [] for name in methods}
    seconds = dict.fromkeys(methods, 0.0)
    # Weeks outside, methods inside: only one week's past is in memory at a time.
    for week in weeks:
        known = cube.as_known(week)
        for name, forecaster in forecasters.items():
            start = stopwatch()
            learn = forecaster.fit if week == weeks[0] else forecaster.update
            forecast = learn(known, drivers=False).predict(week)
            seconds[name] += stopwatch() - start
            forecasts[name].append(forecast)
    return [
        MethodRun(
            method=name,
            forecasts=forecasts[name],
            scores=[
                score_week(forecast, cube.observed(forecast.week), float(cube.outside[forecast.week - first]) / UNIT)
                for forecast in forecasts[name]
            ],
            learned=forecasters[name].learned,
            seconds=seconds[name],
            calibration=metrics.calibration_table(
                np.concatenate([forecast.rate for forecast in forecasts[name]]),
                np.concatenate([cube.observed(forecast.week) for forecast in forecasts[name]]),
            ),
        )
        for name in methods
    ]


def summarise(run: MethodRun) -> dict[str, object]:
    """Scores of a method over all its weeks: sums over sums, so that a busy week counts for more."""
    sums = {name: run.column(name).sum(axis=0) for name in WeekScore.__dataclass_fields__ if name != "week"}

    def share(above: float, below: float) -> float:
        return float(above / below) if below > 0 else float("nan")

    rates = [share(hits, sums["observed"]) for hits in sums["captured"]]
    budgets = [f"{budget:g}" for budget in metrics.BUDGETS]
    return {
        "hit_rate": dict(zip(budgets, rates, strict=True)),
        "pai": {name: rate / budget for name, rate, budget in zip(budgets, rates, metrics.BUDGETS, strict=True)},
        "pei": {
            name: share(hits, best) for name, hits, best in zip(budgets, sums["captured"], sums["best"], strict=True)
        },
        "poisson_deviance": share(sums["deviance"], sums["cells"]),
        "log_score": share(sums["log_score"], sums["cells"]),
        "crps": share(sums["crps"], sums["cells"]),
        "coverage_90": share(sums["covered"], sums["cells"]),
        "coverage_90_top_5_percent": share(sums["top_covered"], sums["top_cells"]),
        "coverage_90_not_randomised": share(sums["plain_covered"], sums["cells"]),
        "expected_over_observed": share(sums["expected"], sums["observed"] - sums["outside"]),
        "records": float(sums["observed"]),
        "records_outside_area": float(sums["outside"]),
    }
