"""Forecasts as a reader sees them.

Those who neither make nor publish forecasts see published runs only, and nobody sees the cells of an expired one. A
reader may see the runs of jurisdictions that hold his own and of those inside his own: a station's officer the run of
his district, a commander the runs of every district below him. Runs hold no records: the neighbour station's cells
tell him no more than a map of the district on the wall.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.db import queue
from app.db.named import sql
from app.errors import Forbidden
from app.forecasts import publishing
from app.forecasts.errors import Expired, NoRun, SwitchedOff, check_on
from app.forecasts.messages import say
from app.forecasts.running import DEFAULT_HEAD, shown_count
from app.policy import Permission, may
from spatial import shifts
from spatial.cells import to_hex

__all__ = ["Expired", "NoRun", "SwitchedOff", "check_on"]

BUDGET = "0.05"
MOST_LISTED = 200


def sees_drafts() -> bool:
    """Say whether whoever is signed in makes or publishes forecasts."""
    return may(Permission.RUN_FORECASTS) or may(Permission.PUBLISH_FORECASTS)


def latest_run_id(session: Session, jurisdiction_code: str | None, head: str | None) -> int | None:
    """Give the id of the run to show; None where there is none that the reader may see, or all have expired.

    Of the newest week, for the nearest jurisdiction that holds the wanted one, else for one inside it.

    Raises
    ------
    SwitchedOff
    """
    check_on()
    found = _latest(session, jurisdiction_code, head or DEFAULT_HEAD)
    if found is None and head is None:
        found = _latest(session, jurisdiction_code, None)
    if found is None or visible_run(session, found)["expired"]:
        return None
    return found


def latest_run_ids(session: Session, jurisdiction_code: str | None, head: str | None) -> list[int]:
    """Give the ids of the unexpired runs that a map shows together: one a jurisdiction, none inside another.

    Raises
    ------
    SwitchedOff
    """
    check_on()
    return list(
        session.execute(
            sql("forecasts.latest_all"), {"jurisdiction": jurisdiction_code, "head": head or DEFAULT_HEAD, **_reader()}
        ).scalars()
    )


def tile(session: Session, z: int, x: int, y: int, *, jurisdiction: str | None, head: str | None) -> bytes:
    """Give the forecast's tile as MVT bytes: layer `forecast` of the runs of `latest_run_ids`; empty if none.

    Raises
    ------
    SwitchedOff
    """
    runs = latest_run_ids(session, jurisdiction, head)
    if not runs:
        return b""
    found = session.execute(sql("forecasts.tile"), {"z": z, "x": x, "y": y, "run_ids": runs}).scalar()
    return bytes(found or b"")


def visible_run(session: Session, number: int) -> RowMapping:
    """Give a run that the reader may see.

    Raises
    ------
    NoRun
    """
    row = session.execute(sql("forecasts.run_for_reader"), {"id": number, **_reader()}).mappings().one_or_none()
    if row is None:
        raise NoRun
    return row


def latest(session: Session, jurisdiction_code: str | None, head: str | None) -> dict[str, Any]:
    """Give the document of the run to show.

    Raises
    ------
    NoRun
        If there is none.
    Expired
        If there is one, but its time is over.
    """
    wanted = head or DEFAULT_HEAD
    found = _latest(session, jurisdiction_code, wanted)
    if found is None and head is None:
        found = _latest(session, jurisdiction_code, None)
    if found is None:
        raise NoRun
    return document(session, visible_run(session, found))


def document(session: Session, row: RowMapping) -> dict[str, Any]:
    """Give a run with its best-ranked cells and each one's drivers in words.

    Raises
    ------
    Expired
    """
    if row["expired"]:
        raise Expired
    count = session.execute(sql("forecasts.cell_count"), {"run": row["id"]}).scalar_one()
    cells = session.execute(sql("forecasts.cells"), {"run": row["id"], "count": shown_count(count)}).mappings()
    return {
        "run": {**summary(row), "cells": count, "card": row["card"]},
        "cells": [
            {
                "cell": to_hex(cell["cell"]),
                "rate": cell["rate"],
                "low": cell["low"],
                "high": cell["high"],
                "rank": cell["rank"],
                "drivers": [driver(part) for part in cell["drivers"]],
            }
            for cell in cells
        ],
    }


def driver(part: dict[str, Any]) -> dict[str, Any]:
    """Give a kept driver with its words."""
    text, text_ur = say(part["code"], part["params"])
    return {"code": part["code"], "share": part["share"], "text": text, "text_ur": text_ur}


def summary(row: RowMapping) -> dict[str, Any]:
    """Give a run without its cells: what it is, how its method did, and against which others."""
    scores = row["scores"]
    own = scores["methods"][row["method"]]
    return {
        "id": row["id"],
        "method": row["method"],
        "state": row["state"],
        "made_at": _iso(row["made_at"]),
        "known_until": _iso(row["known_until"]),
        "published_at": _iso(row["published_at"]),
        "expires_at": _iso(row["expires_at"]),
        "expired": row["expired"],
        "week_start": shifts.week_start(row["week"]).date().isoformat(),
        "head": row["head"],
        "head_name": row["head_name"],
        "head_name_ur": row["head_name_ur"],
        "jurisdiction": row["jurisdiction"],
        "jurisdiction_name": row["jurisdiction_name"],
        "jurisdiction_name_ur": row["jurisdiction_name_ur"],
        "resolution": row["resolution"],
        "data_hash": row["data_hash"],
        "synthetic": row["has_synthetic"],
        "reason": scores["reason"],
        "weeks_ahead": scores["weeks_ahead"],
        "score": {
            "hit_rate_5": own["hit_rate"][BUDGET],
            "pai_5": own["pai"][BUDGET],
            "pei_5": own["pei"][BUDGET],
            "coverage_90": own["coverage_90"],
            "expected_over_observed": own["expected_over_observed"],
            "weeks": len(scores["weeks"]),
        },
        "versus": [
            {
                "method": name,
                "hit_rate_5": scores["methods"][name]["hit_rate"][BUDGET],
                "difference": {"mean": other["difference"], "low": other["low"], "high": other["high"]},
            }
            for name, other in scores["versus"].items()
        ],
        "outcome": row["outcome"],
    }


def listed(session: Session, jurisdiction: str | None, head: str | None) -> list[dict[str, Any]]:
    """Give the runs that the reader may see, newest week first, expired ones marked."""
    rows = session.execute(
        sql("forecasts.list"), {"jurisdiction": jurisdiction, "head": head, "count": MOST_LISTED, **_reader()}
    ).mappings()
    return [summary(row) for row in rows]


def ask(session: Session, jurisdiction: str | None, heads: Sequence[str] | None, week: int | None) -> int:
    """Queue a run in the reader's transaction and give the job's id."""
    arguments = {"jurisdiction": jurisdiction, "heads": list(heads) if heads else None, "week": week}
    # One run after another: two would compute the same numbers side by side.
    return queue.defer(session, "forecasts.run", lock="forecasts", **arguments)


def publish(session: Session, number: int, account: int, officer: str) -> dict[str, Any]:
    """Publish a draft in the reader's name and give the run.

    Raises
    ------
    NoRun, Expired, NotADraft
    Forbidden
        If the run's jurisdiction is larger than the reader's own: he sees it, but answers only for his part.
    """
    row = visible_run(session, number)
    if not session.execute(sql("forecasts.is_own"), {"jurisdiction": row["jurisdiction"]}).scalar():
        raise Forbidden
    publishing.publish(session, row, account, officer)
    return summary(visible_run(session, number))


def _latest(session: Session, jurisdiction: str | None, head: str | None) -> int | None:
    return session.execute(sql("forecasts.latest"), {"jurisdiction": jurisdiction, "head": head, **_reader()}).scalar()


def _reader() -> dict[str, Any]:
    return {"drafts": sees_drafts(), "now": datetime.now(UTC)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
