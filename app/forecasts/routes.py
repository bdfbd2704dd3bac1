"""/api/forecasts, and /api/jobs for whoever asked for one."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask_login import current_user

from app.db import queue
from app.db.session import db_session
from app.errors import NotFound
from app.forecasts import pages, scoreboard, service
from app.forecasts.errors import check_on
from app.forecasts.planning import week_of_date
from app.forecasts.schemas import (
    Forecast,
    Job,
    JobAsked,
    Run,
    RunQuery,
    RunRequest,
    Runs,
    Scoreboard,
    ScoreQuery,
)
from app.policy import Permission, allows

bp = APIBlueprint("forecasts", __name__, url_prefix="/api/forecasts", tag="Forecasts")
#: Jobs are asked for in several rooms; they are looked at here whether or not forecasting is on.
jobs_bp = APIBlueprint("jobs", __name__, url_prefix="/api/jobs", tag="Jobs")

bp.before_request(check_on)


@bp.get("")
@bp.input(RunQuery, location="query", arg_name="query")
@bp.output(Runs)
@allows(Permission.SEE_FORECASTS)
def runs(query: RunQuery) -> dict[str, Any]:
    """Whoever sees forecasts; the runs of his area without their cells, drafts for those who make or publish them."""
    return {"runs": service.listed(db_session(), query.jurisdiction, query.head, query.shift)}


@bp.get("/latest")
@bp.input(RunQuery, location="query", arg_name="query")
@bp.output(Forecast)
@bp.doc(responses={409: "the latest forecast has expired or is paused"})
@allows(Permission.SEE_FORECASTS)
def latest(query: RunQuery) -> dict[str, Any]:
    """Whoever sees forecasts; the run to act on, with its best-ranked cells."""
    return service.latest(db_session(), query.jurisdiction, query.head, query.shift)


@bp.get("/scores")
@bp.input(ScoreQuery, location="query", arg_name="query")
@bp.output(Scoreboard)
@allows(Permission.SEE_FORECASTS)
def scores(query: ScoreQuery) -> dict[str, Any]:
    """Whoever sees forecasts; how those of his area did, beside the plain rules."""
    return scoreboard.scoreboard(db_session(), query.jurisdiction, query.head, query.shift, query.weeks)


@bp.get("/<int:run_id>")
@bp.output(Forecast)
@bp.doc(responses={409: "this forecast has expired or is paused"})
@allows(Permission.SEE_FORECASTS)
def one(run_id: int) -> dict[str, Any]:
    """Whoever sees forecasts; one run with its best-ranked cells."""
    session = db_session()
    return service.document(session, service.visible_run(session, run_id))


@bp.post("")
@bp.input(RunRequest, arg_name="asked")
@bp.output(JobAsked, status_code=202)
@allows(Permission.RUN_FORECASTS)
def ask(asked: RunRequest) -> dict[str, Any]:
    """Whoever runs forecasts; queues a run inside his own jurisdictions and answers with its job."""
    session = db_session()
    week = None if asked.week is None else week_of_date(asked.week)
    job = service.ask(session, current_user.id, asked.jurisdiction, asked.heads, asked.shift, week)
    session.commit()
    return {"job": job}


@bp.post("/<int:run_id>/publish")
@bp.output(Run)
@bp.doc(responses={409: "it is no draft, has expired or is paused"})
@allows(Permission.PUBLISH_FORECASTS)
def publish(run_id: int) -> dict[str, Any]:
    """Whoever publishes forecasts; publishes a draft in his own name."""
    session = db_session()
    published = service.publish(session, run_id, current_user.id, current_user.name)
    session.commit()
    return published


@jobs_bp.get("/<int:job_id>")
@jobs_bp.output(Job)
@allows(Permission.SEE_OWN_ACCOUNT)
def job(job_id: int) -> dict[str, Any]:
    """Whoever asked for the job; its state, progress and result."""
    return _job(job_id)


@jobs_bp.post("/<int:job_id>/cancel")
@jobs_bp.output(Job)
@allows(Permission.SEE_OWN_ACCOUNT)
def cancel(job_id: int) -> dict[str, Any]:
    """Whoever asked for the job; asks it to end, and gives it as it is now."""
    session = db_session()
    queue.ask_cancel(session, job_id)
    session.commit()
    return _job(job_id)


def _job(job_id: int) -> dict[str, Any]:
    row = queue.progress(db_session(), job_id)
    if row is None:
        raise NotFound
    return {"job": row["id"], **{name: row[name] for name in Job.model_fields if name != "job"}}


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
    # Switched off there is no page, so no desk in the navigation either.
    if app.extensions["naqsha.settings"].forecasting:
        for address, view in (("/forecasts", pages.scoreboard), ("/forecasts/<int:run_id>", pages.run)):
            hidden = bp.doc(hide=True)(view)
            app.add_url_rule(address, endpoint=f"forecasts.page_{view.__name__}", view_func=hidden)
    app.register_blueprint(jobs_bp)
