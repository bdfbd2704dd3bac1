"""The control desk's page and addresses."""

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import render_template, request

from app.control import alerts, service
from app.control.points import MOST_BYTES
from app.control.schemas import Alerts, Feeds, Incoming, IncomingQuery, LayerPoints, Layers, Loaded
from app.db.session import db_session
from app.errors import BadRequest
from app.policy import Permission, allows, may
from app.records.filters import Filter, FilterQuery
from app.records.service import data_to, iso
from spatial import shifts

bp = APIBlueprint("control", __name__, tag="Control")
_FILE = {
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file", "name"],
                "properties": {"file": {"type": "string", "format": "binary"}, "name": {"type": "string"}},
            }
        }
    },
    "required": True,
}


@bp.get("/control")
@bp.doc(hide=True)
@allows(Permission.SEE_RECORDS)
def show() -> str:
    """Whoever sees records; the control desk, which draws itself from its address."""
    return render_template("control/control.html")


@bp.get("/api/control/records")
@bp.input(IncomingQuery, location="query", arg_name="query")
@bp.output(Incoming)
@allows(Permission.SEE_RECORDS)
def incoming(query: IncomingQuery) -> dict[str, Any]:
    """Whoever sees records; the newest that came in after an id: no stay, no person, no protected place."""
    session = db_session()
    wanted = Filter.parse(query, session)
    return service.incoming(session, wanted, query.after, query.limit, may(Permission.SEE_PROTECTED))


@bp.get("/api/control/feeds")
@bp.output(Feeds)
@allows(Permission.SEE_MAP)
def feeds() -> dict[str, Any]:
    """Whoever sees the map; how fresh each source is, and which are stale."""
    session = db_session()
    return {"feeds": service.feeds(session), "data_to": iso(data_to(session))}


@bp.get("/api/control/alerts")
@bp.input(FilterQuery, location="query", arg_name="query")
@bp.output(Alerts)
@allows(Permission.SEE_MAP)
def current_alerts(query: FilterQuery) -> dict[str, Any]:
    """Whoever sees the map; stations and cells whose last day exceeds the usual, with the rule's false alarms."""
    session = db_session()
    reached = data_to(session)
    now = datetime.now(shifts.ZONE)
    # Where the data end earlier than now, their last day is tested: of the hours after it nothing is known.
    at = min(now, reached) if reached else now
    found = alerts.current(session, Filter.parse(query, session), shifts.shift_of(at))
    return found | {"data_to": iso(reached)}


@bp.get("/api/control/layers")
@bp.output(Layers)
@allows(Permission.SEE_MAP)
def layers() -> dict[str, Any]:
    """Whoever sees the map; the layers of points of the units in the reader's scope."""
    return {"layers": service.layers(db_session())}


@bp.post("/api/control/layers")
@bp.output(Loaded, status_code=201)
@bp.doc(
    description="Multipart: `name`, and `file`: CSV with lat and lon or GeoJSON, at most 8 MB and 20,000 points.",
    responses={400: "The file cannot be read."},
)
@allows(Permission.LOAD_LAYERS)
def add_layer() -> dict[str, Any]:
    """Whoever loads layers; cameras, posts or other points from a file: all of it or nothing."""
    file = request.files.get("file")
    if file is None:
        raise BadRequest("Send the file in the multipart field named file.")
    data = file.stream.read(MOST_BYTES + 1)
    return service.add_layer(db_session(), request.form.get("name", ""), data, file.filename or "")


@bp.get("/api/control/layers/<int:layer>/points")
@bp.output(LayerPoints)
@allows(Permission.SEE_MAP)
def layer_points(layer: int) -> dict[str, Any]:
    """Whoever sees the map; a layer's points as GeoJSON."""
    return service.layer_points(db_session(), layer)


@bp.delete("/api/control/layers/<int:layer>")
@bp.output(Loaded)
@allows(Permission.LOAD_LAYERS)
def delete_layer(layer: int) -> dict[str, int]:
    """Who loaded a layer; deletes it.  `restore` takes that back within a day."""
    service.set_layer_deleted(db_session(), layer, True)
    return {"id": layer}


@bp.post("/api/control/layers/<int:layer>/restore")
@bp.output(Loaded)
@allows(Permission.LOAD_LAYERS)
def restore_layer(layer: int) -> dict[str, int]:
    """Who loaded a layer; takes its deletion back."""
    service.set_layer_deleted(db_session(), layer, False)
    return {"id": layer}


def register(app: APIFlask) -> None:
    """Register the room's addresses, and describe the upload, which no schema class can."""
    app.register_blueprint(bp)
    before = app.spec_callback

    @app.spec_processor
    def describe(spec: Any) -> Any:
        if before is not None:
            spec = before(spec)
        spec["paths"]["/api/control/layers"]["post"]["requestBody"] = _FILE
        return spec
