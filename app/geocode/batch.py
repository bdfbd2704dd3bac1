"""A table of texts placed, row by row: what `flask geocode` does.

The database is asked only for stations and local names, and only where the table has a column of stations.

Imported when a file is there to be placed: the command itself must be quick to load.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from app.geocode import corpus, tables
from app.geocode.saying import sentence
from app.geocode.shelf import Say, Shelf, take
from app.geocode.units import UnitNotFound, Units
from app.geocode.values import NO_NAMES, Names
from app.settings import Settings
from spatial.geocoding import Place, PlaceIndex, Query, StationArea, evaluation, resolve_all
from spatial.geocoding.coordinates import Limits
from spatial.geocoding.evaluation import Judged
from spatial.geocoding.writers import Learned, Writers
from spatial.model import Fix, Reason

#: A text is read as far as this; the whole of it is carried through.
LONGEST: Final = 1_000
#: So many texts are placed in one go.
TOGETHER: Final = 512
#: Cities of the truth with fewer texts than this are told together.
FEWEST_OF_CITY: Final = 30
#: Reasons that name what was matched; later ones name what was refused.
_MATCHES: Final = frozenset(
    {"place_matched", "landmark_matched", "street_matched", "address_matched", "town_only", "local_name"}
)


@dataclass(slots=True)
class Outcome:
    """What became of a table: counts, the processor's seconds, the fixes judged by their truth."""

    texts: int = 0
    placed: int = 0
    seconds: float = 0.0
    repeated: int = 0
    #: Rows whose id an earlier row has, too.
    renamed: list[str] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Texts a second on one core, read, placed and written, whatever else the machine does; judging is no part."""
        return self.texts / self.seconds if self.seconds else math.nan


class FileGazetteer:
    """What the geocoder asks, from the shelf; stations and local names from the database where it was asked."""

    def __init__(
        self, shelf: Shelf, units: Units | None = None, station: Callable[[str], StationArea | None] | None = None,
        local: Mapping[str, list[Place]] | None = None, learned: Mapping[str | None, Learned] | None = None,
    ) -> None:  # fmt: skip
        self.index: PlaceIndex = shelf.index
        self.units = units or shelf.units
        self.shelf = shelf
        self._station = station or shelf.station
        self._local = local or {}
        self._limits = Limits(shelf.country)

        self._read: dict[str, StationArea] = {}
        whole = (learned or {}).get(None)
        #: What the node's own records taught, before this file's texts did.
        self.learned: Writers | None = Writers(
            whole, {code: one for code, one in (learned or {}).items() if code is not None}
        ) if whole is not None else None  # fmt: skip
        self._writers = self.learned

    def station(self, code: str) -> StationArea | None:
        """Give the station of a code, None if there is none."""
        found = self._station(code)
        if found is None or self._writers is None:
            return found
        if code not in self._read:
            self._read[code] = self._writers.of(code).read_by(found)
        return self._read[code]

    def read_as(self, writers: Writers) -> None:
        """Read distances and directions from now on as these writers write them."""
        self._writers, self._read = writers, {}

    def limits(self, district: str | None) -> Limits:
        """Give where coordinates have to lie: in the country."""
        return self._limits

    def local_names(self, station: str) -> list[Place]:
        """Give the places that the local names of a station mean."""
        return self._local.get(station, [])


def place_file(
    path: Path, out: Path | None, *, settings: Settings, explain: bool = False, language: str = "en",
    truth: bool = False, say_line: Say = lambda line: None, progress: Callable[[int], None] = lambda rows: None,
) -> Outcome:  # fmt: skip
    """Place the texts of a file, write them with their fixes, and judge them where the truth is given.

    Parameters
    ----------
    path : Path
        CSV with ``id`` and ``text`` (or ``address``); see `app.geocode.tables`.
    out : Path or None
        Written whole or not at all; None only judges.
    explain : bool
        Whether a column of reasons is added.
    language : {"en", "ur"}
    truth : bool
        Whether the file has the true points.
    say_line : callable
        Takes lines for the person who waits.
    progress : callable
        Takes the number of rows done, now and then.

    Raises
    ------
    app.geocode.tables.TableRefused
        If the file cannot be read; nothing is written then.
    """
    outcome = Outcome()
    with tables.opened(path, truth=truth) as table:
        outcome.renamed = table.renamed
        gazetteer = gazetteer_for(settings, with_stations="station" in table.places, say_line=say_line)
        names = _names(gazetteer, language) if explain else NO_NAMES
        header = [*table.carried, *tables.ADDED, *(["reasons"] if explain else [])]
        began = time.process_time()
        if "station" in table.places:
            corpus.learn(path, gazetteer, say_line)
        with tables.written(out, header) if out is not None else nullcontext() as writer, _index_left_alone():
            lines, ids = iter(table), set[str]()
            judging = 0.0
            while chunk := list(islice(lines, TOGETHER)):
                fixes = place([line.values for line in chunk], gazetteer)
                if truth:
                    paused = time.process_time()
                    outcome.judged += [_judged(line, fix, path.name) for line, fix in zip(chunk, fixes, strict=True)]
                    judging += time.process_time() - paused
                ids.update(line.values["id"] for line in chunk)
                for line, fix in zip(chunk, fixes, strict=True):
                    outcome.texts += 1
                    outcome.placed += fix.is_placed
                    if writer is not None:
                        cells = [*line.cells, *_added(fix)]
                        if explain:
                            cells.append(" | ".join(_said(fix.reasons, language, names)))
                        writer.writerow([tables.safe(cell) for cell in cells])
                outcome.seconds = time.process_time() - began - judging
                progress(outcome.texts)
            outcome.repeated = outcome.texts - len(ids)
    return outcome


@contextmanager
def _index_left_alone() -> Iterator[None]:
    """Keep the garbage collector from walking the index again and again: it took a tenth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def place(rows: Sequence[Mapping[str, str]], gazetteer: Any) -> list[Fix]:
    """Give the fixes of rows; a unit that is not known is a reason, never an error."""
    asked = [_asked(values, gazetteer) for values in rows]
    fixes = resolve_all([query for query, _ in asked], gazetteer)
    return [
        replace(fix, reasons=(*before, *fix.reasons)) if before else fix
        for fix, (_, before) in zip(fixes, asked, strict=True)
    ]


