"""What this node knows of places: the index of names, its stations, its units, and the local names of its stations.

The index is that of the files (`app.geocode.shelf`), unless this node's places came from elsewhere.  Names and stations
are the same for everybody and kept for the process; local names are read anew for each load and each request, in the
reader's own scope, and lie over them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, Final, Protocol

import shapely
from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db.named import sql
from app.db.session import Transactions, database, transactions_on
from app.geocode import local_names, shelf, writers
from app.geocode.units import UnitNotFound, Units, read_units
from spatial.geocoding import Beat, Entry, Place, PlaceIndex, Query, StationArea, resolve_all
from spatial.geocoding.coordinates import COUNTRY_MARGIN_DEG, DISTRICT_MARGIN_DEG, NO_LIMITS, Limits, outline
from spatial.geocoding.writers import Learned
from spatial.model import Fix

_loading = Lock()
_LAST_NUMBER: Final = re.compile(r"(\d+)$")


MOST_READ: Final = 5_000
"""So many stations as some writers' are kept."""


class Stations(Protocol):
    """The stations of a node with their areas, and its units by name."""

    @property
    def units(self) -> Units:
        """Stations and districts by name."""

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, always the same object; None if there is none."""

    def read_by(self, station: StationArea, learned: Learned) -> StationArea:
        """Give a station whose texts are read as its writers write, always the same object for the same habits."""

    def limits(self, district: str | None) -> Limits:
        """Give where coordinates of a district named so have to lie, as far as that is known."""


class DatabaseStations:
    """The stations of the database, a district at a time.  Reads reference data only, which every role may read."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._stations: dict[str, dict[str, StationArea]] = {}
        self._units: Units | None = None
        self._limits: dict[str, Limits] = {}
        self._read: dict[tuple[str, Learned], StationArea] = {}

    @property
    def units(self) -> Units:
        """Stations and districts by name."""
        if self._units is None:
            with self._transactions() as session:
                self._units = read_units(session)
        return self._units

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, always the same object; None if there is none."""
        try:
            unit = self.units.station(code)
        except UnitNotFound:
            return None
        if unit.level != "station" or unit.district is None:
            return None
        if unit.district not in self._stations:
            with self._transactions() as session:
                rows = session.execute(sql("geocode.stations_of_district"), {"district": unit.district}).mappings()
                beats = _beats(session, unit.district)
                self._stations[unit.district] = {row["code"]: _station(row, beats) for row in rows}
        return self._stations[unit.district].get(unit.code)

    def read_by(self, station: StationArea, learned: Learned) -> StationArea:
        """Give a station whose texts are read as its writers write, always the same object for the same habits."""
        key = (station.code, learned)
        found = self._read.get(key)
        if found is None:
            if len(self._read) > MOST_READ:
                self._read.clear()  # habits are learned anew every night
            found = self._read[key] = learned.read_by(station)
        return found

    def limits(self, district: str | None) -> Limits:
        """Give where coordinates of a district named so have to lie: the country alone where its area is not known."""
        name = district or ""
        if name not in self._limits:
            self._limits[name] = self._limits_of(name)
        return self._limits[name]

    def _limits_of(self, district: str) -> Limits:
        if not district:
            area = self._area_of(self.units.root.code) if self.units.root.level == "country" else None
            return NO_LIMITS if area is None else Limits(country=outline(area, COUNTRY_MARGIN_DEG))
        country = self.limits(None).country
        try:
            unit = self.units.area(district)
        except UnitNotFound:
            return Limits(country)
        area = self._area_of(unit.code)
        # Its line is good to some kilometres only (data/README.md).
        return Limits(country, None if area is None else outline(area, DISTRICT_MARGIN_DEG))

    def _area_of(self, code: str) -> Any:
        with self._transactions() as session:
            return _shape(session.execute(sql("geocode.area_of_unit"), {"code": code}).scalar_one_or_none())


class NodeGazetteer:
    """What :func:`spatial.geocoding.resolve` asks, answered from the index and the stations; districts go by name."""

    def __init__(
        self, index: PlaceIndex, stations: Stations, local: Mapping[str, Sequence[Place]] | None = None,
        learned: Mapping[str | None, Learned] | None = None,
    ) -> None:  # fmt: skip
        self.index = index
        self._stations = stations
        self._local = local or {}
        self._learned = learned or {}

    @property
    def units(self) -> Units:
        """Stations and districts by name."""
        return self._stations.units

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, read as its writers write where that was learned; None if there is none."""
        found = self._stations.station(code)
        learned = writers.of(self._learned, code)
        return found if found is None or learned is None else self._stations.read_by(found, learned)

    def limits(self, district: str | None) -> Limits:
        """Give where coordinates of a district named so have to lie, as far as that is known."""
        return self._stations.limits(district)

    def local_names(self, station: str) -> Sequence[Place]:
        """Give the places that the local names of a station mean."""
        return self._local.get(station, ())

    def with_local_names(self, local: Mapping[str, Sequence[Place]]) -> NodeGazetteer:
        """Give the same gazetteer with these local names, by the code of their station."""
        return NodeGazetteer(self.index, self._stations, local, self._learned)

    def with_writers(self, learned: Mapping[str | None, Learned]) -> NodeGazetteer:
        """Give the same gazetteer that reads distances and directions as the writers of these stations do."""
        return NodeGazetteer(self.index, self._stations, self._local, learned)

    def resolve_all(self, queries: Sequence[Query]) -> list[Fix]:
        """Give the fixes of queries."""
        return resolve_all(queries, self)


