"""Learning how the writers of each station round distances and directions, from its records and their pins.

Every night, and by `flask geocode writers`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.queue import Report, quiet
from app.db.session import worker_session
from app.geocode.service import DatabaseStations
from app.geocode.writers import keep
from spatial.addresses import Bearing, parse_direction
from spatial.geocoding import StationArea, bearing
from spatial.geocoding.writers import Pinned, learn_stations
from spatial.projection import distance_m

#: The name of the job.
TASK: Final = "geocode.writers"
#: So many of a station's newest records are read.
MOST: Final = 3_000
#: A pin vaguer than this says little of a road.
SHARP_M: Final = 300.0


def run(report: Report = quiet) -> dict[str, int]:
    """Learn every station's habits anew, keep them, and give how many texts, pins and stations they rest on."""
    places = DatabaseStations(worker_session)
    with worker_session() as session:
        session.execute(sql("geocode.writers_lock"))
        texts, pins, areas = _read(session, places)
        report(0, None, "")
        learned = learn_stations(texts, pins, areas=areas)
        keep(session, learned)
    return {
        "texts": learned.whole.texts,
        "pins": learned.whole.pins,
        "stations": sum(one.is_own for one in learned.stations.values()),
    }


def _read(
    session: Session, places: Any
) -> tuple[dict[str, list[Bearing]], dict[str, list[Pinned]], dict[str, StationArea]]:
    texts: dict[str, list[Bearing]] = defaultdict(list)
    pins: dict[str, list[Pinned]] = defaultdict(list)
    areas: dict[str, StationArea] = {}
    for row in session.execute(sql("geocode.writers_texts"), {"most": MOST, "sharp": SHARP_M}):
        said = bearing.read(row.place_text, row.distance_m, _direction(row.direction))
        station = areas.get(row.station) or places.station(row.station)
        if said is None or station is None or bearing.is_from_elsewhere(row.place_text, row.distance_m):
            continue
        areas[row.station] = station
        texts[row.station].append(said)
        if row.lat is not None:
            pins[row.station].append(Pinned(said, distance_m(station.lat, station.lon, row.lat, row.lon)))
    return texts, pins, areas


def _direction(written: str | None) -> float | None:
    """Give degrees, which a column of words or a stored question may have."""
    return parse_direction(written) if written else None
