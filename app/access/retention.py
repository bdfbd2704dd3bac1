"""What is not kept for ever of signing in: attempts, and sessions that ended.  Who did what stays in the audit log."""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.db.named import sql
from app.db.session import worker_session

#: An attempt counts for a quarter of an hour; three months of them answer an inquiry into a break-in.
ATTEMPT_DAYS: Final = 90
#: A session that ended opens nothing any more.
SESSION_DAYS: Final = 90


def forget_old(now: datetime | None = None) -> int:
    """Delete attempts, and sessions that ended, older than they are kept; gives how many."""
    moment = now or datetime.now(UTC)
    with worker_session() as session:
        attempts = session.execute(
            sql("access.forget_attempts"), {"before": moment - timedelta(days=ATTEMPT_DAYS)}
        ).rowcount  # type: ignore[attr-defined]
        sessions = session.execute(
            sql("access.forget_sessions"), {"before": moment - timedelta(days=SESSION_DAYS)}
        ).rowcount  # type: ignore[attr-defined]
    return int(attempts + sessions)
