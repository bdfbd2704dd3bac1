"""One record opened: its page's fields, its fix with its history, its cells.  Every opening is written down."""

import logging
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.access import crypto
from app.audit.service import note
from app.db.named import sql
from app.errors import NotFound
from app.geocode.called import called
from app.geocode.saying import say
from app.geocode.values import NO_NAMES
from app.records.filters import PROTECTED_RESOLUTION
from app.records.service import in_records, iso, list_row
from spatial import cells as h3cells
from spatial import shifts
from spatial.mass import UNIT

log = logging.getLogger(__name__)
#: Columns of a FIR that say where it happened.
_BEARING = frozenset({"distance_m", "direction"})


def record(session: Session, record_id: int, sees_protected: bool, sees_persons: bool) -> dict[str, Any]:
    """Give everything of a record that its reader may see, and write down that it was opened.

    Raises
    ------
    NotFound
        If there is none, or none in the reader's jurisdiction: the two look alike.
    """
    row = _one(session, record_id)
    note(session, "record.open", "record", record_id)
    found = list_row(row, sees_protected)
    if row["kind"] == "stay":  # a stay shows its id, hotel and day, to everyone: the register is not for browsing
        return found | {"cells": f"/api/records/{record_id}/cells"}
    held_back = row["protected"] and not sees_protected
    found |= {
        "key": row["key"],
        "version": row["version"],
        "cancelled": row["cancelled"],
        "discovery": row["discovery"],
        "head_name": row["head_name"],
        "head_name_ur": row["head_name_ur"],
        "known_at": iso(row["known_at"]),
        "received_at": iso(row["made_at"]),
        "attribution": row["attribution"],
        "held_back": held_back,
        "narrative": None if held_back else row["narrative"],
        "given": None if held_back or row["given_lat"] is None else {"lat": row["given_lat"], "lon": row["given_lon"]},
        "persons": _persons(session, record_id) if sees_persons and not held_back else None,
        "history": _fixes(session, record_id, held_back),
        "versions": [
            {
                "version": version["version"],
                "content": None if held_back else version["content"],
                "from": iso(version["known_from"]),
                "until": iso(version["known_until"]),
            }
            for version in session.execute(sql("records.versions"), {"id": record_id}).mappings()
        ],
    }
    detail = {
        "fir": (
            "year",
            "number",
            "e_tag",
            "sections",
            "property",
            "distance_m",
            "direction",
            "fir_status",
            "rule_version",
        ),
        "complaint": ("tag", "complaint_category", "complaint_status", "fir", "fir_id"),
        "incident": ("external_id", "incident_category"),
    }[row["kind"]]
    # A bearing from the thana says the place as surely as a point does.
    hidden = _BEARING if held_back else frozenset()
    found["detail"] = {name.removeprefix(f"{row['kind']}_"): None if name in hidden else row[name] for name in detail}
    return found


def record_cells(session: Session, record_id: int, sees_protected: bool) -> dict[str, Any]:
    """Give the cells of a record's current fix with their mass, and the fix.

    A protected record's cells are given at resolution 7 to a reader without the right.
    """
    row = _one(session, record_id)
    held_back = row["protected"] and not sees_protected
    fixes = _fixes(session, record_id, held_back)
    mass = session.execute(sql("records.current_mass"), {"id": record_id}).mappings().first()
    masses: dict[int, int] = {}
    if mass is not None and mass["resolution"] > 0:
        below = 0
        for cell, upto in zip(mass["cells"], mass["cell_upto"], strict=True):
            if held_back and mass["resolution"] > PROTECTED_RESOLUTION:
                cell = h3cells.parent(cell, PROTECTED_RESOLUTION)
            masses[cell] = masses.get(cell, 0) + upto - below
            below = upto
    return {
        "id": record_id,
        "resolution": h3cells.resolution(next(iter(masses))) if masses else None,
        "cells": [{"cell": h3cells.to_hex(cell), "mass": in_records(mass)} for cell, mass in masses.items()],
        "mass": in_records(sum(masses.values())),
        "unplaced": in_records(UNIT if mass is not None and not masses else 0),
        "fix": fixes[0] if fixes else None,
        # Of a stay only the day is shown, in no form the hour.
        "shifts": [] if row["kind"] == "stay" else _shifts(mass),
        "synthetic": row["is_synthetic"],
    }


def _one(session: Session, record_id: int) -> RowMapping:
    row = session.execute(sql("records.one"), {"id": record_id}).mappings().first()
    if row is None:
        raise NotFound
    return row


def _fixes(session: Session, record_id: int, held_back: bool) -> list[dict[str, Any]]:
    found = []
    rows = session.execute(sql("records.fixes"), {"id": record_id}).mappings().all()
    names = NO_NAMES if held_back else called(
        session, [reason.get("params", {}) for row in rows for reason in row["reasons"]]
    )  # fmt: skip
    for row in rows:
        reasons = [] if held_back else [say(one["code"], one.get("params", {}), names) for one in row["reasons"]]
        found.append(
            {
                "method": row["method"],
                "score": row["score"],
                "accuracy_m": row["accuracy_m"],
                "point": None if held_back or row["lat"] is None else {"lat": row["lat"], "lon": row["lon"]},
                "matched": None if held_back else row["matched"],
                "reasons": reasons,
                "from": iso(row["known_from"]),
                "until": iso(row["known_until"]),
                "by_officer": row["by_officer"],
            }
        )
    return found


def _persons(session: Session, record_id: int) -> list[dict[str, Any]]:
    note(session, "person.read", "record", record_id)
    return [_person(row) for row in session.execute(sql("records.persons"), {"id": record_id}).mappings()]


def _person(row: RowMapping) -> dict[str, Any]:
    """Give a person in clear; what another key sealed (a database moved without its keys) is named as unreadable."""
    found: dict[str, Any] = {"role": row["role"], "unreadable": []}
    for field in ("name", "cnic", "phone"):
        try:
            found[field] = crypto.decrypt(row[field]) if row[field] else None
        except crypto.CannotDecrypt:
            log.warning("a person's %s cannot be read with this machine's data key", field)
            found[field] = None
            found["unreadable"].append(field)
    return found


def _shifts(mass: RowMapping | None) -> list[dict[str, Any]]:
    """Give the shifts over which a record is spread; at most a month of them."""
    if mass is None:
        return []
    first = mass["first_shift"]
    return [
        {
            "from": shifts.shift_start(first + i).isoformat(),
            "shift": shifts.shift_name(first + i),
            "mass": in_records(share),
        }
        for i, share in enumerate(mass["shift_mass"][:93])
    ]
