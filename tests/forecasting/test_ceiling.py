"""The ceiling bench: what is planted comes out."""

import numpy as np
import pytest

from tests.bench.bench_ceiling import ceiling, hits, left_unexplained


def test_hits_are_those_of_each_weeks_ranking():
    rates = np.array([[2.0, 0.1], [1.0, 0.2]] + [[0.0, 0.0]] * 38)
    counts = np.zeros((40, 2))
    counts[0] = 3, 5
    # Two cells of forty are the budget: both weeks list cells 0 and 1.
    assert hits(rates, counts) == 8
    counts[5, 0] = 4
    assert hits(rates, counts) == 8


def test_a_planted_spread_is_found_and_none_where_there_is_none():
    random = np.random.default_rng(0)
    expected = random.gamma(1.0, 4.0, size=6000) + 0.1
    spread = random.poisson(expected * random.gamma(1 / 0.3, size=6000) * 0.3)
    assert left_unexplained(expected, spread.astype(float)).mean() == pytest.approx(0.3, rel=0.15)
    assert left_unexplained(expected, random.poisson(expected).astype(float)).mean() < 0.02


def test_who_knows_more_closes_more_and_luck_remains():
    random = np.random.default_rng(1)
    method = np.repeat(random.gamma(0.5, 0.1, size=(800, 1)), 10, axis=1)
    rule = method * random.gamma(4.0, 0.25, size=(800, 1))
    plain = ceiling(rule, method, None, draws=20)
    spread = ceiling(rule, method, np.full(800, 0.5), draws=20)
    assert plain.truth_share == pytest.approx(plain.method_share)
    assert 0 < spread.method_share < spread.truth_share < 1, "the truth itself does not reach hindsight"
    assert plain.method_share_sd > 0
