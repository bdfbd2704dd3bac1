"""Under which URL each role reaches the database: the private cluster's socket, or a server of one's own."""

import os
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, make_url

from app.db.cluster_place import INSTANCE, recorded

Role = Literal["owner", "app", "worker", "forecaster"]
DRIVER = "postgresql+psycopg2"
DATABASE = "naqsha"


def database_url(
    settings_url: str | None, role: Role, database: str = DATABASE, *, instance: Path | None = None
) -> str:
    """Give the SQLAlchemy URL of a role.

    Without ``settings_url`` it leads to the private cluster's ``database``. With it,
    NAQSHA_APP_DATABASE_URL, NAQSHA_WORKER_DATABASE_URL or NAQSHA_FORECASTER_DATABASE_URL stand for their role
    where set, else the owner's own URL, on which the caller sets the role (see `needs_set_role`);
    ``database`` then stands for the URL's own only where it is another than ``naqsha``.
    """
    if settings_url:
        url = make_url(_external_login(settings_url, role)).set(drivername=DRIVER)
        return (url if database == DATABASE else url.set(database=database)).render_as_string(hide_password=False)
    folder = instance or INSTANCE
    place = recorded(folder)
    socket = place.socket if place else folder / "pg" / "socket"
    return URL.create(
        DRIVER, username=role_name(role), database=database, query={"host": str(socket)}
    ).render_as_string(hide_password=False)


def role_name(role: Role) -> str:
    """Give the database role's full name."""
    return f"naqsha_{role}"


def needs_set_role(role: Role) -> bool:
    """Tell whether a connection of this role logs in as the owner and must SET ROLE before anything else.

    So on a server of one's own whose administrator gave only the owner's login. It is the weaker way, since
    whoever can send SQL can RESET ROLE: give each role a login of its own where it matters.
    """
    settings_url = os.environ.get("NAQSHA_DATABASE_URL")
    return bool(settings_url) and role != "owner" and _variable(role) not in os.environ


def _variable(role: Role) -> str:
    """Give the name of the environment variable that holds a role's own login."""
    return f"NAQSHA_{role.upper()}_DATABASE_URL"


def _external_login(settings_url: str, role: Role) -> str:
    """Give the URL under which a role logs in on a server of one's own."""
    return settings_url if role == "owner" else os.environ.get(_variable(role)) or settings_url
