"""An officer's pin: a correction of where a record happened, that moves its mass on every map at once."""

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
from spatial.model import Method

#: How near an officer's pin is taken to be, if the officer does not say.
PIN_ACCURACY_M = 50.0
_PAKISTAN = (60.8, 23.5, 77.9, 37.2)  # west, south, east, north


def pin(
    session: Session, record_id: int, lat: float, lon: float, account_id: int | None, reason: str = "",
    local_name: str | None = None,
) -> tuple[int, int | None]:  # fmt: skip
    """Put a record at a point, keep what was believed before; give the new fix's id and what it taught; commits.

    Parameters
    ----------
    local_name : str, optional
        By what name people there call the place: found from now on within the record's station.

    Raises
    ------
    NotFound
        If there is no such record in the reader's jurisdiction.
    InvalidFilter
        If the point is not in Pakistan, or the local name cannot be used.
    Conflict
        If the record is cancelled, or a stay, which is where its hotel is.
    """
    west, south, east, north = _PAKISTAN
    if not (west <= lon <= east and south <= lat <= north):
        raise InvalidFilter("The point %(lat)s, %(lon)s is not in Pakistan.", lat=lat, lon=lon)
    if local_name is not None:
        local_names.clean(local_name)  # refused before anything is written
    cell = h3cells.cell_of(lat, lon)
    mass.ensure_cells(session, [cell])  # commits: see there
    # Locked: two pins on one record take their turns.
    record = session.get(Record, record_id, with_for_update=True)
    if record is None:
        raise NotFound
    if record.kind == "stay" or record.cancelled:
        raise Conflict("A cancelled record and a stay cannot be pinned.")
    believed = session.scalars(select(Mass).where(Mass.record_id == record_id, Mass.known_until.is_(None))).one()
    mass.close_mass(session, [record_id])
    fix = FixRow(
        record_id=record_id,
        station_id=record.station_id,
        method=Method.PIN.value,
        score=1.0,
        accuracy_m=PIN_ACCURACY_M,
        point=WKTElement(f"POINT({lon!r} {lat!r})", srid=4326),
        reasons=[{"code": "pinned", "params": {"reason": reason}}],
        account_id=account_id,
    )
    session.add(fix)
    session.flush()
    pinned = Mass(
        record_id=record_id,
        fix_id=fix.id,
        station_id=record.station_id,
        kind=record.kind,
        head_id=record.head_id,
        discovery=record.discovery,
        protected=record.protected,
        resolution=h3cells.resolution(cell),
        cells=[cell],
        cell_upto=[UNIT],
        keys=mass.keys_of([cell], h3cells.resolution(cell)),
        shifts=believed.shifts,
        shift_mass=believed.shift_mass,
        known_at=record.known_at,
    )
    session.add(pinned)
    session.flush()
    mass.add_deltas(session, [pinned.id])
    local_names.forget(session, record_id, account_id)
    taught = None
    if local_name is not None:
        taught = local_names.learn(
            session, local_name, station_id=record.station_id, record_id=record_id, fix_id=fix.id, point=(lat, lon),
            account_id=account_id,
        )  # fmt: skip
    # The officer's words stay with the fix: the log holds ids, and words may name people.
    note(session, "record.pin", "record", record_id, detail={"fix": fix.id})
    mass.touch(session)
    session.commit()
    return fix.id, taught
