"""The mixture of kernels: what it borrows from other heads, and that it borrows nothing where there is nothing."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.backtest import rolling, summarise
from forecasting.cube import Cube, data_hash, relate
from forecasting.errors import BadEvents
from forecasting.forecasters.kernel_mixture import KernelMixture, learn_shares, most_recorded
from forecasting.model import RELATED_HEADS

FIRST_WEEK = 2800
SPAN = (FIRST_WEEK, FIRST_WEEK + 80)
WEEKS = list(range(FIRST_WEEK + 66, FIRST_WEEK + 80))


def heads(area, events_of, *, like):
    """A rare head and a frequent one, whose places are the same or not."""
    random = np.random.default_rng(4)
    rate = random.gamma(0.3, 1.0, size=len(area))
    other = rate if like else random.permutation(rate)
    rare = random.poisson(0.1 * rate[:, None], size=(len(area), 80))
    frequent = random.poisson(3 * other[:, None], size=(len(area), 80))
    return relate(
        {
            name: Cube.from_events(events_of(area, counts), area=area, weeks=SPAN)
            for name, counts in (("rare", rare), ("frequent", frequent))
        }
    )


def deviance(cube, related):
    """Deviance of the last weeks, with and without the other head."""
    run = rolling(cube, WEEKS, ["kernel_mixture"], make=lambda _: KernelMixture(related=related))[0]
    return summarise(run)["poisson_deviance"]


def test_a_rare_head_borrows_from_a_related_one(wide_area, events_of):
    cube = heads(wide_area, events_of, like=True)["rare"]
    assert deviance(cube, related=True) < 0.95 * deviance(cube, related=False)


def test_and_not_from_one_of_other_places(wide_area, events_of):
    cube = heads(wide_area, events_of, like=False)["rare"]
    forecast = KernelMixture().fit(cube).predict(cube.end)
    borrowed = sum(part.rate.sum() for part in forecast.components if part.code == RELATED_HEADS)
    assert borrowed < 0.15 * forecast.rate.sum()


def test_shares_add_up_to_one(wide_area, events_of):
    cube = heads(wide_area, events_of, like=True)["rare"]
    forecaster = KernelMixture().fit(cube)
    assert sum(forecaster.shares_.values()) + forecaster.area_share_ == pytest.approx(1)
    assert learn_shares(cube, forecaster.kernels_).sum() == pytest.approx(1)


def test_related_heads_are_replayed_too(area, city):
    cube, other = city(0), city(1)
    late = replace(other, known_at=other.known_at + 30)
    at = cube.end - 10
    seen = relate({"one": cube, "other": late})["one"].as_known(at)
    assert seen.related["other"].records.sum() == late.as_known(at).records.sum() < other.as_known(at).records.sum()


def test_only_the_most_recorded_heads_are_used(city):
    cubes = {f"head {seed}": city(seed) for seed in range(9)}
    used = most_recorded(relate(cubes)["head 0"])
    assert len(used) == 6
    assert "head 0" not in used
    left = [cubes[name].records.sum() for name in cubes if name not in used and name != "head 0"]
    assert min(cubes[name].records.sum() for name in used) >= max(left)


def test_related_heads_lie_over_the_same_cells_and_weeks(area, city):
    with pytest.raises(BadEvents, match="short"):
        relate({"one": city(0), "short": city(1, weeks=70)})
    with pytest.raises(BadEvents, match="one"):
        relate({"other": city(1), "one": relate({"one": city(0), "two": city(2)})["one"]})


def test_the_hash_tells_what_a_forecast_may_see(city):
    one, other = relate({"one": city(0), "other": city(1)}), relate({"one": city(0), "other": city(2)})
    assert len({data_hash(city(0)), data_hash(one["one"]), data_hash(other["one"])}) == 3
