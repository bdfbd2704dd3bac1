"""Marks of stability against every combination of reporting, and lists that survive."""

from itertools import product

import numpy as np
import pytest

from forecasting import stability
from forecasting.errors import BadBudget, BadEvents
from forecasting.metrics import budget_shares


def on_list(rate: np.ndarray, budget: float) -> np.ndarray:
    return budget_shares(rate, budget) >= 1 - 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_marks_are_those_of_every_combination(seed):
    """All 2^6 corners of the band: a firm cell is on every list, an unstable one off some, no other ever on."""
    random = np.random.default_rng(seed)
    rate = random.gamma(0.7, 1, size=120).round(1 if seed % 2 else 9)
    station = random.integers(0, 6, size=120)
    found = stability.examine(rate, station, 0.1)
    lists = np.array([on_list(rate * np.array(u)[station], 0.1) for u in product((0.7, 1.3), repeat=6)])
    assert found.listed.tolist() == on_list(rate, 0.1).tolist()
    assert found.firm.tolist() == lists.all(axis=0).tolist()
    assert (found.listed | found.may_enter).tolist() == (lists.any(axis=0) | found.listed).tolist()
    assert not np.any(found.firm & ~found.listed)
    inside = [on_list(rate * random.uniform(0.7, 1.3, 6)[station], 0.1) for _ in range(200)]
    assert np.all(np.array(inside)[:, found.firm]), "and anywhere inside the band"
    assert found.firm.any()
    assert (found.listed & ~found.firm).any()


def test_all_that_can_change_is_marked_and_the_firm_survive_worse():
    """F6: reporting of 0.3 to 0.9 by area. The control, the whole list, survives less often."""
    random = np.random.default_rng(3)
    rate = random.gamma(0.3, 1, size=2000)
    station = np.arange(2000) // 50
    found = stability.examine(rate, station, 0.05)
    survive = stability.survival(rate, station, 0.05, low=0.3, high=0.9)
    assert survive[found.firm].mean() >= 0.8
    assert survive[found.listed & ~found.firm].mean() < survive[found.firm].mean() - 0.2
    marks = {found.mark(index) for index in np.flatnonzero(found.listed)}
    assert marks == {stability.FIRM, stability.UNSTABLE}
    band = stability.survival(rate, station, 0.05)
    assert np.all(band[found.firm] == 1)
    assert np.all(band[~found.listed & ~found.may_enter] == 0)


def test_one_area_cannot_be_compared_with_itself():
    rate = np.linspace(1, 2, 50)
    found = stability.examine(rate, np.zeros(50, dtype=int), 0.2)
    assert np.array_equal(found.firm, found.listed), "its reporting moves all of its cells alike"
    assert not found.may_enter.any()


def test_where_little_is_recorded_it_is_unknown_and_never_safe():
    rate = np.full(20, 0.01)
    rate[0] = 3
    station = np.arange(20) // 10
    yearly = np.where(np.arange(20) < 10, 5.0, 0.5)
    found = stability.examine(rate, station, 0.05, records_a_year=yearly)
    assert found.unknown.tolist() == [False] * 10 + [True] * 10
    assert found.mark(0) == stability.FIRM
    assert found.mark(5) == stability.NOT_LISTED
    assert found.mark(15) == stability.UNKNOWN
    assert found.counts == {
        stability.FIRM: 1,
        stability.UNSTABLE: 0,
        stability.MAY_ENTER: 0,
        stability.NOT_LISTED: 9,
        stability.UNKNOWN: 10,
    }
    assert not any("safe" in mark for mark in stability.MARKS)


def test_bad_arguments():
    with pytest.raises(BadBudget):
        stability.examine(np.ones(3), np.zeros(3, int), 0.5, reporting=1)
    with pytest.raises(BadBudget):
        stability.examine(np.ones(3), np.zeros(3, int), 0)
    with pytest.raises(BadEvents):
        stability.examine(np.ones(3), np.zeros(2, int), 0.5)
    assert stability.examine(np.zeros(0), np.zeros(0, int), 0.5).listed.size == 0
