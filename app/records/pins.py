"""An officer's pin: a correction of where a record happened, that moves its mass on every map at once."""

import json

from psycopg2.extras import NumericRange
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.named import sql
from app.errors import Conflict, InvalidFilter, NotFound
from app.records import mass
from spatial import cells as h3cells
from spatial.mass import UNIT
from spatial.model import Method

#: How near an officer's pin is taken to be, if the officer does not say.
PIN_ACCURACY_M = 50.0
_PAKISTAN = (60.8, 23.5, 77.9, 37.2)  # west, south, east, north


def pin(session: Session, record_id: int, lat: float, lon: float, account_id: int | None, reason: str = "") -> int:
    """Put a record at a point, keep what was believed before, and give the new fix's id; commits.

    Raises
    ------
    NotFound
        If there is no such record in the reader's jurisdiction.
    InvalidFilter
        If the point is not in Pakistan.
    Conflict
        If the record is cancelled, or a stay, which is where its hotel is.
    """
    west, south, east, north = _PAKISTAN
    if not (west <= lon <= east and south <= lat <= north):
        raise InvalidFilter("The point %(lat)s, %(lon)s is not in Pakistan.", lat=lat, lon=lon)
    cell = h3cells.cell_of(lat, lon)
    mass.ensure_cells(session, [cell])  # commits: see there
    current = session.execute(sql("records.for_pin"), {"id": record_id}).mappings().first()
    if current is None:
        raise NotFound
    if current["kind"] == "stay" or current["cancelled"]:
        raise Conflict("A cancelled record and a stay cannot be pinned.")
    mass.close_mass(session, [record_id])
    fix_id: int = session.execute(
        sql("records.add_pin"),
        {
            "record": record_id,
            "method": Method.PIN.value,
            "accuracy_m": PIN_ACCURACY_M,
            "lat": lat,
            "lon": lon,
            "account": account_id,
            "reasons": json.dumps([{"code": "pinned", "params": {"reason": reason}}]),
        },
    ).scalar_one()
    mass_id = session.execute(
        sql("records.add_pinned_mass"),
        {
            "record": record_id,
            "fix": fix_id,
            "cell": cell,
            "keys": mass.keys_of([cell], h3cells.resolution(cell)),
            "upto": UNIT,
            "shifts": NumericRange(current["first_shift"], current["first_shift"] + len(current["shift_mass"])),
            "shift_mass": current["shift_mass"],
        },
    ).scalar_one()
    mass.add_deltas(session, [mass_id])
    note(session, "record.pin", "record", record_id, reason=reason, detail={"fix": fix_id})
    mass.touch(session)
    session.commit()
    return fix_id
