"""Hotspot runs as a reader sees them: those of jurisdictions that hold his own, and of those inside his own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.db import queue
from app.db.named import sql
from app.db.session import worker_session
from app.errors import NotFound
from app.forecasts.errors import NotADraft, NotYours
from app.forecasts.publishing import officer_of
from app.forecasts.service import scope
from app.hotspots.running import KINDS, BadTest, check
from app.policy import Permission, may
from spatial import shifts
from spatial.cells import to_hex


class NoHotspots(NotFound):
    """No hotspots have been tested here yet."""


def latest_run_ids(
    session: Session, jurisdiction: str | None, kinds: str | None = None, heads: str | None = None
) -> list[int]:
    """Give the ids of the runs that a map shows together: one a jurisdiction, none inside another, newest first.

    Of one choice of kinds (FIRs, unless others are named) and, where heads are named, of just these. Drafts are for
    those who make or publish them.

    Raises
    ------
    app.hotspots.running.BadTest
    """
    wanted = _words(kinds) or ["fir"]
    if not set(wanted) <= set(KINDS):
        raise BadTest
    return list(
        session.execute(
            sql("hotspots.latest"),
            {"jurisdiction": jurisdiction, "kinds": wanted, "heads": _words(heads), "drafts": sees_drafts()},
        ).scalars()
    )


def sees_drafts() -> bool:
    """Say whether whoever is signed in makes or publishes hotspot runs."""
    return may(Permission.RUN_FORECASTS) or may(Permission.PUBLISH_FORECASTS)


def tile(session: Session, z: int, x: int, y: int, *, jurisdiction: str | None) -> bytes:
    """Give the hotspots' tile as MVT bytes: layer `hotspots`, hot and cold cells only; empty where there is none."""
    runs = latest_run_ids(session, jurisdiction)
    if not runs:
        return b""
    found = session.execute(sql("hotspots.tile"), {"z": z, "x": x, "y": y, "run_ids": runs}).scalar()
    return bytes(found or b"")


def latest(session: Session, jurisdiction: str | None, kinds: str | None, heads: str | None) -> dict[str, Any]:
    """Give the newest run with its hot and cold cells.

    Raises
    ------
    NoHotspots
    """
    number = next(iter(latest_run_ids(session, jurisdiction, kinds, heads)), None)
    if number is None:
        raise NoHotspots
    row = session.execute(sql("hotspots.run"), {"id": number}).mappings().one()
    cells = session.execute(sql("hotspots.cells"), {"run": number}).mappings()
    kept = (
        "id",
        "state",
        "jurisdiction",
        "jurisdiction_name",
        "jurisdiction_name_ur",
        "heads",
        "kinds",
        "resolution",
        "seed",
    )
    counted = ("permutations", "alpha", "data_version", "data_hash", "hot", "cold", "cells")
    return {
        "run": {
            **{name: row[name] for name in kept + counted},
            "window": f"{_day(row['week_first'])}..{_day(row['week_last'] + 1)}",
            "synthetic": row["has_synthetic"],
            "made_at": row["made_at"].isoformat(),
        },
        "cells": [
            {
                "cell": to_hex(cell["cell"]),
                **{name: cell[name] for name in ("z", "p", "q", "kind")},
            }
            for cell in cells
        ],
    }


def ask(
    session: Session,
    account: int,
    jurisdiction: str | None,
    heads: Sequence[str] | None,
    kinds: Sequence[str] | None,
    mixed: bool,
    weeks: int,
    resolution: int | None,
) -> int:
    """Queue a run in the reader's transaction and give the job's id: inside his own jurisdictions, and nowhere else.

    Raises
    ------
    app.hotspots.running.BadTest, app.hotspots.running.TwiceCounted, app.forecasts.errors.NotYours
    """
    check(kinds or ("fir",), weeks, resolution, mixed=mixed)
    return queue.defer(
        session,
        "hotspots.run",
        lock="hotspots",
        jurisdiction=jurisdiction,
        heads=list(heads) if heads else None,
        kinds=list(kinds) if kinds else None,
        mixed=mixed,
        within=scope(session, jurisdiction),
        weeks=weeks,
        resolution=resolution,
        account=account,
    )


def publish(session: Session, number: int, account: int, officer: str) -> None:
    """Publish a draft in an officer's name, withdraw what it replaces, and write it to the audit log.

    Raises
    ------
    NoHotspots
        If there is no such run that the reader may see.
    NotYours
        If its jurisdiction does not lie in his own: he sees it, but does not answer for it.
    NotADraft
    """
    row = session.execute(sql("hotspots.run"), {"id": number}).mappings().one_or_none()
    if row is None:
        raise NoHotspots
    if row["state"] != "draft":
        raise NotADraft
    done = session.execute(sql("hotspots.publish"), {"id": number, "account": account}).mappings().one_or_none()
    if done is None:
        raise NotYours
    session.execute(sql("hotspots.withdraw_others"), {"id": number})
    note(
        session,
        "hotspots_published",
        "hotspot_run",
        number,
        detail={"officer": officer, "data_hash": done["data_hash"]},
    )


def publish_as(name: str, runs: list[int]) -> list[int]:
    """Publish runs in the name of an account, from the command line; the newest drafts if none is named.

    Raises
    ------
    app.forecasts.errors.NoOfficer
        If there is no such account or its role may not publish.
    NoHotspots, NotADraft
    """
    with worker_session() as session:
        officer = officer_of(session, name)
        wanted = runs or list(session.execute(sql("hotspots.drafts")).scalars())
        for number in wanted:
            publish(session, number, officer, name)
    return wanted


def _words(text: str | None) -> list[str] | None:
    found = [word.strip() for word in (text or "").split(",")]
    return [word for word in found if word] or None


def _day(week: int) -> str:
    return shifts.week_start(week).date().isoformat()
