"""`flask forecast run|backtest|score|publish`."""

import json
import time
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup

from app.db.queue import quiet
from app.errors import NaqshaError
from app.forecasts import planning, publishing, running, scoring
from app.forecasts.making import LEAST_WEEKS, MOST_WEEKS
from forecasting.errors import ForecastingError
from spatial import shifts
from spatial.errors import SpatialError


class SaidGroup(AppGroup):
    """A group whose commands end with one line where a room refuses, and not with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except NaqshaError as error:
            raise click.ClickException(str(error) % error.params) from error
        except (ForecastingError, SpatialError) as error:
            raise click.ClickException(str(error)) from error


forecast_cli = SaidGroup("forecast", help="Forecasts of the coming week, and how well they do.")

_jurisdiction = click.option("--jurisdiction", metavar="CODE", help="A district or larger; all with data if not given.")
_heads = click.option(
    "--head", "heads", metavar="KEY", multiple=True, help="A crime head; the usual ones if not given."
)


def show_progress(done: int, total: int | None, message: str) -> None:
    """Print how far the work is."""
    click.echo(f"{done:>4}/{total}  {message}" if total else f"{done:>4}  {message}")


@forecast_cli.command("run")
@_jurisdiction
@_heads
@click.option(
    "--shift",
    "shift_names",
    type=click.Choice(shifts.SHIFT_NAMES),
    multiple=True,
    help="A shift alone; the whole day, and shifts where the data carry them, if not given.",
)
@click.option("--whole-day", is_flag=True, help="No shifts, whatever the settings say.")
@click.option("--fresh", is_flag=True, help="Choose the methods anew, even where an earlier choice still holds.")
@click.option(
    "--week", type=click.DateTime(["%Y-%m-%d"]), help="A day of the week to forecast; the coming week if not given."
)
def run_command(
    jurisdiction: str | None,
    heads: tuple[str, ...],
    shift_names: tuple[str, ...],
    whole_day: bool,
    fresh: bool,
    week: datetime | None,
) -> None:
    """Forecast a week from what was known by then, and keep each run as a draft."""
    began = time.perf_counter()
    target = None if week is None else planning.week_of_date(week.date())
    outcome = running.run(
        jurisdiction=jurisdiction,
        heads=heads or None,
        shifts_of_day=() if whole_day else shift_names or None,
        week=target,
        fresh=fresh,
        report=show_progress,
    )
    for series, reason in sorted(outcome.left.items()):
        click.echo(f"left  {series}: {reason}")
    click.echo(f"{len(outcome.runs)} runs made, {len(outcome.left)} left, {time.perf_counter() - began:.1f} s")


@forecast_cli.command("backtest")
@_jurisdiction
@_heads
@click.option(
    "--weeks",
    type=click.IntRange(LEAST_WEEKS, MOST_WEEKS),
    default=MOST_WEEKS,
    show_default=True,
    help="Weeks to score, the last ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def backtest_command(jurisdiction: str | None, heads: tuple[str, ...], weeks: int, as_json: bool) -> None:
    """Score every method on the last weeks, each from what was known by then; keeps nothing."""
    rows = running.backtest(
        jurisdiction=jurisdiction,
        heads=heads or None,
        weeks=weeks,
        report=quiet if as_json else show_progress,
    )
    if as_json:
        click.echo(json.dumps({"backtests": rows}, ensure_ascii=False))
        return
    click.echo(
        f"{'jurisdiction':<18} {'head':<18} {'method':<24} {'hit 1 %':>8} {'hit 5 %':>8} {'PAI 5':>6} {'PEI 5':>6} "
        f"{'deviance':>9} {'cover 90':>8} {'exp/obs':>7}"
    )
    for row in rows:
        if "error" in row:
            click.echo(f"{row['jurisdiction']:<18} {row['head']:<18} {row['error']}")
            continue
        for method, score in row["methods"].items():
            mark = "*" if method == row["published"] else " "
            numbers = (
                _number(score["hit_rate"]["0.01"], "8.4f"),
                _number(score["hit_rate"]["0.05"], "8.4f"),
                _number(score["pai"]["0.05"], "6.2f"),
                _number(score["pei"]["0.05"], "6.3f"),
                _number(score["poisson_deviance"], "9.4f"),
                _number(score["coverage_90"], "8.3f"),
                _number(score["expected_over_observed"], "7.3f"),
            )
            click.echo(f"{row['jurisdiction']:<18} {row['head']:<18} {method + mark:<24} {' '.join(numbers)}")
    click.echo("* is shown: the rule to beat, unless another is better beyond doubt on the weeks before those scored.")


def _number(value: Any, form: str) -> str:
    return format("-", ">" + form.split(".")[0]) if value is None else format(value, form)


@forecast_cli.command("score")
@click.option("--again", is_flag=True, help="Also score anew what has an outcome: late registrations change it.")
def score_command(again: bool) -> None:
    """Score the runs whose week is known by now."""
    outcomes = scoring.score(again=again, report=show_progress)
    for outcome in outcomes:
        click.echo(
            f"run {outcome['run']} {outcome['jurisdiction']} {outcome['head']}: hit rate at 5 % "
            f"{_number(outcome['hit_rate']['0.05'], '.4f')}, records {outcome['records']:.2f}"
        )
    click.echo(f"{len(outcomes)} runs scored")


@forecast_cli.command("publish")
@click.argument("runs", type=int, nargs=-1)
@click.option("--as", "officer", metavar="NAME", required=True, help="The officer's account, who answers for it.")
def publish_command(runs: tuple[int, ...], officer: str) -> None:
    """Publish drafts in an officer's name: the named RUNS, or every draft that has not expired."""
    published = publishing.publish_as(officer, list(runs))
    click.echo(f"{len(published)} runs published by {officer}")
