"""Exposure and errors by groups of places: by hand, even where lists follow reports, uneven where they do not."""

import math

import numpy as np
import pytest

from forecasting.errors import BadEvents
from forecasting.fairness import errors, exposure


def test_exposure_by_hand():
    # Group 0: 2 listings for 4 reports; group 1: 2 for 2; all: 4 for 6. Ratios 0.5 and 1, over 2 / 3.
    listed = np.array([[1.0, 1], [0, 0], [1, 1]])
    reported = np.array([[1.0, 2], [0, 1], [1, 1]])
    found = exposure(listed, reported, np.array([0, 0, 1]), np.array([300.0, 700, 500]))
    assert [item.ratio.value for item in found] == pytest.approx([0.75, 1.5])
    assert [item.listed_per_1000 for item in found] == pytest.approx([2, 4])
    assert [item.reported_per_1000 for item in found] == pytest.approx([4, 4])


def test_errors_by_hand():
    listed = np.array([[1.0, 1], [0, 0], [1, 0]])
    recorded = np.array([[3.0, 0], [1, 0], [2, 2]])
    first, second = errors(listed, recorded, np.array([0, 0, 1]))
    assert (first.misses.value, second.misses.value) == pytest.approx((1 / 4, 2 / 4))
    assert (first.false_alarms.value, second.false_alarms.value) == pytest.approx((1 / 2, 0))
    assert first.miss_gap.value == pytest.approx(-1 / 4)
    assert second.false_alarm_gap.value == pytest.approx(-1 / 2)


def lists_of(score: np.ndarray, weeks: int, random: np.random.Generator) -> np.ndarray:
    """Weekly lists of the tenth of the cells with the highest noisy score, (c, w)."""
    noisy = score[:, None] * random.gamma(40, 1 / 40, size=(score.size, weeks))
    return (noisy >= np.quantile(noisy, 0.9, axis=0)).astype(float)


def test_lists_that_follow_reports_are_even_and_biased_ones_are_caught():
    """The control: one group's cells are scored 60 % too high, as discovered offences would."""
    random = np.random.default_rng(1)
    rate = random.gamma(0.8, 1, size=3000)
    group = random.integers(0, 3, size=3000)
    reported = random.poisson(rate[:, None], size=(3000, 52)).astype(float)
    people = np.full(3000, 400.0)
    fair = exposure(lists_of(rate, 52, random), reported, group, people)
    assert all(item.is_even for item in fair)
    assert all(item.ratio.low <= item.ratio.value <= item.ratio.high for item in fair)
    tilted = rate * np.where(group == 2, 1.6, 1.0)
    biased = exposure(lists_of(tilted, 52, random), reported, group, people)
    assert biased[2].ratio.low > 1.25
    assert not biased[2].is_even
    even, uneven = (errors(lists_of(score, 52, random), reported, group) for score in (rate, tilted))
    assert all(item.is_equal for item in even)
    assert uneven[2].miss_gap.high < -0.05
    assert not uneven[2].is_equal


def test_intervals_cover():
    """Bootstrap over weeks: the ratio of an even area is 1, and nine intervals of ten hold it."""
    inside = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        reported = random.poisson(1.0, size=(40, 60)).astype(float)
        listed = (random.random((40, 60)) < 0.2).astype(float)
        found = exposure(listed, reported, np.arange(40) // 20, np.ones(40), seed=seed)
        inside.append(found[0].ratio.low <= 1 <= found[0].ratio.high)
    assert 0.8 <= np.mean(inside) <= 0.98


def test_nothing_to_divide_by_is_no_number():
    listed, reported = np.zeros((2, 3)), np.array([[0.0, 0, 0], [1, 1, 1]])
    found = exposure(listed, reported, np.array([0, 1]), np.array([0.0, 10]))
    assert math.isnan(found[0].ratio.value)
    assert math.isnan(found[0].listed_per_1000)
    assert not found[0].is_even
    assert math.isnan(errors(listed, reported, np.array([0, 1]))[0].misses.value)


def test_cells_of_no_group_count_only_in_the_whole():
    listed = np.ones((3, 2))
    reported = np.array([[1.0, 1], [1, 1], [4, 4]])
    found = exposure(listed, reported, np.array([0, 0, -1]), np.ones(3))
    assert len(found) == 1
    assert found[0].ratio.value == pytest.approx((4 / 4) / (6 / 12))


def test_bad_arguments():
    with pytest.raises(BadEvents):
        exposure(np.ones((2, 3)), np.ones((2, 4)), np.zeros(2, int), np.ones(2))
    with pytest.raises(BadEvents):
        exposure(np.ones((2, 3)), np.ones((2, 3)), np.zeros(2, int), np.ones(3))
    with pytest.raises(BadEvents):
        errors(np.ones((2, 0)), np.ones((2, 0)), np.zeros(2, int))
