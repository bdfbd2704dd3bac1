"""What is not kept for ever: stays past their days leave with their persons, places, mass and versions.

A stay in quarantine is a guest's name and CNIC as they came: its words leave by the same clock.
"""

from datetime import UTC, datetime, timedelta

from flask import current_app

from app.audit.service import note
from app.db.named import sql
from app.db.session import worker_session
from app.records import mass

_AT_ONCE = 2_000


def purge_stays(now: datetime | None = None) -> int:
    """Delete stays older than the settings keep them, and give how many; the maps lose them at once."""
    before = (now or datetime.now(UTC)) - timedelta(days=current_app.extensions["naqsha.settings"].stay_days)
    with worker_session() as session:
        session.execute(sql("ingest.forget_bad_stays"), {"before": before})
    gone = 0
    while True:
        with worker_session() as session:
            ids = list(session.execute(sql("ingest.old_stays"), {"before": before, "limit": _AT_ONCE}).scalars())
            if not ids:
                return gone
            mass.close_mass(session, ids)
            for name in ("mass", "fixes", "stays", "versions", "records"):
                session.execute(sql(_DROPS[name]), {"records": ids})
            note(session, "delete", "stay", detail={"count": len(ids), "before": before.date().isoformat()})
            mass.touch(session)
        gone += len(ids)


_DROPS = {
    "mass": "ingest.drop_mass",
    "fixes": "ingest.drop_fixes",
    "stays": "ingest.drop_stays",
    "versions": "ingest.drop_versions",
    "records": "ingest.drop_records",
}
