"""/weekly, the commander's desk; the briefing as a file and as a print; /api/weekly behind them."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, render_template, request
from flask_login import current_user
from sqlalchemy import RowMapping

from app.db.session import db_session
from app.errors import InvalidFilter
from app.i18n import LANGUAGES, locale_code
from app.policy import Permission, allows
from app.weekly import service, weeks
from app.weekly.schemas import Briefing, Briefings, WeeklyQuery

bp = APIBlueprint("weekly", __name__, tag="Weekly")

#: The file holds folium's inline scripts: it may run those and load nothing, in a box of its own.
FILE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; frame-ancestors 'none'"
)


def _briefing(query: WeeklyQuery) -> RowMapping:
    session = db_session()
    week = service.week_of(query.week)
    top = service.top_for_reader(session, query.jurisdiction, current_user.jurisdictions)
    return service.kept_or_made(session, top, week, current_user.id, query.number)


@bp.get("/weekly")
@bp.doc(hide=True)
@bp.input(WeeklyQuery, location="query", arg_name="query")
@allows(Permission.SEE_BRIEFINGS)
def show(query: WeeklyQuery) -> str:
    """Whoever sees briefings; the page of one, whole as it comes from the server."""
    try:
        row = _briefing(query)
    except service.NoAreaChosen:
        # A reader of the whole country has first to choose: the page says so and offers the areas.
        return render_template("weekly/choose.html")
    session = db_session()
    return render_template(
        "weekly/weekly.html",
        taken=service.taken_by(session, row["id"]),
        kept=service.listed(session, service.top_for_reader(session, row["figures"]["area"]["code"], ())),
        **service.values(row, locale_code()),
    )


@bp.get("/weekly/<week>.<form>")
@bp.doc(hide=True)
@allows(Permission.SEE_BRIEFINGS)
def take(week: str, form: str) -> Response:
    """Whoever sees briefings; one as a single file or as a print, marked with who takes it."""
    if form not in ("html", "pdf"):
        raise InvalidFilter("A briefing comes as .html or .pdf, not as %(value)s.", value=form[:20])
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else locale_code()
    code = request.args.get("jurisdiction")
    number = request.args.get("number", "")
    if number and not (number.isascii() and number.isdigit() and 0 < int(number) < 1 << 31):
        raise InvalidFilter("%(name)s must be a whole number.", name="number")
    asked_number = int(number) if number else None
    row = _briefing(WeeklyQuery(jurisdiction=code[:100] if code else None, week=week[:20], number=asked_number))
    officer = current_user.display_name or current_user.name
    body = service.take(db_session(), row, form, language, current_user.id, officer)
    response = Response(body, mimetype="text/html" if form == "html" else "application/pdf")
    name = f"weekly-{row['figures']['area']['code']}-{row['figures']['week']}-{row['number']}-{language}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    if form == "html":
        response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@bp.get("/api/weekly")
@bp.input(WeeklyQuery, location="query", arg_name="query")
@bp.output(Briefings)
@allows(Permission.SEE_BRIEFINGS)
def kept(query: WeeklyQuery) -> dict[str, Any]:
    """Whoever sees briefings; those of a jurisdiction that were kept, newest first."""
    session = db_session()
    top = service.top_for_reader(session, query.jurisdiction, current_user.jurisdictions)
    return {"briefings": service.listed(session, top)}


@bp.get("/api/weekly/briefing")
@bp.input(WeeklyQuery, location="query", arg_name="query")
@bp.output(Briefing)
@allows(Permission.SEE_BRIEFINGS)
def briefing(query: WeeklyQuery) -> dict[str, Any]:
    """Whoever sees briefings; one with all its figures, made where there is none yet."""
    return _answer(_briefing(query))


@bp.post("/api/weekly/briefing")
@bp.input(WeeklyQuery, location="json", arg_name="query")
@bp.output(Briefing, status_code=201)
@allows(Permission.SEE_BRIEFINGS)
def make(query: WeeklyQuery) -> dict[str, Any]:
    """Whoever sees briefings; one made anew from what is known now, under the next number."""
    session = db_session()
    week = service.week_of(query.week)
    top = service.top_for_reader(session, query.jurisdiction, current_user.jurisdictions)
    service.make(session, top, week, current_user.id)
    session.commit()
    return _answer(service.kept_or_made(session, top, week, current_user.id))


def _answer(row: RowMapping) -> dict[str, Any]:
    return {
        "week": weeks.name_of(row["week"]),
        "number": row["number"],
        "sha256": row["sha256"],
        "figures": row["figures"],
        "taken": service.taken_by(db_session(), row["id"]),
    }


def register(app: APIFlask) -> None:
    """Register the room's addresses."""
    app.register_blueprint(bp)
