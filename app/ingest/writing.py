"""One chunk in one transaction: records, details, persons, fixes, mass, deltas, counts, audit; the data version last.

Nothing here decides what a value means.  Every statement works on the whole chunk.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from app.access.crypto import Sealer
from app.audit.service import note
from app.db.named import sql
from app.ingest.dates import iso
from app.ingest.keys import parse_fir_number
from app.ingest.placing import Hotel, fix_columns, stored_fix
from app.ingest.problems import BadValue
from app.ingest.reading import Person, Record
from app.ingest.rows import Row
from app.records import mass as masses
from spatial import cells
from spatial.model import Fix, Method, Reason

_PUT = {
    "fir": "ingest.put_firs",
    "complaint": "ingest.put_complaints",
    "stay": "ingest.put_stays",
    "incident": "ingest.put_incidents",
}


@dataclass(slots=True)
class Chunk:
    """What is written at once: rows understood, rows that are bad, and the fixes made for them."""

    size: int
    records: list[Record]
    bad: list[tuple[Row | Record, BadValue]]
    fix_of: Callable[[Record], Fix]
    hotels: dict[str, Hotel] = field(default_factory=dict)
    fixes: dict[int, Fix] = field(default_factory=dict)  # by line


@dataclass(slots=True)
class Counts:
    """What became of the rows of a chunk."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    placed: int = 0
    unplaced: int = 0


class OutOfStep(Exception):
    """Another transaction of the same delivery was ahead of this one; read on from where it came to."""


