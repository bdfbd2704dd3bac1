"""Patrol feedback in a closed loop: with a filter nothing runs away, without one it does."""

import numpy as np
import pytest

from forecasting.cube import Cube, StudyArea
from forecasting.errors import BadEvents
from forecasting.feedback import FILTERS, close_the_loop, correction
from forecasting.forecasters.decayed_mean import DecayedMean


def districts(number: int) -> tuple[np.ndarray, np.ndarray]:
    """True rates that differ up to threefold, and a prior that overstates the first threefold."""
    rates = np.array([2.2, 1.8]) if number == 2 else np.linspace(3, 1, number)
    prior = np.full(number, 20.0)
    prior[0] *= 3
    return rates, prior


@pytest.mark.parametrize("number", [2, 5, 20, 50])
@pytest.mark.parametrize("learn_from", FILTERS[1:])
def test_with_a_filter_nothing_runs_away(number, learn_from):
    """1,000 rounds, 200 runs: no runaway, and the learnt share is the true one within 0.02."""
    rates, prior = districts(number)
    reported = 0.5 if learn_from == "reported_only" else 0.0
    loop = close_the_loop(rates, prior, learn_from=learn_from, reported=reported)
    assert loop.learnt.shape == (200, number)
    assert loop.learnt.sum(axis=1) == pytest.approx(np.ones(200))
    assert loop.runaway == 0
    assert loop.share_error <= 0.02
    assert loop.mean_error <= 0.03


@pytest.mark.parametrize("number", [2, 5, 20, 50])
def test_without_a_filter_discovered_offences_run_away(number):
    """The control."""
    rates, prior = districts(number)
    loop = close_the_loop(rates, prior, learn_from="none")
    assert loop.runaway >= 0.9
    assert loop.share_error > 0.05


@pytest.mark.parametrize("number", [2, 5])
def test_reported_offences_only_attenuate(number):
    """Half reported, half discovered, no filter: no runaway within the time, and still biased (Ensign et al.)."""
    rates, prior = districts(number)
    naive = close_the_loop(rates, prior, learn_from="none", reported=0.5, discoveries=0.5)
    filtered = close_the_loop(rates, prior, learn_from="corrected", reported=0.5, discoveries=0.5)
    assert naive.share_error > 0.03
    assert filtered.share_error < 0.01


def test_the_real_forecaster_in_the_loop():
    """Two years, week by week, through cube and decayed mean: what is discovered must not come in."""
    area = StudyArea([0x89428C00003FFFF, 0x89428C00007FFFF])
    true = np.array([5.5, 4.5])
    learnt = {}
    for filtered in (True, False):
        ends = []
        for seed in range(4):
            random = np.random.default_rng(seed)
            share = np.array([0.75, 0.25])
            counts = np.zeros((2, 0), dtype=np.int64)
            forecaster = DecayedMean(half_life_weeks=13.0)
            for week in range(104):
                reported = random.poisson(true * 0.5)
                found = random.poisson(10 * true * share)
                counts = np.column_stack([counts, reported + (0 if filtered else found)])
                cell, at = np.nonzero(counts)
                events = {"cell": area.cells[cell], "week": at, "mass": counts[cell, at] * 1_000_000}
                cube = Cube.from_events(events, area=area, weeks=(0, week + 1))
                forecaster = forecaster.fit(cube) if week % 13 == 0 else forecaster.update(cube)
                rate = forecaster.predict(week + 1).rate
                share = rate / rate.sum()
            ends.append(share[0])
        learnt[filtered] = float(np.mean(ends))
    assert learnt[True] == pytest.approx(0.55, abs=0.06)
    assert learnt[False] > 0.66


def test_the_correction_is_unbiased():
    share = np.array([0.5, 0.3, 0.2])
    assert correction(np.full(4, 0.25), 4) == pytest.approx(np.ones(4))
    assert share * correction(share, 3) == pytest.approx(np.full(3, 1 / 3)), "patrols cancel out"


def test_same_seed_same_loop():
    rates, prior = districts(5)
    one, other, third = (
        close_the_loop(rates, prior, learn_from="corrected", rounds=50, runs=4, seed=seed).learnt for seed in (1, 1, 2)
    )
    assert one.tobytes() == other.tobytes() != third.tobytes()


def test_bad_arguments():
    with pytest.raises(BadEvents):
        close_the_loop(np.ones(2), np.ones(3), learn_from="none")
    with pytest.raises(BadEvents):
        close_the_loop(np.array([1.0, 0]), np.ones(2), learn_from="none")
    with pytest.raises(BadEvents, match="reported"):
        close_the_loop(np.ones(2), np.ones(2), learn_from="reported_only")
