"""`flask cluster`: start, stop and look at the private PostgreSQL.

Also runs as `python -m app.db.cluster_cli`, which loads nothing of the application: the set-up uses it so.
"""

import os

import click

from app.db.cluster import Cluster, ClusterError, ClusterStatus, prepare_external


@click.group("cluster")
def cluster_cli() -> None:
    """Start, stop and look at the private PostgreSQL."""


@cluster_cli.command("start")
def start() -> None:
    """Make the cluster where it is missing and start it; the same again changes nothing."""
    external = os.environ.get("NAQSHA_DATABASE_URL")
    try:
        if external:
            made = prepare_external(external)
            click.echo(f"server of NAQSHA_DATABASE_URL: {f'{len(made)} statements run' if made else 'ready'}")
        else:
            _show(Cluster().start())
    except ClusterError as error:
        raise click.ClickException(str(error)) from None


@cluster_cli.command("stop")
def stop() -> None:
    """Stop the cluster, ending its sessions cleanly."""
    try:
        _show(Cluster().stop())
    except ClusterError as error:
        raise click.ClickException(str(error)) from None


@cluster_cli.command("status")
def status() -> None:
    """Show whether the cluster runs, and where it lies."""
    if os.environ.get("NAQSHA_DATABASE_URL"):
        click.echo("not used: NAQSHA_DATABASE_URL names a server of your own")
    try:
        _show(Cluster().status())
    except ClusterError as error:
        raise click.ClickException(str(error)) from None


def _show(found: ClusterStatus) -> None:
    """Print a status, a line each thing; the first word is what scripts read."""
    if found.running:
        click.echo(f"running   PostgreSQL {found.version}, process {found.process or 'not ours to see'}")
    else:
        click.echo("stopped" if found.made else "not made yet")
    click.echo(f"data      {found.data}")
    click.echo(f"socket    {found.socket} (no TCP port)")
    click.echo(f"user      {found.user or '-'}")
    click.echo(f"place     {found.reason}")


if __name__ == "__main__":
    cluster_cli()
