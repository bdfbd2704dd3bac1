"""The self-exciting method finds planted triggering, and none where there is none."""

import numpy as np
import pytest

from forecasting.backtest import rolling, summarise
from forecasting.cube import Cube
from forecasting.forecasters.base import window_weights
from forecasting.forecasters.last_year import LastYear
from forecasting.forecasters.self_exciting import AGE_BANDS, SelfExciting, band_weights

WEEKS = 160


def simulate(area, branching: float, seed: int) -> np.ndarray:
    """Counts whose records raise the rate of their cell and first ring in the two weeks after, (c, w)."""
    random = np.random.default_rng(seed)
    background = random.gamma(0.6, 0.5, size=len(area)) * (1 - branching)
    counts = np.zeros((len(area), WEEKS), dtype=np.int64)
    for week in range(WEEKS):
        late = counts[:, max(week - 2, 0) : week].sum(axis=1) / 2
        rate = background + branching * (0.6 * late + 0.4 * (area.ring(1).T @ late))
        counts[:, week] = random.poisson(rate)
    return counts


@pytest.fixture(scope="module")
def fitted(wide_area, events_of):
    """The method fitted to processes of no and of much triggering."""
    found = {}
    for branching in (0.0, 0.5):
        cube = Cube.from_events(events_of(wide_area, simulate(wide_area, branching, 3)), area=wide_area)
        found[branching] = (cube, SelfExciting().fit(cube))
    return found


def test_branching_is_found(fitted):
    assert fitted[0.0][1].branching_ratio_ < 0.1
    assert 0.35 < fitted[0.5][1].branching_ratio_ < 0.65


def test_kernel_falls_with_age_and_distance(fitted):
    kernel = fitted[0.5][1].kernel_
    near, later = kernel["0-1 weeks, distance 0"], kernel["3-8 weeks, distance 0"]
    # 0.3 in the first week and 0.15 of the half that the band 1-3 shares with the third: planted.
    assert near == pytest.approx(0.15, abs=0.07)
    assert near > 3 * later
    assert kernel["0-1 weeks, distance 1"] > kernel["0-1 weeks, distance 2"]


def test_shares_add_up_to_one(fitted):
    for _, forecaster in fitted.values():
        assert sum(forecaster.shares_) + forecaster.shrinkage_ == pytest.approx(1)
        assert min(forecaster.shares_) >= 0


def test_it_wins_where_records_trigger_records(fitted):
    cube = fitted[0.5][0]
    methods = {"self_exciting": SelfExciting, "last_year": LastYear}
    runs = rolling(cube, range(cube.end - 20, cube.end), list(methods), make=lambda name: methods[name]())
    scores = {run.method: summarise(run) for run in runs}
    assert scores["self_exciting"]["log_score"] < scores["last_year"]["log_score"] - 0.01
    assert scores["self_exciting"]["hit_rate"]["0.05"] > scores["last_year"]["hit_rate"]["0.05"]


def test_band_weights():
    origins = np.array([1, 5])
    weights = band_weights(6, origins, 1, 3)
    assert weights[:, 1].tolist() == [0, 0, 0.5, 0.5, 0, 0], "weeks of age 1 and 2"
    assert weights[:, 0].tolist() == [1, 0, 0, 0, 0, 0], "too young a history: all there is"
    assert np.array_equal(band_weights(6, origins, 0, 104), window_weights(6, origins, 104))
    assert [end for _, end in AGE_BANDS][:-1] == [start for start, _ in AGE_BANDS][1:], "bands leave no gap"
