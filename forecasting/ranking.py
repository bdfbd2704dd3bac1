"""Which cells a budget of area buys. Scores belong to ``metrics``."""

import numpy as np

from forecasting.metrics import budget_shares
from forecasting.model import Floats, Forecast, Integers


def ranks(rate: Floats) -> Integers:
    """Rank of each cell, int64, shape (c,): 1 the highest, ties share the better rank."""
    ordered = np.sort(rate)
    return (rate.size - np.searchsorted(ordered, rate, side="right") + 1).astype(np.int64)


def within_budget(forecast: Forecast, budget: float) -> Integers:
    """Cells that lie wholly inside a budget of area, best first, int64.

    Cells tied across the cut are left out together: the list is never longer than the budget, and no cell is
    preferred to its equal for its position.

    Raises
    ------
    BadBudget
        If the budget is not above 0 and at most 1.
    """
    inside = np.flatnonzero(budget_shares(forecast.rate, budget) >= 1 - 1e-12)
    return forecast.cells[inside[np.argsort(-forecast.rate[inside], kind="stable")]]
