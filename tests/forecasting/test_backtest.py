"""Rolling origins, paired differences and the choice they allow."""

import math
from dataclasses import replace

import numpy as np
import pytest

from forecasting.backtest import MethodRun, rolling, score_week, summarise
from forecasting.comparison import choose, compare, compare_all
from forecasting.cube import Cube
from forecasting.errors import TooShort
from forecasting.forecasters.last_year import LastYear
from forecasting.incidents import Calendar
from forecasting.registry import METHODS
from forecasting.study import PUBLISHED, choose_before, run_study
from spatial import cells as h3_cells
from spatial.mass import UNIT

FIRST_WEEK = 2800
WEEKS = list(range(FIRST_WEEK + 70, FIRST_WEEK + 80))


@pytest.fixture(scope="module")
def runs(city):
    """Every method over ten weeks of a made-up city."""
    return rolling(city(weeks=80), WEEKS)


def test_every_method_every_week(runs, city):
    assert [run.method for run in runs] == list(METHODS)
    cube = city(weeks=80)
    for run in runs:
        assert [forecast.week for forecast in run.forecasts] == WEEKS
        assert run.column("observed").sum() == pytest.approx(cube.records[:, 70:].sum())
        assert sum(row.observed for row in run.calibration) == pytest.approx(cube.records[:, 70:].sum())


def test_scores_are_those_of_the_forecasts(runs, city):
    cube = city(weeks=80)
    run = runs[0]
    hits = sum(score_week(forecast, cube.observed(forecast.week)).captured[2] for forecast in run.forecasts)
    summary = summarise(run)
    assert summary["hit_rate"]["0.05"] == pytest.approx(hits / cube.records[:, 70:].sum())
    assert summary["pai"]["0.05"] == pytest.approx(summary["hit_rate"]["0.05"] / 0.05)
    assert 0 < summary["pei"]["0.05"] <= 1
    assert summary["hit_rate"]["0.01"] < summary["hit_rate"]["0.1"]


def test_later_weeks_never_reach_an_earlier_forecast(area, city, events_of):
    counts = city(weeks=80).mass // UNIT
    burst = counts.copy()
    burst[:, 75:] += 30
    span = (FIRST_WEEK, FIRST_WEEK + 80)
    plain, shocked = (
        rolling(Cube.from_events(events_of(area, each), area=area, weeks=span), WEEKS) for each in (counts, burst)
    )
    for one, other in zip(plain, shocked, strict=True):
        for week in range(6):
            assert one.forecasts[week].rate.tobytes() == other.forecasts[week].rate.tobytes()
        assert one.forecasts[6].rate.tobytes() != other.forecasts[6].rate.tobytes()


def test_parameters_are_learned_before_the_first_week(runs, city):
    cube = city(weeks=80)
    for run in runs:
        alone = METHODS[run.method]().fit(cube.as_known(WEEKS[0])).learned
        assert {k: v for k, v in run.learned.items() if k != "end_"} == {k: v for k, v in alone.items() if k != "end_"}


def test_incidents_outside_the_area_are_missed(area, city, events_of):
    events = events_of(area, city(weeks=80).mass // UNIT)
    far = h3_cells.cell_of(24.86, 67.0, 9)
    more = {
        "cell": np.concatenate([events["cell"], np.repeat(far, 100)]),
        "week": np.concatenate([events["week"], np.repeat(WEEKS[0], 100)]),
    }
    cube = Cube.from_events(more, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 80))
    run = rolling(cube, WEEKS, ["last_year"])[0]
    assert run.scores[0].outside == 100
    assert summarise(run)["records_outside_area"] == 100
    assert (
        summarise(run)["hit_rate"]["0.1"]
        < summarise(rolling(city(weeks=80), WEEKS, ["last_year"])[0])["hit_rate"]["0.1"]
    )


@pytest.mark.parametrize("weeks", [[], [FIRST_WEEK], [FIRST_WEEK + 90]])
def test_weeks_must_follow_data(city, weeks):
    with pytest.raises(TooShort):
        rolling(city(weeks=80), weeks)


def test_difference_by_hand(runs):
    run = runs[0]
    better = replace(run, scores=[replace(score, log_score=score.log_score - 127 * 0.1) for score in run.scores])
    difference = compare(better, run, "log_score", seed=1)
    # The same gain of 0.1 a cell in each week leaves no doubt at all.
    assert difference.difference == pytest.approx(-0.1)
    assert (difference.low, difference.high) == pytest.approx((-0.1, -0.1))
    assert difference.by_week == pytest.approx([-0.1] * 10)
    assert difference.is_better
    assert not compare(run, better, "log_score", seed=1).is_better
    assert not compare(run, run, "hit_rate", seed=1).is_better


def test_bootstrap_covers_the_spread_of_weeks(runs):
    """The 90 % interval of a mean of 10 weekly gains is near mean -/+ 1.645 standard errors."""
    run = runs[0]
    gains = np.linspace(-1, 3, 10)
    other = replace(
        run,
        scores=[replace(s, deviance=s.deviance - gain * s.cells) for s, gain in zip(run.scores, gains, strict=True)],
    )
    difference = compare(other, run, "poisson_deviance", seed=4)
    margin = 1.645 * gains.std() / np.sqrt(10)
    assert difference.low == pytest.approx(-gains.mean() - margin, abs=0.1)
    assert difference.high == pytest.approx(-gains.mean() + margin, abs=0.1)


