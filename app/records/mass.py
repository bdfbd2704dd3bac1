"""Mass written: the only code that changes mass, deltas and rollups.

Rollups are never updated by a load or a pin: they insert deltas, readers add them, and one folder at a time folds them
(docs/adr/0003).  What does not belong here: placing a record (spatial.geocoding) and reading mass (service.py).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from psycopg2.extras import NumericRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.named import sql, statement
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT
from spatial.model import Fix

#: Resolutions of the map, finest first.
RESOLUTIONS = (9, 8, 7, 6, 5, 4)
#: Levels of the rollups (0 counts by the fix's resolution), and the weeks that a row of each span holds.
LEVELS = (0, 5, 7, 9)
SPANS = (1, 16)
#: Unplaced mass lies on this pseudo-cell of resolution 0, so that one rule of expansion covers every record.
NOWHERE = 0
#: Only one process folds at a time.
_FOLD_LOCK = 4_203_001


def keys_of(cells: Iterable[int], resolution: int) -> list[int]:
    """Give the cells with their parents at 7 and 5: the values under which a click finds the record."""
    cells = list(cells)
    found = set(cells)
    for level in (7, 5):
        if resolution > level:
            found.update(h3cells.parent(cell, level) for cell in cells)
    return sorted(found)


def click_keys(cell: int) -> list[int]:
    """Give the values of `mass.keys` among which every record with mass in a cell has one.

    `keys` holds a fix's own cells and their parents at 7 and 5.  At 9, 7 and 5 the cell itself is such a value;
    between, the record has either the cell itself or one of its seven children.
    """
    resolution = h3cells.resolution(cell)
    return [cell] if resolution in (9, 7, 5) else [cell, *h3cells.children(cell, resolution + 1)]


def cells_of_fix(fix: Fix) -> dict[str, Any]:
    """Give the columns resolution, cells and cell_upto of a fix; unplaced mass lies on the pseudo-cell."""
    if not fix.cells:
        return {"resolution": 0, "cells": [NOWHERE], "cell_upto": [UNIT]}
    return {"resolution": fix.resolution, "cells": list(fix.cells), "cell_upto": list(accumulate(fix.masses))}


def mass_row(fix: Fix, occurred_from: datetime, occurred_to: datetime) -> dict[str, Any]:
    """Give the factored mass of a record: the columns of `mass` that follow from its fix and its time."""
    first, shift_mass = shifts.spread(occurred_from, occurred_to)
    placed = cells_of_fix(fix)
    return placed | {
        "keys": keys_of(placed["cells"], placed["resolution"]),
        "shifts": NumericRange(first, first + len(shift_mass)),
        "shift_mass": list(shift_mass),
    }


def ensure_cells(session: Session, cells: Iterable[int]) -> None:
    """Store the shapes of cells and of their parents down to resolution 4, and commit.

    Call it in a transaction of its own, before the one that writes the mass: two loads that insert the same cell would
    otherwise wait for one another's commit.
    """
    wanted: set[int] = set()
    for cell in set(cells) - {NOWHERE}:
        wanted.add(cell)
        for level in range(h3cells.resolution(cell) - 1, RESOLUTIONS[-1] - 1, -1):
            cell = h3cells.parent(cell, level)
            if cell in wanted:
                break
            wanted.add(cell)
    if not wanted:
        return
    missing = sorted(session.execute(sql("mass.missing_cells"), {"cells": sorted(wanted)}).scalars())
    if missing:
        centres = [h3cells.centre(cell) for cell in missing]
        session.execute(
            sql("mass.add_cells"),
            {
                "cells": missing,
                "resolutions": [h3cells.resolution(cell) for cell in missing],
                "lats": [lat for lat, _ in centres],
                "lons": [lon for _, lon in centres],
                "shapes": [h3cells.hexagon(cell).wkt for cell in missing],
            },
        )
    session.commit()


def add_deltas(session: Session, mass_ids: Sequence[int], sign: int = 1) -> None:
    """Insert the deltas of new mass rows (sign 1) or of ended ones (sign -1)."""
    if mass_ids:
        session.execute(sql("mass.add_deltas"), {"ids": list(mass_ids), "sign": sign})


def close_mass(session: Session, record_ids: Sequence[int]) -> None:
    """End the current mass and fixes of records: what was believed stays, with the span in which it was."""
    if record_ids:
        ended = list(session.execute(sql("mass.close"), {"records": list(record_ids)}).scalars())
        session.execute(sql("mass.close_fixes"), {"records": list(record_ids)})
        add_deltas(session, ended, sign=-1)


def touch(session: Session) -> None:
    """Tell that mass has changed.  The last statement of a transaction: what is told is then all but committed."""
    session.execute(sql("mass.touch"))


def _run_script(session: Session, name: str) -> None:
    session.connection().exec_driver_sql(statement(name))


def fold(session: Session) -> bool:
    """Fold the deltas into the rollups, in the caller's transaction; False where another process is folding."""
    if not session.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK}).scalar():
        return False
    _run_script(session, "mass.fold_make")
    for step in ("mass.fold_take", "mass.fold_who", "mass.fold_atoms"):
        session.execute(sql(step))
    _spread_over_levels(session)
    return True


def rebuild(session: Session) -> str:
    """Make the rollups anew from mass, in the caller's transaction, and give their hash.

    Loads wait meanwhile only to insert deltas: the table is locked so that no delta is counted twice or lost.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FOLD_LOCK})
    session.execute(text("LOCK TABLE rollup_delta IN SHARE ROW EXCLUSIVE MODE"))
    _run_script(session, "mass.fold_make")
    session.execute(sql("mass.rebuild_clear"))
    session.execute(sql("mass.rebuild_who"))
    session.execute(sql("mass.rebuild_atoms"))
    _spread_over_levels(session, is_empty=True)
    return digest(session)


def _spread_over_levels(session: Session, *, is_empty: bool = False) -> None:
    """Add the fold's atoms to every level and span; rollups that are empty hold nothing to be added to."""
    session.execute(text("ANALYZE fold_atoms, fold_who"))
    for level in LEVELS:
        for span in SPANS:
            if not is_empty:
                session.execute(sql("mass.fold_old"), {"level": level, "span": span})
            session.execute(sql("mass.fold_new"), {"level": level, "span": span})
    session.execute(text("DROP TABLE fold_taken, fold_atoms, fold_rows, fold_who"))


def digest(session: Session) -> str:
    """Give the hash of the rollups as they stand."""
    return str(session.execute(sql("mass.digest")).scalar_one())
