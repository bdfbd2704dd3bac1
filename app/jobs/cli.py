"""`flask jobs work|list`."""

import asyncio

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.db.named import sql
from app.db.session import worker_session

jobs_cli = AppGroup("jobs", help="Long work in the background: forecasts, hotspots, large deliveries.")


@jobs_cli.command("work")
@click.option("--once", is_flag=True, help="Run what waits in the queue, then end.")
def work_command(once: bool) -> None:
    """Run jobs until SIGTERM or Ctrl-C."""
    # procrastinate and psycopg 3 are slow to import; every other command does without them.
    from app.jobs.worker import work

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    asyncio.run(work(app, wait=not once))


@jobs_cli.command("list")
@click.option("--count", default=20, show_default=True, help="How many, newest first.")
def list_command(count: int) -> None:
    """Show the latest jobs with their state and progress."""
    with worker_session() as session:
        rows = session.execute(sql("queue.list"), {"count": count}).mappings().all()
    for row in rows:
        share = f"{row['done']}/{row['total']}" if row["total"] else ""
        line = f"{row['id']:>6} {row['task']:<20} {row['state']:<10} {share:<12}"
        click.echo(f"{line} {row['made_at']:%Y-%m-%d %H:%M} {row['message']}".rstrip())
    if not rows:
        click.echo("No job was ever asked for.")
