"""One record of the queue opened: its words, what the geocoder believes and why, candidates, and the station's land."""

import json
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.asking import candidates_of
from app.records import opening
from spatial import cells as h3cells


def opened(session: Session, record_id: int, sees_protected: bool) -> dict[str, Any]:
    """Give all that a decision about a record needs, and write down that it was opened; the caller commits.

    Raises
    ------
    NotFound
    """
    record = opening.record(session, record_id, sees_protected, sees_persons=False)  # no person is needed for a place
    placed = opening.record_cells(session, record_id, sees_protected)
    station = dict(session.execute(sql("pins.station"), {"record": record_id}).mappings().one())
    code = station["code"] if station["level"] == "station" else None
    candidates = candidates_of(session, record["place"] or "", code, station["district"], sees_protected)
    station["area"] = json.loads(station["area"]) if station["area"] else None
    return {
        "record": record,
        "fix": placed["fix"],
        "cells": [
            {**cell, "boundary": [[lon, lat] for lat, lon in h3cells.boundary(h3cells.from_hex(cell["cell"]))]}
            for cell in placed["cells"]
        ],
        "candidates": candidates,
        "station": station,
    }
