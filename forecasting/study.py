"""One category's whole study: choose a method before the test weeks, test every method, report."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from forecasting.artifact import versions
from forecasting.backtest import MethodRun, WeekScore, rolling, summarise
from forecasting.card import model_card
from forecasting.comparison import Choice, Difference, Ground, choose, compare_all, ground_of
from forecasting.cube import Cube, data_hash
from forecasting.incidents import Calendar
from forecasting.registry import RULE_TO_BEAT, incumbent

#: The name under which the chosen method's forecasts stand.
PUBLISHED = "published"
#: Weeks before the first test week on which the choice is made, and the fewest that allow one.
CHOICE_WEEKS = 26
LEAST_CHOICE_WEEKS = 4
#: Fewer records than this in those weeks tell luck from skill for no method.
LEAST_CHOICE_RECORDS = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """What a study took: seconds to choose, seconds of each method with its fit, peak memory."""

    seconds_to_choose: float
    seconds: dict[str, float]
    peak_mib: float = 0.0


@dataclass(frozen=True)
class Study:
    """Runs of every method and of ``published``, and the report that follows from them.

    ``report`` holds no time or memory, so that two runs give the same bytes; ``cost`` does.
    """

    runs: list[MethodRun]
    report: dict[str, object]
    cost: Cost


def choose_before(cube: Cube, first_week: int, methods: Sequence[str], *, seed: int) -> tuple[Choice, list[int], str]:
    """The method to publish, the weeks on which it was chosen and the reason in words.

    Only what was known by the first test week is used, its last weeks forecast one by one.
    """
    known = cube.as_known(first_week)
    # A third of the past to choose on leaves two thirds to learn from before it.
    span = min(CHOICE_WEEKS, len(known.weeks) // 3)
    held = incumbent(methods)
    if len(methods) == 1:
        choice = Choice(held, ())
        return choice, [], why(choice, methods)
    if span < LEAST_CHOICE_WEEKS:
        return Choice(held, ()), [], f"{what_it_is(held)}: too little past to choose on"
    weeks = list(range(first_week - span, first_week))
    if known.records[:, -span:].sum() < LEAST_CHOICE_RECORDS:
        choice = Choice(held, ())
        return choice, weeks, why(choice, methods)
    choice = choose(rolling(known, weeks, methods), seed=seed)
    return choice, weeks, f"{why(choice, methods)}, on the {span} weeks before the first test week"


def what_it_is(held: str) -> str:
    """What the method is that is in place before any choice, in words."""
    return "the rule to beat" if held == RULE_TO_BEAT else "the simplest method"


def why(choice: Choice, methods: Sequence[str]) -> str:
    """Why the chosen one of some methods was chosen, in words."""
    held = what_it_is(incumbent(methods))
    ground = ground_of(choice.method, methods, {item.method for item in choice.comparisons})
    if ground is Ground.ONLY:
        return "the only method asked for"
    if ground is Ground.TOO_FEW:
        return f"{held}: too few records to choose on"
    if ground is Ground.HELD:
        return f"{held}: no other is better beyond doubt"
    beaten = next(item for item in reversed(choice.comparisons) if item.method == choice.method)
    return f"its log score beats that of {beaten.against} beyond doubt (paired 90 % interval)"


def run_study(
    cube: Cube,
    category: str,
    weeks: Sequence[int],
    methods: Sequence[str],
    *,
    calendar: Calendar,
    seed: int,
    stopwatch: Callable[[], float] = lambda: 0.0,
) -> Study:
    """Backtest one category's cube over the given weeks with every method, the simplest first."""
    start = stopwatch()
    choice, choice_weeks, reason = choose_before(cube, weeks[0], methods, seed=seed)
    seconds_to_choose = stopwatch() - start
    runs = rolling(cube, weeks, methods, stopwatch=stopwatch)
    chosen = next(run for run in runs if run.method == choice.method)
    runs.append(replace(chosen, method=PUBLISHED))
    summaries = {run.method: summarise(run) for run in runs}
    # What a forecaster may see is hashed as it stood before the first test week, the truth as it stands now.
    known = cube.as_known(weeks[0])
    data = {
        "data_hash": data_hash(cube),
        "data_hash_before_first_test_week": data_hash(known),
        "from": calendar.start(int(cube.weeks[0])),
        "until": calendar.start(cube.end),
        "records_before_first_test_week": float(known.records.sum()),
        "cells": len(cube.area),
        "area_derived": cube.area.derived,
        "left_out": asdict(cube.left_out),
    }
    report: dict[str, object] = {
        "data": data,
        "weeks": [calendar.start(week) for week in weeks],
        "published": {
            "method": choice.method,
            "reason": reason,
            "chosen_on_weeks": [calendar.start(week) for week in choice_weeks],
            "comparisons": [difference_as_dict(item) for item in choice.comparisons],
        },
        "methods": {
            run.method: {
                **summaries[run.method],
                "learned": run.learned,
                "calibration": [row._asdict() for row in run.calibration],
                "by_week": [week_as_dict(score, calendar) for score in run.scores],
            }
            for run in runs
        },
        "differences": [difference_as_dict(item) for item in compare_all(runs[:-1], seed=seed)],
        "card": model_card(
            category=category,
            method=choice.method,
            reason=reason,
            learned=chosen.learned,
            scores=summaries[PUBLISHED],
            baseline=summaries[methods[0]],
            data=data,
            seed=seed,
            versions=versions(),
            scored_until=calendar.start(weeks[-1]) + timedelta(days=6),
        ),
    }
    cost = Cost(seconds_to_choose, {run.method: run.seconds for run in runs})
    return Study(runs, report, cost)


def week_as_dict(score: WeekScore, calendar: Calendar) -> dict[str, object]:
    """One week's scores for the report."""
    run = MethodRun(PUBLISHED, [], [score], {}, 0.0)
    return {"week_start": calendar.start(score.week), **summarise(run)}


def difference_as_dict(item: Difference) -> dict[str, object]:
    """One paired comparison for the report."""
    return {**asdict(item), "is_better": item.is_better}
