"""Predictive distributions against scipy's, and intervals that cover what they say."""

import numpy as np
import pytest
from scipy import stats

from forecasting.cube import Cube
from forecasting.distributions import (
    between_whole_counts,
    distribution,
    fit_dispersion,
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


def test_no_data_is_poisson():
    assert fit_dispersion(np.zeros(9), np.ones(9)) == 0
    assert fit_dispersion(np.zeros(0), np.zeros(0)) == 0


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("name", list(METHODS))
def test_ninety_percent_intervals_cover_ninety_percent(name, alpha, wide_area, events_of):
    """Simulated cities, Poisson and over-dispersed: 88..92 % overall and in the best-ranked twentieth."""
    covered, cells, top_covered, top_cells = 0.0, 0, 0.0, 0.0
    for seed in range(12):
        random = np.random.default_rng(seed)
        rate = random.gamma(0.4, 0.5, size=len(wide_area))
        shape = (len(wide_area), 105)
        level = rate[:, None] * (random.gamma(1 / alpha, alpha, size=shape) if alpha else 1)
        counts = random.poisson(level, size=shape)
        cube = Cube.from_events(events_of(wide_area, counts), area=wide_area, weeks=(2800, 2905))
        forecast = make(name).fit(cube.as_known(2904)).predict(2904)
        inside = coverage(forecast.rate, forecast.dispersion, cube.observed(2904))
        top = budget_shares(forecast.rate, 0.05)
        covered, cells = covered + inside.sum(), cells + inside.size
        top_covered, top_cells = top_covered + top @ inside, top_cells + top.sum()
    assert 0.88 <= covered / cells <= 0.92
    assert 0.86 <= top_covered / top_cells <= 0.94, "432 cells: three standard errors about 90 %"
