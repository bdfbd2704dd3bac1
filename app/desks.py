"""The desks: one row a page that somebody keeps open all day, read by the navigation and by sign-in.

What does not belong here: who may open a page.  That stands on its view (`@allows`) and is only read here, so that an
entry appears exactly where the page would open.
"""

from typing import NamedTuple

from flask import Flask, current_app, request
from flask_login import current_user

from app.policy import may


class Desk(NamedTuple):
    """A desk: its key (the navigation's word for it), its address and the icon of the sprite."""

    key: str
    path: str
    icon: str


DESKS = (
    Desk("map", "/map", "map"),
    Desk("beats", "/beats", "route"),
    Desk("control", "/control", "screen"),
    Desk("pins", "/pins", "pin"),
    Desk("weekly", "/weekly", "calendar"),
    Desk("forecasts", "/forecasts", "trend"),
    Desk("audit", "/audit", "lock"),
)
#: Where each role's work begins; the map for everybody else.
HOME = {"station": "pins", "planner": "beats", "control": "control", "commander": "weekly", "auditor": "audit"}


def _permissions() -> dict[str, object]:
    """Give the permission of each desk whose address exists, by its key; read once, after every room is registered."""
    kept: dict[str, object] | None = current_app.extensions.get("naqsha.desks")
    if kept is None:
        keys = {desk.path: desk.key for desk in DESKS}
        kept = {
            keys[str(rule)]: getattr(current_app.view_functions[rule.endpoint], "naqsha_permission", None)
            for rule in current_app.url_map.iter_rules()
            if str(rule) in keys and "GET" in (rule.methods or ())
        }
        current_app.extensions["naqsha.desks"] = kept
    return kept


def open_desks() -> list[Desk]:
    """Give the desks that exist and that whoever is signed in may open, in the order of the navigation."""
    permissions = _permissions()
    return [desk for desk in DESKS if (needed := permissions.get(desk.key)) and may(needed)]  # type: ignore[arg-type]


def home() -> str:
    """Give the address at which the work of whoever is signed in begins; the map where their own desk is not open."""
    paths = {desk.key: desk.path for desk in open_desks()}
    return paths.get(HOME.get(current_user.role, "map"), "/map")


def current_desk() -> str:
    """Give the key of the desk that this page is, or is part of; nothing for other pages."""
    return next((d.key for d in DESKS if request.path == d.path or request.path.startswith(d.path + "/")), "")


def register(app: Flask) -> None:
    """Give templates the navigation."""
    app.jinja_env.globals.update(open_desks=open_desks, current_desk=current_desk, home_desk=home)
