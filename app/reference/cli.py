"""The commands of the reference room: `flask reference load`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

reference_cli = AppGroup("reference", help="Jurisdictions, places, crime heads and rules from data/.")


@reference_cli.command("load")
def load_command() -> None:
    """Load the reference data; sets whose files have not changed are left alone."""
    from app.db.session import worker_session
    from app.reference import service

    with worker_session() as session:
        service.load(session, say=click.echo)
