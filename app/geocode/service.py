"""The gazetteer of this node: names and stations from the tables, loaded a district at a time and then kept.

Regions are cached by object inside spatial.geocoding, so the same place is always the same object here.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import shapely
from flask import current_app
from sqlalchemy.orm import Session

from app.db.named import sql
from app.geocode.units import UnitNotFound, Units, read_units
from spatial.geocoding import Place, StationArea

Transactions = Callable[[], AbstractContextManager[Session]]
"""Opens a transaction: the worker's on the command line, the request's own on the web."""


class DatabaseGazetteer:
    """What :func:`spatial.geocoding.resolve` asks, answered from the database.

    Districts are codes.  Reads reference data only, which every role may read.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._names: dict[str, dict[str, tuple[Place, ...]]] = {}
        self._everywhere: dict[str, tuple[Place, ...]] = {}
        self._places: dict[str, Place] = {}
        self._stations: dict[str, dict[str, StationArea]] = {}
        self._units: Units | None = None

    @property
    def units(self) -> Units:
        """Stations and districts by name."""
        if self._units is None:
            with self._transactions() as session:
                self._units = read_units(session)
        return self._units

    def places(self, key: str, district: str | None) -> Sequence[Place]:
        """Give the places of a normal spelling in a district, or in all if it is None."""
        if district is None:
            return self._of_name(key)
        if district not in self._names:
            self._load_district(district)
        return self._names[district].get(key, ())

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, None if there is none."""
        try:
            unit = self.units.station(code)
        except UnitNotFound:
            return None
        if unit.level != "station" or unit.district is None:
            return None
        if unit.district not in self._stations:
            self._load_stations(unit.district)
        return self._stations[unit.district].get(unit.code)

    def _load_district(self, district: str) -> None:
        names: dict[str, list[Place]] = {}
        with self._transactions() as session:
            for row in session.execute(sql("geocode.places_of_district"), {"district": district}).mappings():
                place = self._place(row, district)
                for key in row["keys"]:
                    names.setdefault(key, []).append(place)
        self._names[district] = {key: tuple(places) for key, places in names.items()}

    def _of_name(self, key: str) -> tuple[Place, ...]:
        if key not in self._everywhere:
            if len(self._everywhere) > 200_000:
                self._everywhere.clear()
            with self._transactions() as session:
                rows = session.execute(sql("geocode.places_of_name"), {"key": key}).mappings().all()
            self._everywhere[key] = tuple(self._place(row, row["district"]) for row in rows)
        return self._everywhere[key]

    def _place(self, row: Any, district: str | None) -> Place:
        found = self._places.get(row["ref"])
        if found is None:
            extent = shapely.from_wkb(bytes(row["extent"])) if row["extent"] is not None else None
            found = Place(
                row["ref"], row["name"], row["kind"], row["lat"], row["lon"], row["radius_m"], extent, district
            )
            self._places[row["ref"]] = found
        return found

    def _load_stations(self, district: str) -> None:
        with self._transactions() as session:
            rows = session.execute(sql("geocode.stations_of_district"), {"district": district}).mappings().all()
        self._stations[district] = {
            row["code"]: StationArea(
                row["code"],
                row["lat"],
                row["lon"],
                shapely.from_wkb(bytes(row["area"])) if row["area"] is not None else None,
                district,
                row["derived"],
            )
            for row in rows
        }


def gazetteer(transactions: Transactions) -> DatabaseGazetteer:
    """Give this process's gazetteer, made anew after reference data was loaded anew."""
    with transactions() as session:
        version = str(session.execute(sql("geocode.version")).scalar_one())
    kept: tuple[str, DatabaseGazetteer] | None = current_app.extensions.get("naqsha.gazetteer")
    if kept is None or kept[0] != version:
        kept = (version, DatabaseGazetteer(transactions))
        current_app.extensions["naqsha.gazetteer"] = kept
    return kept[1]
