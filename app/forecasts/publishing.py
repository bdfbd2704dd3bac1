"""Runs published by a named officer, and by nobody else."""

from datetime import UTC, datetime

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.models import ForecastRun
from app.db.named import sql
from app.db.session import worker_session
from app.forecasts import resting
from app.forecasts.errors import Expired, NoOfficer, NoRun, NotADraft, Paused, check_on
from app.policy import Permission, permissions_of


def publish(session: Session, row: RowMapping, account: int, officer: str, *, now: datetime | None = None) -> None:
    """Publish a draft in an officer's name, withdraw what it replaces, and write it to the audit log.

    Raises
    ------
    Expired, Paused, NotADraft
    """
    moment = now or datetime.now(UTC)
    if row["expires_at"] <= moment:
        raise Expired
    if row["paused"]:
        raise Paused
    run = session.get_one(ForecastRun, row["id"], with_for_update=True)  # of two officers one publishes
    if run.state != "draft":
        raise NotADraft
    run.state, run.published_at, run.published_by = "published", moment, account
    session.flush()
    session.execute(sql("forecasts.withdraw_others"), {"id": row["id"]})
    rests = resting.settle(session, row)
    note(
        session,
        "forecast_published",
        "forecast_run",
        row["id"],
        detail={"officer": officer, "data_hash": row["data_hash"], "method": row["method"], "rests": rests},
    )


def publish_as(name: str, runs: list[int], *, now: datetime | None = None) -> list[int]:
    """Publish runs in the name of an account, from the command line; every draft that has
    not expired and is not paused if none is named.

    Raises
    ------
    NoOfficer
        If there is no such account or its role may not publish.
    NoRun, Expired, Paused, NotADraft
    """
    check_on()
    moment = now or datetime.now(UTC)
    with worker_session() as session:
        officer = officer_of(session, name)
        wanted = runs or list(session.execute(sql("forecasts.drafts"), {"now": moment}).scalars())
        for number in wanted:
            row = (
                session.execute(sql("forecasts.run_for_worker"), {"id": number, "now": moment}).mappings().one_or_none()
            )
            if row is None:
                raise NoRun
            publish(session, row, officer, name, now=moment)
    return wanted


def officer_of(session: Session, name: str) -> int:
    """Give the id of the account that may publish under a name.

    Raises
    ------
    NoOfficer
        If there is no such account or its role may not publish.
    """
    officer = session.execute(sql("forecasts.officer"), {"name": name}).mappings().one_or_none()
    if officer is None or Permission.PUBLISH_FORECASTS not in permissions_of(officer["role"]):
        raise NoOfficer
    return int(officer["id"])
