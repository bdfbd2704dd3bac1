"""Regions of column-4 texts with known places: coverage and area beside those of who knows the habits; texts/s.

Run: ``python -m tests.bench.bench_regions [TEXTS]``. No database.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import replace

import numpy as np

from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import InMemoryGazetteer, Query, coordinates, resolve, resolve_all
from spatial.geocoding.column4 import Drawn, draw
from spatial.geocoding.coverage import Coverage, judge
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.writers import learn, learn_stations
from tests.spatial.geocoding.written import WRITERS, stations, with_areas

_TOGETHER = 128
FORMS = ("bearing", "distance", "near", "named")


def report(texts: int = 1500) -> None:
    """Print the tables."""
    print("| texts written by | read as believed | | | | habits learned from the texts | | |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    print("| | n | cells | circle | area | cells | circle | area |")
    for name, writer in WRITERS.items():
        drawn = list(draw(stations(), texts, 41, writer))
        plain = judge(drawn, BELIEVED, writer)
        habits = learn(said for one in drawn if (said := parse_bearing(one.text)) is not None)
        learned = judge(drawn, habits, writer)
        print(f"| {name} | {plain.count:,} | {_shares(plain)} | {_shares(learned)} |")
    mixed = list(draw(stations(), 4 * texts, 43, without_direction=0.2, farthest_m=(1_000.0, 8_000.0), named=0.2))
    print("\n| form or area | n | cells | circle | area |\n| --- | --- | --- | --- | --- |")
    for form in FORMS:
        _row(form, judge(mixed, BELIEVED, BELIEVED, forms=[form]))
    _row("within a drawn area", judge(draw(with_areas(False), texts, 47), BELIEVED, BELIEVED))
    _areas(texts)
    _row("control: drawn together by 30 %", judge(mixed, BELIEVED, shrink=0.3))
    _speed(mixed[:texts])


def _areas(texts: int) -> None:
    """Print how regions fare within derived areas, and where these are pure invention: as believed, and learned."""
    areas = {one.code: one for one in with_areas(True)}
    bare = [replace(one, area=None) for one in areas.values()]
    for label, where in (("within a derived area", list(areas.values())), ("derived areas are invention", bare)):
        drawn = list(draw(where, texts, 47, farthest_m=(1_500.0, 8_000.0)))
        said: dict[str, list[Bearing]] = defaultdict(list)
        for one in drawn:
            if (read := parse_bearing(one.text)) is not None:
                said[one.station.code].append(read)
        writers = learn_stations(said, areas=areas)
        believed = [replace(one, station=areas[one.station.code]) for one in drawn]
        leaks = {code: replace(area, leak=writers.of(code).leak) for code, area in areas.items()}
        learned = [replace(one, station=leaks[one.station.code]) for one in drawn]
        is_kept = where is not bare
        for way, read_as in (("as believed", believed), ("learned", learned)):
            _row(f"{label}, {way}", judge(read_as, BELIEVED, BELIEVED if is_kept else None))


def _shares(found: Coverage) -> str:
    area = f"{found.median_ratio:.2f} ({found.area_ratio:.2f})"
    return f"{100 * found.in_cells:.1f} % | {100 * found.in_circle:.1f} % | {area}"


def _row(label: str, found: Coverage) -> None:
    print(f"| {label} | {found.count:,} | {_shares(found)} |")


def _speed(drawn: list[Drawn]) -> None:
    gazetteer = InMemoryGazetteer([], stations())
    plain = [one for one in drawn if one.place is None]
    for label in ("every one new", "all seen before"):
        began = time.process_time()
        for one in plain:
            resolve(Query(text=one.text, station=one.station.code), gazetteer)
        print(f"bearing texts/s, {label}: {len(plain) / (time.process_time() - began):,.0f}")
    for label, where in (("without an area", stations()), ("within a drawn area", with_areas())):
        _speed_together(label, list(draw(where, 2 * len(drawn), 53)))
        _speed_together(f"{label}, beside a name", list(draw(where, 2 * len(drawn), 59, named=1.0)))
    chance = np.random.default_rng(1)
    points = np.round(chance.uniform((31.4, 74.2), (31.6, 74.4), (30_000, 2)), 6).tolist()
    station = next(one for one in with_areas() if one.area is not None)
    for label, where in (("alone", None), ("within a station's area", station)):
        began = time.process_time()
        for lat, lon in points:
            coordinates.rung(lat, lon, None, where, [])
        print(f"coordinates/s, {label}: {len(points) / (time.process_time() - began):,.0f}")


def _speed_together(label: str, drawn: list[Drawn]) -> None:
    """Print how many texts a second are placed together, the first half telling stations' areas and words."""
    where = {one.station.code: one.station for one in drawn}
    gazetteer = InMemoryGazetteer([(one.place, ()) for one in drawn if one.place is not None], where.values())
    queries = [Query(text=one.text, station=one.station.code) for one in drawn]
    half = len(queries) // 2
    for part, asked in (("areas new", queries[:half]), ("areas known", queries[half:])):
        began = time.process_time()
        for first in range(0, half, _TOGETHER):
            resolve_all(asked[first : first + _TOGETHER], gazetteer)
        print(f"bearing texts/s, {label}, {part}: {half / (time.process_time() - began):,.0f}")


if __name__ == "__main__":
    report(*(int(word) for word in sys.argv[1:2]))
