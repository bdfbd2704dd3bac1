"""`flask audit`: seal the log, and prove that nobody has changed it."""

import click
from flask.cli import AppGroup

from app.audit.sealer import seal_now, verify_now

audit_cli = AppGroup("audit", help="Seal and verify the audit log.")


@audit_cli.command("seal")
def seal_command() -> None:
    """Chain every line that is not sealed yet."""
    click.echo(f"{seal_now(everything=True)} lines sealed")


@audit_cli.command("verify")
def verify_command() -> None:
    """Recompute the chain; name the first bad entry and end with status 1 where one is found."""
    verdict = verify_now()
    if verdict.fault:
        click.echo(f"BROKEN: {verdict.fault}", err=True)
        raise SystemExit(1)
    click.echo(f"{verdict.sealed} lines sealed, {verdict.waiting} wait to be sealed")
    click.echo(f"whole; head {verdict.sealed} {verdict.head.hex()}")