def _asked(values: Mapping[str, str], gazetteer: Any) -> tuple[Query, list[Reason]]:
    """Give what a row asks, and what is wrong with it."""
    before: list[Reason] = []
    district = _district(values, gazetteer.units, before)
    station = None
    if values.get("station"):
        try:
            unit = gazetteer.units.station(values["station"], district or "")
            station, district = unit.code, district or unit.district_name
        except UnitNotFound as error:
            before.append(_unit_reason(error))
    near = _point(values, "near")
    if near is None and any(said := [values.get(name, "") for name in ("near_lat", "near_lon")]):
        before.append(Reason("near_no_point", {"near_lat": said[0][:20], "near_lon": said[1][:20]}))
    query = Query(
        text=values["text"][:LONGEST] or None,
        station=station,
        district=district,
        city=values.get("city") or None,
        near_lat=near[0] if near else None,
        near_lon=near[1] if near else None,
    )
    return query, before


def gazetteer_for(settings: Settings, *, with_stations: bool, say_line: Say = lambda line: None) -> FileGazetteer:
    """Give the gazetteer of a command: the shelf, and the database's stations and local names where there is one."""
    shelf = take(settings.instance, say_line)
    if not with_stations:
        return FileGazetteer(shelf)
    if settings.database_url is None and not _has_socket(settings):
        found = None
    else:
        found = _of_database(shelf, settings, say_line)
    if found is None:
        say_line("No database answers: stations are those of the files, and no local name is known.")
    return found or FileGazetteer(shelf)


