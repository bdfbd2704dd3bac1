"""Placing records anew after names, code or reference data have changed: first what would change, then the change.

A run goes through the current fixes of stations in the order of the records, a part at a time, and keeps how far it
is: a run that was killed goes on from there.  An officer's word is never touched, nor stays (their hotel is), nor
cancelled records.  A record that somebody else holds is passed by and tried again later, so that a run waits for no
load and no pin.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.orm import Session

from app.audit.service import note
from app.db.models import RedoRun
from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import worker_session
from app.errors import Conflict, InvalidFilter, NotFound
from app.geocode.units import Unit
from app.ingest.placing import fix_columns, stored_fix
from app.records import mass
from spatial.addresses import parse_direction
from spatial.geocoding import Query
from spatial.model import Fix, Method
from spatial.projection import distance_m

#: The name of the job.
TASK: Final = "geocode.redo"
PART: Final = 500
#: Methods whose fixes can be made anew: a pin is an officer's word.
METHODS: Final = tuple(method.value for method in Method if method is not Method.PIN)
NEAR_M: Final = 300.0
#: A score that changes by less says the same.
SAME_SCORE: Final = 0.05
#: What may become of a fix, in the order in which it is told.
OUTCOMES: Final = ("unchanged", "restated", "moved_near", "moved_far", "newly_placed", "lost", "busy")
EXAMPLES: Final = 5
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """Which fixes to make anew.

    Parameters
    ----------
    jurisdiction : str or None
        Code of the jurisdiction whose stations' records are meant; None for all.
    methods : tuple of str
        Of the fixes as they stand; empty for all.
    """

    jurisdiction: str | None = None
    methods: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give it as it is kept with the run."""
        return {"jurisdiction": self.jurisdiction, "methods": sorted(self.methods)}


