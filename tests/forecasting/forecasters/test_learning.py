"""The plain methods find the parameters that were planted."""

import numpy as np
import pytest

from forecasting.cube import Cube
from forecasting.forecasters.base import decay_weights, mixture_shares, window_weights
from forecasting.forecasters.decayed_mean import DecayedMean
from forecasting.forecasters.last_year import LastYear
from forecasting.forecasters.smoothed_decayed_mean import SmoothedDecayedMean


def test_window_weights():
    weights = window_weights(4, np.array([0, 1, 4]), 2)
    assert weights[:, 0].tolist() == [0, 0, 0, 0], "nothing is known before the first week"
    assert weights[:, 1].tolist() == [1, 0, 0, 0]
    assert weights[:, 2].tolist() == [0, 0, 0.5, 0.5]


def test_decay_weights_halve():
    weights = decay_weights(3, np.array([3, 2]), 1.0)
    assert weights[:, 0] == pytest.approx(np.array([1, 2, 4]) / 7)
    assert weights[:, 1] == pytest.approx(np.array([1, 2, 0]) / 3)


def test_mixture_shares_by_hand():
    # Two features, each explaining its own records alone: 3 records over a total of 6, 1 over 4.
    features = np.array([[1.0, 0], [0, 2]])
    assert mixture_shares(features, np.array([3.0, 1]), np.array([6.0, 4])) == pytest.approx([0.5, 0.25])
    assert mixture_shares(np.zeros((0, 2)), np.zeros(0), np.array([1.0, 0])) == pytest.approx([1, 0])


def test_half_life_may_be_given(city):
    forecaster = DecayedMean(half_life_weeks=7).fit(city())
    assert forecaster.half_life_weeks_ == 7
    assert forecaster.get_params() == {"half_life_weeks": 7}


def test_a_short_memory_is_found(area, events_of):
    random = np.random.default_rng(0)
    moving = np.zeros((len(area), 100))
    for season in range(20):
        hot = random.choice(len(area), 12, replace=False)
        moving[hot, season * 5 : season * 5 + 5] = 3
    still = np.repeat(random.gamma(0.5, 0.6, size=(len(area), 1)), 100, axis=1)
    found = [
        DecayedMean().fit(Cube.from_events(events_of(area, random.poisson(rate)), area=area)).half_life_weeks_
        for rate in (moving, still)
    ]
    assert found[0] <= 6
    assert found[1] >= 52


def test_neighbours_count_where_risk_is_smooth_and_not_where_it_is_rough(area, events_of):
    random = np.random.default_rng(1)
    rough = random.gamma(0.5, 0.2, size=len(area))
    smooth = rough
    for _ in range(3):
        smooth = (smooth + area.ring(1) @ smooth) / 2
    shares = {}
    for name, rate in (("rough", rough * 10), ("smooth", smooth)):
        counts = random.poisson(np.repeat(rate[:, None], 100, axis=1))
        fitted = SmoothedDecayedMean().fit(Cube.from_events(events_of(area, counts), area=area))
        shares[name] = fitted.ring_1_ + fitted.ring_2_
        assert fitted.own_ + fitted.ring_1_ + fitted.ring_2_ + fitted.shrinkage_ == pytest.approx(1)
    assert shares["rough"] < 0.1
    assert shares["smooth"] > 0.3


def test_smoothing_finds_the_true_rates_better(area, events_of):
    """On a smooth city with little data, the error against the true rates falls from method to method."""
    random = np.random.default_rng(3)
    rate = random.gamma(0.5, 0.1, size=len(area))
    for _ in range(3):
        rate = (rate + area.ring(1) @ rate) / 2
    cube = Cube.from_events(events_of(area, random.poisson(np.repeat(rate[:, None], 60, axis=1))), area=area)
    errors = [
        float(np.square(method().fit(cube).predict(cube.end).rate - rate).mean())
        for method in (LastYear, SmoothedDecayedMean)
    ]
    assert errors[1] < 0.7 * errors[0]
