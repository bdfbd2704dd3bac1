"""Learning how the writers of each station round distances and directions, from its records, their pins and names.

Every night, and by `flask geocode writers`.
"""

from __future__ import annotations

from typing import Final

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import worker_session
from app.geocode.service import DatabaseStations, node_gazetteer
from app.geocode.writers import keep
from spatial.addresses import Bearing, parse_direction, without_bearing
from spatial.geocoding import Query, StationArea, bearing
from spatial.geocoding.pinned import Pinned
from spatial.geocoding.witnesses import witnesses
from spatial.geocoding.writers import learn_stations
from spatial.projection import distance_m

#: The name of the job.
TASK: Final = "geocode.writers"
#: So many of a station's newest records are read.
MOST: Final = 3_000
#: A pin vaguer than this says little of a road.
SHARP_M: Final = 300.0
#: So many of a station's newest texts without a pin are looked up for a name beside the distance, which shows as much.
MOST_NAMED: Final = 60


def run(report: Report = quiet) -> dict[str, int]:
    """Learn every station's habits anew, keep them, and give how many texts, pins and stations they rest on.

    Each station is read in a transaction of its own, and nothing is open while the habits are learned: the database
    keeps no old rows for it. Only keeping them waits for another run's keeping.
    """
    places = DatabaseStations(worker_session)
    with worker_session() as session:
        codes = list(session.execute(sql("geocode.writers_stations")).scalars())
    texts: dict[str, list[Bearing]] = {}
    pins: dict[str, list[Pinned]] = {}
    areas: dict[str, StationArea] = {}
    named: list[tuple[Query, StationArea]] = []
    one_of_each: dict[Bearing, Bearing] = {}
    for number, code in enumerate(codes):
        report(number, len(codes), "")
        station = places.station(code)
        if station is None:
            continue
        said, pinned, asked = _read(station, one_of_each)
        if said:
            areas[code], texts[code] = station, said
        if pinned:
            pins[code] = pinned
        named += [(query, station) for query in asked]
    report(len(codes), len(codes), "")
    for (_, station), pin in zip(named, witnesses(named, node_gazetteer().index), strict=True):
        if pin is not None:
            pins.setdefault(station.code, []).append(pin)
    learned = learn_stations(texts, pins, areas=areas)
    with worker_session() as session:
        session.execute(sql("geocode.writers_lock"))
        keep(session, learned)
    return {
        "texts": learned.whole.texts,
        "pins": learned.whole.pins,
        "stations": sum(one.is_own for one in learned.stations.values()),
    }


def _read(station: StationArea, one_of_each: dict[Bearing, Bearing]) -> tuple[list[Bearing], list[Pinned], list[Query]]:
    """Give what a station's texts and pins say, and texts that may name a place beside the distance.

    Of millions of texts there are some thousands of distances: each is kept once.
    """
    texts: list[Bearing] = []
    pins: list[Pinned] = []
    named: list[Query] = []
    with worker_session() as session:
        rows = session.execute(
            sql("geocode.writers_texts"), {"station": station.code, "most": MOST, "sharp": SHARP_M}
        ).all()
    for row in rows:
        direction = _direction(row.direction)
        said = bearing.read(row.place_text, row.distance_m, direction)
        if said is None or bearing.is_from_elsewhere(row.place_text, row.distance_m):
            continue
        said = one_of_each.setdefault(said, said)
        texts.append(said)
        if row.lat is not None:
            pins.append(Pinned(said, distance_m(station.lat, station.lon, row.lat, row.lon)))
        elif len(named) < MOST_NAMED and row.place_text and without_bearing(row.place_text):
            named.append(
                Query(text=row.place_text, station=station.code, distance_m=row.distance_m, direction=direction)
            )
    return texts, pins, named


def _direction(written: str | None) -> float | None:
    """Give degrees, which a column of words or a stored question may have."""
    return parse_direction(written) if written else None
