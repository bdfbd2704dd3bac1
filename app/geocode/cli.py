"""`flask geocode FILE.csv --out OUT.csv`, `--evaluate`, and `flask geocode redo`.

Nothing heavy is imported here: the first answer of a cold process is due within two seconds.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup


class _Wrong(click.ClickException):
    """Something in the call or the file is wrong: exit status 2, as for a wrong option."""

    exit_code = 2


class FileOrCommand(AppGroup):
    """A group whose first word may be a file instead of a command: that is then given to its command `file`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the command's name before the words of a file."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["file", *args]
        return super().parse_args(context, args)


geocode_cli = FileOrCommand(
    "geocode",
    help="""Places from words.

    \b
    flask geocode FILE.csv --out OUT.csv [--explain [--language ur]]
    flask geocode FILE.csv --evaluate [--out OUT.csv]
    flask geocode index
    flask geocode redo --dry-run [--station CODE] [--jurisdiction CODE] [--method NAME]

    FILE.csv is UTF-8 with the columns id,text and, where known, city,district,station,near_lat,near_lon; `address` may
    stand for `text`, and نمبر، متن، پتہ، شہر، ضلع، تھانہ for their English names. All columns are carried through, and
    lat,lon,accuracy_m,method,matched,score are added: the circle of accuracy_m metres about lat,lon holds nine tenths
    of the place's mass, and of fixes with a score of 0.8 four in five are right. `flask geocode file --help` tells the
    options.
    """,
)


@geocode_cli.command("file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="the CSV to write: whole, or not at all; - is the standard output",
)
@click.option("--explain", is_flag=True, help="add a column with the reasons of each fix in words")
@click.option("--language", type=click.Choice(["en", "ur"]), default="en", show_default=True, help="of the reasons")
@click.option(
    "--evaluate", is_flag=True, help="the file has true_lat,true_lon (or lat,lon): print how good the fixes are"
)
def file_command(file: Path, out: Path | None, explain: bool, language: str, evaluate: bool) -> None:
    """Place the texts of FILE."""
    if out is None and not evaluate:
        raise _Wrong("Say where to write with --out OUT.csv, or judge the fixes with --evaluate.")
    if explain and out is None:
        raise _Wrong("--explain adds a column to a file: name it with --out OUT.csv.")
    if out == Path("-") and evaluate:
        raise _Wrong(
            "--evaluate prints its tables on the standard output: name a file for the answer, such as OUT.csv."
        )
    if out is not None and out.exists() and out.samefile(file):
        raise _Wrong(f"{out} is the file that is read: give the answer another name, such as OUT.csv.")
    if out is not None and not out.parent.is_dir():
        raise _Wrong(f"There is no folder {out.parent} to write {out.name} into.")
    from tqdm import tqdm

    from app.geocode import batch, report
    from app.geocode.tables import PREFIX, TableRefused

    with tqdm(unit=" texts", disable=None, leave=False, file=sys.stderr) as bar:
        try:
            done = batch.place_file(
                file, out, settings=current_app.extensions["naqsha.settings"], explain=explain, language=language,
                truth=evaluate, say_line=lambda line: click.echo(line, err=True),
                progress=lambda rows: bar.update(rows - bar.n),
            )  # fmt: skip
        except TableRefused as error:
            raise _Wrong(str(error)) from error
        except OSError as error:
            raise _Wrong(f"{error.strerror or error}: {error.filename or file}") from error
    if out is not None and done.renamed:
        kept = ", ".join(f"{column} as {PREFIX}{column}" for column in done.renamed)
        click.echo(f"The input has columns of the same names as the answer's: kept {kept}.", err=True)
    if done.repeated:
        click.echo(
            f"{done.repeated:,} rows have an id that a row before them has, too: give each row its own.", err=True
        )
    if evaluate:
        if not done.judged:
            raise _Wrong(f"{file.name} has no text to evaluate.")
        for line in report.tables(done.judged, done.per_second, batch.FEWEST_OF_CITY):
            click.echo(line)
    share = f"{done.placed:,} placed" if done.texts else "nothing to place"
    click.echo(f"{done.texts:,} texts, {share}, {done.seconds:.1f} s of the processor", err=True)


@geocode_cli.command("index")
def index_command() -> None:
    """Make the index of place names now, where it is missing or out of date: the first answer then need not wait."""
    from app.geocode import shelf

    found = shelf.take(current_app.extensions["naqsha.settings"].instance, lambda line: click.echo(line, err=True))
    click.echo(f"{len(found.index):,} places stand ready.")


