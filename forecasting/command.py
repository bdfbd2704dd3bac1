"""The command ``python -m forecasting``: files in, report, predictions and a table out."""

import argparse
import gzip
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from forecasting.artifact import canonical_json, json_hash, versions
from forecasting.cube import Cube, StudyArea, relate
from forecasting.errors import BadInput, ForecastingError
from forecasting.forecasters.pooled_boosting import PooledBoosting
from forecasting.incidents import Calendar, Incidents, read_cells, read_incidents
from forecasting.metrics import BUDGETS
from forecasting.registry import METHODS, ONE_HEAD, make
from forecasting.study import PUBLISHED, Cost, Study, run_study
from spatial import cells as h3_cells

PREDICTION_COLUMNS = "category,method,week_start,cell,rate,low,high,family,dispersion"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all went well, 2 with one line on stderr if the input cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return backtest(options)
    except ForecastingError as problem:
        print(f"forecasting: {problem}", file=sys.stderr)
        return 2


def backtest(options: argparse.Namespace) -> int:
    """Backtest a file of incidents, write the report and print its table."""
    methods = [name for name in METHODS if name in set(options.methods or ONE_HEAD)]
    for name in options.methods or ():
        make(name)
    incidents = read_incidents(options.incidents, options.resolution)
    calendar, weeks = test_weeks(incidents, options.test_start, options.weeks)
    columns = incidents.columns(calendar)
    categories = _categories(incidents, options.category)
    given = read_cells(options.cells, options.resolution) if options.cells else None
    area = study_area(columns, given, weeks[0])
    span = (int(columns["week"].min()), weeks[-1] + 1)
    # All categories are read, whichever are asked for: what else is recorded in a place says something of it.
    cubes = relate(
        {
            category: Cube.from_events(columns, area=area, weeks=span, category=category, weekday=calendar.weekday)
            for category in _categories(incidents, None)
        }
    )
    tasks = [(cubes[category], category) for category in categories]
    parts = [_part(options.predictions, number) for number in range(len(tasks))] if options.predictions else []
    places: list[Path | None] = [*parts] if parts else [None] * len(tasks)
    try:
        results = Parallel(n_jobs=max(1, min(options.jobs, len(tasks))))(
            delayed(_one_category)(cube, category, weeks, methods, calendar, options.seed, part)
            for (cube, category), part in zip(tasks, places, strict=True)
        )
        if options.predictions:
            _join(options.predictions, parts)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    report: dict = {
        "what": "rolling one-week-ahead backtest, parameters and method chosen before the first test week",
        "input": {**incidents.counts, "known_at_given": any(known is not None for known in incidents.known)},
        "area": {
            "cells": len(area),
            "derived": area.derived,
            "resolution": options.resolution,
            "says": _says(area),
        },
        "budgets": list(BUDGETS),
        "week_starts_on": calendar.start(weeks[0]).strftime("%A"),
        "seed": options.seed,
        "versions": versions(),
        "categories": {category: result[0] for (_, category), result in zip(tasks, results, strict=True)},
    }
    report["report_hash"] = json_hash(report)
    # Time and memory differ from run to run: they join the report after its hash.
    for (_, category), (_, cost) in zip(tasks, results, strict=True):
        add_cost(report["categories"][category], cost)
    _write(options.out, canonical_json(report).encode())
    print(_says(area))
    print(table(report))
    return 0


def test_weeks(incidents: Incidents, test_start: date | None, n_weeks: int) -> tuple[Calendar, list[int]]:
    """The calendar and the whole weeks to test on: those from ``test_start``, else the last of the data.

    Weeks start on the weekday of ``test_start``, else on Monday.

    Raises
    ------
    BadInput
        If no whole week lies between ``test_start`` and the end of the data, or none before it.
    """
    if n_weeks < 1:
        raise BadInput(f"--weeks is {n_weeks}: at least 1 is needed")
    calendar = Calendar(test_start.weekday() if test_start else 0)
    end = calendar.week_of(max(incidents.start).date() + timedelta(days=1))
    first = calendar.week_of(test_start) if test_start else end - n_weeks
    earliest = calendar.week_of(min(incidents.start).date())
    if first <= earliest:
        raise BadInput(
            f"the first test week, {calendar.start(first)}, has no week before it: the incidents start on "
            f"{min(incidents.start).date()}; give fewer --weeks or a later --test-start"
        )
    weeks = list(range(first, min(first + n_weeks, end)))
    if not weeks:
        raise BadInput(
            f"no whole week from {calendar.start(first)} on: the incidents end on {max(incidents.start).date()}"
        )
    if len(weeks) < n_weeks:
        print(f"Only {len(weeks)} whole weeks of incidents from {calendar.start(first)} on.", file=sys.stderr)
    return calendar, weeks


def study_area(columns: dict[str, np.ndarray], given: np.ndarray | None, first_week: int) -> StudyArea:
    """The given cells and every cell with an incident of any category known before the first test week."""
    earlier = columns["cell"][(columns["week"] < first_week) & (columns["known_at"] < first_week)]
    if given is None:
        return StudyArea(earlier, derived=True, closed_at=first_week)
    return StudyArea(np.concatenate([given, earlier]))


