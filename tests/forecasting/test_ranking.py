"""Ranks and budgets: ties share, and a list never exceeds its budget."""

import numpy as np
import pytest

from forecasting.errors import BadBudget
from forecasting.model import Forecast
from forecasting.ranking import ranks, within_budget


def forecast_of(rate: list[float]) -> Forecast:
    """A forecast of made-up cells with these rates."""
    values = np.array(rate)
    none = np.zeros_like(values)
    return Forecast("last_year", 1, np.arange(10, 10 + len(rate)), values, none, values, "poisson", none)


def test_ties_share_the_better_rank():
    assert ranks(np.array([1.0, 5, 1, 0, 5])).tolist() == [3, 1, 3, 5, 1]
    assert ranks(np.zeros(0)).tolist() == []


def test_budget_lists_the_best_first():
    assert within_budget(forecast_of([1, 5, 2, 0, 4]), 0.4).tolist() == [11, 14]


def test_cells_tied_across_the_cut_stay_out_together():
    assert within_budget(forecast_of([1, 5, 2, 2, 2]), 0.6).tolist() == [11]
    assert within_budget(forecast_of([1, 5, 2, 2, 2]), 0.8).tolist() == [11, 12, 13, 14]


def test_budget_is_a_share():
    with pytest.raises(BadBudget):
        within_budget(forecast_of([1]), 0)
