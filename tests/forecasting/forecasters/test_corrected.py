"""Corrections of the mixture and the stack: they learn what is there, borrow, and leave alone what they cannot know."""

from functools import partial

import numpy as np
import pytest

from forecasting.backtest import rolling, summarise
from forecasting.cube import Cube, relate
from forecasting.features import Inputs
from forecasting.forecasters.bag import draw
from forecasting.forecasters.boosting import Boosting
from forecasting.forecasters.corrected import Rows, training_rows
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.forecasters.log_linear import LogLinear
from forecasting.forecasters.pooled_boosting import PooledBoosting
from forecasting.forecasters.stack import Stack

FIRST_WEEK = 2800
SPAN = (FIRST_WEEK, FIRST_WEEK + 80)
WEEKS = list(range(FIRST_WEEK + 66, FIRST_WEEK + 80))


def city_of(area, events_of, rates):
    counts = {name: np.random.default_rng(seed).poisson(rate) for seed, (name, rate) in enumerate(rates.items())}
    return relate(
        {name: Cube.from_events(events_of(area, each), area=area, weeks=SPAN) for name, each in counts.items()}
    )


@pytest.fixture(scope="module")
def crossed(wide_area, events_of):
    """A head that happens where two others meet: a product, which no sum of maps can say."""
    random = np.random.default_rng(8)
    one, other = (np.where(random.random(len(wide_area)) < 0.3, 3.0, 0.05) for _ in range(2))
    met = np.where((one > 1) & (other > 1), 0.8, 0.01)
    weeks = np.ones(80)
    return city_of(
        wide_area,
        events_of,
        {"met": np.outer(met, weeks), "one": np.outer(one, weeks), "other": np.outer(other, weeks)},
    )["met"]


def deviance(cube, method):
    return summarise(rolling(cube, WEEKS, [method])[0])["poisson_deviance"]


@pytest.mark.parametrize("method", ["boosting", "pooled_boosting"])
def test_boosting_learns_a_product_that_the_mixture_cannot(crossed, method):
    assert deviance(crossed, method) < 0.97 * deviance(crossed, "kernel_mixture")


@pytest.mark.parametrize("make", [LogLinear, Boosting, PooledBoosting, Stack])
def test_where_there_is_nothing_to_correct_little_is_lost(make, wide_area, events_of):
    """Cells that are all alike: every learned bend is noise, and must stay small."""
    cube = city_of(wide_area, events_of, {"one": np.full((len(wide_area), 80), 0.2)})["one"]
    forecast = rolling(cube, WEEKS[:1], ["it"], make=lambda _: make())[0].forecasts[0]
    assert forecast.rate.mean() == pytest.approx(0.2, rel=0.1)
    # 15 % of the rate costs about half a percent of the deviance.
    assert np.std(forecast.rate) < 0.15 * 0.2


@pytest.mark.parametrize("make", [LogLinear, Boosting, PooledBoosting])
def test_too_few_records_leave_the_mixture_as_it_is(make, wide_area, events_of):
    cube = city_of(wide_area, events_of, {"one": np.full((len(wide_area), 80), 0.001)})["one"]
    assert 0 < cube.records.sum() < 100
    plain = KernelMixture().fit(cube).predict(cube.end)
    assert make().fit(cube).predict(cube.end).rate == pytest.approx(plain.rate)


def test_rows_hold_the_records_and_the_mixture_once(crossed):
    mixture = KernelMixture()
    mixture._learn(crossed)
    rows = training_rows(crossed, mixture, partial(Inputs.of, [crossed, *crossed.related.values()], 0))
    assert len(rows.features) == len(rows.ratio) == len(rows.weight)
    assert np.all(rows.weight > 0)
    # Rate times ratio are records, halved every 26 weeks; the first rows are those of the last four weeks.
    cells = len(crossed.area)
    last = crossed.records[:, -4:].sum()
    assert float(rows.ratio[:cells] @ rows.weight[:cells]) == pytest.approx(last * 0.5 ** (4 / 26))
    assert float(rows.weight[:cells].sum()) == pytest.approx(last * 0.5 ** (4 / 26))


def test_drawn_rows_stand_for_all():
    random = np.random.default_rng(0)
    weight = random.gamma(0.2, 1.0, size=50_000)
    rows = Rows(np.zeros((50_000, 1), dtype=np.float32), random.poisson(1.0, size=50_000) / 1.0, weight)
    drawn = draw(rows, 5_000, np.random.default_rng(1))
    assert 4_000 < len(drawn.ratio) < 6_000
    assert drawn.weight.sum() == pytest.approx(weight.sum(), rel=0.05)
    assert drawn.records == pytest.approx(rows.records, rel=0.05)


def test_the_stack_gives_more_to_the_member_that_was_right(crossed):
    shares = Stack(prior_records=50.0).fit(crossed).member_shares_
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["boosting"] > shares["kernel_mixture"]


def test_the_stack_keeps_equal_shares_where_members_cannot_be_told_apart(city):
    shares = Stack(prior_records=1e9).fit(city()).member_shares_
    assert list(shares.values()) == pytest.approx([1 / 6, 1 / 6, 4 / 6])
