"""One load from first row to last: chunks, fixes, retries; resumes where a killed one stopped."""

import gc
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError

from app.db.named import sql
from app.db.session import Transactions
from app.geocode.service import NodeGazetteer
from app.geocode.units import UnitNotFound
from app.ingest.mapping import Mapping
from app.ingest.placing import NewHotel, find_units, known_hotels, place_hotels
from app.ingest.problems import BadValue, FileRefused
from app.ingest.readers import FileFacts, open_rows
from app.ingest.reading import Reading, Record, unit_problem
from app.ingest.rows import Row
from app.ingest.rows_complaint import read_complaint
from app.ingest.rows_fir import read_fir
from app.ingest.rows_incident import read_incident
from app.ingest.rows_stay import read_stay
from app.ingest.writing import Chunk, Counts, OutOfStep, Writer
from app.records.mass import ensure_cells
from spatial.geocoding import resolve_all
from spatial.model import Fix
from spatial.shifts import ZONE

log = logging.getLogger(__name__)

CHUNK_ROWS: Final = 5_000
CHUNK_BYTES: Final = 8 << 20
_TRIES: Final = 4
_USUAL_COLLECTIONS: Final = gc.get_threshold()
Item = TypeVar("Item")
_READERS: Final[dict[str, Callable[[Row, dict[str, str], Reading], Record]]] = {
    "fir": read_fir,
    "complaint": read_complaint,
    "stay": read_stay,
    "incident": read_incident,
}

Progress = Callable[[int], None]
"""Takes the number of rows behind the last committed chunk."""


@dataclass
class Load:
    """What one load works with."""

    kind: str
    source: int
    delivery: int
    facts: FileFacts
    mapping: Mapping
    reading: Reading
    gazetteer: NodeGazetteer
    transactions: Transactions
    writer: Writer
    progress: Progress = field(default=lambda rows: None)
    is_repeat: bool = False  # the file was delivered before: most of its rows will be duplicates

    def run(self, path: Path, rows_done: int) -> None:
        """Read a file and write what is not written yet.

        Raises
        ------
        FileRefused
            If the file cannot be read (further): what was read before it broke stays.
        """
        while True:
            rows = open_rows(path, self.facts, self.mapping.name_of, self.mapping.required)
            try:
                for part, chunk in ahead(self._understood(islice(rows, rows_done, None))):
                    self._load(part, chunk, rows_done)
                    rows_done += len(part)
                    self.progress(rows_done)
                return
            except OutOfStep:
                # A killed loader's last commit came through after all, or a second one took over: go on from there.
                with self.transactions() as session:
                    rows_done = session.execute(sql("ingest.lock_delivery"), {"id": self.delivery}).one().rows_done

    def _understood(self, rows: Iterator[Row]) -> Iterator[tuple[list[Row], Chunk]]:
        for part in _chunks(rows):
            chunk = self._read(part)
            if self.kind != "stay" and not self.is_repeat:
                # Made here, in the reader's thread, while the database is busy with the chunk before.
                self._fix(chunk, [record for record in chunk.records if not record.needs_unit])
            yield part, chunk

    def _load(self, rows: list[Row], chunk: Chunk, rows_done: int) -> None:
        """Write a chunk; where the database refuses it, halve until the one row that it refuses stands alone."""
        try:
            self._write(chunk, rows_done)
        except (DataError, IntegrityError, ProgrammingError) as error:
            if len(rows) == 1:
                log.warning("row %s refused by the database: %s", rows[0].line, type(error.orig).__name__)
                self._write(Chunk(1, [], [(rows[0], BadValue("database_refused"))], _no_fix), rows_done)
                return
            middle = len(rows) // 2
            for part, done in ((rows[:middle], rows_done), (rows[middle:], rows_done + middle)):
                self._load(part, self._read(part), done)

    def _read(self, rows: list[Row]) -> Chunk:
        read, finish, reading = _READERS[self.kind], self.mapping.finish, self.reading
        records: list[Record] = []
        bad: list[tuple[Row | Record, BadValue]] = []
        for row in rows:
            if row.problem is not None:
                bad.append((row, row.problem))
                continue
            try:
                record = read(row, finish(row.values), reading)
                record.layout = row.layout
                records.append(record)
            except BadValue as problem:
                bad.append((row, problem))
        return Chunk(len(rows), records, bad, _no_fix)

    def _write(self, chunk: Chunk, rows_done: int) -> Counts:
        for attempt in range(1, _TRIES + 1):
            try:
                self._place(chunk)
                with self.transactions() as session:
                    return self.writer.write(session, chunk, rows_done)
            except OperationalError as error:
                # Deadlock or serialisation: the transaction is undone as a whole, so it can simply be done again.
                if getattr(error.orig, "pgcode", None) not in ("40P01", "40001") or attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def _place(self, chunk: Chunk) -> None:
        """Make the fixes of the records that the database does not have as they are, and the shapes of their cells."""
        if self.kind == "stay":
            self._place_stays(chunk)
        with self.transactions() as session:
            known = self.writer.known(session, chunk.records)
            if self.kind == "incident":
                refused = find_units(session, chunk.records, self.reading)
                if refused:
                    lines = {record.line for record, _ in refused}
                    chunk.records = [record for record in chunk.records if record.line not in lines]
                    chunk.bad += refused
        changed = [
            record for record in chunk.records if (row := known.get(record.key)) is None or row.digest != record.digest
        ]
        self._fix(chunk, changed)

        def fix_of(record: Record) -> Fix:
            self._fix(chunk, [record])  # another load may have changed it since
            return chunk.fixes[record.line]

        cells = {cell for record in changed for cell in chunk.fixes[record.line].cells}
        chunk.fix_of = fix_of
        if cells:
            with self.transactions() as session:
                ensure_cells(session, cells)

    def _fix(self, chunk: Chunk, records: list[Record]) -> None:
        """Make the fixes of those of a chunk's records that have none yet: a stay's is its hotel's."""
        new = [record for record in records if record.line not in chunk.fixes]
        asked = [record for record in new if not record.hotel]
        chunk.fixes |= {record.line: chunk.hotels[record.hotel].fix for record in new if record.hotel}
        found = resolve_all([record.query for record in asked], self.gazetteer)
        chunk.fixes |= {record.line: fix for record, fix in zip(asked, found, strict=True)}

    def _place_stays(self, chunk: Chunk) -> None:
        keys = sorted({record.hotel for record in chunk.records if record.hotel})
        refused: dict[str, BadValue] = {}
        with self.transactions() as session:
            session.execute(sql("ingest.lock_source"), {"source": self.source})
            found = known_hotels(session, self.source, keys)
            named: dict[str, NewHotel] = {}
            for record in chunk.records:
                if (
                    record.hotel
                    and record.hotel not in found
                    and record.hotel not in named
                    and record.hotel not in refused
                ):
                    try:
                        named[record.hotel] = self._new_hotel(record)
                    except BadValue as problem:
                        refused[record.hotel] = problem
            place_hotels(session, self.source, list(named.values()), self.gazetteer)
            if named:
                found = known_hotels(session, self.source, keys)
        kept = []
        for record in chunk.records:
            hotel = found.get(record.hotel or "")
            unit = self.reading.units.by_id.get(hotel.station_id) if hotel else None
            try:
                if unit is None:
                    raise refused.get(record.hotel or "") or BadValue("outside_jurisdiction", "hotel", station="")
                record.station = self.reading.allowed(unit, "hotel")
            except BadValue as problem:
                chunk.bad.append((record, problem))
            else:
                kept.append(record)
        chunk.records, chunk.hotels = kept, found

    def _new_hotel(self, record: Record) -> NewHotel:
        values = record.hotel_columns
        units = self.reading.units
        unit = units.root
        try:
            if values.get("station"):
                unit = units.station(values["station"], values.get("district", ""))
            elif values.get("district"):
                unit = units.area(values["district"])
        except UnitNotFound as error:
            raise unit_problem(error) from None
        name = values.get("hotel_name") or record.hotel or ""
        query = record.query
        if unit is units.root and self.reading.visible is not None and query.lat is None:
            raise BadValue("hotel_unknown", "hotel", hotel=(record.hotel or "")[:80])
        return NewHotel(record.hotel or "", name, query.text or "", unit, query.lat, query.lon)


