"""/api/renewals: where an officer renews a place, for patrols and forecasts alike."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user

from app.db.session import db_session
from app.forecasts.planning import week_of_date
from app.policy import Permission, allows
from app.renewals import service
from app.renewals.schemas import RenewalBody, Renewed
from spatial import shifts

bp = APIBlueprint("renewals", __name__, url_prefix="/api/renewals", tag="Renewals")


@bp.post("")
@bp.input(RenewalBody, arg_name="asked")
@bp.output(Renewed, status_code=201)
@bp.doc(responses={422: "no reason, no cell of a list, or one outside the reader's own area"})
@allows(Permission.PLAN_PATROLS)
def renew(asked: RenewalBody) -> dict[str, Any]:
    """Whoever plans patrols, by name and with a reason; cells of his own area may be listed for four weeks more."""
    session = db_session()
    week = week_of_date(asked.week)
    renewed = service.renew(session, asked.cells, week, asked.reason, current_user.id, current_user.name)
    session.commit()
    return {"renewed": renewed, "week_start": shifts.week_start(week).date().isoformat()}


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
