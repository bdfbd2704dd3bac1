"""Alarms above the usual: how often chance rings, what a real rise does, and that the usual follows the week."""

import numpy as np
import pytest

from spatial.statistics import exceedance

DAYS = 84


def chance(seed: int, units: int = 200, days: int = DAYS + 1, rate: float = 1.5, shape: float | None = None):
    """Give counts of units whose rates differ, without any real rise; with a shape, overdispersed."""
    rng = np.random.default_rng(seed)
    rates = rng.gamma(2.0, rate / 2.0, size=(units, 1))
    if shape is not None:
        rates = rates * rng.gamma(shape, 1 / shape, size=(units, days))
    return rng.poisson(rates, size=(units, days)).astype(float)


@pytest.mark.parametrize("shape", [None, 3.0])
def test_chance_rings_no_more_often_than_stated(shape: float | None) -> None:
    """Four hundred days of two hundred units each; the stated rate is a week of three looks a day."""
    rung = 0
    trials = 400
    for seed in range(trials):
        days = chance(seed, shape=shape)
        rung += int(exceedance.exceed(days[:, :-1], days[:, -1]).alarms().sum())
    a_week = rung / trials * exceedance.LOOKS_A_WEEK
    assert a_week <= 1.5, a_week  # one is stated; a few alarms of luck are allowed for
    if shape is not None:
        # The negative control: a Poisson rule, blind to overdispersion, rings many times as often.
        from scipy import stats

        naive = 0
        for seed in range(trials):
            days = chance(seed, shape=shape)
            p = stats.poisson.sf(days[:, -1] - 1, days[:, :-1].mean(axis=1))
            naive += int((p <= exceedance.alpha_of(200, 1.0)).sum())
        assert naive > 4 * max(rung, 1), (naive, rung)


def test_a_real_rise_rings_and_its_neighbours_do_not() -> None:
    days = chance(7)
    usual = days[:, :-1].mean(axis=1)
    unit = int(np.argmin(abs(usual - 1.5)))
    observed = days[:, -1].copy()
    observed[unit] = 12
    found = exceedance.exceed(days[:, :-1], observed)
    assert found.alarms()[unit] and found.alarms().sum() == 1
    assert found.expected[unit] == pytest.approx(usual[unit], rel=0.3)
    assert found.low[unit] <= found.expected[unit] <= found.high[unit] < 12


def test_what_is_usual_follows_the_day_of_the_week() -> None:
    rng = np.random.default_rng(3)
    rates = np.where(np.arange(DAYS + 1) % 7 == DAYS % 7, 6.0, 2.0)
    days = rng.poisson(rates, size=(50, DAYS + 1)).astype(float)
    found = exceedance.exceed(days[:, :-1], days[:, -1])
    assert found.expected.mean() == pytest.approx(6, rel=0.15)


def test_units_with_little_of_their_own_lean_on_all() -> None:
    days = chance(5, units=100)
    days[0, :-1] = 0
    days[0, -1] = 2  # two in a place that never had one is no alarm of its own
    found = exceedance.exceed(days[:, :-1], days[:, -1])
    assert 0 < found.expected[0] < 0.2 and np.isfinite(found.p).all()


def test_half_a_record_rings_nothing() -> None:
    history = np.zeros((3, DAYS))
    found = exceedance.exceed(history, np.array([0.9, 0.5, 0.0]))
    assert not found.alarms().any() and (found.p == 1).all()


def test_the_base_rate_is_what_the_rule_would_have_rung() -> None:
    days = chance(11)
    before = exceedance.alarms_a_week(days, 28)
    assert before <= 0.75  # a day is looked at once here: a third of the stated rate, and luck
    days[3, -5] = 40
    days[9, -12] = 40
    assert exceedance.alarms_a_week(days, 28) == pytest.approx(before + 2 / 4, abs=0.26)


def test_too_little_history_is_refused() -> None:
    with pytest.raises(ValueError, match="28 days"):
        exceedance.exceed(np.ones((2, 27)), np.ones(2))
    with pytest.raises(ValueError, match="2 units"):
        exceedance.exceed(np.ones((2, 30)), np.ones(3))
