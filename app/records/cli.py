"""`flask rollups`: fold the changes into the rollups, or make the rollups anew from mass."""

import click
from flask.cli import AppGroup

from app.db.session import worker_session
from app.records import mass

rollups_cli = AppGroup("rollups", help="The sums that maps are drawn from.")


@rollups_cli.command("fold")
def fold() -> None:
    """Fold the committed changes into the rollups."""
    with worker_session() as session:
        done = mass.fold(session)
    click.echo("folded" if done else "another process is folding")


@rollups_cli.command("rebuild")
def rebuild() -> None:
    """Make the rollups anew from mass and say whether the same bytes came out."""
    with worker_session() as session:
        mass.fold(session)
        before = mass.digest(session)
        after = mass.rebuild(session)
    click.echo(f"{after} {'unchanged' if before == after else 'changed: the rollups had drifted from mass'}")
