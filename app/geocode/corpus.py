"""A table's texts as a corpus: how its writers word distances and directions, learned before any of them is placed.

No truth is needed for that, and no database: see `spatial.geocoding.writers`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from app.geocode import tables
from app.geocode.shelf import Say
from app.geocode.units import UnitNotFound
from spatial.addresses import Bearing, parse_bearing
from spatial.geocoding import bearing
from spatial.geocoding.habits import BELIEVED
from spatial.geocoding.writers import FEWEST, Writers, learn_stations

#: A text is read as far as this.
LONGEST: Final = 1_000


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
    with tables.opened(path) as table:
        for line in table:
            text = line.values["text"][:LONGEST]
            said = None if bearing.is_from_elsewhere(text) else parse_bearing(text)
            if said is not None and (code := _station(line.values, gazetteer)) is not None:
                texts[code].append(said)
    count = sum(map(len, texts.values()))
    if count < FEWEST:
        return None
    areas = {code: station for code in texts if (station := gazetteer.station(code)) is not None}
    before = gazetteer.learned
    writers = learn_stations(texts, prior=before.whole.habits if before else BELIEVED, areas=areas)
    if before is not None:
        writers = _beside(writers, before)
    gazetteer.read_as(writers)
    say_line(f"Read {count:,} distances of {len(texts):,} stations first, to learn how their writers round.")
    return writers


def _beside(writers: Writers, before: Writers) -> Writers:
    """Give what a file taught with what the node's records did: of roads, which texts do not show, and of others."""
    stations = dict(before.stations)
    for code, one in writers.stations.items():
        known = before.stations.get(code)
        if known is None or not known.is_own:
            stations[code] = one
        elif one.is_own:
            stations[code] = replace(one, habits=replace(one.habits, road=known.habits.road), pins=known.pins)
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
