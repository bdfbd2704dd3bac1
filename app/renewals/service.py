"""No place stays on a list for more than four weeks on end without a named officer's renewal (trust.md F10).

Beats and forecasts ask the same rule (`forecasting.renewal`) of the same renewals: what an officer says of a place
counts for the list of patrols and for those of every head's forecasts.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.errors import InvalidFilter
from forecasting.renewal import Renewal
from spatial import cells as h3cells
from spatial import shifts
from spatial.errors import SpatialError

#: Cells that lists are made of: those of a forecast, coarser in a large area. Patrols are counted by the finest.
FINEST, COARSEST = 8, 6


def renewals_of(session: Session, cells: Iterable[int], first_week: int, last_week: int) -> list[Renewal]:
    """Give the renewals of cells from a week to another, the newest first.

    A renewal covers its cell and those below it whose centre lies in the area that it was given in.
    """
    wanted = sorted(set(cells))
    pairs = [
        (cell, h3cells.parent(cell, resolution), *centre)
        for cell, centre in zip(wanted, h3cells.centres(wanted).tolist(), strict=True)
        for resolution in range(COARSEST, h3cells.resolution(cell) + 1)
    ]
    if not pairs:
        return []
    columns = dict(zip(("cells", "covering", "lats", "lons"), map(list, zip(*pairs, strict=True)), strict=True))
    rows = session.execute(sql("renewals.of_cells"), {**columns, "first": first_week, "last": last_week})
    return [Renewal(row.cell, row.week, row.officer, row.reason) for row in rows]


def renew(session: Session, cells: Sequence[str], week: int, reason: str, account: int, officer: str) -> list[str]:
    """Keep an officer's word that cells may be listed for four weeks from one on, and let them; the caller commits.

    Raises
    ------
    InvalidFilter
        If one is no cell of a list, its centre lies outside what the officer answers for or it is larger than that, or
        the reason says nothing.
    """
    words = reason.strip()
    if len(words) < 3:
        raise InvalidFilter("A renewal needs a reason, in a few words.")
    wanted = {cell: _own(session, cell) for cell in map(_cell, cells)}
    for cell, jurisdiction in wanted.items():
        session.execute(
            sql("renewals.add"),
            {
                "jurisdiction": jurisdiction,
                "cell": cell,
                "week": week,
                "account": account,
                "officer": officer,
                "reason": words,
            },
        )
        # The officer's words stay with the renewal: the log holds ids, and words may name people.
        note(
            session,
            "place_renewed",
            "jurisdiction",
            jurisdiction,
            detail={
                "officer": officer,
                "cell": h3cells.to_hex(cell),
                "week": shifts.week_start(week).date().isoformat(),
            },
        )
    session.execute(sql("renewals.wake"), {"cells": sorted(wanted)})
    return [h3cells.to_hex(cell) for cell in wanted]


def _cell(text: str) -> int:
    try:
        cell = h3cells.from_hex(text)
    except SpatialError:
        raise InvalidFilter("A cell has 15 hexadecimal digits.") from None
    if not COARSEST <= h3cells.resolution(cell) <= FINEST:
        raise InvalidFilter("%(value)s is no cell of a list: these have resolution 6 to 8.", value=h3cells.to_hex(cell))
    return cell


def _own(session: Session, cell: int) -> int:
    """Give the reader's own jurisdiction in which a cell's centre lies, the smallest that is not smaller than the cell.

    An area is a set of cells by their centre. One larger than those of patrols stands for all places in it: it is
    renewed only where a forecast has it, by whoever answers for as much.
    """
    lat, lon = h3cells.centre(cell)
    found = session.execute(sql("renewals.own_at"), {"lat": lat, "lon": lon}).all()
    shown, resolution = h3cells.to_hex(cell), h3cells.resolution(cell)
    if not found:
        raise InvalidFilter("The cell %(value)s lies outside the area that you answer for.", value=shown)
    if resolution == FINEST:  # a thana in an old town may be smaller than a cell of patrols
        return int(found[0].id)
    holding = [row.id for row in found if row.area_m2 >= h3cells.area_m2(cell)]
    if not holding:
        raise InvalidFilter("The cell %(value)s is larger than the area that you answer for.", value=shown)
    if not session.execute(sql("renewals.is_forecast"), {"cell": cell, "resolution": resolution}).scalar():
        raise InvalidFilter("No forecast lists a cell as large as %(value)s: name smaller ones.", value=shown)
    return int(holding[0])
