"""Files that come over the network: read at once where they are small, else kept and read by a job."""

import os
import re
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from app.db import queue
from app.db.named import sql
from app.db.session import database, transactions_on, worker_session
from app.errors import BadRequest, InvalidFilter, Unavailable
from app.ingest import service
from app.ingest.loading import claimed, few_collections
from app.ingest.mapping import shipped
from app.ingest.messages import say
from app.ingest.problems import FileRefused
from app.ingest.readers import facts_of, open_rows, sha256_of, unpacked

TASK = "ingest_delivery"
_SOURCE = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def refusal(error: FileRefused) -> BadRequest:
    """Give the answer to a file that cannot be read."""
    # The error handler fills in parameters by %, so a percent sign of a file's own heading is doubled.
    return BadRequest(say(error.code, error.params).replace("%", "%%"))


def folder() -> Path:
    """Give where files wait for their job."""
    path: Path = current_app.extensions["naqsha.settings"].instance / "deliveries"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def receive(kind: str, source: str | None, file: FileStorage, account: int) -> tuple[dict[str, Any], int]:
    """Take a file and give the answer with its status: 200 with the counts, or 202 with the delivery's id.

    Raises
    ------
    BadRequest
        If the file cannot be read.
    InvalidFilter
        If the source is not known.
    """
    source_number = _source(kind, source)
    limit = current_app.extensions["naqsha.settings"].inline_rows
    handle, name = tempfile.mkstemp(prefix="upload-", dir=folder())  # never a name that the sender chose
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            file.save(out)
        file.close()  # a large upload lies in a temporary file of its own
        try:
            if _is_small(kind, path, limit):
                counts = service.ingest_upload(kind, path, file.filename or "", source_number, account)
                return counts._asdict(), 200
        except FileRefused as error:
            raise refusal(error) from error
        except LookupError as error:
            raise Unavailable from error
        return _put_off(kind, path, file.filename or "", source_number, account), 202
    finally:
        path.unlink(missing_ok=True)


def _source(kind: str, key: str | None) -> int:
    wanted = key or service.DEFAULT_SOURCES[kind][0]
    if not _SOURCE.fullmatch(wanted):
        raise InvalidFilter("The source is not known.")
    with service.request_transactions()() as session:
        found = service.source_id(session, wanted)
    if found is None and key is None:
        # The usual source of a kind needs nobody's leave; any other is made by whoever keeps this node.
        with worker_session() as session:
            return service.ensure_source(session, *service.DEFAULT_SOURCES[kind])
    if found is None:
        raise InvalidFilter("The source is not known.")
    return found


def _is_small(kind: str, path: Path, limit: int) -> bool:
    mapping = shipped(kind)
    with unpacked(path) as plain:
        rows = open_rows(plain, facts_of(plain), mapping.name_of, mapping.required)
        return next(islice(rows, limit, None), None) is None


def _put_off(kind: str, path: Path, filename: str, source: int, account: int) -> dict[str, Any]:
    file = {"source": source, "kind": kind, "sha256": sha256_of(path), "account": account}
    with service.request_transactions()() as session:
        delivery = service.open_delivery(session, file, filename, "waiting")
        queue.defer(session, TASK, lock=f"ingest-{source}", delivery=delivery)
        path.rename(folder() / str(delivery))  # before the commit: the job must find it
    return {"delivery": delivery, "state": "waiting"}


def run_delivery(report: queue.Report, delivery: int) -> dict[str, int]:
    """Read a file that waits, in the name of the account that sent it, and give the counts; for `app.jobs`."""
    path = folder() / str(int(delivery))
    transactions = transactions_on(database().engine("worker"))
    with transactions() as session:
        row = session.execute(sql("ingest.lock_delivery"), {"id": delivery}).one()
        visible = _visible(session, row.account_id)
    if row.state in ("waiting", "receiving"):
        with claimed(database().engine("worker"), [delivery]) as mine:
            if mine is not None:
                try:
                    with unpacked(path) as plain, few_collections():
                        service.run(
                            delivery, plain, facts_of(plain), shipped(row.kind), transactions,
                            lambda rows: report(rows, None, ""), visible,
                        )  # fmt: skip
                except (FileRefused, FileNotFoundError) as error:
                    code = error.code if isinstance(error, FileRefused) else "file_missing"
                    with transactions() as session:
                        session.execute(sql("ingest.end_delivery"), {"id": delivery, "state": "failed", "error": code})
                path.unlink(missing_ok=True)
    else:  # it ended, and its worker was killed before the file was gone
        path.unlink(missing_ok=True)
    return service.counts_of(transactions, delivery)._asdict()


def _visible(session: Session, account: int | None) -> frozenset[int] | None:
    if account is None:
        return None
    return frozenset(session.execute(sql("ingest.visible_of"), {"account": account}).scalars())
