"""The commands of the demonstration: `flask demo load|write|accounts`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

demo_cli = AppGroup("demo", help="The synthetic demonstration; refused in production.")
DEFAULT_RECORDS = 95_000

_records = click.option(
    "--records", default=DEFAULT_RECORDS, show_default=True, type=click.IntRange(100), help="about how many"
)
_seed = click.option("--seed", default=1, show_default=True, type=int, help="the same seed gives the same records")
_until = click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="the day before which all ends (today)")


@demo_cli.command("load")
@_records
@_seed
@_until
def load_command(records: int, seed: int, until: datetime | None) -> None:
    """Generate the demonstration, ingest it as any delivery, and make the accounts; once."""
    from app.demo import service

    try:
        service.load(records, seed, until.date() if until else None, say=click.echo)
    except (service.NotInProduction, service.LoadedOtherwise) as error:
        raise click.ClickException(str(error)) from None


@demo_cli.command("write")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@_records
@_seed
@_until
def write_command(directory: Path, records: int, seed: int, until: datetime | None) -> None:
    """Only write the files of the demonstration into a folder; touches no database."""
    from app.demo.generator import Generator, Plan

    counts = Generator(Plan(records, seed, until.date() if until else date.today())).write(directory)
    click.echo(", ".join(f"{rows:,} {kind} rows" for kind, rows in counts.items()) + f" in {directory}")


@demo_cli.command("accounts")
def accounts_command() -> None:
    """Print the demonstration's accounts and their passphrases."""
    from app.access import demo_accounts
    from app.demo.service import ACCOUNTS

    kept = demo_accounts.kept()
    if not kept:
        raise click.ClickException("There are no demonstration accounts: flask demo load makes them.")
    for name, role, jurisdiction in ACCOUNTS:
        if name in kept:
            click.echo(f"{name:10} {kept[name]['passphrase']:32} {role}, {jurisdiction}")
