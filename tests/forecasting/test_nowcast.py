"""Late registration: delays found although the last weeks hide the long ones, and levels that hold."""

import numpy as np
import pytest

from forecasting.backtest import rolling, summarise
from forecasting.cube import Cube, data_hash, relate
from forecasting.errors import TooShort
from forecasting.nowcast import complete, completed, learn_delay, nowcast
from spatial.mass import UNIT

FIRST_WEEK = 2800
#: Share of the records that become known in their own week, in the next, ...
DELAYS = np.array([0.4, 0.2, 0.12, 0.1, 0.08, 0.05, 0.03, 0.02])
TRUE = np.cumsum(DELAYS)
#: A slower desk: four weeks on average.
SLOW = np.array([0.2, 0.15, 0.12, 0.1, 0.08, 0.07, 0.06, 0.05, 0.05, 0.04, 0.03, 0.03, 0.02])


def late_town(area, seed: int, level: float = 0.4, weeks: int = 90, delays: np.ndarray = DELAYS) -> Cube:
    """A town of steady rates whose records are registered late, all of them in the cube."""
    random = np.random.default_rng(seed)
    rate = random.gamma(1.0, level, size=len(area))
    counts = random.poisson(rate[:, None], size=(len(area), weeks))
    cell, week = np.nonzero(counts)
    times = counts[cell, week]
    cell, week = np.repeat(cell, times), np.repeat(week, times)
    delay = random.choice(len(delays), size=len(cell), p=delays)
    events = {"cell": area.cells[cell], "week": FIRST_WEEK + week, "known_at": FIRST_WEEK + week + delay}
    return Cube.from_events(events, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + weeks))


def test_delays_by_hand(area):
    """Two weeks of age 1 and 0: of the first 3 in time and 1 late, of the second 3 in time so far: F(0) = 3 / 4."""
    events = {
        "cell": area.cells[[0] * 7],
        "week": FIRST_WEEK + np.array([0, 0, 0, 0, 1, 1, 1]),
        "known_at": FIRST_WEEK + np.array([0, 0, 0, 1, 1, 1, 1]),
    }
    cube = Cube.from_events(events, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 2))
    delay = learn_delay(cube)
    assert delay.completeness == pytest.approx([0.75, 1])
    assert delay.mean_weeks == pytest.approx(0.25)
    assert delay.of_weeks(2) == pytest.approx([1, 0.75])
    assert delay.of_weeks(2, late=1) == pytest.approx([1, 1])
    found = nowcast(cube, delay)
    assert found.known.tolist() == [4, 3]
    assert found.expected == pytest.approx([4, 3 + 3.5 / 3])


def test_delays_are_found_behind_the_truncation(area):
    """A dozen weeks are seen. The control, the plain shares of the delays seen, calls them too short."""
    known = late_town(area, seed=1, weeks=12).as_known(FIRST_WEEK + 12)
    delay = learn_delay(known)
    assert delay.completeness[: len(TRUE)] == pytest.approx(TRUE, abs=0.03)
    seen = known.known_at - known.weeks[known.week_index]
    plain = np.array([known.piece_mass[seen <= d].sum() for d in range(len(TRUE))]) / known.piece_mass.sum()
    assert plain[0] > TRUE[0] + 0.02


def test_the_interval_of_completeness_covers(area):
    covered = []
    for seed in range(60):
        delay = learn_delay(late_town(area, seed, level=0.15, weeks=60).as_known(FIRST_WEEK + 60))
        covered.append((delay.low[:6] <= TRUE[:6]) & (TRUE[:6] <= delay.high[:6]))
    assert 0.85 <= np.mean(covered) <= 0.96


def test_the_nowcast_of_the_last_weeks_covers(area):
    inside, share = [], []
    for seed in range(60):
        town = late_town(area, seed + 100)
        known = town.as_known(town.end)
        found = nowcast(known, learn_delay(known))
        truth = town.records.sum(axis=0)[-4:]
        inside.append((found.low[-4:] <= truth) & (truth <= found.high[-4:]))
        share.append(found.expected[-4:].sum() / truth.sum())
    assert 0.84 <= np.mean(inside) <= 0.96
    assert np.mean(share) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("method", ["last_year", "decayed_mean", "retrospective_kde", "smoothed_decayed_mean"])
