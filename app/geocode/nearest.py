"""What is near a point: named places with distance and direction, the units whose areas hold it, local names."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.named import sql
from spatial import cells as h3cells
from spatial.projection import bearing_deg, distance_m

#: Points of the compass in turn, as pages and reasons name them.
_POINTS: Final = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
# The index measures in degrees, where a degree of longitude is up to a fifth shorter: enough are read to be sure.
_SPARE: Final = 4


def nearest(session: Session, lat: float, lon: float, limit: int, sees_protected: bool) -> dict[str, Any]:
    """Give the names nearest to a point, the nearest first, and the station, beat and district that hold it.

    Distances are metres from the place to the point, 0 inside its extent; directions are those in which one leaves the
    place for the point.  Local names are those of the reader's stations.
    """
    values = {"lat": lat, "lon": lon, "limit": limit * _SPARE + 20, "sees_protected": sees_protected}
    found = [_place(row, lat, lon) for row in session.execute(sql("geocode.nearest"), values).mappings()]
    found.sort(key=lambda place: (place["distance_m"], place["name"]))
    units = {row["level"]: row for row in session.execute(sql("geocode.units_here"), values).mappings()}
    return {
        "places": found[:limit],
        "station": _unit(units.get("station"), lat, lon),
        "beat": _unit(units.get("beat"), lat, lon),
        "district": _unit(units.get("district"), lat, lon),
        "cell": h3cells.to_hex(h3cells.cell_of(lat, lon)),
    }


def _place(row: Any, lat: float, lon: float) -> dict[str, Any]:
    distance = 0.0 if row["holds"] else distance_m(row["lat"], row["lon"], lat, lon)
    return {
        "ref": row["ref"],
        "kind": row["kind"],
        "name": row["name"],
        "name_ur": row["name_ur"],
        "lat": row["lat"],
        "lon": row["lon"],
        **_way(distance, row["lat"], row["lon"], lat, lon),
        "radius_m": row["radius_m"],
        "licence": row["licence"],
    }


def _unit(row: Any, lat: float, lon: float) -> dict[str, Any] | None:
    if row is None:
        return None
    found = {"code": row["code"], "name": row["name"], "name_ur": row["name_ur"], "derived": row["derived"]}
    if row["lat"] is not None:
        distance = distance_m(row["lat"], row["lon"], lat, lon)
        found |= _way(distance, row["lat"], row["lon"], lat, lon)
    return found


def _way(distance: float, from_lat: float, from_lon: float, lat: float, lon: float) -> dict[str, Any]:
    if distance < 1:
        return {"distance_m": round(distance, 1), "direction_deg": None, "direction": None}
    degrees = bearing_deg(from_lat, from_lon, lat, lon)
    return {
        "distance_m": round(distance, 1),
        "direction_deg": round(degrees, 1),
        "direction": _POINTS[round(degrees / 45.0) % 8],
    }
