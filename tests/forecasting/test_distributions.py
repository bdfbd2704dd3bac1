"""Predictive distributions against scipy's, and intervals that cover what they say."""

import numpy as np
import pytest
from scipy import stats

from forecasting.cube import Cube
from forecasting.distributions import (
    between_whole_counts,
    distribution,
    fit_dispersion,
    fit_spread,
    log_mass,
    quantile,
)
from forecasting.metrics import budget_shares, coverage
from forecasting.registry import METHODS, make

RATES = np.array([0.001, 0.05, 0.7, 3.0, 40.0, 900.0])


@pytest.mark.parametrize("alpha", [0.0, 0.01, 0.5, 3.0])
def test_as_scipy_has_it(alpha):
    count = np.array([0.0, 1, 1, 5, 30, 950])
    reference = stats.nbinom(1 / alpha, 1 / (1 + alpha * RATES)) if alpha else stats.poisson(RATES)
    dispersion = np.full(RATES.shape, alpha)
    assert distribution(count, RATES, dispersion) == pytest.approx(reference.cdf(count))
    assert log_mass(count, RATES, dispersion) == pytest.approx(reference.logpmf(count))
    for probability in (0.05, 0.5, 0.95):
        assert quantile(probability, RATES, dispersion).tolist() == reference.ppf(probability).tolist()


def test_a_rate_of_zero_is_no_record():
    none = np.zeros(1)
    assert distribution(none, none, none).tolist() == [1]
    assert quantile(0.95, none, none).tolist() == [0]
    assert quantile(0.95, none, np.ones(1)).tolist() == [0]


def test_fractions_lie_between():
    mass = np.array([2.0, 2.25])
    assert between_whole_counts(lambda count: count**2, mass) == pytest.approx([4, 0.75 * 4 + 0.25 * 9])


@pytest.mark.parametrize("alpha", [0.0, 0.4, 2.0])
def test_dispersion_is_found(alpha):
    random = np.random.default_rng(5)
    rate = random.gamma(0.5, 1, size=40_000)
    level = rate if not alpha else random.gamma(1 / alpha, alpha * rate)
    assert fit_dispersion(random.poisson(level).astype(float), rate) == pytest.approx(alpha, rel=0.1, abs=0.01)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_spread_by_rate_is_found(power):
    """Variance = rate + 0.6 * rate ** (2 - power): the power is found within a step, and the spread at each rate."""
    random = np.random.default_rng(6)
    rate = random.gamma(0.5, 2, size=60_000) + 0.01
    alpha = 0.6 * rate**-power
    masses = random.poisson(random.gamma(1 / alpha, alpha * rate)).astype(float)
    found = fit_spread(masses, rate)
    assert found.power == pytest.approx(power, abs=0.25)
    for each in (0.3, 1.0, 4.0):
        assert found.at(np.array([each])) == pytest.approx([0.6 * each**-power], rel=0.2)


def test_spread_of_poisson_data_is_none():
    random = np.random.default_rng(7)
    rate = random.gamma(0.5, 1, size=40_000) + 0.01
    found = fit_spread(random.poisson(rate).astype(float), rate)
    assert found.alpha == pytest.approx(0, abs=0.01)
    assert not found._replace(alpha=0.0).at(rate).any()


def test_one_dispersion_misses_the_busy_cells_where_spread_falls_with_the_rate():
    """The control of ``fit_spread``: with one dispersion the best-ranked cells are covered too often."""
    random = np.random.default_rng(8)
    rate = random.gamma(0.3, 1.5, size=60_000) + 0.01
    alpha = 0.4 / rate
    masses = random.poisson(random.gamma(1 / alpha, alpha * rate)).astype(float)
    top = budget_shares(rate, 0.05)
    covered = {
        name: float(top @ coverage(rate, dispersion, masses) / top.sum())
        for name, dispersion in (
            ("spread", fit_spread(masses, rate).at(rate)),
            ("one", np.full(rate.shape, fit_dispersion(masses, rate))),
        )
    }
    assert 0.88 <= covered["spread"] <= 0.92
    assert not 0.88 <= covered["one"] <= 0.92


def test_fitting_gathers_without_changing_the_likelihood():
    """The maximum over gathered counts is that of scipy's over every cell, fractions as chances."""
    random = np.random.default_rng(9)
    rate = random.gamma(0.5, 1, size=3_000) + 0.001
    masses = random.poisson(random.gamma(2, 0.5 * rate)) + random.choice([0, 0, 0.25], size=3_000)

    def likelihood(alpha: float) -> float:
        each = stats.nbinom(1 / alpha, 1 / (1 + alpha * rate))
        low, part = np.floor(masses), masses % 1
        return float(((1 - part) * each.logpmf(low) + part * each.logpmf(low + 1)).sum())

    found = fit_dispersion(masses, rate)
    assert likelihood(found) >= max(likelihood(found * times) for times in (0.9, 0.98, 1.02, 1.1))


def test_no_data_is_poisson():
    assert fit_spread(np.zeros(9), np.ones(9)).alpha == 0
    assert fit_spread(np.full(9, 5.0), np.full(9, 5.0)).alpha == 0, "nor where every cell has many"
    assert fit_dispersion(np.zeros(9), np.ones(9)) == 0
    assert fit_dispersion(np.zeros(0), np.zeros(0)) == 0


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("name", list(METHODS))
def test_ninety_percent_intervals_cover_ninety_percent(name, alpha, wide_area, events_of):
    """Simulated cities, Poisson and over-dispersed: 88..92 % overall and in the best-ranked twentieth."""
    covered, cells, top_covered, top_cells = 0.0, 0, 0.0, 0.0
    for seed in range(4):
        random = np.random.default_rng(seed)
        rate = random.gamma(0.4, 0.5, size=len(wide_area))
        shape = (len(wide_area), 107)
        level = rate[:, None] * (random.gamma(1 / alpha, alpha, size=shape) if alpha else 1)
        counts = random.poisson(level, size=shape)
        cube = Cube.from_events(events_of(wide_area, counts), area=wide_area, weeks=(2800, 2907))
        forecaster = make(name).fit(cube.as_known(2904))
        for week in (2904, 2905, 2906):  # of one fit: its weeks are as independent as those of three cities
            forecast = forecaster.update(cube.as_known(week)).predict(week)
            inside = coverage(forecast.rate, forecast.dispersion, cube.observed(week))
            top = budget_shares(forecast.rate, 0.05)
            covered, cells = covered + inside.sum(), cells + inside.size
            top_covered, top_cells = top_covered + top @ inside, top_cells + top.sum()
    assert 0.88 <= covered / cells <= 0.92
    assert top_cells > 430  # a standard error of 0.014
    assert 0.86 <= top_covered / top_cells <= 0.94, "three standard errors about 90 %"
