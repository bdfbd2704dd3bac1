"""The queue of the pin desk: records that the geocoder is unsure of, and how far each station has come with its own."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import InvalidFilter
from app.records.filters import recording_units
from app.records.service import iso, list_row

PAGE: Final = 40
LATELY: Final = timedelta(days=7)
#: What of the queue is asked for, by the methods of the fixes; None is all of it.
SHOWS: Final[dict[str, tuple[str, ...] | None]] = {
    "all": None,
    "unplaced": ("unplaced",),
    "station_area": ("station_area",),
    "bearing": ("bearing",),
    "name": ("place", "landmark"),
    "coordinates": ("coordinates",),
}


def listed(
    session: Session, jurisdiction: str | None, show: str, kinds: str | None, cursor: str | None, sees_protected: bool
) -> dict[str, Any]:
    """Give a page of the queue, the gravest and weakest first, and the cursor of the next.

    Raises
    ------
    InvalidFilter
    """
    if show not in SHOWS:
        raise InvalidFilter("The queue has no part named %(value)s.", value=show[:40])
    methods = SHOWS[show]
    wanted = [kind for kind in (kinds or "").split(",") if kind]
    if set(wanted) - {"fir", "complaint", "incident"}:
        raise InvalidFilter("There is no kind of record named %(value)s here.", value=(kinds or "")[:40])
    stations = recording_units(jurisdiction, session)
    binds = {
        "stations": list(stations) if stations is not None else None,
        "methods": list(methods) if methods else None,
        "kinds": wanted or None,
        "page": PAGE + 1,
        **_after(cursor),
    }
    rows = list(session.execute(sql("pins.queue"), binds).mappings())
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return {
        "records": [_row(row, sees_protected) for row in rows[:PAGE]],
        "next": _cursor(more) if more is not None else None,
    }


def progress(session: Session, jurisdiction: str | None, now: datetime) -> dict[str, Any]:
    """Give for each station how its records are placed, those with the most to do first."""
    stations = recording_units(jurisdiction, session)
    binds = {"stations": list(stations) if stations is not None else None, "since": now - LATELY}
    rows = list(session.execute(sql("pins.progress"), binds).mappings())
    counts = ("records", "weak", "unplaced", "by_officers", "lately")
    return {
        "since": iso(now - LATELY),
        "total": {name: sum(row[name] for row in rows) for name in counts},
        "stations": [
            {
                "station": {"code": row["station"], "name": row["station_name"], "name_ur": row["station_name_ur"]},
                **{name: row[name] for name in counts},
            }
            for row in rows
        ],
    }


def _row(row: RowMapping, sees_protected: bool) -> dict[str, Any]:
    held_back = row["protected"] and not sees_protected
    return list_row(row, sees_protected) | {
        "head_name": row["head_name"],
        "head_name_ur": row["head_name_ur"],
        "score": row["score"],
        "distance_m": None if held_back else row["distance_m"],
        "direction": None if held_back else row["direction"],
    }


def _cursor(row: RowMapping) -> str:
    words = json.dumps([str(row["priority"]), row["known_at"].isoformat(), row["id"]])
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _after(cursor: str | None) -> dict[str, Any]:
    if not cursor:
        return {"priority": None, "known_at": None, "id": None}
    try:
        words = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        priority, known_at, number = json.loads(words)
        if not (0 <= float(priority) < 1e6 and 0 < int(number) < 2**63):
            raise ValueError
        return {"priority": str(priority), "known_at": datetime.fromisoformat(known_at), "id": int(number)}
    except (ValueError, TypeError, OverflowError, binascii.Error, UnicodeDecodeError):
        raise InvalidFilter("The cursor is not one that this address gave.") from None
