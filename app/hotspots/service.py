"""Hotspot runs as a reader sees them: those of jurisdictions that hold his own, and of those inside his own."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.db import queue
from app.db.named import sql
from app.errors import NotFound
from app.hotspots.running import check
from spatial import shifts
from spatial.cells import to_hex


class NoHotspots(NotFound):
    """No hotspots have been tested here yet."""


def latest_run_ids(session: Session, jurisdiction: str | None) -> list[int]:
    """Give the ids of the runs that a map shows together: one a jurisdiction, none inside another, newest first."""
    return list(session.execute(sql("hotspots.latest"), {"jurisdiction": jurisdiction}).scalars())


def latest_run_id(session: Session, jurisdiction: str | None, _head: str | None = None) -> int | None:
    """Give the id of the newest run that the reader may see; None where there is none."""
    return next(iter(latest_run_ids(session, jurisdiction)), None)


def tile(session: Session, z: int, x: int, y: int, *, jurisdiction: str | None) -> bytes:
    """Give the hotspots' tile as MVT bytes: layer `hotspots`, hot and cold cells only; empty where there is none."""
    runs = latest_run_ids(session, jurisdiction)
    if not runs:
        return b""
    found = session.execute(sql("hotspots.tile"), {"z": z, "x": x, "y": y, "run_ids": runs}).scalar()
    return bytes(found or b"")


def latest(session: Session, jurisdiction: str | None) -> dict[str, Any]:
    """Give the newest run with its hot and cold cells.

    Raises
    ------
    NoHotspots
    """
    number = latest_run_id(session, jurisdiction)
    if number is None:
        raise NoHotspots
    row = session.execute(sql("hotspots.run"), {"id": number}).mappings().one()
    cells = session.execute(sql("hotspots.cells"), {"run": number}).mappings()
    kept = ("id", "jurisdiction", "jurisdiction_name", "jurisdiction_name_ur", "heads", "kinds", "resolution", "seed")
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
    weeks: int,
    resolution: int | None,
) -> int:
    """Queue a run in the reader's transaction and give the job's id.

    Raises
    ------
    app.hotspots.running.BadTest
    """
    check(kinds or ("fir",), weeks, resolution)
    return queue.defer(
        session,
        "hotspots.run",
        lock="hotspots",
        jurisdiction=jurisdiction,
        heads=list(heads) if heads else None,
        kinds=list(kinds) if kinds else None,
        weeks=weeks,
        resolution=resolution,
        account=account,
    )


def _day(week: int) -> str:
    return shifts.week_start(week).date().isoformat()