class Writer:
    """Writes the chunks of one delivery."""

    def __init__(
        self, kind: str, source: int, delivery: int, sha256: str, sealer: Sealer, visible: frozenset[int] | None
    ) -> None:
        self.kind = kind
        self.source = source
        self.delivery = delivery
        self.sha256 = sha256
        self.sealer = sealer
        self.visible = visible

    def known(self, session: Session, records: Iterable[Record]) -> dict[str, Any]:
        """Give what is stored under the keys of records."""
        keys = [record.key for record in records]
        if not keys:
            return {}
        return {row.key: row for row in session.execute(sql("ingest.known"), {"source": self.source, "keys": keys})}

    def write(self, session: Session, chunk: Chunk, rows_done: int) -> Counts:
        """Write a chunk and give its counts; the caller commits.

        Raises
        ------
        OutOfStep
            If the delivery is not at ``rows_done`` rows.
        """
        session.execute(sql("ingest.lock_source"), {"source": self.source})
        state = session.execute(sql("ingest.lock_delivery"), {"id": self.delivery}).one()
        if state.rows_done != rows_done:
            raise OutOfStep
        repeat = bool(
            session.execute(
                sql("ingest.is_repeat"),
                {"source": self.source, "kind": self.kind, "sha256": self.sha256, "id": self.delivery},
            ).scalar()
        )
        counts = Counts(received=chunk.size)
        bad = list(chunk.bad)
        for records in _rounds(chunk.records):
            bad += self._write_round(session, records, chunk, repeat, counts)
        self._quarantine(session, bad)
        counts.quarantined = len(bad)
        session.execute(
            sql("ingest.count"),
            {"id": self.delivery} | {name: getattr(counts, name) for name in Counts.__slots__},
        )
        note(
            session,
            "deliver",
            "delivery",
            self.delivery,
            detail={"kind": self.kind} | {name: getattr(counts, name) for name in Counts.__slots__},
        )
        if counts.accepted:
            masses.touch(session)
        return counts

    def _write_round(
        self, session: Session, records: list[Record], chunk: Chunk, repeat: bool, counts: Counts
    ) -> list[tuple[Row | Record, BadValue]]:
        """Write records of different keys and give those that are bad."""
        known = self.known(session, records)
        bad: list[tuple[Row | Record, BadValue]] = []
        new, changed, same = [], [], 0
        for record in records:
            row = known.get(record.key)
            if row is None:
                new.append(record)
            elif row.kind != self.kind or (self.visible is not None and row.station_id not in self.visible):
                bad.append((record, BadValue("key_elsewhere", None, key=record.key)))
            elif row.digest == record.digest:
                same += 1
            else:
                changed.append(record)
        if repeat and changed:
            # The same file again, after another has corrected the record: old news, not a correction.
            ids = {known[record.key].id: record for record in changed}
            old = {
                (row.record_id, row.digest)
                for row in session.execute(sql("ingest.old_digests"), {"records": list(ids)})
            }
            changed = [record for i, record in ids.items() if (i, record.digest) not in old]
            same += len(ids) - len(changed)
        counts.duplicate += same
        ids_of = self._insert(session, new) if new else {}
        bad += [(record, BadValue("key_elsewhere", None, key=record.key)) for record in new if record.key not in ids_of]
        new = [record for record in new if record.key in ids_of]
        pins: dict[int, Any] = {}
        if changed:
            changed.sort(key=lambda record: known[record.key].id)
            ids_of |= {record.key: known[record.key].id for record in changed}
            pins = self._change(session, [(ids_of[record.key], record) for record in changed], chunk)
        written = [(ids_of[record.key], record) for record in (*new, *changed)]
        if written:
            self._details(session, written, chunk)
            self._mass(session, written, chunk, pins, counts)
        return bad

    def _insert(self, session: Session, records: list[Record]) -> dict[str, int]:
        # In the order of the keys, so that two transactions never wait for one another in a circle.
        rows = [{"key": record.key, **_spine(record)} for record in sorted(records, key=lambda record: record.key)]
        values = {"source": self.source, "kind": self.kind, "delivery": self.delivery, "rows": json.dumps(rows)}
        return {row.key: row.id for row in session.execute(sql("ingest.add_records"), values)}

    def _change(self, session: Session, changed: list[tuple[int, Record]], chunk: Chunk) -> dict[int, Any]:
        """Keep what changed records said, end their mass, and give the pins that still hold."""
        ids = [i for i, _ in changed]
        session.execute(sql("ingest.lock_records"), {"records": ids})  # what is read of pins below stays true
        found = {row["record_id"]: row for row in session.execute(sql("ingest.pinned"), {"records": ids}).mappings()}
        pins = {i: found[i] for i, record in changed if i in found and not _moved(found[i], record, self.kind)}
        session.execute(sql("ingest.keep_version"), {"records": ids})
        masses.close_mass(session, ids)
        rows = [{"id": i, **_spine(record)} for i, record in changed]
        session.execute(sql("ingest.change_records"), {"delivery": self.delivery, "rows": json.dumps(rows)})
        session.execute(sql("ingest.drop_parties"), {"records": ids})
        if self.kind == "fir":
            session.execute(sql("ingest.drop_sections"), {"records": ids})
        return pins

    def _details(self, session: Session, written: list[tuple[int, Record]], chunk: Chunk) -> None:
        rows = [{"record_id": i, **record.detail} for i, record in written]
        if self.kind == "stay":
            for row, (_, record) in zip(rows, written, strict=True):
                row["hotel_id"] = chunk.hotels[record.hotel or ""].id
        if self.kind == "complaint":
            for row, (_, record) in zip(rows, written, strict=True):
                row["fir_key"] = _fir_key(record)
        session.execute(sql(_PUT[self.kind]), {"rows": json.dumps(rows)})
        sections = [
            {"record_id": i, "position": position, "law": law, "section": section, "action_date": added}
            for i, record in written
            for position, (law, section, added) in enumerate(record.sections, start=1)
        ]
        if sections:
            session.execute(sql("ingest.put_sections"), {"rows": json.dumps(sections)})
        parties = [self._party(i, record.person) for i, record in written if record.person is not None]
        if parties:
            session.execute(sql("ingest.put_parties"), {"rows": json.dumps(parties)})

    def _party(self, record: int, person: Person) -> dict[str, Any]:
        def sealed(text: str | None) -> str | None:
            return self.sealer.encrypt(text).hex() if text else None

        found = self.sealer.cnic_hash(person.cnic) if person.cnic else None
        return {
            "record_id": record,
            "role": person.role,
            "name": sealed(person.name),
            "cnic": sealed(person.cnic),
            "cnic_hash": found.hex() if found else None,
            "phone": sealed(person.phone),
        }

    def _mass(
        self, session: Session, written: list[tuple[int, Record]], chunk: Chunk, pins: dict[int, Any], counts: Counts
    ) -> None:
        fixes = {i: _pinned(pins[i], record) if i in pins else chunk.fix_of(record) for i, record in written}
        rows = [
            {
                "record_id": i,
                "station_id": record.station.id,
                "account_id": pins[i]["account_id"] if i in pins else None,
                **fix_columns(fixes[i]),
            }
            for i, record in written
        ]
        fix_ids = {
            row.record_id: row.id for row in session.execute(sql("ingest.add_fixes"), {"rows": json.dumps(rows)})
        }
        made = [_mass_columns(i, fix_ids[i], record, fixes[i]) for i, record in written if not record.cancelled]
        if made:
            ids = session.execute(sql("ingest.add_mass"), {"kind": self.kind, "rows": json.dumps(made)}).scalars().all()
            masses.add_deltas(session, ids)
        placed = sum(fix.is_placed for fix in fixes.values())
        counts.accepted += len(written)
        counts.placed += placed
        counts.unplaced += len(written) - placed

    def _quarantine(self, session: Session, bad: list[tuple[Row | Record, BadValue]]) -> None:
        rows = [
            {
                "line": row.line,
                "raw": row.raw.hex(),
                "column_name": problem.column,
                "reason": problem.code,
                "params": problem.params | {"_layout": row.layout},
            }
            for row, problem in bad
        ]
        if rows:
            session.execute(sql("ingest.add_quarantine"), {"delivery": self.delivery, "rows": json.dumps(rows)})


