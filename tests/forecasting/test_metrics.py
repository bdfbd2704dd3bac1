"""Scores against numbers worked out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from forecasting import metrics
from forecasting.errors import BadBudget

RATE = np.array([5.0, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5])
OBSERVED = np.array([4.0, 2, 0, 0, 1, 0, 0, 1, 0, 0])


def test_hit_rate_at_a_clean_cut():
    # A tenth of ten cells is the first: 4 of 8 records.
    assert metrics.hit_rate(RATE, OBSERVED, 0.1) == pytest.approx(0.5)
    assert metrics.pai(RATE, OBSERVED, 0.1) == pytest.approx(5)
    assert metrics.pei(RATE, OBSERVED, 0.1) == pytest.approx(1)


def test_ties_are_averaged():
    # Three cells: the first, and two of the four tied cells, which hold 3 records: 4 + 3 * 2 / 4 = 5.5 of 8.
    assert metrics.captured(RATE, OBSERVED, 0.3) == pytest.approx(5.5)
    assert metrics.hit_rate(RATE, OBSERVED, 0.3) == pytest.approx(5.5 / 8)
    # The best three cells hold 4 + 2 + 1 = 7.
    assert metrics.pei(RATE, OBSERVED, 0.3) == pytest.approx(5.5 / 7)


def test_a_part_of_a_cell_counts_as_a_part():
    # 15 % of ten cells: the first and half a cell of the four tied: 4 + 3 * 0.5 / 4.
    assert metrics.captured(RATE, OBSERVED, 0.15) == pytest.approx(4.375)


@pytest.mark.parametrize("budget", metrics.BUDGETS)
def test_position_never_matters(budget):
    random = np.random.default_rng(1)
    rate = random.integers(0, 4, 200).astype(float)
    observed = random.poisson(rate + 0.1).astype(float)
    first = metrics.hit_rate(rate, observed, budget)
    for _ in range(20):
        order = random.permutation(200)
        assert metrics.hit_rate(rate[order], observed[order], budget) == pytest.approx(first, abs=1e-12)


@pytest.mark.parametrize("budget", metrics.BUDGETS)
def test_a_flat_map_finds_its_share(budget):
    assert metrics.hit_rate(np.ones(10), OBSERVED, budget) == pytest.approx(budget)
    assert metrics.pai(np.ones(10), OBSERVED, budget) == pytest.approx(1)


def test_all_of_the_area_finds_all():
    assert metrics.hit_rate(RATE, OBSERVED, 1) == pytest.approx(1)


def test_records_outside_the_area_are_missed():
    assert metrics.hit_rate(RATE, OBSERVED, 0.1, outside=8) == pytest.approx(0.25)


def test_no_record_no_number():
    assert math.isnan(metrics.hit_rate(RATE, np.zeros(10), 0.1))
    assert math.isnan(metrics.pei(RATE, np.zeros(10), 0.1))


@pytest.mark.parametrize("budget", [0, -0.1, 1.01, math.nan])
def test_budget_is_a_share(budget):
    with pytest.raises(BadBudget):
        metrics.captured(RATE, OBSERVED, budget)


def test_poisson_deviance():
    # y = 0: 2 m. y = m: 0. y = 2, m = 1: 2 (2 log 2 - 1). y = 0.5, m = 1: 2 (0.5 log 0.5 + 0.5).
    rate, observed = np.array([0.3, 2, 1, 1]), np.array([0, 2, 2, 0.5])
    expected = [0.6, 0, 2 * (2 * math.log(2) - 1), 2 * (0.5 * math.log(0.5) + 0.5)]
    assert metrics.poisson_deviance(rate, observed) == pytest.approx(expected)
    assert metrics.poisson_deviance(np.array([0.0, 0.0]), np.array([1.0, 0.0])).tolist() == [math.inf, 0]


def test_log_score_of_poisson_and_negative_binomial():
    # P(0) = e^-1; P(2) = e^-1 / 2. NB, mean 1, alpha 1 is geometric with p = 1/2: P(0) = 1/2, P(2) = 1/8.
    ones, none = np.ones(2), np.zeros(2)
    observed = np.array([0.0, 2.0])
    assert metrics.log_score(ones, none, observed) == pytest.approx([1, 1 + math.log(2)])
    assert metrics.log_score(ones, ones, observed) == pytest.approx([math.log(2), 3 * math.log(2)])


def test_log_score_of_half_a_record_is_half_way():
    # Half of -log P(0) = 1 and half of -log P(1) = 1.
    assert metrics.log_score(np.array([2.0]), np.zeros(1), np.array([0.5])) == pytest.approx(
        [(2 + (2 - math.log(2))) / 2]
    )


def test_crps():
    # Geometric (mean 1, alpha 1), y = 0: sum over k of (1 - F(k))^2 = sum 4^-(k+1) = 1/3.
    # y = 1: F(0)^2 + sum_{k>=1} 4^-(k+1) = 1/4 + 1/12 = 1/3.
    score = metrics.crps(np.ones(2), np.ones(2), np.array([0.0, 1.0]))
    assert score == pytest.approx([1 / 3, 1 / 3])
    assert metrics.crps(np.zeros(1), np.zeros(1), np.array([3.0])) == pytest.approx([3])


@pytest.mark.parametrize("alpha", [0.0, 0.3, 2.0])
def test_crps_is_the_sum_over_all_counts(alpha):
    rate, observed, counts = np.array([0.02, 0.9, 4.0, 60.0]), np.array([1.0, 0, 9, 41]), np.arange(5_000)
    spread = stats.nbinom(1 / alpha, 1 / (1 + alpha * rate[:, None])) if alpha else stats.poisson(rate[:, None])
    expected = np.square(spread.cdf(counts) - (observed[:, None] <= counts)).sum(axis=1)
    assert metrics.crps(rate, np.full(4, alpha), observed) == pytest.approx(expected, rel=1e-5)


def test_coverage_of_one_step():
    # Geometric, p = 1/2: y = 0 spans 0..0.5, of which 0.05..0.5 lies inside: 0.9. y = 1: 0.5..0.75, all.
    # y = 4: 0.9375..0.96875, of which 0.0125 of 0.03125 lies below 0.95: 0.4. y = 9: beyond.
    observed = np.array([0.0, 1, 4, 9])
    chance = metrics.coverage(np.ones(4), np.ones(4), observed)
    assert chance == pytest.approx([0.9, 1, 0.4, 0])
    assert metrics.coverage(np.ones(1), np.ones(1), np.array([0.5])) == pytest.approx([0.95])


def test_plain_coverage():
    low, high = np.array([0.0, 1, 1]), np.array([0.0, 3, 3])
    assert metrics.plain_coverage(low, high, np.array([0.0, 3, 4])).tolist() == [1, 1, 0]


def test_calibration_table():
    rate = np.array([1.0, 1, 2, 4])
    rows = metrics.calibration_table(rate, np.array([1.0, 0, 3, 4]), bands=2)
    assert [tuple(row) for row in rows] == [(1, 2, 3, 4, 4), (4, 4, 1, 4, 4)]
    assert sum(row.observed for row in metrics.calibration_table(RATE, OBSERVED)) == OBSERVED.sum()
    assert metrics.calibration_table(np.zeros(0), np.zeros(0)) == []
    assert len(metrics.calibration_table(np.ones(50), np.ones(50))) == 1, "equal rates are not parted"


def test_scores_agree_with_plain_counting():
    """Hit rate, PAI and PEI as a mean over random orders of ties, which is how a stranger would count them."""
    random = np.random.default_rng(2)
    rate = random.integers(0, 5, 60).astype(float)
    observed = random.poisson(rate + 0.2).astype(float)
    hits, best = [], np.sort(observed)[::-1][:6].sum()
    for _ in range(4000):
        order = np.lexsort((random.random(60), -rate))
        hits.append(observed[order[:6]].sum())
    counted = np.mean(hits) / observed.sum()
    assert metrics.hit_rate(rate, observed, 0.1) == pytest.approx(counted, abs=0.005)
    assert metrics.pai(rate, observed, 0.1) == pytest.approx(counted / 0.1, abs=0.05)
    assert metrics.pei(rate, observed, 0.1) == pytest.approx(np.mean(hits) / best, abs=0.01)


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_coverage_agrees_with_drawn_transforms(alpha):
    """The chance worked out is the share of drawn randomised transforms inside the level."""
    random = np.random.default_rng(3)
    rate = np.array([0.05, 0.4, 2.0, 30.0])
    observed = np.array([1.0, 0, 5, 38])
    spread = stats.nbinom(1 / alpha, 1 / (1 + alpha * rate)) if alpha else stats.poisson(rate)
    low, high = spread.cdf(observed - 1), spread.cdf(observed)
    drawn = low + random.random((200_000, 4)) * (high - low)
    share = ((drawn > 0.05) & (drawn < 0.95)).mean(axis=0)
    assert metrics.coverage(rate, np.full(4, alpha), observed) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_crps_agrees_with_its_other_form(alpha):
    """``E |X - y| - E |X - X'| / 2`` by draws (Gneiting and Raftery 2007)."""
    random = np.random.default_rng(4)
    rate, observed = np.array([0.1, 1.5, 12.0]), np.array([1.0, 0, 15])
    spread = stats.nbinom(1 / alpha, 1 / (1 + alpha * rate)) if alpha else stats.poisson(rate)
    one, other = (spread.rvs(size=(200_000, 3), random_state=random) for _ in range(2))
    expected = np.abs(one - observed).mean(axis=0) - 0.5 * np.abs(one - other).mean(axis=0)
    assert metrics.crps(rate, np.full(3, alpha), observed) == pytest.approx(expected, rel=0.02, abs=0.003)
