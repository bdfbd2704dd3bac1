"""Deliveries: the one door by which records come in, for the command line, the API and jobs."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.access.crypto import sealer
from app.db.named import sql
from app.db.session import Transactions, database, db_session, transactions_on, worker_session
from app.geocode.service import NodeGazetteer, gazetteer
from app.ingest.loading import Load, Progress, claimed, few_collections, make_reading
from app.ingest.mapping import FOLDER, Mapping, read_mapping
from app.ingest.problems import FileRefused
from app.ingest.readers import FileFacts, facts_of, sha256_of, unpacked
from app.ingest.writing import Writer
from app.reference.rules import current_rules

KINDS: Final = ("fir", "complaint", "stay", "incident")
MAPPINGS: Final = FOLDER
#: The source of a file that names none: the system from which such files come.
DEFAULT_SOURCES: Final = {
    "fir": ("psrms", "Police Station Record Management System"),
    "complaint": ("cms", "Complaint Management System"),
    "stay": ("hotel-eye", "Hotel Eye"),
    "incident": ("incidents", "Incidents of other systems"),
}


class DeliveryCounts(NamedTuple):
    """What became of a delivery: received = accepted + duplicate + quarantined, accepted = placed + unplaced."""

    delivery: int
    received: int
    accepted: int
    duplicate: int
    quarantined: int
    placed: int
    unplaced: int


def ensure_source(
    session: Session, key: str, name: str, synthetic: bool = False, attribution: str = "", licence: str = ""
) -> int:
    """Give the id of a source, made or brought up to date; the caller commits."""
    values = {"key": key, "name": name, "synthetic": synthetic, "attribution": attribution, "licence": licence}
    return int(session.execute(sql("ingest.add_source"), values).scalar_one())


def source_id(session: Session, key: str) -> int | None:
    """Give the id of a source, None if there is none of that key."""
    row = session.execute(sql("ingest.source"), {"key": key}).one_or_none()
    return int(row.id) if row else None


def find_or_make_source(kind: str, key: str | None, mapping: Mapping) -> int:
    """Give the id of a delivery's source for the command line, made where it is new."""
    told = mapping.source
    default_key, default_name = DEFAULT_SOURCES[kind]
    key = key or told.get("key") or default_key
    name = told.get("name") if key == told.get("key") else None
    with worker_session() as session:
        found = source_id(session, key)
        if found is not None:
            return found
        name = name or (default_name if key == default_key else key)
        return ensure_source(session, key, name, False, told.get("attribution", ""), told.get("licence", ""))


def ingest_file(
    kind: str,
    path: Path | str,
    *,
    source: str | None = None,
    mapping: Path | str | None = None,
    progress: Progress | None = None,
    account: int | None = None,
) -> DeliveryCounts:
    """Read a file into the database as the worker, and give its counts.

    The same file again changes nothing; one whose load was killed goes on where it stopped.

    Parameters
    ----------
    kind : {"fir", "complaint", "stay", "incident"}
    path : Path
        CSV, JSON lines or XLSX, any of them gzipped.
    source : str, optional
        Key of the system that sent it; by default the mapping's, else the usual one of the kind.
    mapping : Path, optional
        A mapping file; by default the shipped one of the kind.
    progress : callable, optional
        Takes the rows done so far after each chunk.
    account : int, optional
        In whose name a job works: only stations that the account may see are written.

    Raises
    ------
    FileRefused
        If the file or the mapping cannot be read.
    """
    path = Path(path)
    rules = read_mapping(kind, Path(mapping) if mapping else None)
    source_number = find_or_make_source(kind, source, rules)
    engine = database().engine("worker")
    visible = None
    if account is not None:
        with worker_session() as session:
            visible = frozenset(session.execute(sql("ingest.visible_of"), {"account": account}).scalars())
    if not path.is_file():
        raise FileRefused("file_missing", name=path.name)
    with few_collections():
        return _deliver(
            kind, path, path.name, source_number, rules, transactions_on(engine), engine, progress, account, visible
        )


def ingest_upload(kind: str, path: Path, filename: str, source: int, account: int) -> DeliveryCounts:
    """Read an uploaded file in the request's own scope, and give its counts.

    Raises
    ------
    FileRefused
    """
    transactions = request_transactions()
    with transactions() as session:
        visible = frozenset(session.execute(sql("ingest.visible_here")).scalars())
    return _deliver(
        kind, path, filename, source, read_mapping(kind), transactions, database().engine("app"), None, account, visible
    )