def _rounds(records: list[Record]) -> Iterator[list[Record]]:
    """Give the records in turns of different keys, each key's own in the order of the file."""
    while records:
        first: dict[str, Record] = {}
        later = []
        for record in records:
            if record.key in first:
                later.append(record)
            else:
                first[record.key] = record
        yield list(first.values())
        records = later


def _spine(record: Record) -> dict[str, Any]:
    return {
        "station_id": record.station.id,
        "head_id": record.head_id,
        "discovery": record.discovery,
        "protected": record.protected,
        "cancelled": record.cancelled,
        "occurred_from": iso(record.occurred[0]),
        "occurred_to": iso(record.occurred[1]),
        "reported_at": iso(record.reported_at) if record.reported_at else None,
        "known_at": iso(record.known_at),
        "place_text": record.place_text,
        "lat": record.given[0] if record.given else None,
        "lon": record.given[1] if record.given else None,
        "digest": record.digest,
        "line": record.line,
        "asked": _asked(record),
    }


def _asked(record: Record) -> dict[str, Any] | None:
    """Give what a row said of its place beyond text, point and station, so that it can be placed anew later."""
    query = record.query
    said = {"accuracy_m": query.accuracy_m, "distance_m": query.distance_m, "direction": query.direction}
    found: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    if record.given is not None and query.lat is None:
        found["is_vague"] = True  # the point stands for a province or a country
    return found or None


def _mass_columns(record_id: int, fix_id: int, record: Record, fix: Fix) -> dict[str, Any]:
    row = masses.mass_row(fix, *record.occurred)
    shifts = row.pop("shifts")
    return {
        "record_id": record_id,
        "fix_id": fix_id,
        "station_id": record.station.id,
        "head_id": record.head_id,
        "discovery": record.discovery,
        "protected": record.protected,
        "first_shift": shifts.lower,
        "last_shift": shifts.upper,
        "known_at": iso(record.known_at),
        **row,
    }


def _moved(pin: Any, record: Record, kind: str) -> bool:
    """Say whether a changed record says another place than the one that an officer pinned."""
    given = (pin["given_lat"], pin["given_lon"]) if pin["given_lat"] is not None else None
    before = (pin["station_id"], pin["place_text"], given)
    after = (record.station.id, record.place_text, record.given)
    if kind != "fir":
        return before != after
    old_distance, distance = pin["distance_m"], record.detail["distance_m"]
    is_as_far = (old_distance is None) == (distance is None) and abs((old_distance or 0) - (distance or 0)) < 1
    return before != after or not is_as_far or pin["direction"] != record.detail["direction"]


def _pinned(pin: Any, record: Record) -> Fix:
    if pin["cells"] is None and pin["lat"] is not None:  # it was cancelled, so it had no mass: the pin's own cell
        row = {**pin, "resolution": 9, "cells": [cells.cell_of(pin["lat"], pin["lon"])], "cell_upto": [1_000_000]}
    else:
        row = dict(pin)
    fix = stored_fix(row | {"method": Method.PIN.value})
    kept = Reason("pin_kept")
    return fix if kept in fix.reasons else replace(fix, reasons=(*fix.reasons, kept))


def _fir_key(record: Record) -> str | None:
    """Give the key of the FIR that a complaint names, where it can be read; its number may lack the year."""
    written = record.detail["fir"]
    if not written:
        return None
    try:
        number = parse_fir_number(written, "", record.known_at.year + 1)
    except BadValue:
        return None
    return f"{record.station.code}/{number.year}/{number.number}"
