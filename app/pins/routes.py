"""The pin desk: its page, its queue, the check of the order of events, and the form that a FIR prints in."""

from datetime import UTC, datetime
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import render_template
from flask_login import current_user
from pydantic import BaseModel, Field

from app.db.session import db_session
from app.pins import form, order
from app.pins.schemas import Order, RecordOrder
from app.policy import Permission, allows, may

bp = APIBlueprint("pins", __name__, tag="Pins")


class AreaQuery(BaseModel):
    """Whose records are asked for."""

    jurisdiction: str | None = Field(
        None, description="a jurisdiction's code; the reader's own if missing", max_length=100
    )


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
    return render_template("pins/form.html", form=found, reader=current_user.name)


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
