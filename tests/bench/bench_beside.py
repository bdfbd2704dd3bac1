"""Names beside a distance and direction: whether cells and circles hold the true places, where the two agree and not.

Real places are those of the development set that lie in the area of one of the files' stations, worded with a distance
and direction as writers word them, with no town given.  The shipped fit has seen their names; with ``--parts`` each is
read by a fit that has not (nine minutes of one core).  Made places are landmarks that the generator invents.

Run: ``python -m tests.bench.bench_beside [--parts]``. No database.
"""

from __future__ import annotations

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from unittest import mock

import numpy as np
import shapely

from app.geocode import shelf
from app.settings import Settings
from setup import fit_geocoding as fits
from spatial import cells, projection
from spatial.geocoding import InMemoryGazetteer, PlaceIndex, Query, StationArea, calibration, resolve_all
from spatial.geocoding.column4 import draw, wording
from spatial.geocoding.coverage import smallest_set
from spatial.geocoding.evaluation import wilson
from spatial.geocoding.habits import BELIEVED, Habits
from spatial.geocoding.region import Region, prepared
from spatial.model import Fix
from tests.spatial.geocoding.written import stations, with_areas

_TOGETHER = 128
_MADE = 1_000
_SAID = ("bearing_agrees", "bearing_over_name", "bearing_contradicts")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text with its true place, in degrees, and the part of the development set that it is of."""

    query: Query
    lat: float
    lon: float
    part: int = 0


def real(taken: shelf.Shelf, seed: int = 5, writer: Habits = BELIEVED) -> tuple[InMemoryGazetteer, list[Asked]]:
    """Give the development set's places in stations' areas, worded with made bearings."""
    chance = np.random.default_rng(seed)
    where = [
        one for code in sorted(taken._stations) if (one := taken.station(code)) is not None and one.area is not None
    ]
    found = []
    for text in fits.development():
        station = next((one for one in where if shapely.contains_xy(prepared(one.area), text.lon, text.lat)), None)
        if station is None:
            continue
        metres = projection.distance_m(station.lat, station.lon, text.lat, text.lon)
        east = (text.lon - station.lon) * math.cos(math.radians(text.lat))
        turn = math.degrees(math.atan2(east, text.lat - station.lat)) % 360.0
        said, _, _ = wording(metres, turn, chance, writer, 0.1)
        query = Query(text=f"{text.text}, {said}", station=station.code)
        found.append(Asked(query, text.lat, text.lon, fits.square(text)))
    return _gazetteer(taken.index, where), found


def made(where: Sequence[StationArea], seed: int = 71) -> tuple[InMemoryGazetteer, list[Asked]]:
    """Give texts about landmarks that the generator invents."""
    drawn = list(draw(where, _MADE, seed, named=1.0))
    known = InMemoryGazetteer([(one.place, ()) for one in drawn if one.place is not None], where)
    return known, [Asked(Query(text=one.text, station=one.station.code), one.lat, one.lon) for one in drawn]


def _gazetteer(index: PlaceIndex, where: Sequence[StationArea]) -> InMemoryGazetteer:
    found = InMemoryGazetteer([], where)
    found.index = index
    return found


def unseen(index: PlaceIndex) -> list[calibration.Calibration]:
    """Give for each part of the development set the fit that the others make."""
    bench, dev = fits.Bench(index), fits.development()
    learned = [*fits.addresses(), *fits.events(dev)]
    others, found = bench.measured(learned), bench.measured(dev)
    measures, near = others.measures[others.is_there], fits.nearness(learned, others)[others.is_there]
    near_dev, part = fits.nearness(dev, found), np.array([fits.square(text) for text in dev])
    chance, nets = np.zeros(near_dev.shape), []
    for number in range(fits.FOLDS):
        seen = part != number
        own, own_near = found.measures[seen][found.is_there[seen]], near_dev[seen][found.is_there[seen]]
        nets.append(fits.net(np.vstack([measures, own, own]), np.concatenate([near, own_near, own_near])))
        chance[~seen] = fits.chances(nets[number], found.measures[~seen])
    placed = found.is_there.max(axis=1)
    choice = calibration.choose(found, chance, None, bench.lines(dev))
    choice = fits.Choice(*[getattr(choice, name)[placed] for name in ("lat", "lon", "best", "weight", "signs")])
    judged = fits.judge([text for text, is_placed in zip(dev, placed.tolist(), strict=True) if is_placed], choice)
    own_part = part[placed]
    return [calibration.of(fits.content(judged, nets[number], own_part != number)) for number in range(fits.FOLDS)]


def placed(known: InMemoryGazetteer, asked: Sequence[Asked]) -> list[Fix]:
    """Give the fixes of texts."""
    return [
        fix
        for first in range(0, len(asked), _TOGETHER)
        for fix in resolve_all([one.query for one in asked[first : first + _TOGETHER]], known)
    ]


def report(label: str, known: InMemoryGazetteer, asked: Sequence[Asked], read: Callable[..., list[Fix]]) -> None:
    """Print how many true places cells and circles hold, by what was said of name and bearing."""
    began = time.process_time()
    fixes = read(known, asked)
    print(f"{label}: {len(asked) / (time.process_time() - began):,.0f} texts/s")
    groups: dict[str, list[tuple[bool, bool, float]]] = defaultdict(list)
    for one, fix in zip(asked, fixes, strict=True):
        held, codes = (False, False, math.inf), [reason.code for reason in fix.reasons]
        if fix.point is not None and fix.accuracy_m is not None and fix.resolution is not None:
            region = Region(fix.point, fix.accuracy_m, fix.resolution, fix.cells, fix.masses, 0.0)
            is_in = cells.cell_of(one.lat, one.lon, fix.resolution) in smallest_set(region)
            apart = projection.distance_m(one.lat, one.lon, fix.point.lat, fix.point.lon)
            held = is_in, apart <= fix.accuracy_m, fix.accuracy_m
        said = next((code for code in _SAID if code in codes), None)
        for group in ("all", *((said, "named") if said else (fix.method.value,))):
            groups[group].append(held)
    for group, found in groups.items():
        shares = [sum(one[which] for one in found) for which in (0, 1)]
        told = []
        for share in shares:
            low, high = wilson(share, len(found))
            told.append(f"{share / len(found):.1%} ({low:.1%}-{high:.1%})")
        radius = float(np.median([one[2] for one in found]))
        print(f"  {group:20} {len(found):5}  cells {told[0]}  circle {told[1]}  radius {radius:,.0f} m")


def main() -> None:
    """Print the tables."""
    taken = shelf.take(Settings().instance)
    parts = unseen(taken.index) if "--parts" in sys.argv[1:] else None

    def by_parts(known: InMemoryGazetteer, asked: Sequence[Asked]) -> list[Fix]:
        if parts is None:
            return placed(known, asked)
        found: dict[int, Fix] = {}
        for number, fit in enumerate(parts):
            rows = [row for row, one in enumerate(asked) if one.part == number]
            with mock.patch.object(calibration, "current", lambda fit=fit: fit):
                found.update(zip(rows, placed(known, [asked[row] for row in rows]), strict=True))
        return [found[row] for row in range(len(asked))]

    report("real names", *real(taken), by_parts)
    report("made landmarks, drawn areas", *made(with_areas()), placed)
    report("made landmarks, no areas", *made(stations()), placed)


if __name__ == "__main__":
    main()
