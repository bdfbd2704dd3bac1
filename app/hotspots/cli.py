"""`flask hotspots run`."""

import time

import click

from app.forecasts.cli import SaidGroup, show_progress
from app.hotspots import running, service

hotspots_cli = SaidGroup("hotspots", help="Cells where mass gathers more than chance would have it.")


@hotspots_cli.command("run")
@click.option("--jurisdiction", metavar="CODE", help="Any jurisdiction; all with data if not given.")
@click.option(
    "--head", "heads", metavar="KEY", multiple=True, help="A crime head; all that are not protected if not given."
)
@click.option("--kind", "kinds", type=click.Choice(running.KINDS), multiple=True, help="fir if not given.")
@click.option("--mixed", is_flag=True, help="Test FIRs and complaints together, though they tell of one offence twice.")
@click.option("--weeks", default=running.WEEKS, show_default=True, help="Whole weeks back from now.")
@click.option("--resolution", type=click.IntRange(6, 9), help="8 if not given; coarser where the area is large.")
@click.option("--seed", default=running.SEED, show_default=True, help="Seed of the permutations.")
def run_command(
    jurisdiction: str | None,
    heads: tuple[str, ...],
    kinds: tuple[str, ...],
    mixed: bool,
    weeks: int,
    resolution: int | None,
    seed: int,
) -> None:
    """Test the cells of a jurisdiction by Getis-Ord Gi*, with the false-discovery rate controlled."""
    began = time.perf_counter()
    made = running.run(
        jurisdiction=jurisdiction,
        heads=heads or None,
        kinds=kinds or None,
        mixed=mixed,
        weeks=weeks,
        resolution=resolution,
        seed=seed,
        report=show_progress,
    )
    click.echo(f"{len(made['runs'])} runs made, {time.perf_counter() - began:.1f} s")


@hotspots_cli.command("publish")
@click.argument("runs", type=int, nargs=-1)
@click.option("--as", "officer", metavar="NAME", required=True, help="The officer's account, who answers for it.")
def publish_command(runs: tuple[int, ...], officer: str) -> None:
    """Publish drafts in an officer's name: the named RUNS, or the newest drafts."""
    click.echo(f"{len(service.publish_as(officer, list(runs)))} runs published by {officer}")
