"""What an officer says of a record's place: a correction that moves its mass on every map at once, and its undoing."""

from collections.abc import Sequence
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.models import FixRow, Mass, Record
from app.errors import Conflict, InvalidFilter, NotFound
from app.geocode import local_names
from app.records import mass
from spatial import cells as h3cells
from spatial.mass import UNIT
from spatial.model import Fix, Method, Point, Reason

#: How near an officer's pin is taken to be, if the officer does not say.
PIN_ACCURACY_M = 50.0
_PAKISTAN = (60.8, 23.5, 77.9, 37.2)  # west, south, east, north


def pin(
    session: Session,
    record_id: int,
    lat: float,
    lon: float,
    account_id: int | None,
    reason: str = "",
    local_name: str | None = None,
    accuracy_m: float = PIN_ACCURACY_M,
) -> tuple[int, int | None]:
    """Put a record at a point, keep what was believed before; give the new fix's id and what it taught; commits.

    Raises
    ------
    NotFound, Conflict
        As :func:`put`.
    InvalidFilter
        If the point is not in Pakistan, or the local name cannot be used.
    """
    check_point(lat, lon)
    cell = h3cells.cell_of(lat, lon)
    said = Reason("pinned", {"reason": reason})
    resolution = h3cells.resolution(cell)
    fix = Fix(Method.PIN, Point(lat, lon), accuracy_m, resolution, (cell,), (UNIT,), 1.0, None, (said,))
    return put(session, record_id, fix, account_id, local_name)


def check_point(lat: float, lon: float) -> None:
    """Refuse a point that is not in Pakistan.

    Raises
    ------
    InvalidFilter
    """
    west, south, east, north = _PAKISTAN
    if not (west <= lon <= east and south <= lat <= north):
        raise InvalidFilter("The point %(lat)s, %(lon)s is not in Pakistan.", lat=lat, lon=lon)


def put(
    session: Session, record_id: int, fix: Fix, account_id: int | None, local_name: str | None = None
) -> tuple[int, int | None]:
    """Give a record the fix that an officer decided on, keep what was believed before; commits.

    An unplaced fix says that an officer found that the record cannot be placed.

    Parameters
    ----------
    local_name : str, optional
        By what name people there call the place: found from now on within the record's station.

    Returns
    -------
    tuple of int and (int or None)
        The new fix's id, and that of the local name that it taught.

    Raises
    ------
    NotFound
        If there is no such record in the reader's jurisdiction.
    InvalidFilter
        If the local name cannot be used.
    Conflict
        If the record is cancelled, or a stay, which is where its hotel is.
    """
    if local_name is not None:
        local_names.clean(local_name)  # refused before anything is written
    mass.ensure_cells(session, fix.cells)  # commits: see there
    record = _locked(session, record_id)
    placed = mass.cells_of_fix(fix)
    row = FixRow(
        method=fix.method.value,
        score=fix.score,
        accuracy_m=fix.accuracy_m,
        point=WKTElement(f"POINT({fix.point.lon!r} {fix.point.lat!r})", srid=4326) if fix.point else None,
        matched=fix.matched,
        reasons=[{"code": reason.code, "params": dict(reason.params)} for reason in fix.reasons],
    )
    made = _replace(session, record, row, placed, account_id)
    local_names.forget(session, record_id, account_id)
    taught = None
    if local_name is not None and fix.point is not None:
        taught = local_names.learn(
            session, local_name, station_id=record.station_id, record_id=record_id, fix_id=made,
            point=(fix.point.lat, fix.point.lon), account_id=account_id,
        )  # fmt: skip
    # The officer's words stay with the fix: the log holds ids, and words may name people.
    note(session, "record.pin", "record", record_id, detail={"fix": made})
    mass.touch(session)
    session.commit()
    return made, taught


def undo(session: Session, record_id: int, account_id: int | None) -> int:
    """Take an officer's latest word on a record back: what was believed before it holds again; commits.

    The word itself stays in the history.  Gives the id of the fix that now holds.

    Raises
    ------
    NotFound
        If there is no such record in the reader's jurisdiction.
    Conflict
        If no officer's word holds, or nothing was believed before it.
    """
    record = _locked(session, record_id)
    fixes = session.scalars(
        select(FixRow)
        .where(FixRow.record_id == record_id)
        .order_by(FixRow.known_until.is_not(None), FixRow.known_from.desc(), FixRow.id.desc())
    ).all()
    before = _believed_before(fixes) if fixes and fixes[0].account_id is not None else None
    old = session.scalars(select(Mass).where(Mass.fix_id == before.id).limit(1)).first() if before else None
    if before is None or old is None:
        raise Conflict("There is no officer's word on this record to take back.")
    row = FixRow(
        method=before.method,
        score=before.score,
        accuracy_m=before.accuracy_m,
        point=before.point,
        matched=before.matched,
        reasons=[*before.reasons, {"code": "pin_undone", "params": {"restored": before.id}}],
    )
    placed = {"resolution": old.resolution, "cells": list(old.cells), "cell_upto": list(old.cell_upto)}
    made = _replace(session, record, row, placed, before.account_id)
    local_names.forget(session, record_id, account_id)
    note(session, "record.unpin", "record", record_id, detail={"fix": made, "undone": fixes[0].id, "by": account_id})
    mass.touch(session)
    session.commit()
    return made


def _believed_before(fixes: Sequence[FixRow]) -> FixRow | None:
    """Give the fix that an officer's latest word replaced, of a record's fixes with the newest first.

    A word may stand there several times: kept over corrections, or brought back by an earlier undoing.
    """
    places = {fix.id: place for place, fix in enumerate(fixes)}
    place = 0
    while place < len(fixes):
        params = {reason["code"]: reason["params"] for reason in fixes[place].reasons}
        restored = params.get("pin_undone", {}).get("restored")
        if restored in places:
            place = places[restored]
        elif "pin_kept" in params:
            place += 1
        else:
            return fixes[place + 1] if place + 1 < len(fixes) else None
    return None


def _locked(session: Session, record_id: int) -> Record:
    """Give a record that can be pinned, locked: two pins on one record take their turns."""
    record = session.get(Record, record_id, with_for_update=True)
    if record is None:
        raise NotFound
    if record.kind == "stay" or record.cancelled:
        raise Conflict("A cancelled record and a stay cannot be pinned.")
    return record


def _replace(session: Session, record: Record, fix: FixRow, placed: dict[str, Any], account_id: int | None) -> int:
    """End a record's fix and mass and begin new ones; its shifts stay what they are."""
    believed = session.scalars(select(Mass).where(Mass.record_id == record.id, Mass.known_until.is_(None))).one()
    mass.close_mass(session, [record.id])
    fix.record_id, fix.station_id, fix.account_id = record.id, record.station_id, account_id
    session.add(fix)
    session.flush()
    made = Mass(
        record_id=record.id,
        fix_id=fix.id,
        station_id=record.station_id,
        kind=record.kind,
        head_id=record.head_id,
        discovery=record.discovery,
        protected=record.protected,
        keys=mass.keys_of(placed["cells"], placed["resolution"]),
        shifts=believed.shifts,
        shift_mass=believed.shift_mass,
        known_at=record.known_at,
        **placed,
    )
    session.add(made)
    session.flush()
    mass.add_deltas(session, [made.id])
    return fix.id
