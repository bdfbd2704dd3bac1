"""Mass read back for maps, tables and pages.

Every answer obeys the law of mass: shown + coarse + unplaced + held back = total.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from app.db.named import sql
from app.errors import InvalidFilter
from app.records.filters import Filter, level_of, whole_levels
from app.records.mass import click_keys
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT


def in_records(mass: int | None) -> float:
    """Give mass in records, with its six decimals and never rounded further."""
    return (mass or 0) / UNIT


def cells(session: Session, wanted: Filter, sees_protected: bool) -> dict[str, Any]:
    """Give the cells of a filter with their mass, and what no cell can show."""
    rows = session.execute(
        sql("records.cells"),
        wanted.binds()
        | wanted.window.weeks()
        | wanted.box_binds()
        | whole_levels(0, level_of(wanted.resolution))
        | {"resolution": wanted.resolution, "hides_protected": wanted.hides_protected(sees_protected)},
    ).all()
    shown = [(row.cell, row.mass) for row in rows if row.place == "shown"]
    beside = {row.place: row.mass for row in rows if row.place != "shown"}
    mass = sum(mass for _, mass in shown)
    return {
        "cells": [{"cell": h3cells.to_hex(cell), "mass": in_records(mass)} for cell, mass in shown],
        "resolution": wanted.resolution,
        "mass": in_records(mass),
        "coarse": in_records(beside.get("coarse")),
        "unplaced": in_records(beside.get("unplaced")),
        "held_back": in_records(beside.get("held_back")),
        "total": in_records(mass + sum(beside.values())),
        "window": wanted.window.as_json(),
        "synthetic": is_synthetic(session, wanted.kinds),
    }


def summary(session: Session, wanted: Filter, sees_protected: bool) -> dict[str, Any]:
    """Give the whole mass of a filter, and its split by kind, head and week."""
    levels = (0,) if wanted.box is None else (0, level_of(wanted.resolution))
    rows = session.execute(
        sql("records.summary"),
        wanted.binds()
        | wanted.window.weeks(in_blocks=False)
        | wanted.box_binds()
        | whole_levels(*levels)
        | {"resolution": wanted.resolution, "hides_protected": wanted.hides_protected(sees_protected)},
    ).all()
    heads = _head_keys(session)
    place = {row.place: row.mass for row in rows if row.place is not None}
    total = sum(place.values())
    count = session.execute(
        sql("records.count"),
        wanted.binds()
        | {
            "first": wanted.window.first,
            "end": wanted.window.end,
            "heads": list(wanted.heads) if wanted.heads is not None else None,
            "shift": wanted.shift,
            "resolution": wanted.resolution,
            "hides_protected": wanted.hides_protected(sees_protected),
        }
        | wanted.box_binds(),
    ).scalar_one()
    return {
        "records": count,
        "total": in_records(total),
        "placed": in_records(place.get("shown", 0) + place.get("coarse", 0)),
        "coarse": in_records(place.get("coarse")),
        "unplaced": in_records(place.get("unplaced")),
        "held_back": in_records(place.get("held_back")),
        "by_kind": {row.kind: in_records(row.mass) for row in rows if row.kind is not None},
        "by_head": {heads[row.head]: in_records(row.mass) for row in rows if row.head is not None},
        "by_week": {
            shifts.week_start(row.week).date().isoformat(): in_records(row.mass)
            for row in sorted((row for row in rows if row.week is not None), key=lambda row: row.week)
        },
        "data_to": iso(data_to(session)),
        "window": wanted.window.as_json(),
        "synthetic": is_synthetic(session, wanted.kinds),
    }


def records_in_cell(
    session: Session, cell: int, wanted: Filter, sees_protected: bool, cursor: str | None, limit: int
) -> dict[str, Any]:
    """Give a cell's records, newest first, each with its mass in it; their sum over all pages is the cell's mass."""
    resolution = h3cells.resolution(cell)
    before, before_id = _read_cursor(cursor)
    rows = session.execute(
        sql("records.in_cell"),
        wanted.binds()
        | {
            "cell": cell,
            "resolution": resolution,
            "keys": click_keys(cell),
            "first": wanted.window.first,
            "end": wanted.window.end,
            "hides_protected": wanted.hides_protected(sees_protected, resolution),
            "before": before,
            "before_id": before_id,
            "page": limit + 1,
        },
    ).mappings()
    found = list(rows)
    page = found[:limit]
    return {
        "cell": h3cells.to_hex(cell),
        "resolution": resolution,
        "mass": in_records(found[0]["cell_mass"] if found else 0),
        "count": found[0]["cell_records"] if found else 0,
        "records": [list_row(row, sees_protected) for row in page],
        "next": _cursor(page[-1]) if len(found) > limit else None,
        "window": wanted.window.as_json(),
        "synthetic": any(row["is_synthetic"] for row in page),
    }


def is_synthetic(session: Session, kinds: tuple[str, ...] | None) -> bool:
    """Say whether any of the kinds holds synthetic records on this node."""
    found = session.execute(text("SELECT CAST(synthetic_kinds() AS text[])")).scalar_one()
    return bool(found) and (kinds is None or not set(kinds).isdisjoint(found))


def data_to(session: Session) -> datetime | None:
    """Give the newest moment that any source's data reaches."""
    found: datetime | None = session.execute(text("SELECT max(data_to) FROM source_freshness()")).scalar()
    return found


def list_row(row: RowMapping, sees_protected: bool) -> dict[str, Any]:
    """Give a record as every list shows it: never a person."""
    found: dict[str, Any] = {
        "id": row["id"],
        "kind": row["kind"],
        "synthetic": row["is_synthetic"],
        "source": row["source"],
    }
    if "mass" in row:
        found["mass"] = in_records(row["mass"])
    if row["kind"] == "stay":
        return found | {
            "hotel": row["hotel"],
            "day": row["occurred_from"].astimezone(shifts.ZONE).date().isoformat(),
        }
    held_back = row["protected"] and not sees_protected
    found |= {
        "head": row["head"],
        "station": {"code": row["station"], "name": row["station_name"], "name_ur": row["station_name_ur"]},
        "occurred_from": iso(row["occurred_from"]),
        "occurred_to": iso(row["occurred_to"]),
        "reported_at": iso(row["reported_at"]),
        "place": None if held_back else row["place_text"],
        "protected": row["protected"],
    }
    if "method" in row:
        found |= {"method": row["method"], "accuracy_m": row["accuracy_m"]}
    if row["kind"] == "fir":
        found["title"] = f"{row['number']}/{row['year']}"
    elif row["kind"] == "complaint":
        found["title"] = row["tag"]
    else:
        found["title"] = row["external_id"]
        found["category"] = row["incident_category"] if "incident_category" in row else row["category"]
    return found


def _head_keys(session: Session) -> dict[int, str]:
    return {row.id: row.key for row in session.execute(text("SELECT id, key FROM crime_head"))}


def iso(moment: datetime | None) -> str | None:
    """Give a moment in local time, as ISO 8601."""
    return moment.astimezone(shifts.ZONE).isoformat() if moment else None


def _cursor(row: RowMapping) -> str:
    words = f"{row['occurred_from'].isoformat()}|{row['id']}"
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[datetime | None, int]:
    if not cursor:
        return None, 0
    try:
        moment, _, record_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition("|")
        return datetime.fromisoformat(moment), int(record_id)
    except ValueError:
        raise InvalidFilter("The cursor is not one that this address gave.") from None
