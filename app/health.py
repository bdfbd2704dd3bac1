"""Whether the process lives, is ready, and how it fares: /healthz, /readyz, /metrics."""

import time

from apiflask import APIBlueprint, APIFlask
from flask import Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy import text

from app.db.migrate import head_revision
from app.db.session import database
from app.errors import problem
from app.policy import public

bp = APIBlueprint("health", __name__, enable_openapi=False)

registry = CollectorRegistry()
REQUESTS = Counter("naqsha_requests_total", "Requests answered", ["endpoint", "status"], registry=registry)
SECONDS = Histogram(
    "naqsha_request_seconds",
    "Seconds a request took",
    ["endpoint"],
    registry=registry,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


@bp.get("/healthz")
@public
def live() -> dict[str, str]:
    """Anyone; whether the process answers."""
    return {"status": "live"}


@bp.get("/readyz")
@public
def ready() -> Response | dict[str, str]:
    """Anyone; whether the database answers and its migrations are the code's."""
    with database().engine("app").connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != head_revision():
        return problem(503, "The database is at another migration", f"It is at {found}; run `flask db upgrade`.")
    return {"status": "ready", "migration": str(found)}


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Anyone on the machine; counts and times in Prometheus' text form."""
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def register(app: APIFlask) -> None:
    """Register the addresses, and count every request by endpoint (never by path: a path can hold an id)."""
    app.register_blueprint(bp)

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(endpoint, response.status_code).inc()
        if "started" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
        return response
