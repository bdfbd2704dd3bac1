"""The order of events of FIRs, read from the database and checked by `chronology`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.pins.chronology import ZONE, Events, Neighbour, check
from app.pins.messages import say
from app.records.filters import recording_units
from app.records.service import iso

#: The desk lists FIRs entered in so many days; an older one is checked when it is opened.
DAYS = 90
MOST = 500


def of_record(session: Session, record_id: int) -> list[dict[str, str]]:
    """Give what cannot be in the order of one FIR's events; nothing where it is no FIR, or none of the reader's."""
    register = session.execute(sql("pins.register_of"), {"record": record_id}).mappings().first()
    if register is None:
        return []
    rows = _events(session, [register["station_id"]], (register["year"], register["year"]), record=record_id)
    return [say(flag) for row in rows for flag in check(_read(row))]


def of_area(session: Session, jurisdiction: str | None, now: datetime, hides_protected: bool) -> dict[str, Any]:
    """Give the FIRs of the last days with something out of order, newest first, and how many were checked."""
    since = now - timedelta(days=DAYS)
    years = (since.astimezone(ZONE).year - 1, now.astimezone(ZONE).year + 1)
    stations = recording_units(jurisdiction, session) if jurisdiction else None
    rows = _events(session, list(stations) if stations is not None else None, years, since=since)
    found: list[dict[str, Any]] = []
    by_code: dict[str, int] = {}
    for row in rows:
        flags = check(_read(row))
        for flag in flags:
            by_code[flag.code] = by_code.get(flag.code, 0) + 1
        if flags and len(found) < MOST:
            hidden = row["protected"] and hides_protected
            found.append(
                {
                    "id": row["id"],
                    "title": f"{row['number']}/{row['year']}",
                    "station": {"code": row["station"], "name": row["station_name"], "name_ur": row["station_name_ur"]},
                    "head": None if hidden else row["head"],
                    "known_at": iso(row["known_at"]),
                    "flags": [say(flag) for flag in flags],
                }
            )
    return {"since": iso(since), "checked": len(rows), "by_code": by_code, "records": found, "most": MOST}


def _events(
    session: Session,
    stations: list[int] | None,
    years: tuple[int, int],
    record: int | None = None,
    since: datetime | None = None,
) -> list[RowMapping]:
    binds = {"stations": stations, "first_year": years[0], "last_year": years[1], "record": record, "since": since}
    return list(session.execute(sql("pins.events"), binds).mappings())


def _read(row: RowMapping) -> Events:
    following = None
    if row["next_number"] is not None:
        following = Neighbour(row["next_number"], row["next_known_at"], row["next_e_tag"])
    return Events(
        year=row["year"],
        number=row["number"],
        occurred_from=row["occurred_from"],
        known_at=row["known_at"],
        reported_at=row["reported_at"],
        diary_at=row["diary_at"],
        despatched_at=row["despatched_at"],
        arrested_at=row["arrested_at"],
        e_tag=row["e_tag"],
        section_dates=tuple(row["section_dates"] or ()),
        complained_at=row["complained_at"],
        following=following,
    )
