"""GET /live: a stream of server-sent events that says when to ask again."""

import re

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, request

from app.access import identity
from app.access.service import hash_of
from app.db.named import sql
from app.db.session import database, db_session
from app.errors import Unavailable
from app.live.hub import Hub, TooManyStreams, frames
from app.policy import Permission, allows

bp = APIBlueprint("live", __name__, tag="Live", enable_openapi=False)  # a stream has no end to describe


def hub() -> Hub:
    """Give this process's hub; it listens from its first stream on."""
    found: Hub | None = current_app.extensions.get("naqsha.live")
    if found is None:
        most = current_app.extensions["naqsha.settings"].live_streams
        found = current_app.extensions.setdefault("naqsha.live", Hub(database().engine("app"), most))
    return found


@bp.get("/live")
@allows(Permission.SEE_MAP)
def live() -> Response:
    """Whoever sees the map; events with kinds, cells of resolution 7 and a version, of the reader's own scope.

    503 where this process has as many streams as it takes: ask every 30 seconds instead.
    """
    session = db_session()
    scope = frozenset(session.execute(sql("live.stations")).scalars())
    version = int(session.execute(sql("live.version")).scalar_one())
    token = identity.presented(request)
    session.close()  # the stream holds no connection
    last = request.headers.get("Last-Event-ID", "")
    ours = hub()
    seen = int(last) if re.fullmatch(r"\d{1,18}", last) else None
    try:
        screen = ours.join(hash_of(token or ""), scope, seen, version)
    except TooManyStreams:
        raise Unavailable(
            "Too many screens are live on this machine. This one asks every 30 seconds instead."
        ) from None
    response = Response(frames(ours, screen), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy must not hold events back
    response.call_on_close(lambda: ours.leave(screen))  # also where not one byte was read
    return response


def register(app: APIFlask) -> None:
    """Register the stream."""
    app.register_blueprint(bp)