@geocode_cli.command("redo")
@click.option("--station", metavar="CODE", help="the records of one station")
@click.option("--jurisdiction", metavar="CODE", help="the records of all stations of a jurisdiction")
@click.option("--method", "methods", metavar="NAME", multiple=True, help="only fixes made by this method; repeatable")
@click.option("--dry-run", is_flag=True, help="count what would change, and change nothing")
@click.option("--yes", is_flag=True, help="do not ask before changing")
@click.option("--resume", "run_id", type=int, metavar="RUN", help="go on with a run that was stopped")
def redo_command(
    station: str | None,
    jurisdiction: str | None,
    methods: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    run_id: int | None,
) -> None:
    """Place stored records anew: first count what would change, then change it. What officers pinned stays."""
    from app.db.session import worker_session
    from app.errors import NaqshaError
    from app.geocode import redo

    if station and jurisdiction:
        raise _Wrong("Give --station or --jurisdiction, not both.")
    asked = redo.Asked(station or jurisdiction, methods)
    try:
        if run_id is not None:
            _tell(_run(redo, run_id))
            return

        def begin(dry: bool) -> dict[str, Any]:
            with worker_session() as session:
                made = redo.ask(session, asked, dry_run=dry)
            click.echo(f"run {made}", err=True)
            return _run(redo, made)

        if dry_run or not yes:
            _tell(begin(True))
        if dry_run:
            return
        if not yes:
            if not sys.stdin.isatty():
                raise _Wrong("Nothing was changed: say --yes to change it, or --dry-run to only look.")
            click.confirm("Change them?", abort=True, err=True)
        _tell(begin(False))
    except NaqshaError as error:
        raise _Wrong(str(error) % error.params) from error


@geocode_cli.command("piles")
@click.option("--station", metavar="CODE", help="of one station only")
def piles_command(station: str | None) -> None:
    """List the spots on which more coordinates lie than chance allows, and the flags of each station's coordinates."""
    from app.db.session import worker_session
    from app.geocode import suspicions

    with worker_session() as session:
        found, flags = suspicions.piles(session, station), suspicions.flagged(session, station)
    for pile in found:
        on = {"station": f"the house of station {pile['name']}", "district": f"the middle of district {pile['name']}"}
        where = on.get(pile["kind"], "one point")
        senders = ", ".join(f"{code} {count:,}" for code, count in list(pile["stations"].items())[:5])
        click.echo(f"{pile['count']:6,} on {where} ({pile['lat']:.5f}, {pile['lon']:.5f}); {senders}")
    for flag in flags:
        click.echo(f"{flag['fixes']:6,} {flag['station']}: {flag['text']}")
    if not found and not flags:
        click.echo("No pile, and no flag.")


@geocode_cli.command("writers")
def writers_command() -> None:
    """Learn how each station's writers round distances and directions, from its records and their pins."""
    from app.db.session import worker_session
    from app.geocode import learning, writers

    done = learning.run()
    click.echo(f"{done['texts']:,} texts and {done['pins']:,} pins, {done['stations']:,} stations of their own habits")
    with worker_session() as session:
        for station, one in sorted(writers.in_use(session).items(), key=lambda pair: pair[0] or ""):
            if one.is_own:
                half, whole = (dict(one.habits.near).get(step, 0.0) for step in (0.5, 1.0))
                area = "" if one.leak is None else f", area leaks {one.leak:.3f}"
                click.echo(
                    f"{station or 'all':>12} {one.texts:8,} texts {one.pins:6,} pins: to 5 km half {half:.0%}, whole "
                    f"{whole:.0%}; four points {one.habits.four:.0%}; by road {one.habits.road:.0%}{area}"
                )


def _run(redo: Any, run_id: int) -> dict[str, Any]:
    from tqdm import tqdm

    with tqdm(unit=" records", disable=None, leave=False, file=sys.stderr) as bar:

        def report(done: int, total: int | None, _message: str) -> None:
            bar.total = total
            bar.update(done - bar.n)

        found: dict[str, Any] = redo.run(run_id, report)
        return found


_WORDS = {
    "unchanged": "unchanged",
    "restated": "the same place, with another method or score",
    "moved_near": "moved less than 300 m",
    "moved_far": "moved farther",
    "newly_placed": "newly placed",
    "lost": "no longer placed",
    "busy": "held by somebody else: left as they were",
}


def _tell(run: dict[str, Any]) -> None:
    click.echo(f"{'Would change' if run['dry_run'] else 'Changed'}, of {run['total']:,} records:")
    for name, words in _WORDS.items():
        click.echo(f"{run['counts'][name]:10,}  {words}")
    for example in run["examples"]:
        moved = "" if example["moved_m"] is None else f", {example['moved_m']:,} m"
        click.echo(f"  e.g. record {example['record']}: {example['from']} to {example['to']}{moved}")
