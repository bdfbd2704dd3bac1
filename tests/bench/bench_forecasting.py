"""Forecasts against New York: every method, 26 weeks from 2015-06-29, with the ceiling that no map can pass.

Run: ``python -m tests.bench.bench_forecasting [CATEGORY ...]``. Parameters and the choice see weeks before 2015-06-29
only. Each method runs in a process of its own, so that its memory is its own. Time is that of its 26 forecasts, fit
included, scoring apart, in CPU seconds of all threads, which other work on the machine does not stretch.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from forecasting.backtest import rolling, summarise
from forecasting.command import study_area
from forecasting.cube import Cube, relate
from forecasting.incidents import Calendar, read_cells, read_incidents
from forecasting.metrics import captured
from forecasting.registry import METHODS
from forecasting.study import choose_before

DATA = Path(__file__).parents[2] / "data" / "newyork"
INCIDENTS, CELLS = DATA / "nyc_incidents.csv.gz", DATA / "nyc_cells_h3r9.csv.gz"
FIRST_DAY = "2015-06-29"
WEEKS = 26


class Known(NamedTuple):
    """Figures of strong public methods on the same weeks: hit rate at 5 % of area, Poisson deviance, seconds."""

    hit_rate: float
    deviance: float
    seconds: float


#: The self-exciting one is PredictCode's; "to beat" and "boosting" are scikit-learn and plain numpy.
KNOWN: dict[str, dict[str, Known]] = {
    "burglary": {
        "self-exciting": Known(0.2401, 0.2326, 19),
        "smoothed decayed mean": Known(0.2528, 0.2241, 4),
        "boosting": Known(0.2598, 0.2196, 223),
    },
    "robbery": {
        "self-exciting": Known(0.3081, 0.2207, 17),
        "smoothed decayed mean": Known(0.3137, 0.2135, 4),
        "boosting": Known(0.3258, 0.2102, 127),
    },
    "motor_vehicle_theft": {
        "self-exciting": Known(0.1859, 0.1832, 15),
        "smoothed decayed mean": Known(0.1914, 0.1716, 3),
        "boosting": Known(0.1977, 0.1673, 135),
    },
}


class Row(NamedTuple):
    """One method's scores over the weeks, and what they cost."""

    hit_rate: float
    deviance: float
    log_score: float
    covers: float
    covers_top: float
    expected: float
    seconds: float
    mib: float

    def __str__(self) -> str:
        scores = f"{self.hit_rate:.4f} | {self.deviance:.4f} | {self.log_score:.4f}"
        holds = f"{self.covers:.3f} | {self.covers_top:.3f} | {self.expected:.3f}"
        return f"{scores} | {holds} | {self.seconds:.1f} | {self.mib:.0f}"


Answer = TypeVar("Answer")

HEAD = (
    "| category | method | hit rate at 5 % | Poisson deviance | log score | 90 % covers | same, top 5 % of cells "
    "| expected / observed | CPU seconds | MiB |"
)


def newyork() -> tuple[dict[str, Cube], int]:
    """Every category's cube, related to the others, and the first test week."""
    calendar = Calendar()
    columns = read_incidents(INCIDENTS, 9).columns(calendar)
    first = calendar.week_of(np.datetime64(FIRST_DAY).astype(object))
    area = study_area(columns, read_cells(CELLS, 9), first)
    span = (int(columns["week"].min()), first + WEEKS)
    names = sorted(str(name) for name in set(columns["category"]))
    return relate({name: Cube.from_events(columns, area=area, weeks=span, category=name) for name in names}), first


def hindsight(cube: Cube, first: int) -> float:
    """Hit rate at 5 % of area of the best fixed ranking, known afterwards."""
    start = first - int(cube.weeks[0])
    total = cube.records[:, start:].sum(axis=1)
    return captured(total, total, 0.05) / float(total.sum() + cube.outside[start:].sum() / 1_000_000)


def measure(cube: Cube, first: int, method: str) -> Row:
    """Scores and cost of one method; memory is that beyond the data."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Neighbours belong to the area, not to a method.
    cube.area.ring(1), cube.area.ring(2)
    run = rolling(cube, range(first, first + WEEKS), [method], stopwatch=time.process_time)[0]
    scores = summarise(run)
    return Row(
        hit_rate=scores["hit_rate"]["0.05"],  # type: ignore[index]
        deviance=scores["poisson_deviance"],  # type: ignore[arg-type]
        log_score=scores["log_score"],  # type: ignore[arg-type]
        covers=scores["coverage_90"],  # type: ignore[arg-type]
        covers_top=scores["coverage_90_top_5_percent"],  # type: ignore[arg-type]
        expected=scores["expected_over_observed"],  # type: ignore[arg-type]
        seconds=run.seconds,
        mib=(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
    )


def choose_published(cube: Cube, first: int) -> tuple[str, float]:
    """The method that would be published, chosen on weeks before the first, and the CPU seconds that it took."""
    start = time.process_time()
    choice, _, _ = choose_before(cube, first, list(METHODS), seed=0)
    return choice.method, time.process_time() - start


def alone(work: Callable[[], Answer]) -> Answer:
    """Do something in a process of its own, which shares the data and keeps its memory to itself."""
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    worker = fork.Process(target=lambda: there.send(work()))
    worker.start()
    there.close()
    try:
        return here.recv()
    finally:
        worker.join()


def report(categories: tuple[str, ...] = ()) -> None:
    """Print the tables of docs/forecasting.md."""
    cubes, first = newyork()
    closed = []
    print(HEAD)
    print("|" + " --- |" * 10)
    notes = []
    for name in categories or tuple(cubes):
        words = name.replace("_", " ")
        rows = {}
        for method in METHODS:
            rows[method] = alone(partial(measure, cubes[name], first, method))
            print(f"| {words} | `{method}` | {rows[method]} |", flush=True)
        for other, known in KNOWN.get(name, {}).items():
            figures = f"{known.hit_rate} | {known.deviance}"
            print(f"| {words} | {other}, known figure | {figures} | | | | | {known.seconds:g} | |")
        best = hindsight(cubes[name], first)
        print(f"| {words} | hindsight | {best:.4f} |" + " |" * 7)
        published, seconds = alone(partial(choose_published, cubes[name], first))
        rule = rows["smoothed_decayed_mean"].hit_rate
        share = (rows[published].hit_rate - rule) / (best - rule)
        notes.append(f"{words}: {published}, chosen in {seconds:.0f} CPU s, closes {share:.1%} of the distance")
        if name in KNOWN:
            closed.append(share)
            ratio = KNOWN[name]["self-exciting"].seconds / rows["self_exciting"].seconds
            notes[-1] += f"; self_exciting is {ratio:.1f} times as fast as the known one"
    print("\n" + "\n".join(notes))
    if closed:
        print(f"On average of those with known figures {np.mean(closed):.1%} of the distance to hindsight is closed")


if __name__ == "__main__":
    report(tuple(sys.argv[1:]))
