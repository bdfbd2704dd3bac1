"""/beats, the patrol planner's desk, and /api/beats behind it."""

import json
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, render_template, request
from flask_login import current_user

from app.audit.service import note
from app.beats import cards, outcome, planning, proposing, service
from app.beats.areas import Area, area_of
from app.beats.schemas import (
    AreaQuery,
    Heat,
    HeatQuery,
    Outcome,
    Outlines,
    Plan,
    PlanBody,
    Plans,
    PlansQuery,
    Proposal,
    ProposalBody,
    Stand,
    UnderWay,
    Visit,
    VisitBody,
    Weeks,
    Withdrawn,
)
from app.db.session import db_session
from app.forecasts.planning import week_of_date
from app.i18n import LANGUAGES, locale_code
from app.policy import Permission, allows, may
from app.records.filters import Filter

bp = APIBlueprint("beats", __name__, tag="Beats")


def _area(code: str | None) -> Area:
    return area_of(db_session(), code, current_user.jurisdictions)


@bp.get("/beats")
@bp.doc(hide=True)
@allows(Permission.PLAN_PATROLS)
def show() -> str:
    """Whoever plans patrols; the desk, which draws itself from its address."""
    return render_template("beats/beats.html")


@bp.get("/beats/plans/<int:number>")
@bp.doc(hide=True)
@allows(Permission.SEE_MAP)
def show_plan(number: int) -> str:
    """Whoever sees the map; one plan for a phone: its places in order, visits to start and end, and what came of it."""
    planning.plan_row(db_session(), number)
    return render_template("beats/plan.html", number=number)


@bp.get("/beats/plans/<int:number>/cards.pdf")
@bp.doc(hide=True)
@allows(Permission.PLAN_PATROLS)
def print_cards(number: int) -> Response:
    """Whoever plans patrols; one beat card a patrol in one PDF, in the language of `lang`.  It is written down."""
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else locale_code()
    session = db_session()
    document = cards.document(session, number, language)
    note(session, "plan_printed", "patrol_plan", number, detail={"language": language})
    session.commit()  # nobody keeps a connection while the printer works
    response = Response(cards.printed(document, language), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="beat-cards-{number}-{language}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/api/beats")
@bp.input(HeatQuery, location="query", arg_name="query")
@bp.output(Heat)
@allows(Permission.SEE_MAP)
def heat(query: HeatQuery) -> dict[str, Any]:
    """Whoever sees the map; the beats of an area with this window, the usual, the change and the forecast."""
    session = db_session()
    area = _area(query.jurisdiction)
    # The area is the filter here: what its stations recorded.
    wanted = Filter.parse(query.model_copy(update={"jurisdiction": None}), session)
    return service.heat(session, area, wanted, may(Permission.SEE_PROTECTED))


@bp.get("/api/beats/areas")
@bp.input(AreaQuery, location="query", arg_name="query")
@bp.output(Outlines)
@allows(Permission.SEE_MAP)
def outlines(query: AreaQuery) -> dict[str, Any]:
    """Whoever sees the map; the outlines of an area's beats as GeoJSON."""
    area = _area(query.jurisdiction)
    shapes = service.outlines(db_session(), area)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": index,
                "properties": {"code": unit.code, "name": unit.name, "name_ur": unit.name_ur},
                "geometry": json.loads(shape),
            }
            for index, (unit, shape) in enumerate(zip(area.units, shapes, strict=True))
            if shape
        ],
    }


@bp.post("/api/beats/proposals")
@bp.input(ProposalBody, location="json", arg_name="body")
@bp.output(Proposal)
@allows(Permission.PLAN_PATROLS)
def propose(body: ProposalBody) -> dict[str, Any]:
    """Whoever plans patrols; the places that cover most within the budget, in tours."""
    return proposing.propose(db_session(), _area(body.jurisdiction), body)


