"""Hotspot runs made: mass read as the forecaster's role, tested by spatial.statistics, kept with seed and version."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import forecaster_session, worker_session
from app.errors import BadRequest
from app.forecasts import reading
from app.forecasts.errors import NoSuchHead
from app.forecasts.planning import plan
from app.records import mass
from forecasting.cube import Cube, data_hash
from spatial import shifts
from spatial.statistics.hotspots import COLD, HOT, getis_ord

SEED = 0
WEEKS = 26
MOST_WEEKS = 520
#: Stays are nobody's offence, and the forecaster's role could not read them either.
KINDS = ("fir", "complaint", "incident")
_WORDS = {HOT: "hot", COLD: "cold"}


class TwiceCounted(BadRequest):
    """Most complaints become FIRs: tested together they count one offence twice. Ask for `mixed` if you want that."""


class BadTest(BadRequest):
    """Hotspots are tested at resolution 6 to 9, over 1 to 520 weeks, of FIRs, complaints or incidents."""


def run(
    *,
    jurisdiction: str | None = None,
    heads: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    mixed: bool = False,
    within: Sequence[str] | None = None,
    weeks: int = WEEKS,
    resolution: int | None = None,
    seed: int = SEED,
    account: int | None = None,
    now: datetime | None = None,
    report: Report = quiet,
) -> dict[str, Any]:
    """Test the cells of a jurisdiction over the last whole weeks, or of all that have data; gives the ids of the runs.

    With ``within`` only jurisdictions inside those are tested; FIRs and complaints together only if ``mixed``.

    Raises
    ------
    BadTest, TwiceCounted, NoSuchHead, reading.NoSuchJurisdiction, spatial.statistics' InvalidTest
    """
    wanted = tuple(dict.fromkeys(kinds or ("fir",)))
    check(wanted, weeks, resolution, mixed=mixed)
    moment = now or datetime.now(UTC)
    with forecaster_session() as session:
        codes = (
            [jurisdiction] if jurisdiction else [each.code for each in plan(session, None, None, moment, within=within)]
        )
        ids = head_ids(session, heads)
    runs = []
    for done, code in enumerate(codes):
        report(done, len(codes), f"{code}: testing")
        runs.append(_test(code, ids, wanted, weeks, resolution, seed, account, moment))
        report(done + 1, len(codes), f"{code}: run {runs[-1]['run']}, {runs[-1]['hot']} hot, {runs[-1]['cold']} cold")
    return {"runs": runs}


def check(kinds: Sequence[str], weeks: int, resolution: int | None, *, mixed: bool = False) -> None:
    """Refuse what cannot be tested.

    Raises
    ------
    BadTest, TwiceCounted
    """
    if not mixed and {"fir", "complaint"} <= set(kinds):
        raise TwiceCounted
    if not set(kinds) <= set(KINDS) or not 1 <= weeks <= MOST_WEEKS or resolution not in (None, 6, 7, 8, 9):
        raise BadTest


def head_ids(session: Session, keys: Sequence[str] | None) -> list[int]:
    """Give the ids of heads by their keys; of all whose places are not protected if none are named.

    Raises
    ------
    NoSuchHead
    """
    rows = session.execute(sql("forecasts.heads"), {"keys": list(keys) if keys else None}).mappings().all()
    open_rows = [row for row in rows if not row["protected"]]
    if keys and len(open_rows) != len(set(keys)):
        raise NoSuchHead
    return [row["id"] for row in open_rows]


def _test(
    code: str,
    heads: list[int],
    kinds: tuple[str, ...],
    weeks: int,
    resolution: int | None,
    seed: int,
    account: int | None,
    moment: datetime,
) -> dict[str, Any]:
    end = shifts.week_of(moment)
    span = (end - weeks, end)
    with forecaster_session() as session:
        area = reading.area_of(session, code, levels=None, resolution=resolution)
        found = reading.pieces(session, area, heads, date=moment, weeks=span, kinds=kinds)
    with worker_session() as session:
        synthetic = bool(
            session.execute(sql("forecasts.has_synthetic"), {"kinds": list(kinds), "jurisdiction": code}).scalar()
        )
        mass.ensure_cells(session, area.study.cells.tolist())
    columns = {
        name: np.concatenate([part.columns[name] for part in found.values()])
        for name in ("cell", "week", "mass", "known_at")
    }
    cube = Cube.from_events(columns, area=area.study, weeks=span)
    masses = cube.mass.sum(axis=1)
    tested = getis_ord(area.study.cells, masses, seed=seed)
    words = [_WORDS.get(int(flag), "none") for flag in tested.flag]
    counts = {"hot": words.count("hot"), "cold": words.count("cold")}
    with forecaster_session() as session:
        number = session.execute(
            sql("hotspots.add_run"),
            {
                "jurisdiction_id": area.id,
                "heads": heads,
                "kinds": list(kinds),
                "week_first": span[0],
                "week_last": span[1] - 1,
                "resolution": area.resolution,
                "seed": seed,
                "permutations": tested.permutations,
                "alpha": tested.alpha,
                "data_hash": data_hash(cube),
                "has_synthetic": synthetic,
                "made_by": account,
                **counts,
            },
        ).scalar_one()
        session.execute(
            sql("hotspots.add_cells"),
            {
                "run": number,
                "jurisdiction_id": area.id,
                "cells": tested.cells.tolist(),
                "masses": masses.tolist(),
                "zs": tested.z.tolist(),
                "ps": tested.p.tolist(),
                "qs": tested.q.tolist(),
                "kinds": words,
            },
        )
    return {"run": int(number), "jurisdiction": code, **counts}
