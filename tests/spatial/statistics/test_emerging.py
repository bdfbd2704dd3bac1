"""Emerging hotspots: false discoveries are held, a real rise is found."""

import numpy as np

from spatial.statistics import emerging

TEST = {"weeks_now": 4, "weeks_before": 48, "phi": 1.0}


def test_of_what_is_called_rising_little_is_chance() -> None:
    rng = np.random.default_rng(1)
    false = shares = found_true = 0.0
    for _ in range(60):
        rates = rng.gamma(1.0, 0.4, 300)
        true = np.zeros(300, dtype=bool)
        true[:15] = True
        now = rng.poisson(np.where(true, 6 + 3 * rates, rates) * 4)
        tested = emerging.rising(now.astype(float), rng.poisson(rates * 48).astype(float), **TEST)
        found = int(tested.found.sum())
        false += (tested.found & ~true).sum() / max(found, 1)
        found_true += tested.found[true].mean()
        shares += found
    assert false / 60 <= 0.1 and found_true / 60 > 0.9 and shares > 0


def test_without_the_correction_chance_is_called_rising() -> None:
    """The negative control: p alone finds something where nothing rose."""
    rng = np.random.default_rng(2)
    rates = rng.gamma(1.0, 0.8, 2000)
    tested = emerging.rising(rng.poisson(rates * 4) + 0.0, rng.poisson(rates * 48) + 0.0, **TEST)
    assert (tested.p <= 0.1).sum() > 20 and tested.found.sum() <= 2


def test_nothing_and_no_cells() -> None:
    assert emerging.rising(np.zeros(0), np.zeros(0), **TEST).found.shape == (0,)
    tested = emerging.rising(np.zeros(3), np.zeros(3), **TEST)
    assert (tested.p == 1).all() and not tested.found.any()
    assert emerging.rising(np.array([0.7]), np.array([3.0]), **TEST).p[0] < 1, "fractions of records are taken"
