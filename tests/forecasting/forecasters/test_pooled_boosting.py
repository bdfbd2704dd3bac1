"""One bag for all heads: learned once, the same whoever asks first, and never of other data than it was asked for."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.cube import Cube, StudyArea, relate
from forecasting.distributions import fit_spread
from forecasting.forecasters import bag, pooled_boosting
from forecasting.forecasters.boosting import Boosting
from forecasting.forecasters.kernel_mixture import KernelMixture
from forecasting.forecasters.pooled_boosting import PooledBoosting, draw_cells, heads_of

FIRST_WEEK, END = 2800, 2860
PIECES = ("cell_index", "week_index", "piece_mass", "known_at")


@pytest.fixture
def heads(area, events_of):
    """Make the related heads of a small city, over an area of their own that keeps nothing yet."""

    def make(count=3, **rates):
        fresh = StudyArea(area.cells)
        random = np.random.default_rng(4)
        cubes = {}
        for number in range(count):
            name = f"head{number}"
            rate = random.gamma(0.5, 0.6, size=len(fresh)) * rates.get(name, 0.5)
            counts = np.random.default_rng(number).poisson(rate[:, None], size=(len(fresh), END - FIRST_WEEK))
            cubes[name] = Cube.from_events(events_of(fresh, counts), area=fresh, weeks=(FIRST_WEEK, END))
        return relate(cubes)

    return make


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    """What is shared and when does not depend on how many trees there are."""
    monkeypatch.setattr(bag, "KINDS", (bag.Kind(bends=True, rounds=8, leaves=8), bag.Kind(False, 8, 12)))


@pytest.fixture
def learned(monkeypatch):
    """Count how often a bag is learned."""
    calls = []
    real = pooled_boosting.learn_pool

    def counted(cubes, **asked):
        calls.append(len(cubes))
        return real(cubes, **asked)

    monkeypatch.setattr(pooled_boosting, "learn_pool", counted)
    return calls


def rate_of(cube, seed=0):
    return PooledBoosting(bags=1, seed=seed).fit(cube).predict(END).rate


def test_the_heads_of_an_area_learn_once(heads, learned):
    for cube in heads().values():
        rate_of(cube)
    assert learned == [3]


def test_what_is_kept_is_what_would_be_learned_whoever_asks_first(heads):
    forwards, backwards = heads(), heads()
    one = {name: rate_of(cube) for name, cube in forwards.items()}
    other = {name: rate_of(cube) for name, cube in reversed(backwards.items())}
    alone = {name: rate_of(heads()[name]) for name in forwards}
    for name in forwards:
        assert one[name].tobytes() == other[name].tobytes() == alone[name].tobytes()


def test_other_data_other_seeds_and_other_weeks_are_learned_anew(heads, learned):
    cube = heads()["head0"]
    fewer = replace(cube, related={"head1": cube.related["head1"]})
    # One record less in a related head, and nothing else.
    less = cube.related["head2"]
    less = replace(less, **{name: getattr(less, name)[1:] for name in PIECES})
    for each, seed in [(cube, 0), (cube, 1), (cube.as_known(END - 1), 0), (fewer, 0)]:
        PooledBoosting(bags=1, seed=seed).fit(each)
    assert learned == [3, 3, 3, 2]
    PooledBoosting(bags=1).fit(replace(cube, related={**cube.related, "head2": less}))
    assert learned == [3, 3, 3, 2, 3]
    # The last four are kept, and what was asked for before them is not.
    PooledBoosting(bags=1).fit(fewer)
    assert len(learned) == 5
    PooledBoosting(bags=1).fit(cube)
    assert len(learned) == 6


def test_names_say_nothing(heads):
    cubes = heads()
    related = cubes["head0"].related
    renamed = replace(cubes["head0"], related={"z": related["head1"], "a": related["head2"]})
    assert [head.digest for head in heads_of(cubes["head0"])] == [head.digest for head in heads_of(renamed)]
    one, other = PooledBoosting(bags=1).fit(cubes["head0"]), PooledBoosting(bags=1).fit(renamed)
    assert one.predict(END).rate == pytest.approx(other.predict(END).rate, rel=1e-9)
    assert any("head1" in name or "head2" in name for name in one.learned["shares_"])
    assert not any("head" in name for name in other.learned["shares_"])


def test_the_mixture_that_is_bent_is_the_heads_own(heads):
    cube = heads()["head1"]
    mine, its = PooledBoosting(bags=1).fit(cube).mixture_, KernelMixture().fit(cube)
    assert mine.shares_ == pytest.approx(its.shares_)
    assert mine.level_half_life_weeks_ == its.level_half_life_weeks_


def test_a_head_of_few_records_keeps_its_mixture(heads):
    cubes = heads(head2=0.004)
    assert 0 < cubes["head2"].records.sum() < 100
    plain = KernelMixture().fit(cubes["head2"]).predict(END).rate
    assert rate_of(cubes["head2"]) == pytest.approx(plain)
    # The control: a head of many does not.
    assert rate_of(cubes["head0"]) != pytest.approx(KernelMixture().fit(cubes["head0"]).predict(END).rate)


def test_a_head_beyond_those_that_count_is_forecast_too(heads):
    cubes = heads(count=9, head3=0.1)
    assert [head.name for head in heads_of(cubes["head3"])].index(None) > pooled_boosting.MOST_RELATED
    forecast = PooledBoosting(bags=1).fit(cubes["head3"]).predict(END)
    parts = np.sum([part.rate for part in forecast.components], axis=0)
    assert parts == pytest.approx(forecast.rate)
    assert np.all(forecast.rate > 0)


@pytest.mark.parametrize("make", [Boosting, PooledBoosting])
def test_a_head_whose_records_are_long_past_is_no_hindrance(make, heads, events_of):
    """Its last weeks teach nothing, and it has no rows beside the others'."""
    cube = heads()["head0"]
    weeks = (END - 100, END)
    counts = np.zeros((len(cube.area), 100), dtype=np.int64)
    counts[:, :15] = 1
    counts[:, -40:] = cube.mass[:, -40:] // 1_000_000
    own = Cube.from_events(events_of(cube.area, counts, END - 100), area=cube.area, weeks=weeks)
    counts[:, 15:] = 0
    past = Cube.from_events(events_of(cube.area, counts, END - 100), area=cube.area, weeks=weeks)
    assert np.all(make(bags=1).fit(relate({"own": own, "past": past})["own"]).predict(END).rate > 0)