def _of_database(shelf: Shelf, settings: Settings, say_line: Say) -> FileGazetteer | None:
    """Give the gazetteer with the database's stations and local names; None where it has none, or does not answer."""
    # The database's libraries take half a second to load: only where they are needed.
    from sqlalchemy.exc import OperationalError, ProgrammingError
    from sqlalchemy.orm import Session

    from app.db.session import Database
    from app.geocode.local_names import in_use
    from app.geocode.service import DatabaseStations
    from app.geocode.units import read_units
    from app.geocode.writers import in_use as habits_in_use

    database = Database(settings)
    try:
        with Session(database.engine("worker")) as session:
            units = read_units(session)
            stations = DatabaseStations(lambda: nullcontext(session))
            # Every station is read now: the connection ends with this function, and there are a few hundred.
            found = {unit.code: stations.station(unit.code) for unit in units.by_id.values() if unit.level == "station"}
            return FileGazetteer(shelf, units, found.get, in_use(session, None), habits_in_use(session))
    except (OperationalError, LookupError):
        return None
    except ProgrammingError:
        say_line("The database is of another version: run `flask db upgrade`.")
        return None
    finally:
        database.dispose()


def _has_socket(settings: Settings) -> bool:
    from app.db.cluster_place import INSTANCE, recorded

    recorded_place = recorded(INSTANCE)
    folder = recorded_place.socket if recorded_place else INSTANCE / "pg" / "socket"
    return any(folder.glob(".s.PGSQL.*")) if folder.is_dir() else False


def _district(values: Mapping[str, str], units: Units, reasons: list[Reason]) -> str | None:
    if not values.get("district"):
        return None
    try:
        return units.area(values["district"]).district_name
    except UnitNotFound as error:
        reasons.append(_unit_reason(error))
        return None


def _unit_reason(error: UnitNotFound) -> Reason:
    return Reason(f"{error.code}_here", {"name": error.name, "meant": "; ".join(error.candidates[:3])})


def _point(values: Mapping[str, str], name: str) -> tuple[float, float] | None:
    """Give a point of the row, None where it is empty or no point on earth."""
    try:
        lat, lon = float(values[f"{name}_lat"]), float(values[f"{name}_lon"])
    except (KeyError, ValueError):
        return None
    return (lat, lon) if -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0 else None


def _added(fix: Fix) -> list[str]:
    if fix.point is None or fix.accuracy_m is None:
        return ["", "", "", fix.method.value, "", f"{fix.score:.3f}"]
    return [
        f"{fix.point.lat:.6f}",
        f"{fix.point.lon:.6f}",
        # Rounded up: the circle must hold what it says.
        str(math.ceil(fix.accuracy_m)),
        fix.method.value,
        matched_words(fix),
        f"{fix.score:.3f}",
    ]


def matched_words(fix: Fix) -> str:
    """Give what a fix rests on as a person reads it: the name of the place with its reference."""
    if fix.matched is None:
        return ""
    named = next((reason.params["name"] for reason in fix.reasons if reason.code in _MATCHES), None)
    return f"{named} ({fix.matched})" if named else fix.matched


def _names(gazetteer: FileGazetteer, language: str) -> Names:
    """Give what the reasons call stations and, in Urdu, districts and places."""
    units = gazetteer.units
    if language != "ur":
        return Names(units.station_names)
    return Names(units.station_names, units.districts_ur, gazetteer.shelf.names_ur)


def _said(reasons: Sequence[Reason], language: str, names: Names) -> list[str]:
    return [sentence(reason.code, reason.params, language, names) for reason in reasons]


def _judged(line: tables.Line, fix: Fix, name: str) -> Judged:
    values = line.values
    truth = _point(values, "true")
    if truth is None:
        raise tables.TableRefused(f"{name}, line {line.number}: the true point is no point: give degrees, or drop it.")
    try:
        tolerance_m = float(values.get("tolerance_km") or evaluation.USUAL_TOLERANCE_M / 1000) * 1000
    except ValueError:
        raise tables.TableRefused(f"{name}, line {line.number}: tolerance_km is no number.") from None
    groups = {
        "city": values.get("city") or f"{values.get('district', '')} (district)".strip(),
        "script": evaluation.script_of(values["text"]),
        "kind": values.get("kind") or "text",
    }
    return evaluation.judge(fix, *truth, tolerance_m=tolerance_m, groups=groups)