def test_same_seed_same_interval(runs):
    assert compare_all(runs, seed=7) == compare_all(runs, seed=7)
    assert compare_all(runs, seed=7) != compare_all(runs, seed=8)
    assert len(compare_all(runs, seed=7)) == 3 * math.comb(len(METHODS), 2)


def shifted(run: MethodRun, name: str, gains: list[float]) -> MethodRun:
    """A run under another name whose log scores are better by these gains."""
    return replace(
        run,
        method=name,
        scores=[replace(s, log_score=s.log_score - g) for s, g in zip(run.scores, gains, strict=True)],
    )


def test_what_is_in_place_stays_unless_beaten_beyond_doubt(runs):
    base = runs[0]
    lucky = shifted(base, "lucky", [30] + [-1] * 9)
    assert choose([base, lucky], seed=0).method == base.method, "better on average, by one week's luck"
    steady = shifted(base, "steady", [1.0 + 0.1 * week for week in range(10)])
    assert choose([base, lucky, steady], seed=0).method == "steady"
    no_better = shifted(steady, "complex", [0.0] * 10)
    assert choose([base, steady, no_better], seed=0).method == "steady"
    assert choose([base], seed=0).method == base.method


def test_the_rule_to_beat_is_in_place_first(runs):
    by_name = {run.method: run for run in runs}
    rule = by_name["smoothed_decayed_mean"]
    simpler = replace(rule, method="last_year")
    assert choose([simpler, rule], seed=0).method == "smoothed_decayed_mean", (
        "as good as it, and simpler, is not better"
    )
    better = shifted(rule, "last_year", [1.0 + 0.1 * week for week in range(10)])
    assert choose([better, rule], seed=0).method == "last_year"
    assert choose([simpler, shifted(rule, "decayed_mean", [0.0] * 10)], seed=0).method == "last_year"


def test_fewer_hits_beyond_doubt_take_no_place(runs):
    rule = next(run for run in runs if run.method == "smoothed_decayed_mean")
    better = shifted(rule, "better", [1.0 + 0.1 * week for week in range(10)])
    blind = replace(better, scores=[replace(s, captured=tuple(0.5 * hit for hit in s.captured)) for s in better.scores])
    assert choose([rule, better], seed=0).method == "better"
    choice = choose([rule, blind], seed=0)
    assert choice.method == "smoothed_decayed_mean"
    assert [item.score for item in choice.comparisons] == ["log_score", "hit_rate"]
    assert choice.comparisons[-1].is_worse


def test_choice_sees_only_what_came_before(area, city, events_of):
    counts = city(weeks=80).mass // UNIT
    later = counts.copy()
    later[:, 70:] = later[::-1, 70:] * 9
    span = (FIRST_WEEK, FIRST_WEEK + 80)
    choices = [
        choose_before(Cube.from_events(events_of(area, each), area=area, weeks=span), WEEKS[0], list(METHODS), seed=0)
        for each in (counts, later)
    ]
    assert choices[0] == choices[1]
    assert choices[0][1] == list(range(WEEKS[0] - 23, WEEKS[0]))


def test_too_little_past_gives_the_rule_to_beat(city):
    choice, weeks, reason = choose_before(city(weeks=80), FIRST_WEEK + 9, list(METHODS), seed=0)
    assert (choice.method, weeks) == ("smoothed_decayed_mean", [])
    assert "too little past" in reason


def test_too_few_records_give_the_rule_to_beat(area):
    cube = Cube.from_events({"cell": area.cells[:9], "week": np.arange(9) + 2860}, area=area, weeks=(2800, 2880))
    choice, _, reason = choose_before(cube, 2870, list(METHODS), seed=0)
    assert choice.method == "smoothed_decayed_mean"
    assert "too few records" in reason


def test_a_city_of_moving_hot_spots_is_not_given_last_year(area, events_of):
    """Where the hot cells of this season are not those of the last, the choice must see it."""
    random = np.random.default_rng(2)
    counts = np.zeros((len(area), 100), dtype=np.int64)
    for season in range(10):
        hot = random.choice(len(area), 12, replace=False)
        counts[hot, season * 10 : season * 10 + 10] = random.poisson(4, size=(12, 10))
    cube = Cube.from_events(events_of(area, counts), area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 100))
    weeks = list(range(FIRST_WEEK + 90, FIRST_WEEK + 100))
    study = run_study(cube, "robbery", weeks, list(METHODS), calendar=Calendar(), seed=0)
    assert study.report["published"]["method"] != "last_year"
    assert study.runs[-1].method == PUBLISHED
    published, simplest = (study.report["methods"][name]["log_score"] for name in (PUBLISHED, "last_year"))
    assert published < simplest


def test_last_year_is_the_count_of_52_weeks(city):
    cube = city(weeks=80)
    forecast = LastYear().fit(cube).predict(cube.end)
    counts = cube.records[:, -52:].sum(axis=1)
    order = np.argsort(counts, kind="stable")
    assert np.all(np.diff(forecast.rate[order]) >= -1e-12), "ranks exactly as the counts do"
    assert np.corrcoef(counts / 52, forecast.rate)[0, 1] == pytest.approx(1)
    assert forecast.rate.sum() == pytest.approx(counts.sum() / 52, rel=0.01)
