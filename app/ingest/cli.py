"""`flask ingest ...`: files into the database, and the rows put aside."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup
from tqdm import tqdm

from app.errors import NotFound
from app.ingest.problems import FileRefused

ingest_cli = AppGroup(
    "ingest", help="Deliveries: files of FIRs, complaints, stays and incidents, and their quarantine."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _refused(error: FileRefused) -> click.ClickException:
    from app.ingest.messages import sentences

    return click.ClickException(sentences(error.code, error.params)[0])


def _command(kind: str, what: str) -> None:
    @ingest_cli.command(
        kind, help=f"Read a file of {what}: CSV, JSON lines or XLSX. The same file again changes nothing."
    )
    @click.argument("file", type=_FILE)
    @click.option("--source", help="key of the system that sent it; made if it is new")
    @click.option("--mapping", type=_FILE, help="a TOML file that says which of their columns is which of ours")
    @click.option("--json", "as_json", is_flag=True, help="print the counts as one JSON object")
    def command(file: Path, source: str | None, mapping: Path | None, as_json: bool) -> None:
        from app.ingest import service

        with tqdm(unit=" rows", disable=None, leave=False, desc=file.name) as bar:
            try:
                counts = service.ingest_file(
                    kind, file, source=source, mapping=mapping, progress=lambda rows: bar.update(rows - bar.n)
                )
            except FileRefused as error:
                raise _refused(error) from error
            except LookupError as error:
                raise click.ClickException(str(error)) from error
        _show(counts._asdict(), as_json)


def _show(counts: dict[str, int], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(counts))
        return
    click.echo(
        "delivery {delivery}: {received:,} received = {accepted:,} accepted ({placed:,} placed, {unplaced:,} unplaced)"
        " + {duplicate:,} duplicate + {quarantined:,} quarantined".format(**counts)
    )
    if counts["quarantined"]:
        click.echo(
            f"`flask ingest quarantine list --delivery {counts['delivery']}` says what to do with those put aside"
        )


_command("fir", "FIRs")
_command("complaint", "complaints")
_command("stay", "hotel stays")
_command("incident", "dated events of any other system")


@ingest_cli.command("hotels")
@click.argument("file", type=_FILE)
@click.option("--source", default="hotel-eye", show_default=True, help="key of the system that the hotels report to")
def hotels_command(file: Path, source: str) -> None:
    """Put a file of hotels (key,name,address,district,station,lat,lon) into the register."""
    from app.ingest.hotels import load_hotels

    try:
        counts = load_hotels(file, source)
    except FileRefused as error:
        raise _refused(error) from error
    click.echo(f"{counts['received']:,} hotels received, {counts['refused']:,} refused")


@ingest_cli.command("purge-stays")
def purge_command() -> None:
    """Delete stays past the days that the settings keep them."""
    from app.ingest.retention import purge_stays

    click.echo(f"{purge_stays():,} stays deleted")


@ingest_cli.group("quarantine")
def quarantine_group() -> None:
    """Rows put aside: list them, export them to be mended, replay them."""


@quarantine_group.command("list")
@click.option("--delivery", type=int, help="of this delivery only")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
def list_command(delivery: int | None, as_json: bool) -> None:
    """Show the rows that wait, with the reason and what to do."""
    from app.db.session import worker_session
    from app.ingest import quarantine

    with worker_session() as session:
        for row in quarantine.waiting(session, delivery):
            told = quarantine.shown(row)
            where = f", {told['column']}" if told["column"] else ""
            click.echo(
                json.dumps(told, ensure_ascii=False)
                if as_json
                else f"delivery {told['delivery']} line {told['line']}{where}: {told['message']}"
            )


@quarantine_group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--delivery", type=int, required=True)
def export_command(file: Path, delivery: int) -> None:
    """Write the rows of a delivery that wait as a CSV to be mended, the reason beside each."""
    from app.db.session import worker_session
    from app.ingest import quarantine

    try:
        with worker_session() as session:
            count = quarantine.export(session, delivery, file)
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count:,} rows written; mend them, then: flask ingest quarantine replay {file} --delivery {delivery}")


@quarantine_group.command("replay")
@click.argument("file", type=_FILE, required=False)
@click.option("--delivery", type=int, required=True)
@click.option("--mapping", type=_FILE, help="the mapping file of the first time")
@click.option("--json", "as_json", is_flag=True, help="print the counts as one JSON object")
def replay_command(file: Path | None, delivery: int, mapping: Path | None, as_json: bool) -> None:
    """Deliver the rows that waited anew: mended in FILE, or as they came."""
    from app.ingest import quarantine

    try:
        counts = quarantine.replay(delivery, file, mapping)
    except FileRefused as error:
        raise _refused(error) from error
    except NotFound as error:
        raise click.ClickException(str(error)) from error
    _show(counts._asdict(), as_json)
