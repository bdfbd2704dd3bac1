"""How the writers of each station round distances and directions, as it was learned, with date and number.

`app.geocode.learning` learns it; it is used by whoever may see the station.  What all stations show
together serves those with too few texts, and everybody who asks about a station outside his scope.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql
from spatial.geocoding.habits import Habits, restored, stored
from spatial.geocoding.writers import Learned, Writers


def keep(session: Session, learned: Writers) -> None:
    """Put what was learned in the place of what was known before; the caller commits."""
    rows = [_row(None, learned.whole)] if learned.whole.texts else []
    rows += [_row(code, one) for code, one in sorted(learned.stations.items())]
    session.execute(sql("geocode.writers_forget"))
    session.execute(sql("geocode.writers_keep"), {"rows": json.dumps(rows)})


def in_use(session: Session) -> dict[str | None, Learned]:
    """Give the habits that the reader may see, by the code of their station; of all stations together under None."""
    return {
        row.station: Learned(_habits(row.habits), row.texts, row.pins, row.leak, row.is_own)
        for row in session.execute(sql("geocode.writers"))
    }


def of(learned: Mapping[str | None, Learned], station: str) -> Learned | None:
    """Give the habits by which a station's texts are read; None where nothing was learned."""
    if station in learned:
        return learned[station]
    whole = learned.get(None)
    return Writers(whole, {}).of(station) if whole is not None else None


def _row(station: str | None, one: Learned) -> dict[str, Any]:
    return {
        "station": station, "habits": stored(one.habits), "leak": one.leak, "texts": one.texts, "pins": one.pins,
        "is_own": one.is_own,
    }  # fmt: skip


@lru_cache(maxsize=4_096)
def _habits(written: str) -> Habits:
    """Give the habits of a row: the same object for the same words, so that regions are found again."""
    return restored(json.loads(written))
