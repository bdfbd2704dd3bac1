"""`flask users`: accounts and API tokens from the command line, as the worker's role."""

import sys

import click
from flask.cli import AppGroup

from app.access import passwords, service
from app.db.named import sql
from app.db.session import worker_session
from app.errors import NaqshaError
from app.policy import ROLES

users_cli = AppGroup("users", help="Accounts and API tokens.")


def _fail(error: NaqshaError) -> click.ClickException:
    return click.ClickException(str(error) % error.params)


@users_cli.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(sorted(ROLES)), required=True, help="What the account may do.")
@click.option("--jurisdiction", "codes", multiple=True, required=True, help="Code of what it may see; may be repeated.")
@click.option("--display-name", default="", help="The officer's name as pages show it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; without it one is made.")
@click.option("--no-password", is_flag=True, help="An account for programs: it signs in by token only.")
def add_command(
    name: str, role: str, codes: tuple[str, ...], display_name: str, password_stdin: bool, no_password: bool
) -> None:
    """Make an account; the last line is its password, where one was made."""
    made = not (password_stdin or no_password)
    password = None if no_password else sys.stdin.readline().rstrip("\n") if password_stdin else passwords.made()
    try:
        with worker_session() as session:
            service.create_account(session, name, role, codes, password, display_name=display_name)
    except NaqshaError as error:
        raise _fail(error) from None
    click.echo(f"{name} ({role}) sees {', '.join(sorted(codes))}")
    if made:
        click.echo("Its password, shown this once:")
        click.echo(password)


@users_cli.command("password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; without it one is made.")
def password_command(name: str, password_stdin: bool) -> None:
    """Set a new password and end every session of the account; the last line is the password, where one was made."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else passwords.made()
    try:
        with worker_session() as session:
            service.set_password(session, service.account_id(session, name), password, name)
    except NaqshaError as error:
        raise _fail(error) from None
    click.echo(f"{name} has a new password{'' if password_stdin else ':'}")
    if not password_stdin:
        click.echo(password)


@users_cli.command("token")
@click.argument("name")
@click.option("--days", default=service.TOKEN_DAYS, show_default=True, type=click.IntRange(1, 366), help="Its life.")
def token_command(name: str, days: int) -> None:
    """Make an API token, the last line: sent as `Authorization: Bearer ...`."""
    try:
        with worker_session() as session:
            token = service.make_token(session, service.account_id(session, name), days)
    except NaqshaError as error:
        raise _fail(error) from None
    click.echo(f"An API token of {name} for {days} days, shown this once:", err=True)
    click.echo(token)


@users_cli.command("disable")
@click.argument("name")
def disable_command(name: str) -> None:
    """Disable an account: its sessions and tokens end at once."""
    try:
        with worker_session() as session:
            service.disable_account(session, service.account_id(session, name))
    except NaqshaError as error:
        raise _fail(error) from None
    click.echo(f"{name} is disabled; its sessions and tokens have ended")


@users_cli.command("list")
def list_command() -> None:
    """List every account: name, role, jurisdictions, and whether it is disabled."""
    with worker_session() as session:
        for row in session.execute(sql("access.all_accounts")).mappings():
            state = "disabled" if row["disabled_at"] else "demonstration" if row["is_demo"] else ""
            click.echo(f"{row['name']:24} {row['role']:10} {','.join(row['jurisdiction_codes']):40} {state}".rstrip())