def test_drawn_cells_say_of_the_spread_what_all_say():
    random = np.random.default_rng(2)
    base = random.gamma(0.3, size=(5_000, 8))
    base /= base.sum(axis=0)
    rate = 600 * base
    came = random.poisson(rate * random.gamma(1 / 1.5, 1.5, size=rate.shape)).astype(float)
    cell, week, weight = draw_cells(came, base, np.random.default_rng(0))
    assert len(cell) < came.size / 4
    assert np.count_nonzero(came[cell, week]) == np.count_nonzero(came), "every cell with a record is there"
    assert np.bincount(week, weight) == pytest.approx(np.full(8, 5_000), rel=0.15)
    whole = fit_spread(came, rate)
    drawn = fit_spread(came[cell, week], rate[cell, week], weight)
    assert drawn.at(np.array([0.05, 1.0])) == pytest.approx(whole.at(np.array([0.05, 1.0])), rel=0.1)
    # The control: without their weights the drawn cells look far busier than they are.
    assert fit_spread(came[cell, week], rate[cell, week]) != drawn


def test_of_a_small_place_every_cell_is_drawn():
    came = np.zeros((40, 3))
    cell, week, weight = draw_cells(came, np.full(came.shape, 1 / 40), np.random.default_rng(0))
    assert len(cell) == 120 and np.all(weight == 1) and set(week) == {0, 1, 2}