@contextmanager
def few_collections() -> Iterator[None]:
    """Let the garbage collector look once a chunk: it took a third of a load's time and found nothing."""
    gc.set_threshold(400_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL_COLLECTIONS)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Give items, the next one being made in a thread while the caller works on this one."""
    with ThreadPoolExecutor(1, thread_name_prefix="naqsha-reader") as thread:
        waiting: Future[Item | None] = thread.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = thread.submit(next, items, None)
            yield item


def _no_fix(_record: Record) -> Fix:
    raise AssertionError("a fix was asked for before it was made")


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Give rows in chunks of bounded number and size."""
    chunk: list[Row] = []
    size = 0
    for row in rows:
        chunk.append(row)
        size += len(row.raw)
        if len(chunk) >= CHUNK_ROWS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@contextmanager
def claimed(engine: Engine, deliveries: list[int]) -> Iterator[int | None]:
    """Give the first delivery that no living loader holds, held until the end; None if all are held.

    The lock belongs to a connection: it falls when its process dies, however it dies.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        mine = next(
            (i for i in deliveries if connection.execute(sql("ingest.claim"), {"id": i % (1 << 31)}).scalar()), None
        )
        try:
            yield mine
        finally:
            if mine is not None:
                connection.execute(sql("ingest.release"), {"id": mine % (1 << 31)})


def make_reading(
    kind: str, gazetteer: NodeGazetteer, mapping: Mapping, key: bytes, stay_days: int, delivered_at: datetime,
    heads: frozenset[int], visible: frozenset[int] | None,
) -> Reading:  # fmt: skip
    """Give what the rows of a load are read against."""
    now = datetime.now(UTC).astimezone(ZONE)
    return Reading(
        kind=kind,
        units=gazetteer.units,
        now=now,
        delivered_at=delivered_at,
        oldest_stay=now - timedelta(days=stay_days),
        protected_heads=heads,
        key=key,
        date_order=mapping.date_order,
        visible=visible,
    )


__all__ = ["CHUNK_ROWS", "FileRefused", "Load", "Progress", "claimed", "make_reading"]
