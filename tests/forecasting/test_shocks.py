"""Registration shocks: caught in time where counts allow it, quiet where nothing changed."""

import numpy as np
import pytest

from forecasting import shocks
from forecasting.errors import BadEvents

STEP = 60


def town(series: int, weeks: int, seed: int) -> np.ndarray:
    """What all of an area share: a season of 10 %, a feast that loses 30 % of its week, noise of 5 %."""
    week = np.arange(weeks)
    common = (1 + 0.1 * np.sin(2 * np.pi * week / 52)) * np.where(week % 52 == 30, 0.7, 1.0)
    return common * (1 + 0.05 * np.random.default_rng(seed).normal(size=(series, weeks)))


def unchanged(level: float, common: np.ndarray, seed: int, factor: float = 1.25) -> np.ndarray:
    """Weekly registrations of stations in which nothing changed; variance over mean is ``factor``."""
    random = np.random.default_rng(seed)
    return random.poisson(random.gamma(level * common / (factor - 1), factor - 1))


def quiet_years(level: float, series: int, weeks: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Such registrations, and what else their area registered."""
    common = town(series, weeks, seed)
    return unchanged(level, common, seed), np.random.default_rng(seed).poisson(3000 * common)


def with_step(
    level: float, series: int, share: float, weeks_after: int, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The same with a step at week ``STEP``."""
    counts, exposure = quiet_years(level, series, STEP + weeks_after, seed)
    more = unchanged(level * share, town(series, STEP + weeks_after, seed), seed + 100)
    return np.where(np.arange(STEP + weeks_after) >= STEP, counts + more, counts), exposure


def caught(found: list[list[shocks.Shock]], sign: int = 1) -> float:
    """Share of the series in which a shock of that sign covers a week from the step on."""
    return float(np.mean([any(s.end_week > STEP and sign * s.statistic > 0 for s in each) for each in found]))


@pytest.mark.parametrize("level", [165, 400])
def test_a_step_of_thirty_percent_shows_within_two_weeks(level):
    counts, exposure = with_step(level, 400, 0.3, weeks_after=2)
    assert caught(shocks.watch(counts, exposure=exposure)) >= 0.95


def test_of_fewer_records_it_shows_later_and_at_two_a_week_not_at_all():
    """What the docs say that the rule cannot do: power is a matter of how much is recorded."""
    counts, exposure = with_step(45, 400, 0.3, weeks_after=2)
    assert 0.4 < caught(shocks.watch(counts, exposure=exposure)) < 0.7
    counts, exposure = with_step(45, 400, 0.3, weeks_after=8)
    assert caught(shocks.watch(counts, exposure=exposure)) >= 0.95
    counts, exposure = with_step(2, 400, 0.3, weeks_after=8)
    assert caught(shocks.watch(counts, exposure=exposure)) < 0.4


@pytest.mark.parametrize("level", [0.5, 2, 5, 20, 100, 300])
def test_false_alarms_stay_under_one_a_station_and_year(level):
    """And not far under it: a threshold higher than it has to be sees less than it could."""
    counts, exposure = quiet_years(level, 250, 52 * 4, seed=11)
    a_year = [
        sum(shock.caught_week >= 26 for each in found for shock in each) / (250 * 3.5)
        for found in (shocks.watch(counts, exposure=exposure), shocks.watch(counts, exposure=exposure, allowance=0))
    ]
    assert a_year[0] <= 1.0
    assert (0.75 if level >= 5 else 0.2) <= a_year[1] <= 1.1


def test_a_station_of_twelve_heads_has_one_false_alarm_a_year():
    """Total, late records and heads together, each with its part of the budget."""
    stations, weeks, heads = 60, 52 * 3, 12
    levels = np.array([20, 8, 6, 4, 3, 2, 2, 1, 1, 0.5, 0.5, 0.2])
    common = town(stations, weeks, seed=50)
    exposure = np.random.default_rng(50).poisson(3000 * common)
    by_head = [unchanged(level, common, seed=60 + index) for index, level in enumerate(levels)]
    found = []
    for counts in by_head:
        found += shocks.watch(counts, exposure=exposure, false_alarms_a_year=shocks.FALSE_ALARMS_HEADS / heads)
    total = sum(by_head)
    found += shocks.watch(total, exposure=exposure, false_alarms_a_year=shocks.FALSE_ALARMS_TOTAL)
    late = np.random.default_rng(4).poisson(0.04 * levels.sum(), size=total.shape)
    found += shocks.watch_late(late)
    alarms = sum(shock.caught_week >= 26 for each in found for shock in each)
    assert 0 < alarms / (stations * (weeks - 26) / 52) <= 1.0


def test_an_exposure_is_what_keeps_the_season_quiet():
    """The control: without the rest of the area the same stations raise more alarms."""
    counts, exposure = quiet_years(300, 100, 52 * 3, seed=12)
    alarms = [
        sum(len(each) for each in found) for found in (shocks.watch(counts, exposure=exposure), shocks.watch(counts))
    ]
    assert alarms[1] > 3 * alarms[0]


@pytest.mark.parametrize("level", [5, 50])
def test_a_station_that_stops_recording(level):
    counts, exposure = quiet_years(level, 100, STEP + 4, seed=13)
    counts[:, STEP:] = 0
    found = shocks.watch(counts, exposure=exposure)
    assert caught(found, sign=-1) >= 0.95
    last = [each[-1] for each in found if each]
    silent = [shock for shock in last if shock.kind == shocks.SILENT]
    assert len(silent) >= 0.9 * len(last)
    within = 2 if level == 50 else 4
    assert np.mean([shock.caught_week < STEP + within for shock in silent]) >= 0.95
    assert all(shock.is_open and shock.ratio < 0.5 for shock in silent)


def test_lahore_2021_the_bulk_registration_of_old_complaints():
    """16,533 complaints of January to October entered in November, beside 29,000 registered in time a year.

    In the town's total and in the stations' the batch is flagged with its first week, and nothing is before.
    """
    random = np.random.default_rng(2021)
    stations, weeks, november = 84, 104, slice(96, 100)
    size = random.gamma(4, 0.25, size=stations)
    size /= size.sum()
    registered = random.poisson(29_000 / 52 * size[:, None], size=(stations, weeks))
    late = random.binomial(registered, 0.03)
    batch = random.multinomial(16_533, np.repeat(size / 4, 4)).reshape(stations, 4)
    assert batch.sum() == 16_533
    for counts in (registered, late):
        counts[:, november] += batch
    town = shocks.watch_late(late.sum(axis=0))[0]
    assert [shock.kind for shock in town] == [shocks.BULK_LATE]
    assert (town[0].first_week, town[0].end_week, town[0].caught_week) == (96, 100, 96)
    assert shocks.watch(registered.sum(axis=0))[0][0].kind == shocks.BURST
    by_station = shocks.watch_late(late)
    seen = [any(96 <= s.caught_week < 100 for s in each) for each in by_station]
    assert np.mean(seen) == 1.0, "every station within the four weeks"
    early = sum(shock.caught_week < 96 for each in by_station for shock in each)
    assert early / (stations * 96 / 52) <= shocks.FALSE_ALARMS_LATE


def test_a_wave_of_crime_is_no_bulk_registration():
    """The control: as much more, registered with the usual delays, is a burst and not a backlog cleared."""
    random = np.random.default_rng(3)
    registered = random.poisson(100, size=(50, 80))
    registered[:, 70:74] *= 3
    late = random.binomial(registered, 0.0)
    assert not any(shocks.watch_late(late))
    # A week back at the usual level counts as back in nine cases of ten, so an end may come a week late.
    seen = [any(s.kind == shocks.BURST and 74 <= s.end_week <= 75 for s in each) for each in shocks.watch(registered)]
    assert np.mean(seen) >= 0.95


def test_burst_step_and_dip_are_told_apart():
    flat = np.full(90, 100.0)
    burst, step, dip, still_open = flat.copy(), flat.copy(), flat.copy(), flat.copy()
    burst[60:63] = 300
    step[60:] = 150
    dip[60:63] = 30
    still_open[86:] = 200
    found = shocks.watch([burst, step, dip, still_open, flat])
    assert [(s.kind, s.first_week, s.end_week, s.is_open) for s in found[0]] == [(shocks.BURST, 60, 63, False)]
    assert [(s.kind, s.first_week, s.is_open) for s in found[1]] == [(shocks.STEP_UP, 60, False)]
    assert found[1][0].ratio == pytest.approx(1.5)
    assert [(s.kind, s.first_week, s.end_week) for s in found[2]] == [(shocks.DIP, 60, 63)]
    assert [(s.kind, s.is_open) for s in found[3]] == [(shocks.BURST, True)]
    assert found[4] == []
    assert found[0][0].message == ("shock.burst", {"weeks": 3.0, "percent": 200.0, "usual": 100.0})


def test_after_a_step_the_new_level_is_usual():
    counts = np.full(150, 100.0)
    counts[60:] = 150
    counts[120:] = 100
    kinds = [(shock.kind, shock.first_week) for shock in shocks.watch(counts)[0]]
    assert kinds == [(shocks.STEP_UP, 60), (shocks.STEP_DOWN, 120)]


def test_later_weeks_change_nothing_that_was_seen():
    counts, exposure = with_step(100, 5, 0.8, weeks_after=40)
    before = shocks.watch(counts[:, :90], exposure=np.full((5, 90), 1.0))
    after = shocks.watch(counts, exposure=np.full((5, 100), 1.0))
    for early, late in zip(before, after, strict=True):
        closed = [shock for shock in early if not shock.is_open]
        assert late[: len(closed)] == closed


def test_the_statistic_is_a_likelihood_ratio():
    # 100 in 10 weeks, then 30 in 2: without an allowance 2 sum y log(y / expected), expected 130 / 12 a week.
    expected = 2 * (100 * np.log(100 / (1300 / 12)) + 30 * np.log(30 / (260 / 12)))
    one = np.ones(1)
    assert shocks.statistic(100 * one, 10 * one, 30 * one, 2 * one, 0.0) == pytest.approx([expected])
    assert shocks.statistic(100 * one, 10 * one, 20 * one, 2 * one, 0.0) == pytest.approx([0])
    assert shocks.statistic(100 * one, 10 * one, 21 * one, 2 * one, 0.1) == pytest.approx([0], abs=1e-9)
    assert shocks.statistic(100 * one, 10 * one, 0 * one, 2 * one, 0.0)[0] < -20
    assert shocks.statistic(100 * one, 10 * one, 30 * one, 0 * one, 0.0) == pytest.approx([0])


@pytest.mark.parametrize("counts", [np.zeros(0), np.zeros(5), np.ones(9), np.full(40, 0.3)])
def test_short_or_empty_series_say_nothing(counts):
    assert shocks.watch(counts) == [[]]


@pytest.mark.parametrize(
    ("counts", "exposure"), [([-1.0, 2], None), ([np.nan, 1], None), ([1.0, 2], [1.0]), ([1.0, 2], [-1.0, 1])]
)
def test_bad_numbers_are_refused(counts, exposure):
    with pytest.raises(BadEvents):
        shocks.watch(counts, exposure=exposure)
