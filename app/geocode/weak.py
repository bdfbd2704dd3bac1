"""The queue of weak fixes: those that an officer's pin would help most, for the desk of pins.

A fix is *weak* if nothing closer than the station's area is known, if nothing is known at all, or if its score is below
``WEAK_SCORE``; what an officer has said is never weak.  The queue is ordered by weakness times gravity: how little is
known, and how grave the offence is.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.messages import say
from spatial.model import Fix, Method

#: The same number stands in geocode.weak and in the index fix_weak: a test compares them.
WEAK_SCORE: Final = 0.5
_VAGUE: Final = (Method.STATION_AREA, Method.UNPLACED)


def is_weak(fix: Fix) -> bool:
    """Say whether an officer should pin a fix."""
    return fix.method is not Method.PIN and (fix.method in _VAGUE or fix.score < WEAK_SCORE)


def queue(
    session: Session, station: str | None = None, *, sees_protected: bool, limit: int = 50
) -> list[dict[str, Any]]:
    """Give the weak fixes of a station, or of all that the reader sees, those first that need an officer most.

    The place's words, matches and reasons of a protected record are given to readers with the right only.
    """
    values = {"station": station, "limit": limit}
    return [_shown(row, sees_protected) for row in session.execute(sql("geocode.weak_queue"), values).mappings()]


def counts(session: Session, station: str | None = None) -> list[dict[str, Any]]:
    """Give for each station how many of its fixes are weak, how many officers have pinned, and how many there are."""
    return [dict(row) for row in session.execute(sql("geocode.weak_counts"), {"station": station}).mappings()]


def _shown(row: Any, sees_protected: bool) -> dict[str, Any]:
    held_back = row["protected"] and not sees_protected
    return {
        "record": row["record_id"],
        "kind": row["kind"],
        "key": row["key"],
        "station": row["station"],
        "head": row["head"],
        "method": row["method"],
        "score": row["score"],
        "weakness": round(row["weakness"], 3),
        "priority": round(row["priority"], 3),
        "held_back": held_back,
        "place": None if held_back else row["place_text"],
        "accuracy_m": row["accuracy_m"],
        "point": None if held_back or row["lat"] is None else {"lat": row["lat"], "lon": row["lon"]},
        "matched": None if held_back else row["matched"],
        "reasons": [] if held_back else [say(reason["code"], reason.get("params")) for reason in row["reasons"]],
        "known_at": row["known_at"].isoformat(),
    }
