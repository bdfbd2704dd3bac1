"""Who may do what: the one file that decides.  Roles are sets of permissions; a route names the permission it needs.

Which rows a reader sees is decided by the database (row-level security); this file decides which doors open.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import current_user

from app.errors import Forbidden, NotSignedIn

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """One thing that a role may do."""

    SEE_MAP = "see_map"
    SEE_RECORDS = "see_records"
    SEE_PERSONS = "see_persons"
    SEE_PROTECTED = "see_protected"
    SEE_FORECASTS = "see_forecasts"
    RUN_FORECASTS = "run_forecasts"
    PUBLISH_FORECASTS = "publish_forecasts"
    DELIVER = "deliver"
    PIN = "pin"
    REDO = "redo"
    PLAN_PATROLS = "plan_patrols"
    LOG_VISITS = "log_visits"
    SEE_BRIEFINGS = "see_briefings"
    EXPORT = "export"
    LOAD_LAYERS = "load_layers"
    SEE_AUDIT = "see_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_OWN_ACCOUNT = "see_own_account"


_P = Permission
_EVERYONE = frozenset({_P.SEE_OWN_ACCOUNT})
_MAP = _EVERYONE | {_P.SEE_MAP, _P.SEE_FORECASTS}

ROLES: dict[str, frozenset[Permission]] = {
    # A station officer works the station's own records, persons included.
    "station": _MAP
    | {_P.SEE_RECORDS, _P.SEE_PERSONS, _P.SEE_PROTECTED, _P.DELIVER, _P.PIN, _P.REDO}
    | {_P.PLAN_PATROLS, _P.LOG_VISITS, _P.SEE_BRIEFINGS, _P.EXPORT},
    "planner": _MAP | {_P.SEE_RECORDS, _P.PLAN_PATROLS, _P.LOG_VISITS, _P.SEE_BRIEFINGS, _P.EXPORT},
    # A control room watches, and loads the points that it watches by; nothing leaves it.
    "control": _MAP | {_P.SEE_RECORDS, _P.LOAD_LAYERS},
    "commander": _MAP
    | {_P.SEE_RECORDS, _P.SEE_PROTECTED, _P.PUBLISH_FORECASTS, _P.PLAN_PATROLS, _P.SEE_BRIEFINGS, _P.EXPORT},
    "analyst": _MAP
    | {_P.SEE_RECORDS, _P.RUN_FORECASTS, _P.DELIVER, _P.SEE_BRIEFINGS, _P.EXPORT, _P.LOAD_LAYERS, _P.REDO},
    # An auditor sees who did what, never the records themselves.
    "auditor": _EVERYONE | {_P.SEE_AUDIT},
    # An administrator keeps accounts and deliveries, and has no business with persons.
    "admin": _MAP | {_P.SEE_RECORDS, _P.DELIVER, _P.RUN_FORECASTS, _P.MANAGE_ACCOUNTS, _P.SEE_AUDIT, _P.REDO},
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Give the permissions of a role; none for a role that is not known."""
    return ROLES.get(role, frozenset())


def allows(permission: Permission) -> Callable[[View], View]:
    """Mark a view as open to the roles that have a permission."""

    def mark(view: View) -> View:
        view.naqsha_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everyone, signed in or not."""
    view.naqsha_public = True  # type: ignore[attr-defined]
    return view


def may(permission: Permission) -> bool:
    """Say whether whoever is signed in has a permission."""
    return bool(current_user.is_authenticated) and permission in permissions_of(current_user.role)


def guard() -> None:
    """Refuse a request whose view is neither public nor permitted: closed by default.

    Raises
    ------
    NotSignedIn, Forbidden
    """
    if request.endpoint is None:  # no route: the 404 handler answers
        return
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "naqsha_public", False):
        return
    if not current_user.is_authenticated:
        raise NotSignedIn
    permission = getattr(view, "naqsha_permission", None)
    if permission is None or not may(permission):
        raise Forbidden


def register(app: Flask) -> None:
    """Put the guard before every request."""
    app.before_request(guard)
    app.jinja_env.globals.update(may=may, Permission=Permission)
