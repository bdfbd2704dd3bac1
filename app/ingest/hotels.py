"""The register of hotels: loaded from a file of their own, each placed once by the same ladder as a FIR."""

from itertools import islice
from pathlib import Path
from typing import Any

from app.db.session import database, transactions_on, worker_session
from app.geocode.service import NodeGazetteer, gazetteer
from app.geocode.units import UnitNotFound
from app.ingest.keys import parse_point, parse_tag
from app.ingest.mapping import heading
from app.ingest.placing import NewHotel, place_hotels
from app.ingest.problems import BadValue
from app.ingest.readers import facts_of, open_rows, unpacked
from app.ingest.service import ensure_source, source_id
from app.records.mass import ensure_cells

_COLUMNS = ("key", "name", "address", "district", "station", "lat", "lon")
_NAMES = {heading(name): name for name in _COLUMNS} | {"hotel": "key", "latitude": "lat", "longitude": "lon"}


def load_hotels(path: Path | str, source: str) -> dict[str, int]:
    """Put the hotels of a file (key, name, address, district, station, lat, lon) into the register and give the counts.

    A hotel that is known stays as it is; a row that cannot be used is counted as refused.

    Raises
    ------
    FileRefused
        If the file cannot be read.
    """
    counts = {"received": 0, "refused": 0}
    engine = database().engine("worker")
    places = gazetteer(engine, transactions_on(engine))
    with worker_session() as session:
        number = source_id(session, source) or ensure_source(session, source, source)
    with unpacked(Path(path)) as plain:
        rows = open_rows(plain, facts_of(plain), lambda name: _NAMES.get(heading(name)), frozenset({"key", "name"}))
        while part := list(islice(rows, 1000)):
            hotels = {}
            for row in part:
                counts["received"] += 1
                try:
                    hotel = _hotel(row.values, places) if row.problem is None else None
                except (BadValue, UnitNotFound):
                    hotel = None
                if hotel is None:
                    counts["refused"] += 1
                else:
                    hotels[hotel.key] = hotel
            with worker_session() as session:
                cells = place_hotels(session, number, list(hotels.values()), places)
            with worker_session() as session:
                ensure_cells(session, cells)
    return counts


def _hotel(values: dict[str, Any], places: NodeGazetteer) -> NewHotel:
    units = places.units
    unit = units.root
    if values.get("station"):
        unit = units.station(values["station"], values.get("district", ""))
    elif values.get("district"):
        unit = units.area(values["district"])
    point = parse_point(values.get("lat", ""), values.get("lon", ""))
    key = parse_tag(values.get("key", ""), "hotel")
    lat, lon = point or (None, None)
    return NewHotel(key, values.get("name", "")[:300] or key, values.get("address", "")[:500], unit, lat, lon)
