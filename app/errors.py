"""What can go wrong for a caller, and the one table that gives each its HTTP status.

Rooms raise meaning; this module owns HTTP.  /api answers application/problem+json (RFC 9457), pages a designed page.
"""

import logging
from typing import Any

from apiflask import APIFlask
from flask import Response, g, json, render_template, request
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException

from forecasting.errors import ForecastingError
from spatial.errors import SpatialError

log = logging.getLogger(__name__)


class NaqshaError(Exception):
    """Something went wrong."""

    def __init__(self, message: str | None = None, **params: Any) -> None:
        self.params = params
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class BadRequest(NaqshaError):
    """The request cannot be read."""


class InvalidFilter(BadRequest):
    """A filter has a value that it cannot have."""


class NotSignedIn(NaqshaError):
    """Sign in first."""


class Forbidden(NaqshaError):
    """Your role does not include this."""


class NotFound(NaqshaError):
    """There is nothing here that you may see."""


class Conflict(NaqshaError):
    """This clashes with what is already there."""


class TooManyAttempts(NaqshaError):
    """Too many attempts. Wait a quarter of an hour, or ask your administrator to release the account."""


class Unavailable(NaqshaError):
    """The database cannot answer at the moment. Nothing was lost; try again shortly."""


STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    InvalidFilter: 422,
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooManyAttempts: 429,
    Unavailable: 503,
    SpatialError: 422,
    ForecastingError: 422,
}


def status_of(error: Exception) -> int:
    """Give the HTTP status of an error: that of its nearest class in the table, else 500."""
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return 500


def wants_problem() -> bool:
    """Say whether the answer should be problem+json: everything but pages for a person."""
    return request.path.startswith(("/api/", "/tiles/", "/i18n/")) or request.path in {
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/live",
    }


def problem(status: int, title: str, detail: str | None = None, **members: Any) -> Response:
    """Give an RFC 9457 answer."""
    body = {"type": "about:blank", "title": title, "status": status, **members}
    if detail and detail != title:
        body["detail"] = detail
    response = Response(json.dumps(body), status=status, mimetype="application/problem+json")
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        response.headers["Retry-After"] = "900" if status == 429 else "5"
    return response


def answer(status: int, title: str, detail: str | None = None, **members: Any) -> Response:
    """Give the answer to an error in the form that its caller reads."""
    if wants_problem():
        return problem(status, title, detail, **members)
    response = Response(
        render_template("errors/error.html", status=status, title=title, detail=detail),
        status=status,
        mimetype="text/html",
    )
    if status in (429, 503):
        response.headers["Retry-After"] = "900" if status == 429 else "5"
    return response


def register(app: APIFlask) -> None:
    """Register the handlers of every error on the application."""

    def known(error: Exception) -> Response:
        status = status_of(error)
        log.info("%s %s: %s", status, request.path, type(error).__name__)
        detail = gettext(str(error)) % getattr(error, "params", {}) if str(error) else None
        if status == 401 and not wants_problem() and request.method == "GET":
            from flask import redirect, url_for

            return redirect(url_for("access.sign_in", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        return answer(status, gettext(TITLES.get(status, "Error")), detail)

    for cls in STATUS:
        app.register_error_handler(cls, known)

    # First, since it registers a handler of its own for HTTPException, which the next one replaces.
    @app.error_processor
    def validation(error: Any) -> Response:
        return problem(
            error.status_code,
            gettext(TITLES.get(error.status_code, error.message)),
            errors=error.detail or None,
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        return answer(status, gettext(TITLES.get(status, error.name)), gettext(error.description or ""))

    @app.errorhandler(OperationalError)
    @app.errorhandler(NoConnectionFree)
    def no_database(error: OperationalError | NoConnectionFree) -> Response:
        log.warning("database: %s", type(getattr(error, "orig", error)).__name__)
        g.pop("session", None)
        return answer(503, gettext(TITLES[503]), gettext(Unavailable.__doc__ or ""))

    @app.errorhandler(DBAPIError)
    def refused(error: DBAPIError) -> Response:
        # A statement that was ended for its time is the caller's to narrow; anything else is our fault.
        if getattr(error.orig, "pgcode", None) == "57014":
            return answer(
                503,
                gettext(TITLES[503]),
                gettext("This took too long. Choose a shorter window or a smaller area."),
            )
        if (getattr(error.orig, "pgcode", None) or "").startswith("22"):  # a number out of range, a NUL in a text ...
            return answer(422, gettext(TITLES[422]), gettext("A value in the request is out of its range."))
        log.exception("database refused a statement")
        return answer(500, gettext(TITLES[500]))

    @app.errorhandler(Exception)
    def unknown(error: Exception) -> Response:
        log.exception("unhandled %s", type(error).__name__)
        return answer(500, gettext(TITLES[500]))


#: What each status is called; /openapi.json uses the same words.
TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Your role does not include this",
    404: "Nothing here",
    405: "This address does not take that method",
    409: "This clashes with what is already there",
    413: "The file is too large",
    415: "This kind of file is not read here",
    422: "A value cannot be used",
    429: "Too many attempts",
    500: "Naqsha made an error",
    503: "Not available at the moment",
}
