"""Forecasts against New York: every method, 26 weeks from 2015-06-29, with the ceiling that no map can pass.

Run: ``python -m tests.bench.bench_forecasting``. Parameters and the choice see weeks before 2015-06-29 only.
"""

import json
import tempfile
import time
from pathlib import Path

import numpy as np

from forecasting.command import main, study_area
from forecasting.cube import Cube
from forecasting.incidents import Calendar, read_cells, read_incidents
from forecasting.metrics import captured
from forecasting.registry import METHODS

DATA = Path(__file__).parents[2] / "data" / "newyork"
INCIDENTS, CELLS = DATA / "nyc_incidents.csv.gz", DATA / "nyc_cells_h3r9.csv.gz"
FIRST_DAY = "2015-06-29"
WEEKS = 26


def hindsight() -> dict[str, float]:
    """Hit rate at 5 % of area of the best fixed ranking, known afterwards, by category."""
    calendar = Calendar()
    columns = read_incidents(INCIDENTS, 9).columns(calendar)
    first = calendar.week_of(np.datetime64(FIRST_DAY).astype(object))
    area = study_area(columns, read_cells(CELLS, 9), first)
    found = {}
    for category in sorted(set(columns["category"])):
        cube = Cube.from_events(columns, area=area, weeks=(first, first + WEEKS), category=category)
        total = cube.records.sum(axis=1)
        found[category] = captured(total, total, 0.05) / float(total.sum() + cube.outside.sum() / 1_000_000)
    return found


def speed(cells: int = 7_421, weeks: int = 104) -> dict[str, tuple[float, float]]:
    """Seconds to fit and to move on by a week, of each method, on a made-up cube of New York's size."""
    random = np.random.default_rng(0)
    area = study_area(
        {"cell": read_cells(CELLS, 9)[:cells], "week": np.zeros(cells, int), "known_at": np.zeros(cells, int)}, None, 1
    )
    cell, week = np.nonzero(random.poisson(0.05, size=(len(area), weeks)))
    cube = Cube.from_events({"cell": area.cells[cell], "week": week}, area=area, weeks=(0, weeks))
    area.ring(1), area.ring(2)
    seconds = {}
    for name, make in METHODS.items():
        start = time.perf_counter()
        forecaster = make().fit(cube)
        fitted = time.perf_counter()
        forecaster.update(cube).predict(weeks)
        seconds[name] = (fitted - start, time.perf_counter() - fitted)
    return seconds


def report() -> None:
    """Print the table of docs/forecasting.md and the speeds."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        start = time.perf_counter()
        main(["backtest", str(INCIDENTS), "--cells", str(CELLS), "--test-start", FIRST_DAY, "--out", str(out)])
        total = time.perf_counter() - start
        found = json.loads(out.read_text())
    print("\nHindsight, hit rate at 5 % of area:")
    for category, rate in hindsight().items():
        print(f"  {category:<20} {rate:.4f}")
    choosing = sum(result["seconds_to_choose"] for result in found["categories"].values())
    print(f"\nFive categories: {total:.1f} s on two cores; choosing methods took {choosing:.1f} s of one core")
    print("7,421 cells x 104 weeks: seconds to fit, seconds a week")
    for name, (fit, week) in speed().items():
        print(f"  {name:<24} {fit:.3f}  {week:.3f}")


if __name__ == "__main__":
    report()
