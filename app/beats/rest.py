"""Which cells of the list of places must rest: the rule is that of every list (`forecasting.renewal`, trust.md F10).

The list is counted by cells of resolution 8, so that moving a place by a street does not begin it anew.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import Conflict
from app.renewals.service import FINEST as LIST_RESOLUTION
from app.renewals.service import renewals_of
from forecasting.renewal import MOST_WEEKS, Renewal, must_rest, weeks_on_end
from spatial import shifts

__all__ = ["LIST_RESOLUTION", "Rested", "check", "standing"]


class Rested(Conflict):
    """A cell has been on the list for four weeks on end. Renew it with a reason, or leave it out."""


def standing(session: Session, cells: Iterable[int], week: int) -> dict[int, dict[str, Any]]:
    """Give for each list cell its weeks on the list before a week, whether it must rest in it, and its last renewal."""
    wanted = sorted(set(cells))
    if not wanted:
        return {}
    first, last = week - 2 * MOST_WEEKS, week + 2 * MOST_WEEKS
    listed: dict[int, set[int]] = {cell: set() for cell in wanted}
    for row in session.execute(sql("beats.listed"), {"cells": wanted, "first": first, "last": last}):
        listed[row.cell].add(row.week)
    renewals: dict[int, list[Renewal]] = {cell: [] for cell in wanted}
    for renewal in renewals_of(session, wanted, first, last):
        renewals[renewal.cell].append(renewal)
    found = {}
    for cell in wanted:
        renewed = {row.week for row in renewals[cell]}
        newest = next(iter(renewals[cell]), None)
        found[cell] = {
            "weeks": weeks_on_end(listed[cell], renewed, week),
            "rests": must_rest(listed[cell] - {week}, renewed, week),
            "renewed": None
            if newest is None
            else {
                "officer": newest.officer,
                "reason": newest.reason,
                "week_start": shifts.week_start(newest.week).date().isoformat(),
            },
        }
    return found


def check(session: Session, cells: Sequence[int], week: int) -> None:
    """Refuse places whose cell must rest in the week.

    Raises
    ------
    Rested
    """
    if any(each["rests"] for each in standing(session, cells, week).values()):
        raise Rested
