"""Migrations from the application: `flask db upgrade|downgrade|current`."""

from functools import cache

import click
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask.cli import AppGroup
from sqlalchemy import Connection, Engine

from app.db.cluster import ClusterError, prepare_external
from app.db.session import database
from app.settings import ROOT

db_cli = AppGroup("db", help="The database's schema.")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("prepend_sys_path", str(ROOT))
    config.attributes["connection"] = connection
    return config


@cache
def head_revision() -> str | None:
    """Give the newest migration that the code has."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision, as its owner."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision, as its owner."""
    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


@db_cli.command("upgrade")
@click.argument("revision", default="head")
def upgrade_command(revision: str) -> None:
    """Bring the schema to a revision (the newest, if none is named)."""
    settings = database().settings
    if settings.database_url:
        try:
            prepare_external(settings.database_url)
        except ClusterError as error:
            raise click.ClickException(str(error)) from None
    upgrade(database().engine("owner"), revision)
    current_command.callback()  # type: ignore[misc]


@db_cli.command("downgrade")
@click.argument("revision")
def downgrade_command(revision: str) -> None:
    """Take the schema back to a revision, or to `base`: tables are dropped with what they hold."""
    downgrade(database().engine("owner"), revision)


@db_cli.command("current")
def current_command() -> None:
    """Say which revision the database is at, and which is newest."""
    with database().engine("owner").connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    click.echo(f"{found or 'base'} (newest {head_revision()})")
