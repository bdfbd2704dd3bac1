"""The pin desk: its page, its queue, the check of the order of events, and the form that a FIR prints in."""

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import render_template
from flask_login import current_user
from pydantic import BaseModel, Field

from app.db.session import db_session
from app.geocode import suspicions
from app.pins import deciding, form, order, queue, waiting
from app.pins.schemas import (
    Decided,
    Decision,
    Order,
    Progress,
    Queue,
    QueueQuery,
    RecordOrder,
    Suspicions,
    Undone,
    Waiting,
)
from app.policy import Permission, allows, may
from app.records import pins

#: Of a pile of hundreds the desk opens some.
SHOWN_OF_PILE = 50

bp = APIBlueprint("pins", __name__, tag="Pins")


class AreaQuery(BaseModel):
    """Whose records are asked for."""

    jurisdiction: str | None = Field(
        None, description="a jurisdiction's code; the reader's own if missing", max_length=100
    )


@bp.get("/pins")
@bp.doc(hide=True)
@allows(Permission.PIN)
def show() -> str:
    """Officers who pin; the desk's page, which asks the API."""
    return render_template("pins/pins.html")


@bp.get("/api/pins")
@bp.input(QueueQuery, location="query", arg_name="query")
@bp.output(Queue)
@allows(Permission.PIN)
def listed(query: QueueQuery) -> dict[str, Any]:
    """Officers who pin; the records whose place is unsure, the gravest and weakest first."""
    return queue.listed(
        db_session(), query.jurisdiction, query.show, query.kinds, query.cursor, may(Permission.SEE_PROTECTED)
    )


@bp.get("/api/pins/progress")
@bp.input(AreaQuery, location="query", arg_name="query")
@bp.output(Progress)
@allows(Permission.SEE_RECORDS)
def progress(query: AreaQuery) -> dict[str, Any]:
    """Whoever sees records; how the records of each station are placed."""
    return queue.progress(db_session(), query.jurisdiction, datetime.now(tz=UTC))


@bp.get("/api/pins/suspicions")
@bp.input(AreaQuery, location="query", arg_name="query")
@bp.output(Suspicions)
@allows(Permission.SEE_RECORDS)
def suspicious(query: AreaQuery) -> dict[str, Any]:
    """Whoever sees records; piles of coordinates on one spot, and how many fixes of each station have which flag."""
    session = db_session()
    piles = suspicions.piles(session, query.jurisdiction)
    for pile in piles:
        pile["records"] = pile["records"][:SHOWN_OF_PILE]
    return {"piles": piles, "flags": suspicions.flagged(session, query.jurisdiction)}


@bp.get("/api/pins/<int:record_id>")
@bp.output(Waiting)
@allows(Permission.PIN)
def one(record_id: int) -> dict[str, Any]:
    """Officers who pin; one record with all that a decision needs.  The opening is written down."""
    session = db_session()
    found = waiting.opened(session, record_id, may(Permission.SEE_PROTECTED))
    session.commit()
    return found


@bp.post("/api/pins/<int:record_id>")
@bp.input(Decision, location="json", arg_name="body")
@bp.output(Decided, status_code=201)
@bp.doc(responses={409: "a stay and a cancelled record cannot be pinned"})
@allows(Permission.PIN)
def decide(record_id: int, body: Decision) -> dict[str, Any]:
    """Officers who pin; the record's mass moves at once, and what was believed is kept."""
    return deciding.decide(db_session(), record_id, body, current_user.id)


@bp.post("/api/pins/<int:record_id>/undo")
@bp.output(Undone)
@bp.doc(responses={409: "no officer's word holds"})
@allows(Permission.PIN)
def undo(record_id: int) -> dict[str, Any]:
    """Officers who pin; the latest word on the record is taken back, and what was believed before it holds again."""
    return {"id": record_id, "fix": pins.undo(db_session(), record_id, current_user.id)}


@bp.get("/records/<int:record_id>/form")
@bp.doc(hide=True)
@allows(Permission.SEE_RECORDS)
def print_form(record_id: int) -> str:
    """Whoever sees records; the FIR in the form of Form 24.5(1), for paper.  The printing is written down."""
    session = db_session()
    found = form.form(
        session, record_id, may(Permission.SEE_PROTECTED), may(Permission.SEE_PERSONS), datetime.now(tz=UTC)
    )
    session.commit()
    return render_template("pins/form.html", form=found, printed_by=current_user.display_name or current_user.name)


@bp.get("/api/records/<int:record_id>/order")
@bp.output(RecordOrder)
@allows(Permission.SEE_RECORDS)
def record_order(record_id: int) -> dict[str, Any]:
    """Whoever sees records; what cannot be in the order of a FIR's events."""
    return {"flags": order.of_record(db_session(), record_id)}


@bp.get("/api/pins/order")
@bp.input(AreaQuery, location="query", arg_name="query")
@bp.output(Order)
@allows(Permission.SEE_RECORDS)
def area_order(query: AreaQuery) -> dict[str, Any]:
    """Whoever sees records; the FIRs of the last days whose dates cannot be, newest first."""
    return order.of_area(
        db_session(), query.jurisdiction, datetime.now(tz=UTC), hides_protected=not may(Permission.SEE_PROTECTED)
    )


def register(app: APIFlask) -> None:
    """Register the desk's addresses."""
    app.register_blueprint(bp)
