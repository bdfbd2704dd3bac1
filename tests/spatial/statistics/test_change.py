"""Usual and change: intervals hold what they say, in worlds whose truth is known."""

import numpy as np
import pytest

from spatial.statistics import change


def _world(rng: np.random.Generator, rate: float, phi: float, rows: int, weeks: int) -> np.ndarray:
    """Give weekly counts with mean `rate` and variance `phi * rate`."""
    if phi <= 1:
        return rng.poisson(rate, (rows, weeks)).astype(float)
    return rng.negative_binomial(rate / (phi - 1), 1 / phi, (rows, weeks)).astype(float)


@pytest.mark.parametrize(("rate", "phi"), [(0.5, 1.0), (3.0, 1.0), (3.0, 2.5), (12.0, 2.5)])
def test_nine_intervals_in_ten_hold_the_truth(rate: float, phi: float) -> None:
    rng = np.random.default_rng(7)
    every = _world(rng, rate, phi, 4000, 56)
    weekly, now = every[:, :52], every[:, 52:].sum(axis=1)
    measured = change.dispersion(weekly)
    assert measured == pytest.approx(phi, rel=0.1)
    usual = change.usual(weekly, 4, measured)
    inside = ((now >= usual.low) & (now <= usual.high)).mean()
    assert 0.86 <= inside <= 0.97, "a count is whole, so its interval holds a little more at small rates"
    found = change.change(now, weekly, 4, measured)
    known = ~np.isnan(found.ratio)
    holds = ((found.low <= 0) & (found.high >= 0))[known].mean()
    assert 0.86 <= holds <= 0.97


def test_without_the_dispersion_the_intervals_are_too_narrow() -> None:
    """The negative control: Poisson intervals on scattered counts call chance a change."""
    every = _world(np.random.default_rng(7), 3.0, 2.5, 4000, 56)
    found = change.change(every[:, 52:].sum(axis=1), every[:, :52], 4, 1.0)
    assert ((found.low <= 0) & (found.high >= 0)).mean() < 0.8


def test_a_doubling_is_seen() -> None:
    rng = np.random.default_rng(3)
    weekly = _world(rng, 5.0, 1.0, 1000, 52)
    now = rng.poisson(40, 1000).astype(float)
    assert (change.change(now, weekly, 4, 1.0).low > 0).mean() > 0.95


def test_nothing_against_nothing_has_no_answer_and_something_against_nothing_has_no_bound() -> None:
    none, new = change.change(np.array([0.0, 3.0]), np.zeros((2, 52)), 4, 1.0)[0]
    assert np.isnan(none) and np.isinf(new)
    found = change.change(np.array([0.0, 3.0]), np.zeros((2, 52)), 4, 1.0)
    assert found.low[1] > 0 and np.isinf(found.high[1])
    assert np.isnan(change.change(np.array([3.0]), np.zeros((1, 0)), 4, 1.0).ratio[0])


def test_a_part_of_a_forecast_is_thinned() -> None:
    rng = np.random.default_rng(5)
    rates, dispersions, shares = np.array([4.0, 1.0]), np.array([0.5, 0.0]), np.array([0.25, 1.0])
    mean, low, high = change.sum_interval(rates, dispersions, shares)
    first = rng.binomial(rng.negative_binomial(1 / 0.5, 1 / (1 + 0.5 * 4.0), 100_000), 0.25)
    drawn = first + rng.poisson(1.0, 100_000)
    assert mean == pytest.approx(drawn.mean(), rel=0.02)
    assert 0.88 <= ((drawn >= low) & (drawn <= high)).mean() <= 0.99
    assert change.sum_interval(np.zeros(1), np.zeros(1), np.ones(1)) == (0.0, 0.0, 0.0)
