"""From a cube to one head's forecast: choose a method on the past, score it on later weeks, forecast with it, say so.

Choosing and scoring need dozens of forecasts of every method; they are done anew every few weeks, and kept in between.

No database and no clock: the same cube gives the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from forecasting.artifact import canonical_json, versions
from forecasting.backtest import MethodRun, rolling, summarise
from forecasting.card import model_card
from forecasting.comparison import Choice, choose, compare
from forecasting.cube import Cube, data_hash
from forecasting.errors import TooShort
from forecasting.model import Forecast
from forecasting.nowcast import complete
from forecasting.registry import METHODS, incumbent, make
from forecasting.study import LEAST_CHOICE_RECORDS, why
from spatial import shifts

SEED = 0
#: Weeks on which methods are scored, and before them as many on which one is chosen: at most so many each.
MOST_WEEKS = 16
LEAST_WEEKS = 6
#: A choice holds for so many weeks, for some series up to as many more; the card expires long after.
CHOICE_HOLDS_WEEKS = 4
#: The plain rules that stand beside every forecast, whatever was chosen: counting, and the rule to beat.
RULES = ("last_year", "smoothed_decayed_mean")
#: Methods that learn from other heads too. Where none is examined, the others' last weeks are not completed week by
#: week: that was most of what an examination of the plain rules cost.
BORROWING = frozenset({"hierarchical", "kernel_mixture", "boosting", "stack", "pooled_boosting"})
#: Methods that learn trees anew for every head: for twelve heads of an area ten times the work of learning them once.
ONE_BY_ONE = frozenset({"boosting", "stack"})
#: Those that a node chooses among that names none.
USUAL_METHODS = tuple(name for name in METHODS if name not in ONE_BY_ONE)
#: Most weeks of the past that are read.
HISTORY_WEEKS = 130


@dataclass(frozen=True)
class LateCube(Cube):
    """A cube whose forecasts are made ``late`` weeks before the week before theirs, completed by what is still to come.

    Midweek the current week is not whole, so the coming week is forecast without it: a backtest must not see it either.
    What is known is completed as a run completes it, so that the scores are those of what is done.
    """

    late: int = 0

    def as_known(self, week: int) -> Cube:
        """Give what was known by the start of the week in which the forecast of ``week`` is made."""
        known = super().as_known(week - self.late)
        return complete(known) if len(known.weeks) > 1 else known


@dataclass(frozen=True)
class Examination:
    """How the methods did on weeks that were not seen, and which one is to be shown.

    ``runs`` are the scored weeks of every method; empty where the examination is that of an earlier run.
    """

    method: str
    reason: str
    runs: list[MethodRun]
    scores: dict[str, Any]

    @classmethod
    def kept(cls, scores: dict[str, Any], methods: Sequence[str]) -> "Examination | None":
        """Give the examination of an earlier run from its scores; None where it was of other methods."""
        if set(scores["methods"]) != set(methods) or "chosen" not in scores:
            return None
        return cls(scores["chosen"], scores["reason"], [], scores)


@dataclass(frozen=True)
class Made:
    """One head's forecast with all that is kept of its making; JSON-ready but for the forecasts."""

    forecast: Forecast
    rivals: list[Forecast]
    late_effect: float
    examination: Examination
    data_hash: str
    parameters: dict[str, Any]
    card: dict[str, Any]

    @property
    def scores(self) -> dict[str, Any]:
        """Give how the methods did on past weeks."""
        return self.examination.scores


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
    columns = {name: getattr(cube, name) for name in Cube.__dataclass_fields__}
    if BORROWING.isdisjoint(methods):
        columns["related"] = {}
    seen = LateCube(**columns, late=late)
    both = rolling(seen, weeks, methods)
    first, second = (
        [replace(run, forecasts=run.forecasts[part], scores=run.scores[part]) for run in both]
        for part in (slice(tested), slice(tested, None))
    )
    enough = sum(score.observed for score in first[0].scores) >= LEAST_CHOICE_RECORDS
    choice = choose(first, seed=SEED) if enough else Choice(incumbent(methods), ())
    reason = why(choice, methods)
    if choice.comparisons:
        reason += f" on {tested} weeks before those scored"
    chosen = next(run for run in second if run.method == choice.method)
    scores = {
        "chosen": choice.method,
        "examined": week,
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
    return Examination(choice.method, reason, second, plain(scores))


def make_forecast(
    cube: Cube,
    week: int,
    head: str,
    *,
    left_out: dict[str, float],
    facts: dict[str, Any],
    methods: Sequence[str] = tuple(METHODS),
    kept: Examination | None = None,
    learning: tuple[Cube, Cube] | None = None,
) -> Made:
    """Forecast a head's week with the method that its past chose, and with the plain rules beside it.

    Parameters
    ----------
    cube : Cube
        What was known at the run's date; whole weeks only.
    week : int
        At or after the cube's end.
    left_out : dict
        Records that no cell could hold, by reason.
    facts : dict
        What the card says of the run beside: jurisdiction, resolution, kinds, known_until, ...
    methods : sequence of str
        Those to choose among, the simplest first.
    kept : Examination, optional
        That of an earlier run; without it the methods are examined now.
    learning : (held, completed), optional
        The cube without its shocks, and that with its last weeks completed, which the forecast learns from; without it
        the cube itself. ``late_effect`` is what the second changes: records expected with it over those without,
        minus 1.

    Raises
    ------
    TooShort
        If there are too few weeks.
    """
    examination = kept or examine(cube, week, methods=methods)
    method = examination.method
    held, completed = learning or (cube, cube)
    forecaster = make(method).fit(completed)
    forecast = forecaster.predict(week)
    rivals = [make(name).fit(completed).predict(week) for name in RULES if name in methods and name != method]
    late_effect = 0.0
    if completed is not held:
        late_effect = float(forecast.rate.sum() / forecaster.update(held, drivers=False).predict(week).rate.sum()) - 1
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
        baseline=summaries[methods[0]],
        data=data,
        seed=SEED,
        versions=versions(),
        scored_until=date.fromisoformat(examination.scores["weeks"][-1]) + timedelta(days=6),
    )
    parameters = {
        "learned": forecaster.learned,
        "family": forecast.family,
        "weeks_ahead": week - cube.end + 1,
        "seed": SEED,
        **facts,
    }
    return Made(forecast, rivals, late_effect, examination, digest, plain(parameters), plain(card))
