"""/api/hotspots."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user

from app.db.session import db_session
from app.hotspots import service
from app.hotspots.schemas import HotspotJob, HotspotQuery, HotspotRequest, Hotspots, Published
from app.policy import Permission, allows

bp = APIBlueprint("hotspots", __name__, url_prefix="/api/hotspots", tag="Hotspots")


@bp.get("/latest")
@bp.input(HotspotQuery, location="query", arg_name="query")
@bp.output(Hotspots)
@allows(Permission.SEE_MAP)
def latest(query: HotspotQuery) -> dict[str, Any]:
    """Whoever sees the map; the newest tested hotspots of his area."""
    return service.latest(db_session(), query.jurisdiction, query.kinds, query.heads)


@bp.post("")
@bp.input(HotspotRequest, arg_name="asked")
@bp.output(HotspotJob, status_code=202)
@allows(Permission.RUN_FORECASTS)
def ask(asked: HotspotRequest) -> dict[str, Any]:
    """Whoever runs forecasts; queues a test and answers with its job."""
    session = db_session()
    job = service.ask(
        session,
        current_user.id,
        asked.jurisdiction,
        asked.heads,
        asked.kinds,
        asked.mixed,
        asked.weeks,
        asked.resolution,
    )
    session.commit()
    return {"job": job}


@bp.post("/<int:run_id>/publish")
@bp.output(Published)
@bp.doc(responses={409: "it is no draft"})
@allows(Permission.PUBLISH_FORECASTS)
def publish(run_id: int) -> dict[str, Any]:
    """Whoever publishes forecasts; publishes a draft in his own name, for a jurisdiction of his own."""
    session = db_session()
    service.publish(session, run_id, current_user.id, current_user.name)
    session.commit()
    return {"run": run_id, "state": "published"}


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
