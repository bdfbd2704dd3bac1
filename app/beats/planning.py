"""Plans as a person decided them: kept with what was accepted, moved, added and refused; read back, withdrawn."""

import json
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.audit.service import note
from app.beats import proposing, rest
from app.beats.areas import Area
from app.beats.schemas import PlanBody
from app.db.named import sql
from app.errors import InvalidFilter, NotFound
from app.records.filters import parse_cell
from app.records.service import in_records, iso
from spatial import cells as h3cells
from spatial import shifts


class NoSuchPlan(NotFound):
    """There is no plan with this number that you may see."""


def keep(session: Session, area: Area, body: PlanBody, account: int) -> int:
    """Keep a plan with what the planner accepted, moved, added and refused, and give its number; the caller commits.

    Raises
    ------
    rest.Rested
        If a place's cell has been on the list for four weeks on end and nobody renewed it.
    InvalidFilter
    """
    if not body.places:
        raise InvalidFilter("A plan needs at least one place.")
    for place in body.places:
        if area.unit_at(h3cells.cell_of(place.lat, place.lon)) is None:
            raise InvalidFilter("The place %(lat)s, %(lon)s lies outside the area.", lat=place.lat, lon=place.lon)
    session.execute(sql("beats.lock_list"), {"top": area.id})
    found = proposing.measure(session, area, body)
    week = body.week_number()
    rest.check(session, [h3cells.from_hex(row["list_cell"]) for row in found["places"]], week)
    wanted = proposing.filter_of(session, area, body)
    plan = int(
        session.execute(
            sql("beats.add_plan"),
            {
                "top": area.id,
                "week": week,
                "shift": wanted.shift,
                "heads": None if wanted.heads is None else list(wanted.heads),
                "kinds": list(wanted.kinds or ("fir",)),
                "patrols": body.patrols,
                "minutes": body.minutes,
                "settings": json.dumps(body.settings() | {"weighed_by": found["weighed_by"]}),
                "runs": found["runs"],
                "covered": round(found["covered"] * 1e6),
                "total": round(found["total"] * 1e6),
                "account": account,
            },
        ).scalar_one()
    )
    _keep_places(session, area, plan, body, found["places"])
    counts = {name: sum(place.decision == name for place in body.places) for name in ("accepted", "moved", "added")}
    note(session, "plan_made", "patrol_plan", plan, detail=counts | {"refused": len(body.refused), "area": area.code})
    return plan


def _keep_places(session: Session, area: Area, plan: int, body: PlanBody, rows: list[dict[str, Any]]) -> None:
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "stations", "patrols", "positions", "cells", "list_cells", "lats", "lons", "decisions", "lockeds",
            "reasons", "covereds", "names", "names_ur", "drivers",
        )
    }  # fmt: skip

    def add(*values: Any) -> None:
        for column, value in zip(columns.values(), values, strict=True):
            column.append(value)

    def station(cell: int) -> int:
        owner = area.unit_at(cell)
        return area.id if owner is None else area.units[owner].station_id

    for row in rows:
        given, cell = body.places[row["given"]], h3cells.from_hex(row["cell"])
        add(
            station(cell), row["patrol"], row["position"], cell, h3cells.from_hex(row["list_cell"]), row["lat"],
            row["lon"], given.decision, given.locked, given.reason, round(row["covered"] * 1e6), row["name"],
            row["name_ur"], json.dumps(row["drivers"]),
        )  # fmt: skip
    for position, refused in enumerate(body.refused, 1):
        cell = parse_cell(refused.cell)
        lat, lon = h3cells.centre(cell)
        above = h3cells.parent(cell, min(rest.LIST_RESOLUTION, h3cells.resolution(cell)))
        add(station(cell), 0, position, cell, above, lat, lon, "refused", False, refused.reason, 0, "", "", "[]")
    session.execute(sql("beats.add_places"), {"plan": plan} | columns)


def plan_row(session: Session, number: int) -> RowMapping:
    """Give a plan's row.

    Raises
    ------
    NoSuchPlan
    """
    row = session.execute(sql("beats.plan"), {"id": number}).mappings().one_or_none()
    if row is None:
        raise NoSuchPlan
    return row


def document(session: Session, number: int) -> dict[str, Any]:
    """Give a plan with its places, what was refused, and the visits so far."""
    row = plan_row(session, number)
    places = [place_json(place) for place in session.execute(sql("beats.places"), {"id": number}).mappings()]
    heads = {found.id: found for found in session.execute(sql("forecasts.heads"), {"keys": None})}
    named = [heads[head] for head in row["heads"] or ()]
    return summary(row) | {
        "settings": row["settings"],
        "heads": [{"key": head.key, "name": head.name, "name_ur": head.name_ur} for head in named],
        "kinds": row["kinds"],
        "places": [place for place in places if place["patrol"]],
        "refused": [place for place in places if not place["patrol"]],
    }


def place_json(row: RowMapping) -> dict[str, Any]:
    """Give a kept place."""
    return {
        "id": row["id"],
        "patrol": row["patrol"],
        "position": row["position"],
        "cell": h3cells.to_hex(row["cell"]),
        "lat": row["lat"],
        "lon": row["lon"],
        "decision": row["decision"],
        "locked": row["locked"],
        "reason": row["reason"],
        "covered": in_records(row["covered"]),
        "name": row["name"],
        "name_ur": row["name_ur"],
        "drivers": row["drivers"],
        "station": row["station"],
        "visits": row["visits"],
        "minutes": round(row["minutes"], 1),
        "under_way": bool(row["open"]),
    }


def summary(row: RowMapping) -> dict[str, Any]:
    """Give a plan without its places."""
    found = {
        "id": row["id"],
        "jurisdiction": row["jurisdiction"],
        "jurisdiction_name": row["jurisdiction_name"],
        "jurisdiction_name_ur": row["jurisdiction_name_ur"],
        "week_start": shifts.week_start(row["week"]).date().isoformat(),
        "shift": None if row["shift"] is None else shifts.SHIFT_NAMES[row["shift"]],
        "patrols": row["patrols"],
        "minutes": row["minutes"],
        "covered": in_records(row["covered"]),
        "total": in_records(row["total"]),
        "made_at": iso(row["made_at"]),
        "made_by": row["made_by"],
        "withdrawn_at": iso(row["withdrawn_at"]),
    }
    counts = ("places", "visits", "visited")
    return found | ({name: row[name] for name in counts} if "visited" in row else {})


def listed(session: Session, area: Area, week: int | None) -> list[dict[str, Any]]:
    """Give the plans of an area, newest week first."""
    return [summary(row) for row in session.execute(sql("beats.plans"), {"top": area.id, "week": week}).mappings()]


def withdraw(session: Session, number: int) -> None:
    """Withdraw a plan: it is kept, and counts no more; the caller commits.

    Raises
    ------
    NoSuchPlan
    """
    plan_row(session, number)
    if session.execute(sql("beats.withdraw"), {"id": number}).first() is None:
        raise NoSuchPlan
    note(session, "plan_withdrawn", "patrol_plan", number)