def add_cost(result: dict, cost: Cost) -> None:
    """Write seconds and memory into one category's report."""
    result["seconds_to_choose"] = cost.seconds_to_choose
    for method, scores in result["methods"].items():
        scores["seconds"] = cost.seconds[method]
        scores["peak_mib"] = cost.peak_mib


def table(report: dict) -> str:
    """The scores as text, a line a category and method."""
    headings = ("hit 1%", "hit 5%", "PAI 5%", "PEI 5%", "deviance", "log", "cover", "E/O", "seconds")
    lines = [f"{'category':<20} {'method':<34}" + "".join(f"{heading:>9}" for heading in headings)]
    for category, result in report["categories"].items():
        for method, scores in result["methods"].items():
            label = f"{method} = {result['published']['method']}" if method == PUBLISHED else method
            numbers = (
                scores["hit_rate"]["0.01"],
                scores["hit_rate"]["0.05"],
                scores["pai"]["0.05"],
                scores["pei"]["0.05"],
                scores["poisson_deviance"],
                scores["log_score"],
                scores["coverage_90"],
                scores["expected_over_observed"],
                scores["seconds"],
            )
            lines.append(f"{category:<20.20} {label:<34.34}" + "".join(f"{number:>9.4f}" for number in numbers))
    return "\n".join(lines)


def _one_category(
    cube: Cube,
    category: str,
    weeks: list[int],
    methods: list[str],
    calendar: Calendar,
    seed: int,
    part: Path | None,
) -> tuple[dict[str, object], Cost]:
    # One thread: sums in another order differ in their last bits, and the jobs already share the cores.
    with threadpool_limits(1):
        study = run_study(cube, category, weeks, methods, calendar=calendar, seed=seed, stopwatch=time.perf_counter)
    if part is not None:
        with part.open("wb") as file, gzip.GzipFile("", "wb", 5, file, mtime=0) as packed:
            for lines in _prediction_lines(study, category, calendar):
                packed.write(lines.encode())
    # The peak of the process that ran it: with several jobs a process may have run other categories before.
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return study.report, replace(study.cost, peak_mib=peak_mib)


def _prediction_lines(study: Study, category: str, calendar: Calendar) -> Iterator[str]:
    names = [h3_cells.to_hex(int(cell)) for cell in study.runs[0].forecasts[0].cells]
    safe = '"' + category.replace('"', '""') + '"' if any(mark in category for mark in ',"\n\r') else category
    for run in study.runs:
        for forecast in run.forecasts:
            start = f"{safe},{run.method},{calendar.start(forecast.week)},"
            columns = zip(names, forecast.rate, forecast.low, forecast.high, forecast.dispersion, strict=True)
            yield "".join(
                f"{start}{name},{rate:.10g},{low:.10g},{high:.10g},{forecast.family},{dispersion:.10g}\n"
                for name, rate, low, high, dispersion in columns
            )


def _part(path: Path, number: int) -> Path:
    return path.with_name(f".{path.name}.{number}.part")


def _join(path: Path, parts: list[Path]) -> None:
    # Gzip members in a row are one gzip file, so the parts need not be unpacked.
    packed = path.suffix == ".gz"
    header = f"{PREDICTION_COLUMNS}\n".encode()
    with path.open("wb") as out:
        out.write(gzip.compress(header, mtime=0) if packed else header)
        for part in parts:
            content = part.read_bytes()
            out.write(content if packed else gzip.decompress(content))


def _categories(incidents: Incidents, wanted: list[str] | None) -> list[str]:
    there = sorted(set(incidents.category))
    unknown = [name for name in wanted or () if name not in there]
    if unknown:
        raise BadInput(f"no incident of category {', '.join(unknown)}; there are: {', '.join(there)}")
    return sorted(set(wanted)) if wanted else there


def _says(area: StudyArea) -> str:
    with_incident = "with an incident before the first test week"
    if area.derived:
        return f"Study area: derived, the {len(area)} cells {with_incident}."
    return f"Study area: {len(area)} cells, those given and every cell {with_incident}."


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as problem:
        raise BadInput(f"{path}: {problem.strerror}") from problem


def _date(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2015-06-29") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m forecasting", description="Forecasts of recorded mass.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("backtest", help="score every method on weeks that it has not seen")
    command.add_argument(
        "incidents",
        type=Path,
        metavar="INCIDENTS.csv",
        help="id,occurred_at,category,lat,lon[,occurred_to][,known_at], plain or gzipped",
    )
    command.add_argument("--out", type=Path, required=True, metavar="REPORT.json")
    command.add_argument("--cells", type=Path, metavar="CELLS.csv", help="study area: column cell, 15 hex digits")
    command.add_argument("--resolution", type=int, default=9, choices=range(4, 10), metavar="4..9")
    command.add_argument("--weeks", type=int, default=26, help="test weeks (default 26)")
    command.add_argument("--test-start", type=_date, metavar="DATE", help="first day of the first test week")
    command.add_argument("--category", action="append", metavar="NAME", help="may be repeated; default: all")
    command.add_argument(
        "--methods",
        nargs="+",
        metavar="NAME",
        help=f"of {', '.join(METHODS)}; default: all but {PooledBoosting.name}, for runs of many heads",
    )
    command.add_argument("--predictions", type=Path, metavar="PRED.csv.gz", help="every forecast of every cell")
    command.add_argument("--jobs", type=int, default=2)
    command.add_argument("--seed", type=int, default=0)
    return parser
