"""From a cube to one head's forecast: choose a method on the past, score it on later weeks, forecast with it, say so.

No database and no clock: the same cube gives the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from forecasting.artifact import canonical_json, versions
from forecasting.backtest import MethodRun, rolling, summarise
from forecasting.card import model_card
from forecasting.comparison import Choice, choose, compare
from forecasting.cube import Cube, data_hash
from forecasting.errors import TooShort
from forecasting.model import Forecast
from forecasting.registry import METHODS, make
from forecasting.study import LEAST_CHOICE_RECORDS
from spatial import shifts

SEED = 0
#: Weeks on which methods are scored, and before them as many on which one is chosen: at most so many each.
MOST_WEEKS = 16
LEAST_WEEKS = 6
#: Most weeks of the past that are read.
HISTORY_WEEKS = 130


@dataclass(frozen=True)
class LateCube(Cube):
    """A cube whose forecasts are made ``late`` weeks before the week before theirs.

    Midweek the current week is not whole, so the coming week is forecast without it: a backtest must not see it either.
    """

    late: int = 0

    def as_known(self, week: int) -> Cube:
        """Give what was known by the start of the week in which the forecast of ``week`` is made."""
        return super().as_known(week - self.late)


@dataclass(frozen=True)
class Examination:
    """How the methods did on weeks that were not seen, and which one is to be shown."""

    choice: Choice
    reason: str
    runs: list[MethodRun]
    scores: dict[str, Any]


@dataclass(frozen=True)
class Made:
    """One head's forecast with all that is kept of its making; JSON-ready but for the forecast."""

    forecast: Forecast
    data_hash: str
    parameters: dict[str, Any]
    scores: dict[str, Any]
    card: dict[str, Any]


def plain(value: object) -> Any:
    """Give a value as JSON would hold it: no nan, dates as text."""
    return json.loads(canonical_json(value))


def examine(
    cube: Cube, week: int, *, test_weeks: int = MOST_WEEKS, methods: Sequence[str] = tuple(METHODS)
) -> Examination:
    """Choose on some weeks and score on the later ones, each forecast from what was known by then.

    Parameters are learned once, before the first of all these weeks.

    Raises
    ------
    TooShort
        If there are too few weeks to choose, to score and to learn from.
    """
    late = week - cube.end
    tested = min(test_weeks, MOST_WEEKS, len(cube.weeks) // 4)
    if late < 0 or tested < LEAST_WEEKS:
        raise TooShort(
            f"{len(cube.weeks)} weeks are too few: {4 * LEAST_WEEKS} are needed to choose a method and to score it",
            weeks=len(cube.weeks),
        )
    weeks = list(range(cube.end - 2 * tested, cube.end))
    seen = LateCube(**{name: getattr(cube, name) for name in Cube.__dataclass_fields__}, late=late)
    both = rolling(seen, weeks, methods)
    first, second = (
        [replace(run, forecasts=run.forecasts[part], scores=run.scores[part]) for run in both]
        for part in (slice(tested), slice(tested, None))
    )
    if sum(score.observed for score in first[0].scores) < LEAST_CHOICE_RECORDS:
        choice, reason = Choice(methods[0], ()), "the simplest method: too few records to choose on"
    else:
        choice = choose(first, seed=SEED)
        reason = _reason(choice, methods, tested)
    chosen = next(run for run in second if run.method == choice.method)
    scores = {
        "weeks": [shifts.week_start(each).date() for each in weeks[tested:]],
        "chosen_on_weeks": [shifts.week_start(each).date() for each in weeks[:tested]],
        "weeks_ahead": late + 1,
        "reason": reason,
        "methods": {run.method: summarise(run) for run in second},
        "versus": {
            run.method: asdict(compare(chosen, run, "hit_rate", seed=SEED)) for run in second if run is not chosen
        },
        "choice": [asdict(item) for item in choice.comparisons],
    }
    return Examination(choice, reason, second, plain(scores))


def _reason(choice: Choice, methods: Sequence[str], weeks: int) -> str:
    if choice.method == methods[0]:
        return f"the simplest method: no other beats its log score beyond doubt on {weeks} weeks before those scored"
    beaten = next(item for item in reversed(choice.comparisons) if item.method == choice.method)
    return (
        f"its log score beats that of {beaten.against} beyond doubt (paired 90 % interval) on {weeks} weeks before "
        "those scored"
    )


def make_forecast(cube: Cube, week: int, head: str, *, left_out: dict[str, float], facts: dict[str, Any]) -> Made:
    """Forecast a head's week with the method that its past chose.

    Parameters
    ----------
    cube : Cube
        What was known at the run's date; whole weeks only.
    week : int
        At or after the cube's end.
    left_out : dict
        Records that no cell could hold, by reason.
    facts : dict
        What the card says of the run beside: jurisdiction, resolution, kinds, known_until.

    Raises
    ------
    TooShort
        If there are too few weeks.
    """
    examination = examine(cube, week)
    method = examination.choice.method
    forecaster = make(method).fit(cube)
    forecast = forecaster.predict(week)
    digest = data_hash(cube)
    summaries = examination.scores["methods"]
    data = {
        "data_hash": digest,
        "from": shifts.week_start(int(cube.weeks[0])).date(),
        "until": shifts.week_start(cube.end).date(),
        "records": float(cube.records.sum()),
        "cells": len(cube.area),
        "left_out": {"outside_area": float(cube.outside.sum()) / 1e6, **left_out},
        **facts,
    }
    card = model_card(
        category=head,
        method=method,
        reason=examination.reason,
        learned=forecaster.learned,
        scores=summaries[method],
        baseline=summaries[next(iter(METHODS))],
        data=data,
        seed=SEED,
        versions=versions(),
        scored_until=(shifts.week_start(cube.end) - timedelta(days=1)).date(),
    )
    parameters = {
        "learned": forecaster.learned,
        "dispersion": float(forecast.dispersion[0]),
        "family": forecast.family,
        "weeks_ahead": week - cube.end + 1,
        "seed": SEED,
        **facts,
    }
    return Made(forecast, digest, plain(parameters), examination.scores, plain(card))