@dataclass(slots=True)
class _Part:
    """Records of one part with their fix as it stands and as it would be."""

    changed: list[tuple[Any, Fix, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    last: int = 0


def ask(session: Session, asked: Asked, *, dry_run: bool, account_id: int | None = None) -> int:
    """Give the id of a new run; the caller commits and then lets :func:`run` do it.

    Raises
    ------
    InvalidFilter
        If the jurisdiction or a method is not known.
    """
    unknown = sorted(set(asked.methods) - set(METHODS))
    if unknown:
        raise InvalidFilter("There is no method %(method)s that can be redone.", method=unknown[0])
    if session.info.get("token"):  # a request's: the database knows whose it is
        stations = list(
            session.execute(sql("geocode.redo_stations_here"), {"jurisdiction": asked.jurisdiction}).scalars()
        )
    else:
        stations = _stations(session, asked, account_id)
    _refuse_none(stations, asked)
    total = session.execute(
        sql("geocode.redo_count"), {"stations": stations, "methods": list(asked.methods) or list(METHODS)}
    ).scalar_one()
    made = RedoRun(asked=asked.as_dict(), dry_run=dry_run, total=total, account_id=account_id)
    session.add(made)
    session.flush()
    note(session, "geocode.redo", "redo_run", made.id, detail={**asked.as_dict(), "dry_run": dry_run, "total": total})
    return made.id


def check_applied_after(session: Session, asked: Asked, dry_run_id: int | None) -> None:
    """See that what is to be applied was shown first.

    Raises
    ------
    Conflict
        If the reader has no finished dry run of that number and the same question.
    """
    run = session.get(RedoRun, dry_run_id) if dry_run_id is not None else None
    if run is None or not run.dry_run or run.state != "done" or run.asked != asked.as_dict():
        raise Conflict("Ask for the same with dry_run first, and name that run in `after`: it shows what would change.")


def run(run_id: int, report: Report = quiet) -> dict[str, Any]:
    """Do what is left of a run, and give its counts and examples.

    Raises
    ------
    NotFound
        If there is no such run.
    app.db.queue.Cancelled, app.db.queue.Stopped
        As ``report`` raises them: what is done stays done, and the run can go on later.
    """
    # The whole gazetteer, slow to load: only where a run really begins.
    from app.geocode.service import node_gazetteer

    with worker_session() as session:
        row = session.get(RedoRun, run_id)
        if row is None:
            raise NotFound
        asked = Asked(row.asked["jurisdiction"], tuple(row.asked["methods"]))
        stations = _stations(session, asked, row.account_id)
        after, total, dry_run, state = row.after_id, row.total, row.dry_run, row.state
        done = sum(row.counts.values())
    if state == "done":
        return shown(run_id)
    gazetteer = node_gazetteer()
    try:
        while True:
            with worker_session() as session:
                rows = _read(session, stations, asked, after)
            if not rows:
                break
            part = _judged(rows, gazetteer)
            _finish(part, run_id, dry_run)
            after, done = part.last, done + len(rows)
            report(min(done, total), total, "Placing anew")
    except BaseException:
        _close(run_id, "stopped")
        raise
    _close(run_id, "done")
    return shown(run_id)


def shown(run_id: int) -> dict[str, Any]:
    """Give a run as the worker sees it: what was asked, its counts and examples."""
    with worker_session() as session:
        return as_shown(session.get_one(RedoRun, run_id))


def as_shown(row: RedoRun) -> dict[str, Any]:
    """Give a run's state for the command line and the API."""
    return {
        "run": row.id,
        "dry_run": row.dry_run,
        "state": row.state,
        "asked": row.asked,
        "total": row.total,
        "counts": {name: int(row.counts.get(name, 0)) for name in OUTCOMES},
        "examples": row.examples,
    }


def unfinished(session: Session) -> list[int]:
    """Give the runs of the command line that were stopped, the newest first."""
    return list(session.execute(sql("geocode.redo_unfinished")).scalars())


def query_of(row: Any, unit: Unit) -> Query:
    """Give what a stored record asks of the geocoder: what its row said when it was delivered."""
    asked = row["place_asked"]
    lat, lon = row["given_lat"], row["given_lon"]
    if asked is None:  # from before these were kept, or there was nothing more to keep
        direction = parse_direction(row["direction"]) if row["direction"] else None
        asked = {"distance_m": row["distance_m"], "direction": direction}
        if row["kind"] == "incident" and row["method"] == Method.COORDINATES.value:
            asked["accuracy_m"] = row["accuracy_m"]
        if row["kind"] == "incident" and row["method"] != Method.COORDINATES.value:
            lat = lon = None  # it stood for a province, or was refused: what its row said of that was not kept
    if asked.get("is_vague"):
        lat = lon = None
    return Query(
        text=row["place_text"] or None,
        lat=lat,
        lon=lon,
        accuracy_m=asked.get("accuracy_m"),
        station=unit.code if unit.level == "station" else None,
        district=unit.district_name,
        distance_m=asked.get("distance_m"),
        direction=asked.get("direction"),
    )


def outcome(old: Fix, new: Fix) -> str:
    """Give what becomes of a fix, by its point and cells: one of ``OUTCOMES``."""
    if old.point is None or new.point is None:
        if old.point is None and new.point is None:
            return "unchanged"
        return "newly_placed" if old.point is None else "lost"
    if (old.cells, old.masses) == (new.cells, new.masses):
        is_same = old.method is new.method and abs(old.score - new.score) < SAME_SCORE
        return "unchanged" if is_same else "restated"
    moved = distance_m(old.point.lat, old.point.lon, new.point.lat, new.point.lon)
    return "moved_near" if moved < NEAR_M else "moved_far"


def _stations(session: Session, asked: Asked, account_id: int | None) -> list[int]:
    """Give the recording units that are meant, of those that the account may see."""
    values = {"jurisdiction": asked.jurisdiction, "account": account_id}
    return list(session.execute(sql("geocode.redo_stations"), values).scalars())


def _refuse_none(stations: list[int], asked: Asked) -> None:
    if not stations:
        raise InvalidFilter("There is no jurisdiction %(code)s in your area.", code=asked.jurisdiction or "PK")


def _read(session: Session, stations: list[int], asked: Asked, after: int) -> list[dict[str, Any]]:
    values = {
        "stations": stations, "methods": list(asked.methods) or list(METHODS), "after": after, "limit": PART,
    }  # fmt: skip
    return [dict(row) for row in session.execute(sql("geocode.redo_part"), values).mappings()]


def _judged(rows: Iterable[dict[str, Any]], gazetteer: Any) -> _Part:
    part = _Part()
    for row, new in _placed(list(rows), gazetteer):
        old = stored_fix(row)
        what = outcome(old, new)
        part.last = row["record_id"]
        part.counts[what] += 1
        if what != "unchanged":
            part.changed.append((row, new, what))
            part.examples.append(_example(row["record_id"], old, new, what))
    return part


def _placed(rows: list[dict[str, Any]], gazetteer: Any) -> Iterator[tuple[dict[str, Any], Fix]]:
    units = gazetteer.units.by_id
    # A unit that is no more: its records stay where they are.
    known = [row for row in rows if row["station_id"] in units]
    fixes = iter(gazetteer.resolve_all([query_of(row, units[row["station_id"]]) for row in known]))
    for row in rows:
        yield row, next(fixes) if row["station_id"] in units else stored_fix(row)


def _example(record_id: int, old: Fix, new: Fix, what: str) -> dict[str, Any]:
    # No point and no name: who may see the record opens it.
    moved = None
    if old.point is not None and new.point is not None:
        moved = round(distance_m(old.point.lat, old.point.lon, new.point.lat, new.point.lon))
    return {"record": record_id, "outcome": what, "from": old.method.value, "to": new.method.value, "moved_m": moved}


def _finish(part: _Part, run_id: int, dry_run: bool) -> None:
    """Write a part and how far the run is, in one transaction; a dry run writes only the latter."""
    if not dry_run and part.changed:
        cells = {cell for _, fix, _ in part.changed for cell in fix.cells}
        with worker_session() as session:
            mass.ensure_cells(session, cells)
    left = part.changed if not dry_run else []
    for attempt in range(_TRIES):
        with worker_session() as session:
            written = _write(session, left) if left else set()
            left = [item for item in left if item[0]["record_id"] not in written]
            if not left or attempt == _TRIES - 1:
                for _, _, what in left:  # another holds them still: they stay as they are, and the counts say so
                    part.counts[what] -= 1
                    part.counts["busy"] += 1
                _note_part(session, run_id, part)
                if part.changed and not dry_run:
                    mass.touch(session)
                return
        time.sleep(0.2)


def _write(session: Session, changed: list[tuple[dict[str, Any], Fix, str]]) -> set[int]:
    """Move the mass of those records that nobody holds, and give the ids that are done with."""
    by_id = {row["record_id"]: (row, fix) for row, fix, _ in changed}
    free = set(session.execute(sql("geocode.redo_lock"), {"records": sorted(by_id)}).scalars())
    # Since they were read, a load may have corrected one and an officer pinned another: then theirs stands.
    current = set(
        session.execute(
            sql("geocode.redo_current"),
            {"fixes": [by_id[record][0]["fix_id"] for record in sorted(free)], "records": sorted(free)},
        ).scalars()
    )
    if current:
        ids = sorted(current)
        old = {row.record_id: row.id for row in session.execute(sql("geocode.redo_masses"), {"records": ids})}
        mass.close_mass(session, ids)
        rows = [
            {"record_id": i, "station_id": by_id[i][0]["station_id"], "account_id": None, **fix_columns(by_id[i][1])}
            for i in ids
        ]
        fixes = {
            row.record_id: row.id for row in session.execute(sql("geocode.redo_fixes"), {"rows": json.dumps(rows)})
        }
        made = [
            {"old": old[i], "fix_id": fixes[i], **(placed := mass.cells_of_fix(by_id[i][1])),
             "keys": mass.keys_of(placed["cells"], placed["resolution"])}
            for i in ids
        ]  # fmt: skip
        mass_ids = session.execute(sql("geocode.redo_mass"), {"rows": json.dumps(made)}).scalars().all()
        mass.add_deltas(session, mass_ids)
    return free


def _note_part(session: Session, run_id: int, part: _Part) -> None:
    row = session.get_one(RedoRun, run_id, with_for_update=True)
    row.counts = {name: row.counts.get(name, 0) + part.counts[name] for name in OUTCOMES}
    row.examples = list(_few([*row.examples, *part.examples]))
    row.after_id, row.state = part.last, "running"


def _few(examples: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the first few examples of each outcome."""
    seen: Counter[str] = Counter()
    for example in examples:
        seen[example["outcome"]] += 1
        if seen[example["outcome"]] <= EXAMPLES:
            yield example


def _close(run_id: int, state: str) -> None:
    with worker_session() as session:
        session.get_one(RedoRun, run_id).state = state
