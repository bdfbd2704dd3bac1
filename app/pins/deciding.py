"""What an officer decides about a record's place: a point, the phone's own position, an area drawn, or nowhere."""

from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from sqlalchemy.orm import Session

from app.errors import BadRequest, InvalidFilter
from app.geocode.saying import say
from app.pins.schemas import Decision
from app.records import pins
from spatial import cells as h3cells
from spatial.errors import SpatialError
from spatial.geocoding import region as regions
from spatial.mass import UNIT
from spatial.model import Fix, Method, Point, Reason

#: A phone that is not sure of its own position to this is of no use at a scene.
WORST_PHONE_M: Final = 500.0
#: Up to so many metres a position is one cell; beyond, it is spread.
ONE_CELL_M: Final = 100.0
MOST_CORNERS: Final = 200


def decide(session: Session, record_id: int, said: Decision, account_id: int | None) -> dict[str, Any]:
    """Put a record where an officer says, and give its new fix; commits.

    Raises
    ------
    BadRequest, InvalidFilter
        If the decision lacks what it needs, or lies outside Pakistan.
    NotFound, Conflict
        As :func:`app.records.pins.put`.
    """
    fix = _fix(said)
    made, taught = pins.put(session, record_id, fix, account_id, said.local_name or None)
    return {
        "id": record_id,
        "fix": made,
        "local_name": taught,
        "cells": [h3cells.to_hex(cell) for cell in fix.cells],
        "reasons": [say(reason.code, reason.params) for reason in fix.reasons],
    }


def _fix(said: Decision) -> Fix:
    words = {"reason": said.reason}
    if said.action == "nowhere":
        if said.local_name:
            raise BadRequest("A place that cannot be found has no local name.")
        return Fix(Method.UNPLACED, None, None, None, (), (), 0.0, None, (Reason("pin_nowhere", words),))
    if said.action == "area":
        return _area(said)
    if said.lat is None or said.lon is None:
        raise BadRequest("A pin needs a latitude and a longitude.")
    pins.check_point(said.lat, said.lon)
    accuracy = said.accuracy_m or pins.PIN_ACCURACY_M
    reason = Reason({"point": "pinned", "candidate": "pin_accepted", "scene": "pin_at_scene"}[said.action], words)
    if said.action == "scene":
        if said.accuracy_m is None or said.accuracy_m > WORST_PHONE_M:
            raise BadRequest(
                "The phone is not sure enough of where it is: it must be good to %(most)s m.", most=int(WORST_PHONE_M)
            )
        reason = Reason("pin_at_scene", {"accuracy_m": round(accuracy), **words})
    if accuracy <= ONE_CELL_M:
        cell = h3cells.cell_of(said.lat, said.lon)
        point = Point(said.lat, said.lon)
        return Fix(
            Method.PIN, point, accuracy, h3cells.resolution(cell), (cell,), (UNIT,), 1.0, said.matched, (reason,)
        )
    region = regions.kernel_region(said.lat, said.lon, accuracy)
    return regions.fix_of(region, Method.PIN, 1.0, said.matched, (reason,))


def _area(said: Decision) -> Fix:
    """Give the fix of an area drawn: its mass even over it."""
    ring = said.area or []
    if not 3 <= len(ring) <= MOST_CORNERS:
        raise BadRequest("An area has between 3 and %(most)s corners.", most=MOST_CORNERS)
    for lon, lat in ring:
        pins.check_point(lat, lon)
    try:
        polygon = shapely.Polygon(ring)
        if not polygon.is_valid or polygon.area == 0:
            raise ValueError
        region = regions.polygon_region(polygon)
    except (SpatialError, ShapelyError, ValueError):
        raise InvalidFilter("This area cannot be used: its lines cross, or it is too large or too thin.") from None
    return regions.fix_of(region, Method.PIN, 1.0, None, (Reason("pin_area", {"reason": said.reason}),))
