"""`flask weekly make`."""

import click
from flask.cli import AppGroup

from app.errors import NaqshaError
from app.weekly import service, weeks

weekly_cli = AppGroup("weekly", help="The commanders' weekly briefings.")


@weekly_cli.command("make")
@click.option("--week", help="2026-W47, the week to look back on; the usual one unless told.")
@click.option("--jurisdiction", help="One jurisdiction's code; all with records unless told.")
def make_command(week: str | None, jurisdiction: str | None) -> None:
    """Make and keep the briefings of a week, as the clock does on Mondays."""
    try:
        made = service.make_all(service.week_of(week) if week else None, jurisdiction)
    except NaqshaError as error:
        raise click.ClickException(str(error) % error.params) from None
    for code in made:
        click.echo(code)
    click.echo(f"{len(made)} briefings kept; the next ones look back on {weeks.name_of(service.week_of(None))}.")
