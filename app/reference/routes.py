"""What the map's pickers and its search box read: jurisdictions, crime heads, sources, places."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user
from pydantic import BaseModel, Field

from app.db.named import sql
from app.db.session import db_session
from app.policy import Permission, allows
from spatial import cells as h3cells
from spatial.addresses import normalise
from spatial.errors import SpatialError

bp = APIBlueprint("reference", __name__, url_prefix="/api", tag="Reference")


class JurisdictionQuery(BaseModel):
    """Which jurisdictions to list."""

    q: str | None = Field(None, max_length=80, description="part of the name or code")
    level: str | None = Field(None, max_length=20)
    parent: str | None = Field(None, max_length=100, description="code of the jurisdiction above")


class OwnQuery(BaseModel):
    """Which of one's own jurisdictions to list: the tops, those below one, or those of a name."""

    q: str | None = Field(None, max_length=80, description="part of the name, or the code")
    parent: str | None = Field(None, max_length=100, description="code of the jurisdiction above")


class SearchQuery(BaseModel):
    """What to look for: a place, a thana, a FIR number, a cell, coordinates."""

    q: str = Field(min_length=1, max_length=120)


def _jurisdiction(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "name_ur": row.name_ur,
        "level": row.level,
        "parent": row.parent,
        "bbox": [row.west, row.south, row.east, row.north] if row.west is not None else None,
        "derived": row.derived,
    }


@bp.get("/jurisdictions")
@bp.input(JurisdictionQuery, location="query", arg_name="query")
@allows(Permission.SEE_OWN_ACCOUNT)
def jurisdictions(query: JurisdictionQuery) -> dict[str, Any]:
    """Whoever is signed in; jurisdictions by name, level or parent."""
    rows = db_session().execute(
        sql("lookup.jurisdictions"),
        {"q": query.q or None, "level": query.level or None, "parent": query.parent or None},
    )
    return {"jurisdictions": [_jurisdiction(row) for row in rows]}


@bp.get("/jurisdictions/own")
@bp.input(OwnQuery, location="query", arg_name="query")
@allows(Permission.SEE_OWN_ACCOUNT)
def own_jurisdictions(query: OwnQuery) -> dict[str, Any]:
    """Whoever is signed in; the jurisdictions that are the reader's own, or lie below, by name or by the one above."""
    words = " ".join((query.q or "").split())
    rows = db_session().execute(
        sql("lookup.own_jurisdictions"),
        {"own": list(current_user.jurisdictions), "q": words or None, "parent": query.parent or None},
    )
    return {
        "jurisdictions": [
            _jurisdiction(row) | {"has_below": row.has_below, "within": row.within, "within_ur": row.within_ur}
            for row in rows
        ]
    }


@bp.get("/heads")
@allows(Permission.SEE_OWN_ACCOUNT)
def heads() -> dict[str, Any]:
    """Whoever is signed in; the crime heads and the version of the section rules."""
    session = db_session()
    rows = session.execute(sql("lookup.heads")).mappings()
    version = session.execute(sql("lookup.rule_version")).scalar()
    return {"heads": [dict(row) for row in rows], "version": version}


@bp.get("/sources")
@allows(Permission.SEE_OWN_ACCOUNT)
def sources() -> dict[str, Any]:
    """Whoever is signed in; the sources, who owns them, and how fresh each is."""
    return {
        "sources": [
            dict(row) | {name: row[name].isoformat() if row[name] else None for name in ("data_to", "received_at")}
            for row in db_session().execute(sql("lookup.sources")).mappings()
        ]
    }


@bp.get("/search")
@bp.input(SearchQuery, location="query", arg_name="query")
@allows(Permission.SEE_MAP)
def search(query: SearchQuery) -> dict[str, Any]:
    """Whoever sees the map; places, thanas, FIRs by number, a cell or coordinates: the likeliest first."""
    words = query.q.strip()
    found: list[dict[str, Any]] = [*_coordinates(words), *_cell(words)]
    session = db_session()
    number, _, year = words.partition("/")
    if number.isdecimal() and len(number) <= 6 and (year == "" or (year.isdecimal() and len(year) in (2, 4))):
        full = int(year) + (2000 if len(year) == 2 else 0) if year else None
        for row in session.execute(sql("lookup.firs"), {"number": int(number), "year": full}):
            found.append(
                {
                    "type": "record",
                    "id": row.id,
                    "name": f"{row.number}/{row.year}",
                    "detail": row.station,
                    "detail_ur": row.station_ur,
                }
            )
    key = normalise(words)
    if key:
        for row in session.execute(sql("lookup.search"), {"key": key, "part": words}):
            found.append(
                {
                    "type": row.type,
                    "code": row.code,
                    "name": row.name,
                    "name_ur": row.name_ur,
                    "detail": row.detail,
                    "lat": row.lat,
                    "lon": row.lon,
                }
            )
    return {"results": found[:20]}


def _coordinates(words: str) -> list[dict[str, Any]]:
    parts = words.replace("،", ",").split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return []
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return []
    return [{"type": "coordinates", "name": f"{lat:.5f}, {lon:.5f}", "lat": lat, "lon": lon}]


def _cell(words: str) -> list[dict[str, Any]]:
    if len(words) != 15:
        return []
    try:
        lat, lon = h3cells.centre(h3cells.from_hex(words))
    except SpatialError:
        return []
    return [{"type": "cell", "cell": words.lower(), "name": words.lower(), "lat": lat, "lon": lon}]


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
