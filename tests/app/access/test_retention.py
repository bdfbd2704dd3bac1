"""Sign-ins are not kept for ever: what is old goes, what still counts stays."""

from datetime import UTC, datetime, timedelta

from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import service
from app.access.retention import ATTEMPT_DAYS, SESSION_DAYS, forget_old
from tests import factories


def test_old_attempts_and_ended_sessions_go(app: APIFlask, worker: Session) -> None:
    now = datetime.now(UTC)
    account = factories.account(worker, "station")
    service.open_session(worker, account, hours=12)
    add = text("INSERT INTO access.login_attempt (at, name, success) VALUES (:at, :name, false)")
    for name, days in (("old", ATTEMPT_DAYS + 1), ("new", ATTEMPT_DAYS - 1)):
        worker.execute(add, {"at": now - timedelta(days=days), "name": name})
    for hours in (24 * (SESSION_DAYS + 1), 24 * (SESSION_DAYS - 1)):
        service.open_session(worker, account, hours=1)
        worker.execute(
            text("UPDATE access.session SET expires_at = :at WHERE id = (SELECT max(id) FROM access.session)"),
            {"at": now - timedelta(hours=hours)},
        )
    worker.commit()
    with app.app_context():
        assert forget_old(now) == 2
        assert forget_old(now) == 0
    names = set(worker.execute(text("SELECT name FROM access.login_attempt")).scalars())
    assert "new" in names and "old" not in names
    left = worker.execute(
        text("SELECT count(*) FROM access.session WHERE account_id = :i"), {"i": account}
    ).scalar_one()
    assert left == 2, "the one that is open, and the one that ended lately"
