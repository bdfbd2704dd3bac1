"""What names beside distances teach of how distances are measured, and how much smaller regions become by it.

The development set's places in the areas of the files' stations are worded with distances as each kind of writer words
them; the names that are surely known teach the habits, with which other texts of the same writers are read.

Run: ``python -m tests.bench.bench_witnesses [TEXTS]``. No database.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Final

from app.geocode import shelf
from app.settings import Settings
from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding.column4 import draw
from spatial.geocoding.coverage import judge
from spatial.geocoding.habits import Habits
from spatial.geocoding.pinned import Pinned
from spatial.geocoding.witnesses import witnesses
from spatial.geocoding.writers import learn, learn_stations
from tests.bench.bench_beside import real
from tests.spatial.geocoding.written import WRITERS, stations

WAYS: Final = ("half km, straight", "half km, all by road", "half km, half by road", "whole km, straight")


def learned(taken: shelf.Shelf, writer: Habits, texts: int | None = None) -> tuple[Habits, int]:
    """Give the habits that the names of the development set teach, and from how many of them."""
    known, asked = real(taken, writer=writer)
    pairs = [(one.query, station) for one in asked[:texts] if (station := known.station(one.query.station or ""))]
    said: dict[str, list[Bearing]] = defaultdict(list)
    pins: dict[str, list[Pinned]] = defaultdict(list)
    for (query, station), pin in zip(pairs, witnesses(pairs, taken.index), strict=True):
        if (read := parse_bearing(query.text)) is not None:
            said[station.code].append(read)
        if pin is not None:
            pins[station.code].append(pin)
    writers = learn_stations(said, pins, areas={station.code: station for _, station in pairs})
    return writers.whole.habits, sum(map(len, pins.values()))


def report(texts: int = 800) -> None:
    """Print the table."""
    taken = shelf.take(Settings().instance)
    print("| texts written by | names | share by road | of the first 100 texts | without names | with them |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in WAYS:
        writer = WRITERS[name]
        drawn = list(draw(stations(), texts, 41, writer))
        habits, names = learned(taken, writer)
        few, _ = learned(taken, writer, 100)
        alone = learn(read for one in drawn if (read := parse_bearing(one.text)) is not None)
        shares = [judge(drawn, reader, writer) for reader in (alone, habits)]
        told = [
            f"{one.in_cells:.1%} cells, {one.in_circle:.1%} circle, {one.median_ratio:.2f} ({one.area_ratio:.2f})"
            for one in shares
        ]
        print(f"| {name} | {names} | {habits.road:.0%} | {few.road:.0%} | {' | '.join(told)} |")


if __name__ == "__main__":
    report(*(int(word) for word in sys.argv[1:2]))
