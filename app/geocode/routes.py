"""Places asked for: /api/geocode, /api/geocode/redo, /api/places/nearest, /api/local-names."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user

from app.db import queue
from app.db.models import RedoRun
from app.db.session import db_session
from app.errors import NotFound
from app.geocode import asking, local_names, redo
from app.geocode.nearest import nearest
from app.geocode.schemas import (
    Geocoded,
    GeocodeQuery,
    LocalNames,
    LocalNameShown,
    LocalNamesQuery,
    Nearest,
    NearestQuery,
    RedoAsked,
    RedoQueued,
    RedoShown,
    Withdrawal,
)
from app.i18n import locale_code
from app.policy import Permission, allows, may

bp = APIBlueprint("geocode", __name__, url_prefix="/api", tag="Places")


@bp.get("/geocode")
@bp.input(GeocodeQuery, location="query", arg_name="query")
@bp.output(Geocoded)
@allows(Permission.SEE_MAP)
def geocode(query: GeocodeQuery) -> dict[str, Any]:
    """Whoever sees the map; where a place text lies, how sure that is and why, with the candidates."""
    return asking.answer(db_session(), query, locale_code(), may(Permission.SEE_PROTECTED))


@bp.post("/geocode/redo")
@bp.input(RedoAsked, location="json", arg_name="body")
@bp.output(RedoQueued, status_code=202)
@bp.doc(responses={409: "the same was not tried first"})
@allows(Permission.REDO)
def ask_redo(body: RedoAsked) -> dict[str, int]:
    """Whoever places anew; queues a run over the reader's own stations: a dry run first, then the change."""
    session = db_session()
    asked = redo.Asked(body.jurisdiction, tuple(body.methods))
    if not body.dry_run:
        redo.check_applied_after(session, asked, body.after)
    run = redo.ask(session, asked, dry_run=body.dry_run, account_id=current_user.id)
    job = queue.defer(session, redo.TASK, lock="geocode.redo", run_id=run)
    session.commit()
    return {"run": run, "job": job}


@bp.get("/geocode/redo/<int:run_id>")
@bp.output(RedoShown)
@allows(Permission.REDO)
def one_redo(run_id: int) -> dict[str, Any]:
    """Whoever asked for it; what a run changed, or would change."""
    row = db_session().get(RedoRun, run_id)
    if row is None:
        raise NotFound
    return redo.as_shown(row)


@bp.get("/places/nearest")
@bp.input(NearestQuery, location="query", arg_name="query")
@bp.output(Nearest)
@allows(Permission.SEE_MAP)
def places_nearest(query: NearestQuery) -> dict[str, Any]:
    """Whoever sees the map; the named places nearest to a point, with the station, beat and district that hold it."""
    return nearest(db_session(), query.lat, query.lon, query.limit, may(Permission.SEE_PROTECTED))


@bp.get("/local-names")
@bp.input(LocalNamesQuery, location="query", arg_name="query")
@bp.output(LocalNames)
@allows(Permission.SEE_RECORDS)
def list_local_names(query: LocalNamesQuery) -> dict[str, Any]:
    """Whoever sees records; the names that officers' pins taught, of the reader's own stations."""
    found, following = local_names.listed(
        db_session(), station=query.station or None, withdrawn=query.withdrawn,
        sees_protected=may(Permission.SEE_PROTECTED), before=query.cursor,
    )  # fmt: skip
    return {"local_names": found, "next": following}


@bp.get("/local-names/<int:name_id>")
@bp.output(LocalNameShown)
@allows(Permission.SEE_RECORDS)
def one_local_name(name_id: int) -> dict[str, Any]:
    """Whoever sees records; one local name with the records whose pins it rests on."""
    return local_names.one(db_session(), name_id, may(Permission.SEE_PROTECTED))


@bp.post("/local-names/<int:name_id>/withdraw")
@bp.input(Withdrawal, location="json", arg_name="body")
@bp.output(LocalNameShown)
@allows(Permission.PIN)
def withdraw_local_name(name_id: int, body: Withdrawal) -> dict[str, Any]:
    """Officers who pin; the name is used no more, and who withdrew it and why is kept."""
    session = db_session()
    local_names.withdraw(session, name_id, body.reason, current_user.id)
    session.commit()
    return local_names.one(session, name_id, may(Permission.SEE_PROTECTED))


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
