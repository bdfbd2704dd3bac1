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
from app.forecasts import card_words, publishing
from app.forecasts.errors import Expired, NoRun, NotYours, Paused, SwitchedOff, check_on
from app.forecasts.messages import say, say_note
from app.forecasts.planning import DEFAULT_HEAD
from app.forecasts.running import shift_numbers
from app.policy import Permission, may
from spatial import shifts
from spatial.cells import to_hex

__all__ = ["Expired", "NoRun", "SwitchedOff", "check_on"]

BUDGET = "0.05"
MOST_LISTED = 200


def sees_drafts() -> bool:
    """Say whether whoever is signed in makes or publishes forecasts."""
    return may(Permission.RUN_FORECASTS) or may(Permission.PUBLISH_FORECASTS)


def latest_run_ids(
    session: Session, jurisdiction_code: str | None, head: str | None, shift: str | None = None
) -> list[int]:
    """Give the ids of the unexpired runs that a map shows together: one a jurisdiction, none inside another.

    Raises
    ------
    SwitchedOff, NoSuchShift
    """
    check_on()
    wanted = {"jurisdiction": jurisdiction_code, "head": head or DEFAULT_HEAD, "shift": _shift(shift), **_reader()}
    return list(session.execute(sql("forecasts.latest_all"), wanted).scalars())


def tile(
    session: Session, z: int, x: int, y: int, *, jurisdiction: str | None, head: str | None, shift: str | None = None
) -> bytes:
    """Give the forecast's tile as MVT bytes: layer `forecast` of the runs of `latest_run_ids`; empty if none.

    Raises
    ------
    SwitchedOff, NoSuchShift
    """
    runs = latest_run_ids(session, jurisdiction, head, shift)
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


def latest(session: Session, jurisdiction_code: str | None, head: str | None, shift: str | None) -> dict[str, Any]:
    """Give the document of the run to show.

    Of the newest week, for the nearest jurisdiction that holds the wanted one, else for one inside it.

    Raises
    ------
    NoRun
        If there is none.
    Expired, Paused
        If there is one, but its time is over or its data cannot carry it.
    """
    number = _shift(shift)
    found = _latest(session, jurisdiction_code, head or DEFAULT_HEAD, number)
    if found is None and head is None:
        found = _latest(session, jurisdiction_code, None, number)
    if found is None:
        raise NoRun
    return document(session, visible_run(session, found))


def document(session: Session, row: RowMapping) -> dict[str, Any]:
    """Give a run with the cells that it lists and each one's drivers in words.

    Cells that have been listed four weeks on end rest until an officer renews them; paused ones have no number.

    Raises
    ------
    Expired, Paused
    """
    if row["expired"]:
        raise Expired
    if row["paused"]:
        raise Paused
    count = session.execute(sql("forecasts.cell_count"), {"run": row["id"]}).scalar_one()
    cells = session.execute(sql("forecasts.cells"), {"run": row["id"]}).mappings().all()
    return {
        "run": {**summary(row), "cells": count, "card": row["card"]},
        "cells": [_cell(cell) for cell in cells if not cell["rested"] and not cell["paused"]],
        "rested": [_cell(cell) for cell in cells if cell["rested"] and not cell["paused"]],
        "paused": [to_hex(cell["cell"]) for cell in cells if cell["paused"]],
        "sight": row["notes"].get("sight", []),
        "card_text": card_words.written(row),
        "card_hash": card_words.hash_of(row["card"]),
    }


def _cell(cell: RowMapping) -> dict[str, Any]:
    return {
        "cell": to_hex(cell["cell"]),
        **{name: cell[name] for name in ("rate", "low", "high", "rank")},
        "marks": [name for name in ("unstable", "unknown") if cell[name]],
        "drivers": [driver(part) for part in cell["drivers"]],
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
        "shift": None if row["shift"] is None else shifts.SHIFT_NAMES[row["shift"]],
        "paused": row["paused"],
        "notes": [say_note(note) for note in row["notes"].get("said", [])],
        "head": row["head"],
        "head_name": row["head_name"],
        "head_name_ur": row["head_name_ur"],
        "jurisdiction": row["jurisdiction"],
        "jurisdiction_name": row["jurisdiction_name"],
        "jurisdiction_name_ur": row["jurisdiction_name_ur"],
        "resolution": row["resolution"],
        "data_hash": row["data_hash"],
        "synthetic": row["has_synthetic"],
        "methods": row["parameters"].get("methods", list(scores["methods"])),
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


def listed(session: Session, jurisdiction: str | None, head: str | None, shift: str | None) -> list[dict[str, Any]]:
    """Give the runs that the reader may see, newest week first, expired ones marked; of one shift, if it is named."""
    wanted = {"jurisdiction": jurisdiction, "head": head, "shift": _shift(shift), "any_shift": shift is None}
    rows = session.execute(sql("forecasts.list"), {**wanted, "count": MOST_LISTED, **_reader()}).mappings()
    return [summary(row) for row in rows]


def ask(
    session: Session,
    account: int,
    jurisdiction: str | None,
    heads: Sequence[str] | None,
    shift: str | None,
    week: int | None,
) -> int:
    """Queue a run in the reader's transaction and give the job's id: inside his own jurisdictions, and nowhere else.

    Raises
    ------
    NotYours
        If the jurisdiction does not lie in his own.
    """
    arguments = {
        "jurisdiction": jurisdiction,
        "heads": list(heads) if heads else None,
        "shifts_of_day": None if shift is None else [shift],
        "week": week,
        "within": scope(session, jurisdiction),
        "account": account,
    }
    # One run after another: two would compute the same numbers side by side.
    return queue.defer(session, "forecasts.run", lock="forecasts", **arguments)


def scope(session: Session, jurisdiction: str | None) -> list[str]:
    """Give the codes of the jurisdictions in which the reader may have something made.

    Raises
    ------
    NotYours
        If he names one that does not lie in his own.
    """
    if (
        jurisdiction is not None
        and not session.execute(sql("forecasts.is_own"), {"jurisdiction": jurisdiction}).scalar()
    ):
        raise NotYours
    return list(session.execute(sql("forecasts.own_codes")).scalars())


def publish(session: Session, number: int, account: int, officer: str) -> dict[str, Any]:
    """Publish a draft in the reader's name and give the run.

    Raises
    ------
    NoRun, Expired, Paused, NotADraft
    Forbidden
        If the run's jurisdiction is larger than the reader's own: he sees it, but answers only for his part.
    """
    row = visible_run(session, number)
    if not session.execute(sql("forecasts.is_own"), {"jurisdiction": row["jurisdiction"]}).scalar():
        raise Forbidden
    publishing.publish(session, row, account, officer)
    return summary(visible_run(session, number))


def _latest(session: Session, jurisdiction: str | None, head: str | None, shift: int | None) -> int | None:
    wanted = {"jurisdiction": jurisdiction, "head": head, "shift": shift, **_reader()}
    return session.execute(sql("forecasts.latest"), wanted).scalar()


def _shift(name: str | None) -> int | None:
    """Give a shift's number; None is the whole day."""
    return None if name is None else shift_numbers([name])[0]


def _reader() -> dict[str, Any]:
    return {"drafts": sees_drafts(), "now": datetime.now(UTC)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