def gazetteer(reference: Engine, own: Transactions | None = None, *, sees_protected: bool = True) -> NodeGazetteer:
    """Give this process's gazetteer, made anew after reference data was, with what the caller's own scope adds.

    Parameters
    ----------
    reference : Engine
        Where reference data is read for as long as the process lives: it is the same for every role. An engine and no
        session of a request or command: stations are read when they are first asked for, in whatever thread that is.
    own : callable, optional
        Opens the caller's own transactions; without it there are no local names and no habits of writers.
    sees_protected : bool
        Whether the caller may be told of places that only protected records taught.
    """
    read = transactions_on(reference)
    with read() as session:
        version = str(session.execute(sql("geocode.version")).scalar_one())
        with _loading:  # once, however many requests come first
            kept: tuple[str, NodeGazetteer] | None = current_app.extensions.get("naqsha.gazetteer")
            if kept is None or kept[0] != version:
                kept = (version, NodeGazetteer(_index(session), DatabaseStations(read)))
                current_app.extensions["naqsha.gazetteer"] = kept
    if own is None:
        return kept[1]
    with own() as session:
        named = kept[1].with_local_names(local_names.in_use(session, None, sees_protected))
        return named.with_writers(writers.in_use(session))


def node_gazetteer() -> NodeGazetteer:
    """Give the gazetteer for jobs and commands, which serve the whole node, with every station's local names."""
    engine = database().engine("worker")
    return gazetteer(engine, transactions_on(engine))


def _index(session: Session) -> PlaceIndex:
    if session.execute(sql("geocode.has_files")).scalar_one():
        return shelf.take(database().settings.instance).index
    return PlaceIndex.build(_entries(session))


def _entries(session: Session) -> Iterator[Entry]:
    for row in session.execute(sql("geocode.entries")).mappings():
        place = Place(
            row["ref"], row["name"], row["kind"], row["lat"], row["lon"], row["radius_m"], _shape(row["extent"]),
            row["district"], row["city"], row["population"], row["category"],
        )  # fmt: skip
        yield Entry(place, tuple(name for name in (row["name_ur"], *row["keys"]) if name))


def _station(row: Any, beats: Mapping[str, list[Beat]]) -> StationArea:
    return StationArea(
        row["code"], row["lat"], row["lon"], _shape(row["area"]), row["district"], derived=row["derived"],
        beats=tuple(beats.get(row["code"], ())),
    )  # fmt: skip


def _beats(session: Session, district: str) -> dict[str, list[Beat]]:
    """Give the beats of a district's stations by the code of their station; a beat's code ends in its number."""
    found: dict[str, list[Beat]] = defaultdict(list)
    for row in session.execute(sql("geocode.beats_of_district"), {"district": district}):
        number = _LAST_NUMBER.search(row.code)
        if number is not None:
            found[row.station].append(Beat(str(int(number.group(1))), _shape(row.area), row.derived))
    return found


def _shape(wkb: Any) -> Any:
    return shapely.from_wkb(bytes(wkb)) if wkb is not None else None
