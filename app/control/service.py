"""What the control room reads: records as they come in, the feeds' freshness, and the points that it has loaded."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.audit.service import note
from app.control import points
from app.db.named import sql
from app.errors import BadRequest, Conflict, NotFound
from app.records.filters import Filter
from app.records.service import iso

#: A feed is stale after so many of its usual gaps, but never before an hour or after a day and two hours.
GAPS = 4
LEAST_STALE_HOURS, MOST_STALE_HOURS = 1.0, 26.0
#: Data so much older than their delivery are no feed.
ARCHIVE = timedelta(days=7)
MOST_LAYERS = 20


def incoming(session: Session, wanted: Filter, after: int, limit: int, sees_protected: bool) -> dict[str, Any]:
    """Give the newest records of a filter's kinds, heads and jurisdiction after an id, the newest first."""
    rows = session.execute(
        sql("control.incoming"),
        {
            "after": after,
            "page": limit,
            "sees_protected": sees_protected,
            "kinds": list(wanted.kinds) if wanted.kinds is not None else None,
            "heads": list(wanted.heads) if wanted.heads is not None else None,
            "stations": list(wanted.stations) if wanted.stations is not None else None,
        },
    )
    found = [_incoming(row) for row in rows.mappings()]
    return {"records": found, "newest": max((row["id"] for row in found), default=after)}


def _incoming(row: Any) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "title": row["title"] or "",
        "head": {"key": row["head"], "name": row["head_name"], "name_ur": row["head_name_ur"]},
        "station": {"code": row["station"], "name": row["station_name"], "name_ur": row["station_name_ur"]},
        "occurred_from": iso(row["occurred_from"]),
        "occurred_to": iso(row["occurred_to"]),
        "known_at": iso(row["known_at"]),
        "received_at": iso(row["made_at"]),
        "place": row["place_text"],
        "method": row["method"] or "",
        "accuracy_m": row["accuracy_m"],
        "point": None if row["lat"] is None else [row["lon"], row["lat"]],
        "protected": row["protected"],
        "cancelled": row["cancelled"],
        "synthetic": row["is_synthetic"],
    }


def feeds(session: Session, now: datetime | None = None) -> list[dict[str, Any]]:
    """Give each source with how fresh it is: `fresh`, `stale`, or `archive`.

    It is stale after four of its usual gaps between deliveries (an hour at least, 26 hours at most), or where its data
    end more than 26 hours ago.  Data that were a week old when they came are an archive: no feed that could fall
    silent.
    """
    now = now or datetime.now(UTC)
    found = []
    for row in session.execute(sql("control.feeds")):
        usual = (row.usual_seconds or 0) / 3600
        stale_after = min(max(usual * GAPS, LEAST_STALE_HOURS), MOST_STALE_HOURS) if usual else MOST_STALE_HOURS
        silent = (now - row.received_at).total_seconds() / 3600
        behind = (now - row.data_to).total_seconds() / 3600 if row.data_to else silent
        is_archive = row.data_to is not None and row.received_at - row.data_to > ARCHIVE
        is_stale = silent > stale_after or behind > MOST_STALE_HOURS
        found.append(
            {
                "key": row.key,
                "name": row.name,
                "owner_force": row.owner_force,
                "synthetic": row.synthetic,
                "received_at": iso(row.received_at),
                "data_to": iso(row.data_to),
                "lag_hours": round(max(silent, behind if behind > MOST_STALE_HOURS else 0.0), 2),
                "usual_hours": round(usual, 2) or None,
                "stale_after_hours": round(stale_after, 2),
                "state": "archive" if is_archive else "stale" if is_stale else "fresh",
            }
        )
    return found


def layers(session: Session) -> list[dict[str, Any]]:
    """Give the layers of points that the reader may see."""
    return [
        {
            "id": row.id,
            "name": row.name,
            "points": row.points,
            "own": row.is_own,
            "unit": {"name": row.unit_name, "name_ur": row.unit_name_ur},
            "made_at": iso(row.made_at),
        }
        for row in session.execute(sql("control.layers"))
    ]


def add_layer(session: Session, name: str, data: bytes, filename: str) -> dict[str, Any]:
    """Load a layer of points for the reader's unit: all of the file or nothing; commits.

    Raises
    ------
    BadRequest, BadPoints
        What is wrong with the name or the file.
    Conflict
        Where the reader keeps too many already.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 60 or any(ord(letter) < 32 for letter in name):
        raise BadRequest("Give the layer a name of 1 to 60 letters.")
    found = points.read(data, filename)
    session.execute(sql("control.forget_layers"))
    if session.execute(sql("control.own_layers")).scalar_one() >= MOST_LAYERS:
        raise Conflict("You keep %(most)s layers already; delete one first.", most=MOST_LAYERS)
    layer = int(session.execute(sql("control.add_layer"), {"name": name, "points": len(found)}).scalar_one())
    session.execute(
        sql("control.add_points"),
        {
            "layer": layer,
            "names": [point.name for point in found],
            "details": [json.dumps(point.detail) for point in found],
            "lons": [point.lon for point in found],
            "lats": [point.lat for point in found],
        },
    )
    note(session, "layer.load", "layer", layer, detail={"points": len(found)})
    session.commit()
    return {"id": layer, "points": len(found)}


def set_layer_deleted(session: Session, layer: int, deleted: bool) -> None:
    """Delete a layer of the reader's, or take that back within a day; commits.

    Raises
    ------
    NotFound
    """
    values = {"id": layer, "deleted": deleted}
    if layer >= 1 << 63 or session.execute(sql("control.set_layer_deleted"), values).scalar() is None:
        raise NotFound
    note(session, "layer.delete" if deleted else "layer.restore", "layer", layer)
    session.commit()


def layer_points(session: Session, layer: int) -> dict[str, Any]:
    """Give a layer as a GeoJSON FeatureCollection.

    Raises
    ------
    NotFound
        If there is none, or none in the reader's scope.
    """
    rows = session.execute(sql("control.points"), {"id": layer}).all() if layer < 1 << 63 else []
    if not rows:
        raise NotFound
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row.n,
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {"name": row.name, **{f"d_{key}": value for key, value in row.detail.items()}},
            }
            for row in rows
        ],
    }
