"""Would the list be the same if one area reported more and another less? Marks of honesty for every cell.

Whether a crime is recorded depends on who reports it and who writes it down. A cell whose place on the list hangs
on that is marked; a place of which next to nothing is recorded is unknown. No cell is ever called safe.
Akpinar, De-Arteaga and Chouldechova (2021), "The effect of differential victim crime reporting on predictive policing
systems", Proceedings of FAccT.
"""

from dataclasses import dataclass

import numpy as np

from forecasting.errors import BadBudget, BadEvents
from forecasting.metrics import budget_shares
from forecasting.model import Floats, Integers

#: Reporting may differ by this share, up or down, from one station area to another (trust.md F6).
REPORTING = 0.3
#: Fewer records a year than this in a whole station area, and nothing is known of its cells.
LEAST_RECORDS_A_YEAR = 12.0

#: Marks of a cell, message keys. ``UNKNOWN`` goes before the others.
FIRM, UNSTABLE, MAY_ENTER, NOT_LISTED, UNKNOWN = (
    "stability.firm",
    "stability.unstable",
    "stability.may_enter",
    "stability.not_listed",
    "stability.unknown",
)
MARKS = (FIRM, UNSTABLE, MAY_ENTER, NOT_LISTED, UNKNOWN)


@dataclass(frozen=True)
class Stability:
    """What different reporting would do to a list.

    Attributes
    ----------
    listed, firm, may_enter, unknown : ndarray of bool, shape (c,)
        On the list; on it whatever the areas' reporting within the band; not on it but so for some; in an area
        of which too little is recorded.
    """

    listed: np.ndarray
    firm: np.ndarray
    may_enter: np.ndarray
    unknown: np.ndarray

    def mark(self, index: int) -> str:
        """The mark of one cell, one of ``MARKS``."""
        if self.unknown[index]:
            return UNKNOWN
        if self.listed[index]:
            return FIRM if self.firm[index] else UNSTABLE
        return MAY_ENTER if self.may_enter[index] else NOT_LISTED

    @property
    def counts(self) -> dict[str, int]:
        """Cells by mark."""
        marks = [self.mark(index) for index in range(len(self.listed))]
        return {mark: marks.count(mark) for mark in MARKS}


def examine(
    rate: Floats,
    station: Integers,
    budget: float,
    *,
    records_a_year: Floats | None = None,
    reporting: float = REPORTING,
) -> Stability:
    """Which cells stay on the list, and which could come on it, whatever the reporting of each station area.

    The areas' records, hence their cells' rates, are multiplied by any factors of ``1 - reporting`` to ``1 +
    reporting``, each area by its own. It is exact, not drawn: a cell is worst off when its area reports least and
    all others most, for every other factor moves it in one direction only. It is *firm* if it stays on the list
    even then, and *may enter* if it comes on it in the opposite case.

    Parameters
    ----------
    rate : ndarray of float64, shape (c,)
        Forecast records a week.
    station : ndarray of int64, shape (c,)
        Station area of each cell.
    budget : float
        Share of the area on the list; tied cells across the cut are off it together, as in ``ranking``.
    records_a_year : ndarray of float64, shape (c,), optional
        Records of each cell in the last year: areas with fewer than ``LEAST_RECORDS_A_YEAR`` in all are unknown.

    Raises
    ------
    BadBudget, BadEvents
    """
    if not 0 <= reporting < 1:
        raise BadBudget(f"a reporting band of {reporting} is not a share", budget=reporting)
    if station.shape != rate.shape or (records_a_year is not None and records_a_year.shape != rate.shape):
        raise BadEvents("rates, stations and records must have one length")
    if not rate.size:
        none = np.zeros(0, dtype=bool)
        return Stability(none, none, none, none)
    listed = budget_shares(rate, budget) >= 1 - 1e-12
    room = budget * rate.size + 1e-9
    low, high = 1 - reporting, 1 + reporting
    unknown = np.zeros(rate.shape, dtype=bool)
    if records_a_year is not None:
        _, group = np.unique(station, return_inverse=True)
        unknown = np.bincount(group, weights=records_a_year)[group] < LEAST_RECORDS_A_YEAR
    firm = _at_least(rate, station, low, high) <= room
    enters = _at_least(rate, station, high, low) <= room
    return Stability(listed, firm, ~listed & enters, unknown)


def survival(
    rate: Floats,
    station: Integers,
    budget: float,
    *,
    low: float = 1 - REPORTING,
    high: float = 1 + REPORTING,
    draws: int = 400,
    seed: int = 0,
) -> Floats:
    """Share of random reporting in which each cell is on the list, float64, shape (c,).

    Every area's factor is drawn evenly between ``low`` and ``high``, anew in each draw.
    """
    _, group = np.unique(station, return_inverse=True)
    random = np.random.default_rng(seed)
    total = np.zeros(rate.shape)
    for _ in range(draws):
        factor = random.uniform(low, high, size=int(group.max()) + 1 if group.size else 0)
        total += budget_shares(rate * factor[group], budget) >= 1 - 1e-12
    return total / draws


def _at_least(rate: Floats, station: Integers, own: float, others: float) -> Floats:
    """How many cells rank at least as high as each, its area's rates scaled by one factor and all others by another."""
    everywhere = np.sort(rate * others)
    reach = rate * own
    # Scaled sums of equal rates differ in their last bits; a tie must stay one.
    slack = 1 - 1e-12
    found = rate.size - np.searchsorted(everywhere, reach * slack, side="left")
    for area in np.unique(station):
        inside = np.flatnonzero(station == area)
        mine = np.sort(rate[inside])
        if own != others:
            at_home = mine.size - np.searchsorted(mine * others, reach[inside] * slack, side="left")
            found[inside] += (mine.size - np.searchsorted(mine, rate[inside] * slack, side="left")) - at_home
    return found.astype(float)
