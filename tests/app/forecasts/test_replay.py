"""A replay sees what was known: a pin or a reclassification counts from the day on which it was made."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.forecasts import planning, reading
from forecasting.cube import Cube
from spatial import cells, shifts
from spatial.mass import UNIT
from tests import factories
from tests.app.forecasts.conftest import LAHORE, NOW
from tests.reference_set import GULBERG, STATIONS

WEST, SOUTH, EAST, NORTH = STATIONS[GULBERG]
OLD = cells.cell_of(SOUTH + 0.25 * (NORTH - SOUTH), WEST + 0.25 * (EAST - WEST))
NEW = cells.cell_of(SOUTH + 0.75 * (NORTH - SOUTH), WEST + 0.75 * (EAST - WEST))
HAPPENED = NOW - timedelta(weeks=10)
CORRECTED = NOW - timedelta(weeks=4)
WEEK = shifts.week_of(HAPPENED)
#: What was here before: the belief of today, whatever the date.
BELIEVED_NOW = """
SELECT cell_parent(m.cells[1], 8) AS cell FROM mass m
WHERE m.record_id = :record AND m.known_until IS NULL AND m.known_at <= :date"""


def _record(session: Session, head: str, cell: int = OLD, resolution: int = 9, loaded: datetime = NOW) -> int:
    placed = (resolution, [cells.parent(cell, resolution) if resolution < 9 else cell], [UNIT])
    record = factories.record(
        session, head=head, occurred=(HAPPENED, HAPPENED), known_at=HAPPENED + timedelta(hours=1), placed=placed
    )
    session.execute(text("UPDATE mass SET known_from = :at WHERE record_id = :id"), {"at": loaded, "id": record})
    session.commit()
    return record


def _believe(session: Session, record: int, at: datetime, **changed: object) -> None:
    """End what is believed of a record and believe something else of it, as a pin or a new delivery does."""
    session.execute(
        text("UPDATE mass SET known_until = :at WHERE record_id = :id AND known_until IS NULL"),
        {"at": at, "id": record},
    )
    columns = {"cells": [OLD], "head": None} | changed
    session.execute(
        text("""INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells,
                  cell_upto, keys, shifts, shift_mass, known_at, known_from)
                SELECT record_id, fix_id, station_id, kind, coalesce(:head, head_id), discovery, protected, 9,
                  CAST(:cells AS bigint[]), '{1000000}', CAST(:cells AS bigint[]), shifts, shift_mass, known_at, :at
                FROM mass WHERE record_id = :id ORDER BY id DESC LIMIT 1"""),
        {"at": at, "id": record, **columns},
    )
    session.commit()


def _cube(session: Session, head: str, date: datetime = NOW) -> Cube:
    session.rollback()
    area = reading.area_of(session, LAHORE)
    number = planning.heads_by_key(session, [head])[0]["id"]
    span = (WEEK - 2, shifts.week_of(NOW))
    found = reading.pieces(session, area, [number], date=date, weeks=span)[number]
    return Cube.from_events(found.columns, area=area.study, weeks=span)


def _where(cube: Cube, week: int) -> dict[str, int]:
    """Give the mass of the two places as a replay at the start of a week sees them."""
    known = cube.as_known(week)
    by_cell = dict(zip(known.cells.tolist(), known.mass.sum(axis=1).tolist(), strict=True))
    return {name: by_cell[cells.parent(cell, 8)] for name, cell in (("old", OLD), ("new", NEW))}


def test_a_pin_counts_from_its_day_on(worker: Session, forecaster: Session, owner: Session) -> None:
    assert cells.parent(OLD, 8) != cells.parent(NEW, 8)
    record = _record(owner, "burglary", loaded=HAPPENED)
    _believe(owner, record, CORRECTED, cells=[NEW])
    cube = _cube(forecaster, "burglary")
    pinned = shifts.week_of(CORRECTED)
    # Within the week of the pin a replay still sees the old place: what is learned in a week is known at its end.
    assert _where(cube, WEEK) == {"old": 0, "new": 0}
    assert _where(cube, WEEK + 1) == _where(cube, pinned) == {"old": UNIT, "new": 0}
    assert _where(cube, pinned + 1) == _where(cube, shifts.week_of(NOW)) == {"old": 0, "new": UNIT}
    # The control: a reader of today's belief puts the record at its new place weeks before anybody knew of it.
    seen = owner.execute(text(BELIEVED_NOW), {"record": record, "date": HAPPENED + timedelta(weeks=1)}).scalar_one()
    assert seen == cells.parent(NEW, 8)


def test_a_run_of_the_past_knows_no_later_pin(forecaster: Session, owner: Session) -> None:
    record = _record(owner, "dacoity", loaded=HAPPENED)
    _believe(owner, record, CORRECTED, cells=[NEW])
    before, after = (_cube(forecaster, "dacoity", CORRECTED + timedelta(days=day)) for day in (-1, 1))
    assert _where(before, shifts.week_of(NOW)) == {"old": UNIT, "new": 0}
    assert _where(after, shifts.week_of(NOW)) == {"old": 0, "new": UNIT}


def test_history_that_was_loaded_late_is_known_when_its_source_knew_it(forecaster: Session, owner: Session) -> None:
    """Ten years of records may come in one night: their dates are the source's; what officers then correct is ours."""
    record = _record(owner, "theft", loaded=NOW - timedelta(weeks=2))
    assert _where(_cube(forecaster, "theft"), WEEK + 1) == {"old": UNIT, "new": 0}
    _believe(owner, record, NOW - timedelta(weeks=1), cells=[NEW])
    cube = _cube(forecaster, "theft")
    assert _where(cube, shifts.week_of(NOW) - 1) == {"old": UNIT, "new": 0}
    assert _where(cube, shifts.week_of(NOW)) == {"old": 0, "new": UNIT}


def test_a_reclassified_record_changes_heads_on_its_day(forecaster: Session, owner: Session) -> None:
    record = _record(owner, "vehicle_theft", loaded=HAPPENED)
    other = factories.head_id(owner, "vehicle_snatching")
    _believe(owner, record, CORRECTED, head=other)
    was, now = _cube(forecaster, "vehicle_theft"), _cube(forecaster, "vehicle_snatching")
    week = shifts.week_of(CORRECTED)
    assert [_where(cube, week)["old"] for cube in (was, now)] == [UNIT, 0]
    assert [_where(cube, week + 1)["old"] for cube in (was, now)] == [0, UNIT]


@pytest.mark.parametrize("order", ["together", "apart"])
def test_corrections_of_wide_mass_leave_no_unit_behind(forecaster: Session, owner: Session, order: str) -> None:
    """Seven does not divide a million: what was shared out unevenly is taken back just as it was given."""
    head = {"together": "murder", "apart": "hurt"}[order]
    records = [_record(owner, head, resolution=7, loaded=HAPPENED) for _ in range(3)]
    for number, record in enumerate(records):
        at = CORRECTED + timedelta(weeks=number if order == "apart" else 0)
        owner.execute(text("UPDATE mass SET known_until = :at WHERE record_id = :id"), {"at": at, "id": record})
    owner.commit()
    cube = _cube(forecaster, head)
    totals = []
    for week in range(WEEK + 1, shifts.week_of(NOW) + 1):
        known = cube.as_known(week).mass
        assert known.min(initial=0) >= 0
        totals.append(int(known.sum()))
    assert totals[0] == 3 * UNIT and totals[-1] == 0
    assert (2 * UNIT in totals) == (order == "apart")
