"""Tests of apportioning and joining: exact sums, no negative share, the same numbers as the SQL rule."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidMass
from spatial.mass import UNIT, apportion, joint

WEIGHTS = st.lists(st.floats(0, 1e12, allow_subnormal=True), min_size=1, max_size=64).filter(lambda w: max(w) > 0)
COUNTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=64).filter(lambda w: max(w) > 0)


@given(WEIGHTS)
def test_shares_are_exact_and_never_negative(weights: list[float]) -> None:
    shares = apportion(weights)
    assert sum(shares) == UNIT
    assert min(shares) >= 0
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(COUNTS)
def test_each_share_is_within_one_of_its_proportion(weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(apportion(weights), weights, strict=True):
        assert abs(share - Fraction(weight * UNIT, whole)) < Fraction(1000001, 1000000)


@given(COUNTS, st.integers(0, 10**7))
def test_any_whole_is_divided(weights: list[int], total: int) -> None:
    assert sum(apportion(weights, total)) == total


def test_equal_remainders_go_to_the_earlier() -> None:
    assert apportion([1, 1, 1]) == (333_334, 333_333, 333_333)


def test_a_whole_beyond_the_precision_of_floats_is_still_exact() -> None:
    assert sum(apportion([1, 2, 3], 10**18 + 1)) == 10**18 + 1


@pytest.mark.parametrize("weights", [[], [0.0], [0, 0], [-1, 2], [float("nan")], [1.0, float("inf")], [float("inf")]])
def test_weights_that_mean_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(InvalidMass):
        apportion(weights)


@given(COUNTS, COUNTS)
def test_joint_mass_keeps_both_margins(cell_weights: list[int], shift_weights: list[int]) -> None:
    cells, shifts = apportion(cell_weights), apportion(shift_weights)
    mass = joint(cells, shifts)
    assert mass.dtype == np.int64
    assert mass.shape == (len(cells), len(shifts))
    assert (mass >= 0).all()
    assert mass.sum(axis=0).tolist() == list(shifts)
    assert mass.sum() == UNIT
    # A cell's row is its mass but for the flooring of each shift.
    assert (np.abs(mass.sum(axis=1) - np.array(cells)) < len(shifts) + 1).all()


@given(COUNTS, COUNTS)
def test_joint_mass_equals_the_written_rule(cell_weights: list[int], shift_weights: list[int]) -> None:
    cells, shifts = apportion(cell_weights), apportion(shift_weights)
    mass = joint(cells, shifts)
    running = 0
    for i, cell_mass in enumerate(cells):
        for j, shift_mass in enumerate(shifts):
            expected = (running + cell_mass) * shift_mass // UNIT - running * shift_mass // UNIT
            assert mass[i, j] == expected
        running += cell_mass


def test_joint_mass_of_certainty_is_the_unit() -> None:
    assert joint([UNIT], [UNIT]).tolist() == [[UNIT]]


@pytest.mark.parametrize("bad", [[UNIT - 1], [UNIT + 1, -1], [0.5, 0.5], []])
def test_masses_that_are_no_unit_are_refused(bad: list[int]) -> None:
    with pytest.raises(InvalidMass):
        joint(bad, [UNIT])
    with pytest.raises(InvalidMass):
        joint([UNIT], bad)
