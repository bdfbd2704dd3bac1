"""Every `flask` command, by the room that owns it."""

from flask import Flask

from app.access.cli import users_cli
from app.audit.cli import audit_cli
from app.db.cluster_cli import cluster_cli
from app.db.migrate import db_cli
from app.demo.cli import demo_cli
from app.doctor import doctor_command
from app.forecasts.cli import forecast_cli
from app.hotspots.cli import hotspots_cli
from app.ingest.cli import ingest_cli
from app.jobs.cli import jobs_cli
from app.records.cli import rollups_cli
from app.reference.cli import reference_cli


def register(app: Flask) -> None:
    """Register every command group on the application."""
    for group in (
        cluster_cli,
        db_cli,
        reference_cli,
        demo_cli,
        users_cli,
        ingest_cli,
        forecast_cli,
        hotspots_cli,
        rollups_cli,
        jobs_cli,
        audit_cli,
    ):
        app.cli.add_command(group)
    app.cli.add_command(doctor_command)
