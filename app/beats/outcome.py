"""What was planned, what was visited, and what happened, side by side: of one plan, and week by week."""

from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from app.audit.service import note
from app.beats import planning, service
from app.beats.areas import Area
from app.db.named import sql
from app.errors import Conflict, NotFound
from app.records.filters import Filter, Window
from app.records.service import in_records, iso
from spatial import cells as h3cells
from spatial import coverage, shifts


class NoSuchPlace(NotFound):
    """There is no place with this number that you may see."""


class NoSuchVisit(NotFound):
    """There is no visit of yours with this number that is under way."""


class VisitUnderWay(Conflict):
    """A visit of yours is under way. End it before you start the next."""


def of_plan(session: Session, area: Area, number: int) -> dict[str, Any]:
    """Give a plan's places with the minutes planned and visited, and the mass within reach in the plan's week.

    The law of mass: what happened within reach of any place + beyond + not placed finely enough = all records of the
    plan's heads, kinds and shift in its week.
    """
    row = planning.plan_row(session, number)
    places = [
        planning.place_json(place)
        for place in session.execute(sql("beats.places"), {"id": number}).mappings()
        if place["patrol"]
    ]
    first = shifts.first_shift_of_week(row["week"])
    every = tuple(found.id for found in session.execute(sql("forecasts.heads"), {"keys": None}))
    wanted = Filter(
        window=Window(first, first + 21),
        heads=None if row["heads"] is None else tuple(row["heads"]),
        kinds=tuple(row["kinds"]),
        shift=row["shift"],
        stations=area.stations,
        all_heads=every,
    )
    cells, masses, beside = service.cell_masses(session, area, wanted, True)
    reach = float(row["settings"]["reach_m"])
    points = np.array([(place["lat"], place["lon"]) for place in places], dtype=float).reshape(-1, 2)
    by_place = coverage.metres_between(points, h3cells.centres(cells.tolist())) <= reach
    happened = by_place @ masses if len(cells) else np.zeros(len(places), dtype=np.int64)
    near = int(masses[by_place.any(axis=0)].sum()) if len(cells) and len(places) else 0
    each = float(row["settings"]["minutes_a_place"])
    for place, mass in zip(places, happened, strict=True):
        place |= {"planned": each, "happened": in_records(int(mass))}
    total = sum(beside.values())
    return planning.summary(row) | {
        "places": places,
        "planned_minutes": each * len(places),
        "visited_minutes": round(sum(place["minutes"] for place in places), 1),
        "visited_places": sum(place["visits"] > 0 for place in places),
        "happened_near": in_records(near),
        "happened_beyond": in_records(beside.get("placed", 0) - near),
        "happened_unplaced": in_records(total - beside.get("placed", 0)),
        "happened": in_records(total),
        "settings": row["settings"],
    }


def by_week(session: Session, area: Area, weeks: int = 12) -> list[dict[str, Any]]:
    """Give the weeks that had plans, newest first: what was planned, visited and happened in each."""
    plans = [row for row in session.execute(sql("beats.plans"), {"top": area.id, "week": None}).mappings()
             if row["withdrawn_at"] is None]  # fmt: skip
    found = []
    for week in sorted({row["week"] for row in plans}, reverse=True)[:weeks]:
        mine = [of_plan(session, area, row["id"]) for row in plans if row["week"] == week]
        found.append(
            {
                "week_start": shifts.week_start(week).date().isoformat(),
                "plans": len(mine),
                "planned_places": sum(len(plan["places"]) for plan in mine),
                "visited_places": sum(plan["visited_places"] for plan in mine),
                "planned_minutes": sum(plan["planned_minutes"] for plan in mine),
                "visited_minutes": round(sum(plan["visited_minutes"] for plan in mine), 1),
                # Plans of one week may share heads and places: their sums would count a record twice, so each is given.
                "by_plan": [
                    {"id": plan["id"], "happened_near": plan["happened_near"], "happened": plan["happened"]}
                    for plan in mine
                ],
            }
        )
    return found


def start_visit(
    session: Session,
    place: int,
    account: int,
    *,
    lat: float | None,
    lon: float | None,
    accuracy_m: float | None,
    minutes: float | None,
) -> dict[str, Any]:
    """Start a visit, or keep one with typed minutes that has ended already; the caller commits.

    Raises
    ------
    NoSuchPlace, VisitUnderWay
    """
    if minutes is None and session.execute(sql("beats.open_visit")).first() is not None:
        raise VisitUnderWay
    asked = {"place": place, "account": account, "minutes": minutes, "accuracy_m": accuracy_m}
    asked |= {"lat": lat if lon is not None else None, "lon": lon if lat is not None else None}
    row = session.execute(sql("beats.start_visit"), asked).one_or_none()
    if row is None:
        raise NoSuchPlace
    # The phone's point stays out of the log: it is where an officer stood.
    note(
        session, "visit_started" if minutes is None else "visit_typed", "patrol_visit", row.id, detail={"place": place}
    )
    return {"id": row.id, "place": place, "started_at": iso(row.started_at), "minutes": minutes}


def end_visit(
    session: Session, visit: int, *, lat: float | None, lon: float | None, accuracy_m: float | None
) -> dict[str, Any]:
    """End the reader's visit; the caller commits.

    Raises
    ------
    NoSuchVisit
    """
    asked = {"id": visit, "accuracy_m": accuracy_m}
    asked |= {"lat": lat if lon is not None else None, "lon": lon if lat is not None else None}
    row = session.execute(sql("beats.end_visit"), asked).one_or_none()
    if row is None:
        raise NoSuchVisit
    note(session, "visit_ended", "patrol_visit", visit, detail={"minutes": round(row.minutes, 1)})
    return {"id": visit, "place": row.place_id, "minutes": round(row.minutes, 2)}


def visit_under_way(session: Session) -> dict[str, Any] | None:
    """Give the visit that the reader has under way."""
    row = session.execute(sql("beats.open_visit")).one_or_none()
    if row is None:
        return None
    return {"id": row.id, "place": row.place_id, "plan": row.plan_id, "started_at": iso(row.started_at)}
