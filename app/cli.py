"""Every `flask` command, by the room that owns it."""

from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from app.access.cli import users_cli
from app.audit.cli import audit_cli
from app.db.cluster_cli import cluster_cli
from app.db.migrate import db_cli
from app.demo.cli import demo_cli
from app.doctor import doctor_command
from app.forecasts.cli import forecast_cli
from app.geocode.cli import geocode_cli
from app.hotspots.cli import hotspots_cli
from app.ingest.cli import ingest_cli
from app.jobs.cli import jobs_cli
from app.records.cli import rollups_cli
from app.reference.cli import reference_cli
from app.weekly.cli import weekly_cli


def register(app: Flask) -> None:
    """Register every command group on the application."""
    for group in (
        cluster_cli,
        db_cli,
        reference_cli,
        demo_cli,
        users_cli,
        ingest_cli,
        geocode_cli,
        forecast_cli,
        hotspots_cli,
        rollups_cli,
        jobs_cli,
        audit_cli,
        weekly_cli,
    ):
        app.cli.add_command(_in_words(group))
    app.cli.add_command(_in_words(doctor_command))


def _in_words(command: click.Command) -> click.Command:
    """Give the command, saying in one line where no database answers; any other error keeps its traceback."""
    invoke = command.invoke

    def invoke_in_words(context: click.Context) -> Any:
        try:
            return invoke(context)
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) is not None:  # a server answered, and refused
                raise
            raise click.ClickException(
                f"The database does not answer: {str(error.orig).strip()}\n"
                "`flask cluster start` starts the private one, `make run` all of Naqsha."
            ) from None

    command.invoke = invoke_in_words  # type: ignore[method-assign, assignment]
    return command