@bp.post("/api/beats/tours")
@bp.input(PlanBody, location="json", arg_name="body")
@bp.output(Proposal)
@allows(Permission.PLAN_PATROLS)
def tours(body: PlanBody) -> dict[str, Any]:
    """Whoever plans patrols; the tours and the covered mass of places as they were moved, added and left out."""
    return proposing.measure(db_session(), _area(body.jurisdiction), body)


@bp.get("/api/beats/plans")
@bp.input(PlansQuery, location="query", arg_name="query")
@bp.output(Plans)
@allows(Permission.SEE_MAP)
def plans(query: PlansQuery) -> dict[str, Any]:
    """Whoever sees the map; the plans of an area, newest week first."""
    week = None if query.week is None else week_of_date(query.week)
    return {"plans": planning.listed(db_session(), _area(query.jurisdiction), week)}


@bp.post("/api/beats/plans")
@bp.input(PlanBody, location="json", arg_name="body")
@bp.output(Plan, status_code=201)
@allows(Permission.PLAN_PATROLS)
def keep(body: PlanBody) -> dict[str, Any]:
    """Whoever plans patrols; a plan is kept, with what was accepted, moved, added and refused."""
    session = db_session()
    number = planning.keep(session, _area(body.jurisdiction), body, current_user.id)
    session.commit()
    return planning.document(session, number)


@bp.get("/api/beats/plans/<int:number>")
@bp.output(Plan)
@allows(Permission.SEE_MAP)
def plan(number: int) -> dict[str, Any]:
    """Whoever sees the map; one plan with its places and visits."""
    return planning.document(db_session(), number)


@bp.post("/api/beats/plans/<int:number>/withdraw")
@bp.output(Withdrawn)
@allows(Permission.PLAN_PATROLS)
def withdraw(number: int) -> dict[str, Any]:
    """Whoever plans patrols; a plan is withdrawn: it is kept, and counts no more."""
    session = db_session()
    planning.withdraw(session, number)
    session.commit()
    return {"id": number, "withdrawn": True}


@bp.get("/api/beats/plans/<int:number>/outcome")
@bp.output(Outcome)
@allows(Permission.SEE_MAP)
def plan_outcome(number: int) -> dict[str, Any]:
    """Whoever sees the map; what was planned, visited and happened, side by side."""
    session = db_session()
    row = planning.plan_row(session, number)
    return outcome.of_plan(session, _area(row["jurisdiction"]), number)


@bp.get("/api/beats/weeks")
@bp.input(AreaQuery, location="query", arg_name="query")
@bp.output(Weeks)
@allows(Permission.SEE_MAP)
def weeks(query: AreaQuery) -> dict[str, Any]:
    """Whoever sees the map; what was planned, visited and happened in each of the last weeks that had plans."""
    return {"weeks": outcome.by_week(db_session(), _area(query.jurisdiction))}


@bp.post("/api/beats/places/<int:place>/visits")
@bp.input(VisitBody, location="json", arg_name="body")
@bp.output(Visit, status_code=201)
@allows(Permission.LOG_VISITS)
def start_visit(place: int, body: VisitBody) -> dict[str, Any]:
    """Whoever patrols; a visit starts now, or is kept with typed minutes."""
    session = db_session()
    found = outcome.start_visit(
        session, place, current_user.id, lat=body.lat, lon=body.lon, accuracy_m=body.accuracy_m, minutes=body.minutes
    )
    session.commit()
    return found


@bp.get("/api/beats/visit")
@bp.output(UnderWay)
@allows(Permission.LOG_VISITS)
def under_way() -> dict[str, Any]:
    """Whoever patrols; the visit of one's own that is under way."""
    return {"visit": outcome.visit_under_way(db_session())}


@bp.post("/api/beats/visits/<int:visit>/end")
@bp.input(Stand, location="json", arg_name="body")
@bp.output(Visit)
@allows(Permission.LOG_VISITS)
def end_visit(visit: int, body: Stand) -> dict[str, Any]:
    """Whoever patrols; one's own visit ends now."""
    session = db_session()
    found = outcome.end_visit(session, visit, lat=body.lat, lon=body.lon, accuracy_m=body.accuracy_m)
    session.commit()
    return found


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
