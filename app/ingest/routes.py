"""The addresses of the ingest room: /api/deliveries."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import request
from flask_login import current_user

from app.db.named import sql
from app.db.session import db_session
from app.errors import BadRequest, NotFound
from app.ingest import quarantine, uploads
from app.ingest.schemas import Deliveries, Delivery, DeliveryQuery, PageQuery, Quarantine, Upload, delivery_of
from app.policy import Permission, allows

bp = APIBlueprint("ingest", __name__, url_prefix="/api", tag="Deliveries")
_PAGE = 100
_FILE = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
    "required": True,
}


@bp.post("/deliveries")
@bp.input(DeliveryQuery, location="query", arg_name="query")
@bp.output(Upload)
@bp.doc(
    description="Multipart, the file in the field `file`: CSV, JSON lines or XLSX, with our column names or common "
    "ones. Up to 5,000 rows are answered at once with the counts; more with 202 and the delivery's id.",
    responses={202: "The file is kept and read by a job: ask for the delivery.", 400: "The file cannot be read."},
)
@allows(Permission.DELIVER)
def deliver(query: DeliveryQuery) -> Any:
    """Whoever delivers; the counts of the delivery, or 202 with its id where it is read later."""
    file = request.files.get("file")
    if file is None:
        raise BadRequest("Send the file in the multipart field named file.")
    answer, status = uploads.receive(query.kind, query.source, file, int(current_user.id))
    return answer, status


@bp.get("/deliveries")
@bp.input(PageQuery, location="query", arg_name="query")
@bp.output(Deliveries)
@allows(Permission.DELIVER)
def deliveries(query: PageQuery) -> dict[str, Any]:
    """Whoever delivers; one's own deliveries, newest first."""
    found = (
        db_session().execute(sql("ingest.deliveries"), {"before": query.cursor, "limit": _PAGE + 1}).mappings().all()
    )
    rows = [delivery_of(row) for row in found[:_PAGE]]
    return {"deliveries": rows, "next": rows[-1]["delivery"] if len(found) > _PAGE else None}


@bp.get("/deliveries/<int:delivery>")
@bp.output(Delivery)
@allows(Permission.DELIVER)
def one_delivery(delivery: int) -> dict[str, Any]:
    """Whoever delivers; one of one's own deliveries with its counts so far."""
    return delivery_of(_own(delivery))


@bp.get("/deliveries/<int:delivery>/quarantine")
@bp.input(PageQuery, location="query", arg_name="query")
@bp.output(Quarantine)
@allows(Permission.DELIVER)
def quarantined(delivery: int, query: PageQuery) -> dict[str, Any]:
    """Whoever delivers; the rows of one of one's own deliveries that were put aside, and what to do."""
    _own(delivery)
    values = {"delivery": delivery, "after": query.cursor or 0, "limit": _PAGE + 1}
    found = db_session().execute(sql("ingest.quarantine"), values).mappings().all()
    rows = [quarantine.shown(dict(row)) for row in found[:_PAGE]]
    return {"rows": rows, "next": found[_PAGE - 1]["id"] if len(found) > _PAGE else None}


def _own(delivery: int) -> Any:
    if delivery >= 1 << 63:
        raise NotFound
    row = db_session().execute(sql("ingest.delivery"), {"id": delivery}).mappings().first()
    if row is None:
        raise NotFound
    return row


def register(app: APIFlask) -> None:
    """Register the room's addresses, and describe the upload, which no schema class can."""
    app.register_blueprint(bp)

    @app.spec_processor
    def describe(spec: Any) -> Any:
        path = spec["paths"].get("/api/deliveries", {}).get("post")
        if path is not None:
            path["requestBody"] = _FILE
        return spec
