"""Shocks taken out of a cube: the level of the forecast is that of the town, and mass is never below zero."""

import numpy as np
import pytest

from forecasting import shocks
from forecasting.cube import Cube, data_hash
from forecasting.errors import BadEvents
from forecasting.forecasters.smoothed_decayed_mean import SmoothedDecayedMean
from forecasting.holding import hold_out, registrations
from spatial.mass import UNIT

FIRST_WEEK, WEEKS = 2800, 90


@pytest.fixture(scope="module")
def stations(area):
    """The cells of the town in two station areas."""
    return (np.arange(len(area)) >= 64).astype(np.int64)


@pytest.fixture(scope="module")
def town(area):
    """Weekly counts of the town, (c, w), of about 0.5 a cell."""
    random = np.random.default_rng(9)
    rate = random.gamma(1.0, 0.5, size=len(area))
    return random.poisson(rate[:, None], size=(len(area), WEEKS))


def cube_of(area, events) -> Cube:
    return Cube.from_events(events, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + WEEKS))


def expected_over_true(cube: Cube, of: np.ndarray, town: np.ndarray) -> float:
    rate = SmoothedDecayedMean().fit(cube).predict(cube.end).rate
    return float(rate[of].sum() / town[of].mean(axis=1).sum())


def test_registrations_by_week_of_registration(area):
    events = {
        "cell": area.cells[[0, 0, 1, 2, 2]],
        "week": FIRST_WEEK + np.array([0, 0, 1, 3, 3]),
        "known_at": FIRST_WEEK + np.array([0, 20, 1, 3, 5]),
        "mass": np.array([1, 2, 1, 1, -1]) * UNIT,
    }
    found = registrations(cube_of(area, events), np.where(np.arange(len(area)) == 1, -1, 0), 1)
    assert np.flatnonzero(found.all[0]).tolist() == [0, 3, 20], "a correction registers nothing, nor does no station"
    assert found.late[0, 20] == 2
    assert found.late.sum() == 2


def test_a_bulk_registration_teaches_nothing(area, stations, town, events_of):
    """Old cases entered in four weeks at one station raise its forecast; held out they do not."""
    events = events_of(area, town)
    random = np.random.default_rng(1)
    old = random.choice(np.flatnonzero(stations), 1500)
    late = {
        "cell": np.concatenate([events["cell"], area.cells[old]]),
        "week": np.concatenate([events["week"], FIRST_WEEK + random.integers(40, 75, 1500)]),
        "known_at": np.concatenate([events["week"], FIRST_WEEK + random.integers(84, 88, 1500)]),
    }
    cube = cube_of(area, late)
    series = registrations(cube, stations, 2)
    found = [*map(list, shocks.watch_late(series.late))]
    assert [[shock.kind for shock in each] for each in found] == [[], [shocks.BULK_LATE]]
    held = hold_out(cube, stations, found)
    assert held.held_out == 1500
    assert held.paused == ()
    hit = stations == 1
    assert expected_over_true(cube, hit, town) > 1.15, "the control: as it was registered"
    assert expected_over_true(held.cube, hit, town) == pytest.approx(1, abs=0.06)
    assert data_hash(hold_out(cube, stations, [[], []]).cube) == data_hash(cube), "no shock, no change"


def test_a_step_keeps_the_shape_and_takes_the_new_level(area, stations, town, events_of):
    """A desk that writes down twice as much from week 75 on: the level is soon that of now."""
    more = town.copy()
    more[np.ix_(stations == 1, np.arange(WEEKS) >= 75)] *= 2
    cube = cube_of(area, events_of(area, more))
    found = shocks.watch(registrations(cube, stations, 2).all, false_alarms_a_year=0.05)
    assert [shock.kind for shock in found[1]] == [shocks.STEP_UP]
    held = hold_out(cube, stations, found)
    hit = stations == 1
    assert expected_over_true(cube, hit, town) < 1.7
    assert expected_over_true(held.cube, hit, town) == pytest.approx(2, rel=0.07)
    assert held.factors[0] == pytest.approx(np.ones(WEEKS))
    before, after = (each.records[hit][:, :75].sum(axis=1) for each in (cube, held.cube))
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(1), "which cells are hot stays as it was"


def test_an_open_shock_pauses_its_station(area, stations, town, events_of):
    silent = town.copy()
    silent[np.ix_(stations == 0, np.arange(WEEKS) >= 86)] = 0
    cube = cube_of(area, events_of(area, silent))
    held = hold_out(cube, stations, shocks.watch(registrations(cube, stations, 2).all, false_alarms_a_year=0.05))
    assert held.paused == (0,)
    assert [(group, shock.kind) for group, shock in held.shocks] == [(0, shocks.SILENT)]
    whole = cube_of(area, events_of(area, town))
    assert (
        hold_out(whole, stations, shocks.watch(registrations(whole, stations, 2).all, false_alarms_a_year=0.05)).paused
        == ()
    )


def test_a_correction_of_a_bulk_entry_leaves_no_mass_below_zero(area, stations):
    shock = shocks.Shock(shocks.BULK_LATE, 30, 34, 30, 20.0, 1.0, 50.0, False)
    events = {
        "cell": area.cells[[3, 3, 3]],
        "week": FIRST_WEEK + np.array([5, 5, 5]),
        "known_at": FIRST_WEEK + np.array([5, 31, 50]),
        "mass": np.array([1, 2, -3]) * UNIT,
    }
    held = hold_out(cube_of(area, events), stations, [[shock], []])
    assert held.cube.mass.min() == 0
    assert held.cube.mass.sum() == 0


def test_groups_must_fit(area, stations, town, events_of):
    cube = cube_of(area, events_of(area, town))
    with pytest.raises(BadEvents):
        hold_out(cube, stations, [[]])
    with pytest.raises(BadEvents):
        registrations(cube, stations[:5], 2)
