"""What the watch says that it can see is what it sees."""

import numpy as np
import pytest

from forecasting import shocks
from forecasting.power import chance_seen, least_rise
from tests.forecasting.test_shocks import STEP, unchanged


@pytest.mark.parametrize("level", [5, 20, 45, 100, 200])
def test_the_chance_is_that_of_simulated_steps(level):
    common = np.ones((600, STEP + 2))
    counts = unchanged(level, common, seed=21)
    counts[:, STEP:] = unchanged(1.3 * level, common[:, STEP:], seed=22)
    found = shocks.watch(counts, false_alarms_a_year=0.6)
    seen = np.mean([any(s.caught_week >= STEP and s.statistic > 0 for s in each) for each in found])
    assert chance_seen(level, false_alarms_a_year=0.6) == pytest.approx(seen, abs=0.07)


def test_it_grows_with_the_level_the_rise_and_the_alarms_that_are_allowed():
    chances = [chance_seen(level) for level in (0, 2, 20, 45, 100, 400)]
    assert chances == sorted(chances) and chances[0] == 0 and chances[-1] > 0.99
    assert chance_seen(45, 0.6) > chance_seen(45, 0.3) > chance_seen(45, 0.1)
    assert chance_seen(45, false_alarms_a_year=1.0) > chance_seen(45, false_alarms_a_year=0.1)
    assert chance_seen(45, factor=1.0) > chance_seen(45, factor=2.0)


def test_the_least_rise_is_the_first_that_is_seen_in_95_of_100():
    rise = least_rise(50)
    assert rise is not None and chance_seen(50, rise) >= 0.95 > chance_seen(50, rise - 0.02)
    assert least_rise(400) < 0.25 and least_rise(0) is None and least_rise(0.01) is None
