"""The addresses of saved views."""

from typing import Any

from apiflask import APIBlueprint, APIFlask

from app.db.session import db_session
from app.policy import Permission, allows
from app.views import service
from app.views.schemas import Kept, NewView, Views, ViewsQuery

bp = APIBlueprint("views", __name__, url_prefix="/api/views", tag="Saved views")


@bp.get("")
@bp.input(ViewsQuery, location="query", arg_name="query")
@bp.output(Views)
@allows(Permission.SEE_MAP)
def listed(query: ViewsQuery) -> dict[str, Any]:
    """Whoever sees the map; one's own views and those that the unit shares."""
    return {"views": service.listed(db_session(), query.desk or None)}


@bp.post("")
@bp.input(NewView, location="json", arg_name="body")
@bp.output(Kept, status_code=201)
@allows(Permission.SEE_MAP)
def add(body: NewView) -> dict[str, int]:
    """Whoever sees the map; keeps the address of a desk under a name.  No name of a person, CNIC or phone is kept."""
    return {"id": service.add(db_session(), body.desk, body.name, body.query, body.team)}


@bp.delete("/<int:view_id>")
@bp.output(Kept)
@allows(Permission.SEE_MAP)
def delete(view_id: int) -> dict[str, int]:
    """Who made a view; deletes it.  `restore` takes that back within a day."""
    service.set_deleted(db_session(), view_id, True)
    return {"id": view_id}


@bp.post("/<int:view_id>/restore")
@bp.output(Kept)
@allows(Permission.SEE_MAP)
def restore(view_id: int) -> dict[str, int]:
    """Who made a view; takes its deletion back."""
    service.set_deleted(db_session(), view_id, False)
    return {"id": view_id}


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