def test_a_backtest_that_replays_late_registrations_keeps_its_level(method, wide_area):
    """Expected over observed: with the nowcast 0.97 to 1.03, and without it below 0.97."""
    town = late_town(wide_area, seed=7, level=0.3, delays=SLOW)
    weeks = range(town.end - 12, town.end)
    naive, now = (summarise(rolling(each, weeks, [method])[0]) for each in (town, completed(town)))
    assert naive["expected_over_observed"] < 0.97
    assert 0.97 <= now["expected_over_observed"] <= 1.03


@pytest.mark.parametrize("method", ["hierarchical", "self_exciting", "kernel_mixture"])
def test_lateness_is_not_made_up_for_twice(method, wide_area):
    """A method with an allowance of its own for late registration keeps its level on a completed cube."""
    town = completed(late_town(wide_area, seed=7, level=0.3, delays=SLOW))
    run = rolling(town, range(town.end - 12, town.end), [method])[0]
    assert 0.97 <= summarise(run)["expected_over_observed"] <= 1.03


def test_a_short_memory_suffers_most(wide_area):
    """What delay does to a method that looks at the last weeks, and what the nowcast gives back."""
    town = late_town(wide_area, seed=8, level=0.3)
    weeks = range(town.end - 12, town.end)
    naive, now = (summarise(rolling(each, weeks, ["prospective_kde"])[0]) for each in (town, completed(town)))
    assert naive["expected_over_observed"] < 0.95
    assert now["expected_over_observed"] == pytest.approx(1, abs=0.03)
    assert now["log_score"] < naive["log_score"]


def test_only_what_is_missing_is_added(area):
    town = late_town(area, seed=3)
    known = town.as_known(town.end)
    more = complete(known)
    added = more.mass - known.mass
    assert added.min() == 0
    assert not added[:, : -len(DELAYS)].any(), "weeks that are complete stay as they are"
    missing = (town.mass - known.mass)[:, -len(DELAYS) :].sum()
    assert added.sum() == pytest.approx(missing, rel=0.15)
    assert more.end == known.end
    assert more.as_known(known.end).mass.sum() == more.mass.sum(), "a forecast may see it"


def test_related_heads_are_completed_too(area):
    heads = relate({name: late_town(area, seed) for name, seed in (("robbery", 3), ("theft", 4))})
    known = heads["robbery"].as_known(FIRST_WEEK + 90)
    more = complete(known)
    alone = complete(late_town(area, 4).as_known(FIRST_WEEK + 90))
    assert data_hash(more.related["theft"]) == data_hash(alone)
    assert more.related["theft"].mass.sum() > known.related["theft"].mass.sum()


def test_no_delay_no_change(area, events_of):
    random = np.random.default_rng(5)
    cube = Cube.from_events(events_of(area, random.poisson(0.5, size=(len(area), 60))), area=area)
    assert data_hash(complete(cube)) == data_hash(cube)
    assert learn_delay(cube).completeness == pytest.approx(np.ones(27))


def test_too_few_records_say_nothing_of_delays(area):
    known = late_town(area, seed=1, level=0.002, weeks=60).as_known(FIRST_WEEK + 60)
    assert learn_delay(known).records < 50
    assert data_hash(complete(known)) == data_hash(known)
    pooled = learn_delay(late_town(area, seed=2).as_known(FIRST_WEEK + 90))
    assert complete(known, pooled).mass.sum() > known.mass.sum()


def test_corrections_do_not_count_as_delays(area):
    """A pin that moves a record weeks later takes mass from one cell and gives it to another: no late record."""
    base = {"cell": np.repeat(area.cells[:1], 200), "week": FIRST_WEEK + np.arange(200) % 50}
    moved = {
        "cell": np.concatenate([base["cell"], area.cells[np.array([0, 1] * 40)]]),
        "week": np.concatenate([base["week"], np.repeat(FIRST_WEEK + np.arange(40), 2)]),
        "known_at": np.concatenate([base["week"], np.repeat(FIRST_WEEK + np.arange(40) + 5, 2)]),
        "mass": np.concatenate([np.full(200, UNIT), np.array([-1, 1] * 40) * UNIT]),
    }
    cube = Cube.from_events(moved, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 50))
    assert learn_delay(cube).completeness == pytest.approx(np.ones(27))


def test_nothing_to_learn_from(area):
    empty = Cube.from_events({"cell": [], "week": []}, area=area, weeks=(FIRST_WEEK, FIRST_WEEK))
    with pytest.raises(TooShort):
        learn_delay(empty)
    assert complete(empty) is empty
    quiet = Cube.from_events({"cell": [], "week": []}, area=area, weeks=(FIRST_WEEK, FIRST_WEEK + 30))
    assert complete(quiet).mass.sum() == 0
