"""The pages of the map and of one record.  Their numbers come from /api and /tiles; nothing is read here."""

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.policy import Permission, allows

blueprint = Blueprint("map", __name__)


@blueprint.get("/")
@allows(Permission.SEE_OWN_ACCOUNT)
def home() -> Response:
    """Open to whoever is signed in: goes on to the map."""
    return redirect(url_for("map.show"))


@blueprint.get("/map")
@allows(Permission.SEE_MAP)
def show() -> str:
    """Open to readers of the map: gives the map's page, which draws itself from its address."""
    return render_template("map/map.html")


@blueprint.get("/records/<record_id>")
@allows(Permission.SEE_RECORDS)
def record(record_id: str) -> str:
    """Open to readers of records: gives the frame of a record's page, which asks the API and so leaves its audit line."""
    return render_template("records/record.html", record_id=record_id)


def register(app: Flask) -> None:
    """Register the room's pages."""
    app.register_blueprint(blueprint)
