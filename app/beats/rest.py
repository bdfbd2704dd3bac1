"""No cell stays on the list of places for more than four weeks on end without a named officer's renewal (trust.md F10).

The list is counted by cells of resolution 8, so that moving a place by a street does not begin it anew.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.beats.areas import Area
from app.db.named import sql
from app.errors import Conflict, InvalidFilter
from spatial import cells as h3cells
from spatial import shifts

LIST_RESOLUTION = 8
MOST_WEEKS = 4


class Rested(Conflict):
    """A cell has been on the list for four weeks on end. Renew it with a reason, or leave it out."""


def breaches(listed: Collection[int], renewed: Collection[int], week: int) -> bool:
    """Say whether listing a cell in a week too would give more than four weeks on end without a renewal.

    Parameters
    ----------
    listed, renewed : collection of int
        Weeks in which the cell is on the list already, and from which it was renewed.
    week : int
    """
    weeks = set(listed) | {week}
    return any(
        all(first + step in weeks for step in range(MOST_WEEKS + 1))
        and not any(first < renewal <= first + MOST_WEEKS for renewal in renewed)
        for first in range(week - MOST_WEEKS, week + 1)
    )


def weeks_on_end(listed: Collection[int], renewed: Collection[int], week: int) -> int:
    """Give for how many weeks before a week the cell was on the list without a break or a renewal."""
    count = 0
    while week - count - 1 in listed and week - count not in renewed:
        count += 1
    return count


def standing(session: Session, cells: Iterable[int], week: int) -> dict[int, dict[str, Any]]:
    """Give for each list cell its weeks on the list before a week, whether it must rest in it, and its last renewal."""
    wanted = sorted(set(cells))
    if not wanted:
        return {}
    span = {"cells": wanted, "first": week - 2 * MOST_WEEKS, "last": week + 2 * MOST_WEEKS}
    listed: dict[int, set[int]] = {cell: set() for cell in wanted}
    for row in session.execute(sql("beats.listed"), span):
        listed[row.cell].add(row.week)
    renewals: dict[int, list[Any]] = {cell: [] for cell in wanted}
    for row in session.execute(sql("beats.renewals"), span):
        renewals[row.cell].append(row)
    found = {}
    for cell in wanted:
        renewed = {row.week for row in renewals[cell]}
        last = next(iter(renewals[cell]), None)
        found[cell] = {
            "weeks": weeks_on_end(listed[cell], renewed, week),
            "rests": breaches(listed[cell] - {week}, renewed, week),
            "renewed": None
            if last is None
            else {
                "officer": last.officer,
                "reason": last.reason,
                "week_start": shifts.week_start(last.week).date().isoformat(),
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


def renew(session: Session, area: Area, cell: int, week: int, reason: str, account: int) -> dict[str, Any]:
    """Keep an officer's word that a cell may be listed from a week on; the caller commits.

    Raises
    ------
    InvalidFilter
        If the cell is not one of the area, or is not of resolution 8.
    """
    if h3cells.resolution(cell) != LIST_RESOLUTION:
        raise InvalidFilter("%(value)s is not a cell of resolution 8.", value=h3cells.to_hex(cell))
    owners = [area.unit_at(child) for child in h3cells.children(cell, h3cells.BASE_RESOLUTION)]
    inside = [owner for owner in owners if owner is not None]
    if not inside:
        raise InvalidFilter("The cell %(value)s lies outside %(area)s.", value=h3cells.to_hex(cell), area=area.name)
    stations = {area.units[owner].station_id for owner in inside}
    for station in sorted(stations):
        asked = {"station": station, "cell": cell, "week": week, "reason": reason.strip(), "account": account}
        session.execute(sql("beats.renew"), asked)
    note(
        session,
        "place_renewed",
        "jurisdiction",
        area.id,
        reason=reason.strip(),
        detail={"cell": h3cells.to_hex(cell), "week": shifts.week_start(week).date().isoformat()},
    )
    return {"cell": h3cells.to_hex(cell), "week_start": shifts.week_start(week).date().isoformat()}
