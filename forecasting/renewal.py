"""Saturation: no cell stays on a list without a named officer's renewal, and no station area is swamped by one.

A list that names the same corner for months is a habit, not a forecast, and patrols find what they look for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecasting.errors import BadBudget, BadEvents
from forecasting.metrics import budget_shares
from forecasting.model import Floats, Integers

#: Consecutive weeks on the list after which a cell needs a renewal (trust.md F10).
MOST_WEEKS = 4
#: A renewal holds as long again.
RENEWED_WEEKS = 4
#: Largest share of the cells of one station area that may stand on a list.
MOST_SHARE = 0.25

#: Why a cell that the budget would take is not on the list: message keys.
NEEDS_RENEWAL, AREA_FULL = "renewal.needed", "renewal.area_full"


class Renewal(NamedTuple):
    """A named officer's word that a cell stays on the list: from a week on, with a reason."""

    cell: int
    week: int
    officer: str
    reason: str


class LeftOff(NamedTuple):
    """A cell that its rank would have put on the list, and the message key of what kept it off."""

    cell: int
    why: str


@dataclass(frozen=True)
class Listing:
    """One week's list.

    Attributes
    ----------
    week : int
        Week index.
    cells : ndarray of int64
        Cells to show, best first.
    left_off : tuple of LeftOff
        Cells kept off by a rule, best first. Their places go to nobody.
    due : tuple of int
        Cells on the list that will need a renewal to be on the next one.
    """

    week: int
    cells: Integers
    left_off: tuple[LeftOff, ...]
    due: tuple[int, ...]


def must_rest(listed: Collection[int], renewed: Collection[int], week: int) -> bool:
    """Whether listing a cell in a week too would make more than four weeks on end without a renewal.

    The one rule of every list, of patrols and of forecasts. Lists are not always made in the order of their weeks, so
    the weeks after it count as well as those before.

    Parameters
    ----------
    listed, renewed : collection of int
        Weeks in which the cell is on the list already, and from which it was renewed.
    week : int
    """
    weeks = set(listed) | {week}
    return any(
        all(first + step in weeks for step in range(MOST_WEEKS + 1))
        and not any(first < renewal <= first + RENEWED_WEEKS for renewal in renewed)
        for first in range(week - MOST_WEEKS, week + 1)
    )


def weeks_on_end(listed: Collection[int], renewed: Collection[int], week: int) -> int:
    """For how many weeks before a week a cell was on the list without a break or a renewal."""
    count = 0
    while week - count - 1 in listed and week - count not in renewed:
        count += 1
    return count


def list_week(
    week: int,
    cells: Integers,
    rate: Floats,
    budget: float,
    *,
    history: Mapping[int, Sequence[int]],
    renewals: Sequence[Renewal] = (),
    station: Integers | None = None,
    most_share: float = MOST_SHARE,
) -> Listing:
    """The cells to show in a week: the budget's best, less those that wait for a renewal and those too many.

    A cell that stood on the lists of the four weeks before is shown again only if a renewal for it was given in one
    of the last four weeks or this one; a week off the list starts the count anew. In a station area no more than
    ``most_share`` of its cells are listed (at least one). The places of cells left off stay empty: filling
    them with the next best would send patrols on the strength of a rule about paper.

    Parameters
    ----------
    week : int
        Week index of the list.
    cells, rate : ndarray, shape (c,)
        Cells (int64) and forecast records a week.
    budget : float
        Share of the area, above 0 and at most 1. Cells tied across the cut are left out together.
    history : mapping of week to cells
        Lists of earlier weeks, as shown. Weeks that are missing had no list.
    renewals : sequence of Renewal
        Those given so far; one without an officer's name or a reason counts for nothing.
    station : ndarray of int64, shape (c,), optional
        Station area of each cell.

    Raises
    ------
    BadBudget, BadEvents
        If the budget or the share is not one, or the arrays differ in length.
    """
    if not 0 < most_share <= 1:
        raise BadBudget(f"a share of {most_share} of a station area is none", budget=most_share)
    if cells.shape != rate.shape or (station is not None and station.shape != cells.shape):
        raise BadEvents("cells, rates and stations must have one length")
    inside = np.flatnonzero(budget_shares(rate, budget) >= 1 - 1e-12)
    inside = inside[np.argsort(-rate[inside], kind="stable")]
    before = [frozenset(int(cell) for cell in history.get(week - back, ())) for back in range(1, MOST_WEEKS + 1)]
    renewed: dict[int, set[int]] = {}
    for item in renewals:
        if item.officer.strip() and item.reason.strip():
            renewed.setdefault(item.cell, set()).add(item.week)
    room = _room(station, most_share)
    shown: list[int] = []
    off: list[LeftOff] = []
    for index in inside:
        cell = int(cells[index])
        area = int(station[index]) if station is not None else 0
        stood = {week - back for back, listed in enumerate(before, start=1) if cell in listed}
        if must_rest(stood, renewed.get(cell, ()), week):
            off.append(LeftOff(cell, NEEDS_RENEWAL))
        elif room is not None and not room[area]:
            off.append(LeftOff(cell, AREA_FULL))
        else:
            shown.append(cell)
            if room is not None:
                room[area] -= 1
    due = tuple(
        cell
        for cell in shown
        if all(cell in listed for listed in before[:-1])
        and not any(week + 1 - RENEWED_WEEKS < given <= week for given in renewed.get(cell, ()))
    )
    return Listing(week, np.array(shown, dtype=np.int64), tuple(off), due)


def breaches(lists: Mapping[int, Sequence[int]], renewals: Sequence[Renewal]) -> list[tuple[int, int]]:
    """Weeks and cells that stood on a list for more than four weeks running without a renewal in force.

    It reads published lists alone, so that anyone can check what ``list_week`` promises.
    """
    given: dict[int, list[int]] = {}
    for item in renewals:
        if item.officer.strip() and item.reason.strip():
            given.setdefault(item.cell, []).append(item.week)
    run: dict[int, int] = {}
    found = []
    last = None
    for week in sorted(lists):
        listed = {int(cell) for cell in lists[week]}
        follows = last == week - 1
        run = {cell: (run.get(cell, 0) if follows else 0) + 1 for cell in listed}
        for cell in sorted(listed):
            in_force = any(week - RENEWED_WEEKS < when <= week for when in given.get(cell, ()))
            if run[cell] > MOST_WEEKS and not in_force:
                found.append((week, cell))
        last = week
    return found


def _room(station: Integers | None, most_share: float) -> dict[int, int] | None:
    """How many cells each station area may have on the list."""
    if station is None:
        return None
    areas, sizes = np.unique(station, return_counts=True)
    return {int(area): max(int(size * most_share), 1) for area, size in zip(areas, sizes, strict=True)}
