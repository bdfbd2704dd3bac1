"""A table's texts as a corpus: how its writers word distances and directions, learned before any of them is placed.

No truth is needed for that, and no database: see `spatial.geocoding.writers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from app.geocode import tables
from app.geocode.shelf import Say
from app.geocode.units import UnitNotFound
from spatial.addresses import Bearing, parse_bearing, without_bearing
from spatial.geocoding import PlaceIndex, Query, StationArea, bearing
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.pinned import Pinned
from spatial.geocoding.witnesses import witnesses
from spatial.geocoding.writers import FEWEST, Writers, learn_stations

#: A text is read as far as this.
LONGEST: Final = 1_000
#: Between so many and twice as many texts with a name are looked up for what it shows of the distance.
MOST_NAMED: Final = 500


def learn(path: Path, gazetteer: Any, say_line: Say = lambda line: None) -> Writers | None:
    """Let a gazetteer read a file's texts as its own writers write; gives their habits, None where too few say any.

    Parameters
    ----------
    path : Path
        CSV with ``text`` and ``station``; see `app.geocode.tables`.
    gazetteer : app.geocode.batch.FileGazetteer

    Raises
    ------
    app.geocode.tables.TableRefused
        If the file cannot be read.
    """
    texts: dict[str, list[Bearing]] = defaultdict(list)
    named = _Named()
    with tables.opened(path) as table:
        for line in table:
            text = line.values["text"][:LONGEST]
            said = None if bearing.is_from_elsewhere(text) else parse_bearing(text)
            if said is not None and (code := _station(line.values, gazetteer)) is not None:
                texts[code].append(said)
                if without_bearing(text):
                    named.take(Query(text=text, station=code, city=line.values.get("city") or None))
    count = sum(map(len, texts.values()))
    if count < FEWEST:
        return None
    areas = {code: station for code in texts if (station := gazetteer.station(code)) is not None}
    before = gazetteer.learned
    prior = before.whole.habits if before else BELIEVED
    writers = learn_stations(texts, named.pins(areas, gazetteer.index), prior, areas)
    if before is not None:
        writers = _beside(writers, before)
    gazetteer.read_as(writers)
    say_line(f"Read {count:,} distances of {len(texts):,} stations first, to learn how their writers round.")
    return writers


class _Named:
    """Texts that name a place beside a distance: every one at first, then every second, so that some are of the end."""

    def __init__(self) -> None:
        self._kept: list[Query] = []
        self._step, self._seen = 1, 0

    def take(self, query: Query) -> None:
        """Take a text, if it is its turn."""
        if self._seen % self._step == 0:
            self._kept.append(query)
            if len(self._kept) >= 2 * MOST_NAMED:
                self._kept, self._step = self._kept[::2], 2 * self._step
        self._seen += 1

    def pins(self, areas: Mapping[str, StationArea], index: PlaceIndex) -> dict[str, list[Pinned]]:
        """Give what names show of distances, by the codes of stations."""
        asked = [(query, area) for query in self._kept if (area := areas.get(query.station or "")) is not None]
        found: dict[str, list[Pinned]] = defaultdict(list)
        for (_, station), pin in zip(asked, witnesses(asked, index), strict=True):
            if pin is not None:
                found[station.code].append(pin)
        return found


def _beside(writers: Writers, before: Writers) -> Writers:
    """Give what a file taught with what the node's records did: of roads, which pins show better, and of others."""
    stations = dict(before.stations)
    for code, one in writers.stations.items():
        known = before.stations.get(code)
        if known is None or not known.is_own or (one.is_own and not known.pins):
            stations[code] = one
        elif one.is_own:
            ways = replace(one.habits, road=known.habits.road, detours=known.habits.detours)
            stations[code] = replace(one, habits=ways, pins=known.pins)
    return Writers(writers.whole, stations)


def _station(values: dict[str, str], gazetteer: Any) -> str | None:
    if not values.get("station"):
        return None
    try:
        return str(gazetteer.units.station(values["station"], _district(values, gazetteer)).code)
    except UnitNotFound:
        return None


def _district(values: dict[str, str], gazetteer: Any) -> str:
    try:
        return str(gazetteer.units.area(values["district"]).district_name) if values.get("district") else ""
    except UnitNotFound:
        return ""
