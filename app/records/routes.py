"""The map's numbers and the records behind them: /api/summary, /api/cells, /api/records."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user

from app.db.session import db_session
from app.policy import Permission, allows, may
from app.records import opening, pins, service
from app.records.filters import CellQuery, Filter, MapQuery, parse_cell
from app.records.schemas import CellRecords, Cells, Pin, Pinned, Record, RecordCells, Summary

bp = APIBlueprint("records", __name__, url_prefix="/api", tag="Records")


@bp.get("/summary")
@bp.input(MapQuery, location="query", arg_name="query")
@bp.output(Summary)
@allows(Permission.SEE_MAP)
def summary(query: MapQuery) -> dict[str, Any]:
    """Whoever sees the map; the whole mass of a filter, by kind, head and week."""
    session = db_session()
    return service.summary(session, Filter.parse(query, session), may(Permission.SEE_PROTECTED))


@bp.get("/cells")
@bp.input(MapQuery, location="query", arg_name="query")
@bp.output(Cells)
@allows(Permission.SEE_MAP)
def cells(query: MapQuery) -> dict[str, Any]:
    """Whoever sees the map; the cells of a filter with their mass, and what no cell can show."""
    session = db_session()
    return service.cells(session, Filter.parse(query, session), may(Permission.SEE_PROTECTED))


@bp.get("/cells/<cell>/records")
@bp.input(CellQuery, location="query", arg_name="query")
@bp.output(CellRecords)
@allows(Permission.SEE_RECORDS)
def cell_records(cell: str, query: CellQuery) -> dict[str, Any]:
    """Whoever sees records; the records of a cell, each with its mass in it, newest first."""
    session = db_session()
    wanted = Filter.parse(query, session)
    return service.records_in_cell(
        session, parse_cell(cell), wanted, may(Permission.SEE_PROTECTED), query.cursor, query.limit
    )


@bp.get("/records/<int:record_id>")
@bp.output(Record)
@allows(Permission.SEE_RECORDS)
def record(record_id: int) -> dict[str, Any]:
    """Whoever sees records; one record, its fix and its history.  The opening is written down."""
    session = db_session()
    found = opening.record(session, record_id, may(Permission.SEE_PROTECTED), may(Permission.SEE_PERSONS))
    session.commit()
    return found


@bp.get("/records/<int:record_id>/cells")
@bp.output(RecordCells)
@allows(Permission.SEE_RECORDS)
def record_cells(record_id: int) -> dict[str, Any]:
    """Whoever sees records; the cells of a record with their mass, and its current fix."""
    return opening.record_cells(db_session(), record_id, may(Permission.SEE_PROTECTED))


@bp.post("/records/<int:record_id>/pin")
@bp.input(Pin, location="json", arg_name="body")
@bp.output(Pinned, status_code=201)
@allows(Permission.PIN)
def pin(record_id: int, body: Pin) -> dict[str, Any]:
    """Officers who pin; the record's mass moves to the point at once, and what was believed is kept."""
    fix_id, name_id = pins.pin(
        db_session(), record_id, body.lat, body.lon, current_user.id, body.reason, body.local_name
    )
    return {"id": record_id, "fix": fix_id, "local_name": name_id}


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
