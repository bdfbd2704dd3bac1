"""The named places of the country as the files under data/ have them: indexed once, kept in the instance folder.

So `flask geocode` works on a machine that has no database yet, and every process of a node answers at once.  The shelf
is made anew where a data file or the code that reads it has changed.  No database here.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import shapely

from app.geocode.units import Unit, Units
from spatial.geocoding import Entry, Place, PlaceIndex, StationArea
from spatial.geocoding.coordinates import COUNTRY_MARGIN_DEG, outline

Say = Callable[[str], None]
_ROOT: Final = Path(__file__).resolve().parents[2]
#: Whatever a name, a term or a station's area is made from.
_CODE: Final = (
    "app/geocode/shelf.py", "app/reference/places.py", "app/reference/jurisdictions.py", "app/reference/areas.py",
    "app/reference/files.py", "spatial/geocoding/gazetteer.py", "spatial/geocoding/coordinates.py",
)  # fmt: skip
_DATA: Final = ("data/places", "data/openstreetmap", "data/jurisdiction")
_WORDS: Final = "spatial/addresses"


@dataclass(slots=True)
class Shelf:
    """The index of places, and the units and stations of the files."""

    index: PlaceIndex
    units: Units
    _stations: dict[str, dict[str, Any]]
    _made: dict[str, StationArea]
    country: Any = None
    """The country's outline with its margin: where coordinates have to lie."""
    _urdu: Path | dict[str, str] = field(default_factory=dict)

    @property
    def names_ur(self) -> dict[str, str]:
        """Urdu names of places by their references: a file of its own, since only reasons in Urdu need it."""
        if isinstance(self._urdu, Path):
            self._urdu = dict(json.loads(self._urdu.read_text(encoding="utf-8")))
        return self._urdu

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code with its area, always the same object; None if there is none."""
        found = self._made.get(code)
        row = self._stations.get(code)
        if found is None and row is not None:
            found = self._made[code] = StationArea(
                code,
                row["lat"],
                row["lon"],
                shapely.from_wkb(row["area"]) if row["area"] else None,
                row["district"],
                derived=row["derived"],
            )
        return found


def sources() -> list[Path]:
    """Give the files that the shelf is made from, code included."""
    found = [_ROOT / name for name in _CODE]
    found += (_ROOT / "spatial" / "geocoding").glob("index*.py")
    for folder in _DATA:
        found += [path for path in (_ROOT / folder).iterdir() if path.is_file()]
    found += [path for path in (_ROOT / _WORDS).rglob("*") if path.suffix in {".py", ".toml", ".csv", ".txt"}]
    return sorted(found)


def label() -> str:
    """Give the hash of everything that the shelf is made from."""
    total = hashlib.sha256()
    for path in sources():
        total.update(str(path.relative_to(_ROOT)).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def take(instance: Path, say: Say = lambda line: None) -> Shelf:
    """Give the shelf, made first where it is not there yet or is out of date.

    Parameters
    ----------
    instance : Path
        The node's own folder.  Where it cannot be written, the shelf is made in memory each time.
    say : callable
        Takes a line where there is something to wait for.
    """
    wanted = label()
    folder = instance / "geocode" / wanted[:16]
    if not (folder / "stations.json").exists():
        try:
            with _lock(instance / "geocode"):
                if not (folder / "stations.json").exists():
                    say("Indexing the place names of the country: once, about half a minute.")
                    _keep(folder, wanted)
        except OSError as error:
            say(f"The index of place names cannot be kept ({error.strerror}): it is made each time.")
            with tempfile.TemporaryDirectory() as other:
                _keep(Path(other) / "shelf", wanted)
                found = _read(Path(other) / "shelf")
                _ = found.names_ur  # read before its folder goes
                return found
    return _read(folder)


def entries(places: Any) -> Iterator[Entry]:
    """Give places of the files as the index takes them in."""
    for place in places:
        address = place.address
        words = (address.street, address.place, address.suburb) if address else ()
        yield Entry(
            Place(
                place.ref, place.name, place.kind, place.point.y, place.point.x, place.radius_m, place.extent,
                place.district, place.city, place.population, place.category,
            ),
            place.names,
            tuple(word for word in words if word),
        )  # fmt: skip


def _noting(places: Any, urdu: dict[str, str]) -> Iterator[Any]:
    """Give places on, with a note of the Urdu name of each that has one besides."""
    for place in places:
        if place.name_ur and place.name_ur != place.name:
            urdu[place.ref] = place.name_ur
        yield place


def _keep(folder: Path, wanted: str) -> None:
    """Write a shelf to a folder, which is there whole or not at all, and take older ones away."""
    # The reading of the files is slow to import; with the shelf there it is not needed.
    from app.reference import jurisdictions, places

    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=".half-", dir=folder.parent))
    try:
        upper = list(jurisdictions.upper_nodes())
        stations = list(jurisdictions.with_areas([node for node in upper if node.level == "district"]))
        nodes = [*upper, *stations]
        urdu: dict[str, str] = {}
        PlaceIndex.build(entries(_noting(places.build(nodes), urdu)), wanted).save(half / "places")
        (half / "names_ur.json").write_text(json.dumps(urdu, ensure_ascii=False), encoding="utf-8")
        districts = {node.district: node.code for node in upper if node.level == "district"}
        paths = jurisdictions.paths(nodes)
        country = [node.area for node in upper if node.level == "country" and node.area is not None]
        wide = outline(country[0], COUNTRY_MARGIN_DEG) if country else None
        (half / "country.wkb").write_bytes(shapely.to_wkb(wide) if wide is not None else b"")
        rows = [
            {
                "id": number, "code": node.code, "level": node.level, "name": node.name, "name_ur": node.name_ur,
                "path": paths[node.code], "district_code": districts.get(node.district), "district": node.district,
                "lat": node.seat.y if node.seat else None, "lon": node.seat.x if node.seat else None,
                "area": shapely.to_wkb(node.area, hex=True) if node.level == "station" else None,
                "derived": node.derived,
            }
            for number, node in enumerate(nodes, start=1)
        ]  # fmt: skip
        (half / "stations.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        half.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)  # what is left of one that somebody emptied
        half.replace(folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    for old in folder.parent.iterdir():
        if old.is_dir() and old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _read(folder: Path) -> Shelf:
    rows = json.loads((folder / "stations.json").read_text(encoding="utf-8"))
    units = Units(
        [
            Unit(
                row["id"], row["code"], row["level"], row["name"], row["name_ur"], row["path"], row["district_code"],
                row["district"],
            )
            for row in rows
        ]
    )  # fmt: skip
    stations = {row["code"]: row for row in rows if row["level"] == "station"}
    country = (folder / "country.wkb").read_bytes()
    return Shelf(
        PlaceIndex.load(folder / "places"), units, stations, {}, shapely.from_wkb(country) if country else None,
        folder / "names_ur.json",
    )  # fmt: skip


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Let one process make the shelf while the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