def request_transactions() -> Transactions:
    """Give what opens a transaction of the request's session: its scope is opened anew in each."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        session = db_session()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise

    return transaction


def _deliver(
    kind: str, path: Path, filename: str, source: int, mapping: Mapping, transactions: Transactions, engine: Engine,
    progress: Progress | None, account: int | None, visible: frozenset[int] | None,
) -> DeliveryCounts:  # fmt: skip
    sha256 = sha256_of(path)
    with unpacked(path) as plain:
        facts = facts_of(plain)
        file = {"source": source, "kind": kind, "sha256": sha256, "account": account}
        with transactions() as session:
            unfinished = list(session.execute(sql("ingest.unfinished"), file).scalars())
        with claimed(engine, unfinished) as mine:
            if mine is not None:
                return run(mine, plain, facts, mapping, transactions, progress, visible)
        with transactions() as session:
            delivery = open_delivery(session, file, filename, "receiving")
        with claimed(engine, [delivery]):
            return run(delivery, plain, facts, mapping, transactions, progress, visible)


def open_delivery(session: Session, file: dict[str, Any], filename: str, state: str) -> int:
    """Give the id of a new delivery of a file (source, kind, sha256, account); the caller commits."""
    name = "".join(c for c in filename if c.isprintable())[:200] or "unnamed"
    return int(session.execute(sql("ingest.open_delivery"), {**file, "filename": name, "state": state}).scalar_one())


def run(
    delivery: int, path: Path, facts: FileFacts, mapping: Mapping, transactions: Transactions,
    progress: Progress | None, visible: frozenset[int] | None,
) -> DeliveryCounts:  # fmt: skip
    """Write what a delivery has not written yet, and give its counts; the caller holds the delivery.

    Raises
    ------
    FileRefused
        The delivery is then *failed*, with what was read before.
    """
    with transactions() as session:
        row = session.execute(sql("ingest.lock_delivery"), {"id": delivery}).one()
        file = {"source": row.source_id, "kind": row.kind, "sha256": row.sha256, "id": delivery}
        is_repeat = bool(session.execute(sql("ingest.is_repeat"), file).scalar())
    if row.state in ("done", "failed"):
        return counts_of(transactions, delivery)
    load = _load(row, facts, mapping, transactions, gazetteer(database().engine("app"), transactions), visible)
    load.is_repeat = is_repeat
    if progress is not None:
        load.progress = progress
        progress(row.rows_done)
    try:
        load.run(path, row.rows_done)
    except FileRefused as error:
        with transactions() as session:
            session.execute(sql("ingest.end_delivery"), {"id": delivery, "state": "failed", "error": error.code})
        raise
    with transactions() as session:
        session.execute(sql("ingest.end_delivery"), {"id": delivery, "state": "done", "error": None})
    return counts_of(transactions, delivery)


def _load(
    row: Any, facts: FileFacts, mapping: Mapping, transactions: Transactions, places: NodeGazetteer,
    visible: frozenset[int] | None,
) -> Load:  # fmt: skip
    keys, settings = current_app.extensions["naqsha.keys"], current_app.extensions["naqsha.settings"]
    delivered_at: datetime = row.started_at
    heads = frozenset(head.id for head in current_rules().heads.values() if head.protected)
    mark = hmac.digest(keys.data, b"naqsha ingest mark", hashlib.sha256)
    reading = make_reading(row.kind, places, mapping, mark, settings.stay_days, delivered_at, heads, visible)
    writer = Writer(row.kind, row.source_id, row.id, row.sha256, sealer(), visible)
    return Load(row.kind, row.source_id, row.id, facts, mapping, reading, places, transactions, writer)


def counts_of(transactions: Transactions, delivery: int) -> DeliveryCounts:
    """Give the counts of a delivery as they stand."""
    with transactions() as session:
        row = session.execute(sql("ingest.delivery"), {"id": delivery}).one()
    return DeliveryCounts(row.id, row.received, row.accepted, row.duplicate, row.quarantined, row.placed, row.unplaced)
