"""Who makes this request: a cookie's session or a Bearer token, asked of the database once, when first needed.

It also checks the CSRF token of unsafe requests that a browser signs by its cookie, /api included: a JSON body is no
protection, since it is read whatever its content type says.
"""

from typing import Any

from flask import Flask, Request, Response, current_app, g, request
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from app.access.service import COOKIE, TOKEN_PREFIX
from app.db.named import sql
from app.db.session import ScopeRefused, db_session
from app.errors import BadRequest, NotSignedIn

_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class CsrfRefused(BadRequest):
    """The page's CSRF token is missing or old. Load the page again."""


class SignedIn(UserMixin):
    """Who is signed in; `token_kind` is `session` for a browser, whose cookie signs, and `api` for a program."""

    def __init__(self, row: Any) -> None:
        self.id: int = row.id
        self.name: str = row.name
        self.display_name: str = row.display_name
        self.role: str = row.role
        self.language: str | None = row.language
        self.jurisdictions: tuple[str, ...] = tuple(row.jurisdiction_codes)
        self.token_kind: str = "session" if row.by_session else "api"
        self.is_browser: bool = row.by_session


class Anonymous(AnonymousUserMixin):
    """Nobody: may do nothing but what is public."""

    id = None
    name = ""
    display_name = ""
    role = ""
    language = None
    jurisdictions: tuple[str, ...] = ()
    token_kind = ""
    is_browser = False


def presented(asked: Request) -> str | None:
    """Give the token that a request presents: the header's where there is one, else the cookie's.

    Neither is taken for the other: an API token in a cookie would be sent by any page that the browser opens.
    """
    header = asked.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        return token if scheme.lower() == "bearer" and token.startswith(TOKEN_PREFIX) else None
    token = asked.cookies.get(COOKIE, "")
    return token if token and not token.startswith(TOKEN_PREFIX) else None


def load(asked: Request) -> SignedIn | None:
    """Give who is signed in, and leave the scope open in the request's session; None for nobody."""
    token = presented(asked)
    if token is None or "\x00" in token or g.get("identity_failed"):
        return None
    session = db_session()
    session.info["token"] = token
    try:
        row = session.execute(sql("access.who")).one()
        if row.is_stale:
            session.execute(sql("access.mark_seen"))
            session.commit()
    except ScopeRefused:
        _refuse()
        return None
    except (OperationalError, NoConnectionFree):
        g.identity_failed = True  # the page that says so asks again who is signed in
        raise
    if row.is_demo and current_app.extensions["naqsha.settings"].env == "production":
        _refuse()
        return None
    return SignedIn(row)


def _refuse() -> None:
    session = db_session()
    session.rollback()
    session.info.pop("token", None)
    g.cookie_is_dead = COOKIE in request.cookies


def check_csrf() -> None:
    """Refuse an unsafe request that a cookie signs, or that signs in, without its CSRF token.

    Raises
    ------
    CsrfRefused
    """
    if request.method not in _UNSAFE or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "naqsha_public", False) or current_user.is_browser:
        try:
            current_app.extensions["csrf"].protect()
        except CSRFError:
            raise CsrfRefused from None


def clear_dead_cookie(response: Response) -> Response:
    """Take back a cookie whose session has ended."""
    if g.pop("cookie_is_dead", False):
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
    return response


def register(app: Flask) -> None:
    """Let `current_user` be who the database says it is, and check CSRF tokens before every request."""
    manager = LoginManager()
    manager.session_protection = None  # our own sessions, on the server
    manager.anonymous_user = Anonymous
    manager.request_loader(load)
    manager.init_app(app)
    app.before_request(check_csrf)
    app.after_request(clear_dead_cookie)

    @app.errorhandler(ScopeRefused)
    def ended(_error: ScopeRefused) -> Any:
        # The account was disabled, or signed out elsewhere, while this request ran.
        _refuse()
        g.identity_failed = True
        g.pop("_login_user", None)
        return app.handle_user_exception(NotSignedIn())
