"""What the map's pickers and its search box read: jurisdictions, crime heads, sources, places."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user
from pydantic import BaseModel, Field

from app.db.named import sql
from app.db.session import db_session
from app.policy import Permission, allows, may
from app.reference import lookup

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
    found = lookup.results(words)
    session = db_session()
    fir = lookup.fir_number(words)
    if fir is not None and may(Permission.SEE_RECORDS):
        found += [
            {
                "type": "record",
                "id": row.id,
                "name": f"{row.number}/{row.year}",
                "detail": row.station,
                "detail_ur": row.station_ur,
            }
            for row in session.execute(sql("lookup.firs"), {"number": fir.number, "year": fir.year})
        ]
    key = lookup.name_key(words)
    if key and not found:
        binds = {"key": key, "part": _literally(key)}
        rows = session.execute(sql("lookup.search"), binds).all()
        # Nothing has the words in it: then the names that look most like them.
        found += [_named(row) for row in rows or session.execute(sql("lookup.alike"), {"words": key})]
    return {"results": found[:20]}


def _literally(words: str) -> str:
    """Give words for LIKE in which no sign means anything but itself."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _named(row: Any) -> dict[str, Any]:
    return {
        "type": row.type,
        "code": row.code,
        "name": row.name,
        "name_ur": row.name_ur,
        "detail": row.detail,
        "lat": row.lat,
        "lon": row.lon,
    }


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
