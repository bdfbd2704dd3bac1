"""A week's forecasts of the whole country, by the application's road but for the database.

156 districts with 12 heads, 6.5 million records in ten years. A few districts are forecast here and the rest
extrapolated, which is said; reading and keeping are measured apart, on a database (docs/forecasting.md).

Run: ``python -m tests.bench.bench_national [METHOD | fresh]``; with a method, only with it chosen before: in two heads
of one district, or in all where they share what is learned. With ``fresh`` only a first week with that sharing
method. The time of a loop of a million additions stands beside, so that machines can be compared.
"""

import resource
import sys
import time
from dataclasses import dataclass

import numpy as np

from app.forecasts import keeping, making, registration, watching
from app.forecasts.planning import HEADS
from forecasting.cube import Cube, StudyArea, relate
from forecasting.holding import registrations
from forecasting.registry import METHODS
from forecasting.stability import examine
from spatial import cells as h3cells

DISTRICTS, HEADS_OF_ALL, RECORDS, YEARS = 156, 12, 6_500_000, 10
MEASURED = 3
#: Of the slow methods, of one district.
HEADS_MEASURED = 2
#: Resolution 8 of a district of usual size: 5,100 km2.
CELLS = 6_900
STATIONS = 12
END = 2_960
PLAIN = ("last_year", "decayed_mean", "smoothed_decayed_mean")
#: The method whose heads share what is learned, and those that a nation can choose among.
SHARING = "pooled_boosting"
NATIONAL = (*PLAIN, "kernel_mixture", SHARING)


@dataclass
class Cost:
    """CPU seconds of one district's parts."""

    condition: float = 0.0
    examine: float = 0.0
    forecast: float = 0.0


def district(seed: int) -> tuple[dict[str, Cube], watching.Stations]:
    """Give the heads' cubes of a made-up district: few streets hold most of it, reports come with delays."""
    random = np.random.default_rng(seed)
    middle = h3cells.cell_of(30 + seed % 3, 71 + seed % 4, 8)
    area = StudyArea(sorted(h3cells.disk(middle, 48))[:CELLS])
    weeks = (END - making.HISTORY_WEEKS, END)
    number = int(RECORDS / YEARS / 52 * making.HISTORY_WEEKS / DISTRICTS / HEADS_OF_ALL)
    share = random.gamma(0.08, size=CELLS)
    cubes = {}
    for head in range(HEADS_OF_ALL):
        records = random.poisson(number)
        cell = random.choice(area.cells, size=records, p=share / share.sum())
        week = random.integers(*weeks, size=records)
        known = week + random.geometric(0.6, size=records) - 1
        kept = known < END
        events = {"cell": cell[kept], "week": week[kept], "known_at": known[kept]}
        name = HEADS[head] if head < len(HEADS) else f"head{head}"
        cubes[name] = Cube.from_events(events, area=area, weeks=weeks)
    group = np.arange(CELLS) * STATIONS // CELLS
    return cubes, watching.Stations(tuple((f"PS {n}", f"PS {n}") for n in range(STATIONS)), group)


def forecast_district(
    seed: int, methods: tuple[str, ...], chosen: str, *, fresh: bool, heads: int = HEADS_OF_ALL
) -> Cost:
    """Forecast the heads of a district once; gives its seconds, where only some are forecast extrapolated to all."""
    cost = Cost()
    cubes, stations = district(seed)
    began = time.process_time()
    registered = {key: registrations(cube, stations.group, STATIONS) for key, cube in cubes.items()}
    watched = watching.watch(registered, watching.total_of(registered), stations)
    learned = registration.related(
        {key: registration.condition(cube, stations, watched, key) for key, cube in cubes.items()}
    )
    raw = relate(cubes)
    cost.condition = time.process_time() - began
    for key, cube in list(raw.items())[:heads]:
        began = time.process_time()
        if fresh:
            kept = making.examine(cube, END, methods=methods)
        else:
            scores = {"methods": {name: {} for name in methods}, "chosen": chosen, "reason": "kept"}
            kept = making.Examination(chosen, "kept", [], {**scores, "weeks": ["2026-09-21"]})
        cost.examine += time.process_time() - began
        began = time.process_time()
        made = making.make_forecast(
            cube,
            END,
            key,
            left_out={},
            facts={},
            methods=methods,
            kept=kept,
            learning=(learned[key].held, learned[key].cube),
        )
        budget = keeping.shown_count(CELLS) / CELLS
        examine(made.forecast.rate, stations.group, budget, records_a_year=registration.year_of(cube))
        cost.forecast += time.process_time() - began
    cost.examine, cost.forecast = cost.examine * HEADS_OF_ALL / heads, cost.forecast * HEADS_OF_ALL / heads
    return cost


def loop() -> float:
    """CPU seconds of a million additions."""
    began, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return time.process_time() - began


def main(method: str = "") -> None:
    """Print the table, or one method's row of it."""
    print("national week: CPU seconds of one district (12 heads), and minutes of 156 of them on one core")
    print(f"a million additions took {loop():.3f} s")
    print(f"{'methods':<34} {'condition':>9} {'examine':>8} {'forecast':>8} {'minutes':>8} {'MiB':>6}")
    plans = [
        ("plain, choice kept", PLAIN, "smoothed_decayed_mean", False),
        ("plain, chosen anew", PLAIN, "", True),
        ("kernel mixture, choice kept", tuple(METHODS), "kernel_mixture", False),
    ]
    heads = HEADS_OF_ALL
    if method == "fresh":
        plans = [(f"{SHARING} among them, chosen anew", NATIONAL, "", True)]
    elif method:
        plans = [(f"{method}, choice kept", tuple(METHODS), method, False)]
        heads = HEADS_OF_ALL if method == SHARING else HEADS_MEASURED
    for words, methods, chosen, fresh in plans:
        districts = 1 if fresh or method else MEASURED
        costs = [forecast_district(seed, methods, chosen, fresh=fresh, heads=heads) for seed in range(districts)]
        mean = [
            float(np.mean([getattr(each, name) for each in costs])) for name in ("condition", "examine", "forecast")
        ]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        minutes = sum(mean) * DISTRICTS / 60
        print(f"{words:<34} {mean[0]:>9.2f} {mean[1]:>8.2f} {mean[2]:>8.2f} {minutes:>8.1f} {peak:>6.0f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
