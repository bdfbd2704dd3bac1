"""A PostgreSQL server of one's own (NAQSHA_DATABASE_URL): its roles and extensions, or the SQL for them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg2
from psycopg2 import sql
from sqlalchemy import make_url

from app.db.cluster_place import ClusterError
from app.db.cluster_settings import MARK_LEAKPROOF, TEMPLATE_EXTENSIONS

_ROLES = ("naqsha_app", "naqsha_worker", "naqsha_forecaster")


class ServerNotReady(ClusterError):
    """The server of NAQSHA_DATABASE_URL lacks something that only its administrator can give."""


def prepare_external(url: str) -> list[str]:
    """Make the roles and extensions that are missing on the server, and give what was made.

    Raises
    ------
    ServerNotReady
        If the login may not; the message holds the exact SQL for an administrator.
    """
    with _connection(url) as connection, connection.cursor() as cursor:
        missing = _missing(cursor)
        for statement in missing:
            try:
                cursor.execute(statement)
            except psycopg2.Error as error:
                raise ServerNotReady(
                    f"The login of NAQSHA_DATABASE_URL may not: {error.diag.message_primary}. "
                    f"An administrator of that server runs, in the database {connection.info.dbname}:\n\n"
                    + "\n".join(f"    {line};" for line in _missing(cursor))
                ) from None
        # Only for speed, and only a superuser may: where the login may not, `flask doctor` says what to ask for.
        with suppress(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(MARK_LEAKPROOF)
        return missing


def _missing(cursor: psycopg2.extensions.cursor) -> list[str]:
    """Give the statements that would make what is not there yet."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", (list(_ROLES),))
    roles = {name for (name,) in cursor.fetchall()}
    cursor.execute("SELECT extname FROM pg_extension")
    extensions = {name for (name,) in cursor.fetchall()}
    statements = [
        sql.SQL("CREATE ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(sql.Identifier(role))
        for role in _ROLES
        if role not in roles
    ]
    # the owner's login stands in for a role that has no login of its own, so it must be able to SET ROLE
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND pg_has_role(current_user, oid, 'MEMBER')",
        (list(_ROLES),),
    )
    members = {name for (name,) in cursor.fetchall()}
    cursor.execute("SELECT current_user")
    (login,) = cursor.fetchone() or ("",)
    statements += [
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), sql.Identifier(login))
        for role in _ROLES
        if role not in members
    ]
    statements += [
        sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension))
        for extension in TEMPLATE_EXTENSIONS
        if extension not in extensions
    ]
    return [statement.as_string(cursor) for statement in statements]


def create_external_database(url: str, name: str, template: str | None = None) -> None:
    """Create an empty database of the login, or a copy of ``template`` (for tests)."""
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with _connection(url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def drop_external_database(url: str, name: str) -> None:
    """Drop a database with all its sessions; one that is not there is no error."""
    with _connection(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _connection(url: str) -> Iterator[psycopg2.extensions.connection]:
    """Give a connection of the URL's login, each statement committed by itself."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg2.connect(plain, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise ServerNotReady(f"The server of NAQSHA_DATABASE_URL does not answer: {error}") from None
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()
